"""Single frames of a clip in any order, a few of them held."""

from collections import OrderedDict
from pathlib import Path

import av
import cv2
import numpy as np

from lib.video import VideoError, VideoInfo
from lib.video.decoding import TimedPictures, ToRGB

WIDEST = 448  # pixels; wider frames are made smaller, since two of them share the page
_HELD = 48  # frames, about 16 MB
_BEFORE = 24  # so many frames before the wanted one are held too, for stepping back
_SAME = 5e-4  # seconds; closer than two frames of the fastest clip
_AHEAD = 60  # a wanted frame not further ahead than this is reached by decoding on, others by seeking


class ClipFrames:
    """The frames of a clip at given moments. `frames[at]` is uint8 RGB (h, w, 3), at most WIDEST wide.

    seconds: float64 (n,), the moments since the clip's first frame, as FrameScores has them. A frame is reached by
    seeking to the key frame before it, so neither time nor memory grows with the clip's length.
    Raises VideoError when the clip cannot be read, or a frame of it cannot be found.
    """

    def __init__(self, path: str | Path, seconds: np.ndarray):
        self.info = VideoInfo.of(path)
        self._seconds = seconds
        self._held: OrderedDict[int, np.ndarray] = OrderedDict()
        self._pictures, self._last = TimedPictures(path, self.info.rate), -1.0

    def __getitem__(self, at: int) -> np.ndarray:
        if at not in self._held:
            self._reach(at)
        self._held.move_to_end(at)
        return self._held[at]

    def close(self) -> None:
        """Let go of the file; no frame can be had after this."""
        self._pictures.close()

    def black(self) -> np.ndarray:
        """What to show where a frame cannot be had."""
        return _narrow(np.zeros((self.info.height, self.info.width, 3), np.uint8))

    def _reach(self, at: int) -> None:
        wanted, step = self._seconds[at], float(1 / self.info.rate)
        if not self._last < wanted <= self._last + _AHEAD * step:
            self._pictures.seek(max(0.0, wanted - _BEFORE * step))
        image = ToRGB()
        for self._last, picture in self._pictures:
            seconds = self._last
            if seconds >= wanted - _BEFORE * step:
                self._hold(seconds, image, picture)
            if seconds > wanted - _SAME:
                break
        if at not in self._held:
            raise VideoError(f"{self.info.name} has no frame at {wanted:.2f} s: were these scores made from it?")

    def _hold(self, seconds: float, image: ToRGB, picture: av.VideoFrame) -> None:
        at = int(np.searchsorted(self._seconds, seconds - _SAME))
        if at == len(self._seconds) or abs(self._seconds[at] - seconds) > _SAME:
            return  # a frame that was not scored
        self._held[at] = _narrow(image(picture))
        self._held.move_to_end(at)
        if len(self._held) > _HELD:
            self._held.popitem(last=False)


def _narrow(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    if width <= WIDEST:
        return image
    return cv2.resize(image, (WIDEST, round(height * WIDEST / width)), interpolation=cv2.INTER_AREA)

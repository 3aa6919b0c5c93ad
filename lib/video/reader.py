"""Frames of a clip or a camera, one at a time: what every later stage reads."""

import math
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np

from lib.core.checks import whole_number
from lib.core.errors import VideoError, VideoWarning
from lib.core.messages import counted
from lib.video.decoding import TimedPictures, ToRGB
from lib.video.info import HDR, VideoInfo
from lib.video.live import Camera, LatestFrameSource, LiveSource

_ROUNDING = 1e-6  # seconds


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame: which one of those that came (from 0), seconds since the first, uint8 RGB (h, w, 3)."""

    index: int
    seconds: float
    image: np.ndarray


class VideoReader:
    """The frames `start`, `start + stride`, … before `end` of a file or a live source, as an iterator of Frame.

    A context manager; frames are decoded on demand, so memory does not grow with the clip.

    `seconds` are the clip's own time stamps, so a variable frame rate comes out right; they never run backwards.
    Frames are upright (turned and mirrored as the file's display matrix says) and of one size. `came` counts the frames
    that came, those that `stride` passes over included (not those that "newest" does), `undecodable` those that did
    not. A clip that ends before its header says (`ended_early`), holds undecodable frames or changes its size gives a
    VideoWarning at the end, and what can be decoded.

    Args:
        source: a file; the number of a camera, as in `cv2.VideoCapture(0)`; or a LiveSource such as
            `SimulatedCamera(path)`.
        start: the first frame, from 0.
        end: the frame after the last one; None for all.
        stride: 1 gives every frame, 2 every second one, ...
        policy: for live sources, "newest" passes over the frames that came during slow work (index shows the gap),
            "every" gives each one that the source still holds.

    Raises:
        VideoError: the source cannot be opened or ends before `start`.
        ValueError: the range is wrong, or the source is none of these.

    Example:
        with video.VideoReader(clip_path, end=10) as reader:
            frames = [frame.image for frame in reader]
    """

    def __init__(
        self,
        source: str | Path | int | LiveSource,
        start: int = 0,
        end: int | None = None,
        stride: int = 1,
        policy: Literal["newest", "every"] = "newest",
    ):
        self.start, self.stride = whole_number(start, "start", 0), whole_number(stride, "stride", 1)
        self.end = None if end is None else whole_number(end, "end", self.start + 1)
        if policy not in ("newest", "every"):
            raise ValueError(f'policy={policy!r}: choose "newest" or "every".')
        self.came = self.undecodable = 0
        self.ended_early = False
        self._pictures: TimedPictures | None = None
        if isinstance(source, (str, PathLike)):
            self.info = VideoInfo.of(source)
            self._pictures = TimedPictures(source, self.info.rate, self._count_fault)
            self._frames, self._close = self._of_file(self._pictures), self._pictures.close
        else:
            live = source if isinstance(source, LiveSource) else Camera(source)
            live = LatestFrameSource(live) if policy == "newest" else live
            self.info = live.info
            self._frames, self._close = self._of_live(live), live.close

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)

    def seek(self, seconds: float, until: float = math.inf) -> None:
        """Go on with the first frame at or after a moment of a file; frames are counted from there, from 0.

        `start`, `end` and `stride` go by that count. It takes as long as decoding from the key frame before the moment.

        Args:
            seconds: since the first frame, 0 or more; when no frame is so late, none comes.
            until: the moment before which the last frame comes.

        Raises:
            ValueError: the source is a camera.

        Example:
            with VideoReader("match.mp4") as reader:
                reader.seek(60, until=70)
                images = [frame.image for frame in reader]
        """
        if self._pictures is None:
            raise ValueError(f"{self.info.name} cannot seek: give a file.")
        self.came = 0
        self._frames.close()
        self._pictures.seek(seconds)
        self._frames = self._of_file(self._pictures, seconds, until)

    def close(self) -> None:
        """Let go of the file or camera; no frame comes after this."""
        self._frames.close()
        self._close()

    def _wanted(self, position: int) -> bool:
        return position >= self.start and (position - self.start) % self.stride == 0

    def _of_live(self, source: LiveSource) -> Generator[Frame, None, None]:
        for position, (index, seconds, image) in enumerate(source):
            if position == self.end:
                return
            self.came += 1
            if self._wanted(position):
                yield Frame(index, seconds, image)
        self._check_start()

    def _of_file(
        self, timed: TimedPictures, begin: float = 0.0, until: float = math.inf
    ) -> Generator[Frame, None, None]:
        image = ToRGB()
        for seconds, picture in timed:
            if self.came == self.end:
                return
            if seconds >= until - _ROUNDING:
                return self._tell(None, image.resized)
            if seconds > begin - _ROUNDING:
                self.came += 1
                if self._wanted(self.came - 1):
                    yield Frame(self.came - 1, seconds, image(picture))
        if begin == 0:  # a moment after the last frame is no fault
            self._check_start()
        self._tell(timed.seconds, image.resized)

    def _check_start(self) -> None:
        if not self.came:
            raise VideoError(f"{self.info.name} gave no frame: see that no other program uses it.")
        if self.came <= self.start:
            raise VideoError(
                f"{self.info.name} has {counted(self.came, 'frame')}: choose a start before that, not {self.start}."
            )

    def _count_fault(self) -> None:
        self.undecodable += 1

    def _tell(self, last: float | None, resized: int) -> None:
        """Warn at the end of a file of what was wrong with it; `last`: the last frame's seconds, if it was read to its end."""
        info = self.info
        missing = 0.0 if last is None else info.missing_after(last)
        self.ended_early = missing > 0
        told = [
            (self.ended_early, f"it ends {missing:.1f} s before its header says (cut short? copy it again)"),
            (self.undecodable, f"left out, since it cannot be decoded: {counted(self.undecodable, 'frame')}"),
            (resized, f"its size changes on the way; scaled to the first one's: {counted(resized, 'frame')}"),
            (info.is_hdr, HDR),
            (not info.rate_given, f"it gives no frame rate; {info.rate} frames a second are assumed"),
        ]
        if any(wrong for wrong, _ in told):
            what = "; ".join(words for wrong, words in told if wrong)
            warnings.warn(f"{info.name}: {what}. {counted(self.came, 'frame')} came.", VideoWarning, stacklevel=4)

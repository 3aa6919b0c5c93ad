"""Write a faithful copy of a clip: new pictures, and everything else as in the clip."""

import math
import warnings
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from lib.core.errors import VideoWarning
from lib.video.info import VideoInfo
from lib.video.sink import VideoSink
from lib.video.sound import Sound

_YUV = (1, 2, 4, 5, 6, 7, 9)  # the matrices of ITU-T H.273 that FFmpeg converts RGB to; 2: not stated


class CopySink(VideoSink):
    """Write new frames of a clip, with its time stamps, pixel aspect, colours and sound.

    As `VideoSink`, but `write` takes each frame's moment too. An `.avi` has neither a pixel aspect nor a frame rate that
    varies: where that matters, a VideoWarning says so at the end.

    Args:
        path: the file to write, `.mp4` or `.avi`.
        source: the clip.
        end: the moment of the clip at which the sound ends, in seconds since its first frame; all of it without.

    Raises:
        OSError: as `VideoSink` (a VideoError is one).
    """

    def __init__(self, path: str | Path, source: VideoInfo, end: float = math.inf):
        super().__init__(path, source.width, source.height, source.rate)
        self.source, self.end = source, end
        self._is_avi = self.path.suffix.lower() == ".avi"
        # What is no YUV (a recording of a screen, for instance) becomes what most clips are.
        self._colour = source.colour if source.colour.matrix in _YUV else source.colour._replace(matrix=1, range=1)
        self._begin: float | None = None  # the moment of the first frame
        self._stamp, self._shift = -1, 0.0
        self._sound: Sound | None = None
        self._reformatter = VideoReformatter()

    def _set_up(self, container: av.container.OutputContainer, stream: av.VideoStream) -> None:
        source, context = self.source, stream.codec_context
        if self._is_avi:
            super()._set_up(container, stream)
        else:
            self.tick = context.time_base = source.tick
            context.sample_aspect_ratio = source.pixel_aspect
            context.colorspace, context.color_range = self._colour.matrix, self._colour.range
            context.color_primaries, context.color_trc = self._colour.primaries, self._colour.transfer
        if source.path:
            self._sound = Sound(source.path, container, self.path, source.begin)

    def write(self, frame: np.ndarray, seconds: float | None = None) -> None:
        """Add one frame.

        Args:
            frame: uint8 RGB (height, width, 3).
            seconds: its moment in the clip, since the clip's first frame; without, frames are evenly spaced.

        Raises:
            VideoError: it cannot be written.
            ValueError: it has another shape or dtype, or the sink is not open.
        """
        picture = self._picture(frame)
        seconds = float(self.written / self.rate) if seconds is None else seconds
        if self._begin is None:
            self._begin = seconds
            if self._sound:
                self._sound.begin_at(seconds)
        at = seconds - self._begin
        if self._is_avi:
            self._stamp += 1
            self._shift = max(self._shift, abs(at - self._stamp * float(self.tick)))
        else:
            picture = self._in_colours_of_the_source(picture)
            self._stamp = max(self._stamp + 1, round(at / self.tick))
        self._encode(picture, self._stamp)
        if self._sound:
            self._trying(self._sound.copy_until, min(seconds, self.end))

    def _in_colours_of_the_source(self, picture: av.VideoFrame) -> av.VideoFrame:
        colour = self._colour
        return self._reformatter.reformat(
            picture, format="yuv420p", dst_colorspace=colour.matrix, dst_color_range=colour.range or None
        )

    def _finish(self) -> None:
        if self._sound and self.written:
            self._trying(self._sound.copy_until, self.end)
        super()._finish()
        lost = [
            (self._is_avi and self.source.pixel_aspect != 1, "pixels that are not square"),
            (self._shift > 1.5 * float(self.tick), "a frame rate that varies"),
        ]
        if what := " and ".join(words for is_lost, words in lost if is_lost):
            warnings.warn(f"{self.path} cannot hold {what}, which {self.source.name} has: choose .mp4.", VideoWarning)

    def _close(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super()._close(kind, error, trace)
        finally:
            if self._sound:
                self._sound.close()

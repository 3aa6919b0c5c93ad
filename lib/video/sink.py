"""Write a clip: the lecture's Motion JPEG `.avi`, or an H.264 `.mp4` that browsers play."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from lib.core.checks import whole_number
from lib.core.errors import InputError, VideoError
from lib.core.files import atomic_write
from lib.core.messages import counted

# Encoder, its pixels, its settings, the file's settings. Quality 3 is what OpenCV's Motion JPEG writer uses;
# "faststart" puts the index first, so that a browser can begin before it has the whole file.
_KINDS = {
    ".avi": ("mjpeg", "yuvj420p", {"qmin": "3", "qmax": "3"}, {}),
    ".mp4": ("libx264", "yuv420p", {"preset": "veryfast", "crf": "23"}, {"movflags": "faststart"}),
}


def check_suffix(path: Path) -> None:
    """Raises ValueError for a file that no VideoSink writes."""
    if path.suffix.lower() not in _KINDS:
        raise InputError(f"{path} ends in {path.suffix!r}: choose .avi (Motion JPEG) or .mp4 (H.264).")


class VideoSink:
    """Write frames of one size to a file; a context manager. The folder is made.

    Odd sizes are padded by one row or column, which both encoders need.
    The file appears at `path` only on a clean exit, with as many frames in it as were written; after an exception,
    Ctrl-C included, nothing stays.

    Args:
        path: the file; its suffix chooses the format: `.avi` is Motion JPEG, `.mp4` is H.264.
        width: of the frames, in pixels.
        height: of the frames, in pixels.
        rate: frames per second, 1/1000 to 1000; one with a denominator up to 1001 is stored exactly (30000/1001 too),
            any other to a millionth.

    Raises:
        OSError: the file cannot be written (a VideoError is one).
        ValueError: an argument is wrong.

    Example:
        with video.VideoSink("grey.mp4", 64, 48, 25) as sink:
            sink.write(np.full((48, 64, 3), 127, np.uint8))
    """

    def __init__(self, path: str | Path, width: int, height: int, rate: Fraction | float):
        self.path = Path(path)
        check_suffix(self.path)
        self.width = whole_number(width, f"{self.path}: width", 1)
        self.height = whole_number(height, f"{self.path}: height", 1)
        if not 0.001 <= rate <= 1000:
            raise InputError(f"{self.path}: {width}×{height} at {rate} frames a second is no video.")
        self.rate = Fraction(rate).limit_denominator(1001)
        self.written = 0
        self.tick = 1 / self.rate  # seconds, the unit of time stamps
        self._stream: VideoStream | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._part = stack.enter_context(atomic_write(self.path))
            self._container = self._open()
            stack.push(self._close)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _open(self) -> av.container.OutputContainer:
        codec, pixels, options, file_options = _KINDS[self.path.suffix.lower()]
        container = self._trying(av.open, str(self._part.resolve()), "w", options=file_options)
        stream = container.add_stream(codec, rate=self.rate, options=options)
        stream.width, stream.height = self.width + self.width % 2, self.height + self.height % 2
        stream.pix_fmt = pixels
        stream.thread_type = "FRAME"
        self._set_up(container, stream)
        self._stream = stream
        return container

    def _set_up(self, container: av.container.OutputContainer, stream: av.VideoStream) -> None:
        stream.codec_context.colorspace = Colorspace.ITU601  # what it is; unsaid, players take HD for BT.709

    def write(self, frame: np.ndarray) -> None:
        """Add one frame. Its array may be used again afterwards.

        Args:
            frame: uint8 RGB (height, width, 3).

        Raises:
            VideoError: it cannot be written.
            ValueError: it has another shape or dtype, or the sink is not open.
        """
        self._encode(self._picture(frame), self.written)

    def _picture(self, frame: np.ndarray) -> av.VideoFrame:
        if self._stream is None:
            raise ValueError(f"{self.path} is not open: write within `with VideoSink(...) as sink:`.")
        if frame.dtype != np.uint8 or frame.shape != (self.height, self.width, 3):
            wanted = (self.height, self.width, 3)
            raise ValueError(f"{self.path} takes uint8 frames of shape {wanted}, not {frame.dtype} of {frame.shape}.")
        odd = self.height % 2, self.width % 2
        if any(odd):
            frame = cv2.copyMakeBorder(frame, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE)
        return av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format="rgb24")

    def _encode(self, picture: av.VideoFrame, stamp: int) -> None:
        """Add a picture at a moment, in ticks."""
        picture.pts, picture.time_base = stamp, self.tick
        self._trying(self._mux, self._stream, picture)
        self.written += 1

    def _close(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
            else:
                with suppress(av.FFmpegError, OSError):  # the first error is reported, not this one
                    self._container.close()
        finally:
            self._stream = None
            del self._container  # the encoder's threads end with it

    def _finish(self) -> None:
        try:
            if self.written:
                self._trying(self._mux, self._stream, None)
        finally:
            self._trying(self._container.close)
        if not self.written:
            raise VideoError(f"{self.path} is not made, because no frame was written to it.")
        with av.open(str(self._part.resolve())) as made:
            held = sum(packet.size > 0 for packet in made.demux(video=0))
        if held != self.written:
            lost = f"{counted(self.written, 'frame')} went in, {held} arrived"
            raise VideoError(f"{self.path} is not made: {lost}; make room on the disk.")

    def _mux(self, stream: VideoStream, picture: av.VideoFrame | None) -> None:
        self._container.mux(stream.encode(picture))

    def _trying(self, action: Callable, *arguments: Any, **options: Any) -> Any:
        try:
            return action(*arguments, **options)
        except (av.FFmpegError, OSError) as error:
            raise VideoError(
                f"{self.path} cannot be written ({error.strerror}): make room on the disk, or choose another folder."
            ) from error

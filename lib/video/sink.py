"""Write a clip: the lecture's Motion JPEG `.avi`, or an H.264 `.mp4` that browsers play."""

from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace

from lib.files import replacing
from lib.video.errors import VideoError

# Encoder, its pixels, its settings, the file's settings. Quality 3 is what OpenCV's Motion JPEG writer uses;
# "faststart" puts the index first, so that a browser can begin before it has the whole file.
_KINDS = {
    ".avi": ("mjpeg", "yuvj420p", {"qmin": "3", "qmax": "3"}, {}),
    ".mp4": ("libx264", "yuv420p", {"preset": "veryfast", "crf": "23"}, {"movflags": "faststart"}),
}


def check_suffix(path: Path) -> None:
    """Raises ValueError for a file that no VideoSink writes."""
    if path.suffix.lower() not in _KINDS:
        raise ValueError(f"{path} ends in {path.suffix!r}: choose .avi (Motion JPEG) or .mp4 (H.264).")


class VideoSink:
    """Write frames of one size to `path`; a context manager. The folder is made.

    The suffix chooses: `.avi` is Motion JPEG, `.mp4` is H.264. `rate` is in frames a second, at least 1/1000; one
    with a denominator up to 1001 is kept exactly (30000/1001 too), any other to a millionth. Odd sizes are padded by
    one row or column, which both encoders need.
    The file appears at `path` only on a clean exit, with as many frames in it as were written; after an exception,
    Ctrl-C included, nothing stays. Raises OSError (a VideoError is one) when it cannot be written, ValueError for a
    wrong argument.
    """

    def __init__(self, path: str | Path, width: int, height: int, rate: Fraction | float):
        self.path = Path(path)
        check_suffix(self.path)
        if min(width, height) < 1 or not 0.001 <= rate <= 1000:
            raise ValueError(f"{self.path}: {width}×{height} at {rate} frames a second is no video.")
        self.width, self.height = width, height
        self.rate = Fraction(rate).limit_denominator(1001)
        self.written = 0
        self._container = self._stream = None

    def __enter__(self) -> "VideoSink":
        with ExitStack() as stack:
            self._part = stack.enter_context(replacing(self.path))
            self._container = self._open()
            stack.push(self._close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception) -> None:
        self._stack.__exit__(*exception)

    def _open(self) -> av.container.OutputContainer:
        codec, pixels, options, file_options = _KINDS[self.path.suffix.lower()]
        container = self._trying(av.open, str(self._part.resolve()), "w", options=file_options)
        stream = container.add_stream(codec, rate=self.rate, options=options)
        stream.width, stream.height = self.width + self.width % 2, self.height + self.height % 2
        stream.pix_fmt = pixels
        stream.codec_context.colorspace = Colorspace.ITU601  # what it is; unsaid, players take HD for BT.709
        stream.thread_type = "FRAME"
        self._stream = stream
        return container

    def write(self, frame: np.ndarray) -> None:
        """Add one frame, uint8 RGB (height, width, 3). It may be used again afterwards."""
        if self._stream is None:
            raise ValueError(f"{self.path} is not open: write within `with VideoSink(...) as sink:`.")
        if frame.dtype != np.uint8 or frame.shape != (self.height, self.width, 3):
            wanted = (self.height, self.width, 3)
            raise ValueError(f"{self.path} takes uint8 frames of shape {wanted}, not {frame.dtype} of {frame.shape}.")
        odd = self.height % 2, self.width % 2
        if any(odd):
            frame = cv2.copyMakeBorder(frame, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE)
        picture = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(frame), format="rgb24")
        picture.pts, picture.time_base = self.written, 1 / self.rate
        self._trying(self._encode, picture)
        self.written += 1

    def _close(self, kind, error, trace) -> None:
        try:
            if error is None:
                self._finish()
            else:
                with suppress(av.FFmpegError, OSError):  # what brought us here is told, not this
                    self._container.close()
        finally:
            self._container = self._stream = None  # the encoder's threads end with it

    def _finish(self) -> None:
        try:
            if self.written:
                self._trying(self._encode, None)
        finally:
            self._trying(self._container.close)
        if not self.written:
            raise VideoError(f"{self.path} is not made, because no frame was written to it.")
        with av.open(str(self._part.resolve())) as made:
            held = sum(packet.size > 0 for packet in made.demux(video=0))
        if held != self.written:
            lost = f"{self.written} frames were written and {held} arrived"
            raise VideoError(f"{self.path} is not made: {lost}; make room on the disk.")

    def _encode(self, picture: av.VideoFrame | None) -> None:
        self._container.mux(self._stream.encode(picture))

    def _trying(self, action, *arguments, **options):
        try:
            return action(*arguments, **options)
        except (av.FFmpegError, OSError) as error:
            raise VideoError(
                f"{self.path} cannot be written ({error.strerror}): make room on the disk, or choose another folder."
            ) from error

"""The metadata of a video file, and the messages about a file that fails."""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from lib.core.errors import VideoError
from lib.video.decoding import is_transposed, pictures, shown_axes, shown_size
from lib.video.opening import open_video

USUAL_RATE = Fraction(30)  # where a file gives no frame rate: what the lecture writes for every clip
_FINEST = Fraction(1, 1_000_000)  # seconds; finer ticks than that make no difference to a picture, and overflow in .mp4
_TICK = Fraction(1, 90_000)  # that of MPEG, into which the rates in use divide
_HDR = (16, 18)  # transfer functions: PQ and HLG
HDR = "its colours are HDR, and are pale here; convert it to SDR first"
_FASTEST = 1000  # frames a second; a header that says more means the ticks of its clock


class Colour(NamedTuple):
    """What the numbers of a clip's pictures mean as colours, in the codes of ITU-T H.273; 2 is "not said"."""

    matrix: int = 2
    range: int = 0  # 1: 16 to 235, 2: 0 to 255, 0: not said
    primaries: int = 2
    transfer: int = 2


@dataclass(frozen=True)
class VideoInfo:
    """What a clip is like: its header, checked against its first picture.

    Args:
        path: None for what is no file.
        width: pixels, as shown: turned by `rotation`, mirrored if need be.
        height: pixels, likewise.
        rate: frames per second, a fraction such as 30000/1001; the mean where it varies; USUAL_RATE where the file
            gives none.
        frames: a hint, since headers err; None where the header does not say.
        duration: seconds, a hint likewise.
        rotation: degrees counterclockwise.
        rate_given: False where the file gives no rate.
        pixel_aspect: how many times as wide as high a pixel is shown.
        colour: what the numbers of its pictures mean.
        begin: seconds, the first picture's time stamp.
        tick: seconds, the unit of all time stamps.
        address: where it comes from, when it is neither a file nor a camera.
    """

    path: Path | None
    width: int
    height: int
    rate: Fraction
    frames: int | None = None
    duration: float | None = None
    rotation: int = 0
    rate_given: bool = True
    pixel_aspect: Fraction = Fraction(1)
    colour: Colour = Colour()
    begin: float = 0.0
    tick: Fraction = _TICK
    address: str = ""

    @classmethod
    def of(cls, path: str | Path) -> "VideoInfo":
        """Read a file's header and first picture.

        Args:
            path: the video file.

        Returns:
            What it is like.

        Raises:
            VideoError: it cannot be opened, or no picture of it can be decoded.

        Example:
            info = video.VideoInfo.of(clip_path)
            info.width, info.height, float(info.rate)
        """
        container, stream = open_video(path)
        with container:
            picture = next(pictures(container, stream), None)
            if picture is None:
                raise VideoError(f"No picture of {path} can be decoded: copy it again, or convert it to .mp4.")
            return cls.seen(picture, container, stream, Path(path))

    @classmethod
    def seen(
        cls, picture: VideoFrame, container: InputContainer, stream: VideoStream, path: Path | None, address: str = ""
    ) -> "VideoInfo":
        """What an open clip is like, whose first picture has been decoded."""
        width, height = shown_size(picture)
        (x, y), _ = axes = shown_axes(picture)
        rotation = round(math.degrees(math.atan2(-y, x))) % 360
        rate = _rate(stream)
        duration = duration_of(container, stream)
        frames = stream.frames if stream.frames > 0 else round(duration * rate) if duration and rate else None
        aspect = stream.sample_aspect_ratio or Fraction(1)
        return cls(
            path, width, height, rate or USUAL_RATE, frames, duration, rotation, rate is not None,
            1 / aspect if is_transposed(axes) else aspect,
            Colour(picture.colorspace, picture.color_range, picture.color_primaries, picture.color_trc),
            picture.time or 0.0,
            stream.time_base if stream.time_base and stream.time_base >= _FINEST else _TICK,
            address,
        )  # fmt: skip

    def missing_after(self, last: float) -> float:
        """Give how many seconds the header promises after the last frame, at `last` seconds; 0.0 where that is no fault."""
        duration = self.duration or 0.0
        missing = duration - last - float(1 / self.rate)
        return missing if missing > max(0.5, 0.02 * duration) else 0.0

    @property
    def is_hdr(self) -> bool:
        """Whether colours need a screen with a high dynamic range."""
        return self.colour.transfer in _HDR

    @property
    def name(self) -> str:
        return str(self.path or self.address or "the camera")


def _rate(stream: VideoStream) -> Fraction | None:
    """The mean frame rate, or the next best that the header gives and that can be true."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= _FASTEST:
            return Fraction(rate)
    return None


def duration_of(container: InputContainer, stream: VideoStream) -> float | None:
    """Seconds, as the header has them. Edited .mp4 files show fewer frames than they count, so their time goes first;
    FFmpeg estimates the time of an .avi from the bytes that are there, so its count does."""
    rate = _rate(stream)
    if container.format.name == "avi" and stream.frames > 0 and rate:
        return float(stream.frames / rate)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)  # type: ignore[operator]  # a stream with a duration has both
    if container.duration and container.duration > 0:
        return container.duration / 1e6
    return None

"""What a video file says of itself, and how trouble with a file is told."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from lib.video.decoding import open_video, pictures
from lib.video.errors import VideoError

USUAL_RATE = Fraction(30)  # where a file gives no frame rate: what the lecture writes for every clip
_FASTEST = 1000  # frames a second; a header that says more means the ticks of its clock


@dataclass(frozen=True)
class VideoInfo:
    """What a clip is like: its header, checked against its first picture.

    `width` and `height` are in pixels as shown, after `rotation` (degrees counterclockwise: 0, 90, 180, 270).
    `rate` is in frames a second, a fraction such as 30000/1001; the mean where the rate varies; USUAL_RATE,
    with `rate_given` False, where the file gives none. `frames` and `duration` (seconds) are hints: headers
    err, and some say nothing (None). `path` is None for a camera.
    """

    path: Path | None
    width: int
    height: int
    rate: Fraction
    frames: int | None = None
    duration: float | None = None
    rotation: int = 0
    rate_given: bool = True

    @classmethod
    def of(cls, path: str | Path) -> "VideoInfo":
        """Look at a file. Raises VideoError when it cannot be opened, or no picture of it can be decoded."""
        container, stream = open_video(path)
        with container:
            picture = next(pictures(container, stream), None)
            if picture is None:
                raise VideoError(f"No picture of {path} can be decoded: copy it again, or convert it to .mp4.")
            width, height, rotation = picture.width, picture.height, picture.rotation % 360
            rate = _rate(stream)
            duration = _duration(container, stream, rate)
        if rotation % 180:
            width, height = height, width
        frames = stream.frames if stream.frames > 0 else round(duration * rate) if duration and rate else None
        return cls(Path(path), width, height, rate or USUAL_RATE, frames, duration, rotation, rate is not None)

    @property
    def name(self) -> str:
        return str(self.path) if self.path else "the camera"


def _rate(stream: VideoStream) -> Fraction | None:
    """The mean frame rate, or the next best that the header gives and that can be true."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate and 0 < rate <= _FASTEST:
            return Fraction(rate)
    return None


def _duration(container: InputContainer, stream: VideoStream, rate: Fraction | None) -> float | None:
    """Seconds, as the header has them. Edited .mp4 files show fewer frames than they count, so their time goes first;
    FFmpeg reckons the time of an .avi from the bytes that are there, so its count does."""
    if container.format.name == "avi" and stream.frames > 0 and rate:
        return float(stream.frames / rate)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    if container.duration and container.duration > 0:
        return container.duration / 1e6
    return None

"""From a file to its pictures, through PyAV (FFmpeg), which raises where OpenCV says nothing and stops."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from lib.video.errors import VideoError


def open_video(path: str | Path) -> tuple[InputContainer, VideoStream]:
    """Open a file at its first stream of pictures. Raises VideoError."""
    path = Path(path)
    if path.is_dir():
        raise VideoError(f"{path} is a folder: give the name of a video file in it.")
    if not path.exists():
        raise VideoError(f"There is no video {path}: check its name and its folder.")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty: copy or download it again.")
    try:
        # An absolute path, because FFmpeg takes "word:" at the beginning of a name for a protocol.
        container = av.open(str(path.resolve()), metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise VideoError(
            f"{path} is not a video that can be read ({error.strerror}); it may be cut short, or something else: "
            "copy or download it again, or convert it to .mp4."
        ) from error
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if container.format.name == "tty" or not streams:  # FFmpeg would "play" a text, and the cover of a song
        container.close()
        raise VideoError(f"{path} holds no moving pictures (sound, text or other data only): give a video file.")
    streams[0].thread_type = "AUTO"
    return container, streams[0]


def pictures(
    container: InputContainer, stream: VideoStream, on_fault: Callable[[], None] = lambda: None
) -> Iterator[av.VideoFrame]:
    """Yield the pictures in the order of showing; `on_fault()` is called for each that cannot be decoded."""
    for packet in _packets(container, stream, on_fault):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            on_fault()


def _packets(container: InputContainer, stream: VideoStream, on_fault: Callable[[], None]) -> Iterator[av.Packet]:
    try:
        yield from container.demux(stream)
    except av.FFmpegError:  # what cannot even be taken apart ends the clip
        on_fault()


class ToRGB:
    """Turn decoded pictures into upright RGB arrays, all of the size of the first."""

    def __init__(self):
        self._reformatter = VideoReformatter()  # keeps its tables from one picture to the next
        self._size: tuple[int, int] | None = None
        self.resized = 0  # pictures that came in another size

    def __call__(self, picture: av.VideoFrame) -> np.ndarray:
        """Give the picture as uint8 RGB (height, width, 3), C-contiguous and the caller's own."""
        size = (picture.width, picture.height)
        self._size = self._size or size
        self.resized += size != self._size
        width, height = self._size
        image = self._reformatter.reformat(picture, width, height, "rgb24").to_ndarray()
        turns = picture.rotation // 90 % 4  # counterclockwise, as np.rot90 turns
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

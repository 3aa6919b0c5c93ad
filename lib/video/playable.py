"""A clip as browsers play it: H.264 in an .mp4."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from lib.core.files import atomic_write
from lib.core.progress import progress_bar
from lib.video.copying import CopySink
from lib.video.info import VideoInfo
from lib.video.opening import open_video
from lib.video.reader import VideoReader

_SOUND = {"aac", "mp3"}
_PIXELS = ("yuv420p", "yuvj420p")
_LATE = 1e-3  # seconds


def is_playable(path: Path) -> bool:
    """Say whether browsers play a clip as it is, with the time stamps that its scores have. Raises VideoError."""
    info = VideoInfo.of(path)
    container, stream = open_video(path)
    with container:
        kinds = {sound.codec_context.name if sound.codec_context else "" for sound in container.streams.audio}
        return (
            "mp4" in container.format.name.split(",")
            and (stream.codec_context.name, stream.codec_context.pix_fmt in _PIXELS) == ("h264", True)
            and kinds <= _SOUND
            and abs(info.begin) < _LATE  # a browser counts seconds from 0, scores from the first frame
        )


def write_playable(source: Path, out: Path, widest: int = 0, progress: bool = True) -> None:
    """Write a clip to an .mp4 that browsers play: a copy of it where it is one, else the same in H.264.

    Args:
        source: the clip.
        out: the file to write.
        widest: make wider frames so wide, in pixels; 0 leaves all as they are.
        progress: show a progress bar.

    Raises:
        OSError: the clip cannot be read, or `out` written (a VideoError is one); then nothing is written.
    """
    if is_playable(source) and not widest:
        with atomic_write(out) as part:
            shutil.copyfile(source, part)
        return
    with VideoReader(source) as reader:
        info = reader.info
        width = min(info.width, widest or info.width)
        height = round(info.height * width / info.width)
        with CopySink(out, replace(info, width=width, height=height)) as sink:
            bar = progress_bar(reader, progress, desc=f"copying {source.name}", total=info.frames, unit="frame")
            for frame in bar:
                small = cv2.resize(frame.image, (width, height), interpolation=cv2.INTER_AREA)
                sink.write(small, frame.seconds)


def playable_bytes(clip: Path, largest: int, widest: int) -> bytes:
    """Give a clip as browsers play it, in at most `largest` bytes: made smaller where it has more, empty if even that has.

    Raises OSError, as `write_playable`.
    """
    if is_playable(clip) and clip.stat().st_size <= largest:
        return clip.read_bytes()
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "clip.mp4"
        write_playable(clip, copy, widest)
        return copy.read_bytes() if copy.stat().st_size <= largest else b""

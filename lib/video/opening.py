"""Open a video file through PyAV (FFmpeg), which raises where OpenCV says nothing and stops.

A clip never makes the program open other files or addresses: what only names them (a playlist) is refused.
"""

from functools import cache
from pathlib import Path

import av
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.stream import Disposition
from av.video.stream import VideoStream

from lib.core.errors import VideoError
from lib.core.messages import without_password

# Formats of FFmpeg whose content is elsewhere: lists of files, addresses, devices, names with a number in them.
_ELSEWHERE = {
    "alsa", "concat", "dash", "fbdev", "ffmetadata", "hls", "image2", "imf", "lavfi", "rtp", "rtsp", "sap", "sdp",
    "video4linux2,v4l2", "webm_dash_manifest", "x11grab",
}  # fmt: skip
_PROTOCOLS = ("http", "https", "tcp", "tls", "crypto", "rtsp", "rtp", "udp")
_PATIENCE = 15.0  # seconds to wait for an address, and for what comes from it
_PLAYLISTS = (b"#EXTM3U", b"ffconcat version", b"<MPD", b"v=0")  # how those begin that FFmpeg knows by their content


@classmethod  # type: ignore[misc]  # it becomes a method below
def _unlisted(cls: type[Type], number: int) -> Type:
    """A kind of side data that PyAV's list lacks: one of these (a photo's EXIF) would make it refuse all the others."""
    kind = object.__new__(cls)
    kind._name_, kind._value_ = f"UNLISTED_{number}", number  # type: ignore[assignment]  # PyAV's stubs give no values
    return kind


Type._missing_ = _unlisted  # type: ignore[assignment, method-assign]  # the one way to complete PyAV's list


def open_video(path: str | Path) -> tuple[InputContainer, VideoStream]:
    """Open a file at the stream of pictures that players show: the largest. Raises VideoError."""
    path = Path(path)
    if path.is_dir():
        raise VideoError(f"{path} is a folder: give the name of a video file in it.")
    if not path.exists():
        raise VideoError(f"There is no video {path}: check its name and its folder.")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty: copy or download it again.")
    if _is_playlist(path):
        raise VideoError(f"{path} is a playlist, which only names other files or addresses: give the clip itself.")
    try:
        # An absolute path, because FFmpeg takes "word:" at the beginning of a name for a protocol.
        container = av.open(
            str(path.resolve()), metadata_errors="replace", options={"protocol_whitelist": "file"} | _formats()
        )
    except (av.FFmpegError, OSError) as error:
        raise VideoError(
            f"{path} is not a video that can be read ({error.strerror}); it may be cut short, or something else: "
            "copy or download it again, or convert it to .mp4."
        ) from error
    return container, _largest_stream(container, str(path))


def open_address(address: str) -> tuple[InputContainer, VideoStream]:
    """Open a stream at an address (rtsp://, http://, https://) at its largest pictures. Raises VideoError."""
    options = {"protocol_whitelist": ",".join(_PROTOCOLS), "rtsp_transport": "tcp"} | _formats("rtsp", "rtp")
    try:
        container = av.open(address, metadata_errors="replace", options=options, timeout=_PATIENCE)
    except (av.FFmpegError, OSError) as error:
        raise VideoError(
            f"{without_password(address)} gives no video ({error.strerror}): check the address and the network, or "
            "download the clip."
        ) from error
    return container, _largest_stream(container, without_password(address))


def _largest_stream(container: InputContainer, name: str) -> VideoStream:
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if container.format.name == "tty" or not streams:  # FFmpeg would "play" a text, and the cover of a song
        container.close()
        raise VideoError(f"{name} holds no moving pictures (sound, text or other data only): give a video file.")
    chosen = max(streams, key=lambda stream: (stream.width or 0) * (stream.height or 0))
    chosen.thread_type = "AUTO"
    return chosen


def _is_playlist(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            begin = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        return False  # what opens the file says why it cannot be read
    return begin.startswith(_PLAYLISTS) or b"<MPD" in begin


@cache
def _formats(*more: str) -> dict[str, str]:
    """The option of FFmpeg with which it reads no format whose content is elsewhere, except those named."""
    return {"format_whitelist": ",".join(av.formats_available - _ELSEWHERE | set(more))}

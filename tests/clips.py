"""Little clips for the tests: frames whose brightness tells their number, and files with known faults."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIZE = (64, 48)
ENCODERS = {
    ".avi": ("mjpeg", "yuvj420p", {}),
    ".webm": ("libvpx", "yuv420p", {"crf": "4", "b": "8M", "deadline": "realtime", "cpu-used": "8"}),
    ".mp4": ("libx264", "yuv420p", {}),
    ".ts": ("libx264", "yuv420p", {}),
}


def plain(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Frame `number` (0 to 59), uint8 RGB (h, w, 3), of one brightness."""
    return np.full((size[1], size[0], 3), 8 + 4 * number, np.uint8)


def number_of(image: np.ndarray) -> int:
    """Which of the `plain` frames this was."""
    return round((float(image.mean()) - 8) / 4)


def busy(number: int, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """A frame that does not compress well, so that a fault in the middle of the file hits pictures."""
    return np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def write(path: Path, images, rate=30, rotation: int = 0, faststart: bool = False, times=None, options=None) -> Path:
    """Encode uint8 RGB images; `times` (milliseconds) make the rate vary."""
    codec, pixels, usual = ENCODERS[path.suffix]
    with av.open(str(path), "w", options={"movflags": "faststart"} if faststart else {}) as container:
        stream = container.add_stream(codec, rate=rate, options=options or usual)
        stream.pix_fmt = pixels
        if rotation:
            stream.set_display_rotation(rotation)
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        stream.height, stream.width = images[0].shape[:2]
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = (times[number], Fraction(1, 1000)) if times else (number, 1 / Fraction(rate))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def with_matrix(path: Path, matrix) -> Path:
    """An .mp4 whose track has the display matrix (2, 2), rows where its right and lower edges point, in place."""
    (a, b), (c, d) = np.rint(np.array(matrix) * 65536).astype(int).tolist()
    at = path.read_bytes().index(b"tkhd") + 44
    return patched(path, at, struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30))


def sound(path: Path) -> Path:
    """A .wav file: sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut(path: Path, share: float = 0.5) -> Path:
    """The first part of a file's bytes, in place."""
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def patched(path: Path, at: int, new: bytes) -> Path:
    """The file with some bytes replaced, in place."""
    whole = bytearray(path.read_bytes())
    whole[at : at + len(new)] = new
    path.write_bytes(whole)
    return path


def avi_header(path: Path, rate: bytes | None = None, count: int | None = None) -> Path:
    """An .avi with another scale and rate (8 bytes), or another number of frames, in its header, in place."""
    whole = path.read_bytes()
    stream, main = whole.index(b"strh") + 8, whole.index(b"avih") + 8
    if rate is not None:
        patched(path, stream + 20, rate)
        patched(path, main, bytes(4))
    if count is not None:
        patched(path, stream + 32, count.to_bytes(4, "little"))
        patched(path, main + 16, count.to_bytes(4, "little"))
    return path

"""Pictures as students' folders hold them: read right, or refused in one sentence that names the file."""

import io
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image  # comes with matplotlib; it writes what OpenCV does not

from lib import photos
from lib.core import paths
from lib.photos import PhotoError

WIDTH, HEIGHT = 64, 48
RED = np.zeros((HEIGHT, WIDTH, 3), np.uint8) + np.array([220, 30, 20], np.uint8)
RED[:, : WIDTH // 2, 2] = 180  # the left half is purple, so that left and right can be told apart


def png(width: int, height: int, rows: bytes = b"", bits: int = 8, colour: int = 2) -> bytes:
    """A PNG by hand, whose header may promise what its data do not hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def saved(kind: str, mode: str = "RGB", **options) -> bytes:
    memory = io.BytesIO()
    Image.fromarray(RED).convert(mode).save(memory, kind, **options)
    return memory.getvalue()


def encoded(ending: str, image: np.ndarray) -> bytes:
    return cv2.imencode(ending, image)[1].tobytes()


def promising(width: int, height: int) -> bytes:
    """A JPEG whose header promises another size."""
    data = bytearray(saved("JPEG"))
    at = data.find(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def damaged(data: bytes) -> bytes:
    """The same length, with rubbish from the middle on."""
    rubbish = np.random.default_rng(0).bytes(len(data) // 4)
    return data[: len(data) // 2] + rubbish + data[len(data) // 2 + len(rubbish) :]


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


UNREADABLE = {
    "empty.jpg": b"",
    "web_page.jpg": b"<!DOCTYPE html>\n<title>404 Not Found</title>\n",
    "corrupt.png": damaged(saved("PNG")),
    "corrupt.jpg": b"\0" * 40 + saved("JPEG")[40:],
    "truncated.jpg": half(saved("JPEG")),
    "truncated_progressive.jpg": half(saved("JPEG", progressive=True)),
    "truncated.png": half(saved("PNG")),
    "truncated.webp": half(saved("WEBP")),
    "all_but_the_end.jpg": saved("JPEG")[:-2],
    "zero.png": png(0, 0),
    "zero_high.png": png(WIDTH, 0),
    "zero.jpg": promising(0, 0),
    "floats.tif": encoded(".tif", RED.astype(np.float32) / 255),
    "telephone.heic": b"\0\0\0\x18ftypheic" + b"\0" * 100,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_whole_picture_is_refused_by_name_found_by_check_and_left_out(toy_photos, name):
    path = toy_photos / "badminton" / name
    path.write_bytes(UNREADABLE[name])
    with pytest.raises(PhotoError) as told:
        photos.read(path)
    assert str(told.value) == f"{path} is not a picture that can be read: delete it, or replace it with a whole copy."
    found = photos.find(toy_photos)
    assert path in [photo.path for photo in found]
    assert [photo.path for photo in photos.find_faults(found, progress=False).unreadable] == [path]
    assert len(photos.readable(found, progress=False)) == len(found) - 1 == 60


def test_a_jpeg_whose_pixels_are_damaged_still_opens_as_in_every_viewer(tmp_path):
    (tmp_path / "damaged.jpg").write_bytes(damaged(saved("JPEG")))
    assert photos.read(tmp_path / "damaged.jpg").shape == (HEIGHT, WIDTH, 3)


READABLE = {
    "16_bits.png": encoded(".png", RED[..., ::-1].astype(np.uint16) * 257),
    "16_bits.tif": encoded(".tif", RED[..., ::-1].astype(np.uint16) * 257),
    "cmyk.jpg": saved("JPEG", "CMYK"),
    "cmyk.tif": saved("TIFF", "CMYK"),
    "palette.png": saved("PNG", "P"),
    "alpha.png": saved("PNG", "RGBA"),
    "png_called.jpg": saved("PNG"),
    "jpeg_called.png": saved("JPEG"),
    "gif_called.jpg": saved("GIF"),
    "SHOUTED.JPG": saved("JPEG"),
    "from_the_web.webp": saved("WEBP"),
    "my holiday at the sea.png": saved("PNG"),
    "Fußball – Jürgen Straße.png": saved("PNG"),
    "羽毛球.png": saved("PNG"),
    f"{'long' * 60}.png": saved("PNG"),
}


@pytest.mark.parametrize("name", READABLE, ids=lambda name: name[:30])
def test_what_is_a_picture_is_read_in_its_colours(toy_photos, name):
    path = toy_photos / "badminton" / name
    path.write_bytes(READABLE[name])
    image = photos.read(path)
    assert image.dtype == np.uint8 and image.shape == (HEIGHT, WIDTH, 3)
    for part in (np.s_[:, :28], np.s_[:, 36:]):
        assert np.abs(image[part].astype(int) - RED[part]).mean() < 30
    found = photos.find(toy_photos)
    assert path in [photo.path for photo in found] and photos.find_faults(found, progress=False).unreadable == []


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken(tmp_path, kind):
    frames = [Image.fromarray(np.zeros_like(RED) + np.array(colour, np.uint8)) for colour in ((200, 0, 0), (0, 0, 200))]
    path = tmp_path / f"animated.{kind.lower()}"
    frames[0].save(path, kind, save_all=True, append_images=frames[1:], duration=100)
    assert Image.open(path).n_frames == 2
    assert np.abs(photos.read(path).reshape(-1, 3).mean(axis=0) - (200, 0, 0)).max() < 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_cameras_rotation_is_applied(tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter, clockwise: what lay on the left is on top
    (tmp_path / "turned").write_bytes(saved(kind, exif=exif))
    image = photos.read(tmp_path / "turned").astype(int)
    assert image.shape == (WIDTH, HEIGHT, 3)
    assert image[:28, :, 2].mean() > 150 and image[36:, :, 2].mean() < 50


@pytest.mark.parametrize("bits", [8, 16])
def test_greyscale_is_repeated_and_told_of(toy_photos, bits):
    path = toy_photos / "badminton" / "grey.png"
    path.write_bytes(encoded(".png", np.full((9, 9), 100 * 257 ** (bits == 16), f"uint{bits}")))
    assert photos.read(path).shape == (9, 9, 3) and (photos.read(path) == 100).all()
    assert [photo.path for photo in photos.find_faults(photos.find(toy_photos), progress=False).greyscale] == [path]


def test_transparency_is_dropped_and_told_of(toy_photos):
    path = toy_photos / "badminton" / "alpha.png"
    path.write_bytes(encoded(".png", np.dstack([RED[..., ::-1], np.zeros((HEIGHT, WIDTH), np.uint8)])))
    assert (photos.read(path) == RED).all()
    assert [photo.path for photo in photos.find_faults(photos.find(toy_photos), progress=False).transparent] == [path]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PRINTS = {  # what libpng, libjpeg, libtiff and OpenCV print of it, they print past Python
    "odd_profile.png": saved("PNG")[:33] + chunk(b"iCCP", b"x\0\0" + zlib.compress(b"abc")) + saved("PNG")[33:],
    "odd_colours.png": saved("PNG")[:33] + chunk(b"sRGB", b"\x09") + saved("PNG")[33:],
    "truncated.png": half(saved("PNG")),
    "truncated.jpg": half(saved("JPEG")),
    "truncated.tif": half(saved("TIFF")),
}


@pytest.mark.parametrize("name", PRINTS)
def test_libraries_in_c_print_nothing_of_odd_files(toy_photos, capfd, name):
    path = toy_photos / "badminton" / name
    path.write_bytes(PRINTS[name])
    bad = photos.find_faults(photos.find(toy_photos), progress=False).unreadable
    if not bad:
        photos.read(path)
    assert capfd.readouterr() == ("", "")
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


# Too large


def test_100_megapixels_are_read(tmp_path):
    side = 10_000
    rows = (b"\0" + b"\xff" * (side // 8)) * side  # white, one bit a pixel
    (tmp_path / "large.png").write_bytes(png(side, side, rows, bits=1, colour=0))
    small = photos.Resize(8)(photos.read(tmp_path / "large.png"))
    assert small.shape == (8, 8, 3) and (small == 255).all()


BOMBS = """
import resource, sys
from lib import photos
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for photo in photos.find_faults(photos.find(sys.argv[1]), progress=False).unreadable:
    try:
        photos.read(photo.path)
    except photos.PhotoError as error:
        print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process does not know there how much memory it took")
def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(toy_photos):
    """In a process of its own, because OpenCV takes the limit when it is loaded."""
    bombs = {
        "a.jpg": promising(20_000, 20_000),
        "b.jpg": promising(60_000, 60_000),
        "c.png": png(20_000, 20_000, bytes(1000)),
        "d.png": png(60_000, 60_000, bytes(1000)),
    }
    for name, data in bombs.items():
        (toy_photos / "badminton" / name).write_bytes(data)
    command = [sys.executable, "-c", BOMBS, str(toy_photos)]
    printed = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout
    *told, megabytes = printed.splitlines()
    where = toy_photos / "badminton"
    assert told == [
        f"{where / name} has more than 200 million pixels: save it smaller, or delete it." for name in bombs
    ]
    assert int(megabytes) < 300  # the smallest of them would take 1200


def test_a_picture_that_is_too_large_is_refused_where_opencv_was_loaded_first(toy_photos):
    """Then it has a limit of its own, which is higher."""
    path = toy_photos / "badminton" / "large.png"
    cv2.imwrite(str(path), np.zeros((20_000, 10_001), np.uint8))
    code = "import cv2, sys; from lib import photos; photos.read(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=paths.ROOT, capture_output=True, text=True)
    assert f"{path} has more than 200 million pixels: save it smaller, or delete it." in done.stderr


# Where they lie


def test_a_very_long_path(tmp_path, toy_photos):
    deep = tmp_path
    while len(str(deep)) < 3500:
        deep = deep / ("d" * 200)
    deep.mkdir(parents=True)
    folder = shutil.copytree(toy_photos, deep / "photographs")
    found = photos.find(folder)
    assert len(found) == 60 and photos.load(found[:2], photos.Resize(8), progress=False).shape == (2, 8, 8, 3)


def test_a_path_that_is_too_long_for_the_system(tmp_path):
    with pytest.raises(PhotoError, match=r"x\.jpg (cannot be opened \(File name too long\)|There is no picture)"):
        photos.read(tmp_path / ("d" * 5000) / "x.jpg")


def loop(path: Path) -> None:
    path.symlink_to(path)


def dead_end(path: Path) -> None:
    path.symlink_to(path.with_name("nothing"))


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)  # to open it would wait for ever


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that students seldom have")
@pytest.mark.parametrize("make", [loop, dead_end, folder, pipe])
def test_a_name_behind_which_is_no_file(toy_photos, make):
    path = toy_photos / "badminton" / "odd.jpg"
    make(path)
    with pytest.raises(PhotoError) as told:
        photos.read(path)
    assert str(told.value) == f"There is no picture {path}: put it back, or begin again without it."
    found = photos.find(toy_photos)
    assert [photo.path for photo in photos.find_faults(found, progress=False).unreadable] == [path]
    assert len(photos.readable(found, progress=False)) == 60
    assert photos.fingerprint(found) == photos.fingerprint(photos.find(toy_photos))


def test_a_photograph_that_one_may_not_open(toy_photos, monkeypatch):
    path = toy_photos / "badminton" / "00.png"

    def refuse(file, *arguments):
        if Path(file) == path:
            raise PermissionError(13, "Permission denied", str(file))
        return fromfile(file, *arguments)

    fromfile = np.fromfile
    monkeypatch.setattr(photos.np, "fromfile", refuse)
    with pytest.raises(PhotoError) as told:
        photos.read(path)
    assert str(told.value) == f"{path} cannot be opened (Permission denied): delete it, or copy it again."
    assert [photo.path for photo in photos.find_faults(photos.find(toy_photos), progress=False).unreadable] == [path]
    monkeypatch.undo()  # one may open it now
    assert photos.find_faults(photos.find(toy_photos), progress=False).unreadable == []

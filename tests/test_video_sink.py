"""VideoSink: what is written is what can be read, and nothing half-written stays."""

import os
import signal
import threading
from fractions import Fraction
from pathlib import Path

import av
import clips
import numpy as np
import pytest

from lib.video import VideoError, VideoInfo, VideoReader, VideoSink

KINDS = pytest.mark.parametrize("suffix", [".avi", ".mp4"])


def fill(path, count=20, size=clips.SIZE, rate=30, picture=clips.plain):
    with VideoSink(path, *size, rate) as sink:
        for number in range(count):
            sink.write(picture(number, size))


@KINDS
def test_frames_come_back(tmp_path, suffix):
    path = tmp_path / "new" / "folder" / f"clip{suffix}"
    fill(path, 50)
    with VideoReader(path) as reader:
        assert [clips.number_of(frame.image) for frame in reader] == list(range(50))
    assert os.listdir(path.parent) == [path.name]


@KINDS
def test_colours_come_back(tmp_path, suffix):
    colours = [(0, 114, 178), (213, 94, 0), (0, 158, 115), (255, 255, 255), (0, 0, 0)]
    with VideoSink(tmp_path / f"clip{suffix}", 64, 48, 30) as sink:
        for colour in colours:
            sink.write(np.full((48, 64, 3), colour, np.uint8))
    with VideoReader(sink.path) as reader:
        for frame, colour in zip(reader, colours, strict=True):
            assert np.abs(frame.image.reshape(-1, 3).mean(axis=0) - colour).max() < 4


@KINDS
@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(2997, 100), 25, 12.5, 24000 / 1001])
def test_the_frame_rate_is_kept(tmp_path, suffix, rate):
    fill(tmp_path / f"clip{suffix}", rate=rate)
    info = VideoInfo.of(tmp_path / f"clip{suffix}")
    assert info.rate == Fraction(rate).limit_denominator(1001) and info.frames == 20


def test_what_is_inside(tmp_path):
    """Motion JPEG as in the lecture; H.264 that browsers play: yuv420p, the index before the pictures."""
    for suffix, codec, pixels in ((".avi", "mjpeg", "yuvj420p"), (".mp4", "h264", "yuv420p")):
        fill(tmp_path / f"clip{suffix}")
        with av.open(str(tmp_path / f"clip{suffix}")) as container:
            context = container.streams.video[0].codec_context
            assert (context.name, context.pix_fmt) == (codec, pixels)
    whole = (tmp_path / "clip.mp4").read_bytes()
    assert whole.index(b"moov") < whole.index(b"mdat")


@KINDS
def test_odd_sizes_are_padded(tmp_path, suffix):
    image = np.zeros((121, 161, 3), np.uint8)
    image[-4:], image[:, -4:] = 255, 255  # a white edge, which must not be cut
    with VideoSink(tmp_path / f"clip{suffix}", 161, 121, 30) as sink:
        sink.write(image)
    with VideoReader(sink.path) as reader:
        came = next(reader).image
    assert came.shape == (122, 162, 3)
    assert came[-4:].min() > 200 and came[:, -4:].min() > 200 and came[10, 10].max() < 50


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((48, 60, 3), np.uint8),
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 64, 4), np.uint8),
        np.zeros((48, 64, 3), np.float32),
    ],
    ids=["size", "grey", "rgba", "float"],
)
@KINDS
def test_wrong_frames(tmp_path, suffix, wrong):
    path = tmp_path / f"clip{suffix}"
    with pytest.raises(ValueError, match="uint8 frames of shape") as told, VideoSink(path, 64, 48, 30) as sink:
        sink.write(clips.plain(0))
        sink.write(wrong)
    assert str(path) in str(told.value)
    assert os.listdir(tmp_path) == []


def test_views_are_written_right(tmp_path):
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32] = 255
    with VideoSink(tmp_path / "clip.avi", 64, 48, 30) as sink:
        sink.write(image[:, ::-1])
    with VideoReader(sink.path) as reader:
        came = next(reader).image
    assert came[:, :30].max() < 30 and came[:, 34:].min() > 225


def test_the_frame_may_be_used_again(tmp_path):
    image = np.empty((48, 64, 3), np.uint8)
    with VideoSink(tmp_path / "clip.mp4", 64, 48, 30) as sink:
        for number in range(50):
            image[:] = clips.plain(number)
            sink.write(image)
    with VideoReader(sink.path) as reader:
        assert [clips.number_of(frame.image) for frame in reader] == list(range(50))


@pytest.mark.parametrize(
    "arguments",
    [
        ("clip.mov", 64, 48, 30), ("clip.avi", 0, 48, 30), ("clip.avi", 64, 48, 0), ("clip.avi", 64, 48, float("nan")),
        ("clip.avi", 64.5, 48, 30), ("clip.avi", 64, True, 30),
    ],
)  # fmt: skip
def test_wrong_arguments(tmp_path, arguments):
    name, *rest = arguments
    with pytest.raises(ValueError, match=name):
        VideoSink(tmp_path / name, *rest)


def test_writing_outside_with(tmp_path):
    sink = VideoSink(tmp_path / "clip.avi", 64, 48, 30)
    with pytest.raises(ValueError, match="with"):
        sink.write(clips.plain(0))


def in_the_way(tmp_path):
    (tmp_path / "file").touch()
    return tmp_path / "file" / "clip.avi"


def locked(tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    if os.access(tmp_path / "locked", os.W_OK):
        pytest.skip("this user may write everywhere")
    return tmp_path / "locked" / "clip.avi"


def a_folder(tmp_path):
    (tmp_path / "clip.avi").mkdir()
    return tmp_path / "clip.avi"


@pytest.mark.parametrize("place", [in_the_way, locked, a_folder])
def test_unwritable(tmp_path, place):
    path = place(tmp_path)
    with pytest.raises(OSError, match="cannot be written|is a folder") as told:
        fill(path)
    assert str(path) in str(told.value)


def test_proc_takes_no_files():
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    with pytest.raises(OSError, match="cannot be written"):
        fill(Path("/proc/clip.avi"))


@KINDS
@pytest.mark.parametrize("room", [0, 100_000])
def test_disk_full(tmp_path, suffix, room):
    """A limit on the size of files stands for the full disk: the system refuses in the same way."""
    resource = pytest.importorskip("resource")
    path = tmp_path / f"clip{suffix}"
    path.write_text("what was there before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(VideoError, match="make room") as told:
            fill(path, 60, (160, 120), picture=clips.busy)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(path) in str(told.value)
    assert os.listdir(tmp_path) == [path.name] and path.read_text() == "what was there before"


def test_frames_that_got_lost_are_noticed(tmp_path, monkeypatch):
    path = tmp_path / "clip.avi"
    with pytest.raises(VideoError, match="20 frames .* 19 arrived"), VideoSink(path, 64, 48, 30) as sink:
        for number in range(19):
            sink.write(clips.plain(number))
        monkeypatch.setattr(sink, "_mux", lambda stream, picture: None)
        sink.write(clips.plain(19))
        monkeypatch.undo()
    assert os.listdir(tmp_path) == []


def test_no_frame(tmp_path):
    with pytest.raises(VideoError, match="no frame"):
        fill(tmp_path / "clip.mp4", 0)
    assert os.listdir(tmp_path) == []


def own_mistake():
    raise ZeroDivisionError


def ctrl_c():
    signal.raise_signal(signal.SIGINT)


@KINDS
@pytest.mark.parametrize("stop, kind", [(own_mistake, ZeroDivisionError), (ctrl_c, KeyboardInterrupt)])
@pytest.mark.parametrize("after", [0, 30])
def test_stopped_on_the_way(tmp_path, suffix, stop, kind, after):
    path = tmp_path / f"clip{suffix}"
    fill(path, 5)
    before, threads = path.read_bytes(), native_threads()
    with pytest.raises(kind), VideoSink(path, 64, 48, 30) as sink:
        for number in range(after):
            sink.write(clips.plain(number))
        stop()
    assert os.listdir(tmp_path) == [path.name] and path.read_bytes() == before
    assert native_threads() == threads


def native_threads() -> int:
    """FFmpeg's threads included, where the system tells."""
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.exists() else threading.active_count()


def test_threads_end(tmp_path):
    before = native_threads()
    fill(tmp_path / "clip.mp4")
    with VideoReader(tmp_path / "clip.mp4") as reader:
        next(reader)
    assert native_threads() == before

"""Live input: a file played as if a camera gave it, behind the same interface."""

import threading
import time
from fractions import Fraction
from itertools import count
from threading import Event

import clips
import cv2
import numpy as np
import pytest

from lib.video import SimulatedCamera, VideoError, VideoInfo, VideoReader
from lib.video.live import LatestFrameSource


@pytest.fixture
def path(tmp_path):
    return clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(30)], rate=60)


def test_every_frame(path):
    begin = time.monotonic()
    with VideoReader(SimulatedCamera(path), policy="every") as reader:
        frames = list(reader)
    assert [clips.number_of(frame.image) for frame in frames] == list(range(30))
    assert [frame.index for frame in frames] == list(range(30)) and reader.came == 30
    assert time.monotonic() - begin > 29 / 60 - 0.05  # at its own pace, not faster


def test_newest_frame_when_the_work_is_slow(path):
    with VideoReader(SimulatedCamera(path)) as reader:
        frames = []
        for frame in reader:
            frames.append(frame)
            time.sleep(0.12)
    numbers = [frame.index for frame in frames]
    assert 2 <= len(frames) <= 8 and (np.diff(numbers) > 1).any() and numbers[-1] == 29
    assert numbers == [clips.number_of(frame.image) for frame in frames]
    assert np.allclose([frame.seconds for frame in frames], np.array(numbers) / 60, atol=1e-6)


def test_stride_and_end_count_the_frames_that_come(path):
    with VideoReader(SimulatedCamera(path), start=2, end=12, stride=3, policy="every") as reader:
        assert [frame.index for frame in reader] == [2, 5, 8, 11]


@pytest.mark.parametrize("policy", ["newest", "every"])
def test_threads_end_when_left_on_the_way(path, policy):
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), VideoReader(SimulatedCamera(path), policy=policy) as reader:
        next(reader)
        raise ZeroDivisionError
    assert threading.active_count() == before


class Broken:
    """A source that gives one frame and fails."""

    info = None

    def __iter__(self):
        yield 0, 0.0, clips.plain(0)
        time.sleep(0.05)
        raise VideoError("the cable came loose")

    def close(self):
        self.closed = True


@pytest.mark.parametrize("policy", ["newest", "every"])
def test_an_error_in_the_source_is_raised_to_the_reader(policy):
    source = Broken()
    with pytest.raises(VideoError, match="cable"), VideoReader(source, policy=policy) as reader:
        assert next(reader).index == 0
        next(reader)
    assert source.closed


class Endless:
    """A camera that never stops."""

    info = None

    def __iter__(self):
        for index in count():
            time.sleep(0.001)
            yield index, index / 1000, np.full((480, 640, 3), index % 256, np.uint8)

    def close(self):
        pass


def test_newest_holds_one_frame_however_long_it_runs():
    with VideoReader(Endless()) as reader:
        next(reader)
        time.sleep(0.2)
        next(reader)  # may be the one before the newest
        late = next(reader)
    assert late.index > 20


def test_a_number_is_a_camera(path, monkeypatch):
    opened = []
    capture = cv2.VideoCapture
    monkeypatch.setattr("lib.video.live.cv2.VideoCapture", lambda number: opened.append(number) or capture(str(path)))
    with VideoReader(0, policy="every") as reader:
        frames = list(reader)
        assert (reader.info.width, reader.info.height, reader.info.rate, reader.info.path) == (64, 48, 60, None)
    assert opened == [0]
    assert [clips.number_of(frame.image) for frame in frames] == list(range(30))
    assert frames[0].seconds == 0 and (np.diff([frame.seconds for frame in frames]) > 0).all()


def test_camera_colours_are_rgb(tmp_path, monkeypatch):
    red = clips.write(tmp_path / "red.avi", [np.full((48, 64, 3), (250, 10, 10), np.uint8)])
    capture = cv2.VideoCapture
    monkeypatch.setattr("lib.video.live.cv2.VideoCapture", lambda number: capture(str(red)))
    with VideoReader(0, policy="every") as reader:
        assert np.abs(next(reader).image.reshape(-1, 3).mean(axis=0) - (250, 10, 10)).max() < 5


def test_the_clips_own_times(tmp_path):
    """A rate that varies: frames come when they were filmed, as a file's do."""
    times = [20 * number if number < 10 else 200 + 60 * (number - 10) for number in range(20)]
    path = clips.write(tmp_path / "phone.mp4", [clips.plain(number) for number in range(20)], times=times)
    came, begin = [], time.monotonic()
    with VideoReader(SimulatedCamera(path), policy="every") as reader:
        for frame in reader:
            came.append(time.monotonic() - begin)
            assert frame.seconds == pytest.approx(times[frame.index] / 1000, abs=2e-3)
    assert all(late > wanted / 1000 - 0.02 for late, wanted in zip(came, times))


@pytest.mark.parametrize("policy", ["newest", "every"])
def test_start_past_the_end(path, policy):
    with (
        VideoReader(SimulatedCamera(path), 30, policy=policy) as reader,
        pytest.raises(VideoError, match="choose a start"),
    ):
        list(reader)


class Silent(Endless):
    """A camera that opens and gives nothing."""

    info = VideoInfo(None, 64, 48, Fraction(30))

    def __iter__(self):
        return iter(())


@pytest.mark.parametrize("policy", ["newest", "every"])
def test_no_frame_at_all(policy):
    with pytest.raises(VideoError, match="the camera gave no frame"), VideoReader(Silent(), policy=policy) as reader:
        list(reader)


@pytest.mark.parametrize("number", [98, np.int64(99)])
def test_no_camera(number, capfd):
    with pytest.raises(VideoError, match=f"Camera {number} does not open"):
        VideoReader(number)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "source", [-1, -(10**20), 100, 10**20, True, False, np.True_, 0.0, np.nan, None, b"clip.mp4", [], object()]
)
def test_what_is_no_source(source, capfd):
    with pytest.raises(ValueError, match="is no source of frames: give a video file, the number of a camera"):
        VideoReader(source)
    assert capfd.readouterr() == ("", "")


class Stuck:
    """A camera that gives one frame and then none, without an end."""

    def __init__(self):
        self.info, self.go_on, self.closed = VideoInfo(None, 64, 48, Fraction(25)), Event(), Event()

    def __iter__(self):
        yield 0, 0.0, np.zeros((48, 64, 3), np.uint8)
        self.go_on.wait()

    def close(self):
        self.closed.set()


def test_a_camera_that_is_stuck_does_not_hold_up_who_closes_it(monkeypatch):
    monkeypatch.setattr(LatestFrameSource, "CLOSING", 0.1)
    camera = Stuck()
    with VideoReader(camera, policy="newest") as reader:
        next(iter(reader))
    assert not camera.closed.is_set()  # its thread still waits for a frame of it
    camera.go_on.set()
    assert camera.closed.wait(5)

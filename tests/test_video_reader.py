"""VideoInfo and VideoReader: right frames at right times, and every fault told in one sentence or set right."""

import warnings
from fractions import Fraction

import clips
import cv2
import numpy as np
import pytest

from lib.video import VideoError, VideoInfo, VideoReader, VideoWarning
from lib.video.reader import _Clock


def read(path, **options):
    """All frames of a clip; a warning fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with VideoReader(path, **options) as reader:
            return list(reader)


def read_warned(path, match):
    """All frames of a clip with something wrong, and the reader; the warning must name the file."""
    with pytest.warns(VideoWarning, match=match) as told, VideoReader(path) as reader:
        frames = list(reader)
    assert len(told) == 1 and str(path) in str(told[0].message)
    return frames, reader


def plain_clip(path, count=30, **options):
    return clips.write(path, [clips.plain(number) for number in range(count)], **options)


def busy_clip(path, count=40, **options):
    return clips.write(path, [clips.busy(number) for number in range(count)], **options)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".webm", ".ts"])
def test_every_frame_comes_in_order_and_on_time(tmp_path, suffix):
    frames = read(plain_clip(tmp_path / f"clip{suffix}"))
    assert [frame.index for frame in frames] == list(range(30))
    assert [clips.number_of(frame.image) for frame in frames] == list(range(30))
    assert np.allclose([frame.seconds for frame in frames], np.arange(30) / 30, atol=1e-3)
    assert frames[0].seconds == 0
    for image in (frame.image for frame in frames):
        assert image.dtype == np.uint8 and image.shape == (48, 64, 3) and image.flags.c_contiguous


def test_info(tmp_path):
    path = plain_clip(tmp_path / "clip.mp4", rate=Fraction(30000, 1001))
    info = VideoInfo.of(str(path))
    assert (info.path, info.width, info.height, info.rotation) == (path, 64, 48, 0)
    assert info.rate == Fraction(30000, 1001) and info.rate_given
    assert info.frames == 30 and info.duration == pytest.approx(1.001)


def test_pixels_are_those_that_the_lecture_reads(tmp_path):
    path = busy_clip(tmp_path / "clip.mp4", 10)
    capture = cv2.VideoCapture(str(path))
    for frame in read(path):
        came, image = capture.read()
        assert came and np.array_equal(frame.image, cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    assert not capture.read()[0]


@pytest.mark.parametrize(
    "start, end, stride", [(0, None, 1), (5, 20, 1), (0, None, 7), (3, 29, 4), (29, None, 1), (0, 99, 10)]
)
def test_start_end_stride(tmp_path, start, end, stride):
    frames = read(plain_clip(tmp_path / "clip.mp4"), start=start, end=end, stride=stride)
    wanted = list(range(30))[start:end:stride]
    assert [frame.index for frame in frames] == wanted
    assert [clips.number_of(frame.image) for frame in frames] == wanted
    assert np.allclose([frame.seconds for frame in frames], np.array(wanted) / 30, atol=1e-3)


@pytest.mark.parametrize("wrong", [{"start": -1}, {"stride": 0}, {"start": 5, "end": 5}, {"policy": "some"}])
def test_wrong_ranges(tmp_path, wrong):
    with pytest.raises(ValueError):
        VideoReader(plain_clip(tmp_path / "clip.mp4"), **wrong)


def test_start_past_the_end(tmp_path):
    with pytest.raises(VideoError, match="has 30 frames"):
        read(plain_clip(tmp_path / "clip.mp4"), start=30)


def test_nothing_comes_after_close(tmp_path):
    with VideoReader(plain_clip(tmp_path / "clip.mp4")) as reader:
        next(reader)
    assert list(reader) == []


@pytest.mark.parametrize("rotation", [90, -90, 180])
def test_upright_phone_video(tmp_path, rotation):
    image = np.zeros((48, 64, 3), np.uint8)
    image[:16, :16] = (255, 0, 0)  # red in the upper left corner
    path = clips.write(tmp_path / "phone.mp4", [image] * 3, rotation=rotation)
    upright = np.rot90(image, rotation // 90)
    info, frame = VideoInfo.of(path), read(path)[0]
    assert info.rotation == rotation % 360
    assert (info.height, info.width, 3) == upright.shape == frame.image.shape
    assert np.abs(frame.image.astype(int) - upright).mean() < 5 and frame.image.flags.c_contiguous


def test_variable_frame_rate(tmp_path):
    times = [20 * number if number < 20 else 400 + 100 * (number - 20) for number in range(40)]
    frames = read(plain_clip(tmp_path / "phone.mp4", 40, times=times))
    assert np.allclose([frame.seconds for frame in frames], np.array(times) / 1000, atol=2e-3)


def test_time_stamps_that_are_missing_or_run_backwards():
    class Picture:
        def __init__(self, time):
            self.time = time

    clock = _Clock(VideoInfo(None, 64, 48, Fraction(10)))
    times = [clock(index, Picture(time)) for index, time in enumerate([5.0, 5.1, None, 5.15, 5.3])]
    assert times == pytest.approx([0, 0.1, 0.2, 0.2, 0.3])


def fault(tmp_path, kind):
    path = tmp_path / f"{kind}.mp4"
    match kind:
        case "empty":
            path.touch()
        case "text":
            path.write_text("not a video\n" * 50)
        case "txt":
            path = tmp_path / "text.txt"
            path.write_text("not a video\n" * 50)
        case "folder":
            path.mkdir()
        case "cut":
            clips.cut(busy_clip(path))
        case "sound":
            path = clips.sound(tmp_path / "sound.wav")
    return path


@pytest.mark.parametrize(
    "kind, words",
    [
        ("missing", "no video"),
        ("empty", "is empty"),
        ("text", "not a video"),
        ("txt", "no moving pictures"),
        ("folder", "folder"),
        ("cut", "cut short"),
        ("sound", "only"),
    ],
)
def test_what_cannot_be_opened(tmp_path, kind, words):
    path = fault(tmp_path, kind)
    for opened in (VideoInfo.of, VideoReader):
        with pytest.raises(VideoError, match=words) as told:
            opened(path)
        assert str(path) in str(told.value) and "\n" not in str(told.value)


def test_no_picture_can_be_decoded(tmp_path):
    path = busy_clip(tmp_path / "clip.mp4", 5, faststart=True)
    data = path.read_bytes().index(b"mdat") + 4
    clips.patched(path, data, bytes(path.stat().st_size - data))
    with pytest.raises(VideoError, match="No picture"):
        VideoInfo.of(path)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".webm"])
def test_cut_in_half_with_the_index_in_front(tmp_path, suffix):
    path = clips.cut(busy_clip(tmp_path / f"clip{suffix}", 90, faststart=suffix == ".mp4"))
    frames, reader = read_warned(path, "before its header says")
    assert reader.ended_early and 20 < len(frames) < 60
    assert reader.came == len(frames)


def test_a_clip_that_is_left_early_does_not_end_early(tmp_path):
    with VideoReader(plain_clip(tmp_path / "clip.mp4"), end=5) as reader:
        assert len(list(reader)) == 5
    assert not reader.ended_early


def test_rubbish_in_the_middle(tmp_path):
    path = busy_clip(tmp_path / "clip.mp4", 60, options={"g": "10", "crf": "40"})
    rubbish = np.random.default_rng(0).integers(0, 256, 4096, dtype=np.uint8).tobytes()
    clips.patched(path, path.stat().st_size // 2, rubbish)
    frames, reader = read_warned(path, "cannot be decoded")
    assert reader.undecodable > 0 and 30 < len(frames) < 60
    assert frames[-1].seconds == pytest.approx(59 / 30, abs=0.02)  # the times stay right
    assert (np.diff([frame.seconds for frame in frames]) >= 0).all()


def test_a_photograph_is_a_clip_of_one_frame(tmp_path):
    cv2.imwrite(str(tmp_path / "photo.jpg"), clips.plain(10))
    (frame,) = read(tmp_path / "photo.jpg")
    assert clips.number_of(frame.image) == 10 and frame.seconds == 0
    assert VideoInfo.of(tmp_path / "photo.jpg").frames in (None, 1)


@pytest.mark.parametrize("count, warned", [(1000, True), (3, False)])
def test_wrong_frame_count_in_the_header(tmp_path, count, warned):
    path = clips.avi_header(plain_clip(tmp_path / "clip.avi"), count=count)
    assert VideoInfo.of(path).frames == count
    frames = read_warned(path, "30 frames came")[0] if warned else read(path)
    assert [clips.number_of(frame.image) for frame in frames] == list(range(30))


@pytest.mark.parametrize("rate", [bytes(8), b"\1\0\0\0" + bytes(4), bytes(4) + b"\1\0\0\0"])
def test_frame_rate_of_zero_in_the_header(tmp_path, rate):
    path = clips.avi_header(plain_clip(tmp_path / "clip.avi"), rate=rate)
    frames = read(path)
    assert len(frames) == 30 and 10 <= VideoInfo.of(path).rate <= 60
    assert (np.diff([frame.seconds for frame in frames]) > 0).all()


def test_no_frame_rate_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("lib.video.info._rate", lambda stream: None)
    path = plain_clip(tmp_path / "clip.mp4")
    assert not VideoInfo.of(path).rate_given and VideoInfo.of(path).rate == 30
    frames, _ = read_warned(path, "no frame rate")
    assert len(frames) == 30


def test_frames_that_change_size(tmp_path):
    path = plain_clip(tmp_path / "clip.ts", 10)
    other = clips.write(tmp_path / "other.ts", [clips.plain(30, (96, 80))] * 10)
    path.write_bytes(path.read_bytes() + other.read_bytes())
    frames, _ = read_warned(path, "size changes")
    assert len(frames) == 20 and {frame.image.shape for frame in frames} == {(48, 64, 3)}
    assert clips.number_of(frames[-1].image) == 30


def test_memory_does_not_grow(tmp_path):
    """A frame that is let go of is let go of by the reader too."""
    import weakref

    with VideoReader(plain_clip(tmp_path / "clip.mp4")) as reader:
        kept = [weakref.ref(frame.image) for frame in reader]
    assert sum(image() is not None for image in kept) <= 1

"""VideoInfo and VideoReader: right frames at right times, and every fault told in one sentence or set right."""

import warnings
from fractions import Fraction

import av
import clips
import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from lib.video import SimulatedCamera, VideoError, VideoInfo, VideoReader, VideoWarning
from lib.video.decoding import Clock, ToRGB


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": -1}, {"start": 1.5}, {"start": True}, {"start": None}, {"start": np.nan}, {"start": "1"},
        {"stride": 0}, {"stride": 1.5}, {"stride": True}, {"stride": np.inf}, {"stride": None},
        {"start": 5, "end": 5}, {"end": 2.5}, {"end": np.nan}, {"end": "9"}, {"end": True}, {"policy": "some"},
    ],
)  # fmt: skip
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


def shown_by_ffmpeg(path, filters):
    """The first frame as FFmpeg's filters, those that its own player would put in, show it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        graph = av.filter.Graph()
        nodes = [graph.add_buffer(template=stream), *(graph.add(*one) for one in filters)]
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        graph.push(next(container.decode(stream)))
        return graph.pull().to_ndarray(format="rgb24")


HALF = np.sqrt(0.5)
MATRICES = {  # what FFmpeg puts in for each, as its ffplay does
    "as stored": ([[1, 0], [0, 1]], []),
    "mirrored": ([[-1, 0], [0, 1]], [("hflip",)]),
    "upside down": ([[1, 0], [0, -1]], [("vflip",)]),
    "half a turn": ([[-1, 0], [0, -1]], [("hflip",), ("vflip",)]),
    "clockwise": ([[0, 1], [-1, 0]], [("transpose", "clock")]),
    "counterclockwise": ([[0, -1], [1, 0]], [("transpose", "cclock")]),
    "transposed": ([[0, 1], [1, 0]], [("transpose", "cclock_flip")]),
    "transposed the other way": ([[0, -1], [-1, 0]], [("transpose", "clock_flip")]),
    "scaled and mirrored": ([[-2, 0], [0, 2]], [("hflip",)]),
    "nearly clockwise": ([[0.005, 1], [-1, 0.005]], [("transpose", "clock")]),
    "an eighth of a turn": ([[HALF, HALF], [-HALF, HALF]], [("rotate", "45*PI/180")]),
    "a little askew": ([[0.996, -0.087], [0.087, 0.996]], [("rotate", "-5*PI/180")]),
    "of zeros": ([[0, 0], [0, 0]], []),
    "flat": ([[1, 0], [1, 0]], []),
}


@pytest.mark.parametrize("name", MATRICES)
def test_shown_as_ffmpeg_shows_it(tmp_path, name):
    matrix, filters = MATRICES[name]
    image = np.zeros((48, 64, 3), np.uint8)
    image[:16, :16], image[:16, 32:] = (255, 0, 0), (0, 0, 255)
    path = clips.with_matrix(clips.write(tmp_path / "phone.mp4", [image] * 3), matrix)
    shown, info = shown_by_ffmpeg(path, filters), VideoInfo.of(path)
    for frame in [*read(path), *read(SimulatedCamera(path))]:
        assert frame.image.shape == shown.shape == (info.height, info.width, 3) and frame.image.flags.c_contiguous
        assert np.abs(frame.image.astype(int) - shown).mean() < 3


def test_an_orientation_that_changes_on_the_way(tmp_path):
    """Frames stay of one size, as with any other change of size."""
    path = clips.write(tmp_path / "phone.mp4", [clips.plain(number) for number in range(3)])
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
    turned = clips.write(tmp_path / "turned.mp4", [clips.plain(3)], rotation=90)
    with av.open(str(turned)) as container:
        pictures += container.decode(video=0)
    image = ToRGB()
    assert {image(picture).shape for picture in pictures} == {(48, 64, 3)} and image.resized == 1


def test_variable_frame_rate(tmp_path):
    times = [20 * number if number < 20 else 400 + 100 * (number - 20) for number in range(40)]
    frames = read(plain_clip(tmp_path / "phone.mp4", 40, times=times))
    assert np.allclose([frame.seconds for frame in frames], np.array(times) / 1000, atol=2e-3)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".webm", ".ts"])
def test_seeking(tmp_path, suffix):
    """Forwards and back, from the first frame and after the last."""
    images = [clips.plain(number) for number in range(60)]
    path = clips.write(tmp_path / f"clip{suffix}", images, options={"g": "12"} if suffix == ".mp4" else None)
    expected = [(frame.index, frame.seconds) for frame in read(path)]
    with VideoReader(path) as reader:
        for at in (40, 3, 59, 0, 30):
            reader.seek(expected[at][1])
            frame = next(reader)
            assert clips.number_of(frame.image) == at and (frame.index, frame.seconds) == (0, expected[at][1])
        reader.seek(1000)
        assert not list(reader)
        reader.seek(1.9)
        assert len(list(reader)) == 3


def test_frames_are_counted_from_where_it_was_sought_and_stride_and_end_go_by_that(tmp_path):
    with VideoReader(plain_clip(tmp_path / "clip.mp4", 60), start=4, end=18, stride=4) as reader:
        reader.seek(1)
        assert [(f.index, clips.number_of(f.image)) for f in reader] == [(4, 34), (8, 38), (12, 42), (16, 46)]
        assert reader.came == 18


def test_a_range_of_moments(tmp_path):
    with VideoReader(plain_clip(tmp_path / "clip.mp4", 60)) as reader:
        reader.seek(0.5, until=0.8)
        assert [clips.number_of(frame.image) for frame in reader] == list(range(15, 24)) and reader.came == 9


def test_seeking_beyond_the_end_gives_no_frame(tmp_path):
    with VideoReader(plain_clip(tmp_path / "clip.mp4", 3), start=2) as reader:
        reader.seek(10)
        assert not list(reader)


def test_seeking_decodes_from_the_key_frame_before(tmp_path, monkeypatch):
    path = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(60)], options={"g": "10"})
    with VideoReader(path) as reader:
        taken, timed = [], reader._pictures._timed
        monkeypatch.setattr(
            reader._pictures, "_timed", lambda *clip: (taken.append(1) or picture for picture in timed(*clip))
        )
        reader.seek(45 / 30)
        next(reader)
        assert len(taken) <= 8  # 40 to 45, and those that show where time begins


def test_where_the_rate_varies_seeking_goes_by_time(tmp_path):
    times = [20 * number if number < 20 else 400 + 100 * (number - 20) for number in range(40)]
    with VideoReader(plain_clip(tmp_path / "phone.mp4", 40, times=times)) as reader:
        reader.seek(1.45)
        assert clips.number_of(next(reader).image) == 31


def test_what_cannot_be_searched_is_read_from_the_beginning(tmp_path):
    path = tmp_path / "raw.h264"  # pictures without a container have no time stamps
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(clips.plain(number), format="rgb24")))
        container.mux(stream.encode(None))
    with VideoReader(path) as reader:
        for at in (15, 5):
            reader.seek(float(at / reader.info.rate))
            frame = next(reader)
            assert clips.number_of(frame.image) == at


def test_a_camera_cannot_seek(tmp_path):
    with VideoReader(SimulatedCamera(plain_clip(tmp_path / "clip.mp4", 3))) as reader:
        with pytest.raises(ValueError, match="cannot seek"):
            reader.seek(1)


def test_time_stamps_that_are_missing_or_run_backwards():
    class Picture:
        def __init__(self, time):
            self.time = time

    clock = Clock(Fraction(10))
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


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_upright_as_its_exif_says(tmp_path, orientation):
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:16, :16], stored[:16, 32:] = (255, 0, 0), (0, 0, 255)
    photo = Image.fromarray(stored)
    exif = photo.getexif()
    exif[0x0112] = orientation
    photo.save(tmp_path / "photo.jpg", exif=exif, quality=95)
    upright = np.array(ImageOps.exif_transpose(Image.open(tmp_path / "photo.jpg")))
    (frame,) = read(tmp_path / "photo.jpg")
    assert frame.image.shape == upright.shape
    assert np.abs(frame.image.astype(int) - upright).mean() < 5


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

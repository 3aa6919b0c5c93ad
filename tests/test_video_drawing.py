"""draw_label and annotate_clip: the right label on the right frame, legible, and never on the caller's array."""

import os

import clips
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.core.colours import colours
from lib.photos.shaping import Resize
from lib.video import VideoInfo, VideoReader, VideoWarning, annotate_clip, draw_label, score_clip, strip_of
from lib.video.drawing import missing_letters

CLASSES = ("badminton", "formula1", "volleyball")
COLOURS = colours(CLASSES)
SIZES = [(320, 240), (240, 426), (640, 360), (720, 1280), (1280, 720), (3840, 2160)]
PALETTE = np.array([*COLOURS.values(), (90, 90, 90)], np.uint8)


def grey(width, height):
    return np.full((height, width, 3), 128, np.uint8)


def box_of(mask):
    """Rows and columns (first, last + 1) that a mask (h, w) covers."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def is_white(image):
    return (image > 230).all(axis=2)


def test_the_callers_array_stays_as_it_is():
    image = grey(320, 240)
    image.flags.writeable = False
    drawn = draw_label(image, "formula1", COLOURS["formula1"], dict.fromkeys(CLASSES, 0.3), PALETTE[:3], 0.5)
    assert (image == 128).all()
    assert drawn is not image and drawn.shape == image.shape and drawn.dtype == np.uint8 and (drawn != 128).any()


@pytest.mark.parametrize("width, height", SIZES)
def test_the_text_is_legible(width, height):
    drawn = draw_label(grey(width, height), "volleyball", COLOURS["volleyball"])
    top, bottom, left, right = box_of(is_white(drawn))
    assert 12 <= bottom - top <= 0.1 * height  # pixels, and not in the way
    assert bottom - top >= 0.045 * min(width, height)
    assert 0 < left < right < width
    behind = drawn[top:bottom, left:right]
    assert np.median(behind.min(axis=2)) < 60  # white on dark


@pytest.mark.parametrize("width, height", SIZES)
def test_a_long_name_is_made_to_fit(width, height):
    drawn = draw_label(grey(width, height), "a very long name of an event", (255, 0, 0))
    changed = (drawn != 128).any(axis=2)
    _, _, left, right = box_of(changed)
    assert left >= 1 and right <= width - 1
    assert box_of(is_white(drawn))[3] < right  # the text ends within its panel


NAMES = {
    "13 letters": "rock climbing",
    "60 letters": "synchronised_swimming_duet_technical_routine_women_final_202",
    "Chinese": "羽毛球男子双打世界锦标赛决赛" * 3,
    "Korean": "배드민턴",
    "Arabic": "كرة الطائرة",
    "lines": "beach\nvolleyball\r\n\tmen",
    "no end": "x" * 5000,
}


@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("kind", NAMES)
def test_any_name_fits_on_one_legible_line(width, height, kind):
    drawn = draw_label(grey(width, height), NAMES[kind], (255, 0, 0), {NAMES[kind]: 0.5, "other": 0.1})
    bottom, right = box_of((drawn != 128).any(axis=2))[1::2]
    assert right <= width - 1 and bottom <= height / 2
    bars = (drawn == colours([NAMES[kind], "other"])[NAMES[kind]]).all(axis=2)
    text = is_white(drawn[: box_of(bars)[0]])  # above the bars
    top, bottom, _, text_right = box_of(text)
    assert text_right < right and 0.025 * min(width, height) <= bottom - top <= 0.1 * min(width, height)


@pytest.mark.parametrize("name", ["羽毛球", "배드민턴", "Волейбол", "العربية", "Çédille"])
def test_letters_that_are_drawn(name):
    assert missing_letters(name) == ""
    marks = draw_label(grey(640, 360), "?" * len(name), (1, 2, 3))
    assert (draw_label(grey(640, 360), name, (1, 2, 3)) != marks).any()


def test_letters_that_are_not_drawn_are_told_once(tmp_path, source):
    assert missing_letters("a🏸b🏸?") == "🏸"
    with pytest.warns(VideoWarning, match="show . for 🏸") as told:
        annotate_clip(source, tmp_path / "out.avi", np.zeros(23, int), classes=("🏸", "golf"), progress=False)
    assert len(told) == 1 and "out.avi" in str(told[0].message)


@pytest.mark.parametrize("count", [5, 12, 300])
@pytest.mark.parametrize("width, height", SIZES)
def test_bars_of_many_classes_leave_room_for_the_picture(width, height, count):
    names = [f"kind {number}" for number in range(count)]
    scores = dict(zip(names, np.roll(np.linspace(1, 0, count), count // 2).tolist()))
    best = max(scores, key=scores.get)
    drawn = draw_label(grey(width, height), best, colours(names)[best], scores)
    assert box_of((drawn != 128).any(axis=2))[1] < 0.7 * height
    assert (drawn == colours(names)[best]).all(axis=2).sum(axis=1).max() > 0.1 * width  # the bar of the highest


def test_the_label_has_its_colour():
    for name, colour in COLOURS.items():
        assert (draw_label(grey(640, 360), name, colour) == colour).all(axis=2).any()


@pytest.mark.parametrize("width, height", SIZES)
def test_bars_are_as_long_as_their_probabilities(width, height):
    def lengths(*probabilities):
        drawn = draw_label(grey(width, height), "none", (1, 2, 3), dict(zip(CLASSES, probabilities)))
        return [int((drawn == colour).all(axis=2).sum(axis=1).max()) for colour in COLOURS.values()]

    full = lengths(1, 1, 1)
    assert min(full) > 0.1 * width
    half = lengths(0.5, 0.25, 0)
    assert abs(half[0] - full[0] / 2) <= 1 and abs(half[1] - full[1] / 4) <= 1 and half[2] == 0


def test_the_strip_and_its_mark():
    labels = np.repeat([0, 2, -1, 1], 50)
    strip = strip_of(labels, PALETTE)
    drawn = [draw_label(grey(400, 300), "x", (1, 2, 3), strip=strip, position=p) for p in (0, 0.5, 1)]
    for image in drawn:
        for place, label in ((60, 0), (140, 2), (260, -1), (340, 1)):
            assert (image[-1, place] == PALETTE[label]).all()
    marks = [np.flatnonzero(is_white(image[-1:])[0]).mean() for image in drawn]
    assert marks[0] < 4 and abs(marks[1] - 200) < 3 and marks[2] > 395


def test_strip_of_is_short_and_covers_the_clip():
    labels = np.repeat([0, 1, 2], 10_000)
    strip = strip_of(labels, PALETTE)
    assert len(strip) <= 1024
    shares = [(strip == colour).all(axis=1).mean() for colour in PALETTE[:3]]
    assert np.allclose(shares, 1 / 3, atol=0.01)
    assert len(strip_of(labels[:5], PALETTE)) == 5


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 200), st.integers(1, 200), st.text(max_size=20), st.floats(0, 1))
def test_any_size_and_any_name(width, height, name, probability):
    drawn = draw_label(grey(width, height), name, (9, 9, 9), {name: probability, "b": 1.0}, PALETTE, probability)
    assert drawn.shape == (height, width, 3)


def edge_colour(image):
    """Which label a frame bears, by the coloured edge of its panel: place in PALETTE."""
    unit = min(image.shape[:2]) / 240
    at = round(8 * unit)
    seen = image[at + 2 : at + round(16 * unit), at + 1].astype(int).mean(axis=0)
    return int(np.abs(PALETTE - seen).sum(axis=1).argmin())


@pytest.fixture
def source(tmp_path):
    return clips.write(tmp_path / "clip.mp4", [grey(320, 240)] * 23, rate=24)


def scored(source, stride):
    def predict(frames):
        return np.full((len(frames), 3), 1 / 3, np.float32)

    return score_clip(source, predict, Resize(8), CLASSES, stride=stride, progress=False)


def labels_of(path):
    with VideoReader(path) as reader:
        return [edge_colour(frame.image) for frame in reader]


@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
@pytest.mark.parametrize("stride", [1, 4])
def test_every_frame_bears_its_label(tmp_path, source, suffix, stride):
    scores = scored(source, stride)
    labels = np.arange(len(scores.indices)) // 2 % 3
    out = annotate_clip(source, tmp_path / "out" / f"clip{suffix}", labels, scores, progress=False)
    assert labels_of(out) == np.repeat(labels, scores.stride)[: scores.frames].tolist()
    info = VideoInfo.of(out)
    assert (info.width, info.height, info.rate, info.frames) == (320, 240, 24, 23)


def test_labels_alone(tmp_path, source):
    labels = np.array([0, 1, 2, -1] * 6)[:23]
    out = annotate_clip(source, tmp_path / "out.avi", labels, classes=CLASSES, progress=False)
    assert labels_of(out) == (labels % 4).tolist()


@pytest.mark.parametrize(
    "labels",
    [
        np.zeros(22, int), np.zeros(24, int), np.full(23, 3), np.full(23, -2), np.zeros((23, 3), int), np.zeros(0, int),
        np.zeros(23), np.zeros(23, bool), np.full(23, np.nan), np.full(23, "a"),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit(tmp_path, source, labels):
    with pytest.raises(ValueError):
        annotate_clip(source, tmp_path / "out.avi", labels, classes=CLASSES, progress=False)
    assert os.listdir(tmp_path) == ["clip.mp4"]


def test_the_clip_itself_is_never_overwritten(tmp_path, source):
    before = source.read_bytes()
    with pytest.raises(ValueError, match="the clip itself"):
        annotate_clip(source, source, np.zeros(23, int), classes=CLASSES, progress=False)
    assert source.read_bytes() == before


def test_upright_and_odd(tmp_path):
    source = clips.write(tmp_path / "phone.mp4", [grey(322, 242)] * 3, rotation=90)
    out = annotate_clip(source, tmp_path / "out.mp4", np.zeros(3, int), classes=CLASSES, progress=False)
    assert (VideoInfo.of(out).width, VideoInfo.of(out).height) == (242, 322)

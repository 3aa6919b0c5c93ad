"""The explorer without a browser: what a state is drawn as, which frame is shown, and what moving a control does."""

import asyncio
import re
import time
from fractions import Fraction

import clips
import cv2
import numpy as np
import pytest
from pages import HOSTILE, Page

from lib import smoothing, timeline
from lib.core.colours import colours
from lib.explorer import METHODS, ClipData, ClipFrames, Side, SmoothingExplorer, State, draw, page
from lib.explorer.drawing import WIDTH, png
from lib.explorer.frames import _HELD, WIDEST
from lib.video import FrameScores, VideoError, VideoInfo, VideoReader

CLASSES = ("badminton", "formula1", "volleyball")
PALETTE = np.array(list(colours(CLASSES).values()))
LEFT, RIGHT = 116, WIDTH - 14  # the ends of the time axis


def scored(n, rate=25, stride=1, seed=0):
    """Scores that flicker, of n frames scored, and the truth of the clip's frames (n * stride,)."""
    chance = np.random.default_rng(seed)
    truth = np.repeat([0, 2, 1, -1, 2, 0], -(-n // 6))[:n]
    logits = chance.normal(0, 1.5, (n, 3))
    logits[np.arange(n), np.maximum(truth, 0)] += 2
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    indices = np.arange(n) * stride
    scores = scores.astype(np.float32)
    kept = FrameScores(scores, indices / rate, indices, CLASSES, "clip.mp4", Fraction(rate), stride, n * stride)
    return kept, np.repeat(truth, stride)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """60 frames whose brightness tells their number, at 25 a second, key frames a second apart."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return clips.write(path, [clips.plain(number, (160, 120)) for number in range(60)], rate=25, options={"g": "25"})


@pytest.fixture
def box(clip, tmp_path):
    kept, truth = scored(60)
    return SmoothingExplorer(kept, clip, truth, folder=tmp_path / "out")


def decoded(widget):
    """The picture that an Image widget shows, uint8 RGB."""
    return cv2.imdecode(np.frombuffer(widget.value, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def strip(axis, row):
    """The labels (n,) that a row of the time axis shows: which colour of the palette each column has."""
    line = axis[row * 30 + 2, LEFT:RIGHT].astype(int)
    return np.abs(line[:, None] - PALETTE).sum(axis=2).argmin(axis=1)


def columns(labels):
    return np.asarray(labels)[np.arange(RIGHT - LEFT) * len(labels) // (RIGHT - LEFT)]


def same(shown, labels, known=True):
    """Whether a strip shows these labels, but for the columns that the line at the present frame covers."""
    return np.mean((shown == columns(labels)) | ~columns(np.broadcast_to(known, len(labels)))) > 0.99


# What a state is


def test_the_methods_are_those_of_the_library():
    scores = scored(300)[0].scores
    expected = {
        "rolling mean": smoothing.RollingMean(7)(scores),
        "exponential mean": smoothing.ExponentialMean(7)(scores),
        "majority vote": smoothing.MajorityVote(7)(scores),
        "hysteresis": smoothing.Hysteresis(shortest=7)(scores),
        "viterbi": smoothing.viterbi(scores, 7 / 8),
    }
    assert list(expected) == list(METHODS)
    for name, array in expected.items():
        np.testing.assert_array_equal(METHODS[name].apply(scores, 7), array)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [1, 2, 128])
def test_figures_are_those_of_the_timeline(method, size):
    kept, truth = scored(500)
    result = ClipData(kept, truth).smoothed(Side(method, size))
    given = METHODS[method].apply(kept.scores, size)
    labels = given.argmax(axis=1) if given.ndim == 2 else given
    np.testing.assert_array_equal(result.labels, labels)
    assert result.figures.accuracy == timeline.frame_accuracy(labels, truth)
    assert result.figures.surplus == timeline.surplus_switches(labels, truth)
    assert result.figures.lag == timeline.mean_lag(labels, truth)
    assert result.figures.changes == len(timeline.segments(labels)) - 1


def test_a_truth_that_never_changes_has_no_lag():
    kept, _ = scored(100)
    box = SmoothingExplorer(kept, truth=np.zeros(100, int))
    assert box._material.raw.figures.lag is None and "no change of event" in box.table.value


def test_words_say_what_the_size_means():
    assert str(Side("rolling mean", 1)) == "each frame alone"
    assert str(Side("exponential mean", 1)) == "exponential mean, as old as 1 frame"
    assert str(Side("majority vote", 32)) == "majority of the last 32 frames"


def test_next_disagreement_is_the_start_of_the_next_stretch_and_comes_round():
    kept, _ = scored(200)
    material = ClipData(kept)
    a, b = (material.smoothed(side).labels for side in (Side(size=1), Side(size=32)))
    starts = [at for at in range(200) if a[at] != b[at] and (at == 0 or a[at - 1] == b[at - 1])]
    state, seen = State(frame=starts[0]), [starts[0]]
    for _ in starts:
        state = State(frame=material.disagreement_after(state))
        seen.append(state.frame)
    assert seen == [*starts, starts[0]]
    assert material.disagreement_after(State(Side(), Side(), 5)) is None


def test_every_how_many_frames_were_scored_does_not_matter():
    kept, truth = scored(100, stride=4)
    result = ClipData(kept, truth).smoothed(Side(size=1))
    assert result.figures.accuracy == timeline.frame_accuracy(kept.scores.argmax(axis=1), truth[::4])


def test_what_does_not_fit_is_refused():
    kept, truth = scored(100)
    with pytest.raises(ValueError, match="99"):
        SmoothingExplorer(kept, truth=truth[:-1])
    nothing = np.zeros((0, 3), np.float32), np.zeros(0), np.zeros(0, int)
    none = FrameScores(*nothing, CLASSES, "x.mp4", Fraction(25), 1, 0)
    with pytest.raises(ValueError, match="nothing to explore"):
        SmoothingExplorer(none)


# What it is drawn as


@pytest.mark.parametrize("n", [60, 660])
def test_strips_show_truth_raw_a_and_b_from_above(n):
    kept, truth = scored(n)
    material = ClipData(kept, truth)
    axis = draw(material, State(Side(size=3), Side(size=20), n // 2)).axis
    shown = [truth, kept.scores.argmax(axis=1), *(material.smoothed(Side(size=size)).labels for size in (3, 20))]
    assert same(strip(axis, 0), shown[0], known=truth >= 0)
    for row in (1, 2, 3):
        assert same(strip(axis, row), shown[row])
        assert not same(strip(axis, row), shown[row - 1])


def test_no_flicker_is_lost_where_a_pixel_holds_several_frames():
    scores = np.tile(np.float32([1, 0, 0]), (10_000, 1))
    scores[6_000] = 0, 1, 0
    kept = FrameScores(scores, np.arange(10_000) / 25, np.arange(10_000), CLASSES, "x.mp4", Fraction(25), 1, 10_000)
    row = draw(ClipData(kept), State()).axis[2, LEFT:RIGHT].astype(int)
    other = np.flatnonzero(np.abs(row - PALETTE[0]).sum(axis=1) > 5)
    assert abs(other - 0.6 * len(row)).min() < 2


def test_without_truth_there_is_no_strip_for_it():
    kept, truth = scored(60)
    with_truth, without = (draw(ClipData(kept, known), State()) for known in (truth, None))
    assert with_truth.axis.shape[0] - without.axis.shape[0] == 30
    assert without.figures["A"].accuracy is None and without.figures["A"].changes > 0


def test_the_line_stands_at_the_frame():
    material = ClipData(*scored(60))
    for frame in (0, 30, 59):
        axis = draw(material, State(frame=frame)).axis
        column = LEFT + int((frame + 0.5) * (RIGHT - LEFT) / 60)
        assert (axis[:200, column] == 40).all()


def test_frames_bear_the_sides_labels_and_the_caller_keeps_his():
    material = ClipData(*scored(60))
    state = State(frame=material.disagreement_after(State()))
    image = np.full((120, 160, 3), 128, np.uint8)
    drawing = draw(material, state, image)
    assert (image == 128).all()
    for frame, label, side in zip(drawing.frames, drawing.labels, (state.a, state.b)):
        assert label == CLASSES[material.smoothed(side).labels[state.frame]]
        edge = frame[8, 5].astype(int)  # the coloured edge of the panel
        assert CLASSES[int(np.abs(PALETTE - edge).sum(axis=1).argmin())] == label
    assert drawing.labels[0] != drawing.labels[1]


def test_drawing_is_pure():
    kept, truth = scored(300)
    image = np.full((120, 160, 3), 128, np.uint8)
    one, two = (draw(ClipData(kept, truth), State(frame=7), image) for _ in range(2))
    np.testing.assert_array_equal(one.whole(), two.whole())
    assert one.figures == two.figures


@pytest.mark.parametrize("n", [1, 2, 671, 692, 3000])
@pytest.mark.parametrize("method", METHODS)
def test_any_length_is_drawn(n, method):
    kept, _ = scored(n)
    drawing = draw(ClipData(kept), State(Side(method, 5), Side(method, 128), n - 1))
    assert drawing.whole().shape[1] == WIDTH and len(png(drawing.whole())) > 1000


def test_classes_of_ones_own():
    kept, _ = scored(100)
    classes = ("golf", "a very long name indeed,\non two lines", "羽毛球羽毛球羽毛球羽毛球", "d", "formula1")
    scores = np.tile(kept.scores, 2)[:, :5]
    other = FrameScores(scores, kept.seconds, kept.indices, classes, "x.mp4", Fraction(25), 1, 100)
    axis = draw(ClipData(other), State()).axis
    assert axis.shape[0] > draw(ClipData(kept), State()).axis.shape[0]
    assert (axis[:, :2] == 255).all()  # no name runs off on the left


# Which frame is shown


def numbers(frames, wanted):
    return [clips.number_of(frames[at]) for at in wanted]


def test_frames_come_in_any_order(clip):
    frames = ClipFrames(clip, np.arange(60) / 25)
    wanted = [0, 59, 1, 30, 29, 28, 31, 5, 59, 0, 24, 25, 26, *range(60), *range(59, -1, -1)]
    assert numbers(frames, wanted) == wanted


@pytest.mark.parametrize("suffix", [".avi", ".webm", ".ts"])
def test_other_containers(tmp_path, suffix):
    clip = clips.write(tmp_path / f"clip{suffix}", [clips.plain(number) for number in range(60)])
    with VideoReader(clip) as reader:
        seconds = np.array([frame.seconds for frame in reader])
    wanted = [40, 3, 59, 0, 20]
    assert numbers(ClipFrames(clip, seconds), wanted) == wanted


def test_a_rate_that_varies_and_frames_passed_over(tmp_path):
    times = np.cumsum([10 if number % 3 else 200 for number in range(60)]).tolist()
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(60)], times=times)
    seconds = (np.array(times) - times[0])[::4] / 1000
    assert numbers(ClipFrames(clip, seconds), [0, 9, 3, 14]) == [0, 36, 12, 56]


def test_few_frames_are_held_and_wide_ones_made_smaller(tmp_path):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number % 60, (800, 48)) for number in range(150)])
    frames = ClipFrames(clip, np.arange(150) / 30)
    for at in range(150):
        assert frames[at].shape == (27, WIDEST, 3)
    assert len(frames._held) == _HELD


def test_a_long_clip_is_searched_not_read_through(tmp_path, monkeypatch):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number % 60) for number in range(600)], options={"g": "30"})
    frames = ClipFrames(clip, np.arange(600) / 30)
    frames[0]
    taken = []
    timed = frames._pictures._timed
    monkeypatch.setattr(
        frames._pictures, "_timed", lambda *clip: (taken.append(1) or picture for picture in timed(*clip))
    )
    assert clips.number_of(frames[590]) == 50
    assert len(taken) <= 60


def test_scores_of_another_clip_are_told(clip):
    with pytest.raises(VideoError, match="no frame at 9"):
        ClipFrames(clip, np.array([0.0, 9.0]))[1]


# What moving a control does


def rows(table):
    """The table's cells by its first column."""
    body = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table.value)
    return {name: re.findall("<td>(.*?)</td>", cells) for name, cells in body}


@pytest.mark.parametrize("name", ["a", "b"])
def test_moving_one_side_changes_that_side_and_nothing_else(box, name):
    kept, truth = scored(60)
    side, other = (box.a, box.b) if name == "a" else (box.b, box.a)
    rows_of = {"a": 2, "b": 3}
    before, words = strip(decoded(box.axis), rows_of[other.name.lower()]), other.words.value
    for size in (64, 9):
        side.size.value = size
        labels = smoothing.RollingMean(size)(kept.scores).argmax(axis=1)
        assert same(strip(decoded(box.axis), rows_of[name]), labels)
        assert rows(box.table)[side.name] == [
            f"{timeline.frame_accuracy(labels, truth):.1%}", str(timeline.surplus_switches(labels, truth)),
            f"{timeline.mean_lag(labels, truth):.1f} frames ({timeline.mean_lag(labels, truth) / 25:.2f} s)",
        ]  # fmt: skip
        assert f"{side.name} says <span>{CLASSES[labels[box.frame.value]]}" in side.words.value
        assert f"the last {size} frames" in side.words.value
    np.testing.assert_array_equal(strip(decoded(box.axis), rows_of[other.name.lower()]), before)
    assert other.words.value == words


def test_each_sides_picture_bears_its_own_label(box):
    labels = [box._label(side) for side in (box.a, box.b)]
    assert labels[0] != labels[1]
    for side, label in zip((box.a, box.b), labels):
        edge = decoded(side.picture)[8, 5].astype(int)  # the coloured edge of the label
        assert CLASSES[int(np.abs(PALETTE - edge).sum(axis=1).argmin())] == label
        assert f"{side.name} says <span>{label}</span>" in side.words.value


def test_slider_and_typed_entry_are_one(box):
    box.a.typed.value = 50
    assert box.a.size.value == 50 and box.state.a == Side(size=50)
    box.a.size.value = 51
    assert box.a.typed.value == 51


def test_another_method(box):
    kept, _ = scored(60)
    box.b.method.value = "viterbi"
    assert same(strip(decoded(box.axis), 3), smoothing.viterbi(kept.scores, 32 / 33))


def test_the_frame_that_is_shown_is_the_frame_of_the_slider(box):
    for frame in (40, 12, 59):
        box.frame.value = frame
        shown = decoded(box.a.picture)
        assert round((float(shown[-10:].mean()) - 8) / 4) == frame  # below the label it is as the clip has it
        assert box.moment.value == f"frame {frame + 1} of 60, {frame / 25:.2f} s"


def test_stepping_stops_at_the_ends(box):
    box.frame.value = 0
    box.back.click()
    assert box.frame.value == 0
    box.step.click()
    assert box.frame.value == 1
    box.frame.value = 59
    box.step.click()
    assert box.frame.value == 59


def test_next_disagreement(box):
    first = box.frame.value
    labels = [ClipData(scored(60)[0]).smoothed(side).labels for side in (box.state.a, box.state.b)]
    assert labels[0][first] != labels[1][first]
    box.differ.click()
    assert box.frame.value != first and labels[0][box.frame.value] != labels[1][box.frame.value]
    assert f"Frame {box.frame.value + 1}: A says {CLASSES[labels[0][box.frame.value]]}" in box.status.value
    box.a.size.value = box.b.size.value
    box.differ.click()
    assert "alike" in box.status.value


def test_playing_goes_on_in_the_clips_own_time_and_ends(box):
    async def play():
        box.frame.value = 59  # at the end it begins again
        began = time.monotonic()
        box.play.value = True
        await asyncio.sleep(0.7)
        reached, said, passed = box.frame.value, box.play.description, time.monotonic() - began
        box.play.value = False
        await asyncio.sleep(0.2)
        paused = box.frame.value
        box.frame.value = 50
        box.play.value = True
        for _ in range(100):
            await asyncio.sleep(0.1)
            if not box.play.value:
                break
        return reached, said, paused, passed

    reached, said, paused, passed = asyncio.run(play())
    assert 1 <= reached <= passed * 25 + 1 and said == "Pause" and paused == reached
    assert box.frame.value == 59 and not box.play.value and box.play.description == "Play"


def test_a_video_is_written_with_the_labels_of_its_side(box, tmp_path):
    progress = []
    box.progress.observe(lambda change: progress.append(change["new"]), "value")
    box.a.size.value = 9
    for side, size in ((box.a, 9), (box.b, 32)):
        side.write.click()
        path = tmp_path / "out" / f"clip_rolling_mean_{size}.mp4"
        assert VideoInfo.of(path).frames == 60 and path.name in box.status.value
        assert box.video.children[1].value == path.read_bytes()
        labels = smoothing.RollingMean(size)(scored(60)[0].scores).argmax(axis=1)
        with VideoReader(path) as reader:
            edges = np.array([frame.image[8, 5] for frame in reader], int)
        assert (np.abs(edges[:, None] - PALETTE).sum(axis=2).argmin(axis=1) == labels).mean() > 0.95
    assert progress[:-1] == sorted(progress[:60]) + progress[60:-1] and 100 in progress
    assert box.progress.layout.display == "none" and not box.a.write.disabled


def test_what_cannot_be_written_is_told(clip, tmp_path):
    (tmp_path / "file").write_text("in the way")
    box = SmoothingExplorer(scored(60)[0], clip, folder=tmp_path / "file")
    box.a.write.click()
    assert "cannot be written" in box.status.value or "file" in box.status.value
    assert not box.a.write.disabled and box.video.children == ()


def test_two_explorers_do_not_touch_each_other(box, clip):
    other = SmoothingExplorer(scored(60)[0], clip)
    before = other.axis.value, other.state
    box.a.size.value, box.frame.value = 77, 3
    assert (other.axis.value, other.state) == before


def test_without_a_clip_and_truth():
    box = SmoothingExplorer(scored(60)[0])
    box.a.size.value = 5
    changes = len(timeline.segments(smoothing.RollingMean(5)(scored(60)[0].scores).argmax(axis=1))) - 1
    assert rows(box.table)["A"] == [str(changes)]
    assert box.a.picture not in box.a.children


def test_names_are_escaped_once():
    for html in (page.caption("A", Side(), HOSTILE, (1, 2, 3)), page.film(HOSTILE), page.status(HOSTILE)):
        words = Page(html)
        assert HOSTILE in words.text and "script" not in dict(words.tags)
        assert all(HOSTILE in name for name in words.values("data-alt"))


def test_every_control_has_a_name(box):
    of_sides = [getattr(side, name) for side in (box.a, box.b) for name in ("size", "typed", "method", "write")]
    controls = [box.play, box.back, box.step, box.differ, box.frame, box.progress, *of_sides]
    assert all(control.tooltip for control in controls)
    assert len({control.description for control in controls}) == len(controls)


def test_where_no_kernel_runs_there_is_a_picture(box):
    bundle = box._repr_mimebundle_()
    assert bundle["image/png"][:4] == b"\x89PNG" and "application/vnd.jupyter.widget-view+json" in bundle
    box.a.size.value = 100
    assert box._repr_mimebundle_()["text/plain"] == bundle["text/plain"]  # nbval compares it


# How fast


def seconds(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def test_a_move_takes_at_most_twice_what_drawing_and_encoding_take(tmp_path):
    frame = np.random.default_rng(0).integers(0, 256, (252, 448, 3), np.uint8)
    clip = clips.write(tmp_path / "clip.mp4", [frame] * 3)
    kept, truth = scored(10_000)
    box = SmoothingExplorer(kept, clip, truth)
    box.frame.value = 2
    state, image = State(Side(size=110), box.state.b, 2), box._image()

    def show():
        drawing = draw(box._material, state, image)
        for picture in (drawing.axis, *drawing.frames):
            png(picture)

    def move(size):
        box.a.size.value = size

    # The shortest of several, taken by turns: a busy machine disturbs those least.
    moves, shows = zip(*((seconds(lambda: move(size)), seconds(show)) for size in range(90, 129)))
    print(f"a move {1000 * min(moves):.1f} ms, drawing and encoding {1000 * min(shows):.1f} ms")
    assert min(moves) < 2 * min(shows)
    assert min(moves) < 0.060

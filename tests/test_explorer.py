"""The explorer without a browser: what it packs for one, the page, the clip's copy, and the writing of videos."""

import base64
import json
import re
import threading
import zlib
from dataclasses import replace

import clips
import numpy as np
import pytest
import scored
from pages import HOSTILE, Page

from lib import explorer, smoothing
from lib.core import paths
from lib.core.colours import NO_EVENT, colours
from lib.explorer import SmoothingExplorer, page
from lib.explorer.data import LARGEST, SMOOTHERS, _log_steps, _portable_log, smooth
from lib.explorer.widget import STILL
from lib.video import VideoInfo, VideoReader
from lib.video.playable import is_playable, write_playable

LIMIT = 300_000  # bytes of a page without its clip, for 10 minutes at 25 frames per second


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """60 frames at 25 per second that browsers play as they are; a frame's brightness is its number."""
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    return clips.write(path, [clips.plain(number, (160, 120)) for number in range(60)], rate=25)


@pytest.fixture
def box(clip, tmp_path):
    scores, truth = scored.flickering(60)
    return SmoothingExplorer(scores, clip, truth, folder=tmp_path / "out")


def unpacked(text, dtype):
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype)


# What is packed for the browser


def test_the_smoothers_are_those_of_the_library():
    scores = scored.flickering(300)[0].scores
    expected = {
        "mean": smoothing.RollingMean(7)(scores),
        "exponential": smoothing.ExponentialMean(7)(scores),
        "vote": smoothing.MajorityVote(7)(scores),
        "hysteresis": smoothing.Hysteresis(shortest=7)(scores),
        "viterbi": smoothing.viterbi(scores, 7 / 8),
    }
    assert list(expected) == list(SMOOTHERS)
    for name, array in expected.items():
        labels, rows = smooth(scores, name, 7)
        np.testing.assert_array_equal(array if rows is None else rows, array)
        np.testing.assert_array_equal(labels, array if rows is None else array.argmax(axis=1))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stride", [1, 4])
def test_every_number_is_packed_as_it_is(dtype, stride):
    scores, truth = scored.flickering(200, stride=stride, dtype=dtype)
    data = json.loads(json.dumps(explorer.pack(scores, truth)))
    assert data["type"] == np.dtype(dtype).name
    np.testing.assert_array_equal(unpacked(data["rows"], dtype).reshape(-1, 3), scores.scores)
    np.testing.assert_array_equal(unpacked(data["truth"], np.int16), truth[::stride])
    np.testing.assert_allclose(np.cumsum(unpacked(data["steps"], np.float64)) / 1e6, scores.seconds, atol=5e-7)
    palette = [*colours(scores.classes).values(), NO_EVENT]
    assert data["colours"] == [f"rgb{colour}" for colour in palette]
    assert (data["rate"], data["stride"], data["classes"]) == (25, stride, list(scores.classes))


def test_logarithms_are_numpys_to_the_last_bit():
    scores, _ = scored.flickering(500, scale=40)  # some are 0, some are 1
    corrections = unpacked(explorer.pack(scores)["logCorrections"], np.int8)
    values = np.maximum(scores.scores.astype(np.float64), np.finfo(np.float64).tiny).ravel()
    found = (_portable_log(values).view(np.int64) + corrections).view(np.float64)
    np.testing.assert_array_equal(found, np.log(values))
    np.testing.assert_array_equal(_log_steps(3)[31], np.log([32 / 33, (1 - 32 / 33) / 2]))
    assert len(_log_steps(1)) == LARGEST


def test_without_truth_none_is_packed():
    assert explorer.pack(scored.flickering(60)[0])["truth"] is None


def test_what_does_not_fit_is_refused():
    scores, truth = scored.flickering(100)
    with pytest.raises(ValueError, match="99"):
        SmoothingExplorer(scores, truth=truth[:-1])
    none = replace(scores, scores=scores.scores[:0], seconds=scores.seconds[:0], indices=scores.indices[:0], frames=0)
    with pytest.raises(ValueError, match="nothing to explore"):
        SmoothingExplorer(none)


# The page


@pytest.mark.parametrize("scale", [0.5, 1.5, 4])
def test_a_page_of_ten_minutes_is_small(tmp_path, scale):
    scores, truth = scored.flickering(15_000, scale=scale)
    explorer.write_page(tmp_path / "index.html", explorer.pack(scores, truth), "clip.mp4")
    assert (tmp_path / "index.html").stat().st_size <= LIMIT


def test_the_page_needs_nothing_else(tmp_path):
    explorer.write_page(tmp_path / "index.html", explorer.pack(*scored.flickering(60)), "clip.mp4")
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|^import |\bfetch\(| src=", text, re.M)


def test_what_the_user_names_is_escaped(tmp_path):
    scores, truth = scored.flickering(60)
    scores = replace(scores, source=HOSTILE, classes=(HOSTILE, "</script>", "c"))
    explorer.write_page(tmp_path / "index.html", explorer.pack(scores, truth), HOSTILE)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    read = Page(text)
    assert HOSTILE in read.text and sum(tag == "script" for tag, _ in read.tags) == 2
    data = json.loads(re.search(r'id="explorer-data">(.*?)</script>', text)[1])
    assert data["classes"] == [HOSTILE, "</script>", "c"] and data["video"] == HOSTILE


def test_the_script_is_one_module():
    assert "</script" not in page.SCRIPT and page.SCRIPT.count("export default") == 1
    assert not re.search(r"^import ", page.SCRIPT, re.M)


# The clip as browsers play it


def frames_of(path):
    with VideoReader(path) as reader:
        return [(clips.number_of(frame.image), frame.seconds) for frame in reader]


def test_a_clip_that_browsers_play_is_copied(clip, tmp_path):
    assert is_playable(clip)
    write_playable(clip, tmp_path / "copy.mp4", progress=False)
    assert (tmp_path / "copy.mp4").read_bytes() == clip.read_bytes()


@pytest.mark.parametrize("suffix", [".avi", ".webm", ".ts"])
def test_another_clip_is_written_in_h264_with_its_frames_and_moments(tmp_path, suffix):
    times = np.cumsum([10 if number % 3 else 200 for number in range(60)]).tolist() if suffix == ".webm" else None
    source = clips.write(tmp_path / f"clip{suffix}", [clips.plain(number) for number in range(60)], times=times)
    assert not is_playable(source)
    write_playable(source, tmp_path / "copy.mp4", progress=False)
    assert is_playable(tmp_path / "copy.mp4")
    (theirs, before), (ours, after) = (zip(*frames_of(path)) for path in (source, tmp_path / "copy.mp4"))
    assert len(ours) == 60 and max(abs(np.subtract(theirs, ours))) <= 1  # brightness, as encoding leaves it
    np.testing.assert_allclose(after, before, atol=2e-3)


def test_a_clip_whose_time_does_not_begin_at_0_is_not_played_as_it_is(tmp_path):
    times = [1000 + 40 * number for number in range(20)]
    source = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(20)], times=times)
    if VideoInfo.of(source).begin > 0:
        assert not is_playable(source)


def test_a_wide_clip_is_made_smaller(tmp_path):
    source = clips.write(tmp_path / "clip.mp4", [clips.plain(number, (320, 180)) for number in range(5)])
    write_playable(source, tmp_path / "copy.mp4", widest=160, progress=False)
    info = VideoInfo.of(tmp_path / "copy.mp4")
    assert (info.width, info.height, info.frames) == (160, 90, 5)


def test_a_large_clip_is_made_smaller_in_a_notebook(clip, monkeypatch):
    monkeypatch.setattr("lib.explorer.widget._LARGEST", clip.stat().st_size - 1)
    monkeypatch.setattr("lib.explorer.widget._WIDEST", 32)
    scores, truth = scored.flickering(60)
    assert 0 < len(SmoothingExplorer(scores, clip, truth).clip) < clip.stat().st_size
    monkeypatch.setattr("lib.explorer.widget._LARGEST", 100)
    box = SmoothingExplorer(scores, clip, truth)
    assert box.clip == b"" and "too large" in box.status


# In a notebook


def test_the_widget_has_what_the_page_has(box, clip):
    assert box.data == explorer.pack(*scored.flickering(60)) and box.clip == clip.read_bytes()
    assert box.can_write and not SmoothingExplorer(scored.flickering(60)[0]).can_write


def test_a_still_picture_stands_before_the_widget(box, monkeypatch):
    shown = []
    monkeypatch.setattr("lib.explorer.widget.display", lambda data, **options: shown.append(data))
    box._ipython_display_()
    still, live = shown
    assert base64.b64decode(still["image/png"])[:4] == b"\x89PNG" and "explore" in still["text/plain"]
    assert still["image/png"].endswith(box.still) and len(box.still) == 48
    assert list(live) == ["application/vnd.jupyter.widget-view+json"]


def test_the_still_pictures_of_two_clips_differ_at_their_ends(box):
    other = SmoothingExplorer(scored.flickering(60, seed=1)[0])
    for one in (box, other):
        one._ipython_display_()
    assert box.still != other.still


def test_the_note_of_the_still_picture_does_not_lie_under_a_legend(monkeypatch):
    figures = []
    monkeypatch.setattr("lib.explorer.widget.plt.close", figures.append)
    scores = scored.flickering(300)[0]
    rows = np.tile(np.float32([0.9, 0.1]), (300, 1))
    rows[100:102] = 0.1, 0.9  # too short for its name: a legend names it
    two = replace(scores, scores=rows, classes=("badminton", "formula1"))
    SmoothingExplorer(two)._still()
    [figure] = figures
    [legend] = figure.legends
    notes = [text for text in figure.texts if text.get_text() == STILL]
    assert len(notes) == 1
    assert not notes[0].get_window_extent().overlaps(legend.get_window_extent())


def send(box, **content):
    """Send what the front end sends, and wait until the writer has ended."""
    box._on_message(box, content, [])
    box._writer.join(60)


def test_a_video_is_written_with_the_labels_of_its_side(box, tmp_path):
    progress = []
    box.observe(lambda change: progress.append(change["new"]), "progress")
    palette = np.array(list(colours(scored.CLASSES[:3]).values()))
    for smoother, size in (("mean", 9), ("viterbi", 32)):
        send(box, smoother=smoother, size=size)
        path = tmp_path / "out" / f"clip_{smoother}_{size}.mp4"
        assert box.status == f"Written: {path.name}, in out."
        labels, _ = smooth(scored.flickering(60)[0].scores, smoother, size)
        with VideoReader(path) as reader:
            edges = np.array([frame.image[8, 5] for frame in reader], int)  # the coloured edge of the label
        assert (np.abs(edges[:, None] - palette).sum(axis=2).argmin(axis=1) == labels).mean() > 0.95
    written = progress[: progress.index(None)]
    assert written == sorted(written) and written[-1] == 1 and progress[-1] is None


def test_writing_is_cancelled_and_nothing_stays(box, tmp_path, monkeypatch):
    begun = threading.Event()

    def count(written):
        begun.set()
        assert box._cancelled.wait(60)
        SmoothingExplorer._count(box, written)

    monkeypatch.setattr(box, "_count", count)
    box._on_message(box, {"smoother": "mean", "size": 9}, [])
    assert begun.wait(60)
    box._on_message(box, {"smoother": "mean", "size": 10}, [])  # one at a time: it is passed over
    box._on_message(box, {"cancel": True}, [])
    box._writer.join(60)
    assert box.status == "The video is not written." and box.progress is None
    assert list((tmp_path / "out").iterdir()) == []


def test_what_cannot_be_written_is_reported(clip, tmp_path):
    (tmp_path / "file").write_text("in the way")
    box = SmoothingExplorer(scored.flickering(60)[0], clip, folder=tmp_path / "file")
    send(box, smoother="mean", size=3)
    assert "file" in box.status and box.progress is None


def test_the_explorer_in_python_stays_small():
    lines = sum(len(file.read_text().splitlines()) for file in (paths.ROOT / "lib" / "explorer").glob("*.py"))
    assert lines <= 250

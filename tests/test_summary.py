import re
from urllib.parse import unquote

import matplotlib.pyplot as plt
import numpy as np
import pytest
import toys
from jinja2 import UndefinedError
from pages import HOSTILE, Page

from lib import lessons
from lib.core.paths import Run
from lib.tools.course import summary
from lib.video import FrameScores

REPORT = {
    "part": "held-out", "pictures": 121, "kept": "fine-tuned", "text": "the <report>", "accuracy": 0.9213,
    "accuracy_feature_extraction": 0.9012, "confusion": [[5, 1], [0, 7]], "classes": ["a", "b"],
}  # fmt: skip
FLICKER = {"each frame": {"switches": 24, "per_minute": 77.6}, "deque of 32": {"switches": 2, "per_minute": 6.4}}


@pytest.fixture
def clip(project):
    """A clip of one frame, scored in the run."""
    toys.draw_clip("x", project)
    one = np.eye(2, dtype=np.float32)[:1]
    scores = FrameScores(one, np.zeros(1), np.arange(1), ("formula1", "b"), "x.mp4", 25, 1, 1)
    for name in ("sample", "a&<b>'\""):
        scores.save(Run(name, "bundled").output / "x.scores.npz")
    return str(project / "x.mp4")


def test_the_page_holds_what_the_notebooks_found(project, clip):
    run = Run("sample", "bundled")
    lessons.record(run, "04_evaluation", **REPORT)
    lessons.record(run, "05_video_smoothing", clip="x.mp4", window=32, flicker=FLICKER, labelled_clip="x_32.mp4")
    page = summary.write(run, {"PHOTOS": "sample", "CLIP": clip, "SEED": 0}, {"04_evaluation": 1.25}).read_text()
    for fact in ("0.9213", "0.9012", "121 held-out", "the &lt;report&gt;", "77.6", "6.4", 'href="x_32.mp4"', "seed 0"):
        assert fact in page, fact
    assert (run.output / "x.explorer.mp4").is_file() and '"video": "x.explorer.mp4"' in page
    assert re.search(r'<a href="notebooks/04_evaluation.html">', page) and "data:image/png;base64," in page


def test_the_page_is_written_where_a_notebooks_cell_runs_the_course(project, monkeypatch, clip):
    """The backend that shows figures in a notebook is inherited by what the notebook starts."""
    plt.switch_backend("module://matplotlib_inline.backend_inline")
    run = Run("sample", "bundled")
    lessons.record(run, "04_evaluation", **REPORT)
    lessons.record(run, "05_video_smoothing", clip="x.mp4", window=32, flicker=FLICKER, labelled_clip="a#b_32.mp4")
    page = summary.write(run, {"PHOTOS": "sample", "CLIP": clip, "SEED": 0}, {}).read_text()
    assert "data:image/png;base64," in page and 'href="a%23b_32.mp4"' in page


def test_the_page_escapes_everything_once(project, clip):
    run = Run("a&<b>'\"", "bundled")
    lessons.record(run, "04_evaluation", **REPORT | dict.fromkeys(("part", "kept", "text", "pictures"), HOSTILE))
    facts = FLICKER["each frame"]
    lessons.record(run, "05_video_smoothing", clip=HOSTILE, flicker={HOSTILE: facts}, labelled_clip=HOSTILE)
    page = Page(summary.write(run, {HOSTILE: 0, "CLIP": clip}, {HOSTILE: 1}).read_text())
    assert sum(tag == "script" for tag, _ in page.tags) == 2  # those of the explorer
    assert page.text.count(HOSTILE) == 10  # the part twice
    assert run.name in page.text
    assert [unquote(value) for value in page.values("href")] == [
        HOSTILE, f"notebooks/{HOSTILE}.html"
    ]  # fmt: skip


def test_a_missing_result_raises(project, clip):
    run = Run("sample", "bundled")
    lessons.record(run, "04_evaluation", **{name: value for name, value in REPORT.items() if name != "kept"})
    lessons.record(run, "05_video_smoothing", clip="x.mp4", flicker=FLICKER, labelled_clip="x_32.mp4")
    with pytest.raises(UndefinedError, match="kept"):
        summary.write(run, {"CLIP": clip}, {})

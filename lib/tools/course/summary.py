"""The page that sums a run up: accuracy, confusion matrix, flicker, and the explorer of the clip."""

import base64
import io
from pathlib import Path
from urllib.parse import quote

import matplotlib.pyplot as plt
import numpy as np

from lib import plots, sample
from lib.core import paths, templating
from lib.core.files import read_json
from lib.core.paths import Run
from lib.explorer.page import markup
from lib.lessons import RECORD
from lib.plots.style import use_style
from lib.tools.course import explorer
from lib.video import FrameScores
from lib.video.playable import write_playable

_TEMPLATE = Path(__file__).parent / "templates" / "summary.html.j2"


def write(run: Run, parameters: dict, minutes: dict[str, float]) -> Path:
    """Write a run's summary page, `index.html` in its output folder, from what the notebooks recorded.

    Args:
        run: the run, all of whose notebooks have been executed.
        parameters: the run's choices, by name.
        minutes: the time that each notebook took.

    Returns:
        The path of the page; beside it is a copy of the clip that browsers play.

    Raises:
        OSError: the record, the clip or its scores cannot be read, or the page cannot be written.
        KeyError, jinja2.UndefinedError: the record lacks a notebook or a result.
    """
    use_style()
    plt.switch_backend("agg")  # where a notebook's cell runs the course, its backend is inherited and keeps no figure
    record = read_json(run.output / RECORD)
    evaluation = record["04_evaluation"]
    path, clip = run.output / "index.html", _clip(parameters["CLIP"])
    scores = FrameScores.load(run.output / f"{clip.stem}.scores.npz")
    copy = playable_copy(run, clip)
    write_playable(clip, copy)
    templating.write_page(
        path,
        _TEMPLATE,
        name=run.name,
        choices=said(parameters),
        evaluation=evaluation,
        matrix=_png(plots.confusion(np.array(evaluation["confusion"]), evaluation["classes"])),
        smoothing=record["05_video_smoothing"],
        explorer=markup(explorer.pack(clip, scores, say=print), quote(copy.name)),
        minutes=minutes,
    )
    return path


def playable_copy(run: Run, clip: str | Path) -> Path:
    """Give the copy of a clip (a name or path) that the summary page plays."""
    return run.output / f"{Path(clip).stem}.explorer.mp4"


def _clip(name: str) -> Path:
    return paths.EXAMPLE_CLIPS / f"{name}.mp4" if name in sample.CLIPS else Path(name)


def said(parameters: dict) -> str:
    """Say a run's choices in one sentence."""
    return (
        "This run: " + ", ".join(f"{name.lower()} {Path(str(value)).name}" for name, value in parameters.items()) + "."
    )


def _png(figure: plt.Figure | None) -> str:
    assert figure is not None  # only a notebook's backend shows it instead
    memory = io.BytesIO()
    figure.savefig(memory, format="png")
    plt.close(figure)
    return base64.b64encode(memory.getvalue()).decode()

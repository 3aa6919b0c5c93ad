"""The page that sums a run up: accuracy, confusion matrix, flicker, the labelled clip playing."""

import base64
import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from lib import plots
from lib.core import templating
from lib.core.files import read_json
from lib.core.paths import Run
from lib.lessons import RECORD
from lib.plots.style import use_style

_TEMPLATE = Path(__file__).parent / "templates" / "summary.html.j2"


def write(run: Run, parameters: dict, minutes: dict[str, float]) -> Path:
    """Write a run's summary page, `index.html` in its output folder, from what the notebooks recorded.

    Args:
        run: the run, all of whose notebooks have been executed.
        parameters: the run's choices, by name.
        minutes: the time that each notebook took.

    Returns:
        The path of the page.

    Raises:
        OSError: the record cannot be read, or the page cannot be written.
        KeyError, jinja2.UndefinedError: the record lacks a notebook or a result.
    """
    use_style()
    plt.switch_backend("agg")  # where a notebook's cell runs the course, its backend is inherited and keeps no figure
    record = read_json(run.output / RECORD)
    evaluation = record["04_evaluation"]
    path = run.output / "index.html"
    templating.write_page(
        path,
        _TEMPLATE,
        name=run.name,
        choices=said(parameters),
        evaluation=evaluation,
        matrix=_png(plots.confusion(np.array(evaluation["confusion"]), evaluation["classes"])),
        smoothing=record["05_video_smoothing"],
        minutes=minutes,
    )
    return path


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

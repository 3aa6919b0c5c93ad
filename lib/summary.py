"""The page that sums a run up: accuracy, confusion matrix, flicker, the labelled clip playing."""

import base64
import html
import io
from pathlib import Path
from urllib.parse import quote

import matplotlib.pyplot as plt
import numpy as np

from lib import plots
from lib.files import read_json, replacing
from lib.lessons import RECORD
from lib.paths import Run

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Events in video: {title}</title>
<style>
  body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 58rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
  table {{ border-collapse: collapse; margin: 1rem 0; }}
  th, td {{ padding: .35rem 1rem .35rem 0; text-align: left; border-bottom: 1px solid #ddd; }}
  th:not(:first-child), td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
  video, img {{ max-width: 100%; }}
  pre {{ background: #f6f6f6; padding: .8rem; overflow-x: auto; }}
</style>
<h1>Events in video</h1>
<p>{choices}</p>
<h2>Accuracy</h2>
{accuracy}
<h2>Confusion matrix</h2>
<p>After fine-tuning, on the {part} photographs. Rows: true, columns: predicted.</p>
<img alt="Confusion matrix; its numbers stand in the text below it." src="data:image/png;base64,{matrix}">
<pre>{report}</pre>
<h2>Flicker</h2>
{flicker}
<h2>The labelled clip</h2>
<video src="{clip}" controls loop muted playsinline preload="auto"></video>
<h2>Notebooks</h2>
{notebooks}
</html>
"""


def write(run: Run, parameters: dict, minutes: dict[str, float]) -> Path:
    """Write `index.html` into the run's output folder from what the notebooks recorded, and give its path."""
    plt.switch_backend("agg")  # where a notebook's cell runs the course, its backend is inherited and keeps no figure
    record = read_json(run.output / RECORD)
    evaluation, smoothing = record["04_evaluation"], record["05_video_smoothing"]
    page = _PAGE.format(
        title=html.escape(run.name),
        choices=html.escape(said(parameters)),
        accuracy=_accuracy(evaluation),
        part=evaluation["part"],
        matrix=_picture(plots.confusion(np.array(evaluation["confusion"]), evaluation["classes"])),
        report=html.escape(evaluation["text"]),
        flicker=_flicker(smoothing),
        clip=html.escape(quote(smoothing["labelled_clip"])),
        notebooks=_notebooks(minutes),
    )
    path = run.output / "index.html"
    with replacing(path) as part:
        part.write_text(page, encoding="utf-8")
    return path


def said(parameters: dict) -> str:
    """Say a run's choices in one sentence."""
    return "This run: " + ", ".join(f"{name.lower()} {Path(str(value)).name}" for name, value in parameters.items()) + "."


def _accuracy(evaluation: dict) -> str:
    head = (f"accuracy on {evaluation['pictures']} {evaluation['part']} photographs", "")
    return _table(
        head,
        [
            ("after feature extraction", f"{evaluation['accuracy_feature_extraction']:.4f}"),
            (f"after fine-tuning (kept: {evaluation['kept']})", f"{evaluation['accuracy']:.4f}"),
        ],
    )


def _flicker(smoothing: dict) -> str:
    rows = [(way, f"{facts['switches']}", f"{facts['per_minute']:.1f}") for way, facts in smoothing["flicker"].items()]
    return _table((smoothing["clip"], "changes of label", "a minute"), rows)


def _notebooks(minutes: dict[str, float]) -> str:
    links = [(f'<a href="notebooks/{name}.html">{name}</a>', f"{spent:.1f}") for name, spent in minutes.items()]
    return _table(("notebook", "minutes"), links, escape=False)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], escape: bool = True) -> str:
    tell = html.escape if escape else str
    lines = ["<tr>" + "".join(f"<th>{tell(cell)}</th>" for cell in head) + "</tr>"]
    for first, *rest in rows:
        cells = "".join(f'<td class="number">{tell(cell)}</td>' for cell in rest)
        lines.append(f"<tr><td>{tell(first)}</td>{cells}</tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _picture(figure: plt.Figure) -> str:
    memory = io.BytesIO()
    figure.savefig(memory, format="png")
    plt.close(figure)
    return base64.b64encode(memory.getvalue()).decode()

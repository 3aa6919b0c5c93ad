"""The results that notebooks store and compare: their own in a run's folder, and those of the experiments."""

import re
from pathlib import Path

import numpy as np

from lib.core import made, paths
from lib.core.errors import FileError
from lib.core.files import locked, read_json, write_json
from lib.core.paths import Run

RECORD = "record.json"
_OUTSIDE = "no"  # what `in_range` says of a value outside


def record(run: Run, notebook: str, **facts: object) -> None:
    """Save what a notebook found, for the run's summary page.

    Args:
        run: from `begin`.
        notebook: its name, without `.ipynb`.
        facts: plain numbers, strings and lists.

    Example:
        lessons.record(run, "04_evaluation", accuracy=0.93)
    """
    path = run.output / RECORD
    made.claim("what the notebooks found", path)
    with locked(path):
        held = read_json(path) if path.exists() else {}
        write_json(path, held | {notebook: facts})


def results_file(name: str) -> Path:
    """Give the file of an experiment's stored results.

    Args:
        name: the experiment.

    Returns:
        The path, whether or not the file exists.

    Example:
        >>> results_file("decay").name
        'decay.json'
    """
    return paths.NOTEBOOKS / "results" / f"{name}.json"


def stored(name: str, photographs: str) -> list[dict]:
    """Read the stored results of an experiment on a set of photos.

    Args:
        name: the experiment.
        photographs: the set, "sample" or "real".

    Returns:
        One dictionary per case; none for other sets.

    Raises:
        FileError: the experiment was never run.

    Example:
        >>> stored("decay", "photos of my own")
        []
    """
    file = results_file(name)
    if not file.exists():
        raise FileError(f"There are no figures in {file}: run `python -m lib experiment {name}` once.")
    return [row for row in read_json(file)["cases"] if row.get("photographs", photographs) == photographs]


def in_range(value: float, low: float, high: float = np.inf) -> str:
    """Say whether a trained result is in its expected range.

    Training differs a little from machine to machine, so notebooks are compared by ranges, never by digits.

    Args:
        value: the result.
        low: the lowest value expected.
        high: the highest.

    Returns:
        "yes", or "no" with the value.

    Example:
        >>> in_range(0.93, 0.8), in_range(0.5, 0.8)
        ('yes', 'no (0.500)')
    """
    return "yes" if low <= value <= high else f"{_OUTSIDE} ({value:.3f})"


def outside_bands(text: str) -> int:
    """Count the values in a cell's printed text that `in_range` found outside their bands."""
    return len(re.findall(rf"\b{_OUTSIDE} \(\S+\)", text))

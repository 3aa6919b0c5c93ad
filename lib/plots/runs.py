"""The figures of stored and of live results: a row for each method, a dot for each seed.

Example:
    plots.runs(stored, live, "way", {"linear SVM": "linear"}, "test accuracy", chance=1 / 3)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import legend_above, shown

SEED_MARKS = "os^v<>"  # of more seeds, each is a circle
FEW = 5  # pairs: of fewer, an interval says hardly anything
_STORED: dict[str, Any] = {"color": "0.35", "markerfacecolor": "white", "markersize": 7, "linestyle": ""}
_MEAN: dict[str, Any] = {"color": "black", "marker": "|", "markersize": 20, "markeredgewidth": 2.5, "linestyle": ""}
_THIS_RUN: dict[str, Any] = {"color": "black", "marker": "D", "markersize": 6, "linestyle": ""}
_CHANCE: dict[str, Any] = {"color": "0.4", "linestyle": ":", "linewidth": 1.5}
_INTERVAL: dict[str, Any] = {"color": "black", "linewidth": 2}
_NO_DIFFERENCE: dict[str, Any] = {"color": "0.4", "linewidth": 1.5}


@shown
def runs(
    stored: Sequence[Mapping],
    live: Sequence[Mapping],
    by: str,
    panels: Mapping[str, str],
    xlabel: str,
    chance: float | None = None,
) -> plt.Figure:
    """Show results as rows of dots: each of a few seeds has its own mark, and a bar marks the mean of the stored ones.

    Args:
        stored: rows of an experiment, as `lessons.stored` gives them, each with its "seed"; may be empty.
        live: rows of this run, which need no seed; may be empty.
        by: key whose values are the methods, in the order in which they first occur.
        panels: title of each panel, and the key of the numbers in it; a row without the key is left out there.
        xlabel: label of the horizontal axis.
        chance: accuracy of guessing, where a line is drawn.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    names = list(dict.fromkeys(row[by] for row in (*stored, *live)))
    marks = _marks(stored)
    figure, axes = plt.subplots(1, len(panels), figsize=_size(names), sharex=True, sharey=True, squeeze=False)
    for axis, (title, key) in zip(axes.flat, panels.items()):
        for place, name in enumerate(names):
            values = {row["seed"]: row[key] for row in stored if row[by] == name and key in row}
            _plot_row(axis, place, values, marks)
        points = [(row[key], names.index(row[by])) for row in live if key in row]
        axis.plot(*zip(*points), **_THIS_RUN) if points else None
        if chance is not None:
            axis.axvline(chance, zorder=0, **_CHANCE)
        axis.set(title=title, xlabel=xlabel)
        _name_rows(axis, names)
    signs = _signs(marks, "stored, seed {}", "stored, one per seed")
    signs |= {"this run": plt.Line2D([], [], **_THIS_RUN)} if live else {}
    signs |= {"guessing": plt.Line2D([], [], **_CHANCE)} if chance is not None else {}
    legend_above(figure, list(signs.values()), list(signs))
    return figure


@shown
def differences(stored: Sequence[Mapping], by: str, panels: Mapping[str, str]) -> plt.Figure:
    """Show how far other methods are from the first one, in pairs of runs with the same seed.

    A dot is a pair, a bar the mean of a row, a line its 95 % interval; where there are fewer than FEW pairs, there
    is no line. Each panel has its own scale.

    Args:
        stored: rows of an experiment, as `lessons.stored` gives them, each with its "seed".
        by: key whose values are the methods; the first one that occurs is what others are compared with.
        panels: title of each panel, and the key of the numbers in it.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    from lib.evaluation import paired_interval  # loads scikit-learn, which no other figure needs

    first, *names = dict.fromkeys(row[by] for row in stored)
    marks = _marks(stored)
    figure, axes = plt.subplots(1, len(panels), figsize=_size(names), sharey=True, squeeze=False)
    for axis, (title, key) in zip(axes.flat, panels.items()):
        reference = {row["seed"]: row[key] for row in stored if row[by] == first}
        for place, name in enumerate(names):
            values = {row["seed"]: row[key] for row in stored if row[by] == name and row["seed"] in reference}
            gains = {seed: value - reference[seed] for seed, value in values.items()}
            _plot_row(axis, place, gains, marks)
            if len(gains) >= FEW:
                axis.plot(paired_interval(list(gains.values())), [place, place], **_INTERVAL)
        axis.axvline(0, zorder=0, **_NO_DIFFERENCE)
        axis.set(title=title, xlabel=f"compared with {first}")
        _name_rows(axis, names)
    signs = _signs(marks, "seed {}", "one per seed") | {"no difference": plt.Line2D([], [], **_NO_DIFFERENCE)}
    if len(marks) >= FEW:
        signs["95 % interval"] = plt.Line2D([], [], **_INTERVAL)
    legend_above(figure, list(signs.values()), list(signs))
    return figure


def _marks(stored: Sequence[Mapping]) -> dict[int, str]:
    """Give each seed its mark; of many seeds all have the same."""
    seeds = sorted({row["seed"] for row in stored})
    return dict(zip(seeds, SEED_MARKS if len(seeds) <= len(SEED_MARKS) else SEED_MARKS[0] * len(seeds)))


def _plot_row(axis: plt.Axes, place: int, values: Mapping[int, float], marks: Mapping[int, str]) -> None:
    """Plot a method's values, one per seed, each a little below the last, and their mean."""
    for seed, value in values.items():
        apart = (list(marks).index(seed) - (len(marks) - 1) / 2) * 0.5 / len(marks)
        axis.plot(value, place + apart, marks[seed], **_STORED)
    if values:
        axis.plot(np.mean(list(values.values())), place, zorder=1, **_MEAN)


def _size(names: Sequence) -> tuple[float, float]:
    return 10, 0.5 * len(names) + 1.4


def _name_rows(axis: plt.Axes, names: Sequence) -> None:
    axis.set_yticks(range(len(names)), [str(name) for name in names])
    axis.set_ylim(len(names) - 0.5, -0.5)


def _signs(marks: Mapping[int, str], each: str, many: str) -> dict[str, plt.Line2D]:
    """Give what the legend says of stored runs."""
    if not marks:
        return {}
    labels = {each.format(seed): mark for seed, mark in marks.items()}
    if len(marks) > len(SEED_MARKS):
        labels = {many: SEED_MARKS[0]}
    signs = {label: plt.Line2D([], [], marker=mark, **_STORED) for label, mark in labels.items()}
    return signs | {"their mean": plt.Line2D([], [], **(_MEAN | {"markersize": 12}))}

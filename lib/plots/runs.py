"""The figure of stored and of live results: a row for each method, a dot for each seed.

Example:
    plots.runs(stored, live, "way", {"linear SVM": "linear"}, "test accuracy", chance=1 / 3)
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import legend_above, shown

SEED_MARKS = "os^v<>pPhX"
_STORED: dict[str, Any] = {"color": "0.35", "markerfacecolor": "white", "markersize": 7, "linestyle": ""}
_MEAN: dict[str, Any] = {"color": "black", "marker": "|", "markersize": 20, "markeredgewidth": 2.5, "linestyle": ""}
_THIS_RUN: dict[str, Any] = {"color": "black", "marker": "D", "markersize": 6, "linestyle": ""}
_CHANCE: dict[str, Any] = {"color": "0.4", "linestyle": ":", "linewidth": 1.5}


@shown
def runs(
    stored: Sequence[Mapping],
    live: Sequence[Mapping],
    by: str,
    panels: Mapping[str, str],
    xlabel: str,
    chance: float | None = None,
) -> plt.Figure:
    """Show results as rows of dots: each seed has its own mark, and a bar marks the mean of the stored ones.

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
    marks = dict(zip(sorted({row["seed"] for row in stored}), cycle(SEED_MARKS)))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(10, 0.5 * len(names) + 1.4), sharex=True, sharey=True, squeeze=False
    )
    for axis, (title, key) in zip(axes.flat, panels.items()):
        for place, name in enumerate(names):
            values = {row["seed"]: row[key] for row in stored if row[by] == name and key in row}
            for seed, value in values.items():
                apart = (list(marks).index(seed) - (len(marks) - 1) / 2) * 0.5 / len(marks)
                axis.plot(value, place + apart, marks[seed], **_STORED)
            if values:
                axis.plot(np.mean(list(values.values())), place, zorder=1, **_MEAN)
        points = [(row[key], names.index(row[by])) for row in live if key in row]
        axis.plot(*zip(*points), **_THIS_RUN) if points else None
        if chance is not None:
            axis.axvline(chance, zorder=0, **_CHANCE)
        axis.set(title=title, xlabel=xlabel, ylim=(len(names) - 0.5, -0.5))
        axis.set_yticks(range(len(names)), [str(name) for name in names])
    signs = {f"stored, seed {seed}": plt.Line2D([], [], marker=mark, **_STORED) for seed, mark in marks.items()}
    signs |= {"their mean": plt.Line2D([], [], **(_MEAN | {"markersize": 12}))} if marks else {}
    signs |= {"this run": plt.Line2D([], [], **_THIS_RUN)} if live else {}
    signs |= {"guessing": plt.Line2D([], [], **_CHANCE)} if chance is not None else {}
    legend_above(figure, list(signs.values()), list(signs))
    return figure

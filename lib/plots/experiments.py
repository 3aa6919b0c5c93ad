"""Figures of experiments: what was kept of several seeds, and this run's result over it."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt

from lib.plots.style import shown


@shown
def spread(
    kept: Sequence[Mapping],
    live: Sequence[Mapping],
    by: str,
    columns: Mapping[str, str],
    ylabel: str,
    one_scale: bool = True,
) -> plt.Figure:
    """Show results by the value of one key: circles for those kept, one a seed, diamonds for this run's.

    `kept` and `live` are rows as `experiments.stored` gives them; `kept` may be empty. Each of `columns` (title: key
    of the value) has a panel, all with one scale unless they measure different things; a row without the key is left
    out there.
    """
    figure, axes = plt.subplots(1, len(columns), figsize=(10, 3), sharey=one_scale, squeeze=False)
    names = list(dict.fromkeys(row[by] for row in (*kept, *live)))
    for axis, (title, key) in zip(axes.flat, columns.items()):
        for place, name in enumerate(names):
            values = [row[key] for row in kept if row[by] == name and key in row]
            axis.plot([place] * len(values), values, "o-", color="0.55", markerfacecolor="none", markersize=8)
        points = [(names.index(row[by]), row[key]) for row in live if key in row]
        axis.plot(*zip(*points), "D", color="black", markersize=5) if points else None
        axis.set_xticks(range(len(names)), [textwrap.fill(str(name), 10) for name in names])
        axis.set(title=title, xlabel=by, xlim=(-0.5, len(names) - 0.5))
        axis.grid(axis="x", visible=False)
    axes[0, 0].set_ylabel(ylabel)
    signs = []
    if live:
        signs += [plt.Line2D([], [], color="black", marker="D", markersize=5, linestyle="", label="this run")]
    if kept:
        signs += [
            plt.Line2D([], [], color="0.55", marker="o", fillstyle="none", markersize=8, label="kept, one a seed")
        ]
    figure.legend(handles=signs, loc="outside upper right", ncols=2, frameon=False)
    return figure

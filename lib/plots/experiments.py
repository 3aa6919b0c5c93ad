"""Figures of experiments: what was kept of several seeds, and this run's result over it."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt

from lib.plots.style import shown

SEED_MARKERS = "os^v<>"


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
    figure, axes, names = _panels((*kept, *live), by, columns, ylabel, one_scale)
    for axis, key in zip(axes, columns.values()):
        for place, name in enumerate(names):
            values = [row[key] for row in kept if row[by] == name and key in row]
            axis.plot([place] * len(values), values, "o-", color="0.55", markerfacecolor="none", markersize=8)
        points = [(names.index(row[by]), row[key]) for row in live if key in row]
        axis.plot(*zip(*points), "D", color="black", markersize=5) if points else None
    signs = []
    if live:
        signs += [plt.Line2D([], [], color="black", marker="D", markersize=5, linestyle="", label="this run")]
    if kept:
        signs += [
            plt.Line2D([], [], color="0.55", marker="o", fillstyle="none", markersize=8, label="kept, one a seed")
        ]
    figure.legend(handles=signs, loc="outside upper right", ncols=2, frameon=False)
    return figure


@shown
def by_seed(
    kept: Sequence[Mapping],
    live: Sequence[Mapping],
    by: str,
    columns: Mapping[str, str],
    ylabel: str,
    one_scale: bool = True,
) -> plt.Figure:
    """Show results by the value of one key, as `spread` does; each seed has a sign of its own and a line that joins it.

    `kept` are rows as `experiments.stored` gives them, `live` those of this run, which need no seed. Each of `columns`
    (title: key of the value) has a panel, all with one scale unless they measure different things.
    """
    figure, axes, names = _panels((*kept, *live), by, columns, ylabel, one_scale)
    signs = dict(zip(dict.fromkeys(row["seed"] for row in kept), cycle(SEED_MARKERS)))
    look = {"color": "0.45", "linewidth": 0.8, "markerfacecolor": "none", "markersize": 8}
    for axis, key in zip(axes, columns.values()):
        for seed, sign in signs.items():
            points = sorted((names.index(row[by]), row[key]) for row in kept if row["seed"] == seed)
            axis.plot(*zip(*points), marker=sign, **look)
        axis.plot([names.index(row[by]) for row in live], [row[key] for row in live], "D", color="black", markersize=5)
    legend = [plt.Line2D([], [], marker=sign, label=f"kept, seed {seed}", **look) for seed, sign in signs.items()]
    if live:
        now = {"color": "black", "marker": "D", "markersize": 5, "linestyle": ""}
        legend.insert(0, plt.Line2D([], [], label="this run", **now))
    figure.legend(handles=legend, loc="outside upper right", ncols=len(legend) or 1, frameon=False)
    return figure


def _panels(rows: Sequence[Mapping], by: str, columns: Mapping[str, str], ylabel: str, one_scale: bool):
    """Give a figure, its axes, one for each column, and the values of the key `by` that stand along them."""
    figure, axes = plt.subplots(1, len(columns), figsize=(10, 3), sharey=one_scale, squeeze=False)
    names = list(dict.fromkeys(row[by] for row in rows))
    for axis, title in zip(axes.flat, columns):
        axis.set_xticks(range(len(names)), [textwrap.fill(str(name), 10) for name in names])
        axis.set(title=title, xlabel=by, xlim=(-0.5, len(names) - 0.5))
        axis.grid(axis="x", visible=False)
    axes[0, 0].set_ylabel(ylabel)
    return figure, axes.flat, names

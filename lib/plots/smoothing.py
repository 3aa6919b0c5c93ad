"""Figures of smoothing: how late a label is, what a window costs and gains, and smoothers beside each other.

Example:
    plots.window_curves({"sports_day": timeline.curves(scores, truth, (1, 8, 32), rate=25)}, rate=25)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.common import shaded_table
from lib.plots.style import DASHES, MARKS, legend_beside, shown
from lib.timeline import Curves


@shown
def half_window(sizes: Sequence[int], waits: Mapping[str, np.ndarray], law: Sequence[float]) -> plt.Figure:
    """Show the lag by window size, over the law.

    Each change has its own marker, except for sizes so close to another that markers would overlap.

    Args:
        sizes: of the windows, in frames.
        waits: name of each clip: lags in frames (sizes, changes).
        law: the predicted lag of each size, in frames.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    room = np.array([min((abs(size - other) for other in sizes if other != size), default=np.inf) for size in sizes])
    figure, axes = plt.subplots(1, len(waits), figsize=(11, 3.6), sharey=True, squeeze=False)
    for axis, (clip, lags) in zip(axes.flat, waits.items()):
        width = 1.4 * (lags.shape[1] - 1)  # the signs of a size stand side by side, so that equal ones can be read
        wide = room > 2 * width
        for place in range(lags.shape[1]):
            beside, marker = np.array(sizes)[wide] + 1.4 * place - width / 2, f"${place + 1}$"
            axis.plot(beside, lags[wide, place], linestyle="", marker=marker, color="0.35", markersize=7)
        axis.plot(sizes, np.median(lags, axis=1), "-", color="black", linewidth=2, label="median")
        axis.plot(sizes, law, "--", color="tab:red", linewidth=2, label="half the window")
        axis.set(title=clip, xlabel="window, frames")
        axis.set_xticks(sizes)
    axes[0, 0].set_ylabel("lag, frames")
    axes[0, -1].plot([], [], linestyle="", marker="$1$", color="0.35", label="first change, ...\n(larger windows)")
    legend_beside(axes[0, -1])
    return figure


@shown
def lag_over_law(pairs: Mapping[str, Mapping[int, tuple[np.ndarray, np.ndarray]]]) -> plt.Figure:
    """Show measured lags over predicted ones; the band is a fifth on either side of equal.

    Open markers are changes, full ones the medians of a size.

    Args:
        pairs: name of each clip: {window size: (predicted, measured)}, both (changes,), in frames.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(pairs), figsize=(11, 3.8), sharex=True, sharey=True, squeeze=False)
    highest = max(max(np.max(x, initial=1) for x in both) for sizes in pairs.values() for both in sizes.values())
    ends = np.array([0, 1.1 * highest])
    for axis, (clip, sizes) in zip(axes.flat, pairs.items()):
        axis.fill_between(ends, 0.8 * ends, 1.2 * ends, color="0.9")
        axis.plot(ends, ends, "-", color="black", linewidth=1, label="as predicted,\nand a fifth off")
        for (size, (law, lags)), mark in zip(sizes.items(), MARKS):
            axis.plot(law, lags, mark, color="0.35", fillstyle="none", markersize=6, label=f"window {size}")
            if len(law):
                axis.plot(np.median(law), np.median(lags), mark, color="tab:red", markersize=9, label=f"median, {size}")
        axis.set(title=clip, xlabel="predicted lag, frames")
    axes[0, 0].set_ylabel("measured lag, frames")
    legend_beside(axes[0, -1])
    return figure


@shown
def window_curves(curves: Mapping[str, Curves], rate: float) -> plt.Figure:
    """Show flicker, lag in seconds and accuracy by window size.

    Args:
        curves: name of each clip: its `timeline.curves`.
        rate: scored frames per second.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
    for (clip, curve), dash, mark in zip(curves.items(), DASHES, MARKS):
        for axis, values in zip(axes, (curve.flicker, curve.lag / rate, curve.accuracy)):
            axis.plot(curve.sizes, values, dash, marker=mark, color="black", markersize=5, label=clip)
    for axis, title in zip(
        axes, ("flicker: surplus changes\nper minute", "lag: mean, seconds", "accuracy: fraction of frames")
    ):
        axis.set(title=title, xlabel="window, frames", xscale="log")
        axis.set_xticks(curve.sizes, curve.sizes)
        axis.set_xticks([], minor=True)
    axes[0].legend(frameon=False)
    return figure


@shown
def lag_vs_errors(
    ways: Mapping[str, tuple[Sequence[float], Sequence[float]]], sizes: Sequence[int], rate: float
) -> plt.Figure:
    """Show wrong captions per minute over lag: a panel for each way, the other ways in grey; dashed: one per minute.

    Args:
        ways: name of each way: lags in frames, and wrong captions per minute, by size.
        sizes: what stands beside each point.
        rate: scored frames per second.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    rows = -(-len(ways) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(11, 2.9 * rows), sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(ways) :]:
        axis.axis("off")
    for axis, (way, (lags, wrong)) in zip(axes.flat, ways.items()):
        for other_lags, other_wrong in ways.values():
            axis.plot(np.asarray(other_lags) / rate, other_wrong, ".", color="0.8", markersize=5)
        late = np.asarray(lags) / rate
        axis.plot(late, wrong, "-o", color="black", markersize=5, linewidth=1)
        above: dict[tuple[float, float], list[str]] = {}  # equal points have one text
        for size, x, y in zip(sizes, late, wrong):
            above.setdefault((float(x), float(y)), []).append(str(size))
        for place, (point, names) in enumerate(above.items()):  # neighbours have their texts on two sides
            side = (5, -10 if place % 2 else 4)
            axis.annotate(", ".join(names), point, side, textcoords="offset points", fontsize=9)
        axis.axhline(1, color="black", linestyle="--", linewidth=1)
        axis.set(title=way, ylim=(0, None), xlim=(0, None))
        axis.xaxis.set_tick_params(labelbottom=True)
    figure.supxlabel("mean lag, seconds", fontsize=11)
    figure.supylabel("wrong captions per minute", fontsize=11)
    return figure


@shown
def compare(
    x: Sequence[float], ways: Mapping[str, Sequence[float]], xlabel: str, ylabel: str, marked: Sequence[float] = ()
) -> plt.Figure:
    """Show one measure of several ways over a common horizontal axis, a line for each way.

    Args:
        x: (m,).
        ways: name of each way: its values (m,), 0 to 1.
        xlabel: label of the horizontal axis.
        ylabel: label of the vertical axis.
        marked: places on the horizontal axis that a vertical line marks.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9.5, 3.6))
    for place, (way, values) in enumerate(ways.items()):
        dash, mark = DASHES[place % len(DASHES)], MARKS[place % len(MARKS)]
        look: dict[str, Any] = {"color": plt.cm.tab10(place), "linestyle": dash, "marker": mark}
        axis.plot(x, values, label=way, markersize=6, markevery=max(1, len(x) // 8), **look)
    for position in marked:
        axis.axvline(position, color="0.5", linewidth=1)
    axis.set(xlabel=xlabel, ylabel=ylabel)
    legend_beside(axis)
    return figure


@shown
def score_tables(tables: Mapping[str, Mapping[str, Mapping[str, float]]]) -> plt.Figure:
    """Show tables of values beside each other, with the same rows; shaded from the lowest of all (white) to the highest.

    Args:
        tables: title of each table: {name of each row: {name of each column: value}}.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    shapes = [(len(table), len(next(iter(table.values())))) for table in tables.values()]
    size = (11, 0.42 * max(rows for rows, _ in shapes) + 1.5)
    widths = [columns for _, columns in shapes]
    every = np.array([value for table in tables.values() for row in table.values() for value in row.values()])
    low, spread = every.min(), np.ptp(every) or 1.0
    figure, axes = plt.subplots(1, len(tables), figsize=size, sharey=True, squeeze=False, width_ratios=widths)
    for axis, (title, table) in zip(axes.flat, tables.items()):
        values = np.array([list(row.values()) for row in table.values()], float)
        shaded_table(axis, values, (values - low) / spread, "{:.2f}".format, aspect="auto")
        axis.set_xticks(range(values.shape[1]), list(next(iter(table.values()))))
        axis.set_yticks(range(len(table)), list(table))
        axis.set_title(title, fontsize=11)
    return figure

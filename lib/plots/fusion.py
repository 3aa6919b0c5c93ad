"""Figures of blocks of frames: the frames in a row, where networks combine them, and what averaging gains.

Example:
    plots.film_strips({"left": blocks[ways == 0][0], "right": blocks[ways == 1][0]}, step=2)
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import legend_beside, shown

# Levels from the frames upwards: the boxes of each, as the first and the last frame above which they stand.
_MIDDLE, _ALL = [(4, 4)], [(0, 8)]
_MEETINGS = {
    "single frame": [_MIDDLE, _MIDDLE, _MIDDLE, _MIDDLE],
    "early fusion": [_ALL, _ALL, _ALL, _ALL],
    "late fusion": [[(0, 0), (8, 8)], [(0, 0), (8, 8)], [(0, 0), (8, 8)], _ALL],
    "slow fusion": [[(0, 2), (2, 4), (4, 6), (6, 8)], [(0, 4), (4, 8)], _ALL, _ALL],
}


@shown
def film_strips(strips: Mapping[str, np.ndarray], marked: int | None = None, step: int = 1) -> plt.Figure:
    """Show blocks as rows of frames under their numbers, counted from 1.

    Args:
        strips: name of each row: uint8 RGB (frames, height, width, 3).
        marked: the frame, from 0, that has a thick edge.
        step: 1 shows every frame, 2 every second one, ...

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    columns = len(range(0, max(map(len, strips.values())), step))
    height, width = next(iter(strips.values())).shape[1:3]
    size = (11, 11 / (columns + 0.5) * height / width * len(strips) * 1.08 + 0.3)
    figure, axes = plt.subplots(len(strips), columns, figsize=size, squeeze=False)
    for row, (name, block) in zip(axes, strips.items()):
        for number, axis in zip(range(0, len(block), step), row):
            axis.imshow(block[number])
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=number == marked, linewidth=4, color="black")
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for number, axis in enumerate(axes[0]):
        axis.set_title(str(number * step + 1), fontsize=9)
    return figure


@shown
def where_frames_meet() -> plt.Figure:
    """Show four ways to connect nine frames to one prediction.

    A box is one output of a layer, as wide as the frames it has seen. Of boxes that overlap every second one stands
    higher, and they are half-transparent.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(_MEETINGS), figsize=(11, 3.6), sharey=True)
    for axis, (name, levels) in zip(axes, _MEETINGS.items()):
        used = {frame for first, last in levels[0] for frame in range(first, last + 1)}
        for frame in range(9):
            seen = frame in used
            axis.add_patch(plt.Rectangle((frame - 0.4, 0), 0.8, 0.55, facecolor="0.3" if seen else "0.88"))
            axis.text(
                frame, 0.26, str(frame + 1), color="white" if seen else "0.35", fontsize=10, ha="center", va="center"
            )
        below = None
        for level, boxes in enumerate(levels, 1):
            overlap = any(last >= first for (_, last), (first, _) in pairwise(boxes))
            tall = 0.38 if overlap else 0.6
            tone = "white" if level == len(levels) else "0.75"
            feet = [level + 0.22 * (overlap and number % 2) for number in range(len(boxes))]
            for foot, (first, last) in zip(feet, boxes):
                axis.add_patch(
                    plt.Rectangle(
                        (first - 0.4, foot), last - first + 0.8, tall, facecolor=(tone, 0.6), edgecolor="black"
                    )
                )
                for middle, top in below or [((first + last) / 2, 0.55)]:
                    if first <= middle <= last:
                        axis.annotate("", (middle, foot), (middle, top), arrowprops={"arrowstyle": "->"})
            below = [((first + last) / 2, foot + tall) for foot, (first, last) in zip(feet, boxes)]
        axis.set(title=name, xlim=(-0.7, 8.7), ylim=(-0.1, 4.8), xticks=[])
        axis.tick_params(length=0)
        axis.grid(visible=False)
        axis.spines[:].set_visible(False)
    axes[0].set_yticks(np.arange(5) + 0.3, ["frames", "layer 1", "layer 2", "layer 3", "prediction"])
    return figure


@shown
def one_and_many(panels: Mapping[str, Mapping[str, tuple[float, float]]], xlabel: str) -> plt.Figure:
    """Show what networks reach with one block (a ring) and with the mean of many (a diamond).

    Args:
        panels: title of each panel: {network: (with one, with many)}.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(11, 3), squeeze=False)
    for axis, (title, networks) in zip(axes.flat, panels.items()):
        for place, (one, many) in enumerate(networks.values()):
            axis.plot((one, many), (place, place), color="0.7", linewidth=2, zorder=1)
            axis.plot(one, place, "o", color="black", markerfacecolor="white", markersize=9)
            axis.plot(many, place, "D", color="black", markersize=7, clip_on=False)
        axis.set_yticks(range(len(networks)), networks)
        axis.set(title=title, xlabel=xlabel, xlim=(0, 1), ylim=(len(networks) - 0.5, -0.5))
    signs = [plt.Line2D([], [], color="black", marker="o", fillstyle="none", markersize=9, linestyle="", label="one")]
    signs += [plt.Line2D([], [], color="black", marker="D", markersize=7, linestyle="", label="mean of 20")]
    figure.legend(handles=signs, loc="outside upper right", ncols=2, frameon=False)
    return figure


@shown
def averaging(counts: Sequence[int], curves: Mapping[str, Sequence[float]], kept: Mapping[str, Sequence]) -> plt.Figure:
    """Show accuracy by how many predictions are averaged.

    Args:
        counts: how many (n,).
        curves: accuracy (n,), 0 to 1, under the name of each line.
        kept: stored curves of the same names, one per seed, as thin grey lines.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7.5, 3.2))
    for (name, values), line, mark in zip(curves.items(), ("-", "--"), ("D", "o")):
        for other in kept.get(name, ()):
            axis.plot(counts, other, line, color="0.7", linewidth=1)
        axis.plot(counts, values, line, marker=mark, color="black", label=name)
    axis.set(xscale="log", xlabel="blocks averaged", ylabel="accuracy")
    axis.set_xticks(counts, list(map(str, counts)))
    axis.minorticks_off()
    legend_beside(axis)
    return figure

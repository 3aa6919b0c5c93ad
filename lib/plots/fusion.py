"""Figures of blocks of frames: the frames in a row, where networks let them meet, and what averaging brings."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import shown

# Levels from the frames upwards: the boxes of each, as the first and the last frame above which they stand.
_MIDDLE, _ALL = [(4, 4)], [(0, 8)]
_MEETINGS = {
    "single frame": [_MIDDLE, _MIDDLE, _MIDDLE, _MIDDLE],
    "early fusion": [_ALL, _ALL, _ALL, _ALL],
    "late fusion": [[(0, 0), (8, 8)], [(0, 0), (8, 8)], [(0, 0), (8, 8)], _ALL],
    "slow fusion": [[(0, 2), (2, 4), (4, 6), (6, 8)], [(0, 4), (4, 8)], _ALL, _ALL],
}


@shown
def film_strips(strips: Mapping[str, np.ndarray], marked: int | None = None) -> plt.Figure:
    """Show blocks (frames, height, width, 3), uint8 RGB, as rows of frames, with the name of each to its left.

    The frame `marked`, counted from 0, has a thick edge in every row.
    """
    columns = max(map(len, strips.values()))
    height, width = next(iter(strips.values())).shape[1:3]
    size = (11, 11 / (columns + 1) * height / width * len(strips) * 1.08 + 0.3)
    figure, axes = plt.subplots(len(strips), columns, figsize=size, squeeze=False)
    for row, (name, block) in zip(axes, strips.items()):
        for number, (axis, frame) in enumerate(zip(row, block)):
            axis.imshow(frame)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set(visible=number == marked, linewidth=4, color="black")
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for number, axis in enumerate(axes[0]):
        axis.set_title(str(number + 1), fontsize=9)
    return figure


@shown
def where_frames_meet() -> plt.Figure:
    """Show four ways to connect nine frames to one answer; a box is a layer, as wide as the frames whose traces it sees."""
    figure, axes = plt.subplots(1, len(_MEETINGS), figsize=(11, 3.2), sharey=True)
    for axis, (name, levels) in zip(axes, _MEETINGS.items()):
        used = {frame for first, last in levels[0] for frame in range(first, last + 1)}
        for frame in range(9):
            axis.add_patch(plt.Rectangle((frame - 0.32, 0), 0.64, 0.55, facecolor="0.3" if frame in used else "0.88"))
        for height, boxes in enumerate(levels, 1):
            for first, last in boxes:
                tone = "white" if height == len(levels) else "0.75"
                corner = (first - 0.4, height)
                axis.add_patch(plt.Rectangle(corner, last - first + 0.8, 0.6, facecolor=tone, edgecolor="black"))
            below = levels[height - 2] if height > 1 else boxes
            for middle in (sum(box) / 2 for box in below):
                axis.annotate("", (middle, height), (middle, height - 0.42), arrowprops={"arrowstyle": "->"})
        axis.set(title=name, xlim=(-0.7, 8.7), ylim=(-0.1, 4.8), xticks=[])
        axis.tick_params(length=0)
        axis.grid(visible=False)
        axis.spines[:].set_visible(False)
    axes[0].set_yticks(np.arange(5) + 0.3, ["frames", "layer 1", "layer 2", "layer 3", "answer"])
    return figure


@shown
def one_and_many(panels: Mapping[str, Mapping[str, tuple[float, float]]], xlabel: str) -> plt.Figure:
    """Show, in a panel each, what networks reach with one block (a ring) and with the mean of many (a diamond)."""
    figure, axes = plt.subplots(1, len(panels), figsize=(11, 3), squeeze=False)
    for axis, (title, networks) in zip(axes.flat, panels.items()):
        for place, (one, many) in enumerate(networks.values()):
            axis.plot((one, many), (place, place), color="0.7", linewidth=2, zorder=1)
            axis.plot(one, place, "o", color="black", markerfacecolor="white", markersize=9)
            axis.plot(many, place, "D", color="black", markersize=7)
        axis.set_yticks(range(len(networks)), networks)
        axis.set(title=title, xlabel=xlabel, xlim=(0, 1), ylim=(len(networks) - 0.5, -0.5))
    signs = [plt.Line2D([], [], color="black", marker="o", fillstyle="none", markersize=9, linestyle="", label="one")]
    signs += [plt.Line2D([], [], color="black", marker="D", markersize=7, linestyle="", label="mean of 20")]
    figure.legend(handles=signs, loc="outside upper right", ncols=2, frameon=False)
    return figure


@shown
def averaging(counts: Sequence[int], curves: Mapping[str, Sequence[float]], kept: Mapping[str, Sequence]) -> plt.Figure:
    """Show accuracy by how many answers are averaged, a line a way; thin grey lines for what was `kept`, one a seed."""
    figure, axis = plt.subplots(figsize=(7.5, 3.2))
    for (name, values), line, mark in zip(curves.items(), ("-", "--"), ("D", "o")):
        for other in kept.get(name, ()):
            axis.plot(counts, other, line, color="0.7", linewidth=1)
        axis.plot(counts, values, line, marker=mark, color="black", label=name)
    axis.set(xscale="log", xlabel="blocks averaged", ylabel="accuracy")
    axis.set_xticks(counts, list(map(str, counts)))
    axis.minorticks_off()
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure

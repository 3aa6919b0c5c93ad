"""Figures of visual words: key points, descriptors, words, histograms, an SVM's cost, and methods side by side.

Example:
    plots.key_points([image], [bag_of_words.at_key_points(image).places], ["key points"])
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.common import row_shares, shaded_table
from lib.plots.style import PART_LINES, colour, name_ticks, shown, written

_CELLS, _DIRECTIONS = 4, 8  # of a SIFT descriptor: 4 by 4 cells, 8 directions in each


@shown
def key_points(images: Sequence[np.ndarray], places: Sequence[np.ndarray], titles: Sequence[str]) -> plt.Figure:
    """Show images with their key points: a ring as wide as each, and a stroke in its direction.

    Args:
        images: uint8 RGB (height, width, 3).
        places: for each image (n, 4): x, y and width in pixels, angle in degrees, clockwise; n may be 0.
        titles: one for each image.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    tallest = max(image.shape[0] / image.shape[1] for image in images)
    figure, axes = plt.subplots(1, len(images), figsize=(11, 11 / len(images) * tallest + 0.4), squeeze=False)
    for axis, image, found, title in zip(axes.flat, images, places, titles):
        axis.imshow(image)
        axis.set(title=title, xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
        axis.axis("off")
        for x, y, width, angle in found:
            turn = np.deg2rad(angle)
            end = x + width / 2 * np.cos(turn), y + width / 2 * np.sin(turn)
            for line, tone in ((2.2, "black"), (0.9, "yellow")):  # seen on light and on dark
                axis.add_patch(plt.Circle((x, y), width / 2, fill=False, linewidth=line, edgecolor=tone))
                axis.plot((x, end[0]), (y, end[1]), color=tone, linewidth=line)
    return figure


@shown
def descriptor(patch: np.ndarray, numbers: np.ndarray) -> plt.Figure:
    """Show a patch divided into 4×4 cells, and its SIFT descriptor as a star in each cell.

    A ray is longer the stronger the edges are in that cell that grow brighter in its direction.

    Args:
        patch: uint8 RGB (size, size, 3).
        numbers: the descriptor (128,).

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.5))
    size = patch.shape[0]
    cell = size / _CELLS
    axes[0].imshow(patch)
    axes[1].imshow(np.full_like(patch, 255))
    for axis in axes:
        for edge in np.arange(1, _CELLS) * cell - 0.5:
            axis.axhline(edge, color="0.6", linewidth=0.8)
            axis.axvline(edge, color="0.6", linewidth=0.8)
        axis.set(xticks=[], yticks=[])
    rays = numbers.reshape(_CELLS, _CELLS, _DIRECTIONS) / max(numbers.max(), 1) * cell * 0.42
    turns = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS
    for row, column in np.ndindex(_CELLS, _CELLS):
        x, y = (column + 0.5) * cell - 0.5, (row + 0.5) * cell - 0.5
        axes[1].plot(x, y, "o", color="black", markersize=4)
        for length, turn in zip(rays[row, column], turns):
            axes[1].plot((x, x + length * np.cos(turn)), (y, y - length * np.sin(turn)), color="black", linewidth=2)
    axes[0].set_title("the patch")
    axes[1].set_title("its descriptor: 16 × 8 numbers")
    return figure


@shown
def ranges(values: Mapping[str, np.ndarray], xlabel: str) -> plt.Figure:
    """Show many values under each name: the middle half as a box, the median as a thick line in it.

    A thin line reaches over all except the outermost 5 per cent on each side.

    Args:
        values: name: values (n,), none below 0.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9, 0.45 * len(values) + 0.9))
    look: dict[str, Any] = {
        "patch_artist": True,
        "boxprops": {"facecolor": "0.85"},
        "medianprops": {"color": "black", "linewidth": 3},
    }
    axis.boxplot(list(values.values()), orientation="horizontal", whis=(5, 95), showfliers=False, widths=0.6, **look)
    axis.set_yticks(range(1, len(values) + 1), list(values))
    axis.invert_yaxis()
    axis.set(xlabel=xlabel, xlim=(-0.02 * axis.get_xlim()[1], None))  # a median of 0 is to be seen
    axis.grid(axis="y", visible=False)
    return figure


@shown
def word_patches(rows: Mapping[str, Sequence[np.ndarray]]) -> plt.Figure:
    """Show patches in rows: each row is one word.

    Args:
        rows: name of each row: patches, uint8 RGB (size, size, 3).

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    columns = max(map(len, rows.values()))
    figure, axes = plt.subplots(len(rows), columns, figsize=(7, 0.75 * len(rows)), squeeze=False)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    for line, (name, patches) in zip(axes, rows.items()):
        line[0].set_ylabel(name, rotation=0, ha="right", va="center")
        for axis, patch in zip(line, patches):
            axis.imshow(patch)
    return figure


@shown
def bags(images: Sequence[np.ndarray], shares: np.ndarray, labels: Sequence[str], classes: Sequence[str]) -> plt.Figure:
    """Show images, each beside its histogram of words, in its event's colour.

    Args:
        images: uint8 RGB (height, width, 3).
        shares: fractions of each word (images, words), 0 to 1.
        labels: event of each image.
        classes: all events.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(
        len(images), 2, figsize=(10, 1.5 * len(images)), width_ratios=(1, 4), sharex="col", squeeze=False
    )
    for (left, right), image, row, label in zip(axes, images, shares, labels):
        left.imshow(image)
        left.axis("off")
        right.bar(np.arange(len(row)), row, width=1, color=colour(label, classes))
        right.set_title(written(label), loc="left", fontsize=11)
        right.set(ylim=(0, 1.05 * shares.max()), xlim=(-1, len(row)), ylabel="fraction")
    axes[-1, 1].set_xlabel("word")
    return figure


@shown
def costs(panels: Mapping[str, tuple[Sequence[float], Sequence[float], Sequence[float]]]) -> plt.Figure:
    """Show accuracy by an SVM's cost C; a ring marks the highest validation accuracy, of equal ones the first.

    Args:
        panels: title of each panel: costs, accuracy in training, accuracy in validation, each (n,).

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(10, 3), sharey=True, squeeze=False)
    for axis, (name, (values, training, validation)) in zip(axes.flat, panels.items()):
        axis.plot(values, training, PART_LINES["training"], color="0.45", marker="s", markersize=4, label="training")
        axis.plot(
            values, validation, PART_LINES["validation"], color="black", marker="o", markersize=4, label="validation"
        )
        best = int(np.argmax(validation))
        axis.plot(values[best], validation[best], "o", color="black", fillstyle="none", markersize=14, label="chosen")
        axis.set(title=name, xlabel="C", xscale="log")
    axes[0, 0].set_ylabel("accuracy")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return figure


@shown
def side_by_side(panels: Mapping[str, Mapping[str, float]], logarithmic: Sequence[str] = ()) -> plt.Figure:
    """Show one number for each method in every panel, as a bar with the number beside it.

    Args:
        panels: title of each panel: {method: number}.
        logarithmic: titles of panels with a logarithmic scale.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    height = 1.2 + 0.3 * max(map(len, panels.values()))
    figure, axes = plt.subplots(1, len(panels), figsize=(10, height), sharey=True, squeeze=False)
    for axis, (title, values) in zip(axes.flat, panels.items()):
        bars = axis.barh(list(values), list(values.values()), color="0.75", edgecolor="black")
        axis.bar_label(bars, [f"{value:.2g}" for value in values.values()], padding=3, fontsize=10)
        if title in logarithmic:
            axis.set_xscale("log")
        axis.set(xlabel=title)
        axis.margins(x=0.3)
        axis.grid(axis="y", visible=False)
    axes[0, 0].invert_yaxis()
    return figure


@shown
def who_is_wrong(wrong: Mapping[str, np.ndarray], part: str) -> plt.Figure:
    """Show who is wrong where: a row for each method, a column for each image, dark where it was wrong.

    Images are in the order of how many methods were wrong.

    Args:
        wrong: name of each method: bool (n,).
        part: name of the part, such as "test".

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    table = np.array(list(wrong.values()))
    order = np.lexsort((*table, table.sum(axis=0)))
    figure, axis = plt.subplots(figsize=(10, 0.4 * len(table) + 1))
    axis.imshow(table[:, order], cmap="Greys", vmin=0, vmax=1.2, aspect="auto", interpolation="nearest")
    axis.set_yticks(range(len(wrong)), list(wrong))
    axis.set_yticks(np.arange(1, len(wrong)) - 0.5, minor=True)
    axis.grid(which="minor", axis="y", color="black", alpha=1)
    axis.grid(which="major", visible=False)
    axis.tick_params(which="minor", length=0)
    axis.set_xlabel(f"{part} photos, those that most ways get wrong on the right")
    return figure


@shown
def confusions(matrices: Mapping[str, np.ndarray], classes: Sequence[str]) -> plt.Figure:
    """Show several confusion matrices of counts, three in a row; the shade is the fraction of the row.

    Args:
        matrices: title of each: counts (true, predicted).
        classes: the names, in the matrices' order.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    columns = min(3, len(matrices))
    rows = -(-len(matrices) // columns)
    height = max(2.6, 0.3 * len(classes) + 1) * rows + 0.6
    figure, axes = plt.subplots(rows, columns, figsize=(10, height), sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(matrices) :]:
        axis.set_visible(False)
    for axis, (name, matrix) in zip(axes.flat, matrices.items()):
        shaded_table(axis, matrix, row_shares(matrix), aspect="auto")
        name_ticks(axis.xaxis, classes, 8 / columns)
        axis.set_yticks(range(len(classes)), [written(name) for name in classes])
        axis.set_title(name, fontsize=11)
    figure.supxlabel("predicted", fontsize=11)
    figure.supylabel("true", fontsize=11)
    return figure

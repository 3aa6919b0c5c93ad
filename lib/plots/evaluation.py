"""Figures of evaluation: confusion matrices, confidence, saliency, and what chance does.

Example:
    plots.confusion(report.confusion, report.classes)
"""

from collections.abc import Mapping, Sequence

import cv2
import matplotlib.pyplot as plt
import numpy as np

from lib.plots.common import picture_grid, row_shares, shaded_table, whole_steps
from lib.plots.style import DASHES, name_ticks, shown, written

_DARKEST = 0.2  # of a picture's brightness, where a map is 0


@shown
def reliability(diagrams: Mapping[str, np.ndarray]) -> plt.Figure:
    """Show accuracy by confidence: a point for each bin with its 95 % interval, and below it the number of its images.

    The dashed line is where confidence and accuracy are equal.

    Args:
        diagrams: under each title, for every bin its number of images, mean confidence, accuracy, and the two ends
            of the accuracy's interval: (5, bins).

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(2, len(diagrams), figsize=(10, 5), height_ratios=(4, 1), sharex=True, squeeze=False)
    lowest = min(confident.min() for _, confident, *_ in diagrams.values())
    for (above, below), (title, (counts, confident, accurate, low, high)) in zip(axes.T, diagrams.items()):
        above.plot([0, 1], [0, 1], "--", color="0.5")
        above.vlines(confident, low, high, color="0.5", linewidth=2)
        above.plot(confident, accurate, "o", color="black")
        above.set(title=title, xlim=(max(0, lowest - 0.1), 1.06), ylim=(-0.03, 1.03))
        bars = below.bar(confident, counts, 0.05, color="0.6")
        below.bar_label(bars, [f"{count:.0f}" for count in counts], padding=1)
        below.set(xlabel="confidence", ylim=(0, 1.5 * counts.max()), yticks=[])
        below.grid(visible=False)
    axes[0, 0].set_ylabel("accuracy")
    axes[1, 0].set_ylabel("images")
    axes[0, 0].annotate(
        "overconfident\nbelow the line", (0.97, 0.05), xycoords="axes fraction", ha="right", color="0.3"
    )
    return figure


@shown
def coverage_accuracy(fractions: np.ndarray, accuracies: Mapping[str, np.ndarray]) -> plt.Figure:
    """Show accuracy on the most confident predictions by the fraction of them.

    Args:
        fractions: of the images, the most confident first (n,), 0 to 1.
        accuracies: accuracy on them (n,), 0 to 1, under the name of each line.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(8, 3.5))
    for (name, values), line in zip(accuracies.items(), DASHES):
        axis.plot(fractions, values, line, color="black", label=name)
    axis.set(xlabel="fraction of the images, the most confident first", ylabel="accuracy on these")
    axis.set(xlim=(0, 1), ylim=(min(0.8, *(values.min() for values in accuracies.values())), 1.01))
    axis.legend(frameon=False, loc="lower left")
    return figure


@shown
def intervals(differences: Mapping[str, tuple[float, float, float]], xlabel: str) -> plt.Figure:
    """Show differences with their intervals, one below the other, and a line at 0, where there is no difference.

    Args:
        differences: under the name of each its value and the two ends of its interval.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(8, 0.6 * len(differences) + 1))
    for row, (value, low, high) in enumerate(differences.values()):
        axis.plot([low, high], [row, row], "|-", color="black", markersize=12)
        axis.plot([value], [row], "o", color="black")
        axis.text(value, row - 0.2, f"{value:+.3f} [{low:+.3f}, {high:+.3f}]", ha="center", va="bottom")
    axis.axvline(0, color="0.4", linewidth=1.5, zorder=0)
    axis.set_yticks(range(len(differences)), list(differences))
    axis.set(xlabel=xlabel, ylim=(len(differences) - 0.5, -0.9))
    axis.grid(axis="y", visible=False)
    return figure


@shown
def spotlights(
    images: Sequence[np.ndarray], maps: Sequence[np.ndarray | None], titles: Sequence[str], columns: int
) -> plt.Figure:
    """Show images bright where a map is high and dark where it is low.

    An outline marks half of the map's highest value.

    Args:
        images: uint8 RGB (height, width, 3).
        maps: for each image a coarse grid (rows, columns), 0 to 1; None shows it as it is.
        titles: one for each image.
        columns: images in a row.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = picture_grid(len(images), columns, 2.3, 2.7)
    for axis, image, coarse, title in zip(axes, images, maps, titles):
        axis.set_title(title)
        height, width = image.shape[:2]
        if coarse is None:
            axis.imshow(image, interpolation="hanning")
            continue
        fine = cv2.resize(np.asarray(coarse, "float32"), (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
        light = _DARKEST + (1 - _DARKEST) * fine[..., None]
        axis.imshow((image * light).astype(np.uint8), interpolation="hanning")
        if 0 < fine.max() and fine.min() < fine.max() / 2:
            axis.contour(fine, [fine.max() / 2], colors="white", linewidths=1)
    return figure


@shown
def agreement(counts: np.ndarray, names: tuple[str, str], xlabel: str) -> plt.Figure:
    """Show how often two classifiers are correct and wrong together, with one scale of shades for the whole table.

    Args:
        counts: (2, 2): first correct or wrong, second correct or wrong.
        names: of the two.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(6, 2.2))
    shaded_table(axis, counts, counts / max(counts.max(), 1), aspect="auto")
    rows, columns = ([f"{name}: {how}" for how in ("correct", "wrong")] for name in names)
    axis.set_xticks(range(2), columns)
    axis.set_yticks(range(2), rows)
    axis.set_xlabel(xlabel)
    return figure


@shown
def chances(draws: Mapping[str, np.ndarray], found: float, xlabel: str, step: float) -> plt.Figure:
    """Show histograms of values that vary by chance, the middle 95 % of each marked by a line, the result by a dotted one.

    Args:
        draws: values (n,) under the title of each histogram.
        found: the result, in the same unit.
        xlabel: label of the horizontal axis.
        step: how far one image moves a value; bars are whole steps wide, so that all cover as many possible values.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(len(draws), 1, figsize=(8, 1.6 * len(draws) + 0.8), sharex=True, squeeze=False)
    bins = whole_steps(np.concatenate([*draws.values(), [found]]), step)
    for axis, (name, values) in zip(axes.flat, draws.items()):
        highest = axis.hist(values, bins, color="0.75")[0].max()
        axis.plot(np.percentile(values, (2.5, 97.5)), [highest / 8] * 2, "|-", color="black", markersize=12)
        axis.axvline(found, color="black", linestyle=":")
        axis.set_title(name, loc="left")
        axis.set_yticks([])
        axis.spines["left"].set_visible(False)
    axes[-1, 0].set_xlabel(xlabel)
    return figure


@shown
def confusion(matrix: np.ndarray, classes: Sequence[str], title: str = "") -> plt.Figure:
    """Show a confusion matrix of counts; the shade is the fraction of the row.

    Args:
        matrix: counts (true, predicted).
        classes: the names, in the matrix's order.
        title: above the matrix.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    more = 0.5 * max(0, len(classes) - 4)
    figure, axis = plt.subplots(figsize=(4.8 + more, 4.2 + more))
    shaded_table(axis, matrix, row_shares(matrix))
    name_ticks(axis.xaxis, classes, 3.2 + more)
    axis.set_yticks(range(len(classes)), [written(name) for name in classes])
    axis.set(xlabel="predicted", ylabel="true", title=title)
    return figure

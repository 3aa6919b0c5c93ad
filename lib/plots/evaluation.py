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
def accuracy_by_class_share(shares: np.ndarray, accuracies: Mapping[str, np.ndarray], xlabel: str) -> plt.Figure:
    """Show accuracy by the fraction of one class among all images.

    Args:
        shares: the fractions (n,), 0 to 1.
        accuracies: accuracy (n,), 0 to 1, under the name of each line.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7, 3))
    for (name, values), line in zip(accuracies.items(), DASHES):
        axis.plot(shares, values, line, color="black", label=name)
    axis.set(xlabel=xlabel, ylabel="accuracy", xlim=(shares[0], shares[-1]), ylim=(0, 1.02))
    figure.legend(loc="outside right center", frameon=False)
    return figure


@shown
def confusion_twice(matrix: np.ndarray, classes: Sequence[str]) -> plt.Figure:
    """Show a confusion matrix as counts, and beside it as fractions of each row.

    Args:
        matrix: counts (true, predicted).
        classes: the names, in the matrix's order.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    size = 1.5 * min(len(classes), 4) + 0.6 * max(0, len(classes) - 4) + 0.5
    figure, axes = plt.subplots(1, 2, figsize=(2 * size, 0.8 * size))
    shares = row_shares(matrix)
    shaded_table(axes[0], matrix, matrix / max(matrix.max(), 1))
    shaded_table(axes[1], shares, shares, "{:.2f}".format)
    for axis, title in zip(axes, ("counts", "shares of the row")):
        name_ticks(axis.xaxis, classes, 0.72 * size)
        axis.set_yticks(range(len(classes)), [written(name) for name in classes] if axis is axes[0] else [])
        axis.set(xlabel="predicted", title=title)
    axes[0].set_ylabel("true")
    return figure


@shown
def reliability(confidence: Sequence[float], right: Sequence[float], counts: Sequence[int]) -> plt.Figure:
    """Show accuracy by confidence, a point for each bin, with the number of its images.

    The dashed line is where the two are equal.

    Args:
        confidence: mean confidence of each bin, 0 to 1.
        right: its accuracy, 0 to 1.
        counts: its number of images.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(5, 4))
    axis.plot([0, 1], [0, 1], "--", color="0.5", label="as sure as it is right")
    axis.vlines(confidence, confidence, right, color="0.5")
    axis.plot(confidence, right, "o-", color="black", label="this classifier")
    for x, y, count in zip(confidence, right, counts):
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # no line runs through a number
        axis.annotate(str(count), (x, y), (-6, 6), textcoords="offset points", ha="right", fontsize=9, bbox=box)
    low = max(0.0, min([*confidence, 0.5]) - 0.05)
    axis.set(xlabel="how sure it was", ylabel="share that was right", xlim=(low, 1.03), ylim=(-0.04, 1.08))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


@shown
def coverage_accuracy(answered: np.ndarray, accuracies: Mapping[str, np.ndarray]) -> plt.Figure:
    """Show accuracy on the most confident predictions by the fraction of them.

    Args:
        answered: the fractions (n,), 0 to 1.
        accuracies: accuracy (n,), 0 to 1, under the name of each line.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7, 3))
    for (name, values), line in zip(accuracies.items(), DASHES):
        axis.plot(answered, values, line, color="black", label=name)
    axis.set(xlabel="share of the pictures that are answered, the surest first", ylabel="accuracy on these")
    axis.set(xlim=(0, 1), ylim=(min(0.8, *(values.min() for values in accuracies.values())), 1.01))
    figure.legend(loc="outside right center", frameon=False)
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
    figure, axes = picture_grid(len(images), columns, 1.5, 1.8)
    for axis, image, coarse, title in zip(axes, images, maps, titles):
        axis.set_title(title, fontsize=9)
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
    """Show how often two classifiers are right and wrong together, with one scale of shades for the whole table.

    Args:
        counts: (2, 2): first right or wrong, second right or wrong.
        names: of the two.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(6, 2.2))
    shaded_table(axis, counts, counts / max(counts.max(), 1), aspect="auto")
    rows, columns = ([f"{name} is {how}" for how in ("right", "wrong")] for name in names)
    axis.set_xticks(range(2), columns)
    axis.set_yticks(range(2), rows)
    axis.set_xlabel(xlabel)
    return figure


@shown
def chances(draws: Mapping[str, np.ndarray], found: float, xlabel: str, step: float) -> plt.Figure:
    """Show histograms of what came out by chance, the middle 95 % of each marked by a line, the result by a dotted one.

    Args:
        draws: values (n,) under the title of each histogram.
        found: the result, in the same unit.
        xlabel: label of the horizontal axis.
        step: how far one image moves a value; bars are whole steps wide, so that all cover as many possible values.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(len(draws), 1, figsize=(7, 1.5 * len(draws) + 0.7), sharex=True, squeeze=False)
    bins = whole_steps(np.concatenate([*draws.values(), [found]]), step)
    for axis, (name, values) in zip(axes.flat, draws.items()):
        highest = axis.hist(values, bins, color="0.75")[0].max()
        axis.plot(np.percentile(values, (2.5, 97.5)), [highest / 8] * 2, "|-", color="black", markersize=12)
        axis.axvline(found, color="black", linestyle=":")
        axis.set_title(name, fontsize=11, loc="left")
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

"""Figures of judging a classifier: rows and columns of its confusion, its confidence, where it looked, what chance does."""

from collections.abc import Mapping, Sequence

import cv2
import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import shown

_LINES = ("-", "--", ":")
_DARKEST = 0.2  # of a picture's brightness, where a map is 0


@shown
def mixes(shares: np.ndarray, accuracies: Mapping[str, np.ndarray], xlabel: str) -> plt.Figure:
    """Show accuracy (0 to 1) by the share (0 to 1) that one class has of all pictures: one line for each name."""
    figure, axis = plt.subplots(figsize=(7, 3))
    for (name, values), line in zip(accuracies.items(), _LINES):
        axis.plot(shares, values, line, color="black", label=name)
    axis.set(xlabel=xlabel, ylabel="accuracy", xlim=(shares[0], shares[-1]), ylim=(0, 1.02))
    figure.legend(loc="outside right center", frameon=False)
    return figure


@shown
def confusion_twice(matrix: np.ndarray, classes: Sequence[str]) -> plt.Figure:
    """Show a confusion matrix (true, predicted) as counts, and beside it as shares of each row."""
    size = 1.5 * len(classes) + 0.5
    figure, axes = plt.subplots(1, 2, figsize=(2 * size, 0.8 * size))
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    sides = (("counts", matrix, matrix / max(matrix.max(), 1), "d"), ("shares of the row", shares, shares, ".2f"))
    for axis, (title, values, shades, form) in zip(axes, sides):
        axis.imshow(shades, cmap="Blues", vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(values):
            tone = "white" if shades[row, column] > 0.5 else "black"
            axis.text(column, row, format(value, form), ha="center", va="center", color=tone)
        axis.set_xticks(range(len(classes)), classes)
        axis.set_yticks(range(len(classes)), classes if axis is axes[0] else [])
        axis.set(xlabel="predicted", title=title)
        axis.grid(visible=False)
    axes[0].set_ylabel("true")
    return figure


@shown
def reliability(confidence: Sequence[float], right: Sequence[float], counts: Sequence[int]) -> plt.Figure:
    """Show what share was right (0 to 1) by how sure the classifier was (0 to 1): one point for each bin.

    Beside each point stands how many pictures it is made of; the dashed line is where the two are equal.
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
def silence(answered: np.ndarray, accuracies: Mapping[str, np.ndarray]) -> plt.Figure:
    """Show accuracy (0 to 1) on the surest pictures by the share of them (0 to 1): one line for each name."""
    figure, axis = plt.subplots(figsize=(7, 3))
    for (name, values), line in zip(accuracies.items(), _LINES):
        axis.plot(answered, values, line, color="black", label=name)
    axis.set(xlabel="share of the pictures that are answered, the surest first", ylabel="accuracy on these")
    axis.set(xlim=(0, 1), ylim=(min(0.8, *(values.min() for values in accuracies.values())), 1.01))
    figure.legend(loc="outside right center", frameon=False)
    return figure


@shown
def spotlights(
    images: Sequence[np.ndarray], maps: Sequence[np.ndarray | None], titles: Sequence[str], columns: int
) -> plt.Figure:
    """Show pictures, uint8 RGB (height, width, 3), bright where a map is high and dark where it is low.

    A map is a coarse grid (rows, columns) of numbers from 0 to 1, spread over its whole picture; where it is None the
    picture is shown as it is. An outline stands where the map is half as high as at its highest.
    """
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.5 * columns, 1.8 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, coarse, title in zip(axes.flat, images, maps, titles):
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
    """Show on how many pictures two classifiers are right and wrong: counts (first right or wrong, second likewise).

    One scale of shades holds for the whole table.
    """
    figure, axis = plt.subplots(figsize=(6, 2.2))
    shades = counts / max(counts.max(), 1)
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        tone = "white" if shades[row, column] > 0.5 else "black"
        axis.text(column, row, count, ha="center", va="center", color=tone)
    rows, columns = ([f"{name} is {how}" for how in ("right", "wrong")] for name in names)
    axis.set_xticks(range(2), columns)
    axis.set_yticks(range(2), rows)
    axis.set_xlabel(xlabel)
    axis.grid(visible=False)
    return figure


@shown
def chances(draws: Mapping[str, np.ndarray], found: float, xlabel: str, step: float) -> plt.Figure:
    """Show how often each value came in many draws: a histogram for each name, its middle 95 % marked by a line.

    The dotted line is what was found on the pictures as they are. `step` is how far one picture moves a value; bars
    are whole steps wide, so that none holds more of the possible values than another.
    """
    figure, axes = plt.subplots(len(draws), 1, figsize=(7, 1.5 * len(draws) + 0.7), sharex=True, squeeze=False)
    everything = np.concatenate([*draws.values(), [found]])
    bar = step * max(1, np.ceil(np.ptp(everything) / step / 40))
    bins = np.arange(everything.min() - step / 2, everything.max() + bar, bar)
    for axis, (name, values) in zip(axes.flat, draws.items()):
        highest = axis.hist(values, bins, color="0.75")[0].max()
        axis.plot(np.percentile(values, (2.5, 97.5)), [highest / 8] * 2, "|-", color="black", markersize=12)
        axis.axvline(found, color="black", linestyle=":")
        axis.set_title(name, fontsize=11, loc="left")
        axis.set_yticks([])
        axis.spines["left"].set_visible(False)
    axes[-1, 0].set_xlabel(xlabel)
    return figure

"""Every figure of the course, in one style. In a notebook each function shows its figure; elsewhere it returns it."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps

import matplotlib.pyplot as plt
import numpy as np

from lib.palette import colours

plt.rcParams.update(
    {
        "figure.dpi": 72,
        "figure.constrained_layout.use": True,
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "image.interpolation": "nearest",
    }
)

# The same dash for the same part everywhere: colour is never the only sign.
PART_LINES = {"training": "--", "validation": "-"}


def _shown(draw: Callable[..., plt.Figure]) -> Callable[..., plt.Figure | None]:
    """Show a figure at once where a notebook does, so that the sentence printed after it stands below it."""

    @wraps(draw)
    def draw_and_show(*arguments, **options):
        figure = draw(*arguments, **options)
        if "inline" not in plt.get_backend():
            return figure
        plt.show()

    return draw_and_show


def colour(name: str, classes: Sequence[str]) -> tuple[float, float, float]:
    """Give an event's colour as matplotlib wants it: red, green, blue from 0 to 1."""
    return tuple(channel / 255 for channel in colours(classes)[name])


@_shown
def pictures(
    images: Sequence[np.ndarray], titles: Sequence[str] = (), columns: int = 6, width: float = 10
) -> plt.Figure:
    """Show pictures (height, width, 3), uint8 RGB, in rows, each under its title."""
    rows = -(-len(images) // columns)
    tallest = max((image.shape[0] / image.shape[1] for image in images), default=1)
    height = rows * (
        width / columns * tallest + (0.15 + 0.15 * max(title.count("\n") for title in [*titles, ""]) if titles else 0)
    )
    figure, axes = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image in zip(axes.flat, images):
        axis.imshow(image, cmap="gray" if image.ndim == 2 else None)
    for axis, title in zip(axes.flat, titles):
        axis.set_title(title, fontsize=9)
    return figure


@_shown
def class_balance(balance: Mapping[str, Mapping[str, int]], classes: Sequence[str]) -> plt.Figure:
    """Show how many photographs of each class each part holds."""
    figure, axis = plt.subplots(figsize=(7, 2.8))
    left = np.zeros(len(balance))
    for name in classes:
        counts = np.array([part[name] for part in balance.values()])
        bars = axis.barh(list(balance), counts, left=left, color=colour(name, classes), label=name, edgecolor="white")
        axis.bar_label(bars, label_type="center", color="white", fontsize=9)
        left += counts
    axis.invert_yaxis()
    axis.set_xlabel("photographs")
    axis.grid(axis="y", visible=False)
    figure.legend(loc="outside upper center", ncols=len(classes), frameon=False)
    return figure


@_shown
def learning_rate(steps: np.ndarray, rates: np.ndarray, steps_per_epoch: int) -> plt.Figure:
    """Show the learning rate at each step of training."""
    figure, axis = plt.subplots(figsize=(6, 2.6))
    axis.plot(steps / steps_per_epoch, rates, color="black")
    axis.set(xlabel="epoch", ylabel="learning rate", ylim=(0, None))
    return figure


@_shown
def learning_curves(history: Mapping[str, Sequence[float]], best: int) -> plt.Figure:
    """Show loss and accuracy on training and validation pictures, and the epoch (from 0) that was kept."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    for axis, metric in zip(axes, ("loss", "accuracy")):
        epochs = np.arange(1, len(history[metric]) + 1)
        axis.plot(epochs, history[metric], PART_LINES["training"], color="0.45", label="training")
        axis.plot(epochs, history[f"val_{metric}"], PART_LINES["validation"], color="black", label="validation")
        axis.axvline(best + 1, color="0.7", linewidth=6, zorder=0, label="kept")
        axis.set(xlabel="epoch", ylabel=metric)
    axes[0].legend(frameon=False)
    return figure


@_shown
def confusion(matrix: np.ndarray, classes: Sequence[str], title: str = "") -> plt.Figure:
    """Show a confusion matrix of counts; the shade is the share of the row."""
    figure, axis = plt.subplots(figsize=(4.8, 4.2))
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        axis.text(column, row, count, ha="center", va="center", color="white" if shares[row, column] > 0.5 else "black")
    axis.set_xticks(range(len(classes)), classes)
    axis.set_yticks(range(len(classes)), classes)
    axis.set(xlabel="predicted", ylabel="true", title=title)
    axis.grid(visible=False)
    return figure


@_shown
def scores_over_time(seconds: np.ndarray, raw: np.ndarray, smooth: np.ndarray, classes: Sequence[str]) -> plt.Figure:
    """Show each event's score over a clip, frame by frame and smoothed, both (frames, classes)."""
    figure, axes = plt.subplots(2, 1, figsize=(11, 4.2), sharex=True, sharey=True)
    for axis, scores, title in zip(axes, (raw, smooth), ("each frame alone", "mean over the deque")):
        for index, (name, dash) in enumerate(zip(classes, ("-", "--", ":", "-.") * len(classes))):
            axis.plot(seconds, scores[:, index], dash, color=colour(name, classes), label=name, linewidth=1.4)
        axis.set(ylabel="probability", title=title, ylim=(0, 1.02))
    axes[1].set_xlabel("seconds")
    axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@_shown
def label_strips(seconds: np.ndarray, strips: Mapping[str, np.ndarray], classes: Sequence[str]) -> plt.Figure:
    """Show class indices over a clip as coloured strips, one below the other, each event's name in its longest run."""
    figure, axes = plt.subplots(len(strips), 1, figsize=(11, 0.65 * len(strips) + 0.7), sharex=True, squeeze=False)
    step = seconds[1] - seconds[0] if len(seconds) > 1 else 1.0
    shades = np.array([colour(name, classes) for name in classes])
    for axis, (name, labels) in zip(axes.flat, strips.items()):
        axis.imshow(shades[labels][None], aspect="auto", extent=(seconds[0], seconds[-1] + step, 0, 1))
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        axis.set_yticks([])
        axis.grid(visible=False)
        for index in np.unique(labels):
            start, end = _longest_run(labels == index)
            if (end - start) > 0.08 * len(labels):
                axis.text(
                    seconds[start] + step * (end - start) / 2,
                    0.5,
                    classes[index],
                    color="white",
                    ha="center",
                    va="center",
                    fontsize=10,
                    weight="bold",
                )
    axes.flat[-1].set_xlabel("seconds")
    return figure


def _longest_run(mask: np.ndarray) -> tuple[int, int]:
    """Give start and end (exclusive) of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])

"""Figures that several notebooks show: images, numbers per class, and results of several seeds.

Example:
    plots.pictures([photos.read(photo.path) for photo in found[:6]], [photo.label for photo in found[:6]])
"""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import broken, colour, ink, legend_above, shown

_THIS_RUN: dict[str, Any] = {"color": "black", "marker": "D", "markersize": 5, "linestyle": ""}


@shown
def pictures(
    images: Sequence[np.ndarray], titles: Sequence[str] = (), columns: int = 6, width: float = 10
) -> plt.Figure:
    """Show images in rows, each under its title.

    Args:
        images: (height, width, 3), uint8 RGB; or (height, width): uint8 in grey, floats in colours from the
            lowest (dark blue) to the highest (yellow).
        titles: one for each image, or none.
        columns: images in a row.
        width: of the figure, in inches.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    titles = [broken(title, width / columns, 9) for title in titles]
    tallest = max((image.shape[0] / image.shape[1] for image in images), default=1)
    lines = 1 + max((title.count("\n") for title in titles), default=-1)
    figure, axes = picture_grid(len(images), columns, width / columns, width / columns * tallest + 0.15 * lines)
    for axis, image in zip(axes, images):
        axis.imshow(image, cmap="gray" if image.dtype == np.uint8 else "viridis")  # of no effect on RGB
    for axis, title in zip(axes, titles):
        axis.set_title(title, fontsize=9)
    return figure


def picture_grid(count: int, columns: int, width: float, height: float) -> tuple[plt.Figure, np.ndarray]:
    """Give a figure with a place for each of `count` pictures, so many inches wide and high, and their axes (n,)."""
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * width, rows * height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    return figure, axes.ravel()


def row_shares(counts: np.ndarray) -> np.ndarray:
    """Divide each row of counts (rows, columns) by its sum; a row of zeros stays one."""
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def shaded_table(
    axis: plt.Axes, values: np.ndarray, shades: np.ndarray, write: Callable[[float], str] = str, **options: Any
) -> None:
    """Show values (rows, columns) as text, each on a shade of blue, from 0 (white) to 1; options are those of imshow."""
    axis.imshow(shades, cmap="Blues", vmin=0, vmax=1, **options)
    for (row, column), value in np.ndenumerate(values):
        ink = "white" if shades[row, column] > 0.5 else "black"
        axis.text(column, row, write(value), ha="center", va="center", color=ink)
    axis.grid(visible=False)


def whole_steps(values: np.ndarray, step: float) -> list[float]:
    """Give the edges of a histogram's bars, each whole steps wide: none holds more of the possible values than another."""
    bar = step * max(1, np.ceil(np.ptp(values) / step / 40))
    return np.arange(values.min() - step / 2, values.max() + bar, bar).tolist()


@shown
def class_balance(balance: Mapping[str, Mapping[str, int]], classes: Sequence[str]) -> plt.Figure:
    """Show how many photos of each class each part has.

    Args:
        balance: counts by class for each part, as `photos.balance` gives them.
        classes: the names, in the order of the bars.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7, 0.6 * len(balance) + 1 + 0.25 * (len(classes) // 5)))
    left = np.zeros(len(balance))
    for name in classes:
        counts = np.array([part[name] for part in balance.values()])
        bars = axis.barh(list(balance), counts, left=left, color=colour(name, classes), edgecolor="white")
        axis.bar_label(bars, label_type="center", color=ink(name, classes), fontsize=9)
        left += counts
    axis.invert_yaxis()
    axis.set_xlabel("photographs")
    axis.grid(axis="y", visible=False)
    patches = [plt.Rectangle((0, 0), 1, 1, color=colour(name, classes)) for name in classes]
    legend_above(figure, patches, classes)
    return figure


@shown
def spread(
    kept: Sequence[Mapping],
    live: Sequence[Mapping],
    by: str,
    columns: Mapping[str, str],
    ylabel: str,
    one_scale: bool = True,
) -> plt.Figure:
    """Show results by the value of one key: stored ones as circles, one per seed, this run's as diamonds.

    Args:
        kept: stored rows, as `lessons.stored` gives them; may be empty.
        live: rows of this run, with the same keys.
        by: key whose values stand along the horizontal axis.
        columns: title of each panel, and the key of the numbers in it; a row without the key is left out there.
        ylabel: label of the vertical axis.
        one_scale: False for panels that measure different things.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes, names = _panels((*kept, *live), by, columns, ylabel, one_scale)
    for axis, key in zip(axes, columns.values()):
        for place, name in enumerate(names):
            values = [row[key] for row in kept if row[by] == name and key in row]
            axis.plot([place] * len(values), values, "o-", color="0.55", markerfacecolor="none", markersize=8)
        points = [(names.index(row[by]), row[key]) for row in live if key in row]
        axis.plot(*zip(*points), **_THIS_RUN) if points else None
    signs = [plt.Line2D([], [], label="this run", **_THIS_RUN)] if live else []
    if kept:
        look: dict[str, Any] = {"color": "0.55", "marker": "o", "fillstyle": "none", "markersize": 8}
        signs.append(plt.Line2D([], [], label="stored, one per seed", **look))
    figure.legend(handles=signs, loc="outside upper right", ncols=2, frameon=False)
    return figure


def _panels(
    rows: Sequence[Mapping], by: str, columns: Mapping[str, str], ylabel: str, one_scale: bool
) -> tuple[plt.Figure, np.flatiter, list]:
    """Give a figure, its axes, one for each column, and the values of the key `by` that stand along them."""
    figure, axes = plt.subplots(1, len(columns), figsize=(10, 3), sharey=one_scale, squeeze=False)
    names = list(dict.fromkeys(row[by] for row in rows))
    width = max(4, min(10, 96 // (len(columns) * len(names) or 1)))  # letters that have room below a tick
    for axis, title in zip(axes.flat, columns):
        axis.set_xticks(range(len(names)), [textwrap.fill(str(name), width) for name in names])
        axis.set(title=title, xlabel=by, xlim=(-0.5, len(names) - 0.5))
        axis.grid(axis="x", visible=False)
    axes[0, 0].set_ylabel(ylabel)
    return figure, axes.flat, names

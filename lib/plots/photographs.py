"""Figures of photographs: the pictures themselves, and how many there are of each class."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import colour, shown


@shown
def pictures(
    images: Sequence[np.ndarray], titles: Sequence[str] = (), columns: int = 6, width: float = 10
) -> plt.Figure:
    """Show pictures in rows, each under its title.

    A picture is (height, width, 3), uint8 RGB, or (height, width): uint8 in grey, floats in colours from the lowest
    (dark blue) to the highest (yellow), which stands out from the page as white would not.
    """
    rows = -(-len(images) // columns)
    tallest = max((image.shape[0] / image.shape[1] for image in images), default=1)
    height = rows * (
        width / columns * tallest + (0.15 + 0.15 * max(title.count("\n") for title in [*titles, ""]) if titles else 0)
    )
    figure, axes = plt.subplots(rows, columns, figsize=(width, height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, image in zip(axes.flat, images):
        axis.imshow(image, cmap="gray" if image.dtype == np.uint8 else "viridis")  # of no effect on RGB
    for axis, title in zip(axes.flat, titles):
        axis.set_title(title, fontsize=9)
    return figure


@shown
def class_balance(balance: Mapping[str, Mapping[str, int]], classes: Sequence[str]) -> plt.Figure:
    """Show how many photographs of each class each part holds."""
    figure, axis = plt.subplots(figsize=(7, 0.6 * len(balance) + 1))
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

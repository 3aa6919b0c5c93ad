"""Figures of how the backbone was made: its training, its first filters, what it confuses.

Example:
    plots.filters(base.get_layer("stem_conv1").kernel.numpy())
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.common import picture_grid, row_shares
from lib.plots.style import PART_LINES, shown, written


@shown
def training_log(log: Mapping[str, np.ndarray]) -> plt.Figure:
    """Show learning rate and accuracy over the epochs of a log.

    Args:
        log: the columns of the log by name, each (epochs,).

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    axes[0].plot(log["epoch"], log["rate"], color="black")
    axes[0].set(xlabel="epoch", ylabel="learning rate", ylim=(0, None))
    axes[1].plot(log["epoch"], log["accuracy"], PART_LINES["training"], color="0.45", label="training, augmented")
    axes[1].plot(log["epoch"], log["held_back_accuracy"], PART_LINES["validation"], color="black", label="held back")
    axes[1].set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    axes[1].legend(frameon=False, loc="lower right")
    return figure


@shown
def filters(kernels: np.ndarray, columns: int = 8) -> plt.Figure:
    """Show filters as small images: grey is 0, each is stretched to the full range.

    Args:
        kernels: float (height, width, 3, n).
        columns: filters in a row.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = picture_grid(kernels.shape[-1], columns, 1, 1.15)
    for index, (kernel, axis) in enumerate(zip(np.moveaxis(kernels, -1, 0), axes)):
        axis.imshow(0.5 + 0.5 * kernel / np.abs(kernel).max())
        axis.set_title(index, fontsize=9)
    return figure


@shown
def wide_confusion(counts: np.ndarray, classes: Sequence[str]) -> plt.Figure:
    """Show a confusion matrix of many classes by shade alone; off the diagonal the shades have their own scale.

    Args:
        counts: (true, predicted).
        classes: the names, in the matrix's order.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7.4, 6.4))
    shares = row_shares(counts)
    mistakes = np.where(np.eye(len(classes), dtype=bool), np.nan, shares)
    image = axis.imshow(mistakes, cmap="Reds", vmin=0)
    for index, share in enumerate(np.diag(shares)):
        axis.text(index, index, f"{100 * share:.0f}", ha="center", va="center", fontsize=8)
    names = [written(name.replace("_", " ")) for name in classes]
    axis.set_xticks(range(len(classes)), names, rotation=90)
    axis.set_yticks(range(len(classes)), names)
    axis.set(xlabel="predicted", ylabel="true")
    axis.grid(visible=False)
    figure.colorbar(image, label="misclassified fraction of the row", shrink=0.7)
    return figure

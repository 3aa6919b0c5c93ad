"""Figures of mistakes: the confusion matrix."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import shown


@shown
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

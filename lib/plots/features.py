"""Figures of feature extraction and training: the old classifier's predictions, time, learning rates and curves.

Example:
    plots.learning_curves(history, best=int(np.argmin(history["val_loss"])))
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.plots.common import row_shares, shaded_table
from lib.plots.style import DASHES, PART_LINES, shown, written

RUNAWAY = 100  # a loss above this has run away, and would leave the others no room


@shown
def tally(counts: np.ndarray, rows: Sequence[str], columns: Sequence[str], xlabel: str) -> plt.Figure:
    """Show a table of counts; the shade is the fraction of the row, zeros are left blank.

    Args:
        counts: (rows, columns).
        rows: their names.
        columns: their names.
        xlabel: label of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(10, 0.45 * len(rows) + 1.3))
    shaded_table(axis, counts, row_shares(counts), lambda count: str(count or ""), aspect="auto")
    axis.set_xticks(range(len(columns)), [name.replace("_", "\n") for name in columns])
    axis.set_yticks(range(len(rows)), [written(name) for name in rows])
    axis.set_xlabel(xlabel)
    return figure


@shown
def minutes_by_epoch(minutes: Mapping[str, tuple[float, float]], epochs: int) -> plt.Figure:
    """Show how minutes add up over training.

    Args:
        minutes: name of each line: minutes before the first epoch, and minutes per epoch.
        epochs: how many.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(6, 2.8))
    at = np.arange(epochs + 1)
    for (name, (before, each)), line in zip(minutes.items(), DASHES):
        axis.plot(at, before + each * at, line, color="black", label=name)
    axis.set(xlabel="epoch", ylabel="minutes", xlim=(0, epochs), ylim=(0, None))
    axis.legend(frameon=False)
    return figure


@shown
def learning_rates(rates: Mapping[str, np.ndarray], steps_per_epoch: int) -> plt.Figure:
    """Show learning rates step by step, each as a fraction of its first one.

    Args:
        rates: the rate at each step (n,), under the name of each line.
        steps_per_epoch: of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(6, 2.8))
    for (name, values), line in zip(rates.items(), DASHES):
        axis.plot(np.arange(len(values)) / steps_per_epoch, values / values[0], line, color="black", label=name)
    axis.set(xlabel="epoch", ylabel="share of the first rate", ylim=(0, 1.05))
    axis.legend(frameon=False, loc="lower left")
    return figure


@shown
def learning_curves(history: Mapping[str, Sequence[float]], best: int, said: str = "kept") -> plt.Figure:
    """Show loss and accuracy on training and validation sets, and mark one epoch.

    Args:
        history: Keras's `history`: "loss", "accuracy", "val_loss" and "val_accuracy", each (epochs,).
        best: the marked epoch, from 0.
        said: what the legend says of it.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    for axis, metric in zip(axes, ("loss", "accuracy")):
        epochs = np.arange(1, len(history[metric]) + 1)
        axis.plot(epochs, history[metric], PART_LINES["training"], color="0.45", label="training")
        axis.plot(epochs, history[f"val_{metric}"], PART_LINES["validation"], color="black", label="validation")
        axis.axvline(best + 1, color="0.7", linewidth=6, zorder=0, label=said)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set(xlabel="epoch", ylabel=metric)
    axes[0].legend(frameon=False)
    return figure


@shown
def losses(
    histories: Mapping[str, Mapping[str, Sequence[float]]], marked: Mapping[str, int] | None = None
) -> plt.Figure:
    """Show the losses of several trainings side by side, on one logarithmic scale that ends at RUNAWAY.

    Args:
        histories: title of each panel: Keras's `history`, with "loss" and "val_loss".
        marked: title of a panel: the epoch, from 1, to mark on its training loss; one that was not reached is not.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(histories), figsize=(10, 3), sharey=True, squeeze=False)
    for axis, (name, history) in zip(axes.flat, histories.items()):
        epochs = np.arange(1, len(history["loss"]) + 1)
        axis.plot(epochs, history["loss"], PART_LINES["training"], color="0.45", label="training")
        axis.plot(epochs, history["val_loss"], PART_LINES["validation"], color="black", label="validation")
        axis.set(title=name, xlabel="epoch", yscale="log")
        if (epoch := (marked or {}).get(name, 0)) in epochs:
            axis.plot(epoch, history["loss"][epoch - 1], "o", color="black")
            axis.axvline(epoch, color="black", linestyle=":", linewidth=1)
            foot = axis.get_xaxis_transform()  # in epochs, and in shares of the axis's height
            axis.annotate(f"epoch {epoch}", (epoch, 0.04), (4, 0), foot, "offset points", fontsize=9)
    highest = max(axis.get_ylim()[1] for axis in axes.flat)
    axes[0, 0].set_ylim(top=min(highest, RUNAWAY))
    axes[0, 0].set_ylabel("loss")
    axes[0, 0].legend(frameon=False)
    return figure

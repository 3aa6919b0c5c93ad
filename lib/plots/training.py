"""Figures of training: the learning rate, and the learning curves."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from lib.plots.style import PART_LINES, shown

RUNAWAY = 100  # a loss above this has run away, and would leave the others no room


@shown
def learning_rates(rates: Mapping[str, np.ndarray], steps_per_epoch: int) -> plt.Figure:
    """Show learning rates step by step, each as a share of its first one."""
    figure, axis = plt.subplots(figsize=(6, 2.8))
    for (name, values), line in zip(rates.items(), ("-", "--", ":", "-.")):
        axis.plot(np.arange(len(values)) / steps_per_epoch, values / values[0], line, color="black", label=name)
    axis.set(xlabel="epoch", ylabel="share of the first rate", ylim=(0, 1.05))
    axis.legend(frameon=False, loc="lower left")
    return figure


@shown
def learning_curves(history: Mapping[str, Sequence[float]], best: int, said: str = "kept") -> plt.Figure:
    """Show loss and accuracy on training and validation pictures, and one epoch (from 0) with what is said of it."""
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
    histories: Mapping[str, Mapping[str, Sequence[float]]], marked: Mapping[str, float] | None = None
) -> plt.Figure:
    """Show the losses of several trainings side by side, on one logarithmic scale that ends at RUNAWAY.

    `marked` (name of the training: epoch, from 1) puts a dot on its training loss, and the epoch below that; an epoch
    that the training has not reached has none.
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

"""Figures of fine-tuning: what is trainable, the learning rate that rises and falls, what the first steps do.

Example:
    plots.rates({"rises, then falls": schedule}, steps_per_epoch)
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import DASHES, MARKS, shown

CEILING = 3.0  # of losses that are shown: who guesses among three classes has 1.1


@shown
def free_shares(shares: Mapping[str, float], first: str) -> plt.Figure:
    """Show the fraction of a base's parameters that is trainable, by the layer from which it is unfrozen.

    Of the layers' names (what comes before the first "_"), each is written where it begins.

    Args:
        shares: name of each layer, in order: the fraction, 0 to 1.
        first: the layer that is marked.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(8, 2.8))
    names, groups = list(shares), [name.split("_")[0] for name in shares]
    axis.step(range(len(names)), list(shares.values()), "-", color="black", where="mid")
    begins = [i for i, group in enumerate(groups) if i == 0 or group != groups[i - 1]]
    axis.set_xticks(begins, [groups[i] for i in begins], rotation=30, ha="right")
    axis.plot(
        [names.index(first)], [shares[first]], "D", color="black", markersize=7, clip_on=False, label="our choice"
    )
    axis.set(
        xlabel="unfrozen from this layer on (input on the left)", ylabel="fraction that is trainable", ylim=(0, 1.02)
    )
    axis.legend(frameon=False, loc="lower left")
    return figure


@shown
def rates(schedules: Mapping[str, np.ndarray], steps_per_epoch: int) -> plt.Figure:
    """Show learning rates step by step, over epochs.

    Args:
        schedules: the rate at each step (n,), under the name of each line.
        steps_per_epoch: of the horizontal axis.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(6, 2.8))
    for (name, values), line in zip(schedules.items(), DASHES):
        axis.plot(np.arange(len(values)) / steps_per_epoch, values, line, color="black", label=name)
    axis.set(xlabel="epoch", ylabel="learning rate", ylim=(0, None))
    axis.legend(frameon=False)
    return figure


@shown
def first_steps(runs: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> plt.Figure:
    """Show how trainings begin.

    The curve of a training that breaks ends where its numbers do, and a loss above CEILING leaves the panel.

    Args:
        runs: name of each line: by which fraction the base has moved after each step, and the validation loss
            before the training and after each epoch.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3))
    for (name, (moved, losses)), line, marker in zip(runs.items(), DASHES, MARKS):
        look = {"linestyle": line, "color": "black", "markersize": 6, "fillstyle": "none"}
        left.plot(range(len(moved) + 1), [0, *moved], label=name, marker=marker, markevery=4, **look)
        right.plot(range(len(losses)), losses, marker=marker, **look)
    left.set(xlabel="step", ylabel="the base has moved by")
    left.yaxis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=1))
    highest = np.nanmax([losses for _, losses in runs.values()])
    right.set(xlabel="epoch", ylabel="validation loss", ylim=(0, min(1.08 * highest, CEILING)))
    right.set_xticks(range(max(len(losses) for _, losses in runs.values())))
    left.legend(frameon=False)
    return figure


@shown
def gradients(found: Mapping[str, Mapping[str, tuple[float, float]]]) -> plt.Figure:
    """Show losses and the gradients that arrive at the base.

    Args:
        found: name of some images: {head: (loss, length of the gradient)}.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 2.8))
    heads = list(next(iter(found.values())))
    for place, axis in enumerate(axes):
        for shift, (head, hatch, shade) in enumerate(zip(heads, ("", "//"), ("0.55", "0.9"))):
            values = [of_heads[head][place] for of_heads in found.values()]
            at = np.arange(len(found)) + 0.36 * shift
            axis.bar(at, values, 0.34, color=shade, edgecolor="black", hatch=hatch, label=f"{head} head")
        axis.set_xticks(np.arange(len(found)) + 0.18, list(found))
        axis.grid(axis="x", visible=False)
    axes[0].set_ylabel("loss")
    axes[1].set_ylabel("length of the gradient")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False)
    return figure

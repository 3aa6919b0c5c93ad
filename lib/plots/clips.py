"""Figures of a clip over time: scores as lines, labels as strips."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import colour, shown


@shown
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


@shown
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

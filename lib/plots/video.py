"""Figures of clips: scores and labels over time, how a deque fills, files and a live camera.

Example:
    plots.scores_over_time(scores.seconds, scores.scores, smoothing.RollingMean(32)(scores.scores), scores.classes)
"""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np

from lib.core.messages import counted
from lib.core.names import columns
from lib.plots.style import DASHES, MARKS, colour, ink, legend_above, legend_beside, shown, written
from lib.timeline import longest_segments, segments

_ROOM = 110  # columns of a name along a whole strip


@shown
def close_up(
    frames: np.ndarray, panels: Mapping[str, np.ndarray], classes: Sequence[str], moments: Mapping[str, int]
) -> plt.Figure:
    """Show scores over a few frames, a dot for each.

    Args:
        frames: their numbers (n,).
        panels: title of each panel: scores (n, k), 0 to 1.
        classes: the k names.
        moments: what the legend says of a marked frame: its number.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(11, 2.9), sharex=True, sharey=True, squeeze=False)
    for axis, (title, scores) in zip(axes.flat, panels.items()):
        for place, name in enumerate(classes):
            dash, mark = DASHES[place % len(DASHES)], MARKS[place % len(MARKS)]
            axis.plot(
                frames,
                scores[:, place],
                dash,
                marker=mark,
                markersize=3.5,
                color=colour(name, classes),
                label=written(name),
            )
        for (name, frame), dash in zip(moments.items(), DASHES):
            axis.axvline(frame - 0.5, color="black", linestyle=dash, linewidth=1, label=name)
        axis.set(title=title, xlabel="frame", ylim=(-0.03, 1.03))
    axes[0, 0].set_ylabel("score")
    legend_beside(axes[0, -1])
    return figure


@shown
def neighbours(change: np.ndarray, jump: np.ndarray, flips: np.ndarray) -> plt.Figure:
    """Show each pair of neighbouring frames: how much the image changes, and how much the scores.

    Args:
        change: of the image (m,).
        jump: of the scores (m,).
        flips: bool (m,): True where the label changes; those are crosses.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(7, 3.2))
    axis.plot(change[~flips], jump[~flips], ".", color="0.6", label=f"the label stays ({np.sum(~flips)} pairs)")
    axis.plot(change[flips], jump[flips], "x", color="black", markersize=8, label=f"the label flips ({np.sum(flips)})")
    axis.set(xlabel="change of the image, mean of |difference| (0 to 255)", ylabel="largest change\nof a score")
    axis.set_ylim(-0.03, 1.03)
    legend_beside(axis)
    return figure


@shown
def deque_steps(scores: Sequence[float], size: int, names: tuple[str, str]) -> plt.Figure:
    """Show which frames a deque contains after each frame, a row for each; frames that have left it are grey.

    Args:
        scores: of the first of two events, 0 to 1; the second has the rest.
        size: of the deque.
        names: of the two events.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    count = len(scores)
    figure, axis = plt.subplots(figsize=(9, 0.42 * count + 0.9))
    for step in range(count):
        for frame in range(step + 1):
            held = frame > step - size
            axis.text(frame, step, f"{scores[frame]:.1f}", ha="center", va="center", color="black" if held else "0.7")
        first = max(0, step - size + 1)
        box = plt.Rectangle((first - 0.45, step - 0.36), step - first + 0.9, 0.72, fill=False, linewidth=1.8)
        axis.add_patch(box)
        mean = np.mean(scores[first : step + 1])
        axis.text(count + 0.1, step, f"{mean:.2f}", ha="center", va="center")
        axis.text(count + 1, step, names[int(mean < 0.5)], ha="left", va="center", weight="bold")
    for place, title, side in ((count + 0.1, "mean", "center"), (count + 1, "label", "left")):
        axis.text(place, -0.85, title, ha=side, va="center")
    axis.set(xlim=(-0.6, count + 2), ylim=(count - 0.4, -1.2), xlabel="frame", ylabel="after frame")
    axis.set_xticks(range(count))
    axis.set_yticks(range(count))
    axis.grid(visible=False)
    return figure


@shown
def label_lanes(
    seconds: np.ndarray, ways: Mapping[str, np.ndarray], classes: Sequence[str], title: str = ""
) -> plt.Figure:
    """Show labels over a clip, way by way: each event in its colour and in its own lane, -1 (none) in no lane.

    Args:
        seconds: of each frame (n,).
        ways: name of each way: class indices (n,).
        classes: the names.
        title: above the figure.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    height = max(0.8, 0.2 * len(classes)) * len(ways) + (1.3 if title else 1)
    figure, axes = plt.subplots(len(ways), 1, figsize=(11, height), sharex=True, squeeze=False)
    axes[0, 0].set_title(title, fontsize=11, loc="left")
    end = np.append(seconds, 2 * seconds[-1] - seconds[-2] if len(seconds) > 1 else seconds[-1] + 1)
    for axis, (way, labels) in zip(axes.flat, ways.items()):
        for place, name in enumerate(classes):
            runs = [(end[s.start], end[s.stop] - end[s.start]) for s in segments(labels) if s.label == place]
            axis.broken_barh(runs, (len(classes) - 1 - place, 1), color=colour(name, classes))
        axis.set(ylim=(0, len(classes)), xlim=(end[0], end[-1]))
        axis.set_ylabel(way, rotation=0, ha="right", va="center")
        axis.set_yticks(range(1, len(classes)), [])
    axes[-1, 0].set_xlabel("seconds")
    patches = [plt.Rectangle((0, 0), 1, 1, color=colour(name, classes)) for name in classes]
    legend_above(figure, patches, classes, title="lanes, from the top:")
    return figure


@shown
def file_sizes(sizes: Mapping[str, int], words: Mapping[str, str]) -> plt.Figure:
    """Show the sizes of files on a logarithmic scale.

    Args:
        sizes: name of each file: its bytes.
        words: name of each file: what stands below its name.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9.5, 0.7 * len(sizes) + 1))
    values, places = np.array(list(sizes.values())), range(len(sizes))
    low, high = 10 ** np.floor(np.log10(values.min())), 10 ** np.ceil(np.log10(values.max()))
    axis.hlines(places, low, values, color="0.7", linewidth=2)
    axis.plot(values, places, "o", color="black")
    for place, size in zip(places, values):
        axis.annotate(f"{size / 1000:,.0f} kB", (size, place), (0, 7), textcoords="offset points", ha="center")
    axis.set_yticks(places, [f"{name}\n{words[name]}" for name in sizes])
    axis.set(xscale="log", xlabel="bytes", xlim=(low, high), ylim=(len(sizes) - 0.5, -0.7))
    axis.grid(axis="y", visible=False)
    return figure


@shown
def label_delay(runs: Mapping[str, tuple[np.ndarray, np.ndarray]], size: int) -> plt.Figure:
    """Show how late each label comes, and what a window spans.

    Args:
        runs: policy: seconds when each frame was filmed, and when it was labelled, both (n,).
        size: of the window, in frames.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 2, figsize=(11, 3.2))
    for (policy, (filmed, labelled)), mark in zip(runs.items(), MARKS):
        axes[0].plot(
            filmed, labelled - filmed, marker=mark, linestyle="", color="black", fillstyle="none", label=policy
        )
        spans = filmed - filmed[np.maximum(0, np.arange(len(filmed)) - size + 1)]
        axes[1].plot(filmed, spans, marker=mark, linestyle="", color="black", fillstyle="none", label=policy)
    axes[0].set(
        title="how late the label is", xlabel="the frame was filmed at, seconds", ylabel="seconds", ylim=(0, None)
    )
    axes[1].set(title=f"from the oldest to the newest of {counted(size, 'frame')}", xlabel="seconds", ylim=(0, None))
    legend_beside(axes[1])
    return figure


@shown
def scores_over_time(seconds: np.ndarray, raw: np.ndarray, smooth: np.ndarray, classes: Sequence[str]) -> plt.Figure:
    """Show each event's score over a clip, frame by frame and smoothed.

    Args:
        seconds: of each frame (n,).
        raw: scores (n, classes), 0 to 1.
        smooth: smoothed scores (n, classes), 0 to 1.
        classes: the names.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(2, 1, figsize=(11, 4.2), sharex=True, sharey=True)
    for axis, scores, title in zip(axes, (raw, smooth), ("each frame alone", "mean over the deque")):
        for index, (name, dash) in enumerate(zip(classes, cycle(DASHES))):
            axis.plot(seconds, scores[:, index], dash, color=colour(name, classes), label=written(name), linewidth=1.4)
        axis.set(ylabel="probability", title=title, ylim=(0, 1.02))
    axes[1].set_xlabel("seconds")
    legend_beside(axes[0])
    return figure


@shown
def label_strips(seconds: np.ndarray, strips: Mapping[str, np.ndarray], classes: Sequence[str]) -> plt.Figure:
    """Show labels over a clip as coloured strips, one below the other, each event's name in its longest run.

    Events that have no run long enough for their name are named above the strips.

    Args:
        seconds: of each frame (n,).
        strips: name of each strip: class indices (n,).
        classes: the names.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(len(strips), 1, figsize=(11, 0.65 * len(strips) + 0.7), sharex=True, squeeze=False)
    named, there = set(), set()
    step = seconds[1] - seconds[0] if len(seconds) > 1 else 1.0
    shades = np.array([colour(name, classes) for name in classes])
    for axis, (way, labels) in zip(axes.flat, strips.items()):
        axis.imshow(shades[labels][None], aspect="auto", extent=(seconds[0], seconds[-1] + step, 0, 1))
        axis.set_ylabel(way, rotation=0, ha="right", va="center")
        axis.set_yticks([])
        axis.grid(visible=False)
        for run in longest_segments(labels):
            there.add(run.label)
            name, length = classes[run.label], run.stop - run.start
            if columns(written(name)) <= _ROOM * length / len(labels):
                named.add(run.label)
                look = {"color": ink(name, classes), "ha": "center", "va": "center", "fontsize": 10, "weight": "bold"}
                axis.text(seconds[run.start] + step * length / 2, 0.5, written(name), **look)
    axes.flat[-1].set_xlabel("seconds")
    if others := [classes[index] for index in sorted(there - named)]:
        legend_above(figure, [plt.Rectangle((0, 0), 1, 1, color=colour(name, classes)) for name in others], others)
    return figure

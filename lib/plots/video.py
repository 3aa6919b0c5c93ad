"""Figures of clips and smoothing: scores and labels over time, how a deque fills, what a window costs and gains.

Example:
    plots.scores_over_time(scores.seconds, scores.scores, smoothing.RollingMean(32)(scores.scores), scores.classes)
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from lib.core.messages import counted
from lib.core.names import columns
from lib.plots.style import DASHES, MARKS, colour, ink, legend_above, legend_beside, shown, written
from lib.timeline import Curves, longest_segments, segments

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
    axis.set(xlabel="change of the picture, mean of |difference| (0 to 255)", ylabel="largest change\nof a score")
    axis.set_ylim(-0.03, 1.03)
    legend_beside(axis)
    return figure


@shown
def deque_steps(scores: Sequence[float], size: int, names: tuple[str, str]) -> plt.Figure:
    """Show which frames a deque holds at each step, a row for each step; frames that have left it are grey.

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
    axis.set(xlim=(-0.6, count + 2), ylim=(count - 0.4, -1.2), xlabel="frame", ylabel="step")
    numbers = [str(number) for number in range(1, count + 1)]
    axis.set_xticks(range(count), numbers)
    axis.set_yticks(range(count), numbers)
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
    height = max(0.55, 0.12 * len(classes)) * len(ways) + (1.3 if title else 1)
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
def half_window(sizes: Sequence[int], waits: Mapping[str, np.ndarray], law: Sequence[float]) -> plt.Figure:
    """Show the lag by window size, over the law.

    Each change has its own marker, except for sizes so close to another that markers would overlap.

    Args:
        sizes: of the windows, in frames.
        waits: name of each clip: lags in frames (sizes, changes).
        law: the predicted lag of each size, in frames.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    room = np.array([min((abs(size - other) for other in sizes if other != size), default=np.inf) for size in sizes])
    figure, axes = plt.subplots(1, len(waits), figsize=(11, 3.6), sharey=True, squeeze=False)
    for axis, (clip, lags) in zip(axes.flat, waits.items()):
        width = 1.4 * (lags.shape[1] - 1)  # the signs of a size stand side by side, so that equal ones can be read
        wide = room > 2 * width
        for place in range(lags.shape[1]):
            beside, marker = np.array(sizes)[wide] + 1.4 * place - width / 2, f"${place + 1}$"
            axis.plot(beside, lags[wide, place], linestyle="", marker=marker, color="0.35", markersize=7)
        axis.plot(sizes, np.median(lags, axis=1), "-", color="black", linewidth=2, label="median")
        axis.plot(sizes, law, "--", color="tab:red", linewidth=2, label="half the window")
        axis.set(title=clip, xlabel="window, frames")
        axis.set_xticks(sizes)
    axes[0, 0].set_ylabel("lag, frames")
    axes[0, -1].plot([], [], linestyle="", marker="$1$", color="0.35", label="first change, ...\n(larger windows)")
    legend_beside(axes[0, -1])
    return figure


@shown
def lag_over_law(pairs: Mapping[str, Mapping[int, tuple[np.ndarray, np.ndarray]]]) -> plt.Figure:
    """Show measured lags over predicted ones; the band is a fifth on either side of equal.

    Open markers are changes, full ones the medians of a size.

    Args:
        pairs: name of each clip: {window size: (predicted, measured)}, both (changes,), in frames.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, len(pairs), figsize=(11, 3.8), sharex=True, sharey=True, squeeze=False)
    highest = max(max(np.max(x, initial=1) for x in both) for sizes in pairs.values() for both in sizes.values())
    ends = np.array([0, 1.1 * highest])
    for axis, (clip, sizes) in zip(axes.flat, pairs.items()):
        axis.fill_between(ends, 0.8 * ends, 1.2 * ends, color="0.9")
        axis.plot(ends, ends, "-", color="black", linewidth=1, label="as predicted,\nand a fifth off")
        for (size, (law, lags)), mark in zip(sizes.items(), MARKS):
            axis.plot(law, lags, mark, color="0.35", fillstyle="none", markersize=6, label=f"window {size}")
            if len(law):
                axis.plot(np.median(law), np.median(lags), mark, color="tab:red", markersize=9, label=f"median, {size}")
        axis.set(title=clip, xlabel="predicted lag, frames")
    axes[0, 0].set_ylabel("measured lag, frames")
    legend_beside(axes[0, -1])
    return figure


@shown
def window_curves(curves: Mapping[str, Curves], rate: float) -> plt.Figure:
    """Show flicker, lag in seconds and accuracy by window size.

    Args:
        curves: name of each clip: its `timeline.curves`.
        rate: scored frames per second.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
    for (clip, curve), dash, mark in zip(curves.items(), DASHES, MARKS):
        for axis, values in zip(axes, (curve.flicker, curve.lag / rate, curve.accuracy)):
            axis.plot(curve.sizes, values, dash, marker=mark, color="black", markersize=5, label=clip)
    for axis, title in zip(
        axes, ("flicker: surplus changes\na minute", "lag: mean seconds", "accuracy: share of frames")
    ):
        axis.set(title=title, xlabel="window, frames", xscale="log")
        axis.set_xticks(curve.sizes, curve.sizes)
        axis.set_xticks([], minor=True)
    axes[0].legend(frameon=False)
    return figure


@shown
def lag_vs_errors(ways: Mapping[str, tuple[Sequence[float], Sequence[float]]], rate: float) -> plt.Figure:
    """Show wrong captions per minute over lag; the last point of each line is large.

    Args:
        ways: name of each line: lags in frames, and wrong captions per minute, from size to size.
        rate: scored frames per second.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9.5, 4))
    for place, (way, (lags, wrong)) in enumerate(ways.items()):
        late = np.asarray(lags) / rate
        look: dict[str, Any] = {
            "color": plt.cm.tab10(place),
            "marker": MARKS[place % len(MARKS)],
            "linestyle": DASHES[place % 4],
        }
        axis.plot(late, wrong, label=way, **look)
        axis.plot(late[-1], wrong[-1], markersize=12, **look)
    axis.axhline(1, color="black", linewidth=1, label="one a minute")
    axis.set(xlabel="mean lag, seconds", ylabel="wrong captions a minute", ylim=(0, None))
    legend_beside(axis)
    return figure


@shown
def file_sizes(sizes: Mapping[str, int], words: Mapping[str, str]) -> plt.Figure:
    """Show files as bars of their size, on a logarithmic scale.

    Args:
        sizes: name of each file: its bytes.
        words: name of each file: what stands beside its bar.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9.5, 0.5 * len(sizes) + 1))
    bars = axis.barh(list(sizes), list(sizes.values()), color="0.7")
    labels = [f" {size / 1000:,.0f} kB · {words[name]}" for name, size in sizes.items()]
    axis.bar_label(bars, labels, fontsize=10)
    axis.set(xscale="log", xlabel="bytes", xlim=(min(sizes.values()) / 3, max(sizes.values()) * 60))
    axis.invert_yaxis()
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

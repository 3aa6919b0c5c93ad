"""Figures of smoothing: why labels flicker, how a deque fills, and what a window costs and buys."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import colour, shown
from lib.timeline import Curves, segments

DASHES = ("-", "--", ":", "-.")
MARKS = ("o", "s", "^", "D", "v")


@shown
def close_up(
    frames: np.ndarray, panels: Mapping[str, np.ndarray], classes: Sequence[str], moments: Mapping[str, int]
) -> plt.Figure:
    """Show scores over a few frames, a dot for each: title → scores (n, k); `moments` (name → frame) are marked."""
    figure, axes = plt.subplots(1, len(panels), figsize=(11, 2.9), sharex=True, sharey=True, squeeze=False)
    for axis, (title, scores) in zip(axes.flat, panels.items()):
        for place, name in enumerate(classes):
            dash, mark = DASHES[place % len(DASHES)], MARKS[place % len(MARKS)]
            axis.plot(
                frames, scores[:, place], dash, marker=mark, markersize=3.5, color=colour(name, classes), label=name
            )
        for (name, frame), dash in zip(moments.items(), DASHES):
            axis.axvline(frame - 0.5, color="black", linestyle=dash, linewidth=1, label=name)
        axis.set(title=title, xlabel="frame", ylim=(-0.03, 1.03))
    axes[0, 0].set_ylabel("score")
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@shown
def neighbours(change: np.ndarray, jump: np.ndarray, flips: np.ndarray) -> plt.Figure:
    """Show each pair of neighbouring frames as a dot: how much the picture changes (m,), and how much the scores.

    `flips` (m,) is True where the label changes; those are crosses.
    """
    figure, axis = plt.subplots(figsize=(7, 3.2))
    axis.plot(change[~flips], jump[~flips], ".", color="0.6", label=f"the label stays ({np.sum(~flips)} pairs)")
    axis.plot(change[flips], jump[flips], "x", color="black", markersize=8, label=f"the label flips ({np.sum(flips)})")
    axis.set(xlabel="change of the picture, mean of |difference| (0 to 255)", ylabel="largest change\nof a score")
    axis.set_ylim(-0.03, 1.03)
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@shown
def deque_steps(scores: Sequence[float], size: int, names: tuple[str, str]) -> plt.Figure:
    """Show which frames a deque holds at each step: `scores` of the first of two events; the second has the rest.

    A row for each step: frames in the deque are framed and dark, those that have left it are grey.
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
    axis.set_xticks(range(count), range(1, count + 1))
    axis.set_yticks(range(count), range(1, count + 1))
    axis.grid(visible=False)
    return figure


@shown
def label_lanes(
    seconds: np.ndarray, ways: Mapping[str, np.ndarray], classes: Sequence[str], title: str = ""
) -> plt.Figure:
    """Show class indices over a clip, way by way: each event in its colour and in its own lane, -1 (none) in no lane."""
    height = 0.55 * len(ways) + (1.3 if title else 1)
    figure, axes = plt.subplots(len(ways), 1, figsize=(11, height), sharex=True, squeeze=False)
    axes[0, 0].set_title(title, fontsize=11, loc="left")
    end = np.append(seconds, 2 * seconds[-1] - seconds[-2] if len(seconds) > 1 else seconds[-1] + 1)
    for axis, (way, labels) in zip(axes.flat, ways.items()):
        for place, name in enumerate(classes):
            runs = [(end[s.start], end[s.stop] - end[s.start]) for s in segments(labels) if s.label == place]
            axis.broken_barh(runs, (len(classes) - 1 - place, 1), color=colour(name, classes), label=name)
        axis.set(ylim=(0, len(classes)), xlim=(end[0], end[-1]))
        axis.set_ylabel(way, rotation=0, ha="right", va="center")
        axis.set_yticks(range(1, len(classes)), [])
    axes[-1, 0].set_xlabel("seconds")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=len(classes), frameon=False, title="lanes, from the top:")
    return figure


@shown
def half_window(sizes: Sequence[int], waits: Mapping[str, np.ndarray], law: Sequence[float]) -> plt.Figure:
    """Show the lag by window size: clip → waits (sizes, changes) in frames, over the law.

    Each change has a sign of its own, but for sizes so near to another that signs would lie over each other.
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
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@shown
def lag_over_law(pairs: Mapping[str, Mapping[int, tuple[np.ndarray, np.ndarray]]]) -> plt.Figure:
    """Show lags measured over lags predicted: clip → window size → (predicted, measured), both (changes,) in frames.

    Open marks are changes, full ones the medians of a size; the band is a fifth on either side of equal.
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
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@shown
def window_curves(curves: Mapping[str, Curves], rate: float) -> plt.Figure:
    """Show flicker, lag (seconds, at `rate` scored frames a second) and accuracy by window size, a line for each clip."""
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
def trade(ways: Mapping[str, tuple[Sequence[float], Sequence[float]]], rate: float) -> plt.Figure:
    """Show wrong captions a minute over lag: way → (lags in frames, wrong captions a minute), from size to size.

    The last point of each is large.
    """
    figure, axis = plt.subplots(figsize=(9.5, 4))
    for place, (way, (lags, wrong)) in enumerate(ways.items()):
        lags = np.asarray(lags) / rate
        look = {"color": plt.cm.tab10(place), "marker": MARKS[place % len(MARKS)], "linestyle": DASHES[place % 4]}
        axis.plot(lags, wrong, label=way, **look)
        axis.plot(lags[-1], wrong[-1], markersize=12, **look)
    axis.axhline(1, color="black", linewidth=1, label="one a minute")
    axis.set(xlabel="mean lag, seconds", ylabel="wrong captions a minute", ylim=(0, None))
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


@shown
def file_sizes(sizes: Mapping[str, int], words: Mapping[str, str]) -> plt.Figure:
    """Show files as bars of their size (bytes, logarithmic), each with its words."""
    figure, axis = plt.subplots(figsize=(9.5, 0.5 * len(sizes) + 1))
    bars = axis.barh(list(sizes), list(sizes.values()), color="0.7")
    labels = [f" {size / 1000:,.0f} kB · {words[name]}" for name, size in sizes.items()]
    axis.bar_label(bars, labels, fontsize=10)
    axis.set(xscale="log", xlabel="bytes", xlim=(min(sizes.values()) / 3, max(sizes.values()) * 60))
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    return figure


@shown
def live(runs: Mapping[str, tuple[np.ndarray, np.ndarray]], size: int) -> plt.Figure:
    """Show how late each label comes, and what a window spans: policy → (seconds filmed, seconds labelled), both (n,)."""
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
    axes[1].set(title=f"from the oldest to the newest of {size} frames", xlabel="seconds", ylim=(0, None))
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure

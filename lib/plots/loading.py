"""Figures of loading: an image as numbers, what it loses when it shrinks, and how far apart near-duplicates are.

Example:
    plots.pixel_values(image[:4, :8])
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.common import whole_steps
from lib.plots.style import DASHES, MARKS, shown


@shown
def pixel_values(corner: np.ndarray) -> plt.Figure:
    """Show a few pixels, each in its colour with its three numbers.

    Args:
        corner: uint8 RGB (height, width, 3), small.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    height, width = corner.shape[:2]
    figure, axis = plt.subplots(figsize=(0.9 * width, 0.9 * height))
    axis.imshow(corner)
    for row, column in np.ndindex(height, width):
        place = corner[row, column]
        dark = place @ (0.3, 0.6, 0.1) < 128
        written = "\n".join(map(str, place))
        axis.text(column, row, written, ha="center", va="center", fontsize=10, color="white" if dark else "black")
    axis.set_xticks(range(width))
    axis.set_yticks(range(height))
    axis.set(xlabel="column", ylabel="row")
    axis.grid(visible=False)
    return figure


@shown
def resizing(sizes: Sequence[int], changes: Mapping[str, Sequence[float]]) -> plt.Figure:
    """Show how much an image changes by the size it is resized to.

    Args:
        sizes: pixels (n,).
        changes: mean change of a value, 0 to 255 (n,), under the name of each line.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(8, 2.8))
    for (name, values), line, sign in zip(changes.items(), DASHES, MARKS):
        axis.plot(range(len(sizes)), values, line, marker=sign, color="black", label=name)
    axis.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    axis.set(xlabel="resized to (pixels per side)", ylabel="mean change (of 255)", ylim=(0, None))
    figure.legend(loc="outside right center", frameon=False)
    return figure


@shown
def distances(same: np.ndarray, other: np.ndarray, close: float) -> plt.Figure:
    """Show how many bits differ in pairs of one group and in other pairs, as fractions of each.

    Args:
        same: bits (n,), of pairs of one group.
        other: bits (m,), of the other pairs.
        close: the limit that is marked, in bits.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9, 2.8))
    bins = np.arange(0, max(same.max(initial=0), other.max(initial=0), close) + 2) - 0.5
    for bits, label, look in (
        (other, "pairs of different groups", {"color": "0.75"}),
        (same, "pairs of one group", {"color": "black", "fill": False, "hatch": "//"}),
    ):
        axis.hist(
            bits,
            bins.tolist(),
            weights=np.full(len(bits), 1 / max(len(bits), 1)),
            label=f"{len(bits):,} {label}",
            **look,
        )
    axis.axvline(close + 0.5, color="black", linestyle=":", label=f"at most {close} bits")
    axis.set(xlabel="bits that differ, of 64", ylabel="fraction of its pairs")
    figure.legend(loc="outside right center", frameon=False)
    return figure


@shown
def best_of_many(
    scores: np.ndarray, elsewhere: float, chosen_by: str, reported_on: str, step: float = 0.01
) -> plt.Figure:
    """Show the accuracies of many candidates on one part, the best of them, and what that one reaches on another.

    Args:
        scores: accuracies (n,), 0 to 1.
        elsewhere: accuracy of the best on the other part.
        chosen_by: name of the first part.
        reported_on: name of the other part.
        step: how far one photo moves an accuracy; bars are whole steps wide.

    Returns:
        The figure, or None in a notebook, where it is shown.
    """
    figure, axis = plt.subplots(figsize=(9, 2.8))
    axis.hist(scores, whole_steps(scores, step), color="0.75", label=f"all, on {chosen_by}")
    axis.axvline(scores.max(), color="black", label=f"the best of them, on {chosen_by}")
    axis.axvline(elsewhere, color="black", linestyle="--", label=f"the same one, on {reported_on}")
    axis.set(xlabel="accuracy", ylabel="candidates")
    figure.legend(loc="outside right center", frameon=False)
    return figure

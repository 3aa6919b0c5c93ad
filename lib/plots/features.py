"""Figures of feature extraction: the old classifier's guesses, and time with features kept or not."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from lib.plots.style import shown


@shown
def tally(counts: np.ndarray, rows: Sequence[str], columns: Sequence[str], xlabel: str) -> plt.Figure:
    """Show a table of counts (rows, columns); the shade is the share of the row, zeros are left blank."""
    figure, axis = plt.subplots(figsize=(10, 0.45 * len(rows) + 1.3))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axis.text(column, row, count or "", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(columns)), [name.replace("_", "\n") for name in columns])
    axis.set_yticks(range(len(rows)), rows)
    axis.set_xlabel(xlabel)
    axis.grid(visible=False)
    return figure


@shown
def minutes_by_epoch(minutes: Mapping[str, tuple[float, float]], epochs: int) -> plt.Figure:
    """Show how minutes add up over training: name: (minutes before the first epoch, minutes of one epoch)."""
    figure, axis = plt.subplots(figsize=(6, 2.8))
    at = np.arange(epochs + 1)
    for (name, (before, each)), line in zip(minutes.items(), ("-", "--", ":")):
        axis.plot(at, before + each * at, line, color="black", label=name)
    axis.set(xlabel="epoch", ylabel="minutes", xlim=(0, epochs), ylim=(0, None))
    axis.legend(frameon=False)
    return figure

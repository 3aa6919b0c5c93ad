"""The one style of every figure, and how a figure is shown."""

from collections.abc import Callable, Sequence
from functools import wraps

import matplotlib.pyplot as plt

from lib.palette import colours

plt.rcParams.update(
    {
        "figure.dpi": 72,
        "figure.constrained_layout.use": True,
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "image.interpolation": "nearest",
    }
)

# The same dash for the same part everywhere: colour is never the only sign.
PART_LINES = {"training": "--", "validation": "-"}


def shown(draw: Callable[..., plt.Figure]) -> Callable[..., plt.Figure | None]:
    """Show a figure at once where a notebook does, so that the sentence printed after it stands below it."""

    @wraps(draw)
    def draw_and_show(*arguments, **options):
        figure = draw(*arguments, **options)
        if "inline" not in plt.get_backend():
            return figure
        plt.show()

    return draw_and_show


def colour(name: str, classes: Sequence[str]) -> tuple[float, float, float]:
    """Give an event's colour as matplotlib wants it: red, green, blue from 0 to 1."""
    return tuple(channel / 255 for channel in colours(classes)[name])

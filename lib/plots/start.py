"""The map of the course."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

from lib.plots.style import shown

_LEFT, _RIGHT = (0.0, 0.36), (0.5, 0.46)  # where the boxes begin, and how wide they are
_HIGH = 0.6
_ARROW = {"arrowstyle": "-|>", "color": "0.35", "shrinkA": 3, "shrinkB": 3}


@shown
def course_map(makes: Mapping[str, str], needs: Mapping[str, str]) -> plt.Figure:
    """Show notebooks from top to bottom, beside each what it makes, and arrows to those that start from it.

    Args:
        makes: title of each notebook, in order: what it makes, or an empty string.
        needs: number of a notebook, the first word of its title: that of the one whose result it starts from.

    Returns:
        The figure, or None in a notebook, where it is shown.

    Raises:
        KeyError: a number is not on the map.
    """
    figure, axis = plt.subplots(figsize=(9, 0.72 * len(makes)))
    left_edge, right_edge = sum(_LEFT), _RIGHT[0]
    for place, (title, made) in enumerate(makes.items()):
        _box(axis, _LEFT, -place, title, {"facecolor": "white", "edgecolor": "black"}, "bold")
        if made:
            _box(axis, _RIGHT, -place, made, {"facecolor": "0.92", "edgecolor": "0.6"})
            axis.annotate("", (right_edge, -place), (left_edge, -place), arrowprops=_ARROW)
    row = {title.split()[0]: -place for place, title in enumerate(makes)}
    for notebook, earlier in needs.items():
        start, end = (right_edge, row[earlier] - 0.2), (left_edge, row[notebook] + 0.16)
        axis.annotate("", end, start, arrowprops=_ARROW | {"linestyle": "--"})
    axis.set(xlim=(-0.01, 1), ylim=(0.55 - len(makes), 0.45))
    axis.axis("off")
    return figure


def _box(axis: plt.Axes, place: tuple[float, float], row: float, text: str, look: dict, weight: str = "normal") -> None:
    begins, wide = place
    corner = (begins, row - _HIGH / 2)
    axis.add_patch(FancyBboxPatch(corner, wide, _HIGH, "round,pad=0,rounding_size=0.02", mutation_aspect=8, **look))
    axis.text(begins + 0.02, row, text, va="center", weight=weight)

"""The one style of every figure, and how a figure is shown."""

import os
from collections.abc import Callable, Sequence
from functools import wraps
from textwrap import wrap
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
from matplotlib.axis import XAxis
from matplotlib.legend import Legend

from lib.core.colours import colours, ink_on
from lib.core.environment import STORED_DPI
from lib.core.names import columns, fitted
from lib.plots.fonts import give_glyphs

STYLE: dict[Any, Any] = {
    "figure.dpi": 144,  # sharp on a laptop
    "figure.constrained_layout.use": True,
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "image.interpolation": "nearest",
}

# The core's figures stand for themselves in a lecture hall; a deeper notebook's are wider and hold more.
CORE_STYLE = STYLE | {"font.size": 12}
_style = STYLE

# The same dash for the same part everywhere: colour is never the only sign.
PART_LINES = {"training": "--", "validation": "-"}
DASHES = ("-", "--", ":", "-.")  # of lines that show the same thing in several ways
MARKS = ("o", "s", "^", "D", "v")
_LONGEST = 24  # columns of a name
_COLUMN = 0.62  # how wide a column is, of the font's size
_Arguments = ParamSpec("_Arguments")


def use_style(style: dict[Any, Any] = STYLE) -> None:
    """Draw in the course's style from now on: figures that a notebook draws by itself, too.

    The environment variable STORED_DPI sets the resolution where a notebook is executed to be committed.
    """
    global _style
    dpi = os.environ.get(STORED_DPI)
    _style = style | {"figure.dpi": float(dpi)} if dpi else style
    plt.rcParams.update(_style)


def shown(draw: Callable[_Arguments, plt.Figure]) -> Callable[_Arguments, plt.Figure | None]:
    """Draw a figure in the course's style, and show it at once where a notebook does, so that the sentence printed after it stands below it."""

    @wraps(draw)
    def draw_and_show(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> plt.Figure | None:
        with plt.rc_context(_style):
            figure = draw(*arguments, **options)
            give_glyphs(figure)
            if "inline" not in plt.get_backend():
                return figure
            _show_inline(figure)
            return None

    return draw_and_show


def _show_inline(figure: plt.Figure) -> None:
    """Show a figure in a notebook; its label, where it has one, is the image's alternative text."""
    if text := figure.get_label():
        from IPython.display import display

        display(figure, metadata={"image/png": {"alt": text}})
        plt.close(figure)
    plt.show()


def written(name: str) -> str:
    """Give a name as a figure has it: on one line, not too long, nothing in it a sign to matplotlib."""
    text = fitted(name, _LONGEST).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text  # a legend would leave it out


def broken(text: str, inches: float, size: float) -> str:
    """Give a text in lines that fit into a width, in a font of a size (points)."""
    room = max(4, int(inches * 72 / (_COLUMN * size)))
    lines = []
    for line in text.split("\n"):
        lines += wrap(line, room * len(line) // columns(line)) if columns(line) else [line]
    return "\n".join(lines).replace("$", r"\$")


def name_ticks(axis: XAxis, names: Sequence[str], inches: float) -> None:
    """Write names along a horizontal axis so long: side by side where they fit, else slanted."""
    names = [written(name) for name in names]
    room = inches * 72 / (_COLUMN * plt.rcParams["font.size"]) / len(names)
    slanted: dict[str, Any] = (
        {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if max(map(columns, names)) + 1 > room else {}
    )
    axis.set_ticks(range(len(names)), names, **slanted)


def legend_above(figure: plt.Figure, handles: Sequence, names: Sequence[str], **options: Any) -> Legend:
    """Put a legend of names above a figure, in as many columns as there is room for."""
    names = [written(name) for name in names]
    each = (max(map(columns, names), default=0) + 5) * _COLUMN * plt.rcParams["font.size"] / 72
    fitting = max(1, min(len(names), int(figure.get_figwidth() / each)))
    return figure.legend(handles, names, loc="outside upper center", ncols=fitting, frameon=False, **options)


def legend_beside(axis: plt.Axes) -> Legend:
    """Put an axis's legend to its right, in as many columns as its lines need."""
    handles, names = axis.get_legend_handles_labels()
    inches = axis.figure.get_figheight() / axis.get_gridspec().nrows  # type: ignore[union-attr]  # made by plt.subplots
    lines = max(1, int(inches * 72 / (1.5 * plt.rcParams["font.size"])) - 1)
    ncols = -(-len(names) // lines)
    return axis.legend(handles, names, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, ncols=ncols)


def ink(name: str, classes: Sequence[str]) -> tuple[float, float, float]:
    """Give the colour, white or black, of a text on an event's colour."""
    red, green, blue = ink_on(colours(classes)[name])
    return red / 255, green / 255, blue / 255


def colour(name: str, classes: Sequence[str]) -> tuple[float, float, float]:
    """Give an event's colour.

    Args:
        name: of the event.
        classes: the names of all events.

    Returns:
        Red, green and blue, 0 to 1, as matplotlib takes them.

    Example:
        plots.colour("badminton", model.classes)
    """
    red, green, blue = colours(classes)[name]
    return red / 255, green / 255, blue / 255

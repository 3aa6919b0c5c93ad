"""The words around the explorer's images, as HTML, and how it all lies on the page."""

from pathlib import Path
from typing import Any

from lib.core import templating
from lib.explorer.state import Metrics, Side

BOX = "smoothing-explorer"
# They return Markup, which escapes what is added to it; str() makes plain text of it.
_MACROS: Any = templating.load(Path(__file__).with_name("page.html.j2")).module  # the macros are its attributes
STYLE = str(_MACROS.style(BOX))


def caption(name: str, side: Side, label: str, colour: tuple[int, int, int]) -> str:
    """What a side is, and what it names the present frame; the bar before it has the event's colour."""
    return str(_MACROS.caption(name, side, label, colour))


def moment(at: int, frames: int, seconds: float) -> str:
    """Where the clip stands."""
    return f"frame {at + 1} of {frames}, {seconds:.2f} s"


def table(figures: dict[str, Metrics], rate: float) -> str:
    """The figures of each frame alone, A and B; `rate` is in scored frames a second."""
    known = all(one.accuracy is not None for one in figures.values())
    heads = ("frames right", "surplus switches", "mean lag") if known else ("changes of label",)
    rows = {name: _measured(one, rate) if known else (one.changes,) for name, one in figures.items()}
    return str(_MACROS.table(heads, rows))


def _measured(one: Metrics, rate: float) -> tuple[str, ...]:
    lag = "no change of event" if one.lag is None else f"{one.lag:.1f} frames ({one.lag / rate:.2f} s)"
    return f"{one.accuracy:.1%}", str(one.surplus), lag


def film(name: str) -> str:
    """What stands above the labelled clip."""
    return str(_MACROS.film(name))


def status(text: str) -> str:
    """A line that a screen reader says when it changes."""
    return str(_MACROS.status(text))

"""One colour for each event, the same in every figure and on every labelled frame.

The colours are those of Okabe and Ito, "Color Universal Design" (2008), which stay apart for
colour-blind readers; when they are used up, each further one is as far from all the others as can be.
Colour is never the only sign: names are always written out beside it.
"""

from collections.abc import Iterable
from functools import lru_cache

import cv2
import numpy as np

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255

EVENT_COLOURS = {
    "badminton": (0, 114, 178),
    "formula1": (213, 94, 0),
    "volleyball": (0, 158, 115),
}
NO_EVENT = (90, 90, 90)
_MORE = ((204, 121, 167), (230, 159, 0), (86, 180, 233), (120, 94, 240))
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

# How the colour-blind see linear RGB, red-blind and green-blind: G. M. Machado et al., "A physiologically-based model
# for simulation of color vision deficiency", IEEE Trans. Vis. Comput. Graph. 15 (2009), severity 1.
_SEEN = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ]
)


def colours(classes: Iterable[str]) -> dict[str, Colour]:
    """Give each class its own RGB colour (0 to 255), never NO_EVENT: the event's own, or the next that is not taken."""
    return dict(_colours(tuple(classes)))


def ink_on(colour: Colour) -> Colour:
    """White or black, for text on a colour: white where it is legible (contrast of 3, as WCAG asks of large text)."""
    return _WHITE if 1.05 / (_luminance(colour) + 0.05) >= 3 else _BLACK


@lru_cache(maxsize=64)
def _colours(classes: tuple[str, ...]) -> tuple[tuple[str, Colour], ...]:
    others = dict.fromkeys(name for name in classes if name not in EVENT_COLOURS)
    free = [colour for name, colour in EVENT_COLOURS.items() if name not in classes]
    fixed = (*_MORE, *free)[: len(others)]
    own = EVENT_COLOURS | dict(zip(others, (*fixed, *_further(len(others) - len(fixed)))))
    return tuple((name, own[name]) for name in classes)


def _further(count: int) -> list[Colour]:
    """So many more colours, each as different as can be from those before, from NO_EVENT, white and black."""
    if not count:
        return []
    levels = range(0, 256, 15)
    grid = np.array([(r, g, b) for r in levels for g in levels for b in levels])
    seen_on_both = np.abs(_luminance(grid.T) - 0.31) < 0.29  # on white pages and on black panels
    grid = grid[(np.ptp(grid, axis=1) > 60) & seen_on_both]  # and no greys
    seen = _looks(grid)
    nearest = np.full(len(grid), np.inf)
    chosen = []
    for colour in (*EVENT_COLOURS.values(), *_MORE, NO_EVENT, _BLACK, _WHITE):
        nearest = np.minimum(nearest, _distance(seen, _looks(np.array([colour]))))
    for _ in range(count):
        best = nearest.argmax()
        chosen.append(tuple(grid[best].tolist()))
        nearest = np.minimum(nearest, _distance(seen, seen[:, best : best + 1]))
    return chosen


def _linear(colour: Colour | np.ndarray) -> np.ndarray:
    part = np.asarray(colour) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def _luminance(colour: Colour | np.ndarray) -> np.ndarray:
    """Relative luminance, 0 to 1, of red, green and blue."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _looks(grid: np.ndarray) -> np.ndarray:
    """Colours (n, 3) as they look to three kinds of eyes, in CIELAB: float (3, n, 3)."""
    linear = np.einsum("vij,nj->vni", _SEEN, _linear(grid)).clip(0, 1).astype(np.float32)
    return cv2.cvtColor(linear, cv2.COLOR_LRGB2Lab)


def _distance(seen: np.ndarray, one: np.ndarray) -> np.ndarray:
    """How far colours are from one, for the eyes that tell them apart the least."""
    return np.linalg.norm(seen - one, axis=2).min(axis=0)

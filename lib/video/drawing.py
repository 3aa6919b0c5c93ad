"""The picture on the frame: the event's name, a bar for each probability, and a strip of the whole clip."""

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numpy as np

from lib.core.colours import Colour, colours
from lib.core.names import fitted, one_line

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_CAPITAL = 21  # pixels that a capital letter of this font is high at scale 1
_WHITE, _BLACK, _TRACK = (255, 255, 255), (0, 0, 0), (70, 70, 70)
_LOWEST = 0.75  # of a text's usual height, down to which it is made to fit
_DIM = 0.35  # how much of the picture shows through behind the text


def draw_label(
    image: np.ndarray,
    label: str,
    colour: Colour,
    probabilities: Mapping[str, float] | None = None,
    strip: np.ndarray | None = None,
    position: float = 0.0,
) -> np.ndarray:
    """Give a copy of a frame with "Event: label" on it, and what else is given.

    image: uint8 RGB (h, w, 3), left as it is. colour: RGB of the event (0 to 255).
    probabilities: a bar for each class, 0 to 1; only the highest where there is no room for all. strip: uint8 RGB
    (m, 3), the events of the whole clip from its first to its last moment (see `strip_of`), drawn along the lower edge
    with a mark at `position` (0 to 1).
    Long names are made smaller, then cut in the middle; letters that OpenCV cannot draw (`missing_letters`) become "?".
    Sizes follow the frame's, so that the text is as legible at 320×240 as at 4K.
    """
    image = image.copy()
    draw_on(image, label, colour, probabilities, strip, position)
    return image


def draw_on(
    image: np.ndarray,
    label: str,
    colour: Colour,
    probabilities: Mapping[str, float] | None = None,
    strip: np.ndarray | None = None,
    position: float = 0.0,
) -> None:
    """`draw_label` on the frame itself, for a frame that is not needed otherwise."""
    height, width = image.shape[:2]
    unit = min(height, width) / 240
    _draw_text(image, f"Event: {label}", colour, probabilities or {}, unit)
    if strip is not None:
        _draw_strip(image, strip, position, max(4, round(8 * unit)))


def strip_of(labels: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Colours (m, 3) uint8 for `draw_label`, m at most 1024, of a clip's labels (n,) in a palette (k + 1, 3).

    Label -1, no event, takes the palette's last row.
    """
    length = min(len(labels), 1024)
    return palette[labels[np.arange(length) * len(labels) // length]]


def missing_letters(text: str) -> str:
    """The letters of a text that are drawn as a question mark, since OpenCV brings no picture of them."""
    return "".join(letter for letter in dict.fromkeys(one_line(text)) if letter != "?" and _is_missing(letter))


@cache
def _is_missing(letter: str) -> bool:
    return not letter.isascii() and np.array_equal(_drawn(letter), _drawn("?"))


def _drawn(letter: str) -> np.ndarray:
    return cv2.putText(np.zeros((48, 48), np.uint8), letter, (8, 36), _FONT, 1, 255, 1)


def _draw_text(image: np.ndarray, text: str, colour: Colour, probabilities: Mapping[str, float], unit: float) -> None:
    """A dark panel in the upper left corner with the text and, below it, the bars."""
    margin, row = max(1, round(8 * unit)), max(1, round(12 * unit))
    (text,), wide, high, scale, thick = _fit([text], 13 * unit, image.shape[1] - 5 * margin)
    right = 4 * margin + max(wide, round(150 * unit) if probabilities else 0)
    palette = colours(probabilities)
    probabilities = _highest(probabilities, image.shape[0] // (2 * row))
    bottom = 3 * margin + high + row * len(probabilities)
    panel = image[margin:bottom, margin:right][:, : image.shape[1] - 2 * margin]
    if not panel.size:  # a frame too small for any text
        return
    panel[:] = cv2.convertScaleAbs(panel, alpha=_DIM)
    panel[:, : max(1, round(3 * unit))] = colour
    left = round(1.5 * margin)
    cv2.putText(panel, text, (left, margin + high), _FONT, scale, _WHITE, thick, cv2.LINE_AA)
    if probabilities:
        _draw_bars(panel[round(1.5 * margin) + high :, left : -margin // 2], probabilities, palette, row, unit)


def _highest(probabilities: Mapping[str, float], most: int) -> Mapping[str, float]:
    """So many of the classes as there is room for, in their order."""
    kept = set(sorted(probabilities, key=probabilities.__getitem__, reverse=True)[:most])
    return {name: probability for name, probability in probabilities.items() if name in kept}


def _draw_bars(
    panel: np.ndarray, probabilities: Mapping[str, float], palette: Mapping[str, Colour], row: int, unit: float
) -> None:
    """A line for each class: its name, and a track filled as far as its probability goes."""
    names, wide, _, scale, thick = _fit(list(probabilities), 7.5 * unit, panel.shape[1] // 2)
    track, gap = wide + round(6 * unit), round(2.5 * unit)
    for place, (name, probability) in enumerate(probabilities.items()):
        line = panel[place * row : (place + 1) * row]
        bar = line[gap : row - gap, track:]
        bar[:] = _TRACK
        bar[:, : round(bar.shape[1] * min(max(probability, 0.0), 1.0))] = palette[name]
        cv2.putText(panel, names[place], (0, (place + 1) * row - gap), _FONT, scale, _WHITE, thick, cv2.LINE_AA)


def _fit(texts: Sequence[str], capital: float, room: int) -> tuple[list[str], int, int, float, int]:
    """The texts as they fit into the room, with width, height, scale and thickness.

    Capitals are so high (pixels); where the longest text is too wide, all are lower, and where that would be too low to
    be read, the longest lose their middle.
    """

    def size(text: str) -> Sequence[int]:
        return cv2.getTextSize(text, _FONT, scale, max(1, round(3.5 * scale)))[0]

    texts = [one_line(text) for text in texts]
    scale = capital / _CAPITAL
    lowest = _LOWEST * scale
    while max(size(text)[0] for text in texts) > room and scale > lowest:
        scale *= 0.95
    texts = [fitted(text, room, lambda part: size(part)[0]) for text in texts]
    wide, high = np.max([size(text) for text in texts], axis=0).tolist()
    return texts, wide, high, scale, max(1, round(3.5 * scale))


def _draw_strip(image: np.ndarray, strip: np.ndarray, position: float, high: int) -> None:
    """The whole clip along the lower edge, and a white mark with black sides for where we are."""
    width = image.shape[1]
    image[-high:] = strip[np.arange(width) * len(strip) // width]
    at, half = round(position * (width - 1)), max(1, high // 6)
    image[-2 * high :, max(0, at - 2 * half) : at + 2 * half + 1] = _BLACK
    image[-2 * high :, max(0, at - half) : at + half + 1] = _WHITE

"""The picture on the frame: the event's name, a bar for each probability, and a strip of the whole clip."""

from collections.abc import Mapping

import cv2
import numpy as np

from lib.palette import colours

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_CAPITAL = 21  # pixels that a capital letter of this font is high at scale 1
_WHITE, _BLACK, _TRACK = (255, 255, 255), (0, 0, 0), (70, 70, 70)
_DIM = 0.35  # how much of the picture shows through behind the text


def draw_label(
    image: np.ndarray,
    label: str,
    colour: tuple[int, int, int],
    probabilities: Mapping[str, float] | None = None,
    strip: np.ndarray | None = None,
    position: float = 0.0,
) -> np.ndarray:
    """Give a copy of a frame with "Event: label" on it, and what else is asked for.

    image: uint8 RGB (h, w, 3), left as it is. colour: RGB of the event (0 to 255).
    probabilities: a bar for each class, 0 to 1. strip: uint8 RGB (m, 3), the events of the whole clip from its
    first to its last moment (see `strip_of`), drawn along the lower edge with a mark at `position` (0 to 1).
    Sizes follow the frame's, so that the text is as legible at 320×240 as at 4K.
    """
    image = image.copy()
    draw_on(image, label, colour, probabilities, strip, position)
    return image


def draw_on(image, label, colour, probabilities=None, strip=None, position=0.0) -> None:
    """`draw_label` on the frame itself, for a frame that nobody else needs."""
    height, width = image.shape[:2]
    unit = min(height, width) / 240
    _draw_text(image, f"Event: {label}", colour, probabilities or {}, unit)
    if strip is not None:
        _draw_strip(image, strip, position, max(4, round(8 * unit)))


def strip_of(labels: np.ndarray, palette: np.ndarray, length: int = 1024) -> np.ndarray:
    """Colours (m, 3) uint8 for `draw_label`, m at most `length`, of a clip's labels (n,) in a palette (k + 1, 3).

    Label -1, no event, takes the palette's last row.
    """
    sampled = np.arange(min(len(labels), length)) * len(labels) // min(len(labels), length)
    return palette[labels[sampled]]


def _draw_text(image, text: str, colour, probabilities: Mapping[str, float], unit: float) -> None:
    """A dark panel in the upper left corner with the text and, below it, the bars."""
    margin, row = max(1, round(8 * unit)), max(1, round(12 * unit))
    wide, high, scale, thick = _fit(text, 13 * unit, image.shape[1] - 5 * margin)
    right = 4 * margin + max(wide, round(150 * unit) if probabilities else 0)
    bottom = 3 * margin + high + row * len(probabilities)
    panel = image[margin:bottom, margin:right][:, : image.shape[1] - 2 * margin]
    if not panel.size:  # a frame too small for any text
        return
    panel[:] = cv2.convertScaleAbs(panel, alpha=_DIM)
    panel[:, : max(1, round(3 * unit))] = colour
    left = round(1.5 * margin)
    cv2.putText(panel, text, (left, margin + high), _FONT, scale, _WHITE, thick, cv2.LINE_AA)
    if probabilities:
        _draw_bars(panel[round(1.5 * margin) + high :, left : -margin // 2], probabilities, row, unit)


def _draw_bars(panel, probabilities: Mapping[str, float], row: int, unit: float) -> None:
    """A line for each class: its name, and a track filled as far as its probability goes."""
    longest = max(probabilities, key=lambda name: cv2.getTextSize(name, _FONT, 1, 1)[0][0])
    wide, _, scale, thick = _fit(longest, 7.5 * unit, panel.shape[1] // 2)
    palette = colours(probabilities)
    track, gap = wide + round(6 * unit), round(2.5 * unit)
    for place, (name, probability) in enumerate(probabilities.items()):
        line = panel[place * row : (place + 1) * row]
        bar = line[gap : row - gap, track:]
        bar[:] = _TRACK
        bar[:, : round(bar.shape[1] * min(max(probability, 0.0), 1.0))] = palette[name]
        cv2.putText(panel, name, (0, (place + 1) * row - gap), _FONT, scale, _WHITE, thick, cv2.LINE_AA)


def _fit(text: str, capital: float, room: int) -> tuple[int, int, float, int]:
    """Width, height, scale and thickness of a text with capitals so high (pixels), or lower to fit into the room."""
    scale = capital / _CAPITAL
    while True:
        thick = max(1, round(3.5 * scale))
        (wide, high), _ = cv2.getTextSize(text, _FONT, scale, thick)
        if wide <= room or scale < 0.1:
            return wide, high, scale, thick
        scale *= 0.95


def _draw_strip(image, strip: np.ndarray, position: float, high: int) -> None:
    """The whole clip along the lower edge, and a white mark with black sides for where we are."""
    width = image.shape[1]
    image[-high:] = strip[np.arange(width) * len(strip) // width]
    at, half = round(position * (width - 1)), max(1, high // 6)
    image[-2 * high :, max(0, at - 2 * half) : at + 2 * half + 1] = _BLACK
    image[-2 * high :, max(0, at - half) : at + half + 1] = _WHITE

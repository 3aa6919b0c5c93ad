"""One state of the explorer as pictures: the frame as each side labels it, and the whole clip along one time axis.

All pictures are uint8 RGB (height, width, 3). They are drawn with OpenCV, which takes a tenth of matplotlib's time.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from lib.core.colours import NO_EVENT, Colour, colours, ink_on
from lib.core.names import fitted, one_line
from lib.explorer.state import METHODS, ClipData, Metrics, Side, Smoothed, State
from lib.timeline import longest_segments
from lib.video import draw_label

WIDTH = 800  # of the time axis, pixels
_LEFT, _RIGHT = 116, 14  # margins: the names of the rows, and room for half a number
_STRIP, _THIN, _CURVE, _GAP, _LINE = 24, 16, 54, 6, 22  # heights
_INK, _PALE, _GRID = (40, 40, 40), (185, 185, 185), (225, 225, 225)
_WHITE = (255, 255, 255)
_FONT = cv2.FontFace("sans")
_TALL, _PLAIN, _BOLD = 17, 400, 700
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200)  # seconds apart


@dataclass(frozen=True, eq=False)
class Drawing:
    """A state as it is shown. `frames`: the frame as A and as B labels it, none without a clip.
    `labels`: what A and B name it. `axis`: the strips and curves. `figures`: of "each frame", "A" and "B"."""

    frames: tuple[np.ndarray, ...]
    labels: tuple[str, str]
    axis: np.ndarray
    figures: dict[str, Metrics]

    def whole(self) -> np.ndarray:
        """Everything in one picture, for where no kernel runs."""
        if not self.frames:
            return self.axis
        gap = 8
        width = (WIDTH - gap) // 2
        height = round(width * self.frames[0].shape[0] / self.frames[0].shape[1])
        small = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in self.frames]
        top = np.full((30 + height + gap, WIDTH, 3), 255, np.uint8)
        for left, name, label, frame in zip((0, width + gap), "AB", self.labels, small):
            words = fitted(f"{name} says {label}", width, lambda text: _wide(text, _BOLD))
            _write(top, words, (left, 20), weight=_BOLD)
            top[30 : 30 + height, left : left + width] = frame
        return np.vstack([top, self.axis])


def draw(material: ClipData, state: State, image: np.ndarray | None = None) -> Drawing:
    """Draw a state. image: the clip's frame at `state.frame`, left as it is. The same state gives the same drawing."""
    sides = {"A": state.a, "B": state.b}
    smoothed = {name: material.smoothed(side) for name, side in sides.items()}
    names = material.scores.classes
    labels = tuple(names[one.labels[state.frame]] for one in smoothed.values())
    frames = () if image is None else tuple(_label(material, one, state.frame, image) for one in smoothed.values())
    figures = {"each frame": material.raw.figures} | {name: one.figures for name, one in smoothed.items()}
    return Drawing(frames, labels, _axis(material, state, sides, smoothed), figures)


def png(image: np.ndarray, compression: int = 1) -> bytes:
    """Encode a picture as PNG; compression 1 is fast, 9 is small."""
    # One filter for all rows: trying out which is best for each takes twice the time.
    options = [cv2.IMWRITE_PNG_COMPRESSION, compression, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]
    fine, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not fine:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded.")
    return data.tobytes()


def _label(material: ClipData, side: Smoothed, at: int, image: np.ndarray) -> np.ndarray:
    """The frame with the side's label, and bars of the scores that it goes by."""
    names = material.scores.classes
    scores = material.scores.scores if side.scores is None else side.scores
    name = names[side.labels[at]]
    return draw_label(image, name, colours(names)[name], dict(zip(names, scores[at].tolist())))


def _axis(material: ClipData, state: State, sides: dict[str, Side], smoothed: dict[str, Smoothed]) -> np.ndarray:
    """The strips, the curves below them, the seconds, and a line at the present frame through them all."""
    a, b = smoothed.values()
    strips = {"truth": material.truth} if material.truth is not None else {}
    strips["each frame"] = material.raw.labels
    strips |= {f"{name}  {side.size}": smoothed[name].labels for name, side in sides.items()}
    classes = [one_line(name) for name in material.scores.classes]
    height = len(strips) * (_STRIP + _GAP) + _THIN + 2 * _GAP + len(classes) * (_CURVE + _GAP) + 2 * _LINE
    picture = np.full((height, WIDTH, 3), 255, np.uint8)
    palette = np.array([*colours(material.scores.classes).values(), NO_EVENT], np.uint8)
    top = 0
    for name, labels in strips.items():
        _strip(picture[top : top + _STRIP], name, labels, palette, (*classes, "no event"))
        side = sides.get(name[0])
        if side and METHODS[side.method].looks_back:
            _window(picture[top : top + _STRIP], state.frame, side.size, len(material))
        top += _STRIP + _GAP
    _differences(picture[top : top + _THIN], a.labels != b.labels)
    top += _THIN + 2 * _GAP
    ticks = _ticks(material.scores.seconds)
    for place, name in enumerate(classes):
        panel = picture[top : top + _CURVE]
        _panel(panel, name, palette[place].tolist(), ticks)
        of_a, of_b = (None if one.scores is None else one.scores[:, place] for one in (a, b))
        _curves(panel[:, _LEFT:-_RIGHT], palette[place].tolist(), material.scores.scores[:, place], of_a, of_b)
        top += _CURVE + _GAP
    _seconds(picture[top : top + _LINE], ticks)
    _legend(picture[top + _LINE :], {name: one.scores is not None for name, one in smoothed.items()}, palette[:3])
    x = _LEFT + _column(state.frame, len(material))
    cv2.line(picture, (x, 0), (x, top - _GAP), _WHITE, 3)
    cv2.line(picture, (x, 0), (x, top - _GAP), _INK, 1)
    return picture


def _column(at: float, frames: int) -> int:
    """Where the middle of a frame lies along the axis, pixels from its left end."""
    return int((at + 0.5) * (WIDTH - _LEFT - _RIGHT) / frames)


def _strip(row: np.ndarray, name: str, labels: np.ndarray, palette: np.ndarray, names: tuple[str, ...]) -> None:
    """A row coloured by label; each event's name stands in its longest run, for colour is never the only sign."""
    _name(row, name)
    plot = row[:, _LEFT:-_RIGHT]
    width, n = plot.shape[1], len(labels)
    if n <= width:
        plot[:] = palette[labels[np.arange(width) * n // width]]
    else:  # several frames a pixel: their colours mixed, so that no flicker is lost
        plot[:] = cv2.resize(palette[labels][None], (width, 1), interpolation=cv2.INTER_AREA)
    for run in longest_segments(labels):
        left, right = run.start * width // n, run.stop * width // n
        wide = _wide(names[run.label], _BOLD)
        if wide + 8 < right - left:
            ink = ink_on(tuple(palette[run.label].tolist()))
            _write(plot, names[run.label], ((left + right - wide) // 2, row.shape[0] - 7), ink, _BOLD)


def _window(row: np.ndarray, at: int, size: int, frames: int) -> None:
    """A bracket under the frames that the side looks at: the last `size`, up to the present one."""
    left, right = _LEFT + _column(max(-0.5, at - size + 0.5), frames), _LEFT + _column(at, frames)
    cv2.rectangle(row, (left, row.shape[0] - 5), (right, row.shape[0] - 1), _WHITE, -1)
    cv2.rectangle(row, (left, row.shape[0] - 4), (right, row.shape[0] - 2), _INK, -1)


def _differences(row: np.ndarray, differ: np.ndarray) -> None:
    """Dark where the sides name different events."""
    _name(row, "A ≠ B")
    plot = row[:, _LEFT:-_RIGHT]
    plot[:] = _GRID
    width, n = plot.shape[1], len(differ)
    if n <= width:
        plot[:, differ[np.arange(width) * n // width]] = _INK
    else:  # a single frame is seen too
        plot[:, np.flatnonzero(differ) * width // n] = _INK


def _panel(panel: np.ndarray, name: str, colour: list[int], ticks: list[tuple[int, str]]) -> None:
    _name(panel, name)
    panel[:, _LEFT - 6 : _LEFT - 2] = colour
    plot = panel[:, _LEFT:-_RIGHT]
    for x, _ in ticks:
        plot[:, x] = _GRID
    plot[[0, -1]] = _GRID


def _curves(plot: np.ndarray, colour: list[int], raw: np.ndarray, a: np.ndarray | None, b: np.ndarray | None) -> None:
    """An event's score, 0 to 1: of each frame pale, of A solid in the event's colour, of B dark and dashed."""
    cv2.polylines(plot, [_points(raw, plot.shape)], False, _PALE, 1, cv2.LINE_AA)
    if a is not None:
        cv2.polylines(plot, [_points(a, plot.shape)], False, colour, 2, cv2.LINE_AA)
    if b is not None:
        points = _points(b, plot.shape)
        _dashed(plot, points, len(points) // plot.shape[1])


def _dashed(plot: np.ndarray, points: np.ndarray, a_column: int) -> None:
    """A dark curve in dashes of six columns, with a white rim that sets it off."""
    dash = 6 * a_column
    dashes = [points[start : start + dash + 1] for start in range(0, len(points), 2 * dash)]
    cv2.polylines(plot, dashes, False, _WHITE, 4, cv2.LINE_AA)
    cv2.polylines(plot, dashes, False, _INK, 2, cv2.LINE_AA)


def _points(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A curve (n,) as points int32 (m, 1, 2) of a plot: one a column, or the highest and lowest of each column."""
    height, width = shape[:2]
    n = len(values)
    if n <= width:
        x = np.arange(width)
        y = np.interp((x + 0.5) * n / width - 0.5, np.arange(n), values)
    else:
        starts = np.arange(width) * n // width
        x = np.repeat(np.arange(width), 2)
        y = np.stack([np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)], axis=1).ravel()
    y = np.rint((1 - y) * (height - 3) + 1)
    return np.stack([x, y], axis=1).astype(np.int32)[:, None]


def _ticks(seconds: np.ndarray) -> list[tuple[int, str]]:
    """Columns of the axis, and what is written there: round times, ten at most."""
    length = float(seconds[-1])
    step = next((step for step in _TICKS if length / step <= 10), _TICKS[-1])
    times = np.arange(0, length + step / 1000, step)
    frames = np.searchsorted(seconds, times - step / 1000)
    return [(_column(at, len(seconds)), _clock(time, step)) for at, time in zip(frames.tolist(), times.tolist())]


def _clock(time: float, step: float) -> str:
    if step < 1:
        return f"{time:.1f}"
    return f"{time:.0f}" if step < 60 else f"{time // 60:.0f}:{time % 60:02.0f}"


def _seconds(row: np.ndarray, ticks: list[tuple[int, str]]) -> None:
    unit = "min:s" if ":" in ticks[0][1] else "seconds"
    _write(row, unit, (_LEFT - 26 - _wide(unit), 16))
    for x, text in ticks:
        left = min(_LEFT + x - _wide(text) // 2, WIDTH - _wide(text))
        _write(row, text, (left, 16))


def _legend(row: np.ndarray, has_curve: dict[str, bool], shades: np.ndarray) -> None:
    """Which curve is whose; a method that gives labels only has none."""
    left, y = _LEFT, row.shape[0] // 2
    for name in ("each frame", "A", "B"):
        text = name if has_curve.get(name, True) else f"{name}: labels only"
        if text == "A":
            for place, colour in enumerate(shades.tolist()):
                cv2.line(row, (left + 12 * place, y), (left + 12 * place + 11, y), colour, 2)
        elif text == "B":
            _dashed(row, np.stack([np.arange(left, left + 36), np.full(36, y)], axis=1)[:, None].astype(np.int32), 1)
        elif text == "each frame":
            cv2.line(row, (left, y), (left + 35, y), _PALE, 1)
        _write(row, text, (left + 42, y + 5))
        left += 62 + _wide(text)


def _name(row: np.ndarray, text: str) -> None:
    """The name of a row, to the left of it and half way up."""
    text = fitted(text, _LEFT - 14, _wide)
    _write(row, text, (_LEFT - 10 - _wide(text), (row.shape[0] + 12) // 2))


def _write(picture: np.ndarray, text: str, at: tuple[int, int], colour: Colour = _INK, weight: int = _PLAIN) -> None:
    cv2.putText(picture, text, at, colour, _FONT, _TALL, weight)


def _wide(text: str, weight: int = _PLAIN) -> int:
    return cv2.getTextSize((WIDTH, WIDTH), text, (0, 0), _FONT, _TALL, weight)[2]

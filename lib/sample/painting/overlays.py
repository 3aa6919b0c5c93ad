"""What a broadcaster lays over the picture: score bugs, lap counters, captions, clocks, wipes. None of it names the event."""

import cv2
import numpy as np

from lib.sample.painting import canvas, materials


def _panel(picture, left, top, width, height, tone, strength: float = 0.85) -> None:
    """A slightly transparent box with a lighter upper edge."""
    patch = picture[max(0, int(top)) : int(top + height), max(0, int(left)) : int(left + width)]
    if patch.size:
        fill = canvas.fade((patch.shape[1], patch.shape[0]), canvas.shade(tone, 1.25), canvas.shade(tone, 0.8))
        cv2.addWeighted(fill, strength, patch, 1 - strength, 0, patch)


def score_bug(rng: np.random.Generator, high: int = 25):
    """Two teams with their games and points, in a corner. Returns a function that lays it over a picture."""
    names = rng.choice(materials.TEAMS, 2, replace=False)
    points, games = rng.integers(0, high, 2), rng.integers(0, 3, 2)
    tone, accent = (
        materials.jitter(materials.pick(((18, 24, 46), (240, 240, 240), (30, 30, 34), (120, 20, 40)), rng), rng),
        materials.pick(materials.STRONG, rng),
    )
    below = rng.random() < 0.3

    def lay(picture, now: float = 0.0) -> None:
        height, width = picture.shape[:2]
        row = 0.052 * height
        wide = 6.2 * row
        left = 0.03 * width
        top = height - 2.2 * row - 0.05 * height if below else 0.05 * height
        ink = (20, 22, 30) if np.mean(tone) > 140 else (250, 250, 250)
        for index in (0, 1):
            y = top + index * row
            _panel(picture, left, y, wide, row - 1, tone)
            _panel(picture, left, y, 0.28 * row, row - 1, accent if index else canvas.shade(accent, 0.6), 1.0)
            canvas.text(picture, str(names[index]), (left + 0.5 * row, y + 0.8 * row), 0.62 * row, ink)
            _panel(picture, left + wide - 1.6 * row, y, 1.6 * row, row - 1, accent, 0.95)
            canvas.text(picture, str(games[index]), (left + wide - 2.4 * row, y + 0.8 * row), 0.62 * row, ink)
            canvas.text(
                picture, str(points[index]), (left + wide - 1.35 * row, y + 0.8 * row), 0.62 * row, (250, 250, 250)
            )

    return lay


def standings(rng: np.random.Generator, rows: int = 8):
    """A column of places, as in a race or a tournament, with a counter on top."""
    names = rng.permutation(materials.TEAMS)[:rows]
    gaps = np.cumsum(rng.uniform(0.3, 3.0, rows))
    tones = [materials.pick(materials.STRONG, rng) for _ in names]
    lap, laps = int(rng.integers(3, 50)), int(rng.integers(52, 70))
    tone = materials.jitter((22, 22, 28), rng, 6)

    def lay(picture, now: float = 0.0) -> None:
        height, width = picture.shape[:2]
        row, left, top = 0.047 * height, 0.025 * width, 0.05 * height
        _panel(picture, left, top, 5.6 * row, 1.25 * row, tone, 0.95)
        canvas.text(picture, f"LAP {lap}/{laps}", (left + 0.3 * row, top + 0.95 * row), 0.7 * row, (255, 255, 255))
        for index, name in enumerate(names):
            y = top + (1.35 + index) * row
            _panel(picture, left, y, 5.6 * row, row - 1, tone, 0.8)
            canvas.text(picture, str(index + 1), (left + 0.15 * row, y + 0.78 * row), 0.58 * row, (255, 255, 255))
            _panel(picture, left + 1.0 * row, y + 0.15 * row, 0.2 * row, 0.65 * row, tones[index], 1.0)
            canvas.text(picture, str(name), (left + 1.4 * row, y + 0.78 * row), 0.58 * row, (255, 255, 255))
            gap = "GAP" if index == 0 else f"+{gaps[index] + 0.02 * np.sin(now + index):.1f}"
            canvas.text(picture, gap, (left + 3.4 * row, y + 0.78 * row), 0.5 * row, (210, 210, 215))

    return lay


def caption(rng: np.random.Generator):
    """A name in a strip along the bottom."""
    words = f"{materials.pick('ABCDEFGHJKLMNPRST', rng)}. {materials.pick(('MARLOW', 'OKORO', 'LINDQVIST', 'TANAKA', 'SILVA', 'NOVAK', 'HAAS', 'DEMIR', 'RAO', 'CHEN'), rng)}"
    tone, accent = materials.pair(rng)

    def lay(picture, now: float = 0.0) -> None:
        height, width = picture.shape[:2]
        row = 0.085 * height
        left, top = 0.36 * width, 0.82 * height
        wide = canvas.text_width(words, 0.55 * row) + 1.2 * row
        _panel(picture, left, top, wide, row, tone, 0.9)
        _panel(picture, left, top + row, wide, 0.16 * row, accent, 1.0)
        ink = (24, 24, 28) if np.mean(tone) > 150 else (250, 250, 250)
        canvas.text(picture, words, (left + 0.5 * row, top + 0.72 * row), 0.55 * row, ink)

    return lay


def channel_mark(rng: np.random.Generator):
    """The channel's mark in the upper right corner, and sometimes the word LIVE."""
    live, number = rng.random() < 0.4, int(rng.integers(1, 9))

    def lay(picture, now: float = 0.0) -> None:
        height, width = picture.shape[:2]
        size = 0.04 * height
        canvas.text(picture, f"TV{number}", (0.91 * width, 0.06 * height + size / 2), size, (235, 235, 235))
        if live:
            _mark(picture, "LIVE", 0.89 * width, (200, 30, 40))

    return lay


def replay_mark(picture) -> None:
    """The word REPLAY, for pictures in slow motion."""
    _mark(picture, "REPLAY", 0.89 * picture.shape[1], (40, 90, 200))  # where LIVE would be


def _mark(picture, word: str, right: float, tone) -> None:
    size = 0.04 * picture.shape[0]
    wide = canvas.text_width(word, 0.8 * size) + size
    _panel(picture, right - wide, 0.9 * size, wide, 1.35 * size, tone, 0.95)
    canvas.text(picture, word, (right - wide + 0.5 * size, 1.9 * size), 0.8 * size, (255, 255, 255))


def wipe(picture, share: float, tones, words: str) -> None:
    """A slanting band of colour that crosses the picture as `share` goes from 0 to 1, hiding the cut behind it."""
    height, width = picture.shape[:2]
    lean, wide = 0.45 * height, 1.5 * width
    left = -wide - lean + share * (width + wide + lean)
    for index, (start, end) in enumerate(((0.0, 0.12), (0.12, 0.88), (0.88, 1.0))):
        x0, x1 = left + start * wide, left + end * wide
        canvas.polygon(
            picture, np.array([[x0 + lean, 0], [x1 + lean, 0], [x1, height], [x0, height]]), tones[index % 2]
        )
    size = 0.16 * height
    at = (left + wide / 2 + lean / 2 - canvas.text_width(words, size, 3) / 2, height / 2 + size / 2)
    if -width < at[0] < width:
        canvas.text(picture, words, at, size, (250, 250, 250), 3)

"""Shuttlecocks and volleyballs, near or far, with the smear of a short exposure."""

import numpy as np

from lib.sample.painting import canvas

BALLS = (
    ((250, 214, 60), (40, 80, 170)),
    ((245, 245, 240), (40, 60, 150)),
    ((245, 240, 226), (200, 50, 50)),
    ((246, 238, 210), (246, 238, 210)),
)


def draw_ball(picture, at, radius: float, tones, spin: float = 0.0) -> None:
    """A volleyball of `radius` pixels, in panels of two tones."""
    first, second = tones
    canvas.disc(picture, at, radius, canvas.shade(first, 0.72))
    canvas.disc(picture, at - 0.1 * radius * np.array([1, 1.2]), 0.88 * radius, first)
    if radius > 3:
        for turn in (0.0, 2.1, 4.2):
            start = spin + turn
            arc = start + np.linspace(0, 1.3, 7)
            ring = np.stack([np.cos(arc), np.sin(arc)], 1) * 0.93 * radius
            inner = np.stack([np.cos(arc[::-1] + 0.5), np.sin(arc[::-1] + 0.5)], 1) * 0.36 * radius
            canvas.polygon(picture, at + np.concatenate([ring, inner]), second)
    if radius > 10:
        for turn in np.arange(3) * 2.1 + spin:
            arc = turn + np.linspace(-0.2, 1.0, 8)
            canvas.line(
                picture,
                at + radius * np.stack([np.cos(arc), np.sin(arc)], 1) * np.linspace(1, 0.1, 8)[:, None],
                canvas.shade(first, 0.55),
                max(1, 0.03 * radius),
            )
    canvas.glow(picture, at - 0.4 * radius * np.ones(2), (0.6 * radius, 0.6 * radius), (255, 255, 255), 0.35)


def draw_shuttle(picture, at, size: float, way) -> None:
    """A shuttlecock `size` pixels long that flies cork first along `way` (2,)."""
    way = np.asarray(way, float)
    way = way / (np.hypot(*way) + 1e-6)
    side = np.array([-way[1], way[0]])
    size = max(size, 4.0)
    cork, rim = at + 0.42 * size * way, at - 0.5 * size * way
    skirt = np.array(
        [cork + 0.13 * size * side, rim + 0.4 * size * side, rim - 0.4 * size * side, cork - 0.13 * size * side]
    )
    canvas.polygon(picture, skirt, (226, 228, 224))
    if size > 12:
        for share in np.linspace(-1, 1, 9):
            feather = np.array([cork + 0.12 * share * size * side, rim + 0.4 * share * size * side])
            canvas.line(
                picture, feather, (255, 255, 252) if abs(share) < 0.8 else (196, 198, 194), max(1, 0.035 * size)
            )
        for along in (0.3, 0.55):
            a = skirt[0] + along * (skirt[1] - skirt[0])
            b = skirt[3] + along * (skirt[2] - skirt[3])
            canvas.line(picture, np.array([a, b]), (178, 182, 178), max(1, 0.02 * size))
        canvas.oval(picture, rim, (0.4 * size, 0.12 * size), np.arctan2(side[1], side[0]), (240, 241, 237))
    canvas.disc(picture, cork, 0.15 * size, (250, 248, 240))
    if size > 12:
        canvas.line(
            picture,
            np.array([cork - 0.1 * size * way + 0.13 * size * side, cork - 0.1 * size * way - 0.13 * size * side]),
            (40, 120, 70),
            max(1, 0.05 * size),
        )


def smear(picture, at, radius: float) -> None:
    """A faint white spot where something fast has just been."""
    canvas.glow(picture, at, (2.2 * max(radius, 1.2),) * 2, (255, 255, 255), 0.45)

"""Heads: hair, ears and, near enough, a face that looks where the person looks; and helmets."""

import numpy as np

from lib.sample.painting import canvas

_FACE = 9.0  # pixels of radius from which eyes and mouth are drawn


def draw_head(picture: np.ndarray, centre: np.ndarray, radius: float, gaze: np.ndarray, kit) -> None:
    """Draw a head of `radius` pixels; `gaze` (3,) is the unit direction of the face in the camera's axes."""
    right, down, away = gaze
    skin, hair = np.asarray(kit.skin, float), kit.hair
    shift = radius * np.array([right, 0.6 * down])
    if kit.long_hair:
        tail = centre - 0.9 * radius * np.array([right, -0.15])
        canvas.limb(
            picture,
            tail,
            tail + radius * np.array([-0.6 * right, 1.0]),
            0.42 * radius,
            0.2 * radius,
            canvas.shade(hair, 0.8),
        )
    canvas.oval(picture, centre, (0.92 * radius, 1.1 * radius), 0.0, canvas.shade(hair, 0.85))
    if away > 0.75:  # seen from behind: hair, and a hint of ears and neck
        canvas.oval(picture, centre - [0.15 * radius, 0.25 * radius], (0.6 * radius, 0.7 * radius), 0.0, hair)
        return
    face = centre + 0.3 * shift + [0, 0.2 * radius]
    wide = (0.8 - 0.1 * abs(right)) * radius
    if radius > 4:
        for side in (-1, 1):
            if side * right < 0.4:
                canvas.oval(
                    picture,
                    centre + radius * np.array([0.86 * side - 0.25 * right, 0.2]),
                    (0.14 * radius, 0.24 * radius),
                    0.0,
                    0.85 * skin,
                )
    canvas.oval(picture, face, (wide, 0.93 * radius), 0.0, 0.84 * skin)
    canvas.oval(picture, face + [-0.06 * radius, -0.05 * radius], (0.9 * wide, 0.85 * radius), 0.0, skin)
    fringe = centre + [0.12 * shift[0], -0.62 * radius]
    canvas.oval(picture, fringe, (0.85 * radius, 0.46 * radius), 0.12 * right, hair)
    if radius >= _FACE:
        _features(picture, face, radius, gaze, skin, hair)


def _features(picture, face, radius, gaze, skin, hair) -> None:
    right, down, _ = gaze
    middle = face + radius * np.array([0.52 * right, 0.35 * down - 0.1])
    narrow = max(0.3, np.sqrt(max(0.0, 1.0 - right * right)))
    for side in (-1, 1):
        if side * right < -0.8:
            continue
        eye = middle + radius * np.array([0.31 * side * narrow, 0.0])
        canvas.oval(picture, eye, (0.13 * radius * narrow, 0.075 * radius), 0.0, (245, 243, 238))
        canvas.disc(picture, eye + 0.03 * radius * np.array([right, down]), 0.066 * radius, (46, 32, 26))
        brow = eye - [0, 0.19 * radius]
        canvas.limb(
            picture,
            brow - [0.15 * radius * narrow, 0],
            brow + [0.15 * radius * narrow, -0.03 * radius],
            0.035 * radius,
            0.035 * radius,
            canvas.shade(hair, 0.8),
        )
    nose = middle + radius * np.array([0.1 * right, 0.24])
    canvas.limb(
        picture, middle + radius * np.array([0.05 * right, 0.02]), nose, 0.04 * radius, 0.085 * radius, 0.88 * skin
    )
    mouth = middle + radius * np.array([-0.04 * right, 0.5])
    canvas.oval(picture, mouth, (0.2 * radius * narrow, 0.075 * radius), 0.0, (150, 62, 60))
    canvas.oval(picture, mouth - [0, 0.02 * radius], (0.14 * radius * narrow, 0.03 * radius), 0.0, (236, 228, 222))


def draw_helmet(picture, at, radius: float, gaze, shell, stripe) -> None:
    """A full-face helmet; `gaze` (3,) is where the driver looks, in the camera's axes."""
    right, _, away = gaze
    canvas.oval(picture, at, (radius, 1.06 * radius), 0.0, canvas.shade(shell, 0.72))
    canvas.oval(picture, at - 0.08 * radius * np.ones(2), (0.9 * radius, 0.95 * radius), 0.0, shell)
    if radius > 3:
        band = at + radius * np.array([0.3 * right, -0.55])
        canvas.oval(picture, band, (0.7 * radius, 0.2 * radius), 0.0, stripe)
    if away < 0.6:
        eye = at + radius * np.array([0.5 * right, 0.02])
        canvas.oval(picture, eye, ((0.85 - 0.3 * abs(right)) * radius, 0.34 * radius), 0.0, (16, 18, 24))
        if radius > 6:
            canvas.oval(
                picture, eye - radius * np.array([0.2, 0.12]), (0.34 * radius, 0.08 * radius), -0.1, (120, 150, 180)
            )
    canvas.glow(picture, at - 0.45 * radius * np.ones(2), (0.55 * radius, 0.55 * radius), (255, 255, 255), 0.5)

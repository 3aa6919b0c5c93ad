"""What stands around every event: rows of people and advertising boards, as flat textures to be hung in the world."""

import numpy as np

from lib.sample.painting import canvas, materials


def seats(rng: np.random.Generator, rows: int, wall, seat, filled: float, light: float) -> np.ndarray:
    """Rows of seats with people, far ones above, (16 rows + 8, 512, 3) uint8; the same few repeat along the stand.

    `filled` is the share of seats that are taken; `light` dims or brightens everybody.
    """
    width, pitch = 256, 16
    picture = np.empty((pitch * rows + 8, width, 3), np.uint8)
    picture[:] = canvas.shade(wall, 0.45 * light)
    clothes = canvas.shade(materials.STRONG, 0.85 * light)
    skins, hairs = canvas.shade(materials.SKINS, light), canvas.shade(materials.HAIRS, light)
    for row in range(rows):
        y = pitch * row + 8
        canvas.line(picture, np.array([[0, y + 13], [width, y + 13]]), canvas.shade(wall, 0.7), 2)
        for left in range(0, width, 12):
            x = left + 6 + rng.uniform(-1.5, 1.5)
            if rng.random() > filled:
                canvas.disc(picture, (x, y + 8), 3.6, canvas.shade(seat, 0.6 * light))
                continue
            canvas.limb(picture, (x, y + 8), (x, y + 13), 5, 5, materials.pick(clothes, rng))
            canvas.disc(picture, (x, y + 1), 3.3, materials.pick(hairs, rng))
            canvas.disc(picture, (x, y + 2), 2.7, materials.pick(skins, rng))
    return np.tile(picture, (1, 2, 1))


def boards(names, tones, length: int = 4) -> np.ndarray:
    """A row of advertising boards, (40, 160 length, 3)."""
    picture = np.empty((40, 160 * length, 3), np.uint8)
    for index in range(length):
        left, tone, ink = 160 * index, tones[index % 2], tones[(index + 1) % 2]
        picture[:, left : left + 160] = canvas.fade((160, 40), canvas.shade(tone, 1.1), canvas.shade(tone, 0.85))
        words = names[index % len(names)]
        if np.abs(np.subtract(tone, ink)).sum() < 200:
            ink = (250, 250, 250)
        canvas.text(picture, words, (left + 80 - canvas.text_width(words, 22, 2) / 2, 29), 22, ink, 2)
    return picture

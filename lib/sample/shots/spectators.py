"""The crowd: rows of people who cheer, clap and sit, behind boards or the fence of a race track."""

import numpy as np

from lib.sample.painting import canvas, crowds, faces, materials, overlays
from lib.sample.shots.cutaway import Cutaway, laid


def crowd(event: str, size, rng) -> Cutaway:
    """Spectators: rows of people who cheer, clap and sit."""
    width, height = size
    background = canvas.fade(size, *(canvas.shade(materials.pick(materials.WALLS, rng), light) for light in (0.3, 0.7)))
    pitch = rng.uniform(0.16, 0.34) * height
    fans = []
    light = rng.uniform(*{"badminton": (0.4, 0.75), "volleyball": (0.6, 1.0), "formula1": (0.8, 1.1)}[event])
    team = materials.pair(rng)
    edge = _edge(event, size, rng) if rng.random() < 0.65 else lambda picture: None
    for row in np.arange(0.25 * pitch, height + 0.9 * pitch, 0.75 * pitch):
        grow = 0.55 + 0.45 * row / height
        for x in np.arange(-pitch, width + pitch, 0.72 * pitch * grow):
            look = {
                "shirt": canvas.shade(materials.pick((*team, *materials.STRONG), rng), light),
                "shorts": (30, 30, 30),
                "trim": (250, 250, 250),
            }
            kit = materials.person(rng, look)
            kit.skin, kit.hair = tuple(canvas.shade(kit.skin, light)), tuple(canvas.shade(kit.hair, light))
            fans.append(
                (
                    x + rng.normal(0, 0.08 * pitch),
                    row + rng.normal(0, 0.05 * pitch),
                    0.17 * pitch * grow,
                    kit,
                    rng.uniform(0, 6),
                    rng.random() < 0.22,
                    rng.normal(0, 0.35),
                )
            )

    def paint(picture, now):
        for x, y, radius, kit, phase, cheers, glance in fans:
            bob = 0.25 * radius * np.sin((6 if cheers else 1.5) * now + phase)
            _fan(
                picture,
                np.array([x, y + bob]),
                radius,
                kit,
                cheers,
                glance + 0.2 * np.sin(0.8 * now + phase),
                now + phase,
            )
        edge(picture)

    return Cutaway(background, paint, laid(rng, (0.25, overlays.channel_mark)), rng.random())


def _edge(event: str, size, rng):
    """What is between the stand and the camera: boards and a strip of floor, or the wire fence of a race track."""
    width, height = size
    floor, _ = materials.usual_floor(event, rng)
    tones = materials.pair(rng)
    strip = crowds.boards(tuple(rng.choice(materials.SPONSORS, 4, replace=False)), tones, 4)
    high = rng.uniform(0.09, 0.15) * height
    top = rng.uniform(0.62, 0.85) * height
    mesh = rng.uniform(0.05, 0.08) * height

    def edge(picture):
        if event == "formula1":
            for x in np.arange(-height, width + height, mesh):
                for lean in (-1, 1):
                    canvas.line(picture, np.array([[x, 0], [x + lean * top, top]]), (148, 152, 158))
            for x in np.arange(0.1 * width, width, 0.42 * width):
                canvas.limb(picture, (x, -5), (x, top), 0.012 * width, 0.012 * width, (110, 114, 120))
        canvas.paste(picture, strip, 0, top, width, high)
        canvas.paste(
            picture, canvas.fade((4, 32), canvas.shade(floor, 0.7), floor), 0, top + high, width, height - top - high
        )
        canvas.line(
            picture, np.array([[0, top + 1.6 * high], [width, top + 1.5 * high]]), (240, 240, 236), 0.02 * height
        )

    return edge


def _fan(picture, at, radius, kit, cheers: bool, glance: float, now: float) -> None:
    """Head, shoulders and, if they cheer, raised arms."""
    if not (
        -3 * radius < at[0] < picture.shape[1] + 3 * radius and -4 * radius < at[1] < picture.shape[0] + 3 * radius
    ):
        return
    canvas.limb(
        picture,
        at + radius * np.array([-1.1, 2.1]),
        at + radius * np.array([1.1, 2.1]),
        0.8 * radius,
        0.8 * radius,
        canvas.shade(kit.shirt, 0.8),
    )
    canvas.convex(picture, at + radius * np.array([[-1.7, 2.3], [1.6, 2.2], [1.7, 6], [-1.8, 6]]), kit.shirt)
    if cheers:
        for side in (-1, 1):
            elbow = at + radius * np.array([2.1 * side, 0.9])
            hand = at + radius * np.array([(1.9 + 0.25 * np.sin(5 * now)) * side, -1.3])
            canvas.limb(
                picture, at + radius * np.array([1.3 * side, 2.2]), elbow, 0.5 * radius, 0.42 * radius, kit.shirt
            )
            canvas.limb(picture, elbow, hand, 0.36 * radius, 0.3 * radius, kit.skin)
    gaze = np.array([np.sin(glance), 0.1, -np.cos(glance)])
    faces.draw_head(picture, at, radius, gaze, kit)

"""People away from the game: a face near the camera, and groups that stand together."""

from dataclasses import replace

import cv2
import numpy as np

from lib.sample.painting import balls, canvas, cars, crowds, faces, materials, overlays
from lib.sample.painting import people as figures
from lib.sample.painting.camera import Camera
from lib.sample.painting.poses import varied
from lib.sample.shots.cutaway import Cutaway, backdrop, laid


def portrait(event: str, size, rng) -> Cutaway:
    """A face: on court, or in front of a wall of sponsors; a driver sometimes wears the helmet."""
    width, height = size
    if rng.random() < 0.2:
        tones = materials.pair(rng)
        tile = np.concatenate([crowds.boards(tuple(rng.choice(materials.SPONSORS, 3, replace=False)), tones, 3)] * 5)
        background = cv2.GaussianBlur(cv2.resize(tile, size), (0, 0), 0.8 * width / 400)
    else:
        background = backdrop(event, size, rng, rng.uniform(3, 6))
    kit = materials.teams(rng, 1)[0][0]
    if event == "formula1":
        kit.sleeves = 1.0
    radius = rng.uniform(0.15, 0.27) * height
    spot = np.array([rng.uniform(0.35, 0.65) * width, rng.uniform(0.36, 0.48) * height])
    helmet = event == "formula1" and rng.random() < 0.65
    shell, stripe = materials.pair(rng)
    glance, phase = rng.uniform(-0.7, 0.7), rng.uniform(0, 6)
    holds = int(rng.choice((-1, 1))) if rng.random() < 0.45 and not helmet else 0

    def paint(picture, now):
        at = spot + radius * np.array([0.1 * np.sin(0.9 * now + phase), 0.05 * np.sin(1.3 * now)])
        turn = glance + 0.25 * np.sin(0.7 * now + phase)
        gaze = np.array([np.sin(turn), 0.08, -np.cos(turn)])
        _bust(picture, at, radius, kit)
        if helmet:
            faces.draw_helmet(picture, at, 1.25 * radius, gaze, shell, stripe)
        else:
            faces.draw_head(picture, at, radius, gaze, kit)
        if holds:
            _held(picture, event, at + radius * np.array([1.9 * holds, 0.9]), radius, kit, stripe)

    return Cutaway(background, paint, laid(rng, (0.3, overlays.caption), (0.25, overlays.channel_mark)), rng.random())


def _held(picture, event: str, at, radius: float, kit, tone) -> None:
    """What a person holds up beside their face: the head of a racket, a ball, a helmet; and the hand that holds it."""
    if event == "badminton":
        ring = canvas.oval_outline(at, (0.85 * radius, 1.1 * radius), 0.1)
        for share in np.linspace(-0.8, 0.8, 9):
            span = np.sqrt(1 - share**2)
            for ends in (((share, -span), (share, span)), ((-span, share), (span, share))):
                canvas.line(picture, at + np.array(ends) * (0.85 * radius, 1.1 * radius), (236, 238, 234))
        canvas.line(picture, ring, tone, 0.1 * radius, closed=True)
        canvas.limb(
            picture,
            at + radius * np.array([0, 1.1]),
            at + radius * np.array([0, 2.6]),
            0.06 * radius,
            0.06 * radius,
            tone,
        )
    elif event == "volleyball":
        balls.draw_ball(
            picture, at + radius * np.array([0, 0.6]), 0.85 * radius, balls.BALLS[kit.number % len(balls.BALLS)], 0.5
        )
    else:
        faces.draw_helmet(picture, at + radius * np.array([0, 0.5]), radius, np.array([0.3, 0, -1]), tone, kit.trim)
    canvas.limb(
        picture,
        at + radius * np.array([0, 1.55]),
        at + radius * np.array([0.1, 1.8]),
        0.3 * radius,
        0.26 * radius,
        kit.skin,
    )
    canvas.limb(
        picture,
        at + radius * np.array([0.15, 2.0]),
        at + radius * np.array([0.4, 4.5]),
        0.3 * radius,
        0.42 * radius,
        kit.shirt,
    )


def _bust(picture, at, radius, kit) -> None:
    """Neck, shoulders and shirt under a big head."""
    r = radius
    canvas.limb(
        picture,
        at + r * np.array([0, 0.6]),
        at + r * np.array([0, 1.6]),
        0.52 * r,
        0.6 * r,
        canvas.shade(kit.skin, 0.78),
    )
    for grow, shift, light in ((1.0, 0.0, 0.8), (0.93, -0.06, 1.0)):
        tone = canvas.shade(kit.shirt, light)
        middle = at + r * np.array([shift, 0.06 if shift else 0.0])
        canvas.limb(
            picture,
            middle + r * np.array([-1.35 * grow, 2.5]),
            middle + r * np.array([1.35 * grow, 2.5]),
            0.8 * r,
            0.8 * r,
            tone,
        )
        canvas.polygon(
            picture,
            middle
            + r
            * np.array(
                [
                    [-0.6, 1.42],
                    [0.6, 1.42],
                    [1.5, 1.75],
                    [2.15 * grow, 2.5],
                    [2.3 * grow, 6],
                    [-2.3 * grow, 6],
                    [-2.15 * grow, 2.5],
                    [-1.5, 1.75],
                ]
            ),
            tone,
        )
    canvas.convex(picture, at + r * np.array([[-0.6, 1.42], [0.6, 1.42], [0, 2.0]]), canvas.shade(kit.skin, 0.9))
    for side in (-1, 1):
        canvas.limb(
            picture,
            at + r * np.array([0.62 * side, 1.45]),
            at + r * np.array([0.02 * side, 2.05]),
            0.07 * r,
            0.07 * r,
            kit.trim,
        )
        canvas.limb(
            picture,
            at + r * np.array([1.5 * side, 2.2]),
            at + r * np.array([1.6 * side, 4.5]),
            0.08 * r,
            0.1 * r,
            kit.trim,
        )


def group(event: str, size, rng) -> Cutaway:
    """People who stand together: a time-out, a medal, a pit crew."""
    background = backdrop(event, size, rng, rng.uniform(0.5, 2.5))
    camera = Camera.looking((0, -6.5, 1.6), (0, 0, 1.15), rng.uniform(0.9, 1.5), size)
    kits = materials.teams(rng, 7)[0]
    names = rng.choice(("stand", "hands on hips", "clap", "cheer", "fist"), 7)
    people = []
    most = {"badminton": 3, "volleyball": 7, "formula1": 6}[event]
    racket = materials.pick(materials.STRONG, rng) if event == "badminton" else None
    car = (
        cars.Car(materials.livery(rng), np.array([rng.uniform(-1, 1), rng.uniform(-0.5, 0.8)]), rng.uniform(-2.5, 2.5))
        if event == "formula1"
        else None
    )
    for index in range(int(rng.integers(2, most + 1))):
        kit = kits[index]
        if event == "formula1":
            kit.sleeves, kit.socks, kit.skirt = 1.0, kit.shorts, False
        place = np.array(
            [
                (index - 3) * 0.75 + rng.normal(0, 0.2) if index else 0.0,
                rng.uniform(-1, 1.2) if car is None else rng.uniform(1.5, 3),
                0.0,
            ]
        )
        people.append(
            figures.Figure(
                kit,
                varied(str(names[index]), rng, 0.04),
                place,
                np.pi + rng.normal(0, 0.7),
                rng.normal(1.05, 0.05),
                racket,
            )
        )
    people.sort(key=lambda person: -person.place[1])

    def paint(picture, now):
        for index, person in enumerate(people):
            pose = person.pose.copy()
            pose[2:4, 2] += 0.02 * np.sin(5 * now + index)
            moved = replace(person, pose=pose)
            figures.cast_shadow(picture, camera, moved)
            figures.draw(picture, camera, moved)
        if car is not None:
            cars.draw(picture, camera, car)

    return Cutaway(background, paint, laid(rng, (0.2, overlays.caption), (0.25, overlays.channel_mark)), rng.random())

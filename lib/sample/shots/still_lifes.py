"""Shots without anybody: a scoreboard, an empty hall or road, the things that they play with."""

import numpy as np

from lib.sample.painting import balls, canvas, cars, courts, halls, materials, overlays, tracks
from lib.sample.painting.camera import Camera
from lib.sample.shots.cutaway import Cutaway, backdrop, laid


def scoreboard(event: str, size, rng) -> Cutaway:
    """A lit board in the dark: names, points, a clock."""
    width, height = size
    background = backdrop(event, size, rng, rng.uniform(1.0, 3.0))
    left, top, right, bottom = rng.uniform((0.06, 0.06, 0.7, 0.6), (0.25, 0.2, 0.94, 0.86))
    board = np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) * size
    canvas.polygon(background, board, (14, 15, 18))
    canvas.line(background, board, (96, 100, 108), max(2, width / 100), closed=True)
    for x in (board[0, 0] + 0.1 * width, board[1, 0] - 0.1 * width):
        canvas.limb(background, (x, board[2, 1]), (x, height + 20), 0.014 * width, 0.014 * width, (70, 74, 82))
    names = rng.choice(materials.TEAMS, 4, replace=False)
    tone = materials.pick(((255, 176, 40), (255, 70, 60), (120, 240, 120), (240, 240, 240)), rng)
    rows = 4 if event == "formula1" or rng.random() < 0.3 else 2
    points = rng.integers(0, 26, (4, 2))

    def paint(picture, now):
        span, deep = board[1, 0] - board[0, 0], board[2, 1] - board[1, 1]
        tall = min(0.62 * deep / rows, 0.12 * span)
        for row in range(rows):
            y = board[0, 1] + (row + 0.5) * deep / rows + 0.4 * tall
            cells = (
                (0.07, str(names[row]), tone),
                (0.5, f"{points[row, 0]:2d}", (255, 255, 255)),
                (0.76, f"{(points[row, 1] + int(now)) % 60:02d}", tone),
            )
            for share, words, ink in cells:
                canvas.text(picture, words, (board[0, 0] + share * span, y), tall, ink, max(1, int(tall / 9)))
        canvas.glow(picture, board.mean(0), (0.6 * width, 0.6 * height), tone, 0.12)

    return Cutaway(background, paint, [], rng.random())


def empty(event: str, size, rng) -> Cutaway:
    """The place before anybody comes: a hall with its net, or a pit lane or a road without cars."""
    if event == "formula1":
        return _empty_track(size, rng)
    court = courts.COURTS[event]
    hall = halls.build(rng, court.long / 2, court.wide / 2, event)
    hall.filled = float(rng.choice((0.0, 0.05)))
    at = (rng.uniform(-6, 6), -court.long / 2 - rng.uniform(0, 3), rng.uniform(1.5, 5))
    camera = Camera.looking(
        at, (rng.uniform(-5, 5), rng.uniform(3, 9), rng.uniform(0, 2.5)), rng.uniform(0.6, 1.1), size
    )
    picture = halls.paint(hall, camera, size)
    courts.paint_floor(picture, court, camera, hall.inside)
    halls.light_floor(picture, hall, camera)
    if rng.random() < 0.6:
        courts.paint_net(picture, court, camera)
    return Cutaway(picture, lambda picture, now: None, laid(rng, (0.2, overlays.channel_mark)), rng.random())


def _empty_track(size, rng) -> Cutaway:
    track = tracks.build(rng)
    spot = rng.uniform(20, 180)
    at = (*track.at(spot, rng.uniform(-8, 8)), rng.uniform(1.4, 5))
    camera = Camera.looking(at, (*track.at(spot + 40, rng.uniform(-14, 14)), 1.0), rng.uniform(0.8, 1.2), size)
    picture = tracks.paint(track, camera, size)
    if rng.random() < 0.6:
        _garages(picture, track, camera, spot)
    return Cutaway(picture, lambda picture, now: None, laid(rng, (0.2, overlays.channel_mark)), rng.random())


def _garages(picture, track, camera, spot: float) -> None:
    """A row of pit garages along the right side of the road."""
    for index in range(9, -1, -1):
        a, b = track.at(spot + 5 + 6 * index, track.half + 3), track.at(spot + 11 + 6 * index, track.half + 3)
        low = np.array([[*a, 0.0], [*b, 0.0]])
        up = np.array([0, 0, 4.4])
        canvas.polygon(picture, camera.outline([low[0], low[1], low[1] + up, low[0] + up]), (206, 208, 212))
        inner = low[0] + np.array([[0.08], [0.92]]) * (low[1] - low[0])
        canvas.polygon(
            picture, camera.outline([inner[0], inner[1], inner[1] + 0.66 * up, inner[0] + 0.66 * up]), (36, 38, 44)
        )
        canvas.polygon(
            picture,
            camera.outline([inner[0] + 0.7 * up, inner[1] + 0.7 * up, inner[1] + 0.92 * up, inner[0] + 0.92 * up]),
            track.boards[index % 2],
        )


def thing(event: str, size, rng) -> Cutaway:
    """What they play with, near: a racket and shuttles, a ball, a wheel."""
    width, height = size
    floor, _ = materials.usual_floor(event, rng)
    background = canvas.fade(size, canvas.shade(floor, 0.6), canvas.shade(floor, 1.1))
    if rng.random() < 0.5:
        background = backdrop(event, size, rng, 5.0)
        background[int(0.55 * height) :] = canvas.fade(
            (width, height - int(0.55 * height)), canvas.shade(floor, 0.85), canvas.shade(floor, 1.1)
        )
    angle = rng.uniform(-0.5, 0.5)
    line = np.array([[-10, height * rng.uniform(0.6, 0.9)], [width + 10, height * rng.uniform(0.6, 0.9)]])
    canvas.line(background, line, (245, 245, 242), 0.035 * height)
    paint = {"badminton": _racket_still, "volleyball": _ball_still, "formula1": _wheel_still}[event](size, rng, angle)
    return Cutaway(background, paint, laid(rng, (0.15, overlays.channel_mark)), rng.random())


def _racket_still(size, rng, angle):
    width, height = size
    tone, at = materials.pick(materials.STRONG, rng), np.array([rng.uniform(0.3, 0.5) * width, 0.5 * height])
    shuttles = [
        (
            rng.uniform(0.45, 0.9) * width,
            rng.uniform(0.45, 0.85) * height,
            rng.uniform(0.16, 0.34) * height,
            rng.uniform(0, 6.3),
        )
        for _ in range(rng.integers(1, 4))
    ]
    way = np.array([np.cos(angle), np.sin(angle)])

    def paint(picture, now):
        ring = canvas.oval_outline(at, (0.3 * height, 0.23 * height), angle)
        canvas.shadow(picture, ring + [0.02 * height, 0.05 * height], 0.25, 0.02 * height)
        for share in np.linspace(-0.85, 0.85, 15):
            span = np.sqrt(1 - share**2)
            for u, v in (((share, -span), (share, span)), ((-span, share), (span, share))):
                ends = np.array([u, v]) * (0.3 * height, 0.23 * height)
                turned = at + ends @ np.array([[way[0], way[1]], [-way[1], way[0]]])
                canvas.line(picture, turned, (238, 240, 236))
        canvas.line(picture, ring, tone, 0.028 * height, closed=True)
        canvas.limb(
            picture,
            at + 0.3 * height * way,
            at + 0.75 * height * way,
            0.014 * height,
            0.014 * height,
            canvas.shade(tone, 0.8),
        )
        canvas.limb(
            picture, at + 0.75 * height * way, at + 1.2 * height * way, 0.03 * height, 0.035 * height, (38, 38, 42)
        )
        for x, y, long, turn in shuttles:
            canvas.shadow(
                picture, canvas.oval_outline((x, y + 0.3 * long), (0.5 * long, 0.14 * long), 0), 0.4, 0.06 * long
            )
            balls.draw_shuttle(picture, np.array([x, y]), long, (np.cos(turn), np.sin(turn)))

    return paint


def _ball_still(size, rng, angle):
    width, height = size
    tones = materials.pick(balls.BALLS, rng)
    stock = [
        (
            rng.uniform(0.2, 0.8) * width,
            rng.uniform(0.45, 0.7) * height,
            rng.uniform(0.1, 0.3) * height,
            rng.uniform(0, 6),
        )
        for _ in range(rng.integers(1, 5))
    ]
    stock.sort(key=lambda ball: ball[1])

    def paint(picture, now):
        for x, y, radius, spin in stock:
            canvas.shadow(
                picture,
                canvas.oval_outline((x, y + 0.95 * radius), (1.05 * radius, 0.25 * radius), 0),
                0.5,
                0.1 * radius,
            )
            balls.draw_ball(picture, np.array([x, y]), radius, tones, spin + angle * now)

    return paint


def _wheel_still(size, rng, angle):
    livery = materials.livery(rng)
    turn, far = rng.uniform(0, 6.3), rng.uniform(2.3, 3.2)
    camera = Camera.looking(
        (far * np.sin(turn), 1.2 + far * np.cos(turn), rng.uniform(0.6, 1.3)),
        (rng.choice((-0.6, 0.6)), rng.choice((-1.6, 1.6)), 0.4),
        1.0,
        size,
    )

    def paint(picture, now):
        cars.draw(picture, camera, cars.Car(livery, np.zeros(2), 0.0, 0.3 * angle, driver=False))

    return paint

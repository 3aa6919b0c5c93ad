"""Racing cars with open wheels: convex blocks, cylinders for wheels, drawn back to front in true perspective."""

from dataclasses import dataclass

import numpy as np

from lib.sample.painting import canvas, faces
from lib.sample.painting.camera import Camera

LIGHT = np.array([-0.35, -0.45, 0.82])
_FACES = np.array([[0, 1, 2, 3], [5, 4, 7, 6], [4, 0, 3, 7], [1, 5, 6, 2], [3, 2, 6, 7], [4, 5, 1, 0]])


@dataclass
class Livery:
    """A car's paint; colours RGB."""

    main: tuple
    second: tuple
    wings: tuple
    helmet: tuple
    tyre: tuple  # the ring on the sidewall
    number: int = 1


@dataclass
class Car:
    """A car on the road: place (x, y), heading (radians; 0 drives along y), turn of the wheels, distance rolled (m)."""

    livery: Livery
    place: np.ndarray
    heading: float = 0.0
    steer: float = 0.0
    rolled: float = 0.0
    smoke: float = 0.0
    driver: bool = True


def _block(front, back) -> np.ndarray:
    """Eight corners from two cross-sections (y, left, right, low, high): the front one first."""
    corners = []
    for y, left, right, low, high in (back, front):
        corners += [(left, y, low), (right, y, low), (right, y, high), (left, y, high)]
    return np.array(corners, float)


def _both(front, back) -> list[np.ndarray]:
    """A block on the right and its mirror image on the left."""

    def flip(s):
        return (s[0], -s[2], -s[1], s[3], s[4])

    return [_block(front, back), _block(flip(front), flip(back))]


def _parts() -> list[tuple[str, np.ndarray]]:
    """Named blocks of the body, metres: x right, y ahead, z up."""
    parts = [("floor", _block((1.35, -0.5, 0.5, 0.05, 0.1), (-2.2, -0.72, 0.72, 0.05, 0.12)))]
    parts += [("second", _block((2.75, -0.1, 0.1, 0.18, 0.28), (1.75, -0.18, 0.18, 0.2, 0.47)))]
    parts += [("main", _block((1.75, -0.18, 0.18, 0.2, 0.47), (0.75, -0.29, 0.29, 0.12, 0.62)))]
    parts += [("main", _block((0.75, -0.29, 0.29, 0.1, 0.62), (-0.35, -0.37, 0.37, 0.1, 0.64)))]
    parts += [("second", block) for block in _both((0.5, 0.36, 0.72, 0.16, 0.52), (-0.6, 0.33, 0.74, 0.1, 0.54))]
    parts += [("main", block) for block in _both((-0.6, 0.3, 0.74, 0.1, 0.54), (-1.9, 0.08, 0.36, 0.14, 0.34))]
    parts += [("main", _block((-0.35, -0.22, 0.22, 0.55, 0.98), (-0.75, -0.2, 0.2, 0.5, 0.96)))]
    parts += [("main", _block((-0.75, -0.2, 0.2, 0.4, 0.96), (-2.15, -0.05, 0.05, 0.3, 0.5)))]
    parts += [("wings", _block((2.98, -0.94, 0.94, 0.08, 0.12), (2.5, -0.94, 0.94, 0.14, 0.2)))]
    parts += [("second", block) for block in _both((2.98, 0.92, 0.96, 0.06, 0.24), (2.4, 0.92, 0.97, 0.06, 0.34))]
    parts += [("wings", _block((-2.1, -0.5, 0.5, 0.82, 0.86), (-2.5, -0.5, 0.5, 0.88, 0.98)))]
    parts += [("main", block) for block in _both((-2.05, 0.5, 0.53, 0.42, 0.95), (-2.55, 0.5, 0.53, 0.32, 1.0))]
    parts += [("dark", _block((-2.15, -0.07, 0.07, 0.3, 0.85), (-2.3, -0.05, 0.05, 0.3, 0.85)))]
    for y, high, out in ((1.7, 0.42, 0.66), (-1.75, 0.4, 0.62)):
        parts += [
            ("dark", block)
            for block in _both((y + 0.06, 0.15, out, high - 0.03, high), (y - 0.06, 0.15, out, high - 0.03, high))
        ]
    return parts


_NAMES, _BLOCKS = zip(*_parts())
_BLOCKS = np.array(_BLOCKS)
_SMALL = np.array([name != "dark" for name in _NAMES])
_WHEELS = ((0.78, 1.72, 0.34, 0.32), (-0.78, 1.72, 0.34, 0.32), (0.76, -1.72, 0.35, 0.4), (-0.76, -1.72, 0.35, 0.4))
_HALO = np.array(
    [
        (-0.3, -0.3, 0.72),
        (-0.31, 0.0, 0.85),
        (-0.2, 0.36, 0.88),
        (0.0, 0.5, 0.88),
        (0.2, 0.36, 0.88),
        (0.31, 0.0, 0.85),
        (0.3, -0.3, 0.72),
    ]
)
_PILLAR = np.array([(0.0, 0.5, 0.88), (0.0, 0.72, 0.62)])


def draw(picture: np.ndarray, camera: Camera, car: Car) -> None:
    """Draw one car with its shadow; parts behind the camera are left out."""
    turn = _turn(car.heading)
    place = np.array([*car.place, 0.0])
    middle = camera.see(place + (0, 0, 0.4))
    scale = camera.focal / max(middle[2], 0.3)
    if middle[2] < -3 or scale < 1.5:
        return
    at = camera.to_picture(middle)
    if (
        not (-4 * scale < at[0] < picture.shape[1] + 4 * scale and -3 * scale < at[1] < picture.shape[0] + 3 * scale)
        and middle[2] > 4
    ):
        return
    _shadow(picture, camera, place, turn, scale)
    pieces = _body_pieces(picture, camera, car, place, turn, scale) + _wheel_pieces(picture, camera, car, place, turn)
    pieces += _cockpit_pieces(picture, camera, car, place, turn, scale)
    for _, paint in sorted(pieces, key=lambda piece: -piece[0]):
        paint()
    if car.smoke > 0:
        _smoke(picture, camera, car, place, turn)


def _turn(heading: float) -> np.ndarray:
    cos, sin = np.cos(heading), np.sin(heading)
    return np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])


def _shadow(picture, camera, place, turn, scale) -> None:
    corners = np.array([(-0.95, -2.5, 0), (0.95, -2.5, 0), (1.0, 2.9, 0), (-1.0, 2.9, 0)])
    outline = camera.outline(corners @ turn + place)
    if len(outline) > 2:
        canvas.shadow(picture, outline, 0.62, min(0.1 * scale, 12))


def _body_pieces(picture, camera, car, place, turn, scale) -> list:
    """(depth, painter) of each block. Faces turned away are left out; the others are shaded by their angle to the light."""
    blocks = _BLOCKS if scale > 14 else _BLOCKS[_SMALL]
    names = _NAMES if scale > 14 else [name for name, kept in zip(_NAMES, _SMALL) if kept]
    world = blocks @ turn + place
    seen = camera.see(world)
    flat = camera.to_picture(seen)
    quads = world[:, _FACES]
    normals = np.cross(quads[:, :, 1] - quads[:, :, 0], quads[:, :, 3] - quads[:, :, 0])
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-9
    towards = ((camera.position - quads.mean(2)) * normals).sum(-1) > 0
    light = 0.72 + 0.36 * (normals @ LIGHT)
    tones = {
        "floor": (26, 27, 30),
        "dark": (34, 36, 40),
        "main": car.livery.main,
        "second": car.livery.second,
        "wings": car.livery.wings,
    }
    pieces = []
    for index, name in enumerate(names):
        if seen[index, :, 2].min() < 0.25:
            continue

        def paint(index=index, tone=tones[name]):
            for face in np.flatnonzero(towards[index]):
                canvas.polygon(picture, flat[index, _FACES[face]], canvas.shade(tone, light[index, face]))

        pieces.append((seen[index, :, 2].mean() + (0.5 if name == "floor" else 0.0), paint))
    return pieces


def _wheel_pieces(picture, camera, car, place, turn) -> list:
    pieces = []
    for index, (x, y, radius, width) in enumerate(_WHEELS):
        steer = _turn(car.steer if index < 2 else 0.0)
        rings = []
        for edge in (-width / 2, width / 2):
            ring = np.stack([np.full(24, edge), radius * canvas.CIRCLE[:, 0], radius * canvas.CIRCLE[:, 1]], 1)
            rings.append((ring @ steer + (x, y, radius)) @ turn + place)
        seen = [camera.see(ring) for ring in rings]
        depth = min(part[:, 2].min() for part in seen)
        if depth < 0.25:
            continue
        axle = (np.array([1.0, 0, 0]) @ steer) @ turn
        hub = (np.array([x, y, radius])) @ turn + place
        side = 1 if (camera.position - hub) @ axle > 0 else 0
        flat = [camera.to_picture(part) for part in seen]
        pieces.append((camera.see(hub)[2] - 0.12, lambda flat=flat, side=side: _paint_wheel(picture, flat, side, car)))
    return pieces


def _paint_wheel(picture, rings, side: int, car: Car) -> None:
    """Tread, sidewall with its coloured ring, rim."""
    canvas.convex(picture, np.concatenate(rings), (30, 30, 33))
    face = rings[side]
    middle = face.mean(0)
    size = np.ptp(face[:, 1])
    canvas.polygon(picture, middle + 0.97 * (face - middle), (44, 44, 48))
    if size > 9:
        tread = np.stack([0.5 * (rings[0] + rings[1])])[0]
        canvas.line(picture, tread[[5, 6, 7]], (58, 58, 62), max(1, size / 16))
    canvas.line(picture, middle + 0.82 * (face - middle), car.livery.tyre, max(1, 0.035 * size), closed=True)
    canvas.polygon(picture, middle + 0.6 * (face - middle), (70, 72, 78))
    canvas.polygon(picture, middle + 0.5 * (face - middle), (26, 27, 31))
    if size > 26:
        for spoke in range(0, 24, 4):
            canvas.line(
                picture,
                np.array([middle, middle + 0.56 * (face[(spoke + int(car.rolled * 5)) % 24] - middle)]),
                (120, 124, 132),
                max(1, 0.03 * size),
            )
    canvas.polygon(picture, middle + 0.16 * (face - middle), (186, 188, 194))


def _cockpit_pieces(picture, camera, car, place, turn, scale) -> list:
    """The driver's helmet and the halo around it."""
    pieces = []
    hole = camera.see(
        np.array([(-0.24, 0.5, 0.645), (0.24, 0.5, 0.645), (0.26, -0.3, 0.66), (-0.26, -0.3, 0.66)]) @ turn + place
    )
    if hole[:, 2].min() > 0.25:
        pieces.append(
            (hole[:, 2].mean() - 0.25, lambda: canvas.polygon(picture, camera.to_picture(hole), (18, 18, 20)))
        )
    head = camera.see(np.array([0.0, 0.08, 0.76]) @ turn + place)
    if car.driver and head[2] > 0.6:
        ahead = (np.array([0, 1.0, 0]) @ turn) @ camera.axes.T
        pieces.append(
            (
                head[2] - 0.3,
                lambda: faces.draw_helmet(
                    picture,
                    camera.to_picture(head),
                    0.155 * camera.focal / head[2],
                    ahead,
                    car.livery.helmet,
                    car.livery.second,
                ),
            )
        )
    for arc in (_HALO, _PILLAR):
        seen = camera.see(arc @ turn + place)
        if seen[:, 2].min() > 0.15 and scale > 8:
            width = max(1.0, 0.05 * camera.focal / seen[:, 2].mean())
            pieces.append(
                (
                    seen[:, 2].mean() - 0.45,
                    lambda seen=seen, width=width: canvas.line(picture, camera.to_picture(seen), (40, 41, 46), width),
                )
            )
    if scale > 42:
        pieces += _number_pieces(picture, camera, car, place, turn)
    return pieces


def _number_pieces(picture, camera, car, place, turn) -> list:
    """The car's number on the top of its nose and the sides of its engine cover, where they can be seen."""
    pieces = []
    for spot, normal, high in (
        ((0, 1.25, 0.58), (0, 0.15, 1), 0.24),
        ((0.17, -1.1, 0.66), (1, 0, 0.3), 0.26),
        ((-0.17, -1.1, 0.66), (-1, 0, 0.3), 0.26),
    ):
        world = np.array(spot) @ turn + place
        seen = camera.see(world)
        view = camera.position - world
        facing = (np.array(normal, float) @ turn) @ view / np.linalg.norm(view)
        if seen[2] > 0.5 and facing > 0.3:
            size = high * camera.focal / seen[2] * facing
            at = camera.to_picture(seen)
            words = str(car.livery.number)
            ink = (250, 250, 250) if np.mean(car.livery.main) < 150 else (24, 24, 28)
            corner = at - [canvas.text_width(words, size, 2) / 2, -size / 2]
            pieces.append(
                (
                    seen[2] - 0.8,
                    lambda words=words, corner=corner, size=size, ink=ink: canvas.text(
                        picture, words, corner, size, ink, max(1, int(size / 9))
                    ),
                )
            )
    return pieces


def _smoke(picture, camera, car, place, turn) -> None:
    """Tyre smoke: soft puffs behind the rear wheels that grow and thin out."""
    rng = np.random.default_rng(car.livery.number)
    for step in range(16):
        away = 0.4 * step + (0.7 * car.rolled) % 0.4
        spot = np.array(
            [rng.choice((-0.8, 0.8)) + rng.normal(0, 0.2), -2.0 - away, 0.3 + 0.12 * away + rng.uniform(0, 0.3)]
        )
        seen = camera.see(spot @ turn + place)
        if seen[2] > 1.0:
            radius = (0.6 + 0.25 * away) * camera.focal / seen[2]
            canvas.glow(
                picture,
                camera.to_picture(seen),
                (radius, radius),
                (205, 206, 212),
                0.75 * car.smoke / (1 + 0.16 * step),
            )

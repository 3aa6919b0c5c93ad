"""Sports halls: walls, stands full of people, advertising boards, lamps and the light that they throw on the floor."""

from dataclasses import dataclass

import numpy as np

from lib.sample.painting import canvas, crowds, materials
from lib.sample.painting.camera import Camera

STYLES = ("arena", "arena", "bright arena", "gym", "gym", "curtain", "panels")
USUAL_STYLES = {
    "badminton": ("arena", "curtain", "curtain", "panels"),
    "volleyball": ("bright arena", "bright arena", "gym", "gym", "arena"),
}
USUAL = 0.92  # how often an event has a floor, or a hall, of its usual kinds


@dataclass
class Hall:
    """One hall; lengths in metres from the middle of the court, colours RGB."""

    style: str
    inside: tuple
    outside: tuple
    wall: tuple
    boards: tuple
    ends: float  # from the middle to the end walls
    sides: float
    seats: tuple
    sponsors: tuple[str, ...]
    filled: float = 0.9  # share of the seats that are taken
    warm: float = 0.0  # colour of the lamps: -1 cold, 1 warm
    seed: int = 0


def build(rng: np.random.Generator, ends: float, sides: float, event: str = "") -> Hall:
    """A hall at random around a court that reaches `ends` and `sides` metres from its middle."""
    style = materials.pick(USUAL_STYLES[event] if event in USUAL_STYLES and rng.random() < USUAL else STYLES, rng)
    inside, outside = (
        materials.usual_floor(event, rng, USUAL) if event in USUAL_STYLES else materials.pick(materials.FLOORS, rng)
    )
    wall = materials.pick(materials.WALLS[:4] if style in ("arena", "curtain") else materials.WALLS, rng)
    names = tuple(rng.choice(materials.SPONSORS, 4, replace=False))
    return Hall(
        style,
        materials.jitter(inside, rng, 16),
        materials.jitter(outside, rng, 20),
        materials.jitter(wall, rng, 18),
        materials.pair(rng),
        ends + rng.uniform(3.5, 7),
        sides + rng.uniform(3, 6),
        materials.pick(materials.STRONG, rng),
        names,
        float(rng.choice((0.25, 0.7, 0.95))),
        float(rng.uniform(-1, 1)),
        int(rng.integers(1 << 30)),
    )


def paint(hall: Hall, camera: Camera, size: tuple[int, int]) -> np.ndarray:
    """The empty hall as the camera sees it, (height, width, 3) uint8, without the court's lines."""
    rng = np.random.default_rng(hall.seed)
    dark = hall.style in ("arena", "curtain")
    top = canvas.shade(hall.wall, 0.35 if dark else 0.85)
    picture = canvas.fade(size, top, canvas.shade(hall.wall, 0.8 if dark else 1.05))
    _lamps(picture, hall, camera, rng, dark)
    texture = _wall_texture(hall, rng)
    for corner, along in _sides(hall):
        _one_side(picture, camera, hall, texture, np.array(corner), np.array(along), rng)
    _floor(picture, camera, hall, rng)
    for corner, along in _sides(hall, 0.86):
        if hall.style != "gym":
            _boards(picture, camera, hall, np.array(corner), np.array(along))
    return picture


def _sides(hall: Hall, share: float = 1.0):
    """Lower left corner and length of each wall, as seen from within: far, right, left, near."""
    x, y = hall.sides * share, hall.ends * share
    return (
        ((-x, y, 0), (2 * x, 0, 0)),
        ((x, y, 0), (0, -2 * y, 0)),
        ((-x, -y, 0), (0, 2 * y, 0)),
        ((x, -y, 0), (-2 * x, 0, 0)),
    )


def _lamps(picture, hall, camera, rng, dark: bool) -> None:
    """Rows of lamps under the roof, each with its glow."""
    light = np.array([255, 246, 228]) if hall.warm > 0 else np.array([232, 244, 255])
    for x in np.linspace(-hall.sides, hall.sides, 5):
        for y in np.linspace(-hall.ends, hall.ends + 8, 6):
            spot = camera.see((x, y, 11.0))
            if spot[2] < 3:
                continue
            at, scale = camera.to_picture(spot), camera.focal / spot[2]
            if -50 < at[1] < picture.shape[0] and -50 < at[0] < picture.shape[1] + 50:
                canvas.glow(picture, at, (2.2 * scale, 1.4 * scale), light, 0.75 if dark else 0.35)
                canvas.oval(picture, at, (0.55 * scale, 0.2 * scale), 0.0, light)


def _one_side(picture, camera, hall, texture, corner, along, rng) -> None:
    inward = np.cross(along, (0, 0, 1.0)) / np.linalg.norm(along)
    if (camera.position - corner) @ inward < 0.3:
        return  # the camera stands behind this wall: it would only be in the way
    if "arena" in hall.style:
        away = -inward
        canvas.wall(picture, camera, _plain(canvas.shade(hall.wall, 0.55)), corner, along, (0, 0, 2.2))
        rise = corner + np.array([0, 0, 1.2])
        canvas.wall(
            picture, camera, _crowd(hall, rng), rise - 0.2 * along, 1.4 * along, 9.0 * away + np.array([0, 0, 6.0])
        )
        canvas.wall(
            picture,
            camera,
            _plain(canvas.shade(hall.wall, 0.4)),
            rise + 9.0 * away + np.array([0, 0, 5.9]),
            along,
            (0, 0, 1.2),
        )
    else:
        canvas.wall(picture, camera, texture, corner, along, (0, 0, 8.5))
        if hall.style == "gym" and hall.filled > 0.5:
            low = _crowd(hall, rng, 3)
            canvas.wall(picture, camera, low, corner + np.array([0, 0, 0.3]), along, (0, 0, 2.4))


def _crowd(hall: Hall, rng, rows: int = 10) -> np.ndarray:
    return crowds.seats(rng, rows, hall.wall, hall.seats, hall.filled, 0.62 if hall.style == "arena" else 0.95)


def _plain(tone) -> np.ndarray:
    return canvas.fade((4, 16), canvas.shade(tone, 1.1), canvas.shade(tone, 0.75))


def _wall_texture(hall: Hall, rng) -> np.ndarray:
    """Bricks and windows, hanging curtains or coloured panels, (200, 640, 3), 30 pixels a metre or so."""
    picture = canvas.fade((640, 200), canvas.shade(hall.wall, 1.12), canvas.shade(hall.wall, 0.72))
    if hall.style == "curtain":
        folds = 1.0 + 0.22 * np.sin(np.arange(640) / 5.0 + 1.5 * np.sin(np.arange(640) / 37.0))
        return np.clip(picture * folds[None, :, None], 0, 255).astype(np.uint8)
    if hall.style == "panels":
        for left in range(0, 640, 80):
            tone = canvas.mix(hall.wall, hall.boards[(left // 80) % 2], rng.uniform(0.15, 0.6))
            canvas.polygon(picture, np.array([[left, 40], [left + 78, 40], [left + 78, 200], [left, 200]]), tone)
        return picture
    for y in range(8, 200, 10):
        picture[y : y + 1] = (picture[y : y + 1] * 0.9).astype(np.uint8)
    canvas.polygon(
        picture, np.array([[0, 150], [640, 150], [640, 200], [0, 200]]), canvas.mix(hall.wall, hall.boards[0], 0.6)
    )
    if rng.random() < 0.6:
        for left in range(20, 640, 120):
            pane = picture[14:58, left : left + 76]
            pane[:] = canvas.fade((pane.shape[1], pane.shape[0]), (214, 232, 246), (170, 196, 214))
            picture[14:58, left + 36 : left + 39] = canvas.shade(hall.wall, 0.7)
    return picture


def _floor(picture, camera, hall, rng) -> None:
    x, y = hall.sides, hall.ends
    outline = camera.outline([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)])
    canvas.polygon(picture, outline, hall.outside)


def light_floor(picture, hall: Hall, camera: Camera) -> None:
    """Pools of light and the lamps' reflections on the floor: drawn over the court's paint."""
    strength = 0.3 if hall.style in ("arena", "curtain") else 0.16
    for x in (-0.5, 0.5):
        for y in (-0.6, 0.0, 0.6):
            spot = (x * hall.sides, y * hall.ends, 0.0)
            if camera.see(spot)[2] < 1.5:
                continue
            scale = camera.scale(spot)
            canvas.glow(picture, camera.project(spot), (4.2 * scale, 1.7 * scale), (255, 250, 238), 0.5 * strength)
            canvas.glow(
                picture,
                camera.project(spot) + [0, 0.5 * scale],
                (0.7 * scale, 1.8 * scale),
                (255, 252, 244),
                0.8 * strength,
            )


def _boards(picture, camera, hall, corner, along) -> None:
    inward = np.cross(along, (0, 0, 1.0)) / np.linalg.norm(along)
    if (camera.position - corner) @ inward < 1.0:
        return
    canvas.wall(picture, camera, crowds.boards(hall.sponsors, hall.boards), corner, along, (0, 0, 0.95))

"""Shots of the race: a track, cars on it and a camera beside, above, behind or on board."""

import cv2
import numpy as np

from lib.sample.painting import cars, materials, overlays, tracks
from lib.sample.painting.camera import Camera

MARGIN = 1.3


class Race:
    """What all shots of one race share: the track and the cars."""

    def __init__(self, rng: np.random.Generator):
        self.track = tracks.build(rng)
        self.liveries = [materials.livery(rng) for _ in range(12)]
        self.smoke = float(rng.random() < 0.15) * rng.uniform(0.6, 1.0)
        self.graphics = _graphics(rng)


class RaceShot:
    """Cars at speed, seen from one of the camera positions in VIEWS."""

    moments = (-0.2, 0.2, 0.6, 1.0)

    def __init__(self, race: Race, view: str, size: tuple[int, int], rng: np.random.Generator):
        self.race, self.size, self.track = race, size, race.track
        aim, start, most, speed = VIEWS[view]
        self.count = int(rng.integers(1, most + 1))
        self.first = int(rng.integers(12))
        self.starts, self.lanes = self._line_up(view, start, rng)
        self.speed = speed * rng.uniform(0.85, 1.15)
        self.whims = rng.uniform(-1, 1, 6)
        self.aim = aim(self)
        self.graphics = race.graphics + ([overlays.caption(rng)] if rng.random() < 0.1 else [])
        self.moving = view in ("side", "chase", "on board", "close")
        self.streak = {"side": 0.06, "close": 0.045, "chase": 0.008, "on board": 0.006}.get(view, 0.0)
        if not self.moving:
            self.wide = int(size[0] * MARGIN), int(size[1] * MARGIN)
            self.camera = self.aim(0.0, self.wide)
            self.plate = tracks.paint(self.track, self.camera, self.wide)

    def _line_up(self, view: str, start: float, rng) -> tuple[np.ndarray, np.ndarray]:
        """Where along the line and how far across it each car begins."""
        if view == "grid":
            side = np.where(np.arange(self.count) % 2, 0.45, -0.45)
            return 82.0 - 6.0 * np.arange(self.count), side * self.track.half
        gaps = np.cumsum(rng.uniform(7.5, 14, self.count))
        return start - gaps + gaps[0], rng.uniform(-0.45, 0.45, self.count) * self.track.half

    def car(self, index: int, now: float) -> cars.Car:
        """Where a car is at a moment, steering into the bend."""
        along = self.starts[index] + self.speed * (1 + 0.01 * index) * now
        place = self.track.at(along, self.lanes[index])
        heading = float(self.track.heading(along))
        steer = 2.0 * float(self.track.heading(along + 8) - heading)
        smoke = self.race.smoke if index == 0 else 0.0
        return cars.Car(
            self.race.liveries[(self.first + index) % 12],
            place,
            heading,
            np.clip(steer, -0.4, 0.4),
            self.speed * now,
            smoke,
        )

    def _background(self, now: float) -> tuple[np.ndarray, Camera]:
        if self.moving:
            camera = self.aim(now, self.size)
            small = (self.size[0] // 2, self.size[1] // 2)
            picture = tracks.paint(self.track, camera.moved(0.5), small, fine=False)
            picture = cv2.blur(picture, (max(1, int(self.streak * small[0])) * 2 + 1, 1))
            return cv2.resize(picture, self.size, interpolation=cv2.INTER_LINEAR), camera
        zoom = 1.0 + 0.05 * np.sin(0.6 * now + 2 * self.whims[0])
        lead = self.camera.project((*self.car(0, now).place, 0.5))
        size = np.array(self.size)
        aim = 0.55 * np.clip(lead, 0, self.wide) + 0.45 * np.array(self.wide) / 2
        shift = np.clip(size / 2 - zoom * aim, size - zoom * MARGIN * size + 2, 0)
        warp = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
        picture = cv2.warpAffine(self.plate, warp, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return picture, self.camera.moved(zoom, tuple(shift))

    def __call__(self, now: float) -> np.ndarray:
        """The picture at `now` seconds, (height, width, 3) uint8."""
        picture, camera = self._background(now)
        field = [self.car(index, now) for index in range(self.count)]
        for car in sorted(field, key=lambda car: -camera.see((*car.place, 0.4))[2]):
            cars.draw(picture, camera, car)
        for lay in self.graphics:
            lay(picture, now)
        return picture


def _graphics(rng: np.random.Generator) -> list:
    laid = []
    if rng.random() < 0.35:
        laid.append(overlays.standings(rng, int(rng.integers(4, 10))))
    if rng.random() < 0.35:
        laid.append(overlays.channel_mark(rng))
    return laid


def _beside(shot: RaceShot, along: float, across: float, high: float, target: float, lens: float):
    """A camera that stands still: beside the track at `along`, looking at the road at `target`."""
    at = (*shot.track.at(along, across), high)
    to = (*shot.track.at(target, 0.0), 0.4)
    return lambda now, size: Camera.looking(at, to, lens / MARGIN, size)


def _corner(shot):
    a, b, c = shot.whims[:3]
    return _beside(shot, 188 + 20 * a, (1 if b > 0 else -1) * (17 + 3 * c), 5 + 2.5 * c, 155, 1.15 + 0.25 * a)


def _head_on(shot):
    a, b, c = shot.whims[:3]
    return _beside(shot, 118, 3 * a + (8 if b > 0 else -8), 1.8 + 0.9 * c, 85, 1.9 + 0.5 * a)


def _grid(shot):
    a, b, c = shot.whims[:3]
    return _beside(shot, 98 + 3 * a, 7 * b, 3.2 + 2 * c, 72, 0.95 + 0.15 * a)


def _hill(shot):
    a, b, c = shot.whims[:3]
    return _beside(shot, 150 + 30 * a, (45 if b > 0 else -45), 14 + 4 * c, 165, 1.6)


def _with_car(right: float, ahead: float, high: float, look: tuple, lens: float):
    """A camera that goes with the first car, at a place given in the car's own frame."""

    def aim(shot):
        wobble = shot.whims

        def camera(now, size):
            car = shot.car(0, now)
            cos, sin = np.cos(car.heading), np.sin(car.heading)

            def to_world(x, y):
                return car.place + np.array([cos * x - sin * y, sin * x + cos * y])

            side = 1 if wobble[0] > 0 else -1
            drift = 0.5 * np.sin(0.8 * now + 3 * wobble[1])
            at = (
                *to_world(side * right * (1 + 0.25 * wobble[2]), ahead * (1 + 0.3 * wobble[3]) + drift),
                high * (1 + 0.3 * wobble[4]),
            )
            return Camera.looking(
                at, (*to_world(side * look[0], look[1]), look[2]), lens * (1 + 0.15 * wobble[5]), size
            )

        return camera

    return aim


# view: camera, where the first car starts (m along the line), at most how many cars, speed (m/s)
VIEWS = {
    "corner": (_corner, 150.0, 6, 20.0),
    "head on": (_head_on, 92.0, 5, 14.0),
    "hill": (_hill, 165.0, 7, 26.0),
    "grid": (_grid, 82.0, 12, 0.6),
    "side": (_with_car(9.0, 0.5, 1.6, (0, 0.2, 0.6), 1.15), 60.0, 2, 34.0),
    "chase": (_with_car(0.6, -6.0, 2.2, (0, 12, 0.4), 0.9), 70.0, 3, 30.0),
    "on board": (_with_car(0.0, -0.75, 1.22, (0, 14, 0.3), 0.75), 70.0, 3, 30.0),
    "close": (_with_car(2.8, 4.2, 1.0, (0, 0.6, 0.5), 0.95), 60.0, 2, 24.0),
}

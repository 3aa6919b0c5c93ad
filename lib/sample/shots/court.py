"""Shots of badminton and volleyball: a hall, a camera and a rally; call a shot with a time to get its picture."""

import cv2
import numpy as np

from lib.sample.painting import balls, courts, halls, materials, officials, overlays
from lib.sample.painting import people as figures
from lib.sample.painting.camera import Camera
from lib.sample.shots import rallies

MARGIN = 1.3  # the background is drawn this much larger than the picture, so that the camera can pan
RACKETS = ((240, 60, 50), (250, 220, 60), (250, 250, 250), (250, 140, 40), (80, 220, 230), (240, 110, 170))


class Match:
    """What all shots of one match share: the hall, the people and their play."""

    def __init__(self, event: str, rng: np.random.Generator):
        self.event, self.court = event, courts.COURTS[event]
        self.rally = (
            rallies.volleyball_rally(rng, 40)
            if event == "volleyball"
            else rallies.badminton_rally(rng, rng.random() < 0.5, 40)
        )
        kits = materials.teams(rng, len(self.rally.homes) // 2)
        self.kits = kits[0] + kits[1]
        self.heights = rng.normal(1.06, 0.04, len(self.kits))
        self.hall = halls.build(rng, self.court.long / 2, self.court.wide / 2, event)
        self.front = materials.jitter(self.hall.inside, rng, 26) if event == "volleyball" else None
        self.racket = materials.pick(RACKETS, rng)
        self.ball = materials.pick(balls.BALLS, rng)
        self.graphics = _graphics(rng, event)

    def figure(self, player: int, now: float) -> figures.Figure:
        """A player at a moment, ready to be drawn."""
        place, heading, pose = self.rally.player(player, now)
        racket = self.racket if self.event == "badminton" else None
        return figures.Figure(self.kits[player], pose, place, heading, self.heights[player], racket)


class CourtShot:
    """A match seen from one of the camera positions in VIEWS."""

    def __init__(self, match: Match, view: str, size: tuple[int, int], rng: np.random.Generator):
        self.match, self.size, self.court, self.rally = match, size, match.court, match.rally
        self.star, self.when = self._choose(rng)
        wide = int(size[0] * MARGIN), int(size[1] * MARGIN)
        self.camera, self.soft, self.follow = VIEWS[view](self, wide, rng)
        self.moments = [self.when] if view in ("close", "behind", "at net") else self.rally.moments
        self.plate = self._plate(wide)
        self.rate = rng.uniform(-1, 1, 4)
        self.graphics = match.graphics + ([overlays.caption(rng)] if rng.random() < 0.1 else [])

    def _choose(self, rng) -> tuple[int, float]:
        """The player whom the camera is after, and when they do something worth a picture."""
        tall = [
            touch
            for touch in self.rally.touches
            if touch.stroke in ("smash", "clear", "spike", "block", "set", "lunge")
        ]
        touch = materials.pick(tall or self.rally.touches, rng)
        return touch.player, touch.time

    def _plate(self, wide) -> np.ndarray:
        plate = halls.paint(self.match.hall, self.camera, wide)
        courts.paint_floor(plate, self.court, self.camera, self.match.hall.inside, front=self.match.front)
        halls.light_floor(plate, self.match.hall, self.camera)
        officials.paint(plate, self.match.event, self.court, self.camera, np.random.default_rng(self.match.hall.seed))
        if self.soft > 0.2:
            plate = cv2.GaussianBlur(plate, (0, 0), self.soft * wide[0] / 500)
        return plate

    def _lens(self, now: float) -> Camera:
        """The camera at a moment: it drifts, breathes or follows the ball, but stays on the background."""
        zoom = 1.0 + 0.04 * np.sin(0.5 * now + 3 * self.rate[0])
        if self.follow:
            x, y, jump = self.rally.player(self.star, now)[0]
            aim = (
                self.camera.project((x, y, 1.1 + jump))
                if self.follow == "star"
                else self.camera.project(self.rally.ball(now) * [0.5, 0.5, 0.3])
            )
        else:
            aim = np.array(self.camera.centre) + [
                12 * self.rate[1] * np.sin(0.7 * now),
                4 * self.rate[2] * np.sin(0.6 * now),
            ]
        size = np.array(self.size)
        shift = np.clip(size / 2 - zoom * aim, size - zoom * MARGIN * size + 2, 0)
        return self.camera.moved(zoom, tuple(shift)), zoom, shift

    def __call__(self, now: float) -> np.ndarray:
        """The picture at `now` seconds, (height, width, 3) uint8."""
        camera, zoom, shift = self._lens(now)
        warp = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
        picture = cv2.warpAffine(self.plate, warp, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        people = [self.match.figure(player, now) for player in range(len(self.match.kits))]
        for person in people:
            figures.cast_shadow(picture, camera, person)
        here = np.sign(camera.position[1]) or 1.0
        people.sort(key=lambda person: -camera.see(person.place)[2])
        ball = self.rally.ball(now)
        far = [person for person in people if person.place[1] * here <= 0]
        near = [person for person in people if person.place[1] * here > 0]
        for group, ball_here in ((far, ball[1] * here <= 0), (near, ball[1] * here > 0)):
            for person in group:
                if camera.see(person.place)[2] < 1.7:
                    continue  # would hide everything
                figures.draw(picture, camera, person)
            if ball_here:
                self._draw_ball(picture, camera, now)
            if group is far:
                courts.paint_net(picture, self.court, camera)
        for lay in self.graphics:
            lay(picture, now)
        return picture

    def _draw_ball(self, picture, camera, now: float) -> None:
        place = self.rally.ball(now)
        seen = camera.see(place)
        if seen[2] < 0.5:
            return
        at, scale = camera.to_picture(seen), camera.focal / seen[2]
        trail = camera.project([self.rally.ball(now - 0.016 * step) for step in range(4)])
        if self.match.event == "badminton":
            way = at - trail[1] if np.hypot(*(at - trail[1])) > 0.05 else np.array([0.0, 1.0])
            for back in trail[:0:-1]:
                balls.smear(picture, back, 0.035 * scale)
            balls.draw_shuttle(picture, at, max(0.15 * scale, 6.0), way)
        else:
            balls.draw_ball(picture, at, max(0.14 * scale, 3.0), self.match.ball, 4 * now)


def _graphics(rng: np.random.Generator, event: str) -> list:
    laid = []
    if rng.random() < 0.55:
        laid.append(overlays.score_bug(rng, 21 if event == "badminton" else 25))
    if rng.random() < 0.35:
        laid.append(overlays.channel_mark(rng))
    return laid


def _framing(camera_at, target, points, share: float, size, roll: float = 0.0) -> Camera:
    """A camera whose lens is chosen so that `points` fill `share` of the picture that will be cut from the background."""
    camera = Camera.looking(camera_at, target, 1.0, size, roll)
    spread = np.abs(camera.project(points) - camera.centre).max(0) / (np.array(size) / 2)
    return Camera.looking(camera_at, target, share / MARGIN / spread.max(), size, roll)


def _corners(court) -> np.ndarray:
    x, y = court.wide / 2, court.long / 2
    return np.array([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0), (-x, y, 2.5), (x, y, 2.5)])


def _wide(shot: CourtShot, size, rng):
    """From behind one end, high up: the camera of every broadcast."""
    court = shot.court
    back = court.long / 2 + rng.uniform(5.5, 9)
    high = rng.uniform(4.5, 8.5) if shot.match.event == "badminton" else rng.uniform(3.0, 6.5)
    at = (rng.uniform(-1.5, 1.5), -back, high)
    return _framing(at, (0, rng.uniform(-1, 1), 0.4), _corners(court), rng.uniform(1.0, 1.4), size), 0.0, ""


def _side(shot: CourtShot, size, rng):
    """From beside the court, near the height of the net."""
    court = shot.court
    at = (rng.choice((-1, 1)) * (court.wide / 2 + rng.uniform(4, 8)), rng.uniform(-3, 3), rng.uniform(1.6, 4.5))
    reach = court.long / 2 * rng.uniform(0.6, 0.95)
    points = np.array([(0, -reach, 0), (0, reach, 0), (0, 0, 2.6)])
    return _framing(at, (0, rng.uniform(-0.5, 0.5), 1.1), points, 0.95, size), 0.3, ""


def _corner(shot: CourtShot, size, rng):
    """From beyond a corner, across the court."""
    court = shot.court
    at = (
        rng.choice((-1, 1)) * (court.wide / 2 + rng.uniform(1, 4)),
        -(court.long / 2 + rng.uniform(1, 4)),
        rng.uniform(1.8, 6),
    )
    points = np.array(
        [(-court.wide / 2, 0, 0), (court.wide / 2, 0, 2.4), (0, -court.long / 3, 0), (0, court.long / 2, 2)]
    )
    return _framing(at, (0, 0, 0.9), points, rng.uniform(0.9, 1.2), size, rng.normal(0, 0.03)), 0.0, ""


def _behind(shot: CourtShot, size, rng):
    """Over a player's shoulder, through the net."""
    x, y = shot.rally.place(shot.star, shot.when)
    side = shot.rally.side(shot.star)
    at = np.array(
        [x + rng.choice((-1, 1)) * rng.uniform(0.5, 1.1), y + side * rng.uniform(2.4, 3.6), rng.uniform(1.5, 2.3)]
    )
    return Camera.looking(at, (0.5 * x, -side * 1.5, 1.15), rng.uniform(0.75, 1.0) / MARGIN, size), 0.4, ""


def _close(shot: CourtShot, size, rng):
    """One player fills the picture; what is behind is out of focus."""
    x, y = shot.rally.place(shot.star, shot.when)
    turn, far = rng.uniform(-1.0, 1.0), rng.uniform(5, 8)
    side = shot.rally.side(shot.star)
    at = np.array([x + far * np.sin(turn), y - side * far * np.cos(turn), rng.uniform(0.9, 2.0)])
    at[1] = side * max(1.6, side * at[1]) if abs(at[1]) < 1.6 else at[1]
    tall = rng.uniform(2.0, 3.1)
    points = np.array([(x, y, 1.15 - tall / 2), (x, y, 1.15 + tall / 2)])
    return _framing(at, (x, y, 1.15), points, 1.0, size, rng.normal(0, 0.04)), rng.uniform(1.5, 4.0), "star"


def _at_net(shot: CourtShot, size, rng):
    """Close to the net, where blocks, spikes and net shots are."""
    touches = sorted(shot.rally.touches, key=lambda touch: abs(touch.ball[1]))
    touch = touches[int(rng.integers(min(3, len(touches))))]
    shot.star, shot.when = touch.player, touch.time
    x, y, top = touch.ball[0], touch.ball[1], shot.court.net_top
    at = np.array([x + rng.uniform(-4, 4), rng.choice((-1, 1)) * rng.uniform(5, 8), rng.uniform(1.4, 3.0)])
    points = np.array([(x - 1.6, 0, top), (x + 1.6, 0, top), (x, y, top + 0.9), (x, y, 0.6)])
    return _framing(at, (x, 0.5 * y, top - 0.2), points, 1.0, size, rng.normal(0, 0.03)), rng.uniform(1.0, 2.5), ""


VIEWS = {"wide": _wide, "side": _side, "corner": _corner, "behind": _behind, "close": _close, "at net": _at_net}

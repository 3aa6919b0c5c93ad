"""Play: who touches the ball when and where, and so where everybody is and what they do at any moment."""

import bisect
import itertools
from dataclasses import dataclass, field

import numpy as np

from lib.sample.painting.courts import COURTS
from lib.sample.painting.poses import POSES, blend, stride, varied

# stroke: (seconds from the touch, pose), ..., height of the touch (m), jump (m), reach of the hand (right, ahead)
STROKES = {
    "smash": (
        ((-0.5, "ready"), (-0.22, "wind up"), (0.0, "smash"), (0.16, "follow"), (0.6, "ready")),
        2.75,
        0.3,
        (0.2, 0.45),
    ),
    "clear": (
        ((-0.55, "ready"), (-0.25, "wind up"), (0.0, "clear"), (0.18, "follow"), (0.65, "ready")),
        2.5,
        0.0,
        (0.25, 0.2),
    ),
    "lunge": (((-0.4, "ready"), (-0.05, "lunge"), (0.12, "lunge"), (0.6, "ready")), 0.75, 0.0, (0.3, 1.25)),
    "side lunge": (((-0.4, "ready"), (-0.05, "side lunge"), (0.1, "side lunge"), (0.6, "ready")), 0.7, 0.0, (1.3, 0.3)),
    "backhand": (((-0.4, "ready"), (-0.12, "backhand"), (0.08, "backhand"), (0.55, "ready")), 1.3, 0.0, (-0.7, 0.6)),
    "serve": (((-1.0, "serve"), (0.0, "serve"), (0.15, "lunge"), (0.6, "ready")), 1.05, 0.0, (-0.1, 0.6)),
    "dig": (((-0.4, "ready"), (-0.1, "dig"), (0.1, "dig"), (0.6, "ready")), 0.75, 0.0, (0.0, 0.75)),
    "dive": (((-0.45, "ready"), (-0.05, "dive"), (0.35, "dive"), (1.0, "ready")), 0.45, 0.0, (0.0, 1.1)),
    "set": (((-0.5, "ready"), (-0.15, "set"), (0.12, "set"), (0.6, "ready")), 2.05, 0.15, (0.0, 0.2)),
    "spike": (
        ((-0.7, "ready"), (-0.28, "spike up"), (0.0, "spike"), (0.2, "follow"), (0.7, "ready")),
        2.85,
        0.65,
        (0.2, 0.4),
    ),
    "toss": (
        ((-0.8, "toss"), (-0.25, "wind up"), (0.0, "clear"), (0.2, "follow"), (0.7, "ready")),
        2.3,
        0.1,
        (0.2, 0.2),
    ),
    "block": (((-0.5, "ready"), (-0.12, "block"), (0.15, "block"), (0.6, "ready")), 2.7, 0.55, (0.0, 0.2)),
}


@dataclass
class Touch:
    """Someone plays the ball (or jumps to block it): at `time` seconds, with the ball at `ball` (3,)."""

    time: float
    player: int
    ball: np.ndarray
    stroke: str
    plays: bool = True


@dataclass
class Rally:
    """A stretch of play. Players 0 to n-1 stand on the near side (y < 0), the rest on the far side."""

    event: str
    homes: np.ndarray  # (players, 2)
    touches: list[Touch]
    phases: np.ndarray  # (players,) so that they do not step in time
    habits: list[np.ndarray]  # each player's way to stand ready
    tracks: list[tuple] = field(default_factory=list)  # per player: times (k,), places (k, 2)

    def __post_init__(self):
        self.own = [[touch for touch in self.touches if touch.player == player] for player in range(len(self.homes))]
        self.played = [touch for touch in self.touches if touch.plays]
        self.moments = [touch.time for touch in self.played]  # seconds: what a photographer waits for
        self.tracks = [self._track(player) for player in range(len(self.homes))]

    def side(self, player: int) -> int:
        """-1 on the near side, 1 on the far side."""
        return -1 if player < len(self.homes) // 2 else 1

    def _track(self, player: int) -> tuple:
        """A player goes from home to where the ball will be played, and back."""
        times, places = [-9.0], [self.homes[player]]
        for touch in self.own[player]:
            right, ahead = STROKES[touch.stroke][3]
            reach = -self.side(player) * np.array([right, ahead])
            arrive, leave = touch.time - 0.15, touch.time + 0.25
            if arrive - 0.85 > times[-1]:
                times.append(arrive - 0.85)
                places.append(self.homes[player])
            if arrive > times[-1]:
                times += [arrive, leave, leave + 0.9]
                places += [touch.ball[:2] - reach] * 2 + [self.homes[player]]
        return np.array(times), np.array(places)

    def place(self, player: int, now: float) -> np.ndarray:
        """Where a player is, (x, y), moving smoothly from stop to stop."""
        times, places = self.tracks[player]
        index = int(np.searchsorted(times, now, side="right")) - 1
        if index >= len(times) - 1:
            return places[-1]
        share = (now - times[index]) / (times[index + 1] - times[index])
        share = share * share * (3 - 2 * share)
        return places[index] * (1 - share) + places[index + 1] * share

    def player(self, player: int, now: float) -> tuple[np.ndarray, float, np.ndarray]:
        """Place (x, y, jump), heading and pose of a player at a moment."""
        here, ahead = self.place(player, now), self.place(player, now + 0.06)
        pose, jump = self._stroke(player, now)
        step = (ahead - here) / 0.06
        speed = float(np.hypot(*step))
        if speed > 0.4 and jump < 0.05:
            pose = stride(pose, 9.0 * now + self.phases[player], min(0.42, 0.14 * speed))
        elif jump < 0.02:
            pose = pose.copy()
            pose[0, 2] += 0.02 * np.sin(7 * now + self.phases[player])
        heading = 0.0 if self.side(player) < 0 else np.pi
        ball = self.ball(now)
        away = ball[:2] - here
        look = np.arctan2(-away[0], away[1]) - heading
        look = (look + np.pi) % (2 * np.pi) - np.pi
        return np.array([*here, jump]), heading + 0.5 * np.clip(look, -0.9, 0.9), pose

    def _stroke(self, player: int, now: float) -> tuple[np.ndarray, float]:
        """The pose of the stroke that a player is making, or their ready pose; and how high they have jumped."""
        rest = self.habits[player]
        for touch in self.own[player]:
            keys, _, jump, _ = STROKES[touch.stroke]
            since = now - touch.time
            if keys[0][0] <= since < keys[-1][0]:
                stops = [(when, rest if name == "ready" else POSES[name]) for when, name in keys]
                for (start, a), (end, b) in itertools.pairwise(stops):
                    if start <= since < end:
                        high = jump * max(0.0, 1 - (since / 0.34) ** 2) if jump else 0.0
                        return blend(a, b, (since - start) / (end - start)), high
        return rest, 0.0

    def ball(self, now: float) -> np.ndarray:
        """Where the ball or shuttle is, (3,)."""
        played = self.played
        index = bisect.bisect_right(self.moments, now) - 1
        if index < 0:
            return played[0].ball
        if index >= len(played) - 1:
            return played[-1].ball + np.array([0, 0.3, -0.4]) * min(now - played[-1].time, 1.0)
        start, end = played[index], played[index + 1]
        share = (now - start.time) / (end.time - start.time)
        path = start.ball * (1 - share) + end.ball * share
        path[2] += 4 * self._rise(start, end) * share * (1 - share)
        return path

    def _rise(self, start: Touch, end: Touch) -> float:
        """How far a flight bulges above the straight line: gravity's share, and enough to clear the net."""
        fall = 2.2 if self.event == "badminton" else 5.0  # half of g; a shuttle's drag makes it float
        rise = fall * (end.time - start.time) ** 2 / 4
        if start.ball[1] * end.ball[1] < 0:
            cross = start.ball[1] / (start.ball[1] - end.ball[1])
            level = start.ball[2] * (1 - cross) + end.ball[2] * cross
            lack = COURTS[self.event].net_top + 0.2 - level
            rise = max(rise, lack / (4 * cross * (1 - cross)))
        return rise


def badminton_rally(rng: np.random.Generator, doubles: bool, seconds: float) -> Rally:
    """Singles or doubles: each side in turn, hit from where the shuttle was sent."""
    homes = np.array([[-1.2, -2.6], [1.2, -4.6], [1.2, 2.6], [-1.2, 4.6]] if doubles else [[0.2, -3.4], [-0.2, 3.4]])
    homes = homes + rng.normal(0, 0.25, homes.shape)
    each = len(homes) // 2
    touches, now, side, stroke = [], 0.6, int(rng.choice((-1, 1))), "serve"
    spot = np.array([0.3, side * 2.3])
    while now < seconds:
        mine = range(each) if side < 0 else range(each, 2 * each)
        player = min(mine, key=lambda p: np.hypot(*(homes[p] - spot)))
        touches.append(Touch(now, player, np.array([*spot, STROKES[stroke][1]]), stroke))
        side = -side
        flight = {"smash": 0.5, "clear": 1.25, "serve": 0.9}.get(stroke, 0.9)
        stroke = str(
            rng.choice(
                ("lunge", "side lunge", "backhand")
                if flight < 0.6
                else ("smash", "smash", "clear", "lunge", "backhand")
            )
        )
        deep = {"smash": (3.6, 5.2), "clear": (4.8, 6.2), "lunge": (1.0, 2.4)}.get(stroke, (2.5, 4.5))
        spot = np.array([rng.uniform(-2.2, 2.2), side * rng.uniform(*deep)])
        now += flight * rng.uniform(0.9, 1.1)
    return _rally("badminton", homes, touches, rng)


def volleyball_rally(rng: np.random.Generator, seconds: float) -> Rally:
    """Six a side: serve, then dig, set and spike in turn, against a block."""
    near = np.array([[3, -1.4], [0, -1.2], [-3, -1.4], [-3, -5.8], [0, -7.0], [3, -5.8]])
    homes = np.concatenate([near, -near]) + rng.normal(0, 0.4, (12, 2))
    side = int(rng.choice((-1, 1)))
    server = 4 if side < 0 else 10
    touches = [Touch(0.5, server, np.array([rng.uniform(-2, 2), side * 9.2, 2.4]), "toss")]
    now, side = 1.7, -side
    while now < seconds:
        base = 0 if side < 0 else 6
        digger = base + 3 + int(rng.integers(3))
        spot = homes[digger] + rng.normal(0, 0.6, 2)
        touches.append(Touch(now, digger, np.array([*spot, 0.75]), "dive" if rng.random() < 0.25 else "dig"))
        touches.append(Touch(now + 1.1, base + 1, np.array([rng.uniform(-0.8, 0.8), side * 0.9, 2.2]), "set"))
        wing = int(rng.choice((0, 2)))
        x = 3.0 * (1 if wing == 0 else -1) * (1 if side < 0 else -1)
        touches.append(Touch(now + 2.15, base + wing, np.array([x, side * 0.6, 2.9]), "spike"))
        for blocker in sorted(range(6 - base, 9 - base), key=lambda p: abs(homes[p, 0] - x))[:2]:
            close = np.sign(homes[blocker, 0] - x) * 0.35
            touches.append(Touch(now + 2.2, blocker, np.array([x + close, -side * 0.35, 2.7]), "block", plays=False))
        now, side = now + 2.75, -side
    return _rally("volleyball", homes, touches, rng)


def _rally(event, homes, touches, rng) -> Rally:
    habits = [varied("ready", rng, 0.04) for _ in homes]
    return Rally(event, homes, touches, rng.uniform(0, 6.3, len(homes)), habits)

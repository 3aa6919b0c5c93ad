"""What each clip shows: which shot of which event, for how long, in what order, and how they are cut together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from lib.sample.painting import effects, materials, overlays
from lib.sample.shots.catalogue import make_occasion, make_shot

SIZE = (640, 360)
RATE = 25  # frames a second
_DAY = ("badminton", "formula1", "volleyball", "badminton", "formula1", "volleyball", "badminton")
_DAY_2 = ("volleyball", "badminton", "formula1", "badminton", "volleyball", "formula1", "volleyball")
_EVENTS = {  # clip: its stretches, and how long each is in seconds
    "badminton": (("badminton",), 18.0),
    "volleyball": (("volleyball",), 18.0),
    "formula1": (("formula1",), 18.0),
    "formula2": (("formula1",), 15.0),
    "sports_day": (_DAY, 9.4),
    "sports_day_2": (_DAY_2, 9.4),
}
CLIPS = tuple(_EVENTS)
_MAIN = {
    "badminton": ("wide", "wide", "wide", "corner", "corner", "side", "behind"),
    "volleyball": ("wide", "wide", "wide", "corner", "corner", "side", "at net"),
    "formula1": ("corner", "head on", "head on", "side", "side", "chase", "grid", "close", "on board"),
}
_REPLAY = {"badminton": ("close", "at net"), "volleyball": ("close", "at net"), "formula1": ("close", "side")}
_REPLAY_EVERY = 8  # turns of play, so that no clip of one event is without a replay
_CUTAWAYS = ("crowd", "crowd", "crowd", "portrait", "portrait", "portrait", "scoreboard", "scoreboard", "group")


class Shot(Protocol):
    """A shot as `make_shot` gives it: called with its own time in seconds, it paints a frame, uint8 RGB (h, w, 3)."""

    moments: Sequence[float]  # at which there is something to see

    def __call__(self, now: float) -> np.ndarray: ...


@dataclass
class Scene:
    """One shot in a programme, from cut to cut."""

    event: str
    kind: str
    seconds: float
    stretch: int  # scenes of one stretch show the same match or race
    clock: float  # the match's time when the scene begins
    speed: float = 1.0  # below 1: a replay in slow motion
    wipe: bool = False  # a wipe hides the cut at its end
    whip: bool = False  # it begins with a fast, blurred pan

    @property
    def frames(self) -> int:
        return round(self.seconds * RATE)


def programme(name: str, rng: np.random.Generator) -> list[Scene]:
    """The scenes of a clip, in order."""
    events, seconds = _EVENTS[name]
    scenes = []
    for stretch, event in enumerate(events):
        scenes += _stretch(event, stretch, seconds * rng.uniform(0.9, 1.1), rng)
    return scenes


def _stretch(event: str, stretch: int, seconds: float, rng: np.random.Generator) -> list[Scene]:
    """Some seconds of one event: play, cut away, play on, now and then a replay between two wipes.

    Cutaways are many and short: a network that classifies each frame is often wrong, and never for long.
    """
    scenes: list[Scene] = []
    clock, replayed = 0.0, rng.integers(_REPLAY_EVERY)
    while clock < seconds:
        main = Scene(
            event, materials.pick(_MAIN[event], rng), rng.uniform(0.8, 1.3), stretch, clock, whip=rng.random() < 0.25
        )
        clock += main.seconds
        if len(scenes) // 2 % _REPLAY_EVERY == replayed:
            main.wipe = True
            between = Scene(
                event, materials.pick(_REPLAY[event], rng), rng.uniform(0.9, 1.4), stretch, clock, 0.5, wipe=True
            )
        else:
            between = Scene(event, materials.pick(_CUTAWAYS, rng), rng.uniform(0.44, 0.76), stretch, clock)
        clock += between.seconds
        scenes += [main, between]
    return _trimmed(scenes, seconds)


def _trimmed(scenes: list[Scene], seconds: float) -> list[Scene]:
    """The scenes that begin in time, the last of them cut short to end in time."""
    kept = [scene for scene in scenes if scene.clock < seconds - 0.3]
    kept[-1].seconds = min(kept[-1].seconds, seconds - kept[-1].clock)
    return kept


def frames(scenes: list[Scene], rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Every frame of a programme, (360, 640, 3) uint8 RGB."""
    grain = effects.Grain(SIZE, 3.0, rng)
    before: Scene | None = None
    wipes = materials.pair(rng), f"TV{rng.integers(1, 9)}"
    for scene in scenes:
        if before is None or before.stretch != scene.stretch:
            occasion = make_occasion(scene.event, rng)
            before = None
        shot = make_shot(scene.event, scene.kind, SIZE, rng, occasion)
        start, pan = _start(scene, shot), float(rng.choice((-1, 1)))
        for frame in range(scene.frames):
            picture = shot(start + scene.speed * frame / RATE)
            if scene.whip and frame < 8:
                picture = _whip(picture, pan * (1 - frame / 8))
            if scene.speed < 1:
                overlays.replay_mark(picture)
            _wipes(picture, scene, before, frame, wipes)
            yield grain.over(picture)
        before = scene


def _start(scene: Scene, shot: Shot) -> float:
    """The shot's own time at which a scene begins: the match goes on, but a camera set up for one moment shows that one."""
    if len(shot.moments) == 1:
        return shot.moments[0] - 0.5 * scene.speed * scene.seconds
    return scene.clock if scene.event != "formula1" else -0.3


def _whip(picture: np.ndarray, share: float) -> np.ndarray:
    """The end of a fast pan: smeared and still moving; `share` falls from 1 (or -1) to 0."""
    width = picture.shape[1]
    ease = share * abs(share)
    warp = np.array([[1.0, 0, 0.35 * ease * width], [0, 1.0, 0]])
    moved = cv2.warpAffine(picture, warp, SIZE, borderMode=cv2.BORDER_REFLECT)
    return cv2.blur(moved, (int(0.22 * abs(share) * width) | 1, 1))


def _wipes(picture: np.ndarray, scene: Scene, before: Scene | None, frame: int, look: tuple[Sequence, str]) -> None:
    """The band of a wipe, which covers the picture for a moment at a cut."""
    half, (tones, words) = 8, look
    if scene.wipe and scene.frames - frame <= half:
        overlays.wipe(picture, 0.5 * (1 - (scene.frames - frame) / half), tones, words)
    elif before is not None and before.wipe and frame < half:
        overlays.wipe(picture, 0.5 + 0.5 * (frame + 1) / half, tones, words)

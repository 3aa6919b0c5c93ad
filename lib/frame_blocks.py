"""Blocks of frames, drawn: cars that pass, shots of the three events, and a whole clip.

A block is uint8 RGB (FRAMES, HEIGHT, WIDTH, 3). What is drawn for a seed is kept in `output/blocks`.
"""

import hashlib
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np

from lib import paths
from lib.files import locked, replacing
from lib.progress import progress_bar
from lib.scenes import programmes, shots

FRAMES, HEIGHT, WIDTH = 9, 56, 96
RATE = programmes.RATE  # frames a second
WAYS = ("left", "right")
EVENTS = shots.EVENTS
CUTAWAYS = tuple(shots.CUTAWAYS)
CROSSING = ("corner", "hill")  # the shots of a race in which a camera that stands still sees cars pass
CAR_SHOTS = 200, 60  # training, held out
EVENT_SHOTS = 100, 40  # the same, of each event


def film(shot, start: float, count: int = FRAMES) -> np.ndarray:
    """Draw `count` frames of a shot from `start` (seconds): uint8 (count, HEIGHT, WIDTH, 3)."""
    return np.stack([shrunk(shot(start + frame / RATE)) for frame in range(count)])


def shrunk(picture: np.ndarray) -> np.ndarray:
    """A picture in the size of a block's frames, by areas."""
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def passing_car(rng: np.random.Generator, count: int = FRAMES):
    """A shot in which cars cross the picture for `count` frames: the shot, when that begins (seconds), and the way.

    The way, an index of WAYS, is that of the first car, which is in the picture all the while.
    """
    seconds = (count - 1) / RATE
    while True:
        shot = shots.make_shot("formula1", str(rng.choice(CROSSING)), (2 * WIDTH, 2 * HEIGHT), rng)
        for start in rng.permutation(np.arange(-0.2, 1.3, 0.1)):
            moments = start + seconds * np.array([0, 0.5, 1])
            seen = np.array([shot.camera.project((*shot.car(0, now).place, 0.5)) for now in moments]) / shot.wide
            steps = np.diff(seen[:, 0])
            if (abs(seen - 0.5) < 0.4).all() and abs(steps).min() > 0.02 and steps[0] * steps[1] > 0:
                return shot, float(start), int(steps[0] > 0)


def cars(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Blocks (n, FRAMES, HEIGHT, WIDTH, 3) of passing cars as filmed, one a shot, and their ways (n,)."""

    def draw(rng):
        blocks, ways = [], []
        for _ in progress_bar(range(sum(CAR_SHOTS)), progress, desc="drawing passing cars", unit="shot"):
            shot, start, way = passing_car(rng)
            blocks.append(film(shot, start))
            ways.append(way)
        return {"blocks": np.stack(blocks), "ways": np.array(ways)}

    held = _kept("cars", seed, draw)
    return held["blocks"], held["ways"]


def events(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Blocks (n, FRAMES, HEIGHT, WIDTH, 3) of the three events in turn, one a shot, their labels and kinds of shot (n,)."""

    def draw(rng):
        decks = [shots.deal_kinds(event, rng) for event in EVENTS]
        blocks, labels, kinds = [], [], []
        for number in progress_bar(range(3 * sum(EVENT_SHOTS)), progress, desc="drawing events", unit="shot"):
            label = number % 3
            kind = next(decks[label])
            shot = shots.make_shot(EVENTS[label], kind, (2 * WIDTH, 2 * HEIGHT), rng)
            blocks.append(film(shot, float(rng.choice(shot.moments)) - 0.5 * FRAMES / RATE))
            labels.append(label)
            kinds.append(kind)
        return {"blocks": np.stack(blocks), "labels": np.array(labels), "kinds": np.array(kinds)}

    held = _kept("events", seed, draw)
    return held["blocks"], held["labels"], held["kinds"]


def programme(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A clip as long and as mixed as `sports_day`: its frames (n, HEIGHT, WIDTH, 3), events and stretches (n,).

    A stretch is some seconds of one match or race, cutaways included.
    """

    def draw(rng):
        scenes = programmes.programme("sports_day", rng)
        total = sum(scene.frames for scene in scenes)
        pictures = progress_bar(programmes.frames(scenes, rng), progress, desc="drawing a clip", total=total)
        frames = np.stack([shrunk(picture) for picture in pictures])
        labels = [EVENTS.index(scene.event) for scene in scenes for _ in range(scene.frames)]
        stretches = [scene.stretch for scene in scenes for _ in range(scene.frames)]
        return {"frames": frames, "labels": np.array(labels), "stretches": np.array(stretches)}

    held = _kept("programme", seed, draw)
    return held["frames"], held["labels"], held["stretches"]


def latest_blocks(frames: np.ndarray) -> np.ndarray:
    """For each frame of a clip (n, HEIGHT, WIDTH, 3) the block that ends there: (n, FRAMES, HEIGHT, WIDTH, 3), a view.

    Before the first frame there is nothing: there it stands in for those that are missing.
    """
    longer = np.concatenate([np.repeat(frames[:1], FRAMES - 1, axis=0), frames])
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(longer, FRAMES, axis=0), -1, 1)


def prepare(seed: int) -> None:
    """Draw everything that a seed needs, with progress bars; what is kept is not drawn again."""
    for draw in (cars, events, programme):
        draw(seed, progress=True)


def _kept(name: str, seed: int, draw) -> dict[str, np.ndarray]:
    """Arrays that `draw` gives for a seed: drawn once, then kept in `output/blocks` until what draws them changes."""
    path = paths.OUTPUT / "blocks" / f"{name}-{seed}.npz"
    held = _load(path)
    if held is None:
        with locked(path):
            held = _load(path)  # asked again: whoever held the lock has drawn it
            if held is None:
                held = draw(np.random.default_rng([seed, *name.encode()])) | {"mark": np.array(_mark())}
                with replacing(path) as part:
                    np.savez_compressed(part, **held)
    return held


def _load(path: Path) -> dict[str, np.ndarray] | None:
    """Kept arrays; or None where there are none, other code drew them or the file is damaged: draw them anew."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return dict(held) if held["mark"] == _mark() else None
    except (OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None


def _mark() -> str:
    code = [Path(__file__), *sorted(Path(shots.__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in code)).hexdigest()

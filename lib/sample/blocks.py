"""Blocks of frames, drawn: cars that pass, shots of the three events, and a whole clip.

A block is uint8 RGB (FRAMES, HEIGHT, WIDTH, 3). What is drawn for a seed is kept in `output/blocks`.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from lib.core import made, paths
from lib.core.errors import InputError
from lib.core.files import atomic_write, locked, read_arrays
from lib.core.progress import progress_bar
from lib.sample import programmes
from lib.sample.shots import catalogue

FRAMES, HEIGHT, WIDTH = 9, 56, 96
RATE = programmes.RATE  # frames a second
WAYS = ("left", "right")
EVENTS = catalogue.EVENTS
CUTAWAYS = tuple(catalogue.CUTAWAYS)
CROSSING = ("corner", "hill")  # the shots of a race in which a camera that stands still sees cars pass
CAR_SHOTS = 200, 60  # training, held out
EVENT_SHOTS = 100, 40  # the same, of each event


def film(shot: programmes.Shot, start: float, count: int = FRAMES) -> np.ndarray:
    """Generate the frames of a shot.

    Args:
        shot: gives the image at a moment (seconds), as `passing_car` does.
        start: of the first frame, in seconds.
        count: how many frames, RATE per second.

    Returns:
        uint8 RGB (count, HEIGHT, WIDTH, 3).

    Example:
        shot, start, way = frame_blocks.passing_car(np.random.default_rng(0))
        block = frame_blocks.film(shot, start)
    """
    return np.stack([shrunk(shot(start + frame / RATE)) for frame in range(count)])


def shrunk(picture: np.ndarray) -> np.ndarray:
    """A picture in the size of a block's frames, by areas."""
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def passing_car(rng: np.random.Generator, count: int = FRAMES) -> tuple[programmes.Shot, float, int]:
    """Generate a shot in which cars cross the image.

    Args:
        rng: the source of chance.
        count: for how many frames the first car stays in the image.

    Returns:
        The shot, when that begins (seconds), and the direction of the first car: an index of WAYS.

    Example:
        shot, start, way = frame_blocks.passing_car(np.random.default_rng(0))
    """
    seconds = (count - 1) / RATE
    while True:
        shot = catalogue.make_shot("formula1", str(rng.choice(CROSSING)), (2 * WIDTH, 2 * HEIGHT), rng)
        for start in rng.permutation(np.arange(-0.2, 1.3, 0.1)):
            moments = start + seconds * np.array([0, 0.5, 1])
            seen = np.array([shot.camera.project((*shot.car(0, now).place, 0.5)) for now in moments]) / shot.wide
            steps = np.diff(seen[:, 0])
            if (abs(seen - 0.5) < 0.4).all() and abs(steps).min() > 0.02 and steps[0] * steps[1] > 0:
                return shot, float(start), int(steps[0] > 0)


def cars(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Generate blocks of passing cars, or read them where they are stored.

    Args:
        seed: with the same seed, the same blocks.
        progress: show a progress bar.

    Returns:
        Blocks, uint8 RGB (n, FRAMES, HEIGHT, WIDTH, 3), one per shot, and their directions, indices of WAYS (n,).

    Example:
        blocks, ways = frame_blocks.cars(seed=0)
    """

    def draw(rng: np.random.Generator) -> dict[str, np.ndarray]:
        blocks, ways = [], []
        for _ in progress_bar(range(sum(CAR_SHOTS)), progress, desc="generating passing cars", unit="shot"):
            shot, start, way = passing_car(rng)
            blocks.append(film(shot, start))
            ways.append(way)
        return {"blocks": np.stack(blocks), "ways": np.array(ways)}

    held = _kept("cars", seed, draw)
    return held["blocks"], held["ways"]


def events(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generate blocks of the three events in turn, or read them where they are stored.

    Args:
        seed: with the same seed, the same blocks.
        progress: show a progress bar.

    Returns:
        Blocks, uint8 RGB (n, FRAMES, HEIGHT, WIDTH, 3), one per shot, their labels, indices of EVENTS (n,), and the
        names of their kinds of shot (n,).

    Example:
        blocks, labels, kinds = frame_blocks.events(seed=0)
    """

    def draw(rng: np.random.Generator) -> dict[str, np.ndarray]:
        decks = [catalogue.deal_kinds(event, rng) for event in EVENTS]
        blocks, labels, kinds = [], [], []
        for number in progress_bar(range(3 * sum(EVENT_SHOTS)), progress, desc="generating events", unit="shot"):
            label = number % 3
            kind = next(decks[label])
            shot = catalogue.make_shot(EVENTS[label], kind, (2 * WIDTH, 2 * HEIGHT), rng)
            blocks.append(film(shot, float(rng.choice(shot.moments)) - 0.5 * FRAMES / RATE))
            labels.append(label)
            kinds.append(kind)
        return {"blocks": np.stack(blocks), "labels": np.array(labels), "kinds": np.array(kinds)}

    held = _kept("events", seed, draw)
    return held["blocks"], held["labels"], held["kinds"]


def programme(seed: int, progress: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generate a clip as long and as mixed as `sports_day`, or read it where it is stored.

    Args:
        seed: with the same seed, the same clip.
        progress: show a progress bar.

    Returns:
        Frames, uint8 RGB (n, HEIGHT, WIDTH, 3), their labels, indices of EVENTS (n,), and the numbers of their
        stretches (n,): some seconds of one match or race, cutaways included.

    Example:
        frames, labels, stretches = frame_blocks.programme(seed=0)
    """

    def draw(rng: np.random.Generator) -> dict[str, np.ndarray]:
        scenes = programmes.programme("sports_day", rng)
        total = sum(scene.frames for scene in scenes)
        pictures = progress_bar(programmes.frames(scenes, rng), progress, desc="generating a clip", total=total)
        frames = np.stack([shrunk(picture) for picture in pictures])
        labels = [EVENTS.index(scene.event) for scene in scenes for _ in range(scene.frames)]
        stretches = [scene.stretch for scene in scenes for _ in range(scene.frames)]
        return {"frames": frames, "labels": np.array(labels), "stretches": np.array(stretches)}

    held = _kept("programme", seed, draw)
    return held["frames"], held["labels"], held["stretches"]


def latest_blocks(frames: np.ndarray) -> np.ndarray:
    """For each frame of a clip, give the block that ends there.

    Before the first frame there is none: the first one stands in for those that are missing.

    Args:
        frames: (n, height, width, 3).

    Returns:
        (n, FRAMES, height, width, 3), a view: it takes no memory.

    Example:
        >>> latest_blocks(np.zeros((20, 4, 6, 3), np.uint8)).shape
        (20, 9, 4, 6, 3)
    """
    longer = np.concatenate([np.repeat(frames[:1], FRAMES - 1, axis=0), frames])
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(longer, FRAMES, axis=0), -1, 1)


def prepare(seed: int) -> None:
    """Generate everything that a seed needs, with progress bars; what is stored is not generated again.

    Args:
        seed: as in `cars`, `events` and `programme`.

    Example:
        frame_blocks.prepare(seed=0)
    """
    for draw in (cars, events, programme):
        draw(seed, progress=True)


def _kept(name: str, seed: int, draw: Callable[[np.random.Generator], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Arrays that `draw` gives for a seed: drawn once, then kept in `output/blocks` until what draws them changes."""
    path = paths.OUTPUT / "blocks" / f"{name}-{seed}.npz"
    held = _load(path)
    if held is None:
        with locked(path):
            held = _load(path)  # checked again: the process that held the lock has drawn it
            if held is None:
                made.claim("generated frames", path, mend=True)
                held = draw(np.random.default_rng([seed, *name.encode()])) | {"mark": np.array(_mark())}
                with atomic_write(path) as part:
                    np.savez_compressed(part, **held)  # type: ignore[arg-type]  # none is called allow_pickle
    return held


def _load(path: Path) -> dict[str, np.ndarray] | None:
    """Kept arrays; or None where there are none, other code drew them or the file is damaged: draw them again."""
    try:
        held = read_arrays(path)
    except (FileNotFoundError, InputError):
        return None
    return held if held.get("mark") == _mark() else None


def _mark() -> str:
    code = sorted(Path(__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in code)).hexdigest()

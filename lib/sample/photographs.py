"""The sample photos: a folder for each event, a manifest, and four planted faults for notebook 11 to find."""

import csv
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from tqdm.auto import tqdm

from lib.core.errors import FileError
from lib.core.files import temporary
from lib.core.progress import progress_bar
from lib.sample.painting.effects import develop
from lib.sample.shots.catalogue import CUTAWAYS, EVENTS, deal_kinds, make_shot

SIZES = ((400, 300), (384, 288), (320, 240), (432, 288), (448, 252), (360, 300))
SHOT_LENGTHS = (1, 1, 1, 2, 2, 3)  # pictures that one shot gives: near-duplicates, which share a group
CUTAWAY_LENGTHS = (1, 1, 1, 2)
UNREADABLE = b"<!DOCTYPE html>\n<title>404 Not Found</title>\n<p>The picture has moved.</p>\n"


@dataclass
class Entry:
    """One row of the manifest; the fields are its columns, in order."""

    path: str
    label: str
    sha256: str
    bytes: int
    width: int
    height: int
    group: int
    split: str = ""


def draw_photographs(folder: Path, seed: int = 0, per_class: int = 200, progress: bool = True) -> None:
    """Draw photos of each event into `folder`, with `folder/manifest.csv`: `per_class` to train on, as many to test.

    The manifest marks the test set, which shares no shot and no random number with the others.
    Four faults are planted among the photos to train on: one badminton picture is greyscale, one formula1 picture is a PNG with transparency,
    and two files come on top: a volleyball picture that is an exact copy of another (it shares the other's group),
    and a badminton file that is no picture at all (width and height 0 in the manifest).
    The same seed gives the same bytes. Everything is drawn beside `folder` and moved into place at the end.
    Raises FileError, if `folder` is there already and not empty, ValueError if `per_class` is below 2.
    """
    folder = Path(folder)
    if per_class < 2:
        raise ValueError(f"per_class is {per_class}: at least 2 are needed to plant the faults")
    if folder.exists() and any(folder.iterdir()):
        raise FileError(f"{folder} is not empty: give a new folder, or remove it first")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with temporary(folder) as workshop:
        workshop.mkdir()
        _draw_all(workshop, seed, per_class, progress)
        if folder.exists():
            folder.rmdir()
        workshop.rename(folder)


def draw_crowds(count: int, seed: int = 0) -> list[np.ndarray]:
    """Generate images of spectators, which show none of the events.

    Args:
        count: how many.
        seed: the same seed gives the same images.

    Returns:
        uint8 RGB (height, width, 3) each.

    Example:
        crowds = sample.draw_crowds(60)
    """
    rng = np.random.default_rng([seed, len(EVENTS) + 1])
    shots = (make_shot(EVENTS[at % len(EVENTS)], "crowd", SIZES[at % len(SIZES)], rng) for at in range(count))
    return [develop(shot(0.0), rng) for shot in shots]


def _draw_all(folder: Path, seed: int, per_class: int, progress: bool) -> None:
    """Draw every event's pictures and the faults into `folder`, then write the manifest."""
    entries: list[Entry] = []
    with progress_bar(shown=progress, total=2 * per_class * len(EVENTS), desc="generating photos", unit="pic") as bar:
        for index, event in enumerate(EVENTS):
            entries += _draw_event(folder, event, np.random.default_rng([seed, index]), per_class, _next(entries), bar)
        _plant_faults(folder, entries, np.random.default_rng([seed, len(EVENTS)]))
        for index, event in enumerate(EVENTS):
            rng = np.random.default_rng([seed, index, 1])
            entries += _draw_event(folder, event, rng, per_class, _next(entries), bar, split="test")
    entries.sort(key=lambda entry: entry.path)
    with open(folder / "manifest.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(Entry.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(entry) for entry in entries)


def _next(entries: list[Entry]) -> int:
    """Give the number of the next group."""
    return max((entry.group for entry in entries), default=-1) + 1


def _draw_event(
    folder: Path, event: str, rng: np.random.Generator, count: int, group: int, bar: tqdm, split: str = ""
) -> list[Entry]:
    """Draw `count` pictures of one event, shot by shot; shots are numbered from `group`."""
    (folder / event).mkdir(exist_ok=True)
    numbers = rng.permutation(count)  # so that the frames of one shot are not side by side in the folder
    entries: list[Entry] = []
    kinds = deal_kinds(event, rng)
    while len(entries) < count:
        kind = next(kinds)
        size = SIZES[rng.integers(len(SIZES))]
        shot = make_shot(event, kind, size, rng)
        start = float(rng.choice(shot.moments)) + rng.normal(0, 0.08)
        length = rng.choice(CUTAWAY_LENGTHS if kind in CUTAWAYS else SHOT_LENGTHS)
        for step in range(min(length, count - len(entries))):
            picture = shot(start + 0.28 * step)
            name = f"{split and split + '_'}{numbers[len(entries)]:04d}.jpg"
            entries.append(_write(folder, event, name, _jpeg(develop(picture, rng), rng), group, split))
            bar.update()
        group += 1
    return entries


def _jpeg(picture: np.ndarray, rng: np.random.Generator) -> bytes:
    """Encode an RGB uint8 picture at a quality that varies as it does on the web."""
    quality = int(rng.choice((40, 60, 75, 85, 92), p=(0.1, 0.2, 0.3, 0.25, 0.15)))
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _write(folder: Path, event: str, name: str, data: bytes, group: int, split: str = "") -> Entry:
    """Write one file and describe it; what does not decode has width and height 0."""
    (folder / event / name).write_bytes(data)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    height, width = (0, 0) if picture is None else picture.shape[:2]
    return Entry(f"{event}/{name}", event, hashlib.sha256(data).hexdigest(), len(data), width, height, group, split)


def _plant_faults(folder: Path, entries: list[Entry], rng: np.random.Generator) -> None:
    """Change two entries in place and append two: what a folder of found pictures really holds."""
    of = {event: [entry for entry in entries if entry.label == event] for event in EVENTS}
    _replace(folder, of["badminton"][rng.integers(len(of["badminton"]))], entries, _as_grey)
    _replace(folder, of["formula1"][rng.integers(len(of["formula1"]))], entries, _as_cut_out)
    original = of["volleyball"][rng.integers(len(of["volleyball"]))]
    data = (folder / original.path).read_bytes()
    entries.append(_write(folder, "volleyball", f"{len(of['volleyball']):04d}.jpg", data, original.group))
    entries.append(_write(folder, "badminton", f"{len(of['badminton']):04d}.jpg", UNREADABLE, _next(entries)))


def _replace(
    folder: Path, entry: Entry, entries: list[Entry], remake: Callable[[np.ndarray], tuple[str, bytes]]
) -> None:
    """Write what `remake` makes of an entry's picture in its stead."""
    path = folder / entry.path
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)  # imread cannot open every Windows path
    assert picture is not None  # it has just been drawn
    path.unlink()
    suffix, data = remake(picture)
    event, name = entry.label, path.stem + suffix
    entries[entries.index(entry)] = _write(folder, event, name, data, entry.group)


def _as_grey(picture: np.ndarray) -> tuple[str, bytes]:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return ".jpg", cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _as_cut_out(picture: np.ndarray) -> tuple[str, bytes]:
    """A PNG whose edges fade out, as pictures cut out for a web page do."""
    height, width = picture.shape[:2]
    alpha: np.ndarray = np.zeros((height, width), np.uint8)
    cv2.ellipse(alpha, (width // 2, height // 2), (int(0.47 * width), int(0.47 * height)), 0, 0, 360, 255, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 0.03 * width)
    return ".png", cv2.imencode(".png", np.dstack([picture, alpha]))[1].tobytes()

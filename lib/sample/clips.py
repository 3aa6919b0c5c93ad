"""The sample clips: programmes of shots, cut together, with the event on show written down for every frame."""

import csv
from pathlib import Path

import numpy as np

from lib.core.errors import InputError
from lib.core.files import atomic_write
from lib.core.progress import progress_bar
from lib.sample.programmes import CLIPS, RATE, SIZE, Scene, frames, programme
from lib.video import VideoSink


def draw_clip(name: str, folder: Path, seed: int = 0, progress: bool = True) -> Path:
    """Draw the clip `name` (one of CLIPS) as `folder/name.mp4`, with `folder/name.truth.csv` beside it.

    The truth has one row for each frame (frame, seconds, event); the event is the one that the programme is
    showing, cutaways included. The same seed gives the same frames. Both files are moved into place when complete,
    the clip last. Returns the path of the clip. Raises ValueError for an unknown name.
    """
    if name not in CLIPS:
        raise InputError(f"unknown clip {name!r}: choose one of {', '.join(CLIPS)}")
    clip = Path(folder) / f"{name}.mp4"
    rng = np.random.default_rng([seed, CLIPS.index(name)])
    scenes = programme(name, rng)
    total = sum(scene.frames for scene in scenes)
    with VideoSink(clip, *SIZE, RATE) as sink:
        for picture in progress_bar(
            frames(scenes, rng), progress, desc=f"generating {name}", total=total, unit="frame"
        ):
            sink.write(picture)
        _write_truth(clip.with_suffix(".truth.csv"), scenes)
    return clip


def _write_truth(path: Path, scenes: list[Scene]) -> None:
    events = [scene.event for scene in scenes for _ in range(scene.frames)]
    with atomic_write(path) as part, open(part, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("frame", "seconds", "event"))
        writer.writerows((index, f"{index / RATE:.3f}", event) for index, event in enumerate(events))

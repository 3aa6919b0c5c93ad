"""Stand-ins for what takes long to make, and a manifest of a few rows."""

import csv
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lib import photos, timeline, video

BACKBONE = SimpleNamespace(name="toy", fingerprint="toy", image_size=8, shaping="squash")


def network(content: bytes = b"a network") -> SimpleNamespace:
    """What is saved as a file of these bytes."""
    return SimpleNamespace(save=lambda path: path.write_bytes(content))


def draw_clip(name: str, folder: Path) -> None:
    """A clip of one black frame, with its truth."""
    with video.VideoSink(folder / f"{name}.mp4", 64, 48, 25) as sink:
        sink.write(np.zeros((48, 64, 3), np.uint8))
    timeline.to_csv(folder / f"{name}.truth.csv", [0], [0.0], ["formula1"])


def write_manifest(folder: Path, rows: Iterable[dict]) -> None:
    """Write a folder's manifest; what a row lacks stays empty."""
    with (folder / photos.MANIFEST).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, photos.MANIFEST_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)

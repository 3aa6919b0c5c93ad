"""Read the pre-training photos once, and hold a tenth of them back."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split

from lib import photos

STORED_SIZE = 144


@dataclass(frozen=True)
class Pictures:
    """Photos in memory. `images` is uint8 (n, 144, 144, 3), RGB; `labels` int64 (n,); `names` the classes."""

    images: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]

    def part(self, rows: np.ndarray) -> "Pictures":
        return Pictures(self.images[rows], self.labels[rows], self.names)

    def counts(self) -> dict[str, int]:
        return dict(zip(self.names, np.bincount(self.labels, minlength=len(self.names)).tolist()))


def load(folder: str | Path) -> Pictures:
    """Read every photo (.jpg) of a folder of class folders, squashed to 144×144 as the course's resize does it.

    About 62 kB of memory a photo. Raises lib.photos.PhotoError.
    """
    paths = sorted(Path(folder).glob("*/*.jpg"))
    found = [photos.Photo(path, path.parent.name, str(i)) for i, path in enumerate(paths)]
    if len(photos.classes(found)) < 2:
        raise photos.PhotoError(f"{folder} has fewer than two folders with .jpg photos: give one folder per sport.")
    names = photos.classes(found)
    return Pictures(photos.load(found, photos.Resize(STORED_SIZE)), photos.labels(found, names), names)


def hold_back(pictures: Pictures, share: float = 1.0, seed: int = 0) -> tuple[Pictures, Pictures]:
    """Divide into (training, held-back tenth), each class in proportion; the tenth depends on `seed` alone.

    `share` keeps only that part of the training pictures: for short comparisons.
    """
    rows = np.arange(len(pictures.labels))
    train, held_back = train_test_split(rows, test_size=0.1, stratify=pictures.labels, random_state=seed)
    if share < 1:
        train, _ = train_test_split(train, train_size=share, stratify=pictures.labels[train], random_state=seed)
    return pictures.part(np.sort(train)), pictures.part(np.sort(held_back))

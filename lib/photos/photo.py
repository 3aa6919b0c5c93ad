"""One photo, and the classes of several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.core.errors import PhotoError


@dataclass(frozen=True)
class Photo:
    """One photo: its path, its label, its group (near-duplicates, which are never split), and the set it was put into."""

    path: Path
    label: str
    group: str
    split: str = ""


def classes(photos: Iterable[Photo]) -> tuple[str, ...]:
    """Give the labels in alphabetical order: the order of the network's outputs everywhere.

    Args:
        photos: from `photos.find`.

    Returns:
        Each label once.

    Example:
        >>> classes([Photo("b.jpg", "volleyball", "1"), Photo("a.jpg", "badminton", "2")])
        ('badminton', 'volleyball')
    """
    return tuple(sorted({photo.label for photo in photos}))


def positions(photos: Sequence[Photo], *parts: Sequence[Photo]) -> list[np.ndarray]:
    """Give where the photos of each part stand among `photos`, counted from 0: int64 (n,), one array per part."""
    at = {photo.path: position for position, photo in enumerate(photos)}
    return [np.array([at[photo.path] for photo in part], np.int64) for part in parts]


def labels(photos: Sequence[Photo], classes: Sequence[str]) -> np.ndarray:
    """Number each photo's class.

    Args:
        photos: n photos.
        classes: the names of all classes, in the order of the network's outputs.

    Returns:
        int64 (n,): the position of each photo's label in `classes`.

    Raises:
        PhotoError: a photo's label is none of `classes`.

    Example:
        >>> labels([Photo("b.jpg", "volleyball", "1")], ("badminton", "volleyball"))
        array([1])
    """
    number = {name: position for position, name in enumerate(classes)}
    strange = next((photo for photo in photos if photo.label not in number), None)
    if strange:
        raise PhotoError(f"{strange.path} is of the class {strange.label}, which is none of {', '.join(classes)}.")
    return np.array([number[photo.label] for photo in photos], np.int64)

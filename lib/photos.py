"""Photographs in class folders: find, label, check, read and split them.

A set of photographs is a folder that holds one folder a class; the folder's name is the label.
Beside the class folders there may be a `manifest.csv` with the columns of `MANIFEST_COLUMNS`:
it says which photographs belong together (`group`) and which are set aside (`split`).
"""

import csv
import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from lib.files import sha256
from lib.progress import progress_bar

MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = ("path", "label", "sha256", "bytes", "width", "height", "group", "split")
# How the names of photographs end. Of .heic and .avif OpenCV reads few or none: they are told of, not passed over.
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".heic", ".avif")


class PhotoError(ValueError):
    """A photograph, or a folder of them, cannot be used; the message names it and the way out."""


@dataclass(frozen=True)
class Photo:
    """One photograph: where it lies, its label, what it must stay together with, where it was set aside."""

    path: Path
    label: str
    group: str
    split: str = ""


@dataclass(frozen=True)
class Faults:
    """What `check` found. Each list holds photographs in the order in which they were given."""

    unreadable: list[Photo]
    greyscale: list[Photo]
    transparent: list[Photo]
    copies: list[list[Photo]]  # two or more with the very same bytes


@dataclass(frozen=True)
class Split:
    """Three parts that share no group. `test_name` is "test" (set aside by the manifest) or "held-out" (carved)."""

    train: list[Photo]
    validation: list[Photo]
    test: list[Photo]
    test_name: str

    def parts(self) -> dict[str, list[Photo]]:
        return {"training": self.train, "validation": self.validation, self.test_name: self.test}


def find(folder: str | Path) -> list[Photo]:
    """Find the photographs of a folder of class folders, sorted by class and name.

    Groups and splits come from the folder's manifest where it has one; without, photographs that look
    alike (`look`) share a group. What is hidden, and what macOS adds to archives (`__MACOSX`), is passed over;
    links to folders are followed. Raises PhotoError when there is no folder, fewer than two classes in it, or
    a class without photographs.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise PhotoError(f"There is no folder {folder}: give a folder that holds one folder of photographs a class.")
    paths = {inner: _pictures(inner) for inner in _visible(folder) if inner.is_dir()}
    if sum(map(bool, paths.values())) < 2:
        raise PhotoError(
            f"{folder} holds fewer than two folders with photographs: put each event's photographs into a folder "
            "that bears the event's name."
        )
    for inner, found in paths.items():
        if not found:
            raise PhotoError(f"{inner} holds no photographs ({', '.join(ENDINGS)}): put some into it, or delete it.")
    listed = read_manifest(folder) if (folder / MANIFEST).exists() else []
    rows = {_key(row["path"].replace("\\", "/")): row for row in listed}
    photos = []
    for path in (path for found in paths.values() for path in found):
        row = rows.get(_key(path.relative_to(folder).as_posix()))
        group, split = (row["group"], row["split"]) if row else (f"look {look(path)}", "")
        photos.append(Photo(path, _key(path.parent.name), group, split))
    return photos


def _key(name: str) -> str:
    """Systems write ä as one sign or as two; labels and paths are compared as one."""
    return unicodedata.normalize("NFC", name)


def _visible(folder: Path) -> list[Path]:
    """List what a folder holds, sorted by name, without what systems hide in it. Raises PhotoError."""
    try:
        return sorted((p for p in folder.iterdir() if not p.name.startswith((".", "__"))), key=lambda p: p.name)
    except OSError as error:
        raise PhotoError(
            f"{folder} cannot be opened ({error.strerror}): ask its owner for the right to read it."
        ) from error


def _pictures(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.suffix.lower() in ENDINGS]


def read_manifest(folder: str | Path) -> list[dict[str, str]]:
    """Read a folder's manifest: one dictionary of strings a photograph, keys as in MANIFEST_COLUMNS.

    Raises PhotoError when it is no such table, or a row of it is cut short.
    """
    path = Path(folder) / MANIFEST
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets begin a file with a mark
            rows = list(csv.DictReader(file))
    except (csv.Error, UnicodeDecodeError) as error:
        raise PhotoError(f"{path} is no table in UTF-8, divided by commas ({error}): save it as one.") from error
    whole = all(tuple(row) == MANIFEST_COLUMNS and None not in row.values() for row in rows)
    if not whole:
        raise PhotoError(
            f"{path} does not have the columns {', '.join(MANIFEST_COLUMNS)} in every row: correct it, or restore the "
            "course's own with git."
        )
    return rows


def look(path: Path) -> str:
    """Give a short hash of how a photograph looks; copies saved in another size or quality share it.

    The difference hash of N. Krawetz ("Kind of Like That", 2013): is each of 8×8 cells brighter than
    its neighbour? A file that is no picture is hashed by its bytes.
    """
    try:
        image = _decode(path, cv2.IMREAD_GRAYSCALE)
    except PhotoError:
        return _mark(path)
    small = cv2.resize(image, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()


def read(path: str | Path) -> np.ndarray:
    """Read a photograph as a uint8 array (height, width, 3) in the order red, green, blue.

    Greyscale is repeated into three channels, transparency dropped, 16 bits made 8, the first picture of an
    animation taken, the camera's rotation applied. The name's ending does not matter. Raises PhotoError for a
    file that is no whole picture, cannot be opened, or has more than 200 million pixels (see `lib/__init__.py`).
    """
    return cv2.cvtColor(_decode(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def _decode(path: str | Path, flag: int) -> np.ndarray:
    """Decode by way of bytes: OpenCV's own imread cannot open every Windows path. Raises PhotoError."""
    try:
        if not Path(path).is_file():
            raise PhotoError(f"There is no picture {path}: put it back, or begin again without it.")
        data = np.fromfile(path, np.uint8)
        image = cv2.imdecode(data, flag) if data.size else None
    except OSError as error:
        raise PhotoError(f"{path} cannot be opened ({error.strerror}): delete it, or copy it anew.") from error
    except cv2.error as error:  # what it does not read is None; this comes of a header that promises too much
        raise PhotoError(f"{path} has more than 200 million pixels: save it smaller, or delete it.") from error
    if image is None:
        raise PhotoError(f"{path} is not a picture that can be read: delete it, or replace it with a whole copy.")
    return image


def _mark(path: Path) -> str:
    """Give the hash of a file's bytes; for what cannot be opened, or is no file, its name."""
    try:
        return sha256(path) if path.is_file() else f"no file {path.name}"
    except OSError:
        return f"closed {path.name}"


def resize(image: np.ndarray, size: int) -> np.ndarray:
    """Resize a picture or frame (height, width, 3) to (size, size, 3), dtype kept.

    The one resize of the course: training, evaluation and video all use it, so they cannot disagree.
    Shrinking averages areas, so that nothing thin (a racket, a net) falls between the samples. What has four times
    the size or more is halved first while it can be: for HD that takes a third of the time, and differs from one
    step by less than one of 255 grey levels on average.
    """
    height, width = image.shape[:2]
    while min(height, width) >= 4 * size and height % 2 == width % 2 == 0:  # only exact halves are fast
        height, width = height // 2, width // 2
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    shrinks = size < min(height, width)
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def load(photos: Sequence[Photo], size: int, progress: bool = True) -> np.ndarray:
    """Read photographs into one uint8 array (n, size, size, 3), red, green, blue. Raises PhotoError."""
    images = np.empty((len(photos), size, size, 3), np.uint8)
    for i, photo in enumerate(progress_bar(photos, progress, desc="reading photographs")):
        images[i] = resize(read(photo.path), size)
    return images


def check(photos: Iterable[Photo], progress: bool = True) -> Faults:
    """Open every photograph once and list what a network would trip over, or learn twice."""
    faults, same_bytes = Faults([], [], [], []), defaultdict(list)
    for photo in progress_bar(list(photos), progress, desc="checking photographs"):
        same_bytes[_mark(photo.path)].append(photo)
        try:
            image = _decode(photo.path, cv2.IMREAD_UNCHANGED)
        except PhotoError:
            faults.unreadable.append(photo)
            continue
        if image.dtype not in (np.uint8, np.uint16):  # numbers that `read` cannot turn into grey levels
            faults.unreadable.append(photo)
        elif image.ndim == 2:
            faults.greyscale.append(photo)
        elif image.shape[2] == 4:
            faults.transparent.append(photo)
    faults.copies.extend(copies for copies in same_bytes.values() if len(copies) > 1)
    return faults


def readable(photos: Iterable[Photo], progress: bool = True) -> list[Photo]:
    """Leave out the photographs that cannot be read."""
    photos = list(photos)
    bad = set(check(photos, progress).unreadable)
    return [photo for photo in photos if photo not in bad]


def classes(photos: Iterable[Photo]) -> tuple[str, ...]:
    """Give the labels in alphabetical order: the order of the network's outputs everywhere."""
    return tuple(sorted({photo.label for photo in photos}))


def labels(photos: Sequence[Photo]) -> np.ndarray:
    """Give each photograph's class as an index into `classes(photos)`: int64, shape (n,)."""
    return np.searchsorted(classes(photos), [photo.label for photo in photos])


def split(photos: Sequence[Photo], seed: int = 0) -> Split:
    """Split into training, validation and test; a group is never on both sides.

    Photographs that the manifest sets aside as `test` are the test part, if every class is among them.
    Otherwise a fifth of all is carved out and called held-out. A fifth of what remains is validation.
    Shares of the classes are kept as even as groups allow (scikit-learn's StratifiedGroupKFold).
    Raises PhotoError when a class has fewer than five groups in what is to be carved, when a part is left without
    one of the classes, or when the manifest sets aside a part of a group.
    """
    _check_whole_groups(photos)
    aside = [photo for photo in photos if photo.split == "test"]
    rest = [photo for photo in photos if photo.split != "test"]
    test_name = "test"
    if set(classes(aside)) != set(classes(photos)):
        rest, aside = _carve(list(photos), seed)
        test_name = "held-out"
    train, validation = _carve(rest, seed)
    parts = Split(train, validation, aside, test_name)
    for name, part in parts.parts().items():
        missing = set(classes(photos)) - set(classes(part))
        if missing:  # or the numbers of the classes would differ from part to part
            raise PhotoError(
                f"The {name} part holds no photograph of {', '.join(sorted(missing))}: add more, or correct the manifest."
            )
    return parts


def _check_whole_groups(photos: Sequence[Photo]) -> None:
    """Raises PhotoError when a group is set aside in part: it would be on both sides."""
    both = {p.group for p in photos if p.split == "test"} & {p.group for p in photos if p.split != "test"}
    if both:
        one = next(photo for photo in photos if photo.group in both)
        raise PhotoError(
            f"{one.path.parent.parent / MANIFEST} sets aside only a part of group {one.group}: give all its photographs "
            "the same split."
        )


def folds(photos: Sequence[Photo], seed: int, count: int = 5) -> Iterator[tuple[list[Photo], list[Photo]]]:
    """Yield `count` pairs (the rest, the fold) by group, with the classes' shares kept. Raises PhotoError."""
    groups_of, folder_of = defaultdict(set), {photo.label: Path(photo.path).parent for photo in photos}
    for photo in photos:
        groups_of[photo.label].add(photo.group)
    for label, groups in sorted(groups_of.items()):
        if len(groups) < count:
            raise PhotoError(
                f"{folder_of[label]} holds {len(groups)} photographs that differ, too few for {count} parts: add more to it."
            )
    folding = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    truth, groups = [p.label for p in photos], [p.group for p in photos]
    for rest, fold in folding.split(truth, truth, groups):
        yield [photos[i] for i in rest], [photos[i] for i in fold]


def _carve(photos: Sequence[Photo], seed: int) -> tuple[list[Photo], list[Photo]]:
    """Divide into about four fifths and one fifth."""
    return next(folds(photos, seed))


def balance(parts: dict[str, Sequence[Photo]]) -> dict[str, Counter]:
    """Count the photographs of each class in each part."""
    return {name: Counter(photo.label for photo in part) for name, part in parts.items()}


def fingerprint(photos: Iterable[Photo]) -> str:
    """Give one SHA-256 for a set of photographs: it changes when one is added, removed, renamed, altered or regrouped."""
    lines = sorted(
        f"{photo.label}/{photo.path.name} {_mark(photo.path)} {photo.group} {photo.split}" for photo in photos
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

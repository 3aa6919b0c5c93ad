"""Photos in class folders: find, label, check, read and split them.

A set of photos is a folder that holds one folder per class; the folder's name is the label.
Beside the class folders there may be a `manifest.csv` with the columns of `MANIFEST_COLUMNS`:
it says which photos belong together (`group`) and which are set aside (`split`).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lib.core.checks import MOST_PIXELS
from lib.core.errors import PhotoError
from lib.core.hashes import sha256, text_sha256
from lib.core.progress import progress_bar
from lib.core.quiet import standard_error_muted
from lib.photos import folders, manifest
from lib.photos.folders import MANIFEST
from lib.photos.manifest import MANIFEST_COLUMNS, read_manifest
from lib.photos.memo import once_per_file
from lib.photos.photo import Photo, classes, labels, positions
from lib.photos.shaping import Resize
from lib.photos.splits import Split, folds, split

_TOO_LARGE = f"{{}} has more than {MOST_PIXELS // 10**6} million pixels: save it smaller, or delete it."
LOOK = "look "  # begins the group of a photo that the manifest gives none


@dataclass(frozen=True)
class Faults:
    """What `find_faults` found. Each list holds photos in the order in which they were given."""

    unreadable: list[Photo]
    greyscale: list[Photo]
    transparent: list[Photo]
    copies: list[list[Photo]]  # two or more with the very same bytes


def find(folder: str | Path, say: Callable[[str], None] = lambda sentence: None) -> list[Photo]:
    """Find the photos of a folder of class folders, sorted by class and name.

    Groups and splits come from the folder's manifest; photos without a row or a group in it share a group when
    they look alike (`difference_hash`). What an image is, and a class folder, is decided in `lib.photos.folders`.

    Args:
        folder: has one folder per class.
        say: receives one sentence on each of: files that are passed over, classes that are called train or test,
            photos and rows of the manifest that do not match, images that are in two classes.

    Returns:
        The photos; some may be unreadable.

    Raises:
        PhotoError: there is no folder, fewer than two classes in it, a class without photos, images in other
            places than expected, or a fault in the manifest.

    Example:
        found = photos.find("data/sample", say=print)
    """
    folder = Path(folder)
    contents = folders.contents(folder)
    paths = [path for images in contents.images.values() for path in images]
    rows, unmatched = manifest.rows_of(folder, paths)
    photos = []
    for path in paths:
        row = rows.get(path, {})
        group = row.get("group") or f"{LOOK}{difference_hash(path)}"
        photos.append(Photo(path, manifest.nfc(path.parent.name), group, row.get("split", "")))
    for sentence in (contents.passed_over(), contents.doubtful(), unmatched, _contradiction(photos)):
        if sentence:
            say(sentence)
    return photos


def _contradiction(photos: Sequence[Photo]) -> str:
    """Name images that are in two classes, with the same bytes or the same look, or give an empty string."""
    of_size, same = defaultdict(list), defaultdict(list)
    for photo in photos:
        if folders.begins_as_image(photo.path):  # two copies of one web page contradict nothing
            of_size[photo.path.stat().st_size].append(photo)
            if photo.group.startswith(LOOK):
                same[photo.group].append(photo)
    for some in of_size.values():
        for photo in some if len(classes(some)) > 1 else ():  # so that few are hashed
            same[_mark(photo.path)].append(photo)
    one_each = ({photo.label: photo for photo in reversed(some)} for some in same.values())  # the first of each class
    both = dict.fromkeys(
        " = ".join(str(some[label].path) for label in sorted(some)) for some in one_each if len(some) > 1
    )
    if not both:
        return ""
    more = f"; … ({len(both)} in all)" if len(both) > 3 else ""
    return f"The same image is in more than one class: {'; '.join([*both][:3])}{more}. Keep it only in the right one."


def difference_hash(path: Path) -> str:
    """Give a short hash of how a photo looks; copies saved in another size or quality share it.

    The difference hash of N. Krawetz ("Kind of Like That", 2013): is each of 8×8 cells brighter than
    its neighbour? A file that is no picture is hashed by its bytes.
    """
    try:
        return _image_hash(path)
    except PhotoError:
        return _mark(path)


@once_per_file
def _image_hash(path: Path) -> str:
    image = _decode(path, cv2.IMREAD_GRAYSCALE)
    small = cv2.resize(image, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()


def read(path: str | Path) -> np.ndarray:
    """Read a photo.

    Greyscale is repeated into three channels, transparency removed, 16 bits converted to 8, the first image of an
    animation taken, the camera's rotation applied. The file name's suffix does not matter.

    Args:
        path: an image file.

    Returns:
        uint8 (height, width, 3), red, green, blue, 0 to 255.

    Raises:
        PhotoError: the file is not a complete image, cannot be opened, or has more than 200 million pixels (see
            `lib/__init__.py`).

    Example:
        image = photos.read(found[0].path)
    """
    return cv2.cvtColor(_decode(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def _decode(path: str | Path, flag: int) -> np.ndarray:
    """Decode by way of bytes: OpenCV's own imread cannot open every Windows path. Raises PhotoError."""
    try:
        if not Path(path).is_file():
            raise PhotoError(f"There is no picture {path}: put it back, or begin again without it.")
        data = np.fromfile(path, np.uint8)
        with standard_error_muted():  # libpng and others print there of what they put right, into a progress bar
            image = cv2.imdecode(data, flag) if data.size else None
    except OSError as error:
        raise PhotoError(f"{path} cannot be opened ({error.strerror}): delete it, or copy it again.") from error
    except cv2.error as error:  # what it does not read is None; this comes of a header that promises too much
        raise PhotoError(_TOO_LARGE.format(path)) from error
    if image is None:
        raise PhotoError(f"{path} is not a picture that can be read: delete it, or replace it with a whole copy.")
    if image.shape[0] * image.shape[1] > MOST_PIXELS:  # OpenCV was loaded before `lib` could set its limit
        raise PhotoError(_TOO_LARGE.format(path))
    return image


def _mark(path: Path) -> str:
    """Give the hash of a file's bytes; for what cannot be opened, or is no file, its name."""
    try:
        return sha256(path) if path.is_file() else f"no file {path.name}"
    except OSError:
        return f"closed {path.name}"


def load(photos: Sequence[Photo], resize: Resize, progress: bool = True) -> np.ndarray:
    """Read photos into one array.

    Args:
        photos: n photos.
        resize: how they become squares: `resize` of the backbone or classifier that will see them, or `Resize(32)`.
        progress: show a progress bar.

    Returns:
        uint8 (n, resize.size, resize.size, 3), red, green, blue, 0 to 255.

    Raises:
        PhotoError: one of them is missing or cannot be read.

    Example:
        x = photos.load(split.train, backbone.resize)
    """
    images = np.empty((len(photos), resize.size, resize.size, 3), np.uint8)
    for i, photo in enumerate(progress_bar(photos, progress, desc="reading photos")):
        images[i] = resize(read(photo.path))
    return images


def find_faults(photos: Iterable[Photo], progress: bool = True) -> Faults:
    """List the photos that a network would fail on, or learn twice. Each is decoded once, and again when it changes.

    Args:
        photos: from `find`.
        progress: show a progress bar.

    Returns:
        Lists of the photos that are unreadable, greyscale, transparent, or byte-for-byte copies.

    Example:
        faults = photos.find_faults(found)
        len(faults.unreadable), len(faults.copies)
    """
    of_kind, same_bytes = defaultdict(list), defaultdict(list)
    for photo in progress_bar(list(photos), progress, desc="checking photos"):
        same_bytes[_mark(photo.path)].append(photo)
        try:
            of_kind[_kind(photo.path)].append(photo)
        except PhotoError:
            of_kind["unreadable"].append(photo)
    copies = [some for some in same_bytes.values() if len(some) > 1]
    return Faults(of_kind["unreadable"], of_kind["greyscale"], of_kind["transparent"], copies)


@once_per_file
def _kind(path: Path) -> str:
    """Name the list of `Faults` to which a photo belongs; "" when it has no fault. Raises PhotoError."""
    image = _decode(path, cv2.IMREAD_UNCHANGED)
    if image.dtype not in (np.uint8, np.uint16):  # numbers that `read` cannot turn into grey levels
        return "unreadable"
    if image.ndim == 2:
        return "greyscale"
    return "transparent" if image.shape[2] == 4 else ""


def readable(photos: Iterable[Photo], progress: bool = True) -> list[Photo]:
    """Leave out the photos that cannot be read.

    Args:
        photos: from `find`.
        progress: show a progress bar.

    Returns:
        The others, in the order given.

    Example:
        usable = photos.readable(photos.find("data/sample"))
    """
    photos = list(photos)
    bad = set(find_faults(photos, progress).unreadable)
    return [photo for photo in photos if photo not in bad]


def balance(parts: dict[str, Sequence[Photo]]) -> dict[str, Counter]:
    """Count the photos of each class in each part.

    Args:
        parts: photos under the name of each part, as `Split.parts` gives them.

    Returns:
        For each part, how many photos each class has; 0 for a class that it lacks.

    Example:
        >>> balance({"training": [Photo("a.jpg", "badminton", "1"), Photo("b.jpg", "badminton", "2")]})
        {'training': Counter({'badminton': 2})}
    """
    return {name: Counter(photo.label for photo in part) for name, part in parts.items()}


def fingerprint(photos: Iterable[Photo]) -> str:
    """Give one SHA-256 for a set of photos: it changes when one is added, removed, renamed, altered or regrouped."""
    lines = (f"{photo.label}/{photo.path.name} {_mark(photo.path)} {photo.group} {photo.split}" for photo in photos)
    return text_sha256(*sorted(lines))

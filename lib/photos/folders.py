"""Which files are images, and which folders are classes: decided here and nowhere else."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lib.core import cards
from lib.core.errors import PhotoError

# How the names of images end. OpenCV reads few files of .heic, or none: they are reported, not passed over.
ENDINGS = (".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".heic", ".avif")
_FIRST_BYTES = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|BM.{4}\0{4}|II[*+]\0|MM\0[*+]|RIFF.{4}WEBP"
    rb"|.{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1|avi[fs])|\0{3}\x0cjP  |\xff\x4f\xff\x51|P[1-6]\s[\s\d#]",
    re.DOTALL,
)
MANIFEST = "manifest.csv"
# Folders of systems and programs, beside those that begin with a dot (.ipynb_checkpoints) or "__" (__MACOSX).
_SYSTEM_FOLDERS = {"@eadir", "$recycle.bin", "system volume information", "lost+found"}
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_PARTS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "holdout"}
_EXPECTED = "The course expects one folder per class with the images directly in it, as in badminton/1.jpg"
_NAMED = 3  # how many files a sentence names
_DEPTH = 3  # levels of folders inside a class folder in which misplaced images are looked for


@dataclass(frozen=True)
class Contents:
    """What a folder of class folders contains: the images of each class folder, and what is passed over."""

    folder: Path
    images: dict[Path, list[Path]]
    deeper: list[Path]  # images in folders inside a class folder
    loose: list[Path]  # images beside the class folders
    others: list[Path]  # files that are not images

    def passed_over(self) -> str:
        """Count and name what is passed over in one line, or give an empty string."""
        kinds = {
            "files that are not images": self.others,
            "images outside the class folders": self.loose,
            "images too deep inside a class folder": self.deeper,
        }
        parts = [f"{kind}: {len(paths)} ({named(self.folder, paths)})" for kind, paths in kinds.items() if paths]
        return f"Passed over in {self.folder}: {'; '.join(parts)}." if parts else ""

    def doubtful(self) -> str:
        """Name the class folders whose names are those of parts of a split, or give an empty string."""
        names = [inner.name for inner in self.images if inner.name.lower() in _PARTS]
        return (
            ""
            if not names
            else (
                f"In {self.folder} these folders count as classes: {', '.join(names)}. If they are parts of a split, move "
                "their images into the folders of their classes: the course makes the split itself."
            )
        )


def nfc(name: str) -> str:
    """Systems write ä as one sign or as two; labels and paths are compared as one."""
    return unicodedata.normalize("NFC", name)


def loose(name: str) -> str:
    """Write a name or path so that case and surrounding spaces do not count."""
    return "/".join(part.strip() for part in nfc(name).casefold().split("/"))


def named(folder: Path, paths: Sequence[Path]) -> str:
    """Name the first of some paths inside a folder, and say that there are more."""
    names = [_shown(folder, path) for path in paths[:_NAMED]]
    return ", ".join([*names, "…"] if len(paths) > _NAMED else names)


def _shown(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def is_image(path: Path) -> bool:
    """Is a file an image by its first bytes, or does its name promise one (which `check` then finds unreadable)?"""
    return path.suffix.lower() in ENDINGS or begins_as_image(path)


def begins_as_image(path: Path) -> bool:
    """Does a file begin with the bytes of an image format? False for what is not a file or cannot be opened."""
    try:
        if not path.is_file():  # to open a pipe would wait forever
            return False
        with path.open("rb") as file:
            return _FIRST_BYTES.match(file.read(32)) is not None
    except OSError:
        return False


def contents(folder: str | Path) -> Contents:
    """List a folder of class folders, sorted by class and name. Links to class folders are followed.

    Raises PhotoError when there is no folder, a class has no images or a name that cannot be a label, there are fewer
    than two classes, or most images are not where the course expects them: in one folder per class, directly in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise PhotoError(f"There is no folder {folder}: give a folder with one folder of photos per class.")
    files, inside = _visible(folder)
    loose, others = _divided(files)
    images, deeper = {}, {}
    for inner in inside:
        files, folders = _visible(inner)
        images[inner], not_images = _divided([*files, *folders])
        deeper[inner] = [path for one in folders if one not in images[inner] for path in _below(one, _DEPTH)]
        others += not_images
    others = [path for path in others if path != folder / MANIFEST]
    found = Contents(folder, images, sum(deeper.values(), []), loose, others)
    _check_layout(found)
    for inner in inside:
        if deeper[inner] and not images[inner]:
            raise PhotoError(
                f"{inner} holds no photos, only deeper ones ({_shown(folder, deeper[inner][0])}). {_EXPECTED}: move "
                f"them up, or move {inner.name} out of {folder}."
            )
        if not images[inner]:
            raise PhotoError(
                f"{inner} holds no photos ({', '.join(ENDINGS)}): put some into it, or move it out of {folder}."
            )
    _check_names(inside)
    return found


def _visible(folder: Path) -> tuple[list[Path], list[Path]]:
    """List the files and the folders in a folder, each sorted by name, without hidden ones. Raises PhotoError."""
    try:
        inside = sorted((p for p in folder.iterdir() if not p.name.startswith(".")), key=lambda path: path.name)
    except OSError as error:
        raise PhotoError(
            f"{folder} cannot be opened ({error.strerror}): ask its owner for the right to read it."
        ) from error
    folders = [path for path in inside if path.is_dir()]
    files = [path for path in inside if path not in folders and path.name.lower() not in _SYSTEM_FILES]
    return files, [p for p in folders if not p.name.startswith("__") and p.name.lower() not in _SYSTEM_FOLDERS]


def _divided(entries: list[Path]) -> tuple[list[Path], list[Path]]:
    """Divide what is in a folder into images and other files, each sorted by name."""
    images = {path for path in entries if is_image(path)}
    others = [path for path in entries if path not in images and path.is_file()]
    return sorted(images, key=lambda path: path.name), others


def _below(folder: Path, depth: int) -> list[Path]:
    """List the images in a folder and in those inside it; links are not followed, since they may lead in a circle."""
    if depth == 0 or folder.is_symlink():
        return []
    files, folders = _visible(folder)
    return _divided(files)[0] + [path for inner in folders for path in _below(inner, depth - 1)]


def _check_layout(found: Contents) -> None:
    """Raises PhotoError, with the layout found and the one expected, when it is not one folder per class."""
    folder, count = found.folder, sum(map(len, found.images.values()))
    holding = [inner for inner, images in found.images.items() if images]
    tops = sorted({path.relative_to(folder).parts[0] for path in found.deeper} | {inner.name for inner in holding})
    if tops and {name.lower() for name in tops} <= _PARTS:
        example = _shown(folder, (found.deeper or found.images[holding[0]])[0])
        raise PhotoError(
            f"{folder} is divided into {', '.join(tops)} ({example}). {_EXPECTED}: put all images of a class together; "
            "the course makes the split itself."
        )
    if len(found.deeper) > count:
        only = f"; if its folders are the classes, give {folder / tops[0]}" if len(tops) == 1 else ""
        raise PhotoError(
            f"{len(found.deeper)} of the {count + len(found.deeper)} images in {folder} are too deep "
            f"({_shown(folder, found.deeper[0])}). {_EXPECTED}: move them up{only}."
        )
    if len(holding) < 2:
        raise PhotoError(
            f"{folder} holds fewer than two folders with photos: put each event's photos into a folder "
            "named after the event."
        )


def _check_names(inside: list[Path]) -> None:
    """Raises PhotoError for a class folder whose name cannot be a label, or differs from another's only in case and spaces."""
    first: dict[str, Path] = {}
    for inner in inside:
        if not cards.is_name(inner.name):
            raise PhotoError(f"The name of the class folder {inner} is not a line of readable text: rename it.")
        other = first.setdefault(loose(inner.name), inner)
        if other != inner:
            raise PhotoError(
                f"The names of {other} and {inner} differ only in case or spaces: if they are one class, put all its "
                "photos into one folder; if not, rename one."
            )

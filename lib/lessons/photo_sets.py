"""The photos of a run: generate the sample on first use, find them, check that the course can use them."""

import os
import shutil
from pathlib import Path

from lib import photos, sample
from lib.core import made
from lib.core.files import explain_os_errors, is_part, locked
from lib.core.paths import Run
from lib.photos import Photo, PhotoError


def photographs(run: Run) -> list[Photo]:
    """Find the run's photos, generating the sample on first use; print what is passed over.

    Args:
        run: from `begin`.

    Returns:
        The photos, sorted by class and name.

    Raises:
        PhotoError: they are not on this machine, or cannot be used.

    Example:
        found = lessons.photographs(run)
    """
    folder = run.photos_folder
    if run.photos == "sample" and not (folder / photos.MANIFEST).exists():
        with locked(folder):
            for left in sorted(folder.parent.glob(f".part-*-{folder.name}")):  # by a killed process
                if is_part(left.name):
                    shutil.rmtree(left)
            if not (folder / photos.MANIFEST).exists():  # still not, now that no other process can be generating
                _draw_sample(folder)
    if run.photos == "real" and not any(folder.glob("*/*")):
        raise PhotoError(
            "The real photos are not on this machine: run `python -m lib fetch` (with `--from FOLDER` when a folder "
            'holds them), or set PHOTOS = "sample".'
        )
    return photos.find(folder, say=print)


def check_photographs(run: Run, seed: int) -> None:
    """Find, open and split the run's photos as the notebooks will. Raises PhotoError where they would stop."""
    found = photographs(run)
    whole = photos.readable(found)
    for label in sorted(set(photos.classes(found)) - set(photos.classes(whole))):
        folder = next(photo.path.parent for photo in found if photo.label == label)
        raise PhotoError(f"No file in {folder} can be read as an image: put whole copies there, or move it away.")
    photos.split(whole, seed)


def _draw_sample(folder: Path) -> None:
    is_empty = folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
    if os.path.lexists(folder) and not is_empty:
        raise PhotoError(
            f"{folder} stays as it is, because something of yours is there: the sample photos would be generated there. "
            "Rename it, and give photos of your own by the path of their folder."
        )
    with explain_os_errors(folder):
        sample.draw_photographs(folder)
    made.record(*(path for path in sorted(folder.rglob("*")) if path.is_file()))

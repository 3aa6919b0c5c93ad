"""Go back to a fresh clone: delete what was made, restore changed notebooks. It lists all of that, and asks first.

What the course does not make stays: photographs, clips and networks of one's own, and copies in output/copies.
"""

import os
import shutil
import subprocess
from pathlib import Path

from lib import paths
from lib.scenes import CLIPS

MADE = ("data", "model", "example_clips", "output")
KEPT = ("output/copies",)  # what somebody has written
FETCHED = "data/real"  # asked about apart: they may have come over a slow network


def add_arguments(parser):
    pass


def run(args) -> int:
    made = [path for path in _listed("--others", *MADE) if not _is_own(path)]
    fetched = [path for path in made if path.startswith(FETCHED)]
    made = [path for path in made if path not in fetched]
    changed = _listed("--modified", "notebooks")
    if not made and not fetched and not changed:
        print("This is as a fresh clone is: there is nothing to delete.")
        return 0
    for title, files in (("made by the course", made), ("notebooks that differ from the committed ones", changed)):
        _tell(title, files)
    if (made or changed) and _yes("Delete what was made, and restore these notebooks?" if changed else "Delete it?"):
        _delete(made)
        if changed:
            _git("checkout", "--", *changed)
    _tell("real photographs", fetched)
    if fetched and _yes("Delete these too? They would have to be fetched again."):
        _delete(fetched)
    print("The environment .venv stays, and so does what is your own (photographs, clips, networks, output/copies).")
    return 0


def _is_own(path: str) -> bool:
    """Whether a file is none that the course makes: its folder or name says so."""
    folder, name, *inner = path.split("/")
    if name.startswith("."):  # locks, and what was being written
        return False
    if folder == "data":
        return name not in paths.PHOTO_SETS
    if folder == "model":
        return not inner
    if folder == "example_clips":
        return name.split(".")[0] not in CLIPS
    return path.startswith(KEPT)


def _listed(which: str, *folders: str) -> list[str]:
    """Files of these folders that git does not track, or that were changed; paths from the root."""
    return [path for path in _git("ls-files", "-z", which, "--", *folders).split("\0") if path]


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=paths.ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(f"{paths.ROOT} is no git clone, so what was made cannot be told from what was there: "
                           "download it anew.") from error  # fmt: skip
    return os.fsdecode(done.stdout)


def _tell(title: str, files: list[str]) -> None:
    """Say what is there: folder by folder, how many files and megabytes."""
    if not files:
        return
    print(f"{title[0].upper()}{title[1:]}:")
    folders = {}
    for path in files:
        folders.setdefault("/".join(path.split("/")[:2]), []).append(paths.ROOT / path)
    for folder, found in sorted(folders.items()):
        size = sum(path.lstat().st_size for path in found if path.exists()) / 1e6
        print(f"  {folder:<40} {len(found):>6} files {size:>8.1f} MB")


def _yes(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # nobody is there to answer
        print("no")
        return False


def _delete(files: list[str]) -> None:
    for path in files:
        (paths.ROOT / path).unlink(missing_ok=True)
    for folder in {parent for path in files for parent in Path(path).parents if len(parent.parts) > 1}:
        if (paths.ROOT / folder).is_dir() and not any(p.is_file() for p in (paths.ROOT / folder).rglob("*")):
            shutil.rmtree(paths.ROOT / folder)

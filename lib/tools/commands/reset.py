"""Go back to a fresh clone: delete what the course made, restore changed notebooks. It lists all of that, and asks first.

Only what the course recorded as its own (`lib.core.made`), and no one has changed since, is deleted: your own
photos, clips, networks, notes and copies stay.
"""

import os
import subprocess
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lib.core import files, made, paths
from lib.core.messages import counted, printable
from lib.tools import git

FETCHED = {  # asked about separately: they may have come over a slow network
    ("data", "real"): "Real photos that the course fetched",
    ("model", "imagenet"): "ImageNet weights that the course downloaded",
}
LITTER = {".DS_Store", "Thumbs.db"}  # of macOS and Windows


def add_arguments(parser: ArgumentParser) -> None:
    pass


def run(args: Namespace) -> int:
    folders = [folder for folder in made.folders() if _is_here(folder)]
    records = [made.read(folder) for folder in folders]
    groups = defaultdict(list)
    for path in _proven(records):
        groups[_place(path) if _place(path) in FETCHED else None].append(path)
    left, changed = _left(records), _changed_notebooks()
    _tell_what_stays(records, {*left, *(path for group in groups.values() for path in group)})
    if not groups and not left and not changed:
        print("Nothing that the course made is left: there is nothing to delete.")
    deleted = []
    _tell("Made by the course", groups[None] + left)
    if (groups[None] or left) and _yes("Delete what the course made?"):
        deleted += [*groups[None], *left]
    _tell("Files in notebooks/ that differ from the committed ones", changed)
    if changed and _yes("Restore them? What was written in them since then is lost."):
        git.run("checkout", "--", *map(str, changed))
    for place, title in FETCHED.items():
        _tell(title, groups[place])
        if groups[place] and _yes("Delete these too? They would have to be fetched again."):
            deleted += groups[place]
    failed = _delete(deleted, records)
    for folder in folders:
        made.forget_what_is_gone(folder)
    return 1 if failed else 0


def _is_here(folder: Path) -> bool:
    """Say whether a folder is there and the project's own: what is behind a link stays."""
    if _has_links(folder):
        print(f"{folder} leads out of the project: everything there stays. Delete by hand what you do not need.")
        return False
    return folder.is_dir()


def _has_links(path: Path) -> bool:
    """Say whether a path in the project is a link or leads through one."""
    root = paths.OUTPUT.parent
    straight = os.path.join(os.path.realpath(root), path.relative_to(root))
    return os.path.normcase(os.path.realpath(path)) != os.path.normcase(straight)


def _proven(records: list[made.Record]) -> list[Path]:
    """Files that the course made and no one has changed; none that git tracks."""
    found = [record.folder / path for record in records for path in sorted(record.hashes) if record.proves(path)]
    tracked = git.listed("--cached", *(record.folder for record in records))
    return [path for path in found if path not in tracked and not _has_links(path)]


def _left(records: list[made.Record]) -> list[Path]:
    """Locks, which are empty, of what the course made, parts that a process had begun to write when it was killed, and
    what file managers put into the course's folders: with it in them they would never be empty."""
    found = []
    for record in records:
        named = {record.folder / path for path in record.hashes}
        named |= {folder for path in named for folder in path.parents if record.folder in folder.parents}
        locks = {path.with_name(f".{path.name}.lock") for path in named}
        for path in _walk(record.folder):
            is_part = any(files.is_part(name) for name in path.relative_to(record.folder).parts)
            is_litter = path.name in LITTER and path.parent in named
            if not path.is_symlink() and (is_part or is_litter or path in locks and not path.stat().st_size):
                found.append(path)
    return found


def _tell_what_stays(records: list[made.Record], known: set[Path]) -> None:
    tracked = git.listed("--cached", *(record.folder for record in records))
    records_own = {record.folder / name for record in records for name in (made.NAME, made.LOCK)}
    stays = [path for record in records for path in _walk(record.folder) if path not in known | tracked | records_own]
    for record in records:
        if record.damaged:
            print(f"{record.damaged} lines of {record.folder / made.NAME} are damaged: the files that they named stay.")
    _tell("Stays, because nothing shows that the course made it (it is yours, or was changed)", stays)
    if stays:
        print("If an earlier version of the course made some of it, delete that by hand.")


def _walk(folder: Path) -> list[Path]:
    """All files below a folder, and links, which are not followed."""
    found = []
    for at, folders, names in os.walk(folder):
        found += [Path(at, name) for name in names]
        found += [Path(at, name) for name in folders if Path(at, name).is_symlink()]
    return sorted(found)


def _place(path: Path) -> tuple[str, ...]:
    """The first two parts of a path in the project, such as data, sample."""
    return path.relative_to(paths.OUTPUT.parent).parts[:2]


def _changed_notebooks() -> list[Path]:
    try:
        git.run("rev-parse")
    except (OSError, subprocess.CalledProcessError):
        print(f"{paths.ROOT} is no git clone: notebooks that were changed cannot be restored here.")
    return sorted(git.listed("--modified", paths.ROOT / "notebooks"))


def _tell(title: str, found: list[Path]) -> None:
    """Say what is there: folder by folder, how many files and megabytes."""
    if not found:
        return
    print(f"{title}:")
    folders = defaultdict(list)
    for path in found:
        folders["/".join(_place(path))].append(path)
    for folder, inside in sorted(folders.items()):
        size = sum(path.lstat().st_size for path in inside if os.path.lexists(path)) / 1e6
        print(f"  {printable(folder):<40} {counted(len(inside), 'file'):>12} {size:>8.1f} MB")


def _yes(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # no one is there to answer
        print("no")
        return False


def _delete(found: Iterable[Path], records: list[made.Record]) -> bool:
    """Delete files, and folders that are empty then; say which could not be deleted, and whether there were any."""
    failed = False
    for path in found:
        record = next(record for record in records if record.folder in path.parents)
        name = path.relative_to(record.folder).as_posix()
        if name in record.hashes and not record.proves(name):
            continue  # changed since the question
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            print(f"{printable(str(path))} cannot be deleted ({error.strerror}): delete it by hand.")
            failed = True
        for folder in path.parents[: len(path.relative_to(record.folder).parts) - 1]:
            with suppress(OSError):  # it holds something else
                folder.rmdir()
    return failed

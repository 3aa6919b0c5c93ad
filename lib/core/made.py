"""The record of what the course made: only that is replaced by the course, and deleted by `reset`. All else is a user's.

Each of the folders data, model, example_clips and output has a record of its own, `.made.jsonl`, which is copied and
moved with its folder. A line holds the path of a file, as seen from that folder, and the SHA-256 of its bytes. Lines
are only added: a file made twice has two. A file that a user put there, exchanged or edited has other bytes than
every line says, so nothing shows that it is the course's.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from filelock import FileLock

from lib.core import paths
from lib.core.errors import FileError
from lib.core.hashes import sha256

NAME, LOCK = ".made.jsonl", ".made.lock"
_BEGUN, _ENDED = "", "-"  # in the place of a hash: another library is writing the file; it has left none
_claimed: dict[str, tuple] = {}  # absolute paths that this process writes for the course, and how it claimed them


@dataclass(frozen=True)
class Record:
    """What one folder's record says: the hashes of each path (as seen from the folder), and how many lines are damaged."""

    folder: Path
    hashes: dict[str, set[str]]
    damaged: int

    def proves(self, path: str) -> bool:
        """Say whether the file there is one that the course made, byte for byte. A link is not, wherever it leads."""
        return path in self.hashes and self._has(path, _hash(self.folder / path))

    def allows(self, path: str, digest: str | None, mend: bool = False) -> bool:
        """Say whether the course may replace the file there: it is its own, or one that it was stopped while writing.

        Its bytes have the hash `digest`. With `mend`, also one of other bytes where the course made a file.
        """
        hashes = self.hashes.get(path, ())
        return (_BEGUN in hashes or mend and bool(hashes)) and _is_plain(self.folder / path) or self._has(path, digest)

    def _has(self, path: str, digest: str | None) -> bool:
        return digest in self.hashes.get(path, set()) - {_BEGUN, _ENDED}


def folders() -> tuple[Path, ...]:
    """Give the folders in which the course keeps a record."""
    return paths.DATA, paths.MODEL, paths.EXAMPLE_CLIPS, paths.OUTPUT


def claim(what: str, *files: str | Path, way_out: str = "rename or move it, and try again", mend: bool = False) -> None:
    """Say, before the work, that this process writes `files` for the course; `lib.core.files.atomic_write` then records
    them.

    Args:
        what: What would be written, for the message.
        files: Names that the course has chosen. For a file that the user named, do not call this.
        way_out: What the message advises for a file of the user's.
        mend: Whether a file that the course made is replaced though it was changed since: a damaged download.

    Raises:
        FileError: A file is there, and nothing shows that the course made it.
    """
    for path in files:
        _refuse_to_replace(path, what, way_out, mend)
    _claimed.update((os.path.abspath(path), (what, way_out, mend)) for path in files)


def begin(what: str, *files: Path) -> None:
    """Do the same in a notebook's cell for files that another library writes, not `lib.core.files.atomic_write`.

    They are recorded when the cell ends, after an exception and Ctrl-C too. The course's own earlier files are
    deleted now, so that no hard link to them is written to. Raises FileError, and OSError when a folder takes
    no file.
    """
    claim(what, *files)
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    _append((path, _BEGUN) for path in files)
    if shell := _notebook():

        def cell_ends(result: object) -> None:
            shell.events.unregister("post_run_cell", cell_ends)
            _append((path, sha256(path) if _is_plain(path) else _ENDED) for path in files)

        shell.events.register("post_run_cell", cell_ends)


def announce(what: str, *files: Path) -> None:
    """Do the same for files that later cells of a notebook write.

    What is there stays until then. After each cell, those that it has written are recorded. Raises as `begin` does.
    """
    claim(what, *files)
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_nlink > 1:  # or another name of the file would change with it
            own = path.with_name(f"{path.name}.{os.getpid()}")
            shutil.copy2(path, own)
            os.replace(own, path)
    _append((path, _BEGUN) for path in files)
    if shell := _notebook():
        seen = {path: _state(path) for path in files}

        def cell_ends(result: object) -> None:
            written = [path for path in files if _state(path) not in (None, seen[path])]
            seen.update((path, _state(path)) for path in written)
            _append((path, sha256(path)) for path in written)

        shell.events.register("post_run_cell", cell_ends)


def _notebook() -> Any:
    """Give the notebook's shell, or None where none runs."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _state(path: Path) -> tuple[int, int] | None:
    """Tell a file from what it was before without reading it; None where there is none."""
    return (path.stat().st_mtime_ns, path.stat().st_size) if _is_plain(path) else None


def record(*files: Path) -> None:
    """Record files as made by the course, with the bytes that they have now. Raises FileError, in one sentence."""
    _append((path, sha256(path)) for path in files)


def before_replacing(path: Path, part: Path) -> None:
    """Record the bytes of `part`, if `path` is claimed, before it is moved there: a process killed between the two
    leaves a line too many, never a file without its line. Raises FileError, and OSError, in one sentence."""
    claimed = _claimed.get(os.path.abspath(path))
    if claimed:
        _refuse_to_replace(path, *claimed)
        _append([(path, sha256(part))])


def read(folder: Path) -> Record:
    """Read the record of one of `folders()`; lines that are no lines of a record are counted and left out.

    Raises FileError, in one sentence, when there is a record that cannot be read.
    """
    hashes: dict[str, set[str]] = {}
    damaged = 0
    for line in filter(None, _lines(folder / NAME)):
        try:
            path, digest = json.loads(line)
            if not _is_below(path) or not re.fullmatch(f"[0-9a-f]{{64}}|{_BEGUN}|{_ENDED}", digest):
                raise ValueError
        except (ValueError, TypeError, RecursionError):
            damaged += 1
            continue
        held = hashes.setdefault(path, set())
        held.discard(_BEGUN)
        held.add(digest)
    return Record(folder, hashes, damaged)


def forget_what_is_gone(folder: Path) -> None:
    """Keep of a folder's record only lines on files that are there and the course's; without any, delete the record."""
    if not (folder / NAME).exists():
        return
    with _lock(folder / LOCK):
        held = read(folder)
        lines = [
            _line(path, digest)
            for path, hashes in held.hashes.items()
            for digest in hashes
            if os.path.lexists(folder / path) and held.allows(path, _hash(folder / path))
        ]
        new = folder / f"{NAME}.new"
        new.write_text("".join(lines), encoding="utf-8", newline="\n")
        os.replace(new, folder / NAME)
        if not lines:
            (folder / NAME).unlink()
    if not lines:
        (folder / LOCK).unlink(missing_ok=True)


def _refuse_to_replace(path: str | Path, what: str, way_out: str, mend: bool) -> None:
    if not os.path.lexists(path):
        return
    within = _within(Path(path))
    digest = _hash(Path(path))  # before the record is read: another process adds its line, then moves its file there
    if not within or not read(within[0]).allows(within[1], digest, mend):
        raise FileError(
            f"{path} stays as it is, because nothing shows that the course made it: {what} would be written there. "
            f"If it is yours, {way_out}; if an earlier version of the course made it, delete it."
        )


def _append(entries: Iterable[tuple[Path, str]]) -> None:
    """Add lines to the records of the folders that contain the files; a file in none of them has no line."""
    lines: dict[Path, str] = {}
    for path, digest in entries:
        if within := _within(path):
            lines[within[0]] = lines.get(within[0], "") + _line(within[1], digest)
    for folder, text in lines.items():
        try:
            (folder / LOCK).touch()  # or says why not, where FileLock would wait for ever
            with _lock(folder / LOCK), open(folder / NAME, "a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise FileError(
                f"{folder / NAME}, the record of what the course made, cannot be written ({error.strerror}): see that "
                "the folder takes files and the disk has room, and try again."
            ) from error


@cache
def _lock(path: Path) -> FileLock:
    """Give the lock of a record, the same each time: Ctrl-C during the destructor of one is lost."""
    return FileLock(path)


def _line(path: str, digest: str) -> str:
    return f"\n{json.dumps([path, digest])}"  # begins a line of its own, also after one that was cut short


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").split("\n") if os.path.lexists(file) else []
    except OSError as error:
        raise FileError(
            f"{file}, the record of what the course made, cannot be read ({error.strerror}): see that you may read it, "
            "or delete it; then nothing counts as made by the course."
        ) from error


def _within(path: Path) -> tuple[Path, str] | None:
    """Give the one of `folders()` that contains a file, and the file's path from there, as written or with links resolved."""
    for absolute in (os.path.abspath, os.path.realpath):
        at = Path(absolute(path.parent), path.name)
        for folder in folders():
            base = Path(absolute(folder))
            if at.is_relative_to(base):
                return folder, at.relative_to(base).as_posix()
    return None


def _is_below(path: str) -> bool:
    pure = PurePath(path)
    return bool(pure.parts) and not pure.anchor and ".." not in pure.parts


def _hash(path: Path) -> str | None:
    """Give the SHA-256 of a file that is no link; of what cannot be read, None."""
    try:
        return sha256(path) if _is_plain(path) else None
    except OSError:
        return None


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()

"""Nothing half-written: a file is made under a temporary name and moved into place when it is whole."""

import errno
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, a user's share of it, the largest file it takes
_PART = ".part-"  # how temporary names begin
_LEFT = 24 * 3600  # seconds after which nobody is writing to a part any more


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name in the folder of `path` (which is made), moved to `path` when all went well.

    The temporary name keeps the ending, by which many writers choose the format. After an exception,
    Ctrl-C included, nothing stays; what a killed process left is deleted a day later. Raises OSError,
    in one sentence, when the folder takes no file, the disk is full or `path` cannot be replaced.
    """
    path = Path(path)
    part = path.with_name(f"{_PART}{secrets.token_hex(4)}-{path.name}")
    with telling(path):
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder: give the name of a file to write.")
        path.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
        _delete_what_is_left(path.parent)
    try:
        with telling(path, only=_FULL):
            yield part
        with telling(path, "close the program that has it open, and try again"):
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: str | Path, told: str | Path = "") -> None:
    """Make a folder, and see that it takes files. Raises OSError, in one sentence about it or `told`, when it does not."""
    folder = Path(folder)
    with telling(told or folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()


def _delete_what_is_left(folder: Path) -> None:
    for part in folder.glob(f"{_PART}*"):
        with suppress(OSError):  # its writer has just moved it, or holds it open
            if time.time() - part.stat().st_mtime > _LEFT:
                part.unlink()


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Keep others from making a file or folder at the same time; wait, and say so, while another process makes it.

    The lock lies beside `path`, and the system lets go of it when its process ends, however that ends.
    Raises OSError, in one sentence, when the folder takes no file.
    """
    path = Path(path)
    lock_path = path.with_name(f".{path.name}.lock")
    lock = FileLock(lock_path)
    with telling(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_path.touch()  # or says why not, where FileLock would wait for ever
        try:
            lock.acquire(timeout=1)
        except Timeout:
            print(f"{path.name} is being made by another notebook: waiting for it.", flush=True)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def telling(path: str | Path, way_out: str = "", only: Collection[int] = ()) -> Iterator[None]:
    """Turn a refusal of the system to write `path` into OSError with one sentence that tells the way out.

    With `only`, refusals by these numbers (of `errno`) alone.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or only and error.errno not in only:  # without a number it is a sentence already
            raise
        if error.errno in _FULL:
            way_out = "make room on the disk, and try again"
        way_out = way_out or "choose a folder that you may write to, or copy the project to one"
        raise OSError(f"{path} cannot be written ({error.strerror}): {way_out}.") from error


def write_json(path: str | Path, content: dict) -> None:
    """Write a dictionary as indented JSON, whole or not at all."""
    with replacing(path) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict:
    """Read a JSON file. Raises ValueError, in one sentence, when it is cut short, altered or no dictionary."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError("it is a list or a single value")
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} is not whole JSON ({error}): delete it, and it will be made again.") from error
    return content


def sha256(path: str | Path) -> str:
    """Give the SHA-256 of a file's bytes, in hexadecimal. Raises OSError, in one sentence, when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise type(error)(
            f"{path} cannot be read ({error.strerror}): put it back, or begin again without it."
        ) from error

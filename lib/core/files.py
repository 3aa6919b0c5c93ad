"""Nothing half-written: a file is made under a temporary name and moved into place when it is whole."""

import errno
import json
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from lib.core import made
from lib.core.errors import CourseError, FileError, InputError

if TYPE_CHECKING:
    import numpy as np

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, a user's share of it, the largest file it takes
_PART = ".part-"  # how temporary names begin
_PART_TAIL = 50  # characters of the name that a temporary name ends with: 255 bytes are room enough for both
_parts: dict[Path, int] = {}  # that are being written, and the process that writes them: a fork inherits this
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has one of them
_IS_WINDOWS = sys.platform == "win32"
_LONGEST_PATH = 259 - 15  # characters that Windows takes, unless its long paths are on; a temporary name may add 15
_LEFT = 24 * 3600  # seconds after which a part is no longer being written


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Give a temporary name in the folder of `path` (which is made), moved to `path` when all went well.

    The temporary name keeps the ending, by which many writers choose the format. After an exception,
    Ctrl-C, SIGTERM and SIGHUP included, nothing stays; what a killed process left is deleted a day later. A `path` that
    `made.claim` named is recorded as made by the course. Raises OSError, in one sentence, when the folder takes no
    file or no such name, the disk is full or `path` cannot be replaced.
    """
    path = Path(path)
    check_name(path)
    with temporary(path) as part:
        with explain_os_errors(path):
            if path.is_dir():
                raise FileError(f"{path} is a folder: give the name of a file to write.")
            path.parent.mkdir(parents=True, exist_ok=True)
            part.touch()
            _delete_what_is_left(path.parent)
        with explain_os_errors(path, only=_FULL):
            yield part
        with explain_os_errors(path, "close the program that has it open, and try again"):
            made.before_replacing(path, part)
            os.replace(part, path)


@contextmanager
def temporary(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`, with its ending, for a file or folder that is removed when the block ends.

    SIGTERM and SIGHUP (a terminal was closed) end the process as ever, but what has the name is removed first.
    """
    part = path.with_name(f"{_PART}{secrets.token_hex(4)}-{path.name[-_PART_TAIL:]}")
    with removing_parts_at_signals():
        _parts[part] = os.getpid()
        try:
            yield part
        finally:
            _remove(part)
            del _parts[part]


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        with suppress(OSError):  # it has never been there, or is open (Windows): deleted a day later
            part.unlink(missing_ok=True)


@contextmanager
def removing_parts_at_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP remove what this process has begun to write, in any thread, and then end it.

    Where a program has a handler of its own, nothing changes, nor in threads, which cannot set one.
    """
    is_main = threading.current_thread() is threading.main_thread()
    ours = [number for number in _ENDING if is_main and signal.getsignal(number) == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    # Not by an exception: one raised while a destructor runs, or C code that passes over it, is lost.
    for part, writer in tuple(_parts.items()):
        if writer == os.getpid():
            _remove(part)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def is_part(name: str) -> bool:
    """Say whether a name is one that `temporary` gives."""
    return re.match(rf"{re.escape(_PART)}[0-9a-f]{{8}}-.", name) is not None


def check_name(path: str | Path) -> None:
    """Raises OSError, in one sentence, for a name that is too long for the file system."""
    folders = Path(os.path.abspath(path)).parents
    there = next(folder for folder in folders if os.path.isdir(folder))  # the others have yet to be made
    try:
        os.lstat(there / Path(path).name)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise FileError(f"{path} cannot be written ({error.strerror}): choose a shorter name.") from error


def make_folder(folder: str | Path, describe_as: str | Path = "") -> None:
    """Make a folder, and see that it takes files. Raises OSError, in one sentence about it or `describe_as`, when it does not."""
    folder = Path(folder)
    with explain_os_errors(describe_as or folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()


def _delete_what_is_left(folder: Path) -> None:
    for part in folder.glob(f"{_PART}*"):
        with suppress(OSError):  # its writer has just moved it, or holds it open
            if is_part(part.name) and time.time() - part.stat().st_mtime > _LEFT:
                part.unlink()


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Keep others from making a file or folder at the same time; wait, and say so, while another process makes it.

    The lock file is next to `path`; the system releases the lock when its process ends, in any way.
    Raises OSError, in one sentence, when the folder takes no file.
    """
    path = Path(path)
    lock_path = path.with_name(f".{path.name}.lock")
    lock = FileLock(lock_path)
    with explain_os_errors(path):
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
def explain_os_errors(path: str | Path, way_out: str = "", only: Collection[int] = ()) -> Iterator[None]:
    """Turn a refusal of the system to write `path` into FileError, with one sentence that names the way out.

    With `only`, refusals by these numbers (of `errno`) alone.
    """
    try:
        yield
    except CourseError:
        raise
    except OSError as error:
        if only and error.errno not in only:
            raise
        if error.errno in _FULL:
            way_out = "make room on the disk, and try again"
        elif _IS_WINDOWS and error.errno == errno.ENOENT and len(os.path.abspath(path)) > _LONGEST_PATH:
            way_out = "choose a shorter path, or switch on the long paths of Windows"
        way_out = way_out or "choose a folder that you may write to, or copy the project to one"
        raise FileError(f"{path} cannot be written ({error.strerror}): {way_out}.") from error


def write_json(path: str | Path, content: dict) -> None:
    """Write a dictionary as indented JSON, whole or not at all."""
    with atomic_write(path) as part:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict:
    """Read a JSON file.

    Args:
        path: the file; UTF-8, with or without a byte order mark, or UTF-16.

    Returns:
        The dictionary in the file.

    Raises:
        InputError: it is cut short, altered or not a dictionary.

    Example:
        card = files.read_json("model/mine.json")
    """
    try:
        content = json.loads(Path(path).read_bytes())  # as Windows' editors save it too: UTF-8 with a mark, UTF-16
        if not isinstance(content, dict):
            raise TypeError("it is a list or a single value")
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not whole JSON ({error}): delete it, and it will be made again.") from error
    return content


def read_arrays(path: str | Path) -> "dict[str, np.ndarray]":
    """Read all arrays of a `.npz` file by name; objects, which could run code, are refused.

    Raises FileNotFoundError when there is no such file, InputError when it is damaged or something else.
    """
    import numpy as np  # which the command line does not load before its arguments are checked

    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except FileNotFoundError:
        raise
    except Exception as error:  # NumPy raises errors of any kind on a damaged file
        raise InputError(f"{path} does not hold arrays: delete it, and it will be made again.") from error

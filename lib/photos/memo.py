"""Remembers what was found in a file while the process runs: a notebook checks the same photos several times."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path


def once_per_file(look: Callable[[Path], str]) -> Callable[[Path], str]:
    """Remember what `look` found in each file until its size or its time of modification changes.

    Where `look` raises, nothing is remembered: a file that cannot be read now is opened again next time.
    """
    found: dict[tuple[Path, int, int], str] = {}

    @wraps(look)
    def remembered(path: Path) -> str:
        try:
            state = path.stat()
        except OSError:
            return look(path)
        key = path.absolute(), state.st_mtime_ns, state.st_size
        if key not in found:
            found[key] = look(path)
        return found[key]

    return remembered

"""Experiments: what the course claims, measured over several seeds.

Each module here is one experiment. It has `CASES` (what is varied, a list of dictionaries), `DEPENDS_ON` (the modules
of `lib` whose change makes its figures old), `run_case(case)` (one case measured: a dictionary of plain numbers and
lists) and `summarise(rows)` (the text that is printed).
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from lib import paths
from lib.files import sha256


def code_mark(modules: Iterable[str], *more: Path) -> str:
    """Give one SHA-256 for modules of the library, by name, and more files: when it changes, their results are old."""
    files = list(more)
    for module in modules:
        path = paths.ROOT / "lib" / module
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return hashlib.sha256("".join(sha256(file) for file in files).encode()).hexdigest()

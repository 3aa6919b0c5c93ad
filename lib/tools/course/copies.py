"""Copies of the notebooks: a handout for a class, and copies of one's own to write in."""

import os
import re
from pathlib import Path

from nbformat import NotebookNode

from lib.core import made, notebooks, paths
from lib.core.files import make_folder

NOT_HANDED_OUT = {"solution", "instructor"}
_LINK = re.compile(r"(\]\()([^)#:\s]+)(?=[)#])")  # of Markdown, to a file beside or above


def hand_out(folder: Path) -> list[Path]:
    """Write every notebook without outputs, solutions and what is for instructors into a folder; give their paths.

    An earlier handout is replaced, but not a notebook of it that was changed since. Raises NotebookError, and OSError
    where nothing can be written.
    """
    written = []
    made.claim("the handout", *(folder / f"{name}.ipynb" for name in notebooks.COURSE))
    for name in notebooks.COURSE:
        notebook = notebooks.read(notebooks.source(name))
        notebook.cells = [cell for cell in notebook.cells if not NOT_HANDED_OUT & set(cell.metadata.get("tags", []))]
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        written.append(_write(notebook, folder / f"{name}.ipynb"))
    return written


def add_missing(folder: Path) -> list[Path]:
    """Copy those notebooks into a folder that it has not got yet; give their paths. What is there stays as it is."""
    missing = [name for name in notebooks.COURSE if not (folder / f"{name}.ipynb").exists()]
    return [_write(notebooks.read(notebooks.source(name)), folder / f"{name}.ipynb") for name in missing]


def _write(notebook: NotebookNode, path: Path) -> Path:
    make_folder(path.parent)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(lambda link: link[1] + _seen_from(path.parent, link[2]), cell.source)
    notebooks.write(notebook, path)
    return path


def _seen_from(folder: Path, target: str) -> str:
    """Write a link of a notebook's text as it must be in another folder; notebooks keep theirs, being copied too."""
    if Path(target).stem in notebooks.COURSE:
        return target
    return Path(os.path.relpath(paths.NOTEBOOKS / target, folder)).as_posix()

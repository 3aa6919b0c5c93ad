"""What changed in the notebooks' outputs since they were committed, as one page: text by line, pictures side by side."""

import base64
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from nbformat import NotebookNode

from lib.core import templating
from lib.lessons.stored_results import outside_bands

SLIGHT = 0.02  # of a picture's pixels: a curve that a training on another machine draws a little differently
_SEEN = 24  # of 255: by less than this a pixel is as it was
# What differs from machine to machine, and its replacement. tests/nbval_sanitize.cfg has the same pairs for nbval.
SANITIZE_PATTERNS = (
    (r"\x1b\[[0-9;]*m", ""),  # colour codes of the terminal
    (r"\b0x[0-9a-f]+", "ADDRESS"),
    (r"\S*ipykernel_\d+\S*", "CELL"),  # the file name that the kernel gives a cell
    (r"(/[\w.~-]+)+/(?=notebooks/|output/|data/|model/|example_clips/)", "ROOT/"),
    (r"<Figure size [\d.]+x[\d.]+ with \d+ Axes>", "<Figure>"),  # its size depends on what is misclassified
)
_TEMPLATE = Path(__file__).parent / "templates" / "comparison.html.j2"


@dataclass(frozen=True)
class Change:
    """A cell whose output is not what is committed.

    `before` and `after` are text, or PNG files in base64; an output that is missing on one side is empty there.
    `share` is that of a picture's pixels that differ, 1.0 when its size does. `expected` says that the cell is one
    whose output differs from run to run.
    """

    cell: int
    source: str
    kind: str
    before: str
    after: str
    share: float
    expected: bool

    @property
    def left_band(self) -> bool:
        return self.kind == "text" and outside_bands(self.after) > outside_bands(self.before)

    @property
    def slight(self) -> bool:
        return self.expected or self.kind == "picture" and self.share < SLIGHT


def changes(committed: NotebookNode, executed: NotebookNode) -> Iterator[Change]:
    """Yield what differs between two notebooks of the same cells, except for inserted cells with choices."""
    kept = [cell for cell in executed.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    for number, (old, new) in enumerate(zip(committed.cells, kept, strict=True), 1):
        if old.cell_type != "code":
            continue
        expected = "nbval-ignore-output" in old.metadata.get("tags", [])
        before, after = _text(old), _text(new)
        if before != after:
            yield Change(number, old.source, "text", before, after, 1.0, expected)
        pictures = _pictures(old), _pictures(new)
        for at in range(max(map(len, pictures))):
            before, after = (side[at] if at < len(side) else "" for side in pictures)
            share = difference(before, after)
            if share:
                yield Change(number, old.source, "picture", before, after, share, expected)


def _sanitized(text: str) -> str:
    """Replace in a text what differs from machine to machine."""
    for pattern, replacement in SANITIZE_PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text


def _text(cell: NotebookNode) -> str:
    """What a cell printed or gave back, pictures and what went to standard error left out."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}\n")
        elif "image/png" not in output.get("data", {}):
            parts.append(output.get("data", {}).get("text/plain", ""))
    return _sanitized("".join(parts)).strip()


def _pictures(cell: NotebookNode) -> list[str]:
    found = [output["data"]["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return ["".join(png).replace("\n", "") for png in found]


def difference(before: str, after: str) -> float:
    """Give the share of pixels that differ visibly between two PNG files in base64: 0.0 to 1.0."""
    if before == after:
        return 0.0
    if not before or not after:
        return 1.0
    old, new = (
        cv2.imdecode(np.frombuffer(base64.b64decode(png), np.uint8), cv2.IMREAD_COLOR) for png in (before, after)
    )
    if old is None or new is None or old.shape != new.shape:
        return 1.0
    return float((cv2.absdiff(old, new).max(axis=2) > _SEEN).mean())


def write(found: dict[str, list[Change]], choices: str, path: Path) -> None:
    """Write the page: a table of all notebooks, then each changed cell, slight changes folded away.

    Args:
        found: the changes of each notebook, by its name.
        choices: the run's choices, in one sentence.
        path: the page.

    Raises:
        OSError: the page cannot be written.
    """
    templating.write_page(path, _TEMPLATE, choices=choices, notebooks=found, counts=counts, diff=_diff)


def _diff(change: Change) -> str:
    """Give both texts line by line as an HTML table, escaped."""
    lines = change.before.splitlines(), change.after.splitlines()
    return difflib.HtmlDiff(wrapcolumn=80).make_table(*lines, "committed", "now", context=True, numlines=1)


def counts(changed: list[Change]) -> dict[str, int]:
    """Count changes: of text, of bands that are left, of pictures, and slight ones of either kind."""
    clear = [change for change in changed if not change.slight]
    return {
        "text": sum(change.kind == "text" for change in clear),
        "bands": sum(change.left_band for change in clear),
        "pictures": sum(change.kind == "picture" for change in clear),
        "slight": len(changed) - len(clear),
    }

"""What changed in the notebooks' outputs since they were committed, as one page: text by line, pictures side by side."""

import base64
import configparser
import difflib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lib import paths
from lib.files import replacing

SLIGHT = 0.02  # of a picture's pixels: a curve that a training on another machine draws a little differently
_SEEN = 24  # of 255: by less than this a pixel is as it was
_BAND = re.compile(r": no( \(|$)", re.MULTILINE)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What changed since the committed notebooks</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
  table {{ border-collapse: collapse; }}
  table.count td, table.count th {{ padding: .3rem 1.2rem .3rem 0; text-align: left; border-bottom: 1px solid #ddd; }}
  table.diff {{ font: 13px/1.4 ui-monospace, monospace; width: 100%; }}
  table.diff td {{ padding: 0 .4rem; white-space: pre-wrap; vertical-align: top; }}
  .diff_header, .diff_next {{ color: #888; }}
  .diff_add, .diff_sub, .diff_chg {{ background: #fde9b8; font-weight: bold; }}
  pre {{ background: #f6f6f6; padding: .6rem; overflow-x: auto; font-size: 13px; }}
  .pair {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }}
  img {{ max-width: 100%; border: 1px solid #ddd; }}
  figure {{ margin: 0; }} figcaption {{ color: #666; }}
  .no {{ font-weight: bold; }}
</style>
<h1>What changed since the committed notebooks</h1>
<p>{choices}</p>
{counts}
{notebooks}
</html>
"""


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
        return self.kind == "text" and len(_BAND.findall(self.after)) > len(_BAND.findall(self.before))

    @property
    def slight(self) -> bool:
        return self.expected or self.kind == "picture" and self.share < SLIGHT


def changes(committed, executed) -> Iterator[Change]:
    """Yield what differs between two notebooks of the same cells, but for cells with choices inserted."""
    kept = [cell for cell in executed.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    clean = sanitizer()
    for number, (old, new) in enumerate(zip(committed.cells, kept, strict=True), 1):
        if old.cell_type != "code":
            continue
        expected = "nbval-ignore-output" in old.metadata.get("tags", [])
        before, after = _text(old, clean), _text(new, clean)
        if before != after:
            yield Change(number, old.source, "text", before, after, 1.0, expected)
        pictures = _pictures(old), _pictures(new)
        for at in range(max(map(len, pictures))):
            before, after = (side[at] if at < len(side) else "" for side in pictures)
            share = difference(before, after)
            if share:
                yield Change(number, old.source, "picture", before, after, share, expected)


def sanitizer():
    """Give a function that takes out of a text what differs from machine to machine, as the tests of notebooks do."""
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(paths.ROOT / "tests" / "nbval_sanitize.cfg", encoding="utf-8")
    pairs = [(re.compile(rules[name]["regex"]), rules[name]["replace"]) for name in rules.sections()]

    def clean(text: str) -> str:
        for pattern, replacement in pairs:
            text = pattern.sub(replacement, text)
        return text

    return clean


def _text(cell, clean) -> str:
    """What a cell printed or gave back, pictures and what went to standard error left out."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}\n")
        elif "image/png" not in output.get("data", {}):
            parts.append(output.get("data", {}).get("text/plain", ""))
    return clean("".join(parts)).strip()


def _pictures(cell) -> list[str]:
    found = [output["data"]["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return ["".join(png).replace("\n", "") for png in found]


def difference(before: str, after: str) -> float:
    """Give the share of pixels that differ visibly between two PNG files in base64: 0.0 to 1.0."""
    if before == after:
        return 0.0
    if not before or not after:
        return 1.0
    old, new = (cv2.imdecode(np.frombuffer(base64.b64decode(png), np.uint8), cv2.IMREAD_COLOR) for png in (before, after))
    if old.shape != new.shape:
        return 1.0
    return float((cv2.absdiff(old, new).max(axis=2) > _SEEN).mean())


def write(found: dict[str, list[Change]], choices: str, path: Path) -> None:
    """Write the page: a table of all notebooks, then each changed cell, slight changes folded away."""
    rows = "".join(_row(name, changed) for name, changed in found.items())
    head = "<tr><th>notebook</th><th>text</th><th>bands left</th><th>pictures</th><th>slight</th></tr>"
    page = _PAGE.format(
        choices=html.escape(choices),
        counts=f'<table class="count">{head}{rows}</table>',
        notebooks="\n".join(_section(name, changed) for name, changed in found.items()),
    )
    with replacing(path) as part:
        part.write_text(page, encoding="utf-8")


def counts(changed: list[Change]) -> dict[str, int]:
    """Count changes: of text, of bands that are left, of pictures, and slight ones of either kind."""
    clear = [change for change in changed if not change.slight]
    return {
        "text": sum(change.kind == "text" for change in clear),
        "bands": sum(change.left_band for change in clear),
        "pictures": sum(change.kind == "picture" for change in clear),
        "slight": len(changed) - len(clear),
    }


def _row(name: str, changed: list[Change]) -> str:
    cells = "".join(f'<td class="{"no" if value else ""}">{value}</td>' for value in counts(changed).values())
    return f'<tr><td><a href="#{name}">{name}</a></td>{cells}</tr>'


def _section(name: str, changed: list[Change]) -> str:
    clear = [_shown(change) for change in changed if not change.slight]
    slight = [_shown(change) for change in changed if change.slight]
    folded = f"<details><summary>{len(slight)} slight or expected</summary>{''.join(slight)}</details>" if slight else ""
    body = "".join(clear) + folded or "<p>Nothing changed.</p>"
    return f'<h2 id="{name}">{name}</h2>{body}'


def _shown(change: Change) -> str:
    title = f"Cell {change.cell}"
    if change.left_band:
        title += ": a band is left"
    if change.kind == "picture":
        title += f": {change.share:.1%} of the picture differs"
        body = '<div class="pair">' + _picture("committed", change.before) + _picture("now", change.after) + "</div>"
    else:
        lines = (change.before.splitlines(), change.after.splitlines())
        body = difflib.HtmlDiff(wrapcolumn=80).make_table(*lines, "committed", "now", context=True, numlines=1)
    return f"<h3>{title}</h3><pre>{html.escape(change.source)}</pre>{body}"


def _picture(caption: str, png: str) -> str:
    picture = f'<img alt="{caption}" src="data:image/png;base64,{png}">' if png else "<p>no picture</p>"
    return f"<figure><figcaption>{caption}</figcaption>{picture}</figure>"

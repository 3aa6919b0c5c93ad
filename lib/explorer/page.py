"""The explorer as a page that opens from disk: no kernel, no server, no network."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from lib.core import templating
from lib.core.files import atomic_write

_FOLDER = Path(__file__).parent
SCRIPT = "\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("smoothing", "axis", "explorer"))
STYLE = (_FOLDER / "explorer.css").read_text(encoding="utf-8")
_MACROS: Any = templating.load(_FOLDER / "page.html.j2").module  # the macros are its attributes


def markup(data: dict[str, Any], video: str | None) -> Markup:
    """Give the explorer as HTML. data: from `pack`; video: the address of the clip, or None."""
    return Markup(_MACROS.explorer(STYLE, SCRIPT, data | {"video": video}))


def write(path: Path, data: dict[str, Any], video: str | None) -> None:
    """Write a page with the explorer on it, whole or not at all. Raises OSError when it cannot be written."""
    with atomic_write(path) as part:
        text = _MACROS.page(f"Events in {data['source']}", markup(data, video))
        part.write_text(text.lstrip(), encoding="utf-8")

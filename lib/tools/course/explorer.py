"""The explorer of a clip, with its truth: on the summary page, and what `explore` writes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib import explorer, timeline
from lib.core.errors import InputError
from lib.video import FrameScores


def pack(clip: Path, scores: FrameScores, say: Callable[[str], None]) -> dict[str, Any]:
    """Pack a clip's scores and the truth beside it, NAME.truth.csv; `say` receives why a truth cannot be used."""
    file = clip.with_suffix(".truth.csv")
    try:
        truth = timeline.read_truth(file).labels(scores.classes) if file.exists() else None
        return explorer.pack(scores, truth)
    except InputError as error:
        say(f"Warning: the page is without the truth. {file}: {error}")
        return explorer.pack(scores)

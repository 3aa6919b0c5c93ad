"""One clip labelled: its scores become labels, and labels become files. In `label`'s own process and on workers alike."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lib import video
from lib.core import made
from lib.tools.labelling.choices import Choices
from lib.tools.labelling.results import Labelled, check_free, compare
from lib.tools.labelling.sources import SCORES, Source, identify, with_ending
from lib.video import FrameScores


@dataclass(frozen=True)
class Request:
    """What a user wants of every clip.

    Args:
        choices: how scores become labels.
        classifier: its file, as reports name it.
        start: the moment of the first frame, in seconds since the clip's first.
        end: the moment before which the last frame is.
        stride: one of how many frames is scored.
        video: whether a labelled copy is written.
        is_own: whether results go to the course's own folder, where they are recorded as made by it.
    """

    choices: Choices
    classifier: str
    start: float = 0.0
    end: float = math.inf
    stride: int = 1
    video: bool = True
    is_own: bool = False


def check_results(source: Source, stem: Path, copy: Path | None, is_chosen: bool, is_own: bool) -> None:
    """See that the results of a source can be written, and claim them in the course's own folder.

    Args:
        source: a clip, a camera or an address.
        stem: the path of its results without an ending.
        copy: the labelled copy.
        is_chosen: whether the copy's name is the user's choice.
        is_own: whether the results go to the course's own folder.

    Raises:
        OSError, InputError: a file of the user's is in the way, or the folder takes no file.
    """
    if copy:
        video.check_output_path(copy, source if isinstance(source, Path) else None)
    files = check_free(stem, source, None if is_chosen else copy)
    if is_own:
        claim(*files)


def claim(*files: Path) -> None:
    """Record files in the course's own folder as made by it. Raises FileError when one is a user's."""
    made.claim("a result", *files, way_out="choose another folder with --out")


def scores_file(stem: Path, request: Request) -> Path:
    """Name the file of the scores; those of a part, or of some frames, do not replace those of the whole clip."""
    part = f".{request.start:g}-{request.end:g}" if request.start or request.end < math.inf else ""
    some = f".every{request.stride}" if request.stride > 1 else ""
    return with_ending(stem, f"{part}{some}{SCORES}")


def label_scores(
    clip: Path, scores: FrameScores, request: Request, say: Callable[[str], None]
) -> tuple[Labelled, dict]:
    """Label the frames of a clip.

    Args:
        clip: the clip.
        scores: its scores.
        request: how they become labels.
        say: receives a sentence when there is a truth beside the clip that cannot be used.

    Returns:
        The labels; and how many frames the clip has and, where its truth is known, how good the labels are.
    """
    choices = request.choices.of_scored(request.stride)
    labels, smooth = choices.labels(scores.scores, choices.size(scores.scored_rate))
    end = float(scores.seconds[-1]) + float((scores.frames - scores.indices[-1]) / scores.rate)
    labelled = Labelled(labels, smooth, scores.seconds, scores.classes, end, request.stride)
    measured = compare(clip, labelled, float(scores.scored_rate), say=say)
    return labelled, {"frames": scores.frames} | ({"measures": measured} if measured else {})


def draw(
    clip: Path, copy: Path, labelled: Labelled, scores: FrameScores, request: Request, progress: bool = True
) -> None:
    """Write the labelled copy of a clip. Raises OSError."""
    smooth = scores.with_scores(labelled.probabilities)
    video.annotate_clip(clip, copy, labelled.labels, smooth, start=request.start, end=request.end, progress=progress)


def report(labelled: Labelled, facts: dict, request: Request) -> dict:
    """Give what a report states before its segments: the user's choices, and facts such as the number of frames."""
    choices = request.choices
    window = f"{choices.window} frames" if isinstance(choices.window, int) else f"{choices.window:g} s"
    seconds = round(labelled.end - float(labelled.seconds[0]), 3)
    return {
        "classifier": request.classifier, "window": window, "smooth": choices.smooth, "unknown": choices.unknown,
        "stride": request.stride, "start": request.start, "seconds": seconds,
    } | facts  # fmt: skip


def row(source: Source, labelled: Labelled, facts: dict) -> dict:
    """Give the line of a labelled source in the list of all."""
    own = {"clip": identify(source), "frames": facts["frames"], "seconds": facts["seconds"]}
    return own | labelled.fractions() | {"state": "labelled"}

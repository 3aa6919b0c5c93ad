"""How several commands let their user name clips of one event each."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from lib.core.errors import InputError


class Clip(NamedTuple):
    """A clip of one event, and how many of its seconds count."""

    path: Path
    event: str
    seconds: float


def add_clips_argument(parser: ArgumentParser) -> None:
    """Add --clips."""
    parser.add_argument(
        "--clips", nargs="*", type=_clip, default=[], metavar="CLIP=EVENT[:SECONDS]",
        help="clips of one event each, and how many of their seconds count: frame accuracy with a deque of 32",
    )  # fmt: skip


def check_events(clips: Iterable[Clip], classes: Sequence[str]) -> None:
    """Raises InputError when a clip is of none of the classes."""
    if strange := {clip.event for clip in clips} - set(classes):
        raise InputError(f"No photos are of {', '.join(sorted(strange))}: give one of {', '.join(classes)}.")


def _clip(given: str) -> Clip:
    path, _, rest = given.rpartition("=")
    event, _, seconds = rest.partition(":")
    try:
        if Path(path).is_file():
            return Clip(Path(path), event, float(seconds or "inf"))
    except ValueError:
        pass  # of `float`; answered below
    raise ArgumentTypeError(
        f"{given!r} does not name a clip and its event: write CLIP.mp4=badminton, or CLIP.mp4=badminton:20."
    )

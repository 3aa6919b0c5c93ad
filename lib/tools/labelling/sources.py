"""What the user gives: clips, folders, patterns, cameras, addresses; and the names of their results."""

import glob
import os
import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from lib.core.errors import CourseError, FileError
from lib.core.files import read_json
from lib.core.messages import without_password
from lib.core.paths import six_characters

Source = Path | int | str  # a clip, the number of a camera, an address

CLIPS = ".mp4 .m4v .mov .avi .mkv .webm .mpg .mpeg .ts .m2ts .mts .wmv .asf .flv .ogv .3gp .3g2 .mxf .vob .gif .m3u8".split()
ADDRESSES = ("rtsp://", "rtsps://", "http://", "https://")
ENDINGS = (".json", ".csv", ".vtt")
VIDEOS = (".mp4", ".avi")
SCORES = ".scores.npz"
INDEX = "index.csv"


@dataclass
class Sources:
    """Clips and live sources in their order, and files in the folders that are no clips."""

    clips: list[Path] = field(default_factory=list)
    live: list[int | str] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)

    def all(self) -> list[Source]:
        """Give clips first, then live sources."""
        return [*self.clips, *self.live]


def find(given: list[str]) -> Sources:
    """Find the sources.

    Args:
        given: paths of clips, folders, patterns such as `*.mp4`, numbers of cameras, addresses.

    Returns:
        What was found; a clip that is given twice is there once.

    Raises:
        FileError: nothing is there, or a folder holds no clip.
    """
    found = Sources()
    for text in dict.fromkeys(given):
        if text.isdecimal() and not os.path.lexists(text):
            found.live.append(int(text))
        elif text.lower().startswith(ADDRESSES):
            found.live.append(text)
        else:
            _find_files(text, found)
    found.clips = list(dict.fromkeys(found.clips))
    return found


def _find_files(text: str, found: Sources) -> None:
    path = Path(text)
    matches = [path] if path.exists() else sorted(map(Path, glob.glob(text)))
    if not matches:
        raise FileError(f"There is no clip {text}: give a video file, a folder, the number of a camera, or an address.")
    for match in matches:
        if match.is_dir():
            _find_in_folder(match, found)
        else:
            found.clips.append(match)


def _find_in_folder(folder: Path, found: Sources) -> None:
    inside = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    clips = [file for file in inside if file.suffix.lower() in CLIPS and not _is_labelled_copy(file)]
    if not clips:
        raise FileError(f"No clip is in {folder}: give a folder that holds video files ({', '.join(CLIPS[:4])}, …).")
    found.clips += clips
    found.passed_over += [file for file in inside if file not in clips]


def _is_labelled_copy(file: Path) -> bool:
    return file.name in read_report(file.with_suffix("")).get("files", ())


def read_report(stem: Path) -> dict:
    """Read the report of earlier results, STEM.json; empty when there is none, or it is something else."""
    path = with_ending(stem, ".json")
    try:
        content = read_json(path) if path.is_file() else {}
    except (CourseError, OSError):
        return {}
    files = content.get("files")
    is_report = isinstance(content.get("clip"), str) and isinstance(files, list) and "segments" in content
    return content if is_report else {}


def identify(source: Source) -> str:
    """What a report calls a source: the whole path of a clip, the number of a camera, an address without a password."""
    return os.path.abspath(source) if isinstance(source, Path) else without_password(str(source))


def find_stem(source: Source, folder: Path) -> Path:
    """Give the path of a source's results without an ending.

    A clip's results have its name; where those of another clip are there, six characters follow that identify it. A
    live source cannot be labelled again: its results get the next number that is free.
    """
    if isinstance(source, Path):
        name, own = source.stem, identify(source)
        if read_report(folder / name).get("clip", own) != own:
            name += f"_{six_characters(own)}"
        return folder / name
    name = _live_name(source)
    names = (name if number == 1 else f"{name}_{number}" for number in count(1))
    return folder / next(name for name in names if not any(map(os.path.lexists, files_of(folder / name))))


def _live_name(source: int | str) -> str:
    """Name a live source: `camera_0`, or the host and the last part of an address."""
    if isinstance(source, int):
        return f"camera_{source}"
    host, *parts = identify(source).partition("//")[2].partition("?")[0].rstrip("/").split("/")
    last = Path(parts[-1]) if parts else Path()
    words = [host, last.stem if last.suffix.lower() in CLIPS else last.name]
    return re.sub(r"\W", "_", "_".join(filter(None, words)))


def with_ending(stem: Path, ending: str) -> Path:
    """Give the path of a result, STEM.csv for instance. A dot in the stem's own name is no ending."""
    return stem.with_name(stem.name + ending)


def files_of(stem: Path) -> list[Path]:
    """All files that may be the results of one source."""
    return [with_ending(stem, ending) for ending in (*ENDINGS, *VIDEOS, SCORES)]

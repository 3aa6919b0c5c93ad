"""The hidden folder of a season beside its results: files in progress, scored spans, and which clips failed.

Every file is written in the client's own folder there and moved into place, so that a worker killed in the middle
leaves nothing among the results.
"""

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lib.core import made
from lib.core.errors import CourseError
from lib.core.files import explain_os_errors, make_folder, read_json, write_json
from lib.core.hashes import text_sha256
from lib.tools.labelling.clip import claim
from lib.tools.labelling.sources import identify
from lib.video.spans import Span

NAME = ".season"
_OLD = 24 * 3600  # seconds after which a folder of another machine's client is no longer in use


@contextmanager
def working(season: Path) -> Iterator[Path]:
    """Give this client a folder for files in progress, and delete it at the end; those of killed clients too.

    Raises FileError when it cannot be made.
    """
    _delete_left(season)
    own = season / f"{socket.gethostname()}-{os.getpid()}"
    make_folder(own)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        with suppress(OSError):
            season.rmdir()  # stays if it is not empty


def _delete_left(season: Path) -> None:
    import psutil  # comes with distributed

    for folder in sorted(season.glob("*-*/")):
        host, _, process = folder.name.rpartition("-")
        with suppress(OSError):  # another client has just deleted it
            is_dead = host == socket.gethostname() and process.isdecimal() and not psutil.pid_exists(int(process))
            if is_dead or time.time() - folder.stat().st_mtime > _OLD:
                shutil.rmtree(folder, ignore_errors=True)


def publish(part: Path, file: Path) -> None:
    """Move a finished file into place. Raises FileError."""
    with explain_os_errors(file, "close the program that has it open, and try again"):
        made.before_replacing(file, part)
        os.replace(part, file)


def span_file(season: Path, fingerprint: str, span: Span) -> Path:
    """Name the file of a span's scores, of the clip with this fingerprint."""
    return season / f"span_{fingerprint[:32]}_{span.begin:.3f}.npz"


def delete_spans(season: Path, fingerprint: str) -> None:
    """Delete the spans of a clip, which have been joined or are of no use."""
    for file in sorted(season.glob(f"span_{fingerprint[:32]}_*.npz")):
        file.unlink(missing_ok=True)


def remember_failure(season: Path, clip: Path, fingerprint: str, sentence: str, is_own: bool) -> None:
    """Record that a clip failed, so that it is not tried again. Raises FileError."""
    file = _failure_file(season, clip)
    if is_own:
        claim(file)
    write_json(file, {"clip": identify(clip), "fingerprint": fingerprint, "state": sentence})


def failure(season: Path, clip: Path) -> tuple[str, str] | None:
    """Give the fingerprint of a clip that failed, and why; None when it has not."""
    with suppress(CourseError, OSError):  # it is not there, or damaged: the clip is tried again
        content = read_json(_failure_file(season, clip))
        fingerprint, state = content.get("fingerprint"), content.get("state")
        if isinstance(fingerprint, str) and isinstance(state, str):
            return fingerprint, state
    return None


def forget_failure(season: Path, clip: Path) -> None:
    """Delete the record that a clip failed, if there is one."""
    _failure_file(season, clip).unlink(missing_ok=True)


def _failure_file(season: Path, clip: Path) -> Path:
    name = re.sub(r"\W", "_", clip.stem)[:40]
    return season / f"failed_{name}_{text_sha256(identify(clip))[:12]}.json"

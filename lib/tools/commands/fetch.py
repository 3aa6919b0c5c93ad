"""Bring the real photos to where the course looks for them, each checked against the manifest.

Without `--from` they come over the network, from the public repository that holds them; what is there already is
not fetched again. `--from` takes them from a mirror (the address of a folder on the web), or from a folder on this
machine: class folders of photos, whole or in part.
"""

import re
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from queue import Empty, SimpleQueue
from threading import Event, Thread
from urllib.parse import quote, urlsplit

from tqdm.auto import tqdm

from lib.core import downloads, made, paths
from lib.core.errors import PhotoError
from lib.core.files import atomic_write, explain_os_errors, make_folder, temporary
from lib.core.hashes import sha256
from lib.core.messages import counted
from lib.core.progress import progress_bar

ADDRESS = (
    "https://raw.githubusercontent.com/jurjsorinliviu/Sports-Type-Classifier/"
    "44513762e9ebbabeb64b55c5da5401fe57b6d85b/data"
)
AT_ONCE = 8
IN_A_ROW = 16  # after so many failures in a row the rest is not tried; eight at once are no proof
NAMED = 5  # how many file names a line of the report names

_Outcome = tuple[str, Path, Exception | None]  # of a download: the name, the temporary file, what went wrong


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="source",
        default=ADDRESS,
        metavar="ADDRESS_OR_FOLDER",
        help="a folder that holds the photos, on the web (http://…, https://…) or on this machine "
        "(default: the public repository that holds them)",
    )


def run(args: Namespace) -> int:
    target = paths.DATA / "real"
    if "://" in args.source:
        print(f"{target} holds {counted(download(args.source, target), 'photo')}.")
        return 0
    folder = Path(args.source)
    missing, altered, used = fetch(folder, target)
    print(f"{target} holds {used} of {counted(used + len(missing) + len(altered), 'photo')}.")
    for what, names in (("missing from", missing), ("altered in", altered)):
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            print(f"{len(names)} {what} {folder}, left out: {', '.join(names[:NAMED])}{more}.")
    if not used:
        raise PhotoError(f"No photo of the manifest is in {folder}: it should hold badminton/, formula1/ …")
    return 0


def download(address: str, target: Path, progress: bool = True) -> int:
    """Fetch the photos of the manifest from a folder on the web; what is there and whole is not fetched again.

    They come in the order of their numbers, so that a part of them is a part of every class.

    Args:
        address: The folder's address.
        target: The folder that holds the manifest and receives the photos.
        progress: Whether to show a progress bar.

    Returns:
        How many photos there are: all that the manifest lists.

    Raises:
        PhotoError: Some did not arrive (the others are stored), or the address or a name cannot be used.
        OSError: A photo cannot be written.
    """
    from lib import photos

    base = checked_address(address)
    hashes = {str(safe_name(row["path"])): _sha256(row) for row in photos.read_manifest(target)}
    missing = [name for name, known in hashes.items() if not _is_whole(place(name, target), known)]
    missing.sort(key=lambda name: name.split("/")[::-1])
    if not missing:
        return len(hashes)
    # A link is replaced, not the file that it leads to.
    made.claim("a photo", *(target / name for name in missing if not (target / name).is_symlink()), mend=True)
    there = len(hashes) - len(missing)
    with progress_bar(shown=progress, total=len(hashes), initial=there, desc="fetching photos") as bar:
        stored, failures = _download({name: hashes[name] for name in missing}, base, target, bar)
    if failures:
        name, reason = failures[0]
        raise PhotoError(
            f"{len(missing) - stored} of {counted(len(hashes), 'photo')} could not be fetched, {name} first "
            f"({reason}): run this again later to continue, take them from a folder that holds them (python -m lib "
            "fetch --from FOLDER), or use the synthetic ones (PHOTOS=sample)."
        )
    return len(hashes)


def _download(hashes: dict[str, str], base: str, target: Path, bar: tqdm) -> tuple[int, list[tuple[str, str]]]:
    """Download photos; give how many are stored now, and the names and reasons of the failures, in their order."""
    failures: list[tuple[str, str]] = []
    stored = in_a_row = 0
    with _parallel_downloads(hashes, base, target) as results:
        while stored + len(failures) < len(hashes) and in_a_row < IN_A_ROW:
            try:
                name, file, error = results.get(timeout=0.5)
            except Empty:  # Windows sees Ctrl-C only between two waits
                continue
            if isinstance(error, downloads.DownloadError):
                failures.append((name, str(error)))
                in_a_row += 1
            elif error:
                raise error
            else:
                with atomic_write(target / name) as part:
                    shutil.copyfile(file, part)
                file.unlink()
                bar.update()
                stored, in_a_row = stored + 1, 0
    return stored, failures


@contextmanager
def _parallel_downloads(hashes: dict[str, str], base: str, target: Path) -> Iterator[SimpleQueue[_Outcome]]:
    """Download into a temporary folder, AT_ONCE at a time; give a queue of names, files, and errors or None.

    Pools of the standard library do not end at Ctrl-C: ThreadPoolExecutor waits for its threads, and so for the server,
    and a signal at the wrong moment leaves ThreadPool locked.
    """
    results: SimpleQueue[_Outcome] = SimpleQueue()
    names, stopped = enumerate(hashes), Event()

    def work() -> None:
        for number, name in names:  # which the threads share
            if stopped.is_set():
                return
            file, error = folder / str(number), None
            try:
                downloads.download(f"{base}/{quote(name)}", file, hashes[name])
            except Exception as caught:  # the main thread raises it
                error = caught
            results.put((name, file, error))

    threads = [Thread(target=work, daemon=True) for _ in range(AT_ONCE)]
    with (
        explain_os_errors(target),
        temporary(target / "removed") as removed,
        temporary(target / "photographs") as folder,
    ):
        make_folder(folder, describe_as=target)
        for thread in threads:
            thread.start()
        try:
            yield results
        finally:
            stopped.set()
            end = time.monotonic() + 0.5  # a thread that is writing ends; others wait for the network
            for thread in threads:
                thread.join(max(0, end - time.monotonic()))
            with suppress(OSError):  # Windows does not move it while a file in it is open
                folder.rename(removed)  # so that a thread that goes on cannot add a file while it is deleted


def _is_whole(path: Path, known: str) -> bool:
    return path.is_file() and sha256(path) == known


def _sha256(row: dict[str, str]) -> str:
    if not re.fullmatch("[0-9a-f]{64}", row["sha256"]):
        raise PhotoError(f"The manifest has no hash for {row['path']}: restore it with git.")
    return row["sha256"]


def checked_address(address: str) -> str:
    """Give the address of a folder on the web, quoted and without the last slash. Raises PhotoError."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:  # the port is no number
        usable = False
    if not usable or parts.query or parts.fragment:
        raise PhotoError(
            f"{address} cannot be fetched from: give the address of a folder on the web, http://… or https://… without "
            "a password or a question mark, or a folder on this machine."
        )
    return quote(address.rstrip("/"), safe="%/:[]~!$&'()*+,;=@")


def fetch(folder: Path, target: Path, progress: bool = True) -> tuple[list[str], list[str], int]:
    """Copy the photos that `target`'s manifest lists from `folder`; give the missing, the altered, the count used.

    A photo counts as used when its bytes have the manifest's SHA-256. One that is in `target` already and
    whole is not copied again. Raises PhotoError when `folder` is not there or a name would leave `target`.
    """
    from lib import photos

    if not folder.is_dir():
        raise PhotoError(
            f"There is no folder {folder}: give the folder that holds badminton/, formula1/ …, or an address that begins "
            "with http:// or https://."
        )
    missing, altered, used = [], [], 0
    for row in progress_bar(photos.read_manifest(target), progress, desc="checking photos"):
        copy = place(row["path"], target)
        source = folder / safe_name(row["path"])
        if _is_whole(copy, row["sha256"]):
            used += 1
        elif not source.is_file():
            missing.append(row["path"])
        elif sha256(source) != row["sha256"]:
            altered.append(row["path"])
        else:
            made.claim("a photo", copy, mend=True)
            with atomic_write(copy) as part:
                shutil.copyfile(source, part)
            used += 1
    return missing, altered, used


def place(name: str, target: Path) -> Path:
    """Give where a photo of the manifest belongs. Raises PhotoError when that would not be in `target`."""
    path = target / safe_name(name)
    if not path.parent.resolve().is_relative_to(target.resolve()):
        raise PhotoError(f"{path.parent} is a link that leads out of {target}: remove the link, and try again.")
    return path


def safe_name(name: str) -> PurePosixPath:
    """Give a manifest's path if it is `class/file` and nothing else. Raises PhotoError."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and ":" not in name
    if len(path.parts) != 2 or ".." in path.parts or path.is_absolute() or not plain:
        raise PhotoError(f"The manifest names {name!r}, which is not of the form class/file: restore it with git.")
    return path

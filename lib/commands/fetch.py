"""Bring the real photographs to where the course looks for them, each checked against the manifest.

Without `--from` they come over the network, from the public repository that holds them; what is there already is
not fetched again. `--from` takes them from a mirror (the address of a folder on the web), or from a folder that
somebody hands round: class folders of photographs, whole or in part.
"""

import re
import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from lib import downloads, paths, photos
from lib.files import replacing, sha256
from lib.progress import progress_bar

ADDRESS = (
    "https://raw.githubusercontent.com/jurjsorinliviu/Sports-Type-Classifier/"
    "44513762e9ebbabeb64b55c5da5401fe57b6d85b/data"
)
NAMED = 5  # how many file names a line of the report names


def add_arguments(parser):
    parser.add_argument(
        "--from",
        dest="source",
        default=ADDRESS,
        metavar="ADDRESS_OR_FOLDER",
        help="a folder that holds the photographs, on the web (http://…, https://…) or on this machine "
        "(default: the public repository that holds them)",
    )


def run(args) -> int:
    target = paths.DATA / "real"
    if "://" in args.source:
        print(f"{download(args.source, target)} photographs are in {target}.")
        return 0
    folder = Path(args.source)
    missing, altered, used = fetch(folder, target)
    print(f"{used} of {used + len(missing) + len(altered)} photographs are in {target}.")
    for what, names in (("missing from", missing), ("altered in", altered)):
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            print(f"{len(names)} {what} {folder}, left out: {', '.join(names[:NAMED])}{more}.")
    if not used:
        raise photos.PhotoError(f"No photograph of the manifest is in {folder}: it should hold badminton/, formula1/ …")
    return 0


def download(address: str, target: Path, progress: bool = True) -> int:
    """Fetch the photographs that `target`'s manifest lists from a folder on the web; give how many there are.

    Those that are in `target` already and whole are not fetched again. They come in the order of their numbers, so
    that a part of them is a part of every class. Raises PhotoError, in one sentence that says what to do instead,
    when some or all did not come (the others are kept), and when the address or a name cannot be used.
    """
    base = checked_address(address)
    wanted = [_wanted(row, base, target) for row in photos.read_manifest(target)]
    wanted.sort(key=lambda one: (one.path.name, one.path.parent.name))
    failed = downloads.fetch(wanted, progress, desc="fetching photographs")
    if failed:
        first, reason = next(iter(failed.items()))
        raise photos.PhotoError(
            f"{len(failed)} of {len(wanted)} photographs did not come, {first.path.relative_to(target).as_posix()} the "
            f"first of them ({reason}): run this again later to go on from here, take them from a folder that somebody "
            "hands round (python -m lib fetch --from FOLDER), or carry on with the drawn ones (PHOTOS=sample)."
        )
    return len(wanted)


def checked_address(address: str) -> str:
    """Give the address of a folder on the web, quoted and without the last slash. Raises PhotoError."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:  # the port is no number
        usable = False
    if not usable or parts.query or parts.fragment:
        raise photos.PhotoError(
            f"{address} cannot be fetched from: give the address of a folder on the web, http://… or https://… without "
            "a password or a question mark, or a folder on this machine."
        )
    return quote(address.rstrip("/"), safe="%/:[]~!$&'()*+,;=@")


def _wanted(row: dict[str, str], base: str, target: Path) -> downloads.Download:
    if not re.fullmatch("[0-9a-f]{64}", row["sha256"]) or not row["bytes"].isdecimal():
        raise photos.PhotoError(f"The manifest has no hash or no size for {row['path']}: restore it with git.")
    path = place(row["path"], target)
    return downloads.Download(
        f"{base}/{quote(path.relative_to(target).as_posix())}", path, row["sha256"], int(row["bytes"])
    )


def fetch(folder: Path, target: Path, progress: bool = True) -> tuple[list[str], list[str], int]:
    """Copy the photographs that `target`'s manifest lists from `folder`; give the missing, the altered, the count used.

    A photograph counts as used when its bytes have the manifest's SHA-256. One that is in `target` already and
    whole is not copied again. Raises PhotoError when `folder` is not there or a name would leave `target`.
    """
    if not folder.is_dir():
        raise photos.PhotoError(f"There is no folder {folder}: give the folder that holds badminton/, formula1/ …")
    missing, altered, used = [], [], 0
    for row in progress_bar(photos.read_manifest(target), progress, desc="checking photographs"):
        copy = place(row["path"], target)
        source = folder / safe_name(row["path"])
        if copy.is_file() and sha256(copy) == row["sha256"]:
            used += 1
        elif not source.is_file():
            missing.append(row["path"])
        elif sha256(source) != row["sha256"]:
            altered.append(row["path"])
        else:
            with replacing(copy) as part:
                shutil.copyfile(source, part)
            used += 1
    return missing, altered, used


def place(name: str, target: Path) -> Path:
    """Give where a photograph of the manifest belongs. Raises PhotoError when that would not be in `target`."""
    path = target / safe_name(name)
    if not path.parent.resolve().is_relative_to(target.resolve()):
        raise photos.PhotoError(f"{path.parent} is a link that leads out of {target}: remove the link, and try again.")
    return path


def safe_name(name: str) -> PurePosixPath:
    """Give a manifest's path if it is `class/file` and nothing else. Raises PhotoError."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and ":" not in name
    if len(path.parts) != 2 or ".." in path.parts or path.is_absolute() or not plain:
        raise photos.PhotoError(
            f"The manifest names {name!r}, which is not of the form class/file: restore it with git."
        )
    return path

"""Bring the real photographs to where the course looks for them, each checked against the manifest.

`--from FOLDER` takes them from a folder that somebody hands round: class folders of photographs, whole or in part.
"""

import shutil
from pathlib import Path, PurePosixPath

from lib import paths, photos
from lib.files import replacing, sha256
from lib.progress import progress_bar

NAMED = 5  # how many file names a line of the report names


def add_arguments(parser):
    parser.add_argument(
        "--from", dest="folder", type=Path, required=True, metavar="FOLDER", help="a folder that holds the photographs"
    )


def run(args) -> int:
    target = paths.DATA / "real"
    missing, altered, used = fetch(args.folder, target)
    print(f"{used} of {used + len(missing) + len(altered)} photographs are in {target}.")
    for what, names in (("missing from", missing), ("altered in", altered)):
        if names:
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            print(f"{len(names)} {what} {args.folder}, left out: {', '.join(names[:NAMED])}{more}.")
    if not used:
        raise photos.PhotoError(
            f"No photograph of the manifest is in {args.folder}: it should hold badminton/, formula1/ …"
        )
    return 0


def fetch(folder: Path, target: Path, progress: bool = True) -> tuple[list[str], list[str], int]:
    """Copy the photographs that `target`'s manifest lists from `folder`; give the missing, the altered, the count used.

    A photograph counts as used when its bytes have the manifest's SHA-256. One that is in `target` already and
    whole is not copied again. Raises PhotoError when `folder` is not there or a name would leave `target`.
    """
    if not folder.is_dir():
        raise photos.PhotoError(f"There is no folder {folder}: give the folder that holds badminton/, formula1/ …")
    missing, altered, used = [], [], 0
    for row in progress_bar(photos.read_manifest(target), progress, desc="checking photographs"):
        name = safe_name(row["path"])
        source, copy = folder / name, target / name
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


def safe_name(name: str) -> PurePosixPath:
    """Give a manifest's path if it is `class/file` and nothing else. Raises PhotoError."""
    path = PurePosixPath(name)
    if len(path.parts) != 2 or ".." in path.parts or path.is_absolute() or "\\" in name or ":" in name:
        raise photos.PhotoError(
            f"The manifest names {name!r}, which is not of the form class/file: restore it with git."
        )
    return path

"""The table beside the class folders: which photos belong together (`group`), which are set aside (`split`)."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from lib.core.errors import PhotoError
from lib.photos.folders import MANIFEST, loose, named, nfc

MANIFEST_COLUMNS = ("path", "label", "sha256", "bytes", "width", "height", "group", "split")
SPLITS = ("", "train", "test")


def read_manifest(folder: str | Path) -> list[dict[str, str]]:
    """Read a folder's manifest: one dictionary of strings a photo, keys as in MANIFEST_COLUMNS.

    Raises PhotoError when it is no such table, or a row of it is cut short.
    """
    path = Path(folder) / MANIFEST
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets begin a file with a mark
            rows = list(csv.DictReader(file))
    except (csv.Error, UnicodeDecodeError) as error:
        raise PhotoError(f"{path} is no table in UTF-8, divided by commas ({error}): save it as one.") from error
    whole = all(tuple(row) == MANIFEST_COLUMNS and None not in row.values() for row in rows)
    if not whole:
        raise PhotoError(
            f"{path} does not have the columns {', '.join(MANIFEST_COLUMNS)} in every row: correct it, or restore the "
            "course's own with git."
        )
    return rows


def rows_of(folder: Path, paths: Sequence[Path]) -> tuple[dict[Path, dict[str, str]], str]:
    """Find the manifest's row of each photo.

    A path matches by its last two parts, class folder and file; case and surrounding spaces count only where they
    tell two photos apart.

    Args:
        folder: the folder of class folders; without a manifest no photo has a row.
        paths: its photos.

    Returns:
        The rows by photo, and a sentence on what does not match: photos without a row, rows without a file.

    Raises:
        PhotoError: no row matches, two rows list one photo, or a row has an unknown split or a label that is not
            the class folder's.
    """
    table = folder / MANIFEST
    listed = _listed(folder)
    number_of = _matches(table, paths, listed)
    absent = sorted(listed.keys() - number_of.values())
    if listed and not number_of:
        raise PhotoError(
            f"{table} matches none of the photos: it lists {listed[absent[0]]['path']!r}, and the folder holds "
            f"{paths[0].relative_to(folder).as_posix()!r}. Write each path as class folder, slash, file name."
        )
    for number, row in listed.items():
        if row["split"] not in SPLITS:
            raise PhotoError(
                f"{table}, row {number} ({row['path']}): the split is {row['split']!r}, but only 'train', 'test' and "
                "nothing are known."
            )
    rows = {path: listed[number] for path, number in number_of.items()}
    for path, row in rows.items():
        if row["label"] and loose(row["label"]) != loose(path.parent.name):
            raise PhotoError(
                f"{table}, row {number_of[path]} ({row['path']}): the label is {row['label']}, but the photo is in "
                f"the folder {path.parent.name}. Correct the label, or move the photo."
            )
    without = [path for path in paths if path not in rows] if table.exists() else []
    return rows, _unmatched(table, without, absent, listed)


def first_rows(folder: Path) -> dict[str, dict[str, int]]:
    """Give, for each class (as `loose` writes it), the number of the first row of each split that occurs."""
    first: dict[str, dict[str, int]] = defaultdict(dict)
    for number, row in _listed(folder).items():
        first[loose(_key(row).partition("/")[0])].setdefault(row["split"], number)
    return first


def _listed(folder: Path) -> dict[int, dict[str, str]]:
    """Give the manifest's rows by number, as a spreadsheet counts: the names of the columns are row 1."""
    rows = read_manifest(folder) if (folder / MANIFEST).exists() else []
    stripped = ({column: value.strip() for column, value in row.items()} for row in rows)
    return {number: row for number, row in enumerate(stripped, 2) if any(row.values())}


def _key(row: dict[str, str]) -> str:
    """Give "class/file" of a row; a path that is only a file's name belongs to the row's label."""
    parts = [part for part in nfc(row["path"]).replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join([nfc(row["label"]), *parts][-2:])


def _matches(table: Path, paths: Sequence[Path], listed: dict[int, dict[str, str]]) -> dict[Path, int]:
    """Give the number of each photo's row, for those that have one. Raises PhotoError when one has two."""
    exact = {nfc(f"{path.parent.name}/{path.name}"): path for path in paths}
    similar = defaultdict(list)
    for key, path in exact.items():
        similar[loose(key)].append(path)
    keys = {number: _key(row) for number, row in listed.items()}
    number_of: dict[Path, int] = {}
    for number in sorted(keys, key=lambda number: keys[number] not in exact):  # exact matches first
        key = keys[number]
        candidates = [exact[key]] if key in exact else similar[loose(key)]
        if len(candidates) != 1:
            continue
        path = candidates[0]
        if path in number_of:
            raise PhotoError(
                f"{table}, rows {number_of[path]} and {number}: both list {listed[number]['path']}. Delete one of them."
            )
        number_of[path] = number
    return number_of


def _unmatched(table: Path, without: list[Path], absent: list[int], listed: dict[int, dict[str, str]]) -> str:
    parts = []
    if without:
        parts.append(f"photos without a row: {len(without)} ({named(table.parent, without)}), grouped by how they look")
    if absent:
        row = f"row {absent[0]}, {listed[absent[0]]['path']}" + (", …" if len(absent) > 1 else "")
        parts.append(f"rows without a file: {len(absent)} ({row})")
    return f"{table}: rows that match: {len(listed) - len(absent)}; {'; '.join(parts)}." if parts else ""

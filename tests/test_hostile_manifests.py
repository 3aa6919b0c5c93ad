"""A manifest as users write it: its paths are found however they are written, and each fault is named with its row."""

import pytest
import toys

from lib import photos
from lib.photos import PhotoError


def write(folder, change=lambda row, number: [row]):
    """A manifest over the toy photos, two in a group; `change` gives the rows in the place of each."""
    rows = []
    for path in sorted(folder.glob("*/*.png")):
        label, number = path.parent.name, int(path.stem)
        rows += change({"path": f"{label}/{path.name}", "label": label, "group": f"{label} {number // 2}"}, number)
    toys.write_manifest(folder, rows)


def each(**columns):
    """A change of some columns in every row, each by a function of the row and the photograph's number."""
    return lambda row, number: [row | {column: of(row, number) for column, of in columns.items()}]


def refused(folder, change) -> str:
    write(folder, change)
    with pytest.raises(PhotoError) as told:
        photos.split(photos.find(folder))
    assert str(told.value).startswith(f"{folder / 'manifest.csv'}")
    return str(told.value)


PATHS = {
    "the folder's name before it": lambda row, _: f"toy/{row['path']}",
    "a dot before it": lambda row, _: f"./{row['path']}",
    "Windows": lambda row, _: f"C:\\Users\\me\\toy\\{row['path']}".replace("/", "\\"),
    "an absolute path": lambda row, _: f"/home/me/toy/{row['path']}",
    "another case": lambda row, _: row["path"].upper(),
    "spaces": lambda row, _: f" {row['path']} ".replace("/", " / "),
    "only the file's name": lambda row, _: row["path"].partition("/")[2],
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_paths_match_however_they_are_written(toy_photos, path):
    said = []
    write(toy_photos, each(path=path))
    assert len({photo.group for photo in photos.find(toy_photos, said.append)}) == 30
    assert said == []


def test_files_that_differ_only_by_case_keep_their_own_rows(toy_photos):
    (toy_photos / "badminton" / "00.png").rename(toy_photos / "badminton" / "a.png")
    (toy_photos / "badminton" / "01.png").rename(toy_photos / "badminton" / "A.PNG")
    if len(list(toy_photos.glob("badminton/*"))) < 20:
        pytest.skip("this system does not tell such files apart")
    rows = "".join(f"badminton/{name},badminton,,,,,{name},\n" for name in ("A.PNG", "a.png"))
    (toy_photos / "manifest.csv").write_text(f"{','.join(photos.MANIFEST_COLUMNS)}\n{rows}")
    found = {photo.path.name: photo.group for photo in photos.find(toy_photos)}
    assert (found["a.png"], found["A.PNG"]) == ("a.png", "A.PNG")


@pytest.mark.parametrize("path", ["x/00.png", "badminton/00.jpg", ""])
def test_a_manifest_that_matches_nothing_is_refused(toy_photos, path):
    message = refused(toy_photos, each(path=lambda row, _: path))
    assert f"lists {path!r}, and the folder holds 'badminton/00.png'" in message


def test_what_does_not_match_is_counted_and_named(toy_photos):
    said = []
    write(toy_photos, lambda row, n: [row] if n < 5 else [row | {"path": "golf/1.png"}] if n == 5 else [])
    assert len(photos.find(toy_photos, said.append)) == 60
    (sentence,) = said
    assert "rows that match: 15; photos without a row: 45 (badminton/05.png, " in sentence
    assert "rows without a file: 3 (row 7, golf/1.png, …)" in sentence


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_group_is_a_group_of_its_own(toy_photos, empty):
    write(toy_photos, each(group=lambda row, n: empty if n % 2 else row["group"]))
    found = photos.find(toy_photos)
    assert len({photo.group for photo in found}) == 60
    assert photos.split(found).test_name == "held-out"


FAULTS = {
    "a split that is none": (each(split=lambda _, n: "Test" if n == 3 else ""), "row 5 (badminton/03.png): the split is 'Test'"),
    "another name of a split": (each(split=lambda _, n: "val" if n == 0 else "train"), "row 2 (badminton/00.png): the split is 'val'"),
    "two rows": (lambda row, n: [row, row | {"group": "z"}] if n == 3 else [row], "rows 5 and 6: both list badminton/03.png"),
    "two rows, written in two ways": (
        lambda row, n: [row | {"path": row["path"].upper()}, row] if n == 0 else [row], "rows 3 and 2: both list BADMINTON/00.PNG"),
    "a label that is not the folder": (
        each(label=lambda row, n: "golf" if n == 3 else row["label"]), "row 5 (badminton/03.png): the label is golf"),
    "all set aside": (each(split=lambda *_: "test"), "row 2 and others: every photo of badminton is set aside as test"),
    "all of a class set aside": (
        each(split=lambda row, n: "test" if row["label"] == "formula1" or n < 4 else ""), "row 22 and others: every photo of formula1"),
    "none of a class set aside": (
        each(split=lambda row, n: "test" if row["label"] != "formula1" and n < 4 else ""), "row 2 and others: photos are set aside as "
        "test, but none of formula1"),
}  # fmt: skip


@pytest.mark.parametrize("change, message", FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named_with_its_row(toy_photos, change, message):
    assert message in refused(toy_photos, change)


@pytest.mark.parametrize("label", [lambda row, _: row["label"].title(), lambda *_: ""])
def test_a_label_in_another_case_or_none_is_no_contradiction(toy_photos, label):
    write(toy_photos, each(label=label))
    assert len(photos.find(toy_photos)) == 60


def test_empty_rows_do_not_count(toy_photos):
    write(toy_photos, lambda row, n: [row, {}])
    said = []
    assert len({photo.group for photo in photos.find(toy_photos, said.append)}) == 30 and said == []

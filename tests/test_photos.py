import shutil
import unicodedata

import cv2
import numpy as np
import pytest
import toys

from lib import photos
from lib.photos import Photo, PhotoError


def write_manifest(folder, **columns):
    """A manifest over all pictures of a folder; `columns` give group or split from (label, number)."""
    rows = []
    for path in sorted(folder.glob("*/*.png")):
        label, number = path.parent.name, int(path.stem)
        given = {name: of(label, number) for name, of in columns.items()}
        rows.append({"path": f"{label}/{path.name}", "label": label, **given})
    toys.write_manifest(folder, rows)


def test_found_in_order_with_the_folder_as_label(toy_photos):
    found = photos.find(toy_photos)
    assert len(found) == 60
    assert [p.path for p in found] == sorted(p.path for p in found)
    assert all(p.label == p.path.parent.name for p in found)
    assert photos.classes(found) == ("badminton", "formula1", "volleyball")
    assert photos.labels(found, photos.classes(found)).tolist() == [0] * 20 + [1] * 20 + [2] * 20


def test_labels_are_numbered_by_the_classes_given_not_by_those_that_occur(toy_photos):
    volleyball = [photo for photo in photos.find(toy_photos) if photo.label == "volleyball"]
    assert set(photos.labels(volleyball, ("badminton", "formula1", "volleyball"))) == {2}
    with pytest.raises(PhotoError, match="00.png is of the class volleyball, which is none of badminton, formula1"):
        photos.labels(volleyball, ("badminton", "formula1"))


def test_positions_are_those_among_the_photographs_given(toy_photos):
    found = photos.find(toy_photos)
    some, none = photos.positions(found, [found[7], found[2]], [])
    assert some.tolist() == [7, 2] and none.dtype == np.int64 and not len(none)


def test_hidden_and_deeper_folders_are_passed_over(toy_photos):
    shutil.copytree(toy_photos / "badminton", toy_photos / ".ipynb_checkpoints")
    shutil.copytree(toy_photos / "badminton", toy_photos / "badminton" / "more")
    assert len(photos.find(toy_photos)) == 60


def test_a_folder_without_classes_is_refused_by_name(tmp_path):
    with pytest.raises(PhotoError, match="nowhere"):
        photos.find(tmp_path / "nowhere")
    with pytest.raises(PhotoError, match="fewer than two"):
        photos.find(tmp_path)


def test_read_gives_red_green_blue(toy_photos):
    image = photos.read(toy_photos / "formula1" / "00.png")
    assert image.dtype == np.uint8 and image.shape == (24, 32, 3)
    assert image[..., 0].mean() > image[..., 1].mean() + 50
    assert image[..., 0].mean() > image[..., 2].mean() + 50


def test_read_refuses_what_is_no_picture(tmp_path):
    for content in (b"", b"not a picture"):
        (tmp_path / "fake.jpg").write_bytes(content)
        with pytest.raises(PhotoError, match="fake.jpg"):
            photos.read(tmp_path / "fake.jpg")


def test_shrinking_averages_areas_and_growing_does_not_fail():
    board = np.zeros((64, 64, 3), np.uint8)
    board[::2] = 200  # lines one pixel thin
    assert np.all(photos.Resize(8)(board) == 100)
    assert photos.Resize(100)(board).shape == (100, 100, 3)


@pytest.mark.parametrize("width, height", [(1280, 720), (720, 1280), (1920, 1080), (1278, 719)])
def test_large_pictures_come_out_as_if_shrunk_in_one_step(width, height):
    small = np.random.default_rng(0).integers(0, 256, (height // 24, width // 24, 3), dtype=np.uint8)
    image = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    given = image.copy()
    in_one = cv2.resize(image, (112, 112), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(photos.Resize(112)(image) - in_one).mean() < 1
    assert np.array_equal(image, given)


def test_check_finds_each_kind_of_fault(toy_photos):
    folder = toy_photos / "badminton"
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    cv2.imwrite(str(folder / "grey.png"), np.zeros((9, 9), np.uint8))
    cv2.imwrite(str(folder / "clear.png"), np.zeros((9, 9, 4), np.uint8))
    shutil.copy(folder / "00.png", toy_photos / "formula1" / "copy.png")
    found = photos.find(toy_photos)
    faults = photos.find_faults(found, progress=False)
    assert [p.path.name for p in faults.unreadable] == ["broken.jpg"]
    assert [p.path.name for p in faults.greyscale] == ["grey.png"]
    assert [p.path.name for p in faults.transparent] == ["clear.png"]
    assert [[p.path.name for p in copies] for copies in faults.copies] == [["00.png", "copy.png"]]
    assert len(photos.readable(found, progress=False)) == len(found) - 1


@pytest.fixture
def decoded(monkeypatch):
    """The flags with which files are decoded from now on."""
    flags, imdecode = [], cv2.imdecode
    monkeypatch.setattr(cv2, "imdecode", lambda data, flag: flags.append(flag) or imdecode(data, flag))
    return flags


def test_a_photograph_is_decoded_once_however_often_it_is_checked(toy_photos, decoded):
    for _ in range(3):
        found = photos.find(toy_photos)
        assert photos.readable(found, progress=False) == found
    assert decoded.count(cv2.IMREAD_GRAYSCALE) == decoded.count(cv2.IMREAD_UNCHANGED) == len(decoded) / 2 == 60


def test_a_photograph_that_has_changed_is_decoded_again(toy_photos, decoded):
    path = toy_photos / "badminton" / "00.png"
    before = photos.find(toy_photos)
    photos.find_faults(before, progress=False)
    decoded.clear()
    for image in (np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8)):
        cv2.imwrite(str(path), image)
        found = photos.find(toy_photos)
        faults = photos.find_faults(found, progress=False)
        assert [faults.greyscale, faults.transparent][image.ndim - 2] == found[:1]
        assert found[0].group != before[0].group
    path.write_bytes(b"not a picture")
    assert photos.find_faults(before, progress=False).unreadable == before[:1]
    assert len(decoded) == 5


@pytest.mark.parametrize("seed", range(5))
def test_no_group_is_on_two_sides_and_nothing_is_lost(toy_photos, seed):
    write_manifest(toy_photos, group=lambda label, number: f"{label} {number // 2}")
    found = photos.find(toy_photos)
    split = photos.split(found, seed)
    parts = [split.train, split.validation, split.test]
    assert split.test_name == "held-out"
    assert sorted(p.path for part in parts for p in part) == [p.path for p in found]
    groups = [{p.group for p in part} for part in parts]
    assert not (groups[0] & groups[1] or groups[1] & groups[2] or groups[0] & groups[2])
    assert all(photos.classes(part) == photos.classes(found) for part in parts)


def test_the_manifests_test_photographs_are_the_test_part(toy_photos):
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n}", split=lambda _, n: "test" if n < 5 else "train")
    split = photos.split(photos.find(toy_photos), seed=0)
    assert split.test_name == "test"
    assert {p.path.stem for p in split.test} == {f"{n:02d}" for n in range(5)}
    assert len(split.test) == 15


def test_a_test_set_of_which_some_classes_are_not_here_is_not_called_a_test(toy_photos):
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n}", split=lambda _, n: "test" if n < 5 else "train")
    for number in range(5):
        (toy_photos / "formula1" / f"{number:02d}.png").unlink()
    assert photos.split(photos.find(toy_photos), seed=0).test_name == "held-out"


def test_the_same_seed_gives_the_same_split_and_another_another(toy_photos):
    found = photos.find(toy_photos)
    assert photos.split(found, 1) == photos.split(found, 1)
    assert photos.split(found, 1) != photos.split(found, 2)


def test_a_class_with_too_few_photographs_is_named(toy_photos):
    for path in sorted((toy_photos / "volleyball").glob("*"))[3:]:
        path.unlink()
    with pytest.raises(PhotoError, match="volleyball"):
        photos.split(photos.find(toy_photos))


def test_without_a_manifest_photographs_that_look_alike_share_a_group(toy_photos):
    image = cv2.imread(str(toy_photos / "badminton" / "00.png"))
    cv2.imwrite(
        str(toy_photos / "badminton" / "bigger.png"), cv2.resize(image, (64, 48), interpolation=cv2.INTER_NEAREST)
    )
    groups = {p.path.name: p.group for p in photos.find(toy_photos) if p.label == "badminton"}
    assert groups["bigger.png"] == groups["00.png"] != groups["01.png"]


def test_fingerprint_changes_with_the_photographs(toy_photos):
    before = photos.fingerprint(photos.find(toy_photos))
    assert before == photos.fingerprint(photos.find(toy_photos))
    (toy_photos / "badminton" / "00.png").rename(toy_photos / "formula1" / "00b.png")
    assert photos.fingerprint(photos.find(toy_photos)) != before


def test_a_manifest_with_other_columns_is_refused(toy_photos):
    (toy_photos / "manifest.csv").write_text("path,label\nbadminton/00.png,badminton\n")
    with pytest.raises(PhotoError, match="manifest.csv"):
        photos.find(toy_photos)


def test_fingerprint_changes_with_the_groups(toy_photos):
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n}")
    before = photos.fingerprint(photos.find(toy_photos))
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n // 2}")
    assert photos.fingerprint(photos.find(toy_photos)) != before


@pytest.mark.parametrize("change", [
    lambda text: text[: text.rindex(",") - 3],  # cut short
    lambda text: text.replace(",", ";"),
    lambda text: text + '"' + "x" * 200_000,  # a quote that is never closed
])  # fmt: skip
def test_a_manifest_that_is_no_whole_table_is_refused(toy_photos, change):
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n}")
    path = toy_photos / "manifest.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(PhotoError, match="manifest.csv"):
        photos.find(toy_photos)


def test_a_manifest_in_another_encoding_is_refused(toy_photos):
    (toy_photos / "manifest.csv").write_bytes("größe,".encode("latin-1"))
    with pytest.raises(PhotoError, match="UTF-8"):
        photos.find(toy_photos)


def test_a_manifest_may_come_from_a_spreadsheet_on_windows(toy_photos):
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n // 2}")
    wanted = photos.find(toy_photos)
    path = toy_photos / "manifest.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"/", b"\\"))
    assert photos.find(toy_photos) == wanted


def test_a_manifest_finds_its_class_however_the_system_writes_it(toy_photos):
    (toy_photos / "volleyball").rename(toy_photos / unicodedata.normalize("NFC", "Fußgänger"))
    write_manifest(toy_photos, group=lambda label, n: f"{label} {n // 2}")
    groups = [photo.group for photo in photos.find(toy_photos)]
    (toy_photos / unicodedata.normalize("NFC", "Fußgänger")).rename(
        toy_photos / unicodedata.normalize("NFD", "Fußgänger")
    )
    assert [photo.group for photo in photos.find(toy_photos)] == groups


def test_a_group_that_is_set_aside_in_part_is_refused(toy_photos):
    write_manifest(
        toy_photos, group=lambda label, n: f"{label} {n // 2}", split=lambda _, n: "test" if n < 5 else "train"
    )
    with pytest.raises(PhotoError, match="badminton 2"):
        photos.split(photos.find(toy_photos))


@pytest.mark.parametrize("tested, message", [
    ({"badminton": 20, "formula1": 5, "volleyball": 5}, "row 2 and others: every photo of badminton is set aside"),
    ({"badminton": 20, "formula1": 20, "volleyball": 20}, "row 2 and others: every photo of badminton is set aside"),
    ({"badminton": 0, "formula1": 5, "volleyball": 5}, "row 22 and others: .* none of badminton"),
    ({"badminton": 0, "formula1": 0, "volleyball": 1}, "row 42 and others: .* none of badminton"),
])  # fmt: skip
def test_a_test_set_that_leaves_out_a_class_or_takes_all_of_it_is_refused(toy_photos, tested, message):
    write_manifest(
        toy_photos,
        group=lambda label, n: f"{label} {n}",
        split=lambda label, n: "test" if n < tested[label] else "train",
    )
    with pytest.raises(PhotoError, match=f"manifest.csv, {message}"):
        photos.split(photos.find(toy_photos))


def test_nothing_left_to_divide_is_refused(toy_photos):
    with pytest.raises(PhotoError, match="no photos to divide"):
        next(photos.folds([], seed=0))


def test_load_keeps_the_order(toy_photos):
    found = photos.find(toy_photos)
    images = photos.load([found[0], found[25]], photos.Resize(8), progress=False)
    assert images.shape == (2, 8, 8, 3) and images.dtype == np.uint8
    assert images[0, ..., 2].mean() > images[0, ..., 0].mean() and images[1, ..., 0].mean() > images[1, ..., 2].mean()


def test_a_photo_is_hashable():
    assert len({Photo(path="a", label="b", group="c"), Photo(path="a", label="b", group="c")}) == 1

"""Folders as students have them: what works, and what is refused in one sentence that names the folder."""

import os
import shutil
import subprocess
import sys
import tracemalloc
import unicodedata
from unittest.mock import Mock

import clips
import cv2
import nbformat
import numpy as np
import pytest

from lib import backbones, classifier, lessons, photos, sample, training
from lib.__main__ import main
from lib.core import files, notebooks, paths
from lib.core.paths import Run
from lib.lessons import clip_files, photo_sets
from lib.photos import PhotoError
from lib.video import VideoReader

# Classes


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_class_with_too_few_photographs_is_refused_by_name(toy_photos, count):
    folder = toy_photos / "volleyball"
    for path in sorted(folder.iterdir())[count:]:
        path.unlink()
    with pytest.raises(PhotoError) as told:
        photos.split(photos.find(toy_photos))
    if count:
        held = "1 distinct photo" if count == 1 else f"{count} distinct photos"
        assert str(told.value) == f"{folder} holds {held}, too few for 5 parts: add more to it."
    else:
        assert str(told.value).startswith(f"{folder} holds no photos (.jpg, ")
        assert str(told.value).endswith(f"): put some into it, or move it out of {toy_photos}.")


def test_the_same_photograph_five_times_is_one(toy_photos):
    folder = toy_photos / "volleyball"
    for path in sorted(folder.iterdir())[5:]:
        path.unlink()
    for path in sorted(folder.iterdir())[1:]:
        shutil.copy(folder / "00.png", path)
    with pytest.raises(PhotoError, match="volleyball holds 1 distinct photo,"):
        photos.split(photos.find(toy_photos))


def test_photographs_without_class_folders_are_refused(toy_photos):
    with pytest.raises(PhotoError) as told:
        photos.find(toy_photos / "badminton")
    assert str(told.value) == (
        f"{toy_photos / 'badminton'} holds fewer than two folders with photos: "
        "put each event's photos into a folder named after the event."
    )


CLASSES = {
    "two": ["badminton", "formula1"],
    "four": ["badminton", "formula1", "volleyball", "rowing"],
    "with a space, an umlaut, a sign": ["beach volleyball", "Fußball & Völkerball", "formula1"],
}


@pytest.mark.parametrize("names", CLASSES.values(), ids=CLASSES)
def test_from_photographs_to_a_labelled_clip(run, tmp_path, names, monkeypatch, capsys):
    """Any number of classes above one, of any name: split, features, head, classifier, report, clip."""
    folder = run.photos_folder
    shutil.copytree(folder / "badminton", tmp_path / "spare")
    for path in (tmp_path / "spare").iterdir():  # turned upside down and inside out, for a fourth class
        cv2.imwrite(str(path), 255 - cv2.imread(str(path))[::-1])
    (tmp_path / "spare").rename(folder / "spare")
    for was, name in zip(["badminton", "formula1", "volleyball", "spare"], [*names, "", ""]):
        (folder / was).rename(folder / name) if name else shutil.rmtree(folder / was)

    monkeypatch.setattr(training, "EPOCHS", 2)
    split, backbone = photos.split(photos.find(folder)), backbones.load(run.backbone)
    parts = [
        training.LabelledArrays(
            backbones.extract(backbone, part, progress=False), photos.labels(part, photos.classes(split.train))
        )
        for part in (split.train, split.validation)
    ]
    head = training.train_head(*parts, len(names), seed=0)
    facts = {"photographs": lessons.photographs_card(run), "seed": 0}
    path = classifier.save(
        classifier.join(backbone, head), run.classifier("03_fine_tuning"), backbone, sorted(names), **facts
    )
    assert classifier.load(path).classes == tuple(sorted(names))
    assert main(["evaluate", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)

    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(12)])
    assert main(["label", str(clip), "--out", str(tmp_path / "out.mp4")]) == 0
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader)) == 12


def test_a_class_name_is_the_same_however_a_system_writes_its_umlauts(toy_photos):
    (toy_photos / "badminton").rename(toy_photos / unicodedata.normalize("NFD", "Völkerball"))
    assert "Völkerball" in photos.classes(photos.find(toy_photos))


# What else lies about


def test_what_systems_and_programs_hide_in_folders_is_passed_over(toy_photos):
    picture = toy_photos / "badminton" / "00.png"
    for name in (
        ".ipynb_checkpoints",
        "__MACOSX",
        "badminton/.ipynb_checkpoints",
        "__MACOSX/badminton",
        "formula1/more",
    ):
        (toy_photos / name).mkdir(parents=True)
        shutil.copy(picture, toy_photos / name / "00-checkpoint.png")
    for name in (".DS_Store", "Thumbs.db", "badminton/.DS_Store", "badminton/desktop.ini", "badminton/notes.txt"):
        (toy_photos / name).write_bytes(b"\0\0\0\1Bud1")
    (toy_photos / "badminton" / "._00.png").write_bytes(b"\0\5\26\7")  # what macOS adds to a picture on a stick
    shutil.copy(picture, toy_photos / "loose.png")
    found = photos.find(toy_photos)
    assert len(found) == 60 and photos.classes(found) == ("badminton", "formula1", "volleyball")
    assert photos.find_faults(found, progress=False).unreadable == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there that students seldom have")
def test_links_to_folders_are_followed_and_loops_are_not(toy_photos, tmp_path):
    (toy_photos / "badminton").rename(tmp_path / "elsewhere")
    (toy_photos / "badminton").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "round").symlink_to(toy_photos)
    (toy_photos / "itself").symlink_to(toy_photos / "itself")
    assert len(photos.find(toy_photos)) == 60


def test_a_folder_that_one_may_not_open(toy_photos, monkeypatch):
    closed = toy_photos / "formula1"
    listing = type(closed).iterdir

    def refuse(folder):
        if folder == closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return listing(folder)

    monkeypatch.setattr(type(closed), "iterdir", refuse)
    with pytest.raises(PhotoError) as told:
        photos.find(toy_photos)
    assert str(told.value) == f"{closed} cannot be opened (Permission denied): ask its owner for the right to read it."


HIDDEN = (
    ".ipynb_checkpoints",
    "__MACOSX",
    "__MACOSX/badminton",
    "@eaDir",
    "$RECYCLE.BIN",
    "badminton/.ipynb_checkpoints",
)


@pytest.fixture
def hostile(toy_photos):
    """The toy photos under other endings and none, beside what is no photo: still 60 of 3 classes."""
    image = cv2.imread(str(toy_photos / "badminton" / "00.png"))
    endings = {".jfif": ".jpg", ".JPG": ".jpg", "": ".png", ".txt": ".webp", ".webp": ".webp", ".jpeg": ".png"}
    for path in toy_photos.glob("badminton/*"):
        ending = list(endings)[int(path.stem) % len(endings)]
        encoded = cv2.imencode(endings[ending], cv2.imread(str(path)))[1]
        path.with_suffix(ending).write_bytes(encoded.tobytes())
        path.unlink()
    for path in toy_photos.glob("volleyball/*"):
        cv2.imwrite(str(path.with_suffix(".webp")), cv2.imread(str(path)))
        path.unlink()
    for name in HIDDEN:
        (toy_photos / name).mkdir()
        cv2.imwrite(str(toy_photos / name / "00-checkpoint.png"), image)
    (toy_photos / "badminton" / "more").mkdir()
    for name in ("badminton/more/00.png", "loose.png", "badminton/.hidden.png"):
        cv2.imwrite(str(toy_photos / name), image)
    others = {"clip.mp4": b"\0\0\0\x18ftypmp42", "notes.txt": b"BMW", "logo.svg": b"<svg/>", "Thumbs.db": b"\0"}
    for name, content in others.items():
        (toy_photos / "badminton" / name).write_bytes(content)
    return toy_photos


def test_images_are_found_by_their_first_bytes_and_what_is_passed_over_is_named(hostile):
    said = []
    found = photos.find(hostile, said.append)
    assert photos.classes(found) == ("badminton", "formula1", "volleyball")
    assert [len([p for p in found if p.label == name]) for name in photos.classes(found)] == [20, 20, 20]
    assert photos.find_faults(found, progress=False).unreadable == []
    (sentence,) = said
    assert sentence == (
        f"Passed over in {hostile}: files that are not images: 3 (badminton/clip.mp4, badminton/logo.svg, "
        "badminton/notes.txt); images outside the class folders: 1 (loose.png); images too deep inside a class folder: 1 "
        "(badminton/more/00.png)."
    )


def cells_of(notebook: str) -> dict[str, str]:
    return {cell.id: cell.source for cell in notebooks.read(notebooks.source(notebook)).cells}


def test_notebook_and_library_have_the_same_list(hostile, capsys):
    names = {"run": Run(str(hostile), "bundled")}
    exec(cells_of("11_more_on_data")["01-05"], names)
    assert names["image_paths"] == sorted(str(photo.path) for photo in photos.find(hostile))
    assert capsys.readouterr().out.splitlines()[0].startswith("42 files are in only one of the lists")


# Layouts


def moved(folder, *places):
    """The toy photos divided among other folders: `places` holds {label} where the label is to be."""
    for path in sorted(folder.glob("*/*.png")):
        place = folder / places[int(path.stem) % len(places)].format(label=path.parent.name)
        place.mkdir(parents=True, exist_ok=True)
        path.rename(place / f"{path.parent.name}_{path.name}")
    for name in ("badminton", "formula1", "volleyball"):
        if not any((folder / name).glob("*")):
            (folder / name).rmdir()


LAYOUTS = {
    "one folder deeper": (["photos/{label}"], "60 of the 60 images in {0} are too deep (photos/badminton/badminton_00.png)"),
    "much deeper": (["a/b/{label}"], "60 of the 60 images in {0} are too deep (a/b/badminton/badminton_00.png)"),
    "days in the classes": (["{label}/mon", "{label}/tue"], "60 of the 60 images in {0} are too deep (badminton/mon/badminton_00.png)"),
    "most are deeper": (["{label}", "{label}/mon", "{label}/tue"], "39 of the 60 images in {0} are too deep (badminton/mon/badminton_01.png)"),
    "train and test": (["train/{label}", "test/{label}"], "{0} is divided into test, train (test/badminton/badminton_01.png)"),
    "Train and valid": (["Train/{label}", "valid/{label}"], "{0} is divided into Train, valid (Train/badminton/badminton_00.png)"),
    "a part of a split beside the classes": (["{label}", "{label}", "test/{label}"], "{0}/test holds no photos, only deeper ones (test/badminton/badminton_02.png)"),
    "one class deeper": (["{label}"], "{0}/volleyball holds no photos, only deeper ones (volleyball/mon/volleyball_00.png)"),
    "train and test without classes": (["train", "test"], "{0} is divided into test, train (test/badminton_01.png)"),
}  # fmt: skip


@pytest.mark.parametrize("places, message", LAYOUTS.values(), ids=LAYOUTS)
def test_another_layout_is_refused_with_the_one_found_and_the_one_expected(toy_photos, places, message):
    moved(toy_photos, *places)
    if "volleyball/mon" in message:
        (toy_photos / "volleyball").rename(toy_photos / "mon")
        (toy_photos / "volleyball").mkdir()
        (toy_photos / "mon").rename(toy_photos / "volleyball" / "mon")
    with pytest.raises(PhotoError) as told:
        photos.find(toy_photos)
    assert str(told.value).startswith(message.format(toy_photos))
    assert "The course expects one folder per class with the images directly in it, as in badminton/1.jpg" in str(
        told.value
    )


def test_a_part_of_a_split_that_counts_as_a_class_is_named(toy_photos):
    (toy_photos / "volleyball").rename(toy_photos / "Test")
    said = []
    assert photos.classes(photos.find(toy_photos, said.append)) == ("Test", "badminton", "formula1")
    assert len(said) == 1 and "these folders count as classes: Test. If they are parts of a split" in said[0]


NO_LABELS = {
    "another case": ("Badminton", "differ only in case or spaces"),
    "spaces": ("badminton ", "differ only in case or spaces"),
    "a line break": ("a\nb", "is not a line of readable text"),
    "an escape code": ("a\x1b[31m", "is not a line of readable text"),
    "a space": (" ", "is not a line of readable text"),
}


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there no folders can have such names, or both of them")
@pytest.mark.parametrize("name, message", NO_LABELS.values(), ids=NO_LABELS)
def test_a_folder_whose_name_cannot_be_a_label_is_refused(toy_photos, name, message):
    (toy_photos / "formula1").rename(toy_photos / name)
    with pytest.raises(PhotoError, match=message):
        photos.find(toy_photos)


# The same photo in two classes


def copy(path, other):
    shutil.copy(path, other)


def save_smaller(path, other):
    cv2.imwrite(str(other), cv2.resize(cv2.imread(str(path)), (16, 12), interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize("copy", [copy, save_smaller])
def test_the_same_photograph_in_two_classes_is_named_as_a_contradiction(toy_photos, copy):
    # large cells of one grey each, so that a smaller copy looks the same
    cells = np.random.default_rng(1).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    one, other = toy_photos / "badminton" / "x.png", toy_photos / "formula1" / "y.png"
    cv2.imwrite(str(one), cv2.resize(cells, (144, 96), interpolation=cv2.INTER_CUBIC))
    copy(one, other)
    said = []
    photos.find(toy_photos, said.append)
    assert said == [f"The same image is in more than one class: {one} = {other}. Keep it only in the right one."]


def test_of_many_copies_one_of_each_class_is_named(toy_photos):
    for name in ("badminton", "formula1"):
        for path in (toy_photos / name).iterdir():
            path.write_bytes((toy_photos / "badminton" / "00.png").read_bytes())
    said = []
    photos.find(toy_photos, said.append)
    assert [sentence.count(".png") for sentence in said] == [2]


def test_one_web_page_in_two_classes_and_copies_in_one_contradict_nothing(toy_photos):
    for name in ("badminton", "formula1"):
        (toy_photos / name / "404.jpg").write_bytes(b"<!DOCTYPE html>")
        shutil.copy(toy_photos / name / "00.png", toy_photos / name / "copy.png")
    said = []
    photos.find(toy_photos, said.append)
    assert said == []


# Before anything starts


def few(count):
    def keep(folder):
        for path in folder.glob("*/*"):
            if int(path.stem) >= count:
                path.unlink()

    return keep


def no_classes(folder):
    for path in folder.glob("*/*"):
        path.rename(folder / f"{path.parent.name}_{path.name}")


def duplicates(folder):
    for path in folder.glob("volleyball/*"):
        shutil.copy(folder / "badminton" / "00.png", path)


def unreadable(folder, count=16):
    for path in sorted(folder.glob("volleyball/*"))[-count:]:
        path.write_bytes(b"<!DOCTYPE html>" + path.name.encode())


def not_one_readable(folder):
    unreadable(folder, 20)


CANNOT_BE_SPLIT = {
    "no class folders": (no_classes, "holds fewer than two folders with photos"),
    "four in a class": (few(4), "badminton holds 4 distinct photos, too few for 5 parts"),
    "five in a class": (few(5), "badminton holds 5 distinct photos, too few for three sets: put 7 or more into it."),
    "six in a class": (few(6), " holds 6 distinct photos, too few for three sets: put 7 or more into it."),
    "one class of copies": (duplicates, "volleyball holds 1 distinct photo"),
    "one class not readable": (not_one_readable, "volleyball can be read as an image: put whole copies there"),
    "one class hardly readable": (unreadable, "volleyball holds 4 distinct photos"),
}  # fmt: skip


@pytest.mark.parametrize("spoil, message", CANNOT_BE_SPLIT.values(), ids=CANNOT_BE_SPLIT)
def test_the_course_does_not_start_with_photographs_that_it_cannot_split(run, spoil, message, monkeypatch, capsys):
    monkeypatch.setattr(notebooks, "execute", lambda *arguments, **options: pytest.fail("a notebook is run"))
    monkeypatch.setattr(sample, "draw_clip", lambda *arguments: pytest.fail("a clip is drawn"))
    spoil(run.photos_folder)
    assert main(["course", "--photos", run.photos, "--backbone", run.backbone]) == 1
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert message in sentence
    assert not run.output.exists()


def test_a_notebook_opened_alone_does_not_start_either(run):
    few(4)(run.photos_folder)
    with pytest.raises(PhotoError, match="badminton holds 4 distinct photos"):
        lessons.begin("01_data_loading", run.photos, run.backbone, 0)


@pytest.mark.parametrize("empty", ["", " "])
def test_no_choice_of_photographs_is_not_the_current_folder(run, toy_photos, empty, monkeypatch, capsys):
    monkeypatch.chdir(toy_photos)
    monkeypatch.setattr(notebooks, "execute", lambda *arguments, **options: pytest.fail("a notebook is run"))
    with pytest.raises(SystemExit):
        main(["course", "--photos", empty])
    assert "--photos: the value is empty" in capsys.readouterr().err
    with pytest.raises(ValueError, match="PHOTOS and BACKBONE must not be empty"):
        lessons.begin("01_data_loading", empty, run.backbone, 0)


def test_commands_name_what_is_passed_over(hostile, toy_classifier, capsys):
    assert main(["evaluate", str(hostile)]) == 0
    assert f"Passed over in {hostile}: files that are not images: 3" in capsys.readouterr().out
    lessons.photographs(Run(str(hostile), "bundled"))
    assert f"Passed over in {hostile}: files that are not images: 3" in capsys.readouterr().out


# Very many


def test_pairs_of_very_many_photographs_take_little_memory(monkeypatch):
    """Notebook 11 compares photos in pairs: 6,000 would make 18 million."""
    cells = cells_of("11_more_on_data")
    found = [photos.Photo(f"{n}.jpg", "badminton", f"look {n // 3:016x}") for n in range(6000)]
    pictures = np.random.default_rng(0).integers(0, 256, (6000, 32, 32, 3), dtype=np.uint8)
    monkeypatch.setattr(photos, "load", lambda *arguments, **options: pictures)
    names = {"found": found, "faults": photos.Faults([], [], [], []), "SEED": 0, "np": np, "cv2": cv2}
    names |= {"photos": photos, "lessons": lessons, "plots": Mock()}
    tracemalloc.start()
    exec(cells["01-45"], names)
    exec(cells["01-47"], names)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500e6
    assert 2495 <= names["related"].sum() <= 2500  # whole groups of three: as many pairs as photos


# After features were kept


def test_photographs_added_and_removed_after_features_were_kept(run, monkeypatch):
    backbone, folder = backbones.load(run.backbone), run.photos_folder
    before = backbones.extract(backbone, photos.find(folder), progress=False)
    (folder / "badminton" / "00.png").unlink()
    cv2.imwrite(str(folder / "badminton" / "20.png"), np.full((9, 9, 3), 77, np.uint8))
    found, was_read = photos.find(folder), []
    read = backbones.read
    monkeypatch.setattr(backbones, "read", lambda path: was_read.append(path.name) or read(path))
    after = backbones.extract(backbone, found, progress=False)
    assert was_read == ["20.png"]
    np.testing.assert_array_equal(np.delete(after, 19, axis=0), before[1:])
    shutil.rmtree(paths.FEATURES)
    np.testing.assert_allclose(after, backbones.extract(backbone, found, progress=False), atol=1e-6)


def test_a_photograph_that_has_gone_since_it_was_found_is_named(run):
    found = photos.find(run.photos_folder)
    found[3].path.unlink()
    with pytest.raises((OSError, PhotoError)) as told:
        backbones.extract(backbones.load(run.backbone), found, progress=False)
    assert str(found[3].path) in str(told.value) and "put it back, or begin again without it." in str(told.value)


# Where nothing can be written. The tests may run as root, whom no mode of a folder stops: a file stands in its place.


@pytest.fixture
def read_only(project, monkeypatch):
    """A project in which nothing can be written."""
    (project / "file").touch()
    for name in ("DATA", "MODEL", "EXAMPLE_CLIPS", "OUTPUT"):
        monkeypatch.setattr(paths, name, project / "file" / name.lower())
    monkeypatch.setattr(paths, "FEATURES", paths.OUTPUT / "features")
    return project / "file"


WAY_OUT = "cannot be written (Not a directory): choose a folder that you may write to, or copy the project to one."


def writes(read_only, toy_photos, toy_backbone):
    """What the course writes, each as a call and the file that it should name."""
    run = Run(str(toy_photos), str(toy_backbone))
    backbone = backbones.load(run.backbone)
    return {
        "a notebook begins": (lambda: lessons.begin("02_feature_extraction", run.photos, run.backbone, 0), run.output),
        "photographs": (lambda: lessons.photographs(Run("sample", "bundled")), paths.DATA / "sample"),
        "a clip": (lambda: lessons.clip("formula2", Run("sample", "b")), paths.EXAMPLE_CLIPS / "formula2.mp4"),
        "features": (lambda: backbones.extract(backbone, photos.find(toy_photos), progress=False), paths.FEATURES),
        "a classifier": (
            lambda: classifier.save(backbone.model, run.classifier("x"), backbone, ["a"]), run.classifier("x").with_suffix(".json")),
        "a record": (lambda: lessons.record(run, "x", y=1), run.output / "record.json"),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["a notebook begins", "photographs", "a clip", "features", "a classifier", "a record"])
def test_a_read_only_project_is_told_of_in_one_sentence(read_only, toy_photos, toy_backbone, what):
    write, path = writes(read_only, toy_photos, toy_backbone)[what]
    with pytest.raises(OSError) as told:
        write()
    assert str(told.value).startswith(str(path)) and str(told.value).endswith(WAY_OUT)
    assert read_only.read_bytes() == b""


def test_proc_takes_no_files():
    if not os.path.isdir("/proc/self"):
        pytest.skip("no /proc here")
    for write in (
        files.make_folder,
        lambda path: files.write_json(path, {}),
        lambda path: files.locked(path).__enter__(),
    ):
        with pytest.raises(OSError, match=r"^/proc/nothing cannot be written .* copy the project to one\.$"):
            write("/proc/nothing")


def test_what_a_read_only_project_holds_is_used(project, toy_photos, monkeypatch):
    """No lock is taken where nothing is to be made."""
    paths.DATA.mkdir()
    (toy_photos.rename(paths.DATA / "sample") / "manifest.csv").write_text(",".join(photos.MANIFEST_COLUMNS) + "\n")
    paths.EXAMPLE_CLIPS.mkdir()
    for ending in (".mp4", ".truth.csv"):
        (paths.EXAMPLE_CLIPS / f"formula2{ending}").touch()
    for module in (photo_sets, clip_files):
        monkeypatch.setattr(module, "locked", lambda path: pytest.fail(f"{path} is locked"))
    run = Run("sample", "bundled")
    assert len(lessons.photographs(run)) == 60
    assert lessons.clip("formula2", run) == paths.EXAMPLE_CLIPS / "formula2.mp4"


AT_HOME = """
import sys
from pathlib import Path
from lib.core import notebooks, paths
paths.NOTEBOOKS = Path(sys.argv[1])
executed = notebooks.execute("toy", progress=False)
print("".join(output.get("text", "") for output in executed.cells[0].outputs if output.get("name") == "stdout"))
"""
OPENED = "import matplotlib.pyplot as plt\nfrom lib.core.framework import keras\nplt.figure()\nprint('it runs')"


@pytest.fixture
def toy_notebook(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(OPENED)])
    nbformat.write(notebook, tmp_path / "toy.ipynb")
    return tmp_path


def at_home(folder, **environment):
    """Execute a notebook in a process whose home, and the folders named, cannot be written."""
    command = [sys.executable, "-c", AT_HOME, str(folder)]
    nowhere = str(folder / "toy.ipynb" / "nowhere")
    environment = os.environ | {name: nowhere for name in ("HOME", "USERPROFILE", *environment)}
    environment = {name: value for name, value in environment.items() if not name.startswith("XDG_")}
    return subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_home_that_cannot_be_written_stops_no_notebook(toy_notebook):
    done = at_home(toy_notebook, KERAS_HOME="", MPLCONFIGDIR="")
    assert done.stdout.strip() == "it runs", done.stderr[-2000:]


def test_jupyters_folders_that_cannot_be_written_are_named(toy_notebook, monkeypatch):
    from lib.core import notebooks

    def refuse(self, **options):
        raise PermissionError(13, "Permission denied", "/home/x/.ipython")

    monkeypatch.setattr(paths, "NOTEBOOKS", toy_notebook)
    monkeypatch.setattr(notebooks.NotebookClient, "async_execute", refuse)
    with pytest.raises(notebooks.NotebookError) as told:
        notebooks.execute("toy", progress=False)
    assert str(told.value) == (
        "Notebook toy cannot be run, because Jupyter cannot write /home/x/.ipython (Permission denied): set the "
        "environment variables IPYTHONDIR and JUPYTER_RUNTIME_DIR to a folder that you may write to."
    )

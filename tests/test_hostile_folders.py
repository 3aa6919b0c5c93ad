"""Folders as students have them: what works, and what is refused in one sentence that names the folder."""

import os
import shutil
import subprocess
import sys
import unicodedata

import clips
import cv2
import nbformat
import numpy as np
import pytest

from lib import backbones, classifier, files, heads, lessons, paths, photos
from lib.__main__ import main
from lib.paths import Run
from lib.photos import PhotoError
from lib.video import VideoReader


@pytest.fixture
def run(project, toy_photos, toy_backbone):
    return Run(str(toy_photos), str(toy_backbone))


# Classes


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_class_with_too_few_photographs_is_refused_by_name(toy_photos, count):
    folder = toy_photos / "volleyball"
    for path in sorted(folder.iterdir())[count:]:
        path.unlink()
    with pytest.raises(PhotoError) as told:
        photos.split(photos.find(toy_photos))
    if count:
        assert (
            str(told.value) == f"{folder} holds {count} photographs that differ, too few for 5 parts: add more to it."
        )
    else:
        assert str(told.value).startswith(f"{folder} holds no photographs (.jpg, ")
        assert str(told.value).endswith("): put some into it, or delete it.")


def test_the_same_photograph_five_times_is_one(toy_photos):
    folder = toy_photos / "volleyball"
    for path in sorted(folder.iterdir())[5:]:
        path.unlink()
    for path in sorted(folder.iterdir())[1:]:
        shutil.copy(folder / "00.png", path)
    with pytest.raises(PhotoError, match="volleyball holds 1 photographs that differ"):
        photos.split(photos.find(toy_photos))


def test_photographs_without_class_folders_are_refused(toy_photos):
    with pytest.raises(PhotoError) as told:
        photos.find(toy_photos / "badminton")
    assert str(told.value) == (
        f"{toy_photos / 'badminton'} holds fewer than two folders with photographs: "
        "put each event's photographs into a folder that bears the event's name."
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

    monkeypatch.setattr(heads, "EPOCHS", 2)
    split, backbone = photos.split(photos.find(folder)), backbones.load(run.backbone)
    parts = [
        heads.Part(backbones.extract(backbone, part, progress=False), photos.labels(part))
        for part in (split.train, split.validation)
    ]
    head = heads.train_head(*parts, len(names), seed=0)
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
    assert photos.check(found, progress=False).unreadable == []


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
    sample = toy_photos.rename(paths.DATA / "sample") if paths.DATA.mkdir() is None else None
    (sample / "manifest.csv").write_text(",".join(photos.MANIFEST_COLUMNS) + "\n")
    paths.EXAMPLE_CLIPS.mkdir()
    for ending in (".mp4", ".truth.csv"):
        (paths.EXAMPLE_CLIPS / f"formula2{ending}").touch()
    monkeypatch.setattr(lessons, "locked", lambda path: pytest.fail(f"{path} is locked"))
    run = Run("sample", "bundled")
    assert len(lessons.photographs(run)) == 60
    assert lessons.clip("formula2", run) == paths.EXAMPLE_CLIPS / "formula2.mp4"


AT_HOME = """
import sys
from pathlib import Path
from lib import notebooks, paths
paths.NOTEBOOKS = Path(sys.argv[1])
executed = notebooks.execute("toy", progress=False)
print("".join(output.get("text", "") for output in executed.cells[0].outputs if output.get("name") == "stdout"))
"""
OPENED = "import matplotlib.pyplot as plt\nfrom lib.framework import keras\nplt.figure()\nprint('it runs')"


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
    from lib import notebooks

    def refuse(self, **options):
        raise PermissionError(13, "Permission denied", "/home/x/.ipython")

    monkeypatch.setattr(paths, "NOTEBOOKS", toy_notebook)
    monkeypatch.setattr(notebooks.NotebookClient, "execute", refuse)
    with pytest.raises(notebooks.NotebookError) as told:
        notebooks.execute("toy", progress=False)
    assert str(told.value) == (
        "Notebook toy cannot be run, because Jupyter cannot write /home/x/.ipython (Permission denied): set the "
        "environment variables IPYTHONDIR and JUPYTER_RUNTIME_DIR to a folder that you may write to."
    )

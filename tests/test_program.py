"""The core's own program: it runs in an empty folder without `lib`, and labels a clip as notebook 05 does."""

import csv
import json
import os
import shutil
import subprocess
import sys

import cv2
import nbformat
import numpy as np
import pytest
from clips import write as write_clip
from nbformat.v4 import new_code_cell, new_notebook

from lib import lessons, sample
from lib.__main__ import main
from lib.core import notebooks, paths
from lib.core.paths import Run
from lib.lessons import pipeline
from lib.tools.course import program

WITHOUT_LIB = "import sys; sys.modules['lib'] = None; exec(compile(open('program.py').read(), 'program.py', 'exec'))"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A student's folder: 72 generated photos, a clip of some of them, and the program, which has run."""
    folder = tmp_path_factory.mktemp("home")
    sample.draw_photographs(folder / "photos", seed=3, per_class=24, progress=False)
    with (folder / "photos" / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["width"])][::6]
    shown = [cv2.cvtColor(cv2.imread(str(folder / "photos" / row["path"])), cv2.COLOR_BGR2RGB) for row in rows]
    write_clip(folder / "clip.mp4", [cv2.resize(image, (320, 240)) for image in shown for _ in range(6)], rate=25)
    program.write(folder)
    for name, count in (("EPOCHS = 30", "EPOCHS = 6"), ("EPOCHS = 8", "EPOCHS = 2"), ("WINDOW = 32", "WINDOW = 8")):
        text = (folder / "program.py").read_text(encoding="utf-8")
        assert text.count(name) == 1
        (folder / "program.py").write_text(text.replace(name, count), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(home):
    environment = {**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIB], cwd=home, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def frames(path):
    capture, found = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        found.append(read[1])
    capture.release()
    return np.array(found)


def test_it_leaves_a_classifier_a_report_a_matrix_and_a_labelled_clip(home, printed):
    assert json.loads((home / "fine_tuned.json").read_text())["classes"] == ["badminton", "formula1", "volleyball"]
    assert (home / "fine_tuned.keras").is_file() and (home / "frozen.keras").is_file()
    assert "precision    recall  f1-score   support" in printed and "The confusion matrix" in printed
    assert len(frames(home / "labelled.avi")) == len(frames(home / "clip.mp4")) > 60


def test_notebook_05_labels_the_clip_in_the_same_way(home, printed, tmp_path, monkeypatch):
    """A copy of the project, whose notebooks 02 and 03 train on the same photos with the same choices."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for folder in ("lib", "notebooks", "model/backbone"):
        shutil.copytree(paths.ROOT / folder, tmp_path / folder, ignore=ignored)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    choices = {"PHOTOS": str(home / "photos"), "CLIP": str(home / "clip.mp4"), "WINDOW": 8}
    for name, epochs in (("02_feature_extraction", 6), ("03_fine_tuning", 2), ("05_video_smoothing", 0)):
        notebooks.execute(name, choices | {"EPOCHS": epochs}, progress=False)
    run = Run(choices["PHOTOS"], "bundled")
    labelled = tmp_path / "output" / run.name / "clip_8.avi"
    assert np.array_equal(frames(labelled), frames(home / "labelled.avi"))


def test_a_changed_program_is_not_overwritten(home, capsys):
    before = (home / "program.py").read_bytes()
    assert main(["program", str(home)]) == 1
    assert "is there already: give another folder" in capsys.readouterr().err
    assert (home / "program.py").read_bytes() == before


def test_the_command_says_what_to_put_beside_it(tmp_path, capsys):
    assert main(["program", str(tmp_path / "lab")]) == 0
    assert "Put photos/" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "lab").iterdir()} == {"program.py", "base.keras", "base.json"}


@pytest.mark.parametrize("name", program.NOTEBOOKS)
def test_every_notebook_has_its_part_and_none_of_it_needs_the_course(name):
    sources = pipeline.cells(name)
    assert len(sources) >= 4
    assert not any(word in source for source in sources for word in ("lessons.", "from lib", "import lib", "run."))


def test_repeated_cells_leave_parameters_as_they_are_and_print_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    cells = [
        new_code_cell("A = 1", metadata={"tags": ["parameters", "pipeline"]}),
        new_code_cell("B = A + 1\nprint(B)", metadata={"tags": ["pipeline"]}),
        new_code_cell("C = 3"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "toy.ipynb")
    names = {"A": 5}
    lessons.repeat("toy", names)
    assert (names["A"], names["B"], "C" in names, capsys.readouterr().out) == (5, 6, False, "")

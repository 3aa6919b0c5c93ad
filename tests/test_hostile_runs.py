"""What happens to a run: a full disk, two at once, cells run twice and in any order, no network, a GPU of no use."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from fractions import Fraction
from types import SimpleNamespace

import clips
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from lib import backbones, classifier, lessons, photos, sample
from lib.__main__ import main
from lib.core import files, framework, notebooks, paths
from lib.core.paths import Run
from lib.video import FrameScores


def at_once(*actions) -> None:
    """Run actions in threads of their own, and raise what any of them raises."""
    raised = []

    def act(action):
        try:
            action()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if raised:
        raise raised[0]


# The disk is full


@contextlib.contextmanager
def full(room: int):
    """Within it no file may grow beyond room bytes: the system refuses as it does on a full disk.

    It ends inside the test: pytest's own report, printed after it, may go to a long file too."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def scores() -> FrameScores:
    rows = np.full((500, 3), 1 / 3, np.float32)
    return FrameScores(rows, np.arange(500.0), np.arange(500), tuple("abc"), "clip.mp4", Fraction(30), 1, 500)


def writers(run):
    backbone, found = backbones.load(run.backbone), photos.find(run.photos_folder)
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x" * 5000)])
    output = paths.OUTPUT
    return {
        "JSON": (output / "x.json", lambda: files.write_json(output / "x.json", {"long": "x" * 5000})),
        "a classifier": (
            run.classifier("x"), lambda: classifier.save(backbone.model, run.classifier("x"), backbone, ["a"])),
        "features": (
            backbones._store_path(backbone, None, 0), lambda: backbones.extract(backbone, found, progress=False)),
        "scores": (output / "x.npz", lambda: scores().save(output / "x.npz")),
        "a notebook": (output / "x.ipynb", lambda: notebooks.write(page, output / "x.ipynb")),
        "a sample": (paths.DATA / "sample", lambda: lessons.photographs(Run("sample", "bundled"))),
    }  # fmt: skip


@pytest.mark.parametrize("what", ["JSON", "a classifier", "features", "scores", "a notebook", "a sample"])
def test_a_full_disk_is_told_with_the_files_name_and_what_was_there_stays(run, what):
    path, write = writers(run)[what]
    if what == "a sample":
        path.mkdir(parents=True)
    else:
        write()
        before = path.read_bytes()
        if what == "features":  # one photo more, so that they are stored again
            shutil.copy(run.photos_folder / "badminton" / "00.png", run.photos_folder / "badminton" / "new.png")
            (run.photos_folder / "badminton" / "new.png").open("ab").write(b"\0")
            write = writers(run)[what][1]
    with pytest.raises(OSError) as told, full(1000):
        write()
    reason = os.strerror(27)  # on a full disk: No space left on device
    assert str(told.value) == f"{path} cannot be written ({reason}): make room on the disk, and try again."
    if what == "a sample":
        assert list(path.iterdir()) == []
    else:
        assert path.read_bytes() == before
    assert not [left for left in path.parent.rglob("*") if left.name.startswith(".part-")]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_no_space_left_is_said_in_the_systems_words(tmp_path):
    with pytest.raises(OSError) as told, files.atomic_write(tmp_path / "x") as part:
        part.write_text("whole")
        with open("/dev/full", "w") as device:
            device.write("x")
    assert str(told.value) == (
        f"{tmp_path / 'x'} cannot be written (No space left on device): make room on the disk, and try again."
    )
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_deleted_a_day_later_and_nothing_else(tmp_path):
    names = [".part-0a1b2c3d-old.npz", ".part-0a1b2c3d-new.npz", ".hidden", "old.npz", "my.part-1"]
    for name in names:
        (tmp_path / name).write_text("left")
        if name != ".part-0a1b2c3d-new.npz":
            os.utime(tmp_path / name, (1e9, 1e9))
    files.write_json(tmp_path / "x.json", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[1:], "x.json"])


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(OSError) as told:
        files.write_json(tmp_path / f"{'x' * 300}.json", {})
    assert "xxx.json cannot be written (File name too long): choose a" in str(told.value)


# Two at once


def test_two_notebooks_that_need_the_same_make_it_once(run, toy_classifier, monkeypatch, capsys):
    made = []

    def execute(name, parameters, copy):
        made.append(name)
        time.sleep(1.5)
        path = run.classifier(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(toy_classifier, path)
        card = json.loads(toy_classifier.with_suffix(".json").read_text()) | {
            "photographs": lessons.photographs_card(run),
            "backbone": {"fingerprint": backbones.fingerprint(run.backbone)},
        }
        files.write_json(path.with_suffix(".json"), card)

    monkeypatch.setattr(notebooks, "execute", execute)
    at_once(*(lambda: lessons.begin("03_fine_tuning", run.photos, run.backbone, 0) for _ in range(2)))
    assert made == ["02_feature_extraction"]
    printed = capsys.readouterr().out
    assert printed.count("02_feature_extraction runs first: its classifier is missing.") == 1
    assert "02_feature_extraction.keras is being made by another notebook: waiting for it." in printed


DRAW = """
import os, sys, time
from pathlib import Path
from lib import lessons, sample
from lib.core import paths
from lib.core.paths import Run
project = Path(sys.argv[1])
paths.DATA, paths.OUTPUT = project / "data", project / "output"
def draw(folder):
    (project / f"drawn by {os.getpid()}").touch()
    time.sleep(1.5)
    (project / "toy").rename(folder)
    (folder / "manifest.csv").write_text("path,label,sha256,bytes,width,height,group,split\\n")
sample.draw_photographs = draw
run = Run("sample", "bundled")
print(len(lessons.photographs(run)))
for number in range(5):
    lessons.record(run, f"{os.getpid()} {number}", value=number)
"""


def test_two_processes_draw_once_and_record_beside_each_other(project, toy_photos):
    command = [sys.executable, "-c", DRAW, str(project)]
    both = [subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0] and all("60\n" in text for text in printed)
    assert len(list(project.glob("drawn by *"))) == 1
    assert len(files.read_json(project / "output" / "sample-bundled" / lessons.RECORD)) == 10


def test_the_same_features_extracted_twice_at_once(run):
    found, results = photos.find(run.photos_folder), []
    loaded = [backbones.load(run.backbone) for _ in range(2)]
    at_once(*(lambda one=one: results.append(backbones.extract(one, found, progress=False)) for one in loaded))
    np.testing.assert_allclose(results[0], results[1], atol=1e-6)
    np.testing.assert_array_equal(backbones.extract(loaded[0], found, progress=False), results[0])


def test_the_same_file_written_many_times_at_once_is_one_of_them(tmp_path):
    path = tmp_path / "x.json"
    at_once(*(lambda who=who: [files.write_json(path, {"who": [who] * 1000}) for _ in range(20)] for who in range(4)))
    who = files.read_json(path)["who"]
    assert len(who) == 1000 and len(set(who)) == 1
    assert [left.name for left in tmp_path.iterdir()] == ["x.json"]


# Cells run twice, and out of order


def run_cells(cells, memory: dict, choices: dict) -> list[Exception]:
    """Run a notebook's code cells as a kernel does, with choices of one's own, and give the errors."""
    errors = []
    for cell in cells:
        tags = cell.metadata.get("tags", [])
        try:
            if "raises-exception" not in tags:
                exec(cell.source, memory)
        except Exception as error:
            errors.append(error)
        if "parameters" in tags:
            memory.update({key: value for key, value in choices.items() if key in memory})
        plt.close("all")
    return errors


def test_cells_run_out_of_order_and_again_break_nothing(run, monkeypatch, tmp_path):
    """From the last to the first, when names are missing; then each twice, from the first to the last."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plt, "show", lambda: None)
    choices = {"PHOTOS": run.photos, "BACKBONE": run.backbone, "SEED": 0, "EPOCHS": 3}
    memory, made = {"__name__": "__main__", "display": lambda *what: None}, run.classifier("02_feature_extraction")
    notebook = nbformat.read(notebooks.source("02_feature_extraction"), 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    backwards = run_cells(cells[::-1], memory, choices)
    assert backwards and {type(error) for error in backwards} == {NameError}
    assert not made.exists()
    assert run_cells([cell for cell in cells for _ in range(2)], memory, choices) == []
    assert lessons.why_stale(made, run, 0, photos.find(run.photos_folder)) == ""
    assert classifier.load(made).classes == ("badminton", "formula1", "volleyball")


# Elsewhere


def test_a_notebook_moved_elsewhere_finds_the_project_and_its_own_neighbours(
    project, toy_photos, toy_backbone, monkeypatch
):
    """A path is found from where the notebook lies; what runs first lies elsewhere, and is given it in full."""
    executed = []
    monkeypatch.setattr(notebooks, "execute", lambda name, parameters, copy: executed.append((parameters, copy)))
    (project / "moved").mkdir()
    monkeypatch.chdir(project / "moved")
    backbone = os.path.relpath(toy_backbone)
    run = lessons.begin("03_fine_tuning", "../toy", backbone, 0)
    ((parameters, copy),) = executed
    assert parameters == {"PHOTOS": str(toy_photos), "BACKBONE": str(toy_backbone), "SEED": 0}
    assert run == Run("../toy", backbone) and run.name == Run(str(toy_photos), str(toy_backbone)).name
    assert copy == project / "output" / run.name / "notebooks" / "02_feature_extraction.ipynb"
    assert list((project / "moved").iterdir()) == []


@pytest.mark.parametrize("content", ["", "<<<<<<< HEAD\n{}", '{"cells": ', "[]", '{"cells": 7, "nbformat": 4}'])
def test_a_notebook_that_a_merge_has_damaged_is_named(tmp_path, monkeypatch, content):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    (tmp_path / "toy.ipynb").write_text(content)
    with pytest.raises(notebooks.NotebookError) as told:
        notebooks.execute("toy", progress=False)
    assert (
        str(told.value) == f"{tmp_path / 'toy.ipynb'} is not a whole notebook: restore it with git, or copy it again."
    )


# No network


@pytest.fixture
def offline(monkeypatch):
    def refuse(*arguments, **options):
        raise OSError(101, "Network is unreachable")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_nothing_of_the_default_needs_a_network(offline, project, run, toy_classifier, tmp_path):
    lessons.begin("02_feature_extraction", run.photos, run.backbone, 0)
    backbones.load("bundled")
    sample.draw_photographs(paths.DATA / "sample", per_class=2, progress=False)
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(12)])
    assert main(["label", str(clip), "--out", str(tmp_path / "out.mp4")]) == 0
    assert main(["evaluate", run.photos]) == 0


def test_what_needs_a_network_says_so_and_names_the_ways_out(offline, project, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    with pytest.raises(backbones.BackboneError) as told:
        backbones.load("mobilenet_v2")
    for part in ("MobileNetV2", "Network is unreachable", "connect to a network once", "BACKBONE=bundled"):
        assert part in str(told.value)


# GPUs

COMPUTES = """
from lib.core.framework import tf
print(float(tf.reduce_sum(tf.ones((2, 2)))), len(tf.config.list_physical_devices("GPU")))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="drivers are found in another way elsewhere")
def test_a_driver_of_no_use_is_passed_over_in_silence(tmp_path):
    """A GPU is asked for, and the driver that is found is none."""
    (tmp_path / "libcuda.so.1").write_bytes(b"no driver")
    environment = os.environ | {"LD_LIBRARY_PATH": str(tmp_path), "CUDA_VISIBLE_DEVICES": "0"}
    command = [sys.executable, "-c", COMPUTES]
    done = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("4.0 0\n", "", 0)


def test_a_gpu_that_is_found_but_cannot_compute_is_told_with_the_way_out(monkeypatch):
    def fail(*arguments):
        raise framework.tf.errors.InternalError(None, None, "no kernel image is available. Details follow")

    tensors = SimpleNamespace(matmul=fail)
    monkeypatch.setattr(framework.tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    monkeypatch.setattr(framework.tf, "linalg", tensors)
    with pytest.raises(RuntimeError) as told:
        framework.check_gpu()
    assert str(told.value) == (
        "TensorFlow finds a GPU here but cannot compute on it (no kernel image is available): set the environment "
        "variable CUDA_VISIBLE_DEVICES=-1, which leaves it out, and start again."
    )


def test_a_gpu_is_tried_before_a_network_is_loaded_not_when_tensorflow_is_imported(monkeypatch):
    def fail():
        raise framework.TensorFlowError("It cannot compute.")

    monkeypatch.setattr(framework, "check_gpu", fail)
    with pytest.raises(framework.TensorFlowError, match="It cannot compute."):
        framework.load_model(paths.BUNDLED_BACKBONE)


def test_without_a_gpu_nothing_is_computed_in_advance(monkeypatch):
    monkeypatch.setattr(framework.tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(framework.tf, "linalg", None)
    framework.check_gpu()

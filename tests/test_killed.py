"""Killed at any moment (SIGKILL, as when the battery is empty) and run again: it goes on, and the result is the same."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import clips
import numpy as np
import pytest

from lib import classifier
from lib.core import files, hashes, paths
from lib.video import VideoReader

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes can be forked here")
MOMENTS = 5  # for each of the four: twenty together


@pytest.fixture(scope="module")
def jobs():
    """Do a job in another process, killed after so many seconds; give what came of it (see `run` in killing.py)."""
    command = [sys.executable, str(Path(__file__).with_name("killing.py"))]
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def run(job: str, project: Path, after: float | None = None) -> dict:
            process.stdin.write(json.dumps({"job": job, "project": str(project), "after": after}) + "\n")
            process.stdin.flush()
            result = json.loads(process.stdout.readline())
            assert not result["failed"]
            return result

        yield run
        process.stdin.close()


@pytest.fixture
def start(tmp_path, toy_photos, toy_backbone):
    """A project before the job."""
    start = tmp_path / "start"
    start.mkdir()
    shutil.copytree(toy_photos, start / "toy")
    for ending in (".keras", ".json"):
        shutil.copy(toy_backbone.with_suffix(ending), start / f"toy{ending}")
    clips.write(start / "clip.mp4", [clips.busy(number) for number in range(40)])
    return start


@pytest.fixture
def whole(jobs, start):
    """Do a job undisturbed, and give what came of it and how many seconds it took."""

    def run(job: str) -> tuple[np.ndarray, float]:
        project = shutil.copytree(start, start.with_name("whole"))
        seconds = jobs(job, project)["seconds"]
        return result(project), seconds

    return run


def killed(jobs, job: str, before: Path, project: Path, after: float) -> Path:
    """Give `project`: what becomes of `before` when a job is killed in it, `after` so many seconds or earlier."""
    while True:
        shutil.copytree(before, project)
        if jobs(job, project, after)["killed"] and not (project / "result.npy").exists():
            all_whole(project)
            return project
        after /= 2  # this time it was quicker
        shutil.rmtree(project)


def all_whole(project: Path) -> None:
    """Everything that bears a name of its own is whole."""
    for path in (path for path in project.rglob("*") if path.is_file() and not path.name.startswith(".")):
        if path.suffix in (".keras", ".npz"):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None, path
        elif path.suffix == ".json":
            files.read_json(path)
        elif path.suffix == ".mp4":
            with VideoReader(path) as reader:
                assert len(list(reader)) == 40, path


def result(project: Path) -> np.ndarray:
    return np.load(project / "result.npy")


@pytest.mark.parametrize("job", ["features", "clip"])
def test_killed_and_run_again(jobs, start, whole, job):
    undisturbed, seconds = whole(job)
    for number, share in enumerate(np.random.default_rng(1).uniform(size=MOMENTS)):
        project = killed(jobs, job, start, start.with_name(f"killed {number}"), share * seconds)
        kept = sum(len(np.load(path)["keys"]) for path in project.rglob("plain.npz"))
        jobs(job, project)
        all_whole(project)
        np.testing.assert_array_equal(result(project), undisturbed)
        if job == "features":  # what was kept is not extracted again
            assert kept + int((project / "was_read").read_text()) == 60


@pytest.mark.parametrize("job", ["head", "tuning"])
def test_killed_again_and_again(jobs, start, whole, job):
    """Each run goes on from where the one before was killed."""
    if job == "tuning":
        jobs("head", start)
        (start / "result.npy").unlink()
    undisturbed, seconds = whole(job)
    project = start
    for number, share in enumerate(np.random.default_rng(2).uniform(size=MOMENTS)):
        project = killed(jobs, job, project, start.with_name(f"killed {number}"), share * seconds)
    jobs(job, project)
    np.testing.assert_array_equal(result(project), undisturbed)
    for before in start.glob("model/*/*.keras"):
        assert (project / before.relative_to(start)).read_bytes() == before.read_bytes()


@pytest.mark.parametrize("at", range(3))
def test_killed_at_each_step_of_saving_a_classifier(jobs, start, at):
    """The model and its card are moved into place one after the other: a mixed pair is seen to be one."""
    model = start / "model.keras"
    model.write_bytes(b"the old model")
    files.write_json(model.with_suffix(".json"), {"sha256": hashes.sha256(model), "classes": ["a"], "image_size": 8})
    (start / "at").write_text(str(at))
    result = jobs("save", start)
    fits = hashes.sha256(model) == classifier.read_card(model)["sha256"]
    whole = {b"the old model": ["a"], b"the new model": ["a", "b"]}
    assert model.read_bytes() in whole
    if fits:
        assert classifier.read_card(model)["classes"] == whole[model.read_bytes()]
    else:
        with pytest.raises(classifier.ClassifierError, match="is not the file that its card describes: train it again"):
            classifier.load(model)
    assert result["killed"] == (at < 2) and fits == (at != 1)

"""A season on several processes: whatever happens meanwhile, its results are the bytes of a plain run of `label`."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import av
import clips
import dask
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster

from conftest import CLASSES
from lib import backbones, classifier, video
from lib.__main__ import main
from lib.core import paths
from lib.core.errors import FileError, InputError
from lib.photos import Resize
from lib.tools.labelling.choices import Choices
from lib.tools.labelling.clip import Request
from lib.tools.labelling.sources import find
from lib.tools.season import cluster, folder, progress, run, tasks
from lib.video import FrameScores, scoring, spans

PATIENCE = 120  # seconds
CLIPS = 50


def film(path: Path, frames: int, gop: int = 25, rate=25, **options) -> Path:
    pictures = [clips.busy(number, (64, 48)) for number in range(30)]
    settings = {"g": str(gop), "preset": "veryfast", "sc_threshold": "0"} | options
    return clips.write(path, [pictures[at % 30] for at in range(frames)], rate=rate, options=settings)


@pytest.fixture(scope="module")
def model(tmp_path_factory, toy_backbone) -> Path:
    """A classifier whose scores depend on every pixel."""
    from lib.core.framework import keras

    keras.utils.set_random_seed(0)
    backbone = backbones.load(str(toy_backbone))
    layers = keras.layers
    head = keras.Sequential(
        [keras.Input(backbone.model.output_shape[1:]), layers.Flatten(), layers.Dense(3, "softmax")]
    )
    path = tmp_path_factory.mktemp("model") / "toy.keras"
    return classifier.save(classifier.join(backbone, head), path, backbone, CLASSES)


@pytest.fixture(scope="module")
def season(tmp_path_factory) -> Path:
    """Fifty short clips, one of which is no clip and one cut short, and a longer one."""
    season = tmp_path_factory.mktemp("season")
    for number in range(CLIPS - 3):
        images = [clips.busy(60 * number + at, (32, 24)) for at in range(5 + number % 20)]
        clips.write(season / f"match_{number:02d}.mp4", images, rate=25)
    clips.cut(clips.write(season / "short.mp4", [clips.busy(at) for at in range(40)], faststart=True))
    (season / "broken.mp4").write_bytes(b"no clip at all")
    film(season / "long.mp4", 400)
    return season


@pytest.fixture(scope="module")
def plain(tmp_path_factory, model, season) -> Path:
    """What `label` makes of the season in one process."""
    out = tmp_path_factory.mktemp("plain")
    with pytest.warns(video.VideoWarning):
        assert main(["label", str(season), "--model", str(model), "--out", str(out)]) == 1  # one clip is none
    return out


@pytest.fixture(scope="module")
def workers():
    """A cluster of two workers; a clip has failed when two have died on it."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, memory_limit=0, silence_logs=50
        ) as local,
    ):
        yield local


@pytest.fixture
def label(workers, model, season, tmp_path):
    """Label the season on the cluster; give the exit status."""

    def run_season(out=tmp_path / "out", clips=season, length=spans.LENGTH, retry_failed=False, **request) -> int:
        wanted = Request(Choices(), str(model), **request)
        found = find([str(clips)]).clips
        return run.label_season(
            found, out, wanted, model, address=workers.scheduler_address, retry_failed=retry_failed, length=length
        )

    return run_season


class Copy:
    """The frames of a labelled copy. x264 does not repeat its bytes on every processor (its rate control, `mbtree`, at
    sizes such as 32×24), so these may differ a little, as two encodings of the same pictures do."""

    def __init__(self, path: Path):
        with av.open(str(path)) as container:
            self.frames = np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)], int)

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Copy)
        return (
            self.frames.shape == other.frames.shape and np.abs(self.frames - other.frames).mean() < 15
        )  # without its label: 26


def content(path: Path) -> bytes | Copy:
    return Copy(path) if path.suffix == ".mp4" else path.read_bytes()


def files_of(out: Path) -> dict[str, bytes | Copy]:
    """All files of a folder, except those that say which clips failed."""
    found = (path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith("failed_"))
    return {str(path.relative_to(out)): content(path) for path in found}


def assert_same(out: Path, plain: Path, *, but: str = "no clip") -> None:
    """The results are those of a plain run, byte for byte (copies: frame for frame), and nothing else is there."""
    assert [path.name for path in out.rglob("*") if path.is_dir()] in ([], [folder.NAME]), "files in progress are left"
    there, wanted = files_of(out), {name: held for name, held in files_of(plain).items() if name.split(".")[0] != but}
    assert set(there) == set(wanted)
    assert not [name for name in wanted if there[name] != wanted[name] and name != "index.csv"]
    rows = [(out / "index.csv").read_text().splitlines(), (plain / "index.csv").read_text().splitlines()]
    assert [row for row in rows[0] if but not in row] == [row for row in rows[1] if but not in row]


class Killer(threading.Thread):
    """Kills each worker that has a file open, up to so many times."""

    def __init__(self, workers: LocalCluster, file: Path, times: int):
        super().__init__(daemon=True)
        self.workers, self.file, self.times, self.killed, self.is_over = workers, file, times, 0, False
        self.start()

    def run(self) -> None:
        while self.killed < self.times and not self.is_over:
            for worker in self.workers.workers.values():
                self._look_at(getattr(worker, "pid", None))
            time.sleep(0.001)

    def _look_at(self, process: int | None) -> None:
        try:
            if (
                process
                and self.killed < self.times
                and str(self.file) in [held.path for held in psutil.Process(process).open_files()]
            ):
                psutil.Process(process).kill()
                psutil.Process(process).wait(PATIENCE)
                self.killed += 1
        except (psutil.NoSuchProcess, ProcessLookupError):
            pass

    def stop(self) -> int:
        self.is_over = True
        self.join(PATIENCE)
        return self.killed


def test_the_results_are_the_bytes_of_a_plain_run(label, plain, tmp_path, capsys):
    assert label() == 1
    assert_same(tmp_path / "out", plain)
    printed = capsys.readouterr().out
    assert "broken.mp4 is not a video that can be read" in printed and "short.mp4: it ends" in printed
    assert re.search(r"50 clips, 1 failed; 0\.0\d h of video; \d+ frames scored in", printed)
    assert "50 clips, 2 workers on 1 host" in printed and "dashboard" not in printed

    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir() if path.name != "index.csv"}
    assert label() == 1  # all of it is there
    printed = capsys.readouterr().out
    assert "0 frames scored" in printed and "It failed before; --retry-failed tries it again." in printed
    assert all(path.stat().st_mtime_ns == time for path, time in before.items() if path.is_file())
    assert_same(tmp_path / "out", plain)
    assert label(retry_failed=True) == 1
    assert "It failed before" not in capsys.readouterr().out


def test_a_clip_that_failed_is_labelled_once_it_is_repaired(label, model, tmp_path):
    season, out = tmp_path / "repaired", tmp_path / "out"
    season.mkdir()
    (season / "a.mp4").write_bytes(b"no clip")
    assert label(clips=season) == 1 and list((out / ".season").iterdir())
    clips.write(season / "a.mp4", [clips.plain(at) for at in range(5)])
    assert label(clips=season) == 0
    assert (out / "a.json").exists() and not (out / ".season").exists()


def test_other_choices_write_the_results_again(label, model, season, plain, tmp_path):
    few, out, two = tmp_path / "few", tmp_path / "out", tmp_path / "two"
    few.mkdir()
    for number in range(4):
        shutil.copy(season / f"match_{number:02d}.mp4", few)
    assert label(clips=few) == 0
    for ending in (".mp4", ".csv", ".scores.npz"):
        (out / f"match_00{ending}").unlink()
    assert label(clips=few) == 0  # what is missing is made
    for file in sorted(plain.glob("match_0[0-3].*")):
        assert file.suffix == ".json" or content(out / file.name) == content(file), file.name
    assert label(clips=few, stride=2) == 0
    assert main(["label", str(few), "--model", str(model), "--out", str(two), "--stride", "2"]) == 0
    assert all(content(out / name) == held for name, held in files_of(two).items())


def test_a_worker_killed_in_the_middle_of_a_clip(label, workers, season, plain, tmp_path):
    killer = Killer(workers, season / "long.mp4", times=1)
    assert label() == 1
    assert killer.stop() == 1
    assert_same(tmp_path / "out", plain)


def test_a_clip_on_which_every_worker_dies_fails_alone(label, workers, season, plain, tmp_path, capsys):
    killer = Killer(workers, season / "long.mp4", times=100)
    assert label() == 1
    assert killer.stop() == 2
    assert "long.mp4 ended every worker that labelled it" in capsys.readouterr().out
    assert_same(tmp_path / "out", plain, but="long")
    assert label(retry_failed=True) == 1
    assert_same(tmp_path / "out", plain)


def client(workers, model, season, out) -> subprocess.Popen:
    """Label the season from another process."""
    command = ["label", season, "--model", model, "--out", out, "--cluster", workers.scheduler_address]
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "lib", *map(str, command)], env=environment, cwd=paths.ROOT, stdout=subprocess.PIPE
    )


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="here no signal reaches a group of processes")
def test_ctrl_c_ends_workers_of_this_machine_in_order(model, season, plain, tmp_path):
    out = tmp_path / "out"
    command = ["label", season, "--model", model, "--out", out, "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT), "TQDM_DISABLE": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "lib", *map(str, command)], env=environment, cwd=paths.ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    ) as process:  # fmt: skip
        wait_until(lambda: len(list(out.glob("*.json"))) > 3)
        os.killpg(process.pid, signal.SIGINT)
        printed, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130 and "All of them: " in printed
    assert error.endswith("python -m lib label: stopped.\n") and "Traceback" not in error
    there, wanted = files_of(out), files_of(plain)
    assert len(there) < len(wanted) and all(there[name] == wanted[name] for name in there if name != "index.csv")


def wait_until(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_client_killed_and_run_again(label, workers, model, season, plain, tmp_path):
    out = tmp_path / "out"
    with client(workers, model, season, out) as process:
        wait_until(lambda: len(list(out.glob("*.json"))) > 5)
        process.kill()
    assert len(list(out.glob("*.json"))) < CLIPS - 1
    assert label() == 1
    assert_same(out, plain)


def test_two_clients_at_once(label, workers, model, season, plain, tmp_path):
    out = tmp_path / "out"
    with client(workers, model, season, out) as process:
        wait_until(lambda: list(out.glob("*.json")))
        assert label() == 1
        assert process.wait(PATIENCE) == 1
    assert_same(out, plain)


def test_a_full_disk_is_one_sentence(label, workers, plain, tmp_path):
    """The largest file that the workers may write stands for the room on the disk."""
    resource, out = pytest.importorskip("resource"), tmp_path / "out"
    with Client(workers, set_as_default=False) as admin:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        admin.run(resource.setrlimit, resource.RLIMIT_FSIZE, (3000, limits[1]))
        try:
            with pytest.raises(FileError, match=rf"cannot be written to {out} \(.*\): make room on the disk"):
                label()
        finally:
            admin.run(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
    wanted = files_of(plain)
    assert all(held == wanted[name] for name, held in files_of(out).items() if name != "index.csv")
    assert label() == 1
    assert_same(out, plain)


# Spans


class Uneven:
    """A network whose scores depend on each pixel, on a frame's place in its batch, and on the size of the batch."""

    classes, resize, fingerprint = ("a", "b"), Resize(8), "uneven"

    def predict(self, frames):
        first = frames.mean(axis=(1, 2, 3), dtype=np.float64) / 600 + np.arange(len(frames)) / 100 + len(frames) / 100
        return np.stack([first, 1 - first], axis=1).astype(np.float32)


def scored_in_spans(path: Path, stride: int, length: float) -> tuple[int, FrameScores | None]:
    network = Uneven()
    wanted = scoring.fingerprint(path, network, stride, 0.0, float("inf"))
    cut = spans.plan(path, stride, length)
    parts = [spans.score(path, network, stride, span, wanted) for span in cut]
    return len(cut), spans.join(parts, wanted) if parts and all(parts) else None


def scored_once(path: Path, stride: int) -> FrameScores:
    return video.score_once(path, path.with_suffix(".npz"), Uneven(), stride, progress=False)


def assert_equal(one: FrameScores, other: FrameScores, folder: Path) -> None:
    files = [scores.save(folder / f"{name}.scores.npz") for name, scores in (("one", one), ("other", other))]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("ending, options", [(".mp4", {}), (".mp4", {"bf": "0"}), (".mp4", {"x264-params": "open-gop=1"}),
                                             (".ts", {}), (".mp4", {"flags": "+ildct+ilme"})])  # fmt: skip
def test_scores_of_spans_are_those_of_one_pass(tmp_path, ending, options, stride):
    path = film(tmp_path / f"long{ending}", 700, **options)
    number, joined = scored_in_spans(path, stride, 4.0)
    assert number > 3
    assert_equal(joined, scored_once(path, stride), tmp_path)


def test_a_clip_with_one_key_frame_or_without_time_stamps_is_not_cut(tmp_path):
    assert spans.plan(film(tmp_path / "one.mp4", 300, gop=1000), 1, 4.0) == []
    images = [clips.busy(at % 9) for at in range(300)]
    assert len(spans.plan(clips.write(tmp_path / "times.avi", images, rate=25), 1, 4.0)) in (0, 3)
    assert spans.plan(film(tmp_path / "short.mp4", 100), 1, 4.0) == []


def test_a_picture_that_depends_on_where_decoding_begins_is_found(tmp_path, monkeypatch):
    """An interlaced picture is made with its neighbours, of which the key frame that decoding begins with lacks one."""
    monkeypatch.setattr(spans, "_AFTER_KEY", 0)
    path = film(tmp_path / "interlaced.mp4", 300, gop=16, flags="+ildct+ilme")
    first, *others = spans.plan(path, 1, 4.0)
    assert spans.score(path, Uneven(), 1, first, "") and others
    assert not any(spans.score(path, Uneven(), 1, span, "") for span in others)


def test_spans_with_frames_missing_are_not_joined(tmp_path):
    path = film(tmp_path / "long.mp4", 700)
    cut = spans.plan(path, 1, 4.0)
    parts = [spans.score(path, Uneven(), 1, span, "") for span in cut]
    fewer = parts[1]
    lost = FrameScores(
        fewer.scores[:-1],
        fewer.seconds[:-1],
        fewer.indices[:-1],
        fewer.classes,
        fewer.source,
        fewer.rate,
        1,
        fewer.frames - 1,
    )
    assert spans.join(parts, "") and spans.join([parts[0], lost, *parts[2:]], "") is None


def test_a_long_clip_is_scored_in_spans_on_the_workers(label, workers, model, tmp_path, monkeypatch, capsys):
    season, out = tmp_path / "season", tmp_path / "out"
    season.mkdir()
    path = film(season / "match.mp4", 1000)
    film(season / "one_key_frame.mp4", 400, gop=1000)
    took = []
    take = run.Season._take
    monkeypatch.setattr(
        run.Season, "_take", lambda self, future: (took.append(self._running[future]), take(self, future))
    )
    killer = Killer(workers, path, times=1)
    assert label(clips=season, length=4.0) == 0
    assert killer.stop() == 1
    assert sum(task.function is tasks.score_span for task in took) > 5
    assert main(["label", str(season), "--model", str(model), "--out", str(tmp_path / "plain")]) == 0
    assert_same(out, tmp_path / "plain")


# What is refused, and what is said


def test_without_its_packages_one_sentence_names_the_extra(model, season, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    assert main(["label", str(season), "--model", str(model), "--out", str(tmp_path), "--workers", "2"]) == 1
    assert '.[season]"' in (error := capsys.readouterr().err) and error.count("\n") == 1


@pytest.mark.parametrize(
    "given, words",
    [("0 --workers 2", "omit cameras"), ("{clip} --retry-failed", "goes with --workers or --cluster"),
     ("{clip} --workers 2 --out x.mp4", "omit cameras, addresses and an --out FILE")],
)  # fmt: skip
def test_what_does_not_go_together(model, season, tmp_path, monkeypatch, capsys, given, words):
    monkeypatch.chdir(tmp_path)
    assert main(["label", *given.format(clip=season / "match_00.mp4").split(), "--model", str(model)]) == 1
    assert words in capsys.readouterr().err


def test_a_worker_that_differs_is_refused_before_anything_starts(label, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "versions", lambda *others: {"python": platform.python_version(), "keras": "9.9"})
    with pytest.raises(InputError, match=r"The worker tcp://\S+ differs from this machine \(keras \d\S+, here 9\.9\)"):
        label()
    assert not list((tmp_path / "out").iterdir())


def test_an_address_without_a_cluster_is_one_sentence(model, season, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    command = ["label", str(season), "--model", str(model), "--out", str(tmp_path), "--cluster", "tcp://127.0.0.1:9"]
    assert main(command) == 1
    assert "There is no cluster with a worker at tcp://127.0.0.1:9" in (error := capsys.readouterr().err)
    assert error.count("\n") == 1


def test_a_worker_whose_memory_grows_is_restarted(monkeypatch):
    restarted = []
    monkeypatch.setattr(cluster, "restart", lambda client, worker: restarted.append(worker))
    season = run.Season(None, None, [], {})
    for number in range(2 * run._RESTART):
        season._look_at_memory(tasks.Outcome(worker="steady", memory=100))
        season._look_at_memory(tasks.Outcome(worker="growing", memory=100 + 2 * number))
    assert restarted == ["growing"]


def test_clips_of_one_name_get_names_of_their_own(tmp_path):
    found = [tmp_path / name / "match.mp4" for name in "ab"]
    jobs = run._jobs(found, tmp_path, Request(Choices(), ""), tmp_path / folder.NAME, False)
    assert jobs[0].stem == tmp_path / "match" and re.fullmatch(r"match_\w{6}", jobs[1].stem.name)


def test_what_a_killed_client_left_is_deleted_and_what_another_writes_is_not(tmp_path):
    import socket

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f"{socket.gethostname()}-{dead.pid}", f"{socket.gethostname()}-{os.getppid()}", "elsewhere-1"]
    for name in names:
        (tmp_path / name).mkdir()
    with folder.working(tmp_path) as own:
        assert {path.name for path in tmp_path.iterdir()} == {own.name, *names[1:]}
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])


def test_the_time_left_goes_by_the_bytes_of_clips_that_were_scored(monkeypatch):
    now = iter([0.0, 3600.0, 3600.0, 7200.0])
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(now)))
    counted = progress.Progress({Path("there"): 50, Path("a"): 100, Path("b"): 200})
    counted.finish(Path("there"), 1800, True)
    assert counted.words() == "0.50 h of video, 0 frames/s"
    counted.frames += 7200
    counted.finish(Path("a"), 1800, True)
    assert counted.words() == "1.00 h of video, 2 frames/s, 2.00 h left"
    assert counted.summary().startswith("2 clips, none failed; 1.00 h of video; 7200 frames scored in 120.0 minutes")

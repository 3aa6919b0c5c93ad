"""The benchmarks run, compare like with like, and keep every single time. How fast anything is, is not tested here."""

import json
from dataclasses import replace

import clips as drawn
import numpy as np
import pytest

from lib import backbones, lessons, photos
from lib.__main__ import main
from lib.core import paths
from lib.tools.benchmarks import clips, measuring, memory, networks, training
from lib.tools.benchmarks.measuring import Result
from lib.tools.commands import bench
from lib.tools.labelling.choices import Choices
from lib.tools.labelling.clip import Request
from lib.video import VideoReader


@pytest.fixture
def clip(tmp_path):
    return drawn.write(tmp_path / "clip.mp4", [drawn.busy(number) for number in range(20)])


def test_a_bound_holds_on_its_own_side_and_the_table_says_so():
    fast = Result("fast", 8.0, "times", 8, least=True)
    small = Result("small", 1.2, "times", 1.1, least=False)
    assert fast.holds and not small.holds
    lines = measuring.table([fast, small]).splitlines()
    assert lines[0].split() == ["measured", "wanted", "holds"]
    assert lines[1].split() == "fast 8 times at least 8 times yes".split()
    assert lines[2].split() == "small 1.2 times at most 1.1 times NO".split()


def test_ways_are_run_in_turn_and_every_time_is_kept():
    order = []
    runs = measuring.in_turn("both", 3, one=lambda: order.append("one"), other=lambda: order.append("other"))
    assert order == ["one", "other"] * 3
    assert {name: len(seconds) for name, seconds in runs.items()} == {"one": 3, "other": 3}
    assert measuring.ratio({"one": [4, 1, 90], "other": [2, 1, 9]}, "one", "other") == 2


def test_other_labels_are_refused_and_near_ties_are_not():
    theirs = np.array([[0.6, 0.4], [0.5, 0.49995]])
    assert clips.same_labels(theirs, theirs[:, [0, 1]]) == (2, 1)
    assert clips.same_labels(theirs, np.array([[0.6, 0.4], [0.49, 0.51]])) == (2, 1)
    with pytest.raises(RuntimeError, match="frame 0"):
        clips.same_labels(theirs, theirs[:, ::-1])
    with pytest.raises(RuntimeError, match="2 frames, ours 1"):
        clips.same_labels(theirs, theirs[:1])


def test_both_ways_give_the_same_labels_and_a_file_of_the_same_kind(toy_classifier, clip, tmp_path):
    from lib import classifier

    result = clips.against_the_loop("toy", clip, classifier.load(toy_classifier), 8, 2, tmp_path)
    assert "20 frames" in result.note and len(result.runs["lecture"]) == len(result.runs["ours"]) == 2
    codec, *rest = clips.described(tmp_path / "lecture.avi")
    assert int(codec).to_bytes(4, "little") == b"MJPG" and rest[2] == 20
    assert clips.described(tmp_path / "ours.avi") == (codec, *rest)


def test_a_piece_is_as_long_and_as_large_as_asked_for(clip, tmp_path):
    for frames in (5, 50):
        held = clips.described(clips.piece(clip, tmp_path / "piece.avi", frames, (32, 48)))
        assert held[1:4] == (32, 48, frames)


def test_operations_are_counted_from_the_layers(toy_backbone):
    base = backbones.load(str(toy_backbone)).base
    assert networks.flops(base) == 2 * 3 * 3 * (3 * 3 * 3 * 6 + 6 * 4)


def test_peak_memory_is_left_out_where_the_system_does_not_tell_it(monkeypatch, tmp_path):
    assert memory.is_supported()
    monkeypatch.setattr(memory, "STATUS", tmp_path / "none")
    monkeypatch.setattr(memory.importlib.util, "find_spec", lambda name: None)
    assert not memory.is_supported()


def test_peak_memory_is_in_bytes():
    assert 1e8 < memory.peak() < 1e11  # a Python with TensorFlow; in kilobytes it would be less


def test_the_command_measures_everything_and_keeps_every_time(
    project, toy_backbone, toy_photos, clip, monkeypatch, capsys
):
    (toy_photos / "badminton" / "broken.jpg").write_bytes(b"")
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", toy_backbone)
    monkeypatch.setattr(lessons, "clip", lambda name, run: clip)
    monkeypatch.setattr(lessons, "photographs", lambda run: photos.find(toy_photos))
    monkeypatch.setattr(networks, "resnet50", lambda: backbones.load(str(toy_backbone)))
    monkeypatch.setattr(networks, "SIDES", (64, 128))
    monkeypatch.setattr(bench, "QUICK", dict.fromkeys(bench.QUICK, 16) | {"long": 32, "photographs": None})
    assert main(["bench", "--quick"]) == 0

    printed = capsys.readouterr().out
    assert "the head is untrained" in printed and "measured" in printed and "estimated from one" in printed
    kept = (paths.OUTPUT / "bench_quick.json").read_text()
    content = json.loads(kept)
    assert content["quick"] and content["repeats"] == 1
    assert {"python", "tensorflow", "opencv-python", "av"} <= set(content["versions"])
    assert {"system", "processor", "cores"} == set(content["machine"])
    results = content["results"]
    assert len(results) == 8 and all(result["measured"] > 0 for result in results)
    assert all(seconds > 0 for result in results for run in result["runs"].values() for seconds in run)
    assert str(project) not in kept and str(paths.ROOT) not in kept
    assert not list(paths.FEATURES.glob("*")), "the benchmark's features are deleted"


def test_the_newest_head_on_the_bundled_backbone_is_taken(toy_classifier, tmp_path, capsys):
    toy_classifier.parent.rename(paths.MODEL / "sample-bundled")
    assert networks.bundled(tmp_path).path == paths.MODEL / "sample-bundled" / toy_classifier.name
    assert "sample-bundled" in capsys.readouterr().out


def test_forgetting_the_features_of_the_benchmark_leaves_those_of_a_users_bench_keras(toy_backbone, project):
    own = backbones.load(str(toy_backbone))
    ours, theirs = replace(own, name=training.OWN), replace(own, name=f"my/{training.OWN}.keras", fingerprint="another")
    for backbone in (ours, theirs):
        backbones.feature_folder(backbone).mkdir(parents=True)
    training._forget(ours)
    assert not backbones.feature_folder(ours).exists() and backbones.feature_folder(theirs).exists()


@pytest.fixture
def short_clips(clip, tmp_path):
    season = pytest.importorskip("lib.tools.benchmarks.season")
    (tmp_path / "clips").mkdir()
    return season.cut(clip, tmp_path / "clips", 3, 8)


def test_a_clip_is_cut_into_clips_of_one_length(short_clips):
    for path in short_clips:
        with VideoReader(path) as reader:
            assert len(list(reader)) == 8


def test_the_plain_loop_of_a_season_writes_what_label_writes(toy_classifier, short_clips, tmp_path):
    from lib import classifier
    from lib.tools.benchmarks import season

    request = Request(Choices(), str(toy_classifier), video=False)
    season.plain_loop(short_clips, tmp_path / "loop", classifier.load(toy_classifier), request)
    given = [str(tmp_path / "clips"), "--model", str(toy_classifier), "--out", str(tmp_path / "out"), "--no-video"]
    assert main(["label", *given]) == 0
    (tmp_path / "out" / "index.csv").unlink()
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "loop").iterdir()} and len(files) == 12


def test_the_benchmarks_of_a_season_are_a_command_of_their_own(project, short_clips, monkeypatch, capsys):
    from lib.tools.benchmarks import season

    monkeypatch.setattr(lessons, "clip", lambda name, run: short_clips[0])
    monkeypatch.setattr(networks, "bundled", lambda folder: None)
    monkeypatch.setattr(season, "scheduling", lambda *given: Result("scheduling", 5, "ms", 20, False))
    monkeypatch.setattr(season, "against_the_loop", lambda *given: [Result("clips", 1, "times", 1.1, False)])
    assert main(["bench", "season", "--quick"]) == 0
    results = json.loads((paths.OUTPUT / "bench_season_quick.json").read_text())["results"]
    assert [result["what"] for result in results] == ["results of an hour at 25 frames a second", "scheduling", "clips"]
    assert all(result["holds"] for result in results)

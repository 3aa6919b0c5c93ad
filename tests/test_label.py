"""`label`: any source, scores made once, the choices of smoothing, what is written, and what it refuses."""

import csv
import functools
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from fractions import Fraction

import clips
import numpy as np
import pytest
import test_copying

from lib import classifier, video
from lib.__main__ import main
from lib.core import paths
from lib.smoothing import ExponentialMean, Hysteresis, MajorityVote, RollingMean, viterbi
from lib.tools.labelling import SMOOTHERS, live, sources
from lib.tools.labelling.choices import Choices
from lib.video import Address, FrameScores, SimulatedCamera, VideoReader, VideoWarning

GREEN, BLUE = np.eye(3, dtype=np.uint8)[1:] * 200  # volleyball, badminton


def coloured(path, *runs, rate=25):
    """A clip of runs of one colour: (colour, frames)."""
    images = [np.full((48, 64, 3), colour, np.uint8) for colour, frames in runs for _ in range(frames)]
    return clips.write(path, images, rate=rate)


@pytest.fixture
def clip(tmp_path):
    return coloured(tmp_path / "match.mp4", (GREEN, 20), (BLUE, 20))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def label(toy_classifier, out, capsys):
    """Run the command and give its status and what it printed."""

    def run(*arguments):
        status = main(["label", *map(str, arguments), "--out", str(out)])
        return status, capsys.readouterr()

    return run


def report(out, name="match"):
    return json.loads((out / f"{name}.json").read_text())


def table(path):
    return list(csv.DictReader(path.open(encoding="utf-8")))


# What is written


def test_a_clip_gets_a_copy_frames_captions_segments_and_scores(label, clip, out):
    status, printed = label(clip, "--window", 9)
    assert status == 0 and {path.name for path in out.iterdir()} == {
        "match.mp4", "match.csv", "match.vtt", "match.json", "match.scores.npz",
    }  # fmt: skip
    rows = table(out / "match.csv")
    assert list(rows[0]) == ["frame", "seconds", "event", "badminton", "formula1", "volleyball"] and len(rows) == 40
    assert [row["event"] for row in rows] == ["volleyball"] * 24 + ["badminton"] * 16  # blue comes 4 frames late
    assert float(rows[23]["badminton"]) == pytest.approx(4 / 9, abs=0.01) and rows[25]["seconds"] == "1.000"
    content = report(out)
    assert content["clip"] == str(clip) and content["window"] == "9 frames" and content["smooth"] == "mean"
    assert [(s["start"], s["end"], s["event"]) for s in content["segments"]] == [
        (0, 0.96, "volleyball"),
        (0.96, 1.6, "badminton"),
    ]
    for segment in content["segments"]:
        own = [float(row[segment["event"]]) for row in rows if row["event"] == segment["event"]]
        assert segment["probability"] == pytest.approx(np.mean(own), abs=1e-3)
    assert content["fractions"] == {"badminton": 0.4, "formula1": 0.0, "volleyball": 0.6}
    assert (out / "match.vtt").read_text() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.960\nEvent: volleyball\n\n00:00:00.960 --> 00:00:01.600\nEvent: badminton\n"
    )
    assert "volleyball    60.0% of the frames, mean probability 0." in printed.out


def test_no_video(label, clip, out):
    assert label(clip, "--no-video")[0] == 0
    assert not (out / "match.mp4").exists() and (out / "match.csv").exists()


def test_an_avi(toy_classifier, clip, out):
    assert main(["label", str(clip), "--out", str(out / "x.avi")]) == 0
    assert {path.name for path in out.iterdir()} == {"x.avi", "x.csv", "x.vtt", "x.json", "x.scores.npz"}


def test_truth_beside_the_clip_is_compared(label, clip, out):
    events = ["volleyball"] * 20 + ["badminton"] * 20
    rows = "".join(f"{at},{at / 25:.3f},{event}\n" for at, event in enumerate(events))
    clip.with_suffix(".truth.csv").write_text(f"frame,seconds,event\n{rows}")
    _, printed = label(clip, "--window", 9)
    assert report(out)["measures"] == {
        "frame accuracy": 0.9,
        "surplus switches a minute": 0.0,
        "mean lag in seconds": 0.16,
        "F1 at overlap 0.5": 1.0,
        "changes found within 1 s": 1.0,
        "changes found within 2 s": 1.0,
        "changes found within 5 s": 1.0,
    }
    assert "frame accuracy: 0.9" in printed.out
    label(clip, "--window", 9, "--start", "0.4", "--end", "1.2", "--stride", "2")
    assert report(out)["measures"]["frame accuracy"] == 0.9
    clip.with_suffix(".truth.csv").write_text(f"frame,seconds,event\n{rows[:200]}".rpartition("\n")[0] + "\n")
    status, printed = label(clip)
    assert status == 0 and "match.truth.csv ends before the clip" in printed.out and "measures" not in report(out)
    clip.with_suffix(".truth.csv").write_text("frame,seconds,event\n0,0.0,golf\n")
    status, printed = label(clip)
    assert status == 0 and "no comparison with the truth" in printed.out and "golf" in printed.out


# Scores once


def test_another_window_or_smoother_never_runs_the_network(label, clip, monkeypatch):
    label(clip)
    monkeypatch.setattr(classifier.Classifier, "predict", lambda *given: pytest.fail("the network ran"))
    for more in (["--window", "4"], ["--smooth", "viterbi"], ["--unknown", "0.6"], ["--no-video"]):
        status, printed = label(clip, *more)
        assert (status, printed.err) == (0, "") and "the network does not run" in printed.out


# Choices


@pytest.mark.parametrize("smooth", SMOOTHERS)
def test_each_smoother_is_that_of_the_library(label, clip, out, smooth):
    label(clip, "--smooth", smooth, "--window", 6, "--onset", 0.7, "--offset", 0.3, "--shortest", 3)
    scores = FrameScores.load(out / "match.scores.npz").scores
    wanted = {
        "mean": lambda: RollingMean(6)(scores).argmax(axis=1),
        "exponential": lambda: ExponentialMean(6)(scores).argmax(axis=1),
        "vote": lambda: MajorityVote(6)(scores),
        "hysteresis": lambda: Hysteresis(0.7, 0.3, 3)(scores),
        "viterbi": lambda: viterbi(scores ** (1 / 16), 6 / 7),
    }[smooth]()
    names = ("badminton", "formula1", "volleyball")
    assert [row["event"] for row in table(out / "match.csv")] == [names[label] for label in wanted]


@pytest.mark.parametrize("smooth", [name for name in SMOOTHERS if name != "viterbi"])
def test_labels_of_frames_as_they_come_are_those_of_the_whole_clip(smooth):
    scores = np.random.default_rng(0).dirichlet([1, 1, 1], 200).astype(np.float32)
    choices = Choices(smooth, 7, unknown=0.45)
    update = choices.stream(7)
    labels, smoothed = zip(*map(update, scores))
    wanted, rows = choices.labels(scores, 7)
    assert -1 in labels
    np.testing.assert_array_equal(labels, wanted)
    np.testing.assert_array_equal(np.array(smoothed), rows)


@pytest.mark.parametrize("window, stride, size", [(32, 1, 32), (32, 4, 8), (2, 4, 1), (0.8, 1, 20), (0.8, 4, 5)])
def test_a_window_is_of_the_clips_frames_or_of_seconds(window, stride, size):
    assert Choices(window=window).of_scored(stride).size(Fraction(25, stride)) == size


def test_the_shortest_event_is_of_the_clips_frames_too():
    assert [Choices(shortest=8).of_scored(stride).shortest for stride in (1, 4, 100)] == [8, 2, 1]


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_the_probability_beside_viterbis_labels_is_not_late(size):
    scores = np.random.default_rng(0).dirichlet([1, 1], 30).astype(np.float32)
    _, smooth = Choices("viterbi", size).labels(scores, size)
    for at in range(30):
        around = scores[max(0, at - (size - 1) // 2) : at + size // 2 + 1]
        np.testing.assert_allclose(smooth[at], around.mean(axis=0), atol=1e-6)


def test_where_viterbis_label_changes_there_is_no_gap(label, clip, out):
    label(clip, "--smooth", "viterbi", "--window", 12, "--unknown", 0.45)
    assert [row["event"] for row in table(out / "match.csv")] == ["volleyball"] * 20 + ["badminton"] * 20


def test_below_a_probability_there_is_no_event(label, clip, out):
    """Around the change neither colour has two thirds of the window."""
    _, printed = label(clip, "--window", 12, "--unknown", 0.66)
    events = [row["event"] for row in table(out / "match.csv")]
    assert events[0] == "volleyball" and events[-1] == "badminton" and 2 <= events.count("") <= 5
    assert [segment["event"] for segment in report(out)["segments"]] == ["volleyball", None, "badminton"]
    assert "no event" in printed.out and (out / "match.vtt").read_text().count("-->") == 2


@pytest.mark.parametrize("start, end", [("0.4", "1.2"), ("0:00.4", "0:01.2")])
def test_a_part_of_a_clip(label, clip, out, start, end):
    label(clip, "--start", start, "--end", end, "--window", 1)
    rows = table(out / "match.csv")
    assert len(rows) == 20 and (rows[0]["seconds"], rows[-1]["seconds"]) == ("0.400", "1.160")
    with VideoReader(out / "match.mp4") as reader:
        frames = list(reader)
    assert len(frames) == 20 and frames[-1].seconds == pytest.approx(0.76)
    assert [row["event"] for row in rows] == ["volleyball"] * 10 + ["badminton"] * 10
    assert [(s["start"], s["end"]) for s in report(out)["segments"]] == [(0.4, 0.8), (0.8, 1.2)]
    assert "00:00:00.000 --> 00:00:00.400\nEvent: volleyball" in (out / "match.vtt").read_text()  # as the copy plays


def test_a_part_of_a_clip_has_its_part_of_the_sound(toy_classifier, tmp_path, out):
    clip = test_copying.film(tmp_path / "clip.mp4", [clips.plain(number) for number in range(50)], "aac")
    assert main(["label", str(clip), "--start", "0.5", "--end", "1.5", "--out", str(out)]) == 0
    _, times = test_copying.sound_of(out / "clip.mp4")
    assert times[0] == pytest.approx(0, abs=0.03) and times[-1] == pytest.approx(1, abs=0.05)


def test_scores_of_a_part_do_not_replace_those_of_the_whole(label, clip, out, monkeypatch):
    label(clip)
    label(clip, "--start", "0.4", "--end", "1.2")
    label(clip, "--stride", 4)
    assert {path.name for path in out.glob("*.npz")} == {
        "match.scores.npz", "match.0.4-1.2.scores.npz", "match.every4.scores.npz",
    }  # fmt: skip
    monkeypatch.setattr(classifier.Classifier, "predict", lambda *given: pytest.fail("the network ran"))
    assert label(clip)[0] == 0


def test_every_fourth_frame(label, clip, out):
    label(clip, "--stride", 4, "--window", 1)
    assert [row["frame"] for row in table(out / "match.csv")] == [str(at) for at in range(0, 40, 4)]
    assert report(out)["segments"][-1]["end"] == 1.6 and report(out)["frames"] == 40
    label(clip, "--stride", 17, "--no-video")
    assert report(out)["segments"][-1]["end"] == 1.6
    with VideoReader(out / "match.mp4") as reader:
        assert sum(1 for _ in reader) == 40


WRONG = {
    "--window 0": "is no window size in frames",
    "--window 0s": "is no window size",
    "--window xs": "is no window size",
    "--start 1:75": "is no time",
    "--start x": "is no time",
    "--end -1": "is no time",
    "--unknown 2": "is no probability",
    "--unknown nan": "is no probability",
    "--stride 0": "is no number of frames",
    "--smooth median": "invalid choice",
}


@pytest.mark.parametrize("option", WRONG)
def test_a_wrong_value_is_told_at_once(toy_classifier, clip, capsys, option):
    name, value = option.split()
    with pytest.raises(SystemExit):
        main(["label", str(clip), f"{name}={value}"])
    assert WRONG[option] in capsys.readouterr().err


CONTRADICTIONS = {
    "match.mp4 --start 2 --end 1": "--start 2 is not before --end 1",
    "match.mp4 --smooth hysteresis --onset 0.3 --offset 0.5": "--offset 0.5 is above --onset 0.3",
    "match.mp4 other.mp4 --out one.mp4": "is one file for several sources: give a folder",
    "0 --smooth viterbi": "takes no --start, --end, --stride or --smooth viterbi",
    "rtsp://127.0.0.1/x --start 2": "takes no --start",
    "0 --window 0.8s": "give --window in frames",
}


@pytest.mark.parametrize("given", CONTRADICTIONS)
def test_choices_that_do_not_go_together(toy_classifier, clip, tmp_path, monkeypatch, capsys, given):
    shutil.copy(clip, tmp_path / "other.mp4")
    monkeypatch.chdir(tmp_path)
    assert main(["label", *given.split()]) == 1
    assert CONTRADICTIONS[given] in capsys.readouterr().err


# Sources


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "season"
    folder.mkdir()
    coloured(folder / "a.mp4", (BLUE, 10))
    coloured(folder / "b.avi", (GREEN, 12))
    (folder / "notes.txt").write_text("mine")
    (folder / ".hidden.mp4").write_bytes(b"x")
    return folder


def test_a_folder(label, folder, out):
    status, printed = label(folder)
    assert status == 0 and "Passed over, no clips: notes.txt." in printed.out
    assert {"a.mp4", "a.json", "b.mp4", "b.json", "index.csv"} <= {path.name for path in out.iterdir()}
    rows = table(out / "index.csv")
    assert [(row["frames"], row["seconds"], row["state"]) for row in rows] == [
        ("10", "0.4", "labelled"),
        ("12", "0.48", "labelled"),
    ]
    assert [row["clip"] for row in rows] == [str(folder / "a.mp4"), str(folder / "b.avi")]
    assert float(rows[0]["badminton"]) == 1 and float(rows[1]["volleyball"]) == 1


def test_a_clip_that_cannot_be_read_is_told_and_the_rest_goes_on(label, folder, out):
    (folder / "aa.mp4").write_bytes(b"no clip at all")
    status, printed = label(folder)
    assert status == 1 and "aa.mp4 is not a video that can be read" in printed.out
    rows = table(out / "index.csv")
    assert [row["state"] == "labelled" for row in rows] == [True, False, True]
    assert "is not a video that can be read" in rows[1]["state"] and rows[1]["frames"] == ""
    assert label(folder)[0] == 1 and len(table(out / "index.csv")) == 3  # once more


def test_labelled_copies_in_the_same_folder_are_not_labelled_again(toy_classifier, folder, capsys):
    (folder / "a.mp4").unlink()
    for _ in range(2):
        assert main(["label", str(folder), "--out", str(folder)]) == 0
        assert "1 frame" not in capsys.readouterr().out.splitlines()[-1]
    assert {path.name for path in folder.iterdir() if path.suffix == ".json"} == {"b.json"}


def test_a_pattern_of_folders_and_one_of_nothing(label, folder, out):
    assert label(folder.parent / "seas*")[0] == 0 and (out / "a.json").exists()
    status, printed = label(folder.parent / "none*")
    assert status == 1 and "There is no clip" in printed.err


def test_a_clip_of_the_users_that_has_the_copys_name_stays(toy_classifier, tmp_path, capsys):
    clip = coloured(tmp_path / "match.avi", (BLUE, 10))
    own = coloured(tmp_path / "match.mp4", (GREEN, 10)).read_bytes()
    command = ["label", str(clip), "--out", str(tmp_path)]
    assert main([*command, "--no-video"]) == 0
    assert main(command) == 1 and "match.mp4 stays as it is" in capsys.readouterr().err
    assert (tmp_path / "match.mp4").read_bytes() == own


def test_patterns_for_shells_that_have_none(label, folder, out):
    label(folder / "*.mp4")
    assert (out / "a.json").exists() and not (out / "b.json").exists()


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path):
    path = coloured(tmp_path / "clip[1].mp4", (BLUE, 2))
    assert sources.find([str(path)]).clips == [path]


def test_a_file_whose_name_is_a_number_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0").write_bytes(b"x")
    assert sources.find(["0"]).clips and sources.find(["1"]).live == [1]


def test_a_folder_without_clips(label, tmp_path):
    (tmp_path / "empty").mkdir()
    status, printed = label(tmp_path / "empty")
    assert status == 1 and "No clip is in" in printed.err


def test_two_clips_of_one_name_are_told_apart(label, tmp_path, out):
    for number, colour in enumerate((BLUE, GREEN)):
        (tmp_path / str(number)).mkdir()
        coloured(tmp_path / str(number) / "match.mp4", (colour, 10))
    label(tmp_path / "0" / "match.mp4")
    label(tmp_path / "1" / "match.mp4")
    reports = sorted(out.glob("match*.json"))
    assert len(reports) == 2 and {json.loads(path.read_text())["clip"] for path in reports} == {
        str(tmp_path / "0" / "match.mp4"),
        str(tmp_path / "1" / "match.mp4"),
    }
    label(tmp_path / "1" / "match.mp4")
    assert sorted(out.glob("match*.json")) == reports


def test_a_file_of_the_users_beside_the_results_stays(label, clip, out):
    out.mkdir()
    (out / "match.csv").write_text("mine")
    status, printed = label(clip)
    assert status == 1 and "match.csv" in printed.err and (out / "match.csv").read_text() == "mine"


def test_a_warning_is_one_sentence(toy_classifier, tmp_path):
    clip = clips.cut(clips.write(tmp_path / "clip.mp4", [clips.busy(at) for at in range(40)], faststart=True))
    command = [sys.executable, "-m", "lib", "label", str(clip), "--model", str(toy_classifier), "--out", str(tmp_path)]
    environment = os.environ | {"TQDM_DISABLE": "1"}
    done = subprocess.run([*command, "--no-video"], cwd=paths.ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.startswith(f"Warning: {clip}: ") and done.stderr.count("\n") == 1


def test_a_list_of_the_users_stays(label, folder, out):
    out.mkdir()
    (out / "index.csv").write_text("clip,goals\n")
    status, printed = label(folder)
    assert status == 1 and "index.csv stays as it is" in printed.err
    assert (out / "index.csv").read_text() == "clip,goals\n" and len(list(out.iterdir())) == 1


# Live


@pytest.fixture
def camera(monkeypatch, tmp_path):
    """Camera 0 plays a clip, green, then blue, of which every frame is taken, however slow the machine."""
    path = coloured(tmp_path / "camera.mp4", (GREEN, 20), (BLUE, 20))
    monkeypatch.setattr(live, "VideoReader", lambda number: VideoReader(SimulatedCamera(path), policy="every"))
    monkeypatch.setattr(live, "has_screen", lambda: False)
    return path


def test_a_camera(label, camera, out):
    status, printed = label("0", "--window", 2)
    assert status == 0
    rows = table(out / "camera_0.csv")
    with VideoReader(out / "camera_0.mp4") as reader:
        assert sum(1 for _ in reader) == len(rows) > 1
    assert rows[0]["event"] == "volleyball" and rows[-1]["event"] == "badminton"
    label("0", "--window", 2)  # a second recording does not replace the first
    assert len(table(out / "camera_0.csv")) == len(rows) and (out / "camera_0_2.mp4").exists()


def test_a_window_shows_what_comes_until_q_is_pressed(label, camera, out, monkeypatch):
    shown, closed = [], []
    monkeypatch.setattr(live, "has_screen", lambda: True)
    monkeypatch.setattr(live.cv2, "imshow", lambda title, image: shown.append(image))
    monkeypatch.setattr(live.cv2, "waitKey", lambda wait: ord("q") if len(shown) == 3 else -1)
    monkeypatch.setattr(live.cv2, "getWindowProperty", lambda *given: 1.0)
    monkeypatch.setattr(live.cv2, "destroyAllWindows", lambda: closed.append(1))
    assert label("0")[0] == 0 and len(table(out / "camera_0.csv")) == len(shown) == 3
    assert closed and shown[0].shape == (48, 64, 3) and shown[0][30, 30, 1] > 150


def test_a_live_source_gives_the_scores_of_the_file(toy_classifier, camera):
    model = classifier.load(classifier.newest())
    wanted = video.score_clip(camera, model.predict, model.resize, model.classes, progress=False).scores
    labelled, stopped = live.label_live(0, model, Choices(window=1), None)
    assert not stopped
    np.testing.assert_allclose(labelled.probabilities, wanted, atol=1e-6)


@pytest.mark.parametrize("moment", ["predict", "encode", "write"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_recording_properly(toy_classifier, tmp_path, moment, number):
    """Whatever is going on: no frame is half written, and the next camera is not begun."""
    path = coloured(tmp_path / "camera.mp4", (GREEN, 50), (BLUE, 1000))
    code = f"""
import os, signal, sys
from lib import classifier
from lib.__main__ import main
from lib.tools.labelling import live
from lib.video import SimulatedCamera, reader, sink
reader.Camera = lambda number: SimulatedCamera({str(path)!r})
live.has_screen = lambda: False
came = []
def then(function, frames):
    def run(*given):
        result = function(*given)
        came.append(1)
        if len(came) == frames:
            os.kill(os.getpid(), {int(number)})
        return result
    return run
match {moment!r}:
    case "predict":
        classifier.Classifier.predict = then(classifier.Classifier.predict, 10)
    case "encode":
        sink.VideoSink._mux = then(sink.VideoSink._mux, 10)
    case "write":
        live.CopySink.write = then(live.CopySink.write, 10)
sys.exit(main(["label", "0", "1", "--model", {str(toy_classifier)!r}, "--out", {str(tmp_path / "out")!r}]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = table(tmp_path / "out" / "camera_0.csv")
    with VideoReader(tmp_path / "out" / "camera_0.mp4") as reader:
        assert 8 <= len(rows) == sum(1 for _ in reader) <= 12
    assert len(table(tmp_path / "out" / "index.csv")) == 1 and not (tmp_path / "out" / "camera_1.csv").exists()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *given):
        pass


@pytest.fixture
def server(tmp_path):
    """Serves a folder on loopback; gives folder and address."""
    folder = tmp_path / "www"
    folder.mkdir()
    handler = functools.partial(Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_address(label, server, out, monkeypatch):
    monkeypatch.setattr(live, "has_screen", lambda: False)
    folder, address = server
    coloured(folder / "match.mp4", (GREEN, 20), (BLUE, 20))
    assert label(f"{address}/match.mp4?x=1", "--window", 9)[0] == 0
    (frames,), (copy,) = out.glob("*.csv"), out.glob("*.mp4")
    assert [row["event"] for row in table(frames)] == ["volleyball"] * 24 + ["badminton"] * 16
    with VideoReader(copy) as reader:
        assert sum(1 for _ in reader) == 40


@pytest.mark.parametrize("name", ["no.mp4", "list.m3u8", "page.html"])
def test_an_address_that_gives_no_video(label, server, name):
    folder, address = server
    coloured(folder / "match.mp4", (GREEN, 2))
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nmatch.mp4\n#EXT-X-ENDLIST\n")
    (folder / "page.html").write_text("<!DOCTYPE html>\n<title>A page</title>\n")
    status, printed = label(f"{address}/{name}")
    assert status == 1 and f"{address}/{name} " in printed.err and printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "source, name",
    [(0, "camera_0"), ("rtsp://user:word@127.0.0.1:554/live/one", "127_0_0_1_554_one"),
     ("http://127.0.0.1/a/b.mp4?q=../x", "127_0_0_1_b"), ("rtsp://user:word@192.168.1.20", "192_168_1_20")],
)  # fmt: skip
def test_what_the_results_of_a_live_source_are_called(tmp_path, source, name):
    assert sources.find_stem(source, tmp_path) == tmp_path / name
    (tmp_path / f"{name}.csv").touch()
    assert sources.find_stem(source, tmp_path) == tmp_path / f"{name}_2"


def test_a_password_is_not_written_down(label, server, out, monkeypatch):
    monkeypatch.setattr(live, "has_screen", lambda: False)
    folder, address = server
    coloured(folder / "match.mp4", (GREEN, 10))
    _, printed = label(address.replace("//", "//user:s3cret@") + "/match.mp4")
    (path,) = out.glob("*.json")
    assert json.loads(path.read_text())["clip"] == f"{address}/match.mp4"
    assert "s3cret" not in printed.out + printed.err
    _, printed = label(address.replace("//", "//user:s3cret@") + "/no.mp4")
    assert f"{address}/no.mp4 gives no video" in printed.err


def test_a_connection_that_breaks_is_told(server):
    folder, address = server
    path = clips.write(folder / "match.mp4", [clips.busy(number) for number in range(60)], faststart=True)
    clips.cut(path)
    with pytest.warns(VideoWarning, match="match.mp4: it ends .* before its header says .did the connection break"):
        with VideoReader(Address(f"{address}/match.mp4"), policy="every") as reader:
            assert 0 < sum(1 for _ in reader) < 60


def test_help_fits_on_a_screen(capsys):
    with pytest.raises(SystemExit):
        main(["label", "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80

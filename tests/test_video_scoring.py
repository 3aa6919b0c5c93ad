"""score_clip and FrameScores: every frame scored once, in order, kept exactly."""

import os
import threading
import zipfile
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import clips
import cv2
import numpy as np
import pytest

from lib.photos.shaping import Resize
from lib.video import FrameScores, VideoError, VideoWarning, score_clip, score_once

CLASSES = ("badminton", "formula1", "volleyball")


@pytest.fixture
def path(tmp_path):
    images = [clips.plain(number) for number in range(37)]
    return clips.write(tmp_path / "clip.mp4", images, rate=Fraction(30000, 1001))


def brightness(frames):
    """A stand-in for a network: scores that tell which frame it was."""
    mean = frames.reshape(len(frames), -1).mean(axis=1) / 255
    return np.stack([mean, 1 - mean, 0 * mean], axis=1).astype(np.float32)


def score(path, predict=brightness, **options):
    return score_clip(path, predict, Resize(16), CLASSES, progress=False, **options)


@pytest.mark.parametrize("batch, stride", [(16, 1), (1, 1), (64, 1), (4, 5), (5, 36)])
def test_every_frame_is_scored_once_in_order(path, batch, stride):
    sizes = []

    def predict(frames):
        assert frames.dtype == np.uint8 and frames.shape[1:] == (16, 16, 3)
        sizes.append(len(frames))
        return brightness(frames)

    scores = score(path, predict, batch=batch, stride=stride)
    wanted = np.arange(0, 37, stride)
    assert np.array_equal(scores.indices, wanted)
    assert np.allclose(scores.scores[:, 0] * 255, 8 + 4 * wanted, atol=2)
    assert np.allclose(scores.seconds, wanted * 1.001 / 30, atol=1e-3)
    assert max(sizes) <= batch and sum(sizes) == len(wanted)
    assert (scores.rate, scores.stride, scores.frames, scores.source) == (Fraction(30000, 1001), stride, 37, "clip.mp4")
    assert scores.scored_rate == Fraction(30000, 1001) / stride and scores.classes == CLASSES
    assert (scores.scores.dtype, scores.seconds.dtype, scores.indices.dtype) == (np.float32, np.float64, np.int64)


def test_same_scores_as_the_plain_loop(tmp_path):
    path = clips.write(tmp_path / "clip.mp4", [clips.busy(number) for number in range(20)])
    rows, capture = [], cv2.VideoCapture(str(path))
    while True:
        came, frame = capture.read()
        if not came:
            break
        rows.append(brightness(Resize(16)(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))[None])[0])
    assert np.array_equal(score(path).scores, rows)


def test_only_small_frames_are_held(path):
    """No full frame waits while a batch fills up."""
    import weakref

    alive, most = [], 0

    def watched(image):
        nonlocal most
        most = max(most, sum(image() is not None for image in alive))
        alive.append(weakref.ref(image))
        return Resize(16)(image)

    score_clip(path, brightness, watched, CLASSES, progress=False)
    assert len(alive) == 37 and most <= 2


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, -4, 2])
def test_what_is_no_probability_names_the_frame(path, wrong):
    def predict(frames):
        rows = brightness(frames)
        rows[np.abs(rows[:, 0] * 255 - (8 + 4 * 10)) < 2, 1] = wrong
        return rows

    with pytest.raises(ValueError, match="clip.mp4: a score of frame 10 is not a number"):
        score(path, predict)
    with pytest.raises(ValueError, match="frame 10 "):
        score(path, predict, stride=5)


def test_wrong_shape_of_scores(path):
    with pytest.raises(ValueError, match=r"clip.mp4.*\(16, 2\), not \(16, 3\)"):
        score(path, lambda frames: brightness(frames)[:, :2])


@pytest.mark.parametrize("stop", [ZeroDivisionError, KeyboardInterrupt])
def test_threads_end_when_predict_fails(path, stop):
    def predict(frames):
        raise stop

    before = threading.active_count()
    with pytest.raises(stop):
        score(path, predict, batch=4)
    assert threading.active_count() == before


def test_a_clip_that_fails_on_the_way(path):
    """What happens in the decoding thread is raised to the caller."""

    def failing(image):
        if clips.number_of(image) == 20:
            raise VideoError("clip.mp4: the disk was pulled out")
        return Resize(16)(image)

    with pytest.raises(VideoError, match="pulled out"):
        score_clip(path, brightness, failing, CLASSES, batch=4, progress=False)


def test_a_clip_cut_short_is_scored_as_far_as_it_goes(tmp_path):
    path = clips.write(tmp_path / "clip.avi", [clips.busy(number) for number in range(60)])
    clips.cut(path)
    with pytest.warns(VideoWarning, match="clip.avi: it ends"):
        scores = score(path)
    assert 20 < scores.frames == len(scores.scores) < 40


def test_scores_are_kept_exactly(path, tmp_path):
    scores = score(path, stride=3)
    assert scores.save(tmp_path / "new" / "clip.scores.npz") == tmp_path / "new" / "clip.scores.npz"
    kept = FrameScores.load(tmp_path / "new" / "clip.scores.npz")
    for name in ("scores", "seconds", "indices"):
        assert np.array_equal(getattr(kept, name), getattr(scores, name))
        assert getattr(kept, name).dtype == getattr(scores, name).dtype
    for name in ("classes", "source", "rate", "stride", "frames"):
        assert getattr(kept, name) == getattr(scores, name)
    assert os.listdir(tmp_path / "new") == ["clip.scores.npz"]


def test_with_scores(path):
    scores = score(path)
    assert scores.with_scores(scores.scores[:, ::-1]).scores[3, 2] == scores.scores[3, 0]
    with pytest.raises(ValueError, match="do not fit"):
        scores.with_scores(scores.scores[:-1])


def test_half_saved_scores_leave_nothing(path, tmp_path, monkeypatch):
    def broken(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    scores = score(path)
    monkeypatch.setattr(np, "savez", broken)
    with pytest.raises(KeyboardInterrupt):
        scores.save(tmp_path / "clip.npz")
    assert os.listdir(tmp_path) == ["clip.mp4"]


def an_object_array(path):
    np.savez(path, scores=np.array([{}], object))  # would need pickle


def an_array(path):
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))


def another_archive(path):
    np.savez(path, other=np.zeros(3))


def a_text(path):
    path.write_text("no scores")


@pytest.mark.parametrize("make", [an_object_array, an_array, another_archive, a_text, Path.touch])
def test_load_something_else(tmp_path, make):
    make(tmp_path / "scores.npz")
    with pytest.raises(VideoError, match="scores.npz does not hold the scores"):
        FrameScores.load(tmp_path / "scores.npz")


@pytest.mark.parametrize(
    "name, value",
    [
        ("rate", "1/0"), ("rate", "0/1"), ("rate", "-25"), ("rate", "1e400"), ("rate", "fast"),
        ("stride", 1.5), ("stride", 0), ("stride", True), ("stride", 2), ("stride", [1, 1]),
        ("frames", -1), ("frames", 2**62), ("frames", np.nan), ("frames", 5),
        ("scores", np.full((8, 3), np.inf, np.float32)), ("scores", np.full((8, 3), np.nan)),
        ("scores", np.full((8, 3), -4.0)), ("scores", np.full((8, 3), 1.5)), ("scores", np.zeros((8, 3), int)),
        ("scores", np.full((8, 3), "x")), ("scores", np.zeros((8, 2))), ("scores", np.zeros(())),
        ("seconds", np.full(8, np.nan)), ("seconds", np.arange(8.0)[::-1]), ("seconds", np.full(8, np.inf)),
        ("seconds", np.full(8, "1")), ("seconds", np.zeros(7)),
        ("indices", np.arange(1, 9)), ("indices", np.zeros(8)), ("indices", np.array(8)), ("indices", np.full(8, "1")),
        ("classes", np.array(["a", "b", "a"])), ("classes", np.arange(3)), ("classes", np.full((3, 1), "a")),
    ],
)  # fmt: skip
def test_load_scores_that_cannot_be(tmp_path, name, value):
    fine = {"scores": np.full((8, 3), 1 / 3, np.float32), "seconds": np.arange(8.0), "indices": np.arange(8)}
    fine |= {"source": "clip.mp4", "classes": np.array(CLASSES), "rate": "25", "stride": 1, "frames": 8}
    np.savez(tmp_path / "scores.npz", **fine)
    assert FrameScores.load(tmp_path / "scores.npz").frames == 8
    np.savez(tmp_path / "scores.npz", **fine | {name: value})
    with pytest.raises(VideoError, match="scores.npz does not hold the scores of a clip") as told:
        FrameScores.load(tmp_path / "scores.npz")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("seed", range(40))
def test_load_a_damaged_file(path, tmp_path, seed):
    """Bytes changed within its arrays' headers, the archive's checksums right: loaded as it is, or refused."""
    score(path).save(tmp_path / "scores.npz")
    chance = np.random.default_rng(seed)
    with zipfile.ZipFile(tmp_path / "scores.npz") as archive:
        arrays = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    for data in arrays.values():
        data[chance.integers(min(len(data), 128))] = chance.choice(list(b"(){}'\",:<|=fiuObUV0123456789 \n"))
    with zipfile.ZipFile(tmp_path / "scores.npz", "w") as archive:
        for name, data in arrays.items():
            archive.writestr(name, bytes(data))
    with suppress(VideoError):
        FrameScores.load(tmp_path / "scores.npz")


@pytest.mark.parametrize("name", ["batch", "stride"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, np.True_, np.nan, np.inf, None, "2"])
def test_wrong_numbers_are_refused_before_any_work(path, name, value):
    with pytest.raises(ValueError, match=f"{name}=.*give a whole number, 1 or more"):
        score_clip(path, lambda frames: pytest.fail("called"), Resize(16), CLASSES, progress=False, **{name: value})


def test_numbers_out_of_an_array_are_numbers(path):
    assert score(path, batch=np.int64(5), stride=np.uint8(5)).stride == 5


def test_load_missing(tmp_path):
    with pytest.raises(VideoError, match="no scores .*scores.npz"):
        FrameScores.load(tmp_path / "scores.npz")


# Scores that are made once


class Brightness:
    """Stands for a classifier, and counts the frames that it is given."""

    classes = CLASSES
    resize = Resize(16)
    fingerprint = "a"

    def __init__(self):
        self.given = 0

    def predict(self, frames):
        self.given += len(frames)
        return brightness(frames)


def once(path, network, **options):
    return score_once(path, path.with_suffix(".scores.npz"), network, progress=False, **options)


def test_the_network_runs_once(path):
    network, told = Brightness(), []
    first = once(path, network, say=told.append)
    again = once(path, network, say=told.append)
    assert network.given == 37 and told == [
        f"The scores are in {path.with_suffix('.scores.npz')}: the network does not run."
    ]
    np.testing.assert_array_equal(first.scores, again.scores)
    np.testing.assert_array_equal(first.scores, score(path).scores)


@pytest.mark.parametrize("change", ["clip", "weights", "classes", "shaping", "stride", "start", "end"])
def test_other_scores_are_not_taken_for_these(path, change):
    network, options = Brightness(), {}
    once(path, network)
    match change:
        case "clip":
            clips.write(path, [clips.plain(number) for number in range(36)])
        case "weights":
            network.fingerprint = "b"
        case "classes":
            network.classes = ("a", "b", "c")
        case "shaping":
            network.resize = Resize(16, "crop")
        case "stride":
            options = {"stride": 2}
        case "start" | "end":
            options = {change: 0.5}
    network.given = 0
    assert len(once(path, network, **options).scores) == network.given > 0


@pytest.mark.parametrize("stride, first", [(1, 0), (3, 0), (1, 5)])
def test_an_interrupted_scoring_goes_on(path, stride, first):
    network, told, options = Brightness(), [], {"stride": stride, "start": first * 1.001 / 30}
    whole = once(path, network, **options)
    path.with_suffix(".scores.npz").unlink()
    network.given = 0

    def stopped(frames, predict=network.predict):
        if network.given:
            raise KeyboardInterrupt
        return predict(frames[:8])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.video.scoring.BATCH", 8)
        patch.setattr(network, "predict", stopped)
        with pytest.raises(KeyboardInterrupt):
            once(path, network, **options)
    kept = FrameScores.load(path.with_suffix(".scores.npz"))
    assert not kept.complete and len(kept.scores) == 8
    network.given = 0
    resumed = once(path, network, say=told.append, **options)
    assert network.given == len(whole.scores) - 7 and told == [
        f"Scoring goes on at frame {7 * stride}, where it was interrupted."
    ]
    for name in ("scores", "seconds", "indices"):
        np.testing.assert_array_equal(getattr(resumed, name), getattr(whole, name))
    assert resumed.frames == whole.frames and resumed.complete


def test_what_is_scored_is_kept_meanwhile(path, monkeypatch):
    """For a process that is killed."""
    monkeypatch.setattr("lib.video.scoring._EVERY", 0)
    monkeypatch.setattr("lib.video.scoring.BATCH", 8)
    network, held = Brightness(), []

    def predict(frames):
        file = path.with_suffix(".scores.npz")
        held.append(len(FrameScores.load(file).scores) if file.exists() else 0)
        return brightness(frames)

    network.predict = predict
    once(path, network)
    assert held == [0, 8, 16, 24, 32]


def test_a_range_of_moments_is_scored(path):
    scores = once(path, Brightness(), start=0.5, end=0.8)
    assert np.allclose(scores.scores[:, 0] * 255, 8 + 4 * np.arange(15, 24), atol=2)
    assert scores.frames == 9 and scores.indices[0] == 0 and scores.seconds[0] == pytest.approx(15 * 1.001 / 30)
    with pytest.raises(VideoError, match="clip.mp4 has no frame from 100 s on"):
        once(path, Brightness(), start=100)


def test_a_file_of_the_users_in_the_place_of_the_scores_stays(path):
    file = path.with_suffix(".scores.npz")
    file.write_text("mine")
    with pytest.raises(OSError, match="is in the way, and holds no scores of a clip"):
        once(path, Brightness())
    assert file.read_text() == "mine"

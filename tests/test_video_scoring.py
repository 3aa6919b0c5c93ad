"""score_clip and FrameScores: every frame scored once, in order, kept exactly."""

import os
import threading
from fractions import Fraction
from pathlib import Path

import clips
import cv2
import numpy as np
import pytest

from lib.photos import resize
from lib.video import FrameScores, VideoError, VideoWarning, score_clip

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
    return score_clip(path, predict, 16, CLASSES, progress=False, **options)


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
        rows.append(brightness(resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), 16)[None])[0])
    assert np.array_equal(score(path).scores, rows)


def test_only_small_frames_are_held(path, monkeypatch):
    """No full frame waits while a batch fills up."""
    import weakref

    alive, most = [], 0

    def watched(image, size):
        nonlocal most
        most = max(most, sum(image() is not None for image in alive))
        alive.append(weakref.ref(image))
        return resize(image, size)

    monkeypatch.setattr("lib.video.scoring.resize", watched)
    score(path, batch=16)
    assert len(alive) == 37 and most <= 2


def test_nan_names_the_frame(path):
    def predict(frames):
        rows = brightness(frames)
        rows[np.abs(rows[:, 0] * 255 - (8 + 4 * 10)) < 2, 1] = np.nan
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


def test_a_clip_that_fails_on_the_way(path, monkeypatch):
    """What happens in the decoding thread is raised to the caller."""

    def failing(image, size):
        if clips.number_of(image) == 20:
            raise VideoError("clip.mp4: the disk was pulled out")
        return resize(image, size)

    monkeypatch.setattr("lib.video.scoring.resize", failing)
    with pytest.raises(VideoError, match="pulled out"):
        score(path, batch=4)


def test_a_clip_cut_short_is_scored_as_far_as_it_goes(tmp_path):
    path = clips.write(tmp_path / "clip.avi", [clips.busy(number) for number in range(60)])
    clips.cut(path)
    with pytest.warns(VideoWarning, match="clip.avi: it ends"):
        scores = score(path)
    assert 20 < scores.frames == len(scores.scores) < 40


def test_hold(path):
    scores = score(path, stride=5)
    assert np.array_equal(scores.hold(np.arange(8)), np.arange(37) // 5)


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


def test_load_missing(tmp_path):
    with pytest.raises(VideoError, match="no scores .*scores.npz"):
        FrameScores.load(tmp_path / "scores.npz")

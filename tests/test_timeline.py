"""Segments, the measures of a labelling against the truth, and the files."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.smoothing import RollingMean
from lib.timeline import (
    Segment,
    curves,
    f1_at_overlap,
    frame_accuracy,
    lags,
    longest_segments,
    mean_lag,
    read_truth,
    segments,
    surplus_switches,
    surplus_switches_per_minute,
    to_csv,
    to_webvtt,
)

CLASSES = ("badminton", "formula1", "volleyball")
HEADER = "frame,seconds,event\n"
LABELS = st.lists(st.integers(-1, 2), max_size=60)


def runs(*pairs):
    """Labels from (label, frames) pairs."""
    return np.concatenate([np.full(frames, label) for label, frames in pairs])


@given(LABELS)
def test_segments_put_together_are_the_labels(labels):
    cut = segments(labels)
    assert [s.label for s in cut for _ in range(s.start, s.stop)] == labels
    assert all(a.stop == b.start and a.label != b.label for a, b in zip(cut, cut[1:]))


def test_segments():
    assert segments([2, 2, -1, 0]) == [Segment(0, 2, 2), Segment(2, 3, -1), Segment(3, 4, 0)]
    assert segments([]) == []


def test_the_longest_segment_of_each_label_is_the_first_of_equals():
    labels = runs((1, 2), (0, 1), (1, 2), (-1, 3), (0, 4))
    assert longest_segments(labels) == [Segment(5, 8, -1), Segment(8, 12, 0), Segment(0, 2, 1)]
    assert longest_segments(np.array([])) == []


def test_frame_accuracy():
    assert frame_accuracy([0, 1, 1, 2], [0, 1, 2, 2]) == 0.75
    assert frame_accuracy([0, 1, 1, 2], [0, -1, -1, 0]) == 0.5  # frames without an event are left out
    assert frame_accuracy([], []) == frame_accuracy([1], [-1]) == 1.0


@pytest.mark.parametrize("measure", [frame_accuracy, surplus_switches, lags])
def test_lengths_must_agree(measure):
    with pytest.raises(ValueError, match="every frame"):
        measure([0, 1], [0, 1, 1])


def test_surplus_switches():
    truth = runs((0, 10), (1, 10))
    assert surplus_switches(truth, truth) == 0
    assert surplus_switches(runs((0, 3), (1, 1), (0, 6), (1, 10)), truth) == 2
    assert surplus_switches(runs((0, 20)), truth) == 0  # never negative
    assert surplus_switches([0, 1, 0, 1, 1], [0, -1, -1, -1, 1]) == 0  # no one can say what was right between
    assert surplus_switches([], []) == 0


def test_surplus_switches_per_minute():
    truth = runs((0, 300), (1, 300))
    labels = runs((0, 100), (2, 10), (0, 190), (1, 300))
    assert surplus_switches_per_minute(labels, truth, 30) == 2 * 60 * 30 / 600
    assert surplus_switches_per_minute(labels, truth, 15) == 2 * 60 * 15 / 600
    assert surplus_switches_per_minute([], [], 30) == 0


def test_lags():
    truth = runs((0, 10), (1, 10), (2, 10), (0, 5))
    labels = runs((0, 14), (1, 6), (2, 15))
    assert lags(labels, truth).tolist() == [4, 0, 5]  # late, at once, never
    assert mean_lag(labels, truth) == 3
    assert lags(truth, truth).tolist() == [0, 0, 0]
    assert mean_lag([0, 1], [0, 0]) == 0


def test_lag_passes_over_frames_without_event():
    truth = runs((0, 5), (-1, 20), (1, 5))
    assert lags(runs((0, 27), (1, 3)), truth).tolist() == [2]
    assert lags(runs((0, 10), (1, 20)), runs((0, 5), (-1, 20), (0, 5))).tolist() == []


@settings(max_examples=40)
@given(LABELS, st.sampled_from([0.1, 0.25, 0.5]))
def test_f1_of_the_truth_is_one(labels, overlap):
    assert f1_at_overlap(labels, labels, overlap) == 1.0


def test_f1_at_overlap():
    truth = runs((0, 10), (1, 10))
    late = runs((0, 14), (1, 6))  # overlaps 10/14 and 6/10
    assert f1_at_overlap(late, truth, 0.5) == 1.0
    assert f1_at_overlap(late, truth, 0.65) == 0.5
    assert f1_at_overlap(late, truth, 0.75) == 0.0
    # three segments where one is true: the largest counts, once
    assert f1_at_overlap(runs((0, 6), (1, 1), (0, 3)), runs((0, 10)), 0.1) == pytest.approx(2 * 1 / (3 + 1))
    assert f1_at_overlap(runs((1, 10)), runs((0, 10)), 0.1) == 0.0


def test_f1_of_nothing():
    assert f1_at_overlap([], [], 0.5) == f1_at_overlap([-1, -1], [-1, -1], 0.5) == 1.0
    assert f1_at_overlap([0, 0], [-1, -1], 0.5) == f1_at_overlap([-1, -1], [0, 0], 0.5) == 0.0
    for overlap in (0, 1.5):
        with pytest.raises(ValueError, match="overlap"):
            f1_at_overlap([0], [0], overlap)


def test_curves():
    rng = np.random.default_rng(0)
    truth = runs((0, 200), (1, 200), (2, 200))
    scores = (np.eye(3)[truth] * 0.5 + rng.dirichlet(np.ones(3), 600)).astype(np.float32)
    sizes = [1, 8, 32]
    came = curves(scores, truth, sizes, 30)
    for place, size in enumerate(sizes):
        labels = RollingMean(size)(scores).argmax(axis=1)
        assert came.accuracy[place] == frame_accuracy(labels, truth)
        assert came.flicker[place] == surplus_switches_per_minute(labels, truth, 30)
        assert came.lag[place] == mean_lag(labels, truth)
    assert came.sizes.tolist() == sizes
    assert came.flicker[0] > came.flicker[2] and came.lag[2] > came.lag[0]


def test_csv_is_read_back(tmp_path):
    labels, seconds = np.array([0, 0, -1, 2]), np.arange(4) / 30
    path = to_csv(tmp_path / "new" / "clip.truth.csv", labels, seconds, CLASSES)
    assert path.read_bytes().startswith(b"frame,seconds,event\n0,0.000,badminton\n")
    truth = read_truth(path)
    assert truth.labels(CLASSES).tolist() == labels.tolist()
    assert np.allclose(truth.seconds, seconds, atol=5e-4)
    assert os.listdir(path.parent) == [path.name]


def test_a_name_with_a_comma_is_read_back(tmp_path):
    names = ("Track, field", 'the "final"')
    assert read_truth(to_csv(tmp_path / "truth.csv", [0, 1], [0, 1], names)).events == names


def test_a_truth_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "truth.csv").write_bytes(f"{HEADER}0,0.0,Fußball\n".encode("latin-1"))
    with pytest.raises(ValueError, match="truth.csv is no text in UTF-8"):
        read_truth(tmp_path / "truth.csv")


def test_truth_by_other_classes(tmp_path):
    path = to_csv(tmp_path / "truth.csv", [0, 2], [0, 1], CLASSES)
    assert read_truth(path).labels(CLASSES[::-1]).tolist() == [2, 0]
    with pytest.raises(ValueError, match="volleyball"):
        read_truth(path).labels(CLASSES[:2])


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", f"{HEADER}0,x,badminton\n", f"{HEADER}1,0.0,badminton\n", f"{HEADER}0\n"]
)
def test_truth_that_is_none(tmp_path, text):
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(ValueError, match="truth.csv"):
        read_truth(tmp_path / "truth.csv")


def test_truth_that_is_missing(tmp_path):
    with pytest.raises(ValueError, match="no truth .*truth.csv"):
        read_truth(tmp_path / "truth.csv")


def test_webvtt(tmp_path):
    seconds = np.array([0.0, 1.5, 2.0, 59.9996, 3725.25])
    path = to_webvtt(tmp_path / "clip.vtt", [0, 0, -1, 1, 2], seconds, CLASSES, 3726)
    assert path.read_text() == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:02.000\nEvent: badminton\n\n"
        "00:01:00.000 --> 01:02:05.250\nEvent: formula1\n\n"
        "01:02:05.250 --> 01:02:06.000\nEvent: volleyball\n"
    )


def test_webvtt_of_nothing(tmp_path):
    assert to_webvtt(tmp_path / "clip.vtt", [], [], CLASSES, 0).read_text() == "WEBVTT\n"

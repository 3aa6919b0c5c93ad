"""The checks of the exercises of notebook 15: right answers of several kinds, and the hint for each mistake."""

import os

import cv2
import exercise_answers
import numpy as np
import pytest

from lib.lessons import exercises
from lib.lessons.exercises.smoothing import SPAN, TIMES


def averaged(inside, means=np.mean):
    """Make `means_over_seconds` from the rule for which rows are in the window: a function of age and span."""
    return lambda rows, times, span: [means(rows[inside(time - times, span)], axis=0) for time in times]


def deque_of_pairs(rows, times, span):
    held, means = [], []
    for row, time in zip(rows, times):
        held = [(old, when) for old, when in held if time - when < span] + [(row, time)]
        means.append(np.mean([old for old, _ in held], axis=0))
    return np.array(means)


def in_place(rows, times, span):
    times -= times[0]
    return averaged(lambda age, span: (age >= 0) & (age < span))(rows, times, span)


def writer(*faults, codec="MJPG", rate=None):
    """Make `write_checked`, right but for its faults."""

    def write_checked(path, frames, rate_given):
        shapes = {frame.shape for frame in frames}
        if not frames and "empty" not in faults:
            raise ValueError("no frames")
        if len(shapes) > 1 and "mixed" not in faults:
            raise ValueError("several sizes")
        height, width = frames[0].shape[:2] if frames else (96, 64)
        size = (height, width) if "swapped" in faults else (width, height)
        out = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*codec), rate or rate_given, size)
        if not out.isOpened() and "not opened" not in faults:
            raise (OSError if "other error" in faults else ValueError)("not opened")
        for frame in frames[1:] if "skip" in faults else frames[::-1] if "turned" in faults else frames:
            out.write(frame if "rgb" in faults else cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        if "early" not in faults:
            out.release()
        if "len" in faults:
            return len(frames)
        clip = cv2.VideoCapture(path)
        found = 0
        while clip.read()[0]:
            found += 1
        clip.release()
        out.release()
        return None if "nothing" in faults else found > 0 if "bool" in faults else found

    return write_checked


def by_property(path, frames, rate):
    if len({frame.shape for frame in frames}) != 1:
        raise ValueError
    out = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), rate, frames[0].shape[1::-1], True)
    if not out.isOpened():
        raise ValueError
    for frame in frames:
        out.write(frame[..., ::-1].copy())
    out.release()
    return cv2.VideoCapture(path).get(cv2.CAP_PROP_FRAME_COUNT)


RIGHT = [
    ("means_over_seconds", averaged(lambda age, span: (age >= 0) & (age < span))),
    ("means_over_seconds", deque_of_pairs),
    ("write_checked", writer()),
    ("write_checked", by_property),
]

TOLD = [
    ("means_over_seconds", averaged(lambda age, span: (age >= 0) & (age <= span)), "exactly `span` seconds ago"),
    ("means_over_seconds", averaged(lambda age, span: np.abs(age) < span), "filmed later"),
    ("means_over_seconds", averaged(lambda age, span: age < span), "filmed later"),
    ("means_over_seconds", averaged(lambda age, span: age >= 0), "too old leaves"),
    ("means_over_seconds", averaged(lambda age, span: (age >= 0) & (age < SPAN)), "contains the current row only"),
    ("means_over_seconds", averaged(lambda age, span: (age > 0) & (age < span), np.sum), "not those of the rows"),
    ("means_over_seconds", lambda rows, times, span: [rows[max(0, i - 3) : i + 1].mean(axis=0) for i in range(len(rows))],
     "a fixed number of rows"),
    ("means_over_seconds", lambda rows, times, span: rows, "a fixed number of rows"),
    ("means_over_seconds", lambda rows, times, span: [row.mean() for row in rows], "over the rows (axis 0) only"),
    ("means_over_seconds", lambda rows, times, span: rows[times > times[-1] - span].mean(axis=0), "of the same shape"),
    ("means_over_seconds", lambda rows, times, span: rows * np.nan, "nan"),
    ("means_over_seconds", lambda rows, times, span: deque_of_pairs(rows, times % 64, span) + (times[:1, None] > 64),
     "begin at any time"),
    ("means_over_seconds", in_place, "unchanged"),
    ("means_over_seconds", lambda rows, times, span: deque_of_pairs(rows, times, min(span, 1)), "longer than the clip"),
    ("means_over_seconds", lambda rows, times, span: deque_of_pairs(rows, times, span) if len(rows) > 1 else [],
     "A clip of one frame"),
    ("write_checked", writer("swapped"), "(width, height)"),
    ("write_checked", writer("rgb"), "Red and blue"),
    ("write_checked", writer("skip"), "3 frames instead of 4"),
    ("write_checked", writer("turned"), "in order"),
    ("write_checked", writer("early"), "before you read"),
    ("write_checked", writer("len"), "2 of 4, not 4"),
    ("write_checked", writer("bool"), "Return the number"),
    ("write_checked", writer("nothing"), "gives nothing back"),
    ("write_checked", writer("empty"), "no frames to write: raise a ValueError"),
    ("write_checked", writer("mixed"), "another size"),
    ("write_checked", writer("not opened"), "`isOpened()` is False: raise a ValueError"),
    ("write_checked", writer("other error"), "raise a ValueError. Given"),
    ("write_checked", writer(codec="XVID"), "should be MJPG"),
    ("write_checked", writer(rate=30), "12 frames per second, not 30"),
    ("write_checked", lambda path, frames, rate: len(frames), "no file at `path`"),
    ("write_checked", lambda path, frames, rate: writer()(path, frames[:0] or frames, rate) if frames else 0,
     "raise a ValueError. Your function returns 0"),
]  # fmt: skip


@pytest.mark.parametrize("name, answer", RIGHT, ids=exercise_answers.names(RIGHT))
def test_every_right_answer_is_right(name, answer):
    exercise_answers.is_right(name, answer)


@pytest.mark.parametrize("name, answer, words", TOLD, ids=exercise_answers.names(TOLD))
def test_the_hint_names_the_mistake(name, answer, words):
    exercise_answers.gets_hint(name, answer, words)


def test_the_times_tell_a_window_in_seconds_from_every_other():
    """Frames at exactly `span`, uneven gaps, and no time that a float rounds."""
    ages = np.subtract.outer(TIMES, TIMES)
    assert (ages == SPAN).any() and len(set(np.diff(TIMES))) > 2
    assert (TIMES * 8 == np.round(TIMES * 8)).all()


def test_opencv_is_left_as_it_was():
    own = cv2.VideoWriter, cv2.utils.logging.getLogLevel()
    for answer in (writer(), writer("len"), lambda *given: 1 / 0):
        exercises.verdict("write_checked", answer)
        assert (cv2.VideoWriter, cv2.utils.logging.getLogLevel()) == own


def test_the_check_prints_nothing(capfd):
    exercises.verdict("write_checked", writer("mixed", "not opened"))
    said = capfd.readouterr()
    assert said.out + said.err == ""
    assert not os.path.exists("clip.avi")

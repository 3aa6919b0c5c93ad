"""The exercises of notebook 15: a hysteresis, a window in seconds, and a written clip that is checked.

Example:
    lessons.check("hysteresis", hysteresis)
"""

import os
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np

from lib.lessons.exercises import AnswerError, exercise, expect
from lib.smoothing import Hysteresis


@exercise
def hysteresis(answer: Callable) -> None:
    """Check a label that stays until another has clearly won.

    Args:
        answer: function of scores (n, k), onset and offset; gives class indices (n,).
    """

    def label(rows: list[list[float]] | np.ndarray, onset: float = 0.6, offset: float = 0.4) -> list[int]:
        return [int(index) for index in np.asarray(answer(np.array(rows), onset, offset)).ravel()]

    calm = [[0.9, 0.1], [0.45, 0.55], [0.3, 0.7], [0.55, 0.45], [0.65, 0.35]]
    got = label(calm)
    expect(len(got) == 5, f"Five rows should give five labels, not {len(got)}.")
    expect(got != [0, 1, 1, 0, 0], "Those are the largest scores: the label has to wait until another has clearly won.")
    clean = "At 0.2 against 0.8 the old label is below offset and the new one above onset: it changes."
    expect(label([[0.9, 0.1], [0.2, 0.8]]) == [0, 1], clean)
    expect(got[:2] == [0, 0], "0.55 does not reach onset, 0.6: the second frame keeps the label of the first.")
    current = "The *current* label is the one that you gave, not the frame's own best."
    expect(got[2] == 1, f"At 0.3 against 0.7 the label changes. {current}")
    level = label([[0.9, 0.1], [0.45, 0.55], [0.45, 0.55]])
    expect(level == [0, 0, 0], f"0.55 does not reach onset, 0.6, in the second frame nor in the third. {current}")
    expect(got[3] == 1, "At 0.55 against 0.45 the label stays: the new one is below onset, the old one above offset.")
    expect(got[4] == 0, "At 0.65 against 0.35 the label has fallen below offset, and the other has reached onset.")
    unsure = label([[0.1, 0.5, 0.4], [0.1, 0.4, 0.5]])
    expect(unsure[0] == 1, "The first label is the class with the largest score, however low it is.")
    expect(unsure == [1, 1], "No score reaches onset there: the label stays.")
    weak = label([[0.9, 0.05, 0.05], [0.3, 0.5, 0.2]])
    expect(weak == [0, 0], "A label below offset goes only when another has reached onset: else it stays.")
    both = label([[0.9, 0.1], [0.5, 0.95]])
    expect(both == [0, 0], "A label that has not fallen below offset stays, even when another reaches onset.")
    reached = label([[0.875, 0.125, 0.0], [0.125, 0.75, 0.125]], 0.75, 0.25)
    expect(reached == [0, 1], "A score of exactly onset has reached it.")
    level = label([[0.875, 0.125], [0.25, 0.75]], 0.75, 0.25)
    expect(level == [0, 0], "A score of exactly offset is not below it: the label stays.")
    three = label([[0.8, 0.1, 0.1], [0.2, 0.1, 0.7], [0.1, 0.9, 0.0]])
    expect(three == [0, 2, 1], "It should hold for three classes too: change to the one with the largest score.")
    rows = np.random.default_rng(0).dirichlet(np.ones(3), 300)
    for onset, offset in ((0.6, 0.4), (0.8, 0.2), (0.5, 0.5)):
        right = Hysteresis(onset, offset)(rows).tolist()
        expect(
            label(rows, onset, offset) == right,
            f"On 300 random rows, with onset {onset} and offset {offset}, the labels differ from those of the rule in the text.",
        )


# When the frames were filmed, in seconds: sums of powers of two, which floats hold exactly.
TIMES = np.array([3, 3.125, 3.25, 3.5, 4, 4.125, 4.25, 4.375, 5, 6.5])
SPAN = 0.5


@exercise
def means_over_seconds(answer: Callable) -> None:
    """Check the means over a window in seconds.

    Args:
        answer: function of rows (n, k), the seconds (n,) at which they were filmed, and a span in seconds; gives for
            each frame the mean (k,) of the rows filmed less than `span` before it, its own included.
    """
    rows = np.random.default_rng(0).random((len(TIMES), 3))
    given = rows.copy(), TIMES.copy()
    means = np.asarray(answer(*given, SPAN))
    expect(np.array_equal(given[0], rows) and np.array_equal(given[1], TIMES), "Leave the rows and times unchanged.")
    axis = "Each class has a mean of its own: average over the rows (axis 0) only."
    expect(means.shape != (len(TIMES),), axis)
    expect(means.shape == rows.shape, f"Rows of shape {rows.shape} have means of the same shape, not {means.shape}.")
    expect(not np.isnan(means).any(), "Some means are nan: each frame belongs to its own window, so none is empty.")
    age = TIMES[:, None] - TIMES  # of each frame (column) at each frame (row)

    def are(window: np.ndarray) -> bool:
        return bool(np.allclose(means, window @ rows / window.sum(axis=1, keepdims=True)))

    for window in (np.abs(age) < SPAN, age < SPAN):
        expect(not are(window), "Some rows are filmed later than the frame: a camera does not know them yet.")
    expect(not are(age >= 0), "That is the mean of all rows so far: a row that is too old leaves the window.")
    expect(not are((age >= 0) & (age <= SPAN)), "A row filmed exactly `span` seconds ago is no longer in the window.")
    hint = "That is a fixed number of rows: these frames are not evenly spaced, so compare their times."
    place = np.subtract.outer(np.arange(len(TIMES)), np.arange(len(TIMES)))
    expect(not any(are((place >= 0) & (place < size)) for size in range(1, len(TIMES))), hint)
    hint = "The means are not those of the rows filmed less than `span` seconds before each frame, its own included."
    expect(are((age >= 0) & (age < SPAN)), hint)
    later = np.asarray(answer(rows, TIMES + 64, SPAN))
    expect(np.allclose(later, means), "A clip may begin at any time: only the differences of the times count.")
    expect(np.allclose(answer(rows, TIMES, 0.0625), rows), "A span shorter than a frame contains the current row only.")
    wide = np.cumsum(rows, axis=0) / np.arange(1, len(rows) + 1)[:, None]
    expect(np.allclose(answer(rows, TIMES, 16), wide), "A span longer than the clip contains all rows so far.")
    expect(len(answer(rows[:1], TIMES[:1], SPAN)) == 1, "A clip of one frame has one mean.")


COLOURS = ((200, 40, 90), (40, 200, 90), (90, 40, 200), (200, 90, 40))  # of the frames, RGB
RATE, HEIGHT, WIDTH = 12, 96, 64


@exercise
def write_checked(answer: Callable) -> None:
    """Check a function that writes a clip and finds out what is in the file.

    Args:
        answer: function of a path, RGB frames (a list of uint8 arrays (height, width, 3)) and a frame rate; writes an
            `.avi` with MJPG, gives the number of frames that the file contains, and raises ValueError where OpenCV
            would lose frames without an error.
    """
    frames = [np.full((HEIGHT, WIDTH, 3), colour, np.uint8) for colour in COLOURS]
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # OpenCV's warnings are no hints
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = os.path.join(folder, "clip.avi")
            number = answer(path, [frame.copy() for frame in frames], RATE)
            _expect_clip(path)
            _expect_count(number)
            with patch.object(cv2, "VideoWriter", _LosingWriter):
                number = answer(path, frames, RATE)
            hint = "Here the writer loses every second frame, as on a full disk: the file contains 2 of 4, not {}. Read it."
            expect(number == 2, hint.format(number))
            _expect_refused(answer, (path, [], RATE), "There are no frames to write")
            mixed = [*frames[:3], np.zeros((WIDTH, HEIGHT, 3), np.uint8)]
            _expect_refused(answer, (path, mixed, RATE), "The last frame has another size, and OpenCV drops it")
            nowhere = os.path.join(folder, "no such folder", "clip.avi")
            _expect_refused(answer, (nowhere, frames, RATE), "The folder does not exist, and `isOpened()` is False")
    finally:
        cv2.utils.logging.setLogLevel(level)


class _LosingWriter:
    """OpenCV's writer, which here loses every second frame and reports nothing."""

    fourcc = staticmethod(cv2.VideoWriter.fourcc)
    _writer = cv2.VideoWriter

    def __init__(self, *arguments: Any, **named: Any):
        self._real = self._writer(*arguments, **named)
        self._frames = 0

    def write(self, frame: np.ndarray) -> None:
        self._frames += 1
        if self._frames % 2:
            self._real.write(frame)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _expect_clip(path: str) -> None:
    """Raise a hint unless a clip holds the four frames."""
    expect(os.path.isfile(path), "There is no file at `path`: write the frames with a cv2.VideoWriter, and release it.")
    clip, written = cv2.VideoCapture(path), []
    fourcc = int(clip.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("ascii", "replace")
    rate = clip.get(cv2.CAP_PROP_FPS)
    while (frame := clip.read()[1]) is not None:
        written.append(frame)
    clip.release()
    hint = "The file contains no frames: a frame has the shape (height, width), and VideoWriter takes (width, height)."
    expect(len(written) > 0, hint)
    expect(len(written) == len(COLOURS), f"The file contains {len(written)} frames instead of {len(COLOURS)}.")
    colours = np.array([frame.mean(axis=(0, 1)) for frame in written])
    swapped = np.abs(colours - COLOURS).max() < 12
    expect(not swapped, "Red and blue are swapped in the file: `write` takes BGR, so convert each frame.")
    expect(np.abs(colours[:, ::-1] - COLOURS).max() < 12, "The frames in the file are not the given ones, in order.")
    expect(abs(rate - RATE) < 0.01, f"The file should have {RATE} frames per second, not {rate:g}.")
    expect(fourcc.upper() == "MJPG", 'The codec should be MJPG: cv2.VideoWriter_fourcc(*"MJPG").')


def _expect_count(number: Any) -> None:
    kinds = int | float | np.number
    expect(isinstance(number, kinds) and not isinstance(number, bool), "Return the number of frames in the file.")
    hint = f"The file contains 4 frames, and the function returns {number:g}: release the writer before you read."
    expect(number == 4, hint)


def _expect_refused(answer: Callable, given: tuple, why: str) -> None:
    """Raise a hint unless the answer raises ValueError."""
    try:
        number = answer(*given)
    except AnswerError as error:
        expect(isinstance(error.__cause__, ValueError), f"{why}: raise a ValueError. {error}")
    else:
        expect(False, f"{why}: raise a ValueError. Your function returns {number} instead.")

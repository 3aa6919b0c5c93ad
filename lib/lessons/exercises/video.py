"""The exercises of notebook 05: a deque by hand, a window in seconds, the loop over a clip.

Example:
    lessons.check("deque_by_hand", deque_by_hand)
"""

import os
from collections.abc import Callable
from fractions import Fraction
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from lib.lessons.exercises import AnswerError, exercise, expect, expect_number
from lib.lessons.exercises._opened import noted


@exercise
def largest_window(answer: Callable) -> None:
    """Check the largest window whose half is no longer than a lag.

    Args:
        answer: function of the lag (seconds), frames per second and the stride; gives scored frames.
    """
    expect(answer(1, 25, 1) != 25, "That window lags half a second: the lag is half the window.")
    expect(answer(1, 25, 1) != 12, "The lag is half the window, so the window is twice the lag, not half of it.")
    expect(answer(1, 25, 1) == 50, "25 frames of lag are half of which window?")
    expect(
        answer(1, 25, 5) not in (50, 250),
        "With a stride of 5 only every fifth frame is scored: 5 rows a second go into the deque.",
    )
    expect(answer(1, 25, 5) == 10, "At 25 frames a second and a stride of 5 the deque gets 5 rows a second.")
    expect(answer(1, 25, 2) == 25, "12.5 rows a second go into the deque with a stride of 2: round only at the end.")
    half = answer(0.5, Fraction(30000, 1001), 1)
    expect(
        not isinstance(half, bool) and isinstance(half, (int, np.integer)),
        "A deque holds whole frames: give a whole number.",
    )
    expect(half != 30, "Round down: with 30 frames the lag is a little longer than allowed.")
    expect(half == 29, "It should hold for any frame rate: 30000/1001 frames a second and half a second give 29.")
    second = answer(1, Fraction(30000, 1001), 1)
    expect(second == 59, "30000/1001 frames a second and one second give 59: round only at the end.")
    hint = "0.58 seconds at 25 frames a second give 29: Python computes 28.999…, so add 1e-9 before you round down."
    expect(answer(0.58, 25, 1) == 29, hint)
    expect(answer(0, 25, 1) == 1, "Where no lag is allowed, the deque still holds the present frame: at least 1.")


SCORES = (0.9, 0.7, 0.2, 0.3, 0.1)


@exercise
def deque_by_hand(answer: Any) -> None:
    """Check the means of a deque of 3 after each of five scores.

    Args:
        answer: five numbers, to two decimals.
    """
    expect(isinstance(answer, list | tuple | np.ndarray), "Give a list of five numbers, such as [0.5, 0.4, …].")
    means = list(np.ravel(np.asarray(answer, object)))
    for mean in means:
        expect_number(mean, f"Give numbers only, not {mean!r}.")
    sums = _of_last(3, sum)

    def close(values: list[float]) -> bool:
        return len(values) == len(means) and np.allclose(np.array(means, float), values, rtol=0, atol=0.006)

    right = _of_last(3, np.mean)
    hint = "Those are the last three means: there is one from the first score on, while the deque fills."
    expect(not close(right[2:]), hint)
    expect(len(means) == 5, f"Five scores have five means, not {len(means)}: one after each score.")
    expect(not close(list(SCORES)), "Those are the scores themselves: after each, take the mean of the deque.")
    expect(not close(sums), "Those are the sums: divide by how many scores the deque contains.")
    hint = "The first two are divided by 3: while the deque fills, divide by how many scores it contains."
    expect(not close([total / 3 for total in sums]), hint)
    hint = "That is the mean of all scores so far: a deque of 3 drops the oldest when the fourth comes in."
    expect(not close(_of_last(5, np.mean)), hint)
    hint = "Those means use scores that come later: the deque contains the present score and the two before it."
    expect(not close([float(np.mean(SCORES[max(0, i - 1) : i + 2])) for i in range(5)]), hint)
    expect(not close([float(np.mean(SCORES[i : i + 3])) for i in range(5)]), hint)
    expect(not close(_of_last(2, np.mean)), "Those are the means of two scores: the deque contains up to three.")
    expect(not close(_of_last(4, np.mean)), "Those are the means of four scores: the deque contains up to three.")
    for number, (mean, wanted) in enumerate(zip(means, right), start=1):
        held = ", ".join(map(str, SCORES[max(0, number - 3) : number]))
        expect(abs(mean - wanted) < 0.006, f"After score {number} the deque contains {held}: what is their mean?")


def _of_last(size: int, function: Callable) -> list[float]:
    """Apply a function to the last `size` scores, after each score."""
    return [float(function(SCORES[max(0, i + 1 - size) : i + 1])) for i in range(len(SCORES))]


# The colours (RGB) of the clip's frames; `predict` returns them as scores, so that the largest channel is the class.
# With a deque of 2 the labels are others than with none, with a longer one, or with red and blue swapped.
COLOURS = ((51, 25, 204), (153, 25, 77), (128, 25, 77), (89, 25, 115))
RATE, SHAPE = 12, (240, 320)  # large enough for text at any usual position


@exercise
def label_clip(answer: Callable) -> None:
    """Check the loop that reads, labels and writes a clip.

    Args:
        answer: function of the paths of a clip and of a new one, of a function `predict` (uint8 RGB (32, 32, 3) in,
            scores (k,) out) and of the size of the deque; gives a class index for each frame, and writes the clip.
    """
    seen: list[np.ndarray] = []

    def predict(frame: np.ndarray) -> np.ndarray:
        seen.append(np.array(frame))
        return seen[-1].reshape(-1, seen[-1].shape[-1]).mean(axis=0) / 255

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path, labelled = os.path.join(folder, "clip.avi"), os.path.join(folder, "labelled.avi")
        _make_clip(path)
        with noted() as opened:
            try:
                labels = _labels(answer(path, labelled, predict, 2))
            except AnswerError as error:
                hint = f"It fails after the last frame: leave the loop when `read` returns False. {error}"
                expect(len(seen) != len(COLOURS), hint)
                raise
            left_open = {type(one).__name__ for one in opened if one.isOpened()}
        _expect_frames_predicted(seen)
        _expect_labels(labels)
        _expect_written(labelled)
        hint = f"Release the reader and the writer after the loop; still open: {', '.join(sorted(left_open))}."
        expect(not left_open, hint)
        again = _labels(answer(path, labelled, predict, 1))
        expect(again == [2, 0, 0, 2], "With a size of 1 the labels should be those of the single frames: use `size`.")


def _labels(given: Any) -> list[int]:
    expect(np.ndim(given) == 1, "Return a list with one class index for each frame.")
    expect(not any(isinstance(label, str) for label in given), "Return the class indices as numbers, not as text.")
    return [int(label) for label in given]


def _expect_frames_predicted(seen: list[np.ndarray]) -> None:
    """Raise a hint unless `predict` got each frame once: uint8 RGB (32, 32, 3), without text."""
    expect(len(seen) > 0, "It never calls `predict`: does the loop read any frame?")
    shape, dtype = seen[0].shape, seen[0].dtype
    expect(shape != (1, 32, 32, 3), "`predict` takes one frame (32, 32, 3) here, not a batch: leave out expand_dims.")
    expect(shape == (32, 32, 3), f"`predict` takes a frame of shape (32, 32, 3), not {shape}: resize it first.")
    expect(dtype == np.uint8, f"`predict` takes the frame as uint8, from 0 to 255, not as {dtype}.")
    expect(len(seen) == 4, f"The clip has 4 frames, and `predict` is called {len(seen)} times: call it once for each.")
    means = np.array([frame.mean(axis=(0, 1)) for frame in seen])
    swapped = np.abs(means[:, ::-1] - COLOURS).max() < 12
    expect(not swapped, "`predict` gets blue, green, red: convert each frame to RGB first (cv2.COLOR_BGR2RGB).")
    spread = max(frame.std(axis=(0, 1)).max() for frame in seen)
    expect(spread < 2, "`predict` gets frames with text on them: write the text on a copy.")
    expect(np.abs(means - COLOURS).max() < 12, "`predict` should get the clip's own frames, one after another.")


def _expect_labels(labels: list[int]) -> None:
    """Raise a hint unless these are the labels of the clip with a deque of 2."""
    expect(len(labels) == 4, f"The clip has 4 frames, so return 4 class indices, not {len(labels)}.")
    expect(labels != [2, 0, 0, 2], "Those are the labels of single frames: take the mean of the deque.")
    expect(labels != [2, 2, 2, 2], "The oldest scores never leave the deque: deque(maxlen=size).")
    expect(labels != [2, 2, 2, 0], "The deque contains one frame too many: deque(maxlen=size).")
    expect(labels != [0, 0, 0, 0], "Each class has a mean of its own: average over the frames only (axis=0).")
    hint = "append the scores of a frame first, then take the mean and the index of its largest value."
    expect(labels == [2, 2, 0, 0], f"The labels should be [2, 2, 0, 0], not {labels}: {hint}")


def _expect_written(path: str) -> None:
    """Raise a hint unless a clip holds the four frames with text on them."""
    expect(os.path.isfile(path), "There is no file at `outpath`: write each frame with a cv2.VideoWriter.")
    clip = cv2.VideoCapture(path)
    fourcc = int(clip.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode("ascii", "replace")
    rate, frames = clip.get(cv2.CAP_PROP_FPS), []
    while (frame := clip.read()[1]) is not None:
        frames.append(frame)
    clip.release()
    height, width = SHAPE
    hint = (
        "The written clip has no frames: the size given to VideoWriter must be (width, height) of the frames that you "
        "write, else it drops them."
    )
    expect(len(frames) > 0, hint)
    shape = frames[0].shape[:2]
    expect(shape != (32, 32), "The small frames are written: write the copy of the full frame.")
    expect(shape == SHAPE, f"The frames written are {shape[1]} × {shape[0]}, those of the clip {width} × {height}.")
    expect(
        len(frames) == 4,
        f"The clip has 4 frames, and the written one {len(frames)}: make one writer, and write each frame.",
    )
    expect(abs(rate - RATE) < 0.01, f"The clip has {RATE} frames per second, the written one {rate:g}.")
    expect(fourcc.upper() == "MJPG", 'The written clip should be MJPG: cv2.VideoWriter_fourcc(*"MJPG").')
    colours = np.array([np.median(frame, axis=(0, 1)) for frame in frames])  # text covers less than half
    swapped = np.abs(colours - COLOURS).max() < 12
    expect(not swapped, "Red and blue are swapped in the written frames: write the copy from before the conversion.")
    expect(np.abs(colours[:, ::-1] - COLOURS).max() < 12, "The written frames are not those of the clip, in order.")
    for number, (frame, colour) in enumerate(zip(frames, colours)):
        changed = (np.abs(frame - colour).max(axis=2) > 30).sum()
        expect(changed >= 8, f"There is no text on written frame {number}, which is {width} × {height}: cv2.putText.")


def _make_clip(path: str) -> None:
    height, width = SHAPE
    writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), RATE, (width, height))
    expect(writer.isOpened(), f"The check itself failed: OpenCV cannot write a clip to {os.path.dirname(path)}.")
    for colour in COLOURS:
        writer.write(np.full((height, width, 3), colour[::-1], np.uint8))
    writer.release()

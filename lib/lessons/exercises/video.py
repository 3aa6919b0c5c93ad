"""The exercises of notebook 05: how late a deque is, the deque itself, a window in seconds, a hysteresis.

Example:
    lessons.check("deque_means", deque_means)
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, exercise, expect, is_uneven
from lib.smoothing import Hysteresis, RollingMean


@exercise
def first_b(answer: Any) -> None:
    """Check which B frame is first labelled B, after a deque of 5 full of A's, all with certainty.

    Args:
        answer: a whole number, from 1.
    """
    expect(isinstance(answer, int | float | np.number | np.ndarray) and np.ndim(answer) == 0, "Give a number.")
    expect(answer == int(answer), "Give a whole number: 1 for the first B frame.")
    expect(answer > 1, "At the first B frame the deque still holds four A's: which event has the larger mean?")
    expect(answer > 2, "With two B's the deque holds three A's: their mean is still the larger.")
    expect(answer < 5, "It need not hold B's alone: how many of five are more than half?")
    expect(answer == 3, "Sooner: how many of five are more than half?")


@exercise
def deque_means(answer: Callable) -> None:
    """Check the means of a deque.

    Args:
        answer: function of rows (n, k) and a size; gives the means (n, k) of the last `size` rows.
    """
    rows = np.random.default_rng(0).random((12, 3)).astype(np.float32)
    given = rows.copy()
    try:
        result = np.asarray(answer(given, 4))
    except (AnswerError, ValueError) as error:
        expect(not is_uneven(error), "Each class keeps a mean of its own: average over the rows (axis 0) only.")
        raise
    expect(np.array_equal(given, rows), "It changes the rows that it was given: leave them as they are.")
    expect(
        result.shape != (9, 3),
        "The first frames are missing: while the deque fills, the mean is that of the rows that are there.",
    )
    expect(result.shape != (12,), "Each class keeps a mean of its own: average over the rows (axis 0) only.")
    expect(result.shape != (3,), "That is one mean only: give one for every frame, each after its row came in.")
    expect(result.shape == (12, 3), f"12 rows of 3 classes should give the shape (12, 3), not {result.shape}.")
    expect(
        not np.isnan(result).any(),
        "Some means are nan: at the beginning there are fewer rows; begin the slice at 0, not below.",
    )
    expect(not np.allclose(result, rows), "Those are the rows themselves: give the mean of the last `size` of them.")
    right = RollingMean(4)(rows)
    held = np.minimum(np.arange(1, 13), 4)[:, None]
    expect(not np.allclose(result, right * held), "Those are sums: divide by how many rows the deque holds.")
    expect(
        not np.allclose(result, right * held / 4),
        "Right once the deque is full. Before, it holds fewer rows: divide by how many it holds, not by `size`.",
    )
    sofar = np.cumsum(rows, axis=0) / np.arange(1, 13)[:, None]
    expect(not np.allclose(result, sofar), "That is the mean of all rows so far: the oldest have to leave the deque.")
    expect(
        not np.allclose(result[1:], right[:-1]),
        "Each mean comes one frame late: put the row into the deque before you take the mean.",
    )
    expect(not np.allclose(result, RollingMean(5)(rows)), "Your means are of size + 1 rows.")
    expect(np.allclose(result, right), "The means are not those of the last 4 rows, the present one among them.")
    expect(np.allclose(answer(rows, 1), rows), "A deque of 1 holds the present row alone.")
    expect(np.allclose(answer(rows, 50), sofar), "A deque larger than the clip holds all rows so far.")
    expect(len(answer(rows[:1], 4)) == 1, "A clip of one frame has one mean.")
    expect(np.allclose(answer(rows, 4), right), "Asked a second time, it should begin with an empty deque.")


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
    expect(answer(0, 25, 1) == 1, "Where no lag is allowed, the deque still holds the present frame: at least 1.")


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
    present = "The *present* label is the one that you gave, not the frame's own best."
    expect(got[2] == 1, f"At 0.3 against 0.7 the label changes. {present}")
    level = label([[0.9, 0.1], [0.45, 0.55], [0.45, 0.55]])
    expect(level == [0, 0, 0], f"0.55 does not reach onset, 0.6, in the second frame nor in the third. {present}")
    expect(got[3] == 1, "At 0.55 against 0.45 the label stays: the new one is below onset, the old one above offset.")
    expect(got[4] == 0, "At 0.65 against 0.35 the label has fallen below offset, and the other has reached onset.")
    unsure = label([[0.1, 0.5, 0.4], [0.1, 0.4, 0.5]])
    expect(unsure[0] == 1, "The first label is the top class, however low its score.")
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
            f"On 300 rows by chance, with onset {onset} and offset {offset}, it does not do as it says in the text.",
        )

"""Checks of notebook 00, and of the first part of 15: the course in miniature, on a handful of scores.

Example:
    lessons.check("name_of", name_of)
"""

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect

# As in the notebook: the score of badminton in each frame; volleyball has the rest.
FIRST_TEN = (0.7, 0.6, 0.6, 0.2, 0.9, 0.7, 0.9, 0.9, 0.9, 0.7)
LAST_TEN = (0.4, 0.7, 0.1, 0.3, 0.1, 0.3, 0.1, 0.7, 0.4, 0.1)


@exercise
def smallest_window(answer: Any) -> None:
    """Check the smallest window with which the label changes once.

    Args:
        answer: a whole number of frames.
    """
    right = next(window for window in range(1, 21) if _changes(window) == 1)
    expect(not isinstance(answer, bool) and isinstance(answer, Integral), "Give a whole number, such as 12.")
    answer = int(answer)
    expect(answer >= 1, "A window holds at least one frame.")
    expect(
        answer >= right,
        f"With {answer} the label still changes more than once: set window to {answer}, run the cell again, and count.",
    )
    expect(_changes(answer) > 0, "With that one the label never changes: volleyball is not named at all.")
    expect(answer == right, "The label is steady with that one, but a smaller window does it too.")


def _changes(window: int) -> int:
    held: deque[float] = deque(maxlen=window)
    labels = []
    for score in FIRST_TEN + LAST_TEN:
        held.append(score)
        labels.append(sum(held) / len(held) >= 0.5)
    return sum(a != b for a, b in pairwise(labels))


@exercise
def name_of(answer: Callable) -> None:
    """Check the name of the highest score.

    Args:
        answer: function of scores (k,) and k class names; gives one name.
    """
    classes = ["badminton", "formula1", "volleyball"]
    name = answer([0.2, 0.7, 0.1], classes)
    expect(not isinstance(name, list | tuple | np.ndarray), "Give one name, not a row of them.")
    expect(name != 1, "That is the place of the highest score; give the name that stands at this place in classes.")
    expect(name != 0.7, "That is the highest score; give the name that stands at its place in classes.")
    expect(name == "formula1", "With scores 0.2, 0.7, 0.1 the second name is the answer.")
    expect(answer([0.1, 0.2, 0.7], classes) == "volleyball", "The highest score can stand in the last place.")
    expect(answer([-3, -1, -2], classes) == "formula1", "Scores below zero have a highest one too.")
    expect(answer([0.4, 0.4, 0.2], classes) == "badminton", "When two scores are equal, the first of them wins.")
    expect(answer([0.3, 0.7], ["chess", "golf"]) == "golf", "It should work for two classes, and for any names.")


@exercise
def changes(answer: Callable) -> None:
    """Check how often a label differs from the one before it.

    Args:
        answer: function of a list of labels; gives a whole number.
    """
    expect(not _wants_arrays(answer), "labels is a list here, and two lists compare as a whole, not item by item.")
    expect(
        answer(["a", "a", "b", "b"]) != 2,
        "In a, a, b, b the label changes once, and you count 2: are labels counted, or is the first compared with "
        "something? (And does the one before move along?)",
    )
    expect(answer(["a", "a", "b", "b"]) == 1, "In a, a, b, b the label changes once.")
    expect(answer(["a", "b", "a"]) == 2, "Changing back is a change too: a, b, a has two.")
    expect(answer(["a", "a", "a"]) == 0, "Without a change the count is 0.")
    expect(answer(["a"]) == 0, "A single frame has nothing to change from: 0.")
    try:
        of_nothing = answer([])
    except AnswerError as error:
        raise Hint(f"A clip without frames has no changes: 0. {error}") from error
    expect(of_nothing == 0, "A clip without frames has no changes: 0.")


def _wants_arrays(answer: Callable) -> bool:
    """Tell whether an answer counts right on arrays and not on lists, as the expression of the figure's cell does."""
    labels = ["a", "b", "a", "a", "b"]
    try:
        if answer(labels) == 3:
            return False
    except AnswerError:
        pass
    try:
        return bool(answer(np.array(labels)) == 3)
    except AnswerError:
        return False

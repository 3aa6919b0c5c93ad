"""The exercise of notebook 00: the course in miniature, on a handful of scores.

Example:
    lessons.check("smallest_window", smallest_window)
"""

from collections import deque
from itertools import pairwise
from numbers import Integral
from typing import Any

from lib.lessons.exercises import exercise, expect

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

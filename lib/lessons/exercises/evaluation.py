"""The exercises of notebooks 04 and 14: the confusion matrix; precision, its rows, F1, intervals, the sign test.

Example:
    lessons.check("f1_scores", f1_scores)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect, expect_number


@exercise
def badminton_precision(answer: Any) -> None:
    """Check the precision of badminton: of 280 photographs predicted so, 224 were.

    Args:
        answer: 0 to 1.
    """

    expect_number(answer, "Give a number, such as 224 / 300.")

    def close(value: float) -> bool:
        return abs(answer - value) < 0.005

    expect(not close(224 / 232), "That is the recall: of those that *were* badminton, the share that was called so.")
    expect(not close(508 / 577), "That is the accuracy, of all three events together.")
    expect(not close(56 / 280), "Those are the wrong ones among the photographs called badminton: you want the others.")
    expect(answer < 1, "Give it as a share, a number from 0 to 1.")
    expect(close(0.8), "Go down the column of badminton: how many were called so in all, and how many of them were?")


@exercise
def count_matrix(answer: Callable) -> None:
    """Check a confusion matrix.

    Args:
        answer: function of truth (n,), predictions (n,) and the number of classes; gives counts
            (classes, classes), truth in rows.
    """
    truth, predicted = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 0]
    right = np.array([[2, 1, 0], [0, 2, 0], [1, 0, 0]])
    given = np.asarray(answer(np.array(truth), np.array(predicted), 3))
    expect(given.shape == (3, 3), f"Three classes make a table of 3 rows and 3 columns, not {given.shape}.")
    expect(not np.array_equal(given, right.T), "Rows and columns have changed places: a row is for what is true.")
    expect(given.sum() == 6, f"Six pictures, so six counts in the whole table: yours add up to {given.sum()}.")
    hint = "A pair that comes twice counts twice: table[truth, predicted] += 1 on whole arrays counts it once."
    expect(given.max() > 1, hint)
    expect(np.array_equal(given, right), "Row i, column j counts the pictures that are i and were called j.")
    wider = np.asarray(answer(np.array(truth), np.array(predicted), 4))
    expect(
        wider.shape == (4, 4), "A class that does not occur keeps its row and its column: rely on the third argument."
    )
    none = np.asarray(answer(np.array([], int), np.array([], int), 2))
    expect(none.shape == (2, 2) and none.sum() == 0, "Without pictures it is a table of zeros.")
    hint = f"The counts are right, but kept as {given.dtype}: give a table of whole numbers (int)."
    expect(np.issubdtype(given.dtype, np.integer), hint)


@exercise
def by_row(answer: Callable) -> None:
    """Check the fractions of each row of a confusion matrix; an empty row stays 0.

    Args:
        answer: function of counts (classes, classes); gives fractions of the same shape.
    """
    counts = np.array([[6, 2, 0], [1, 1, 2], [0, 0, 5]])
    kept = counts.copy()
    shares = np.asarray(answer(counts))
    expect(np.array_equal(counts, kept), "It changes the matrix that it was given: leave that as it is.")
    expect(shares.shape == (3, 3), f"The result is a matrix of the same shape, (3, 3), not {shares.shape}.")
    expect(
        not np.allclose(shares, counts / counts.sum()),
        "That is the share of all pictures: divide each row by its own sum.",
    )
    expect(not np.allclose(shares, counts / counts.sum(axis=0)), "That is by column: it shows precision, not recall.")
    hint = "Each row was divided by another row's sum: keep the sums as a column, with keepdims=True or [:, None]."
    expect(not np.allclose(shares, counts / counts.sum(axis=1)), hint)
    hint = "Every share was cut down to a whole number: an array of whole numbers holds no 0.75, only 0."
    expect(not np.array_equal(shares, counts // counts.sum(axis=1, keepdims=True)), hint)
    expect(np.allclose(shares.sum(axis=1), 1), "Each row should add up to 1.")
    expect(
        np.allclose(shares, counts / counts.sum(axis=1, keepdims=True)), "Divide every number by the sum of its row."
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        empty = np.asarray(answer(np.array([[3, 1], [0, 0]])))
    expect(
        np.allclose(empty, [[0.75, 0.25], [0.0, 0.0]]),
        "A class without pictures has a row of zeros: 0 / 0 must stay 0.",
    )


@exercise
def f1_scores(answer: Callable) -> None:
    """Check the F1 of each class; 0 where nothing is right.

    Args:
        answer: function of counts (classes, classes); gives (classes,), 0 to 1.
    """
    counts = np.array([[6, 2, 0], [1, 1, 2], [1, 0, 5]])
    right, called, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    precision, recall = right / called, right / are
    scores = np.asarray(answer(counts))
    expect(scores.shape == (3,), f"Three classes have three scores: the shape (3,), not {scores.shape}.")
    expect(not np.allclose(scores, recall), "That is the recall alone.")
    expect(not np.allclose(scores, precision), "That is the precision alone.")
    expect(not np.allclose(scores, (precision + recall) / 2), "That is the plain mean; F1 is the harmonic one.")
    expect(not np.allclose(scores, precision * recall / (precision + recall)), "The factor 2 is missing.")
    expect(not np.allclose(scores, 2 * precision * recall), "Divide by the sum of the two as well.")
    expect(np.allclose(scores, 2 * right / (called + are)), "F1 is 2 · precision · recall / (precision + recall).")
    with np.errstate(invalid="ignore", divide="ignore"):
        never = np.asarray(answer(np.array([[4, 0, 0], [4, 0, 0], [0, 0, 0]])))
    hint = "A class that is never called, or never there, has an F1 of 0 here; 0 / 0 gives nan."
    expect(np.allclose(never, [2 / 3, 0, 0]), hint)


@exercise
def times_as_many(answer: Any) -> None:
    """Check how many times as many photographs make an interval half as wide.

    Args:
        answer: 4, since the width falls with the square root.
    """
    expect_number(answer)
    expect(answer != 2, "Twice as many make it narrower, but not by half: try it with the lines above.")
    expect(answer > 1, "More photographs make the interval narrower, not wider.")
    expect(answer >= 3.5, "More than that: look at where n stands in the rule of thumb.")
    expect(answer <= 4.5, "Fewer will do: look at where n stands in the rule of thumb.")


@exercise
def sign_test(answer: Callable) -> None:
    """Check the two-sided sign test.

    Args:
        answer: function of the numbers won and lost; gives the p-value, 0 to 1.
    """
    expect(answer(3, 2) <= 1, "A share is never above 1: 3 against 2 is as even as five coins can fall.")
    share = float(answer(9, 1))
    expect(
        not np.isclose(share, 10 / 1024),
        "That is exactly 9 to 1 only: 10 to 0 is more one-sided still, and counts too.",
    )
    expect(not np.isclose(share, 11 / 1024), "That is one side only: 1 to 9 would have been as remarkable.")
    expect(not np.isclose(share, 20 / 1024), "Ten to nothing is more one-sided still, and counts too.")
    expect(not np.isclose(share, 1 - 22 / 1024), "That is the share of the tosses that are *less* one-sided.")
    expect(
        np.isclose(share, 22 / 1024), "Of 1024 ways in which ten coins fall, 22 are as one-sided as 9 to 1, or more."
    )
    expect(np.isclose(answer(1, 9), share), "1 to 9 is as one-sided as 9 to 1: take the larger of the two.")
    expect(np.isclose(answer(3, 2), 1), "Every fall of five coins is at least as one-sided as 3 to 2: the share is 1.")
    expect(np.isclose(answer(2, 2), 1), "Nothing is less one-sided than 2 to 2: the share is 1, and not more.")
    expect(np.isclose(answer(0, 0), 1), "Two classifiers that never differ cannot be told apart: the share is 1.")


@exercise
def precision_recall(answer: Callable) -> None:
    """Check the precision and the recall of one class; 0 where there is nothing to divide by.

    Args:
        answer: function of counts (classes, classes), truth in rows, and a class; gives two numbers, 0 to 1.
    """
    counts = np.array([[8, 2, 0], [1, 3, 1], [3, 0, 2]])
    precision, recall = 8 / 12, 8 / 10
    given = _two(answer(counts.copy(), 0))
    expect(not np.allclose(given, [100 * precision, 100 * recall]), "Those are percentages: return fractions, 0 to 1.")
    hint = (
        "Precision and recall have changed places: precision divides by the sum of a column (predicted as k), recall "
        "by that of a row (truly k); return precision first."
    )
    expect(not np.allclose(given, [recall, precision]), hint)
    hint = "Do not divide by all images: precision divides by a column's sum, recall by a row's."
    expect(not np.isclose(given, 8 / 20).any(), hint)
    hint = "The precision of class 0 is 8 / (8 + 1 + 3): divide by all that were predicted as class 0, its column."
    expect(np.isclose(given[0], precision), hint)
    hint = "The recall of class 0 is 8 / (8 + 2 + 0): divide by all that truly are class 0, its row."
    expect(np.isclose(given[1], recall), hint)
    expect(np.allclose(_two(answer(counts.copy(), 2)), [2 / 3, 2 / 5]), "It fails for class 2: use the argument `k`.")
    for case, empty in (("never predicted", [[4, 0], [2, 0]]), ("never true", [[4, 1], [0, 0]])):
        hint = f"In {empty} class 1 is {case}: there 0 / 0 should give 0, without an error and without nan."
        try:
            with np.errstate(invalid="ignore", divide="ignore"):
                given = _two(answer(np.array(empty), 1))
        except AnswerError as error:
            raise Hint(f"{hint} {error}") from error
        expect(not np.isnan(given).any(), hint)
        expect(np.array_equal(given, [0, 0]), f"In {empty} both fractions of class 1 are 0, not {given.tolist()}.")


def _two(given: Any) -> np.ndarray:
    hint = "Return two numbers, the precision and the recall of class k: `return precision, recall`."
    expect(np.shape(given) == (2,), hint)
    return np.asarray(given, float)

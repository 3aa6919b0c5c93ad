"""The exercises of notebook 06: matches, the nearest word, a bag of words, square roots, and how much to store.

Example:
    lessons.check("nearest_words", nearest_words)
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect, expect_number


@exercise
def count_matches(answer: Callable) -> None:
    """Check how many key points of a grey image have a distinct match in another.

    Args:
        answer: function of two images, uint8 (height, width), and a ratio; gives a whole number.
    """
    image, other = _blobs(0, 120), _blobs(1, 240)
    other[:, :120] = cv2.GaussianBlur(image, (0, 0), 1.0)  # one half shows the same, the other half something else
    found = answer(image.copy(), other.copy(), 0.75)
    expect_number(found, "Give the number of matches, not the matches.")
    ours, points = _distinct(image, other, 0.75), len(_descriptors(image))
    expect(found != points, "That is every key point: count a match only when it passes the ratio test.")
    expect(
        found != _distinct(other, image, 0.75),
        "The other way round: for each key point of the first image, look in the second.",
    )
    expect(found > 0.2 * ours, "Hardly any match passes: the nearest should be less than ratio × the second nearest.")
    expect(abs(found - ours) < 2, f"There are {ours} matches with a ratio of 0.75, and you count {found}.")
    strict = answer(image.copy(), other.copy(), 0.3)
    expect(
        abs(strict - _distinct(image, other, 0.3)) < 2,
        "With a ratio of 0.3 the count is wrong: use the argument `ratio`.",
    )
    plain = np.full((120, 120), 90, np.uint8)
    hint = "An image without key points has no match: there `detectAndCompute` gives None in the place of descriptors."
    for first, second in ((plain, image), (image, plain)):
        expect(_count(answer, first, second, hint) == 0, hint)
    hint = "A second image with a single key point has no second nearest: count 0."
    expect(_count(answer, image, _spot(), hint) == 0, hint)


def _count(answer: Callable, first: np.ndarray, second: np.ndarray, hint: str) -> int:
    try:
        return answer(first.copy(), second.copy(), 0.75)
    except AnswerError as error:
        raise Hint(f"{hint} {error}") from error


def _distinct(image: np.ndarray, other: np.ndarray, ratio: float) -> int:
    pairs = cv2.BFMatcher().knnMatch(_descriptors(image), _descriptors(other), k=2)
    return sum(near.distance < ratio * far.distance for near, far in pairs)


def _descriptors(image: np.ndarray) -> np.ndarray:
    return cv2.SIFT_create().detectAndCompute(image, None)[1]  # type: ignore[attr-defined]  # not in the stubs


def _blobs(seed: int, width: int) -> np.ndarray:
    """Generate a grey image with detail of several sizes, 120 pixels high."""
    chance = np.random.default_rng(seed)
    layers = [cv2.resize(chance.normal(0, 1, (120 // size, width // size)), (width, 120)) for size in (4, 8, 20)]
    return np.clip(128 + 40 * np.sum(layers, axis=0), 0, 255).astype(np.uint8)


def _spot() -> np.ndarray:
    """Generate a grey image with one key point."""
    y, x = np.mgrid[:100, :100]
    return (60 + 0.4 * x + 110 * np.exp(-((x - 50) ** 2 / 50 + (y - 50) ** 2 / 85))).astype(np.uint8)


@exercise
def rooted(answer: Callable) -> None:
    """Check the square roots of each row's fractions; a row of zeros stays one.

    Args:
        answer: function of counts (n, k); gives (n, k).
    """
    rows = np.array([[1.0, 3.0, 0.0], [16.0, 0.0, 48.0]])
    given = rows.copy()
    result = np.asarray(answer(given))
    expect(np.array_equal(given, rows), "It changes the rows that it received: leave them as they are.")
    expect(result.shape == (2, 3), f"Two rows of 3 numbers should give the shape (2, 3), not {result.shape}.")
    shares = rows / rows.sum(axis=1, keepdims=True)
    expect(not np.allclose(result, shares), "These are the fractions: take the square root of each.")
    expect(not np.allclose(result, np.sqrt(rows)), "Divide by the sum of the row before you take the root.")
    expect(
        not np.allclose(result, np.sqrt(rows) / np.sqrt(rows).sum(axis=1, keepdims=True)), "First divide, then root."
    )
    expect(not np.allclose(result, np.sqrt(rows / rows.sum())), "Each row has a sum of its own: axis 1, keepdims=True.")
    expect(not np.allclose(result, np.sqrt(rows / rows.sum(axis=0))), "That is the sum of the columns: use axis 1.")
    expect(np.allclose(result, np.sqrt(shares)), "The row 1, 3, 0 has the sum 4, so it should give √(1/4), √(3/4), 0.")
    with np.errstate(all="ignore"):
        empty = np.asarray(answer(np.zeros((2, 3))))
    expect(not np.isnan(empty).any(), "A row of zeros has the sum 0, and 0/0 is no number: divide by 1 there instead.")
    expect(np.array_equal(empty, np.zeros((2, 3))), "A row of zeros should stay a row of zeros.")
    with np.errstate(all="ignore"):
        mixed = np.asarray(answer(np.array([[1, 3, 0], [0, 0, 0]])))
    right = [[0.5, np.sqrt(0.75), 0], [0, 0, 0]]
    expect(np.allclose(mixed, right), "A row of zeros beside another one: it stays one, and the other gets its roots.")


@exercise
def nearest_words(answer: Callable) -> None:
    """Check the nearest word of each descriptor.

    Args:
        answer: function of descriptors (n, k) and words (m, k); gives indices (n,).
    """
    words = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 4.0]])
    asked = np.array([[9.0, 1.0], [1.0, 3.0], [1.0, 0.0], [4.0, 1.0]])
    truth = [1, 2, 0, 0]
    result = np.asarray(answer(asked, words))
    expect(result.shape != (3,), "Give one number for each descriptor, not for each word: the least along the words.")
    expect(result.shape == (4,), f"Four descriptors should give the shape (4,), not {result.shape}.")
    expect(
        not np.isin(result, words).all() or np.isin(result, (0, 1, 2)).all(), "Give the word's index, not its numbers."
    )
    far = ((asked[:, None] - words) ** 2).sum(axis=2)
    expect(
        not np.array_equal(result, far.argmax(axis=1)), "That is the farthest word: the distance should be smallest."
    )
    expect(not np.allclose(result, far.min(axis=1)), "That is the squared distance: give the index, with argmin.")
    expect(not np.allclose(result, np.sqrt(far.min(axis=1))), "That is the distance: give the index, with argmin.")
    expect(
        not np.array_equal(result, (asked @ words.T).argmax(axis=1)),
        "The largest product is not the smallest distance: a long word would win too often.",
    )
    expect(np.array_equal(result, truth), "Descriptor (9, 1) is nearest to the word (10, 0), which has the index 1.")
    tall = np.asarray(answer(np.array([[0.0, 3.0], [0.0, 1.9]]), np.array([[0.0, 0.0], [2.2, 3.0], [0.0, 7.5]])))
    expect(np.array_equal(tall, [1, 0]), "It fails for other words: sum the squared differences along the last axis.")
    corner = np.asarray(answer(np.zeros((1, 2)), np.array([[3.0, 3.0], [0.0, 5.0]])))
    expect(np.array_equal(corner, [0]), "Euclidean: square the differences before you add them.")
    small = np.asarray(answer(np.zeros((1, 1), "uint8"), np.array([[16], [15]], "uint8")))
    expect(np.array_equal(small, [1]), "In uint8, 16 · 16 is 0: turn the numbers into floats before you subtract.")
    large = np.asarray(answer(np.zeros((1, 1), "uint8"), np.array([[200], [150]], "uint8")))
    expect(np.array_equal(large, [1]), "The squares do not fit into these whole numbers: turn them into floats first.")


@exercise
def word_shares(answer: Callable) -> None:
    """Check the fraction of each word.

    Args:
        answer: function of the indices of words and how many words there are; gives (size,).
    """
    shares = np.asarray(answer(np.array([2, 0, 2, 2]), 5))
    expect(shares.shape != (4,), "Give a number for each word of the vocabulary, not for each patch.")
    expect(shares.shape != (3,), "Words that do not occur have a cell too, with a 0 in it: minlength.")
    expect(shares.shape == (5,), f"A vocabulary of 5 words should give the shape (5,), not {shares.shape}.")
    expect(
        not np.array_equal(shares, [1, 0, 3, 0, 0]), "These are the counts: divide them by how many patches there are."
    )
    expect(not np.allclose(shares, [0.2, 0, 0.6, 0, 0]), "Divide by the number of patches, not by the number of words.")
    expect(not np.allclose(shares, np.array([1, 0, 3, 0, 0]) / 3), "Divide by all patches, not by the largest count.")
    expect(np.allclose(shares, [0.25, 0, 0.75, 0, 0]), "Of four patches three are word 2: its fraction is 0.75.")
    expect(np.allclose(answer(np.array([1, 1]), 2), [0, 1]), "Two patches that are both word 1 should give 0 and 1.")
    expect(np.allclose(answer(np.array([0, 0]), 2), [1, 0]), "Two patches that are both word 0 should give 1 and 0.")
    with np.errstate(all="ignore"):
        none = np.asarray(answer(np.zeros(0, int), 3), dtype=float)
    expect(
        none.shape == (3,) and not np.isnan(none).any(),
        "An image without patches should give zeros: 0/0 is no number.",
    )
    expect(np.array_equal(none, [0, 0, 0]), "An image without patches should give a 0 for each word.")


@exercise
def kept_numbers(answer: Any) -> None:
    """Check what is stored: 100 words of 128 numbers, and for 3 classes a weight per word and a bias.

    Args:
        answer: a whole number.
    """
    words, weights, biases = 100 * 128, 3 * 100, 3
    expect(answer != weights + biases, "The SVM is there; without the vocabulary the words are unknown.")
    expect(answer != words, "That is the vocabulary; the SVM's weights and biases are missing.")
    expect(answer != words + weights, "Each class has a bias too.")
    expect(answer not in (words + 100 + 1, words + 100 + 3), "Each class has weights of its own, one for each word.")
    expect(answer != words * 3 + weights + biases, "All classes share one vocabulary.")
    expect(
        answer != 3 * 128 + 3 + words, "A weight belongs to a word: the SVM sees the histogram, not the descriptors."
    )
    expect(
        answer == words + weights + biases,
        "Add the vocabulary, a weight for each word and class, a bias for each class.",
    )

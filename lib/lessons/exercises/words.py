"""The exercises of notebook 06: the nearest word, a bag of words, roots of shares, and what has to be kept.

Example:
    lessons.check("nearest_words", nearest_words)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import exercise, expect


@exercise
def rooted(answer: Callable) -> None:
    """Check the square roots of each row's fractions; a row of zeros stays one.

    Args:
        answer: function of counts (n, k); gives (n, k).
    """
    rows = np.array([[1.0, 3.0, 0.0], [16.0, 0.0, 48.0]])
    given = rows.copy()
    result = np.asarray(answer(given))
    expect(np.array_equal(given, rows), "It changes the rows that it was given: leave them as they are.")
    expect(result.shape == (2, 3), f"Two rows of 3 numbers should give the shape (2, 3), not {result.shape}.")
    shares = rows / rows.sum(axis=1, keepdims=True)
    expect(not np.allclose(result, shares), "These are the shares: take the square root of each.")
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
    expect(shares.shape != (3,), "Words that do not occur have a place too, with a 0 in it: minlength.")
    expect(shares.shape == (5,), f"A vocabulary of 5 words should give the shape (5,), not {shares.shape}.")
    expect(
        not np.array_equal(shares, [1, 0, 3, 0, 0]), "These are the counts: divide them by how many patches there are."
    )
    expect(not np.allclose(shares, [0.2, 0, 0.6, 0, 0]), "Divide by the number of patches, not by that of the words.")
    expect(not np.allclose(shares, np.array([1, 0, 3, 0, 0]) / 3), "Divide by all patches, not by the largest count.")
    expect(np.allclose(shares, [0.25, 0, 0.75, 0, 0]), "Of four patches three are word 2: its share is 0.75.")
    expect(np.allclose(answer(np.array([1, 1]), 2), [0, 1]), "Two patches that are both word 1 should give 0 and 1.")
    expect(np.allclose(answer(np.array([0, 0]), 2), [1, 0]), "Two patches that are both word 0 should give 1 and 0.")
    with np.errstate(all="ignore"):
        none = np.asarray(answer(np.zeros(0, int), 3), dtype=float)
    expect(
        none.shape == (3,) and not np.isnan(none).any(),
        "A picture without patches should give zeros: 0/0 is no number.",
    )
    expect(np.array_equal(none, [0, 0, 0]), "A picture without patches should give a 0 for each word.")


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

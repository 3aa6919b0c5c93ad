"""Checks of notebook 01: pictures as arrays, labels as numbers, and splits that keep groups together.

Example:
    lessons.check("one_hot", one_hot)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import exercise, expect


@exercise
def batch_shape(answer: Any) -> None:
    """Check the shape of a batch of images.

    Args:
        answer: a tuple of whole numbers.
    """
    expect(isinstance(answer, tuple | list), "Give the shape as a tuple, such as (10, 20, 30).")
    answer = tuple(answer)
    expect(answer not in ((16, 96, 128), (16, 128, 96)), "The colours are missing: three channels, on the last axis.")
    expect(len(answer) != 3, "That is the shape of one picture; a batch has one axis more, in front.")
    expect(len(answer) == 4, "A batch has four axes: pictures, height, width, channels.")
    expect(
        answer != (16, 128, 96, 3), "The height comes before the width, as the rows of a table come before its columns."
    )
    expect(answer != (96, 128, 3, 16), "The pictures are counted on the first axis.")
    expect(answer != (16, 3, 96, 128), "In this course the channels come last.")
    expect(answer[-1] == 3, "A colour picture has three channels, and they come last.")
    expect(answer == (16, 96, 128, 3) or answer[1:] != (96, 128, 3), "How many pictures are in the batch?")
    expect(answer == (16, 96, 128, 3), "The order is pictures, height, width, channels.")


@exercise
def swap_channels(answer: Callable) -> None:
    """Check an image with its first and last channel swapped.

    Args:
        answer: function of an image, uint8 (height, width, 3); gives another of its shape.
    """
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    before = picture.copy()
    swapped = answer(picture)
    expect(np.array_equal(picture, before), "The picture that was given has changed: make a new array of it.")
    expect(
        isinstance(swapped, np.ndarray),
        f"Give a NumPy array, as the picture that was given is one, not {_kind(swapped)}.",
    )
    expect(swapped.shape == picture.shape, "The shape should stay (height, width, 3).")
    expect(
        not np.array_equal(swapped, picture[::-1]) and not np.array_equal(swapped, picture[:, ::-1]),
        "That turns the picture over: reverse the last axis, not the first or second.",
    )
    expect(not np.array_equal(swapped, picture), "Nothing is swapped yet: blue and red should change places.")
    expect(np.array_equal(swapped, picture[..., ::-1]), "First and last channel change places, the middle one stays.")
    expect(swapped.dtype == np.uint8, "The type should stay uint8.")
    expect(np.array_equal(answer(swapped), picture), "Swapped twice, the picture should be as it was.")


def _kind(given: object) -> str:
    return f"a {type(given).__name__}"


@exercise
def one_hot(answer: Callable) -> None:
    """Check one-hot vectors.

    Args:
        answer: function of n labels and the number of classes; gives (n, classes).
    """
    rows = answer([0, 2, 1], 3)
    expect(not isinstance(rows, list | tuple), f"Give a NumPy array, not {_kind(rows)}.")
    rows = np.asarray(rows)
    expect(rows.shape != (3,), "Give a row for each label, not one number: three labels and three classes make (3, 3).")
    expect(rows.shape == (3, 3), f"Three labels and three classes make an array of shape (3, 3), not {rows.shape}.")
    expect(np.array_equal(rows.sum(axis=1), [1, 1, 1]), "Each row should hold a single 1, and 0 elsewhere.")
    expect(np.array_equal(rows, np.eye(3)[[0, 2, 1]]), "The 1 stands in the column of the label, counted from 0.")
    rows = np.asarray(answer([1, 1], 4))
    expect(rows.shape == (2, 4), "The number of columns is the number of classes, also when some do not occur: (2, 4).")
    expect(np.array_equal(rows, np.eye(4)[[1, 1]]), "Labels 1 and 1 give two rows with a 1 in column 1.")
    expect(np.asarray(answer([0, 1], 2)).shape == (2, 2), "Two classes have two columns, one each.")


@exercise
def class_shares(answer: Callable) -> None:
    """Check the fraction of each class that occurs.

    Args:
        answer: function of a list of labels; gives {label: fraction, 0 to 1}.
    """
    shares = answer(["golf", "chess", "golf", "golf"])
    expect(isinstance(shares, dict), 'Give a dictionary from name to share, such as {"chess": 0.25}.')
    expect(set(shares) == {"chess", "golf"}, "Each class that occurs should be there once, by its name.")
    expect(shares["golf"] != 3, "That is the count; divide by how many labels there are.")
    expect(shares["golf"] != 75, "Give shares from 0 to 1, not per cent.")
    expect(abs(shares["golf"] - 0.75) < 1e-9 and abs(shares["chess"] - 0.25) < 1e-9, "Three of four are golf: 0.75.")
    expect(answer(["chess"]) == {"chess": 1}, "A single label has the whole share: 1.")


@exercise
def set_aside(answer: Callable) -> None:
    """Check that about a fifth is set aside, whole groups only.

    Args:
        answer: function of the groups of n photographs and a seed; gives bool (n,).
    """
    groups = [f"shot {number // 3}" for number in range(300)]
    mask = np.asarray(answer(groups, 0))
    expect(mask.dtype == bool and mask.shape == (300,), "Give one True or False for each photograph, in their order.")
    expect(mask.any(), "Nothing is set aside: about a fifth should be True.")
    straddling = {group for group, aside in zip(groups, mask) if aside} & {
        group for group, aside in zip(groups, mask) if not aside
    }
    expect(
        not straddling, "Some groups are on both sides: choose among the groups, then take all photographs of those."
    )
    expect(0.1 <= mask.mean() <= 0.3, f"About a fifth should be set aside, not {mask.mean():.0%}.")
    expect(
        np.array_equal(mask, answer(groups, 0)), "The same seed should choose the same: make a generator from the seed."
    )
    others = [np.asarray(answer(groups, seed)) for seed in (1, 2, 3)]
    expect(any(not np.array_equal(mask, other) for other in others), "Another seed should choose others: use the seed.")
    shuffled = np.random.default_rng(5).permutation(groups)
    mask = np.asarray(answer(list(shuffled), 0))
    expect(
        not set(shuffled[mask]) & set(shuffled[~mask]), "Photographs of one group need not stand next to each other."
    )

"""Checks of notebooks 01 and 11: images as arrays, files as a data set, labels, and splits that keep groups together.

Example:
    lessons.check("one_hot", one_hot)
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect, is_uneven


@exercise
def batch_shape(answer: Any) -> None:
    """Check the shape of a batch of images.

    Args:
        answer: a tuple of whole numbers.
    """
    expect(isinstance(answer, tuple | list), "Give the shape as a tuple, such as (10, 20, 30).")
    answer = tuple(answer)
    expect(answer not in ((16, 96, 128), (16, 128, 96)), "The colours are missing: three channels, on the last axis.")
    expect(len(answer) != 3, "That is the shape of one image; a batch has one axis more, in front.")
    expect(len(answer) == 4, "A batch has four axes: images, height, width, channels.")
    expect(
        answer != (16, 128, 96, 3), "The height comes before the width, as the rows of a table come before its columns."
    )
    expect(answer != (96, 128, 3, 16), "The images are counted on the first axis.")
    expect(answer != (16, 3, 96, 128), "In this course the channels come last.")
    expect(answer[-1] == 3, "A colour image has three channels, and they come last.")
    expect(answer == (16, 96, 128, 3) or answer[1:] != (96, 128, 3), "How many images are in the batch?")
    expect(answer == (16, 96, 128, 3), "The order is images, height, width, channels.")


@exercise
def swap_channels(answer: Callable) -> None:
    """Check an image with its first and last channel swapped.

    Args:
        answer: function of an image, uint8 (height, width, 3); gives another of its shape.
    """
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    before = picture.copy()
    swapped = answer(picture)
    expect(np.array_equal(picture, before), "The image that was given has changed: make a new array of it.")
    expect(
        isinstance(swapped, np.ndarray),
        f"Give a NumPy array, as the image that was given is one, not {_kind(swapped)}.",
    )
    expect(swapped.shape == picture.shape, "The shape should stay (height, width, 3).")
    expect(
        not np.array_equal(swapped, picture[::-1]) and not np.array_equal(swapped, picture[:, ::-1]),
        "That turns the image over: reverse the last axis, not the first or second.",
    )
    expect(not np.array_equal(swapped, picture), "Nothing is swapped yet: blue and red should change places.")
    expect(np.array_equal(swapped, picture[..., ::-1]), "First and last channel change places, the middle one stays.")
    expect(swapped.dtype == np.uint8, "The type should stay uint8.")
    expect(np.array_equal(answer(swapped), picture), "Swapped twice, the image should be as it was.")


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
def class_fractions(answer: Callable) -> None:
    """Check the fraction of each class that occurs.

    Args:
        answer: function of a list of labels; gives {label: fraction, 0 to 1}.
    """
    shares = answer(["golf", "chess", "golf", "golf"])
    expect(isinstance(shares, dict), 'Give a dictionary from name to fraction, such as {"chess": 0.25}.')
    expect(set(shares) == {"chess", "golf"}, "Each class that occurs should be there once, by its name.")
    expect(shares["golf"] != 3, "That is the count; divide by how many labels there are.")
    expect(shares["golf"] != 75, "Give fractions from 0 to 1, not per cent.")
    expect(abs(shares["golf"] - 0.75) < 1e-9 and abs(shares["chess"] - 0.25) < 1e-9, "Three of four are golf: 0.75.")
    expect(answer(["chess"]) == {"chess": 1}, "With a single label, its class has the fraction 1.")


@exercise
def set_aside(answer: Callable) -> None:
    """Check that about a fifth is set aside, whole groups only.

    Args:
        answer: function of the groups of n photos and a seed; gives bool (n,).
    """
    groups = [f"shot {number // 3}" for number in range(300)]
    mask = np.asarray(answer(groups, 0))
    expect(mask.dtype == bool and mask.shape == (300,), "Give one True or False for each photo, in their order.")
    expect(mask.any(), "Nothing is set aside: about a fifth should be True.")
    straddling = {group for group, aside in zip(groups, mask) if aside} & {
        group for group, aside in zip(groups, mask) if not aside
    }
    expect(not straddling, "Some groups are on both sides: choose among the groups, then take all photos of those.")
    expect(0.1 <= mask.mean() <= 0.3, f"About a fifth should be set aside, not {mask.mean():.0%}.")
    expect(
        np.array_equal(mask, answer(groups, 0)), "The same seed should choose the same: make a generator from the seed."
    )
    others = [np.asarray(answer(groups, seed)) for seed in (1, 2, 3)]
    expect(any(not np.array_equal(mask, other) for other in others), "Another seed should choose others: use the seed.")
    shuffled = np.random.default_rng(5).permutation(groups)
    mask = np.asarray(answer(list(shuffled), 0))
    expect(not set(shuffled[mask]) & set(shuffled[~mask]), "Photos of one group need not stand next to each other.")


@exercise
def label_of(answer: Callable) -> None:
    """Check the name of the folder that contains a file.

    Args:
        answer: function of a path, a string; gives the name of the folder.
    """
    path = os.path.join("photos", "badminton", "0001.png")
    label = _label(answer, path, f"It fails for {path}: split the path at os.path.sep, here {os.path.sep!r}.")
    expect(not isinstance(label, list | tuple), "Return one name, not a list of parts: choose one by its index.")
    expect(isinstance(label, str), f"Return the name, a string, not {_kind(label)}.")
    expect(label not in ("0001.png", "0001"), "That is the name of the file: return the name of its folder.")
    expect(label != os.path.join("photos", "badminton"), "That is the whole path of the folder: return its last part.")
    expect(label != "photos", "That is the first folder: return the one that contains the file.")
    expect(label == "badminton", f"For {path} the name is badminton, not {label}.")
    deeper = os.path.join(os.path.sep, "home", "ann", "photos", "volleyball", "0002.png")
    hint = f"It fails for {deeper}: count from the end of the path, where the file's name is the last part, [-1]."
    expect(_label(answer, deeper, hint) == "volleyball", hint)
    short = os.path.join("golf", "0003.png")
    hint = f"It fails for {short}, a path of two parts: only the file and its folder are always there."
    expect(_label(answer, short, hint) == "golf", hint)
    dotted = os.path.join("photos", "day.2", "0004.png")
    expect(answer(dotted) == "day.2", f"For {dotted} the name is day.2: a folder's name may contain a dot.")


def _label(answer: Callable, path: str, hint: str) -> Any:
    try:
        return answer(path)
    except AnswerError as error:
        if "gives nothing back" in str(error):  # and asks for the `return`
            raise
        raise Hint(hint) from error


# Each image of the data set below: its folder, its height and width, the colours (RGB) of its left and right half.
HALVES = (
    ("badminton", (12, 20), (200, 60, 20), (30, 120, 220)),
    ("formula1", (18, 10), (20, 180, 90), (240, 200, 40)),
    ("formula1", (14, 14), (90, 10, 160), (10, 220, 130)),
)


@exercise
def load_images(answer: Callable) -> None:
    """Check how a list of files is read as images and labels.

    Args:
        answer: function of n paths and a size; gives uint8 RGB (n, size, size, 3) and n folder names, without the
            files that are no images.
    """
    with _data_set() as (paths, broken):
        try:
            images, labels = _read(answer, paths)
        except (AnswerError, ValueError) as error:
            hint = "The images have several sizes and do not fit into one array: resize each to (size, size)."
            expect(not is_uneven(error), hint)
            raise
        _expect_halves(images)
        expect(len(labels) == 3, f"Three files have three labels, not {len(labels)}.")
        names = [os.path.basename(path) for path in paths]
        expect(labels != names, "Those are the names of the files: a label is the name of the folder.")
        folders = [os.path.dirname(path) for path in paths]
        expect(labels != folders, "Those are the whole paths of the folders: a label is the last part only.")
        right = [name for name, *_ in HALVES]
        expect(labels == right, f"The labels should be the names of the folders, {right}, not {labels}.")

        try:
            images, labels = _read(answer, [paths[0], broken, *paths[1:]])
        except (AnswerError, ValueError) as error:
            hint = "For a file that is not an image `cv2.imread` returns None: skip it before you convert and resize."
            raise Hint(hint) from error
        hint = "One label too many: append a label only when its file was read, after the test for None."
        expect(len(labels) <= len(images), hint)
        expect(len(images) == 3, f"Three of four files are images: return three, not {len(images)}.")
        _expect_halves(images)
        expect(labels == right, f"With a file left out, the labels no longer belong to their images: {labels}.")


def _read(answer: Callable, paths: list[str]) -> tuple[np.ndarray, list[str]]:
    result = answer(list(paths), 8)
    expect(isinstance(result, tuple | list) and len(result) == 2, "Return two results: `return images, labels`.")
    images, labels = result
    return np.asarray(images), [str(label) for label in labels]


def _expect_halves(images: np.ndarray) -> None:
    """Raise a hint unless these are the images of HALVES, in order, uint8 RGB (3, 8, 8, 3)."""
    expect(images.shape != (3, 8, 8), "The images have lost their colours: read them with three channels.")
    hint = f"Three files and the size 8 make an array of shape (3, 8, 8, 3), not {images.shape}."
    expect(images.shape == (3, 8, 8, 3), hint)
    hint = f"The values should stay whole numbers from 0 to 255 (uint8), not {images.dtype}: do not divide them."
    expect(images.dtype == np.uint8, hint)
    seen = images[:, 4, [1, -2]].astype(int)  # a pixel of the left half and one of the right half
    right = np.array([[left, right] for _, _, left, right in HALVES])
    expect(not np.abs(seen - right[..., ::-1]).max() < 8, "Red and blue are swapped: OpenCV reads BGR, convert to RGB.")
    hint = (
        "The images do not show the whole files, in the order of `paths`: read, convert, and resize each (cv2.resize)."
    )
    expect(np.abs(seen - right).max() < 8, hint)


@contextmanager
def _data_set() -> Iterator[tuple[list[str], str]]:
    """Write the images of HALVES into folders: yields their paths, and that of a file which is no image."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        paths = []
        for number, (label, (height, width), left, right) in enumerate(HALVES):
            image = np.empty((height, width, 3), np.uint8)
            image[:, : width // 2], image[:, width // 2 :] = left, right
            paths.append(os.path.join(folder, label, f"{number}.png"))
            os.makedirs(os.path.dirname(paths[-1]), exist_ok=True)
            written = cv2.imwrite(paths[-1], image[..., ::-1])
            expect(written, f"The check itself failed: OpenCV cannot write an image to {folder}.")
        broken = os.path.join(folder, "badminton", "broken.png")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("This is not an image.")
        yield paths, broken

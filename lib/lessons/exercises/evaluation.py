"""The exercises of notebooks 04 and 14: the confusion matrix, precision and recall; the sign test, temperature, occlusion.

Example:
    lessons.check("sign_test", sign_test)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect


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
    hint = f"The counts are right, but stored as {given.dtype}: give a table of whole numbers (int)."
    expect(np.issubdtype(given.dtype, np.integer), hint)


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


@exercise
def with_temperature(answer: Callable) -> None:
    """Check a Keras model whose softmax probabilities are tempered.

    Args:
        answer: function of a Keras model that ends in softmax, and a temperature; gives a Keras model.
    """
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    dense = keras.layers.Dense(3, activation="softmax")
    inputs = keras.Input((4,))
    model = keras.Model(inputs, dense(inputs))
    rng = np.random.default_rng(0)
    dense.set_weights([rng.normal(0, 2, (4, 3)), rng.normal(size=3)])
    x = rng.normal(size=(6, 4)).astype(np.float32)
    before, config = model(x).numpy(), model.to_json()

    given = answer(model, 2.0)
    expect(isinstance(given, keras.Model), f"Return a keras.Model, not {type(given).__name__}.")
    expect(given is not model, "That is the model that was given: make a new one with `keras.Model(inputs, outputs)`.")
    expect(
        given.input_shape == (None, 4), f"Its input should be that of the model, (None, 4), not {given.input_shape}."
    )
    expect(given.output_shape == (None, 3), f"Its output should be (None, 3), not {given.output_shape}.")
    after = given(x).numpy()
    unchanged = np.allclose(model(x).numpy(), before) and model.to_json() == config
    expect(unchanged, "The model that was given has changed: leave it as it is.")
    _expect_tempered(after, before)
    expect(np.allclose(answer(model, 1.0)(x).numpy(), before, atol=1e-5), "With temperature 1 nothing should change.")
    expect(
        np.allclose(answer(model, 0.5)(x).numpy(), _softmax(np.log(before) / 0.5), atol=1e-4),
        "It fails for temperature 0.5.",
    )
    dense.set_weights([1000 * array for array in dense.get_weights()])
    extreme = answer(model, 4.0)(x).numpy()
    expect(not np.isnan(extreme).any(), "A probability of exactly 0 gives nan: its logarithm is minus infinity.")
    hint = "A Lambda layer holds Python code, which Keras refuses to load: use the functions of `keras.ops`."
    expect(not any(isinstance(layer, keras.layers.Lambda) for layer in given.layers), hint)


def _expect_tempered(after: np.ndarray, before: np.ndarray) -> None:
    """Raise a hint unless `after` is `before` with temperature 2."""
    hint = "The probabilities themselves are divided: divide the logits, the logarithms of the probabilities."
    expect(not np.allclose(after, before / 2), hint)
    hint = "That is the softmax of probabilities: take their logarithm first."
    expect(not np.allclose(after, _softmax(before / 2), atol=1e-5), hint)
    hint = "These are logits: end with a softmax, so that each row sums to 1."
    expect(np.allclose(after.sum(axis=1), 1, atol=1e-4), hint)
    hint = "More confident instead of less: the logits are divided by the temperature, not multiplied."
    expect(not np.allclose(after, _softmax(np.log(before) / 0.5), atol=1e-4), hint)
    expect(not np.allclose(after, before, atol=1e-5), "The temperature has no effect yet.")
    hint = "With temperature 2 each row should be softmax(log(probabilities) / 2)."
    expect(np.allclose(after, _softmax(np.log(before) / 2), atol=1e-4), hint)


def _softmax(rows: np.ndarray) -> np.ndarray:
    powered = np.exp(rows)
    return powered / powered.sum(axis=1, keepdims=True)


@exercise
def occlusion(answer: Callable) -> None:
    """Check how much confidence is lost when each cell of an image is covered with the image's mean colour.

    Args:
        answer: function of an image (height, width, 3), a function `predict` from images (n, height, width, 3) to
            confidences (n,), and the number of cells per side; gives the losses (cells, cells).
    """
    image = np.random.default_rng(0).integers(0, 120, (24, 36, 3), dtype=np.uint8)
    image[4:8, 24:30] = image[-1, -1] = 255  # cell (1, 4) of 6 × 6, and the last pixel
    kept = image.copy()
    seen: list[np.ndarray] = []

    def predict(images: np.ndarray) -> np.ndarray:
        images = np.asarray(images)
        expect(
            images.ndim == 4, f"`predict` takes a batch (n, height, width, 3), not {images.shape}: one is image[None]."
        )
        expect(
            images.shape[1:] == image.shape, f"Each image stays (24, 36, 3): {images.shape[1:]} was given to predict."
        )
        expect(images.dtype == np.uint8, f"`predict` takes uint8 images, not {images.dtype}.")
        seen.extend(images)
        return images[:, 4:8, 24:30].mean(axis=(1, 2, 3)) / 255

    losses = np.asarray(answer(image, predict, 6))
    expect(np.array_equal(image, kept), "The image that was given has changed: cover a copy.")
    expect(losses.shape == (6, 6), f"6 cells per side give an array (6, 6), not {losses.shape}.")
    _expect_one_cell(seen, kept)
    right = np.zeros((6, 6))
    right[1, 4] = 1 - np.round(kept.mean(axis=(0, 1))).mean() / 255
    hint = "These are the confidences that are left: return the confidence of the whole image minus these."
    expect(not np.allclose(losses, 1 - right, atol=0.01), hint)
    expect(not np.allclose(losses, -right, atol=0.01), "The sign is wrong: lost confidence is above 0.")
    expect(
        not np.allclose(losses, right.T, atol=0.01),
        "Rows and columns have changed places: row i is the i-th from above.",
    )
    expect(np.allclose(losses, right, atol=0.01), "Entry (i, j) should be what covering cell (i, j) alone costs.")
    odd = np.asarray(answer(image, lambda images: np.asarray(images)[..., -1, -1, 0] / 255, 5))
    right = np.zeros((5, 5))
    right[4, 4] = 1 - kept[..., 0].mean() / 255
    hint = "24 × 36 does not divide by 5: cell i covers the rows i * height // 5 to (i + 1) * height // 5."
    expect(odd.shape == (5, 5) and np.allclose(odd, right, atol=0.01), hint)


def _expect_one_cell(seen: list[np.ndarray], image: np.ndarray) -> None:
    """Raise a hint unless the images differ from the whole one in nothing, or in one cell of 4 × 6 pixels of mean colour."""
    colour = image.mean(axis=(0, 1))
    cells = []
    for shown in seen:
        rows, columns = np.nonzero((shown != image).any(axis=-1))
        if not len(rows):
            continue
        top, left = 4 * (rows.min() // 4), 6 * (columns.min() // 6)
        hint = "Cover one cell at a time, 24 / 6 rows high and 36 / 6 columns wide, and start each time from the image."
        expect(rows.max() < top + 4 and columns.max() < left + 6, hint)
        patch = shown[top : top + 4, left : left + 6]
        hint = "Cover the whole cell with one colour, the mean of the image: image.mean(axis=(0, 1))."
        expect(np.abs(patch - colour).max() <= 1, hint)
        cells.append((top, left))
    expect(len(set(cells)) == 36, f"6 × 6 cells are covered one after another: `predict` has seen {len(set(cells))}.")

"""The exercises of notebooks 02 and 12: the head, its parameters, learning rate and best epoch, a network's own input.

Example:
    lessons.check("global_average", global_average)
"""

import csv
from collections.abc import Callable
from typing import Any

import numpy as np

from lib.core import imagenet
from lib.lessons.exercises import AnswerError, Hint, exercise, expect, expect_number
from lib.lessons.exercises._compiled import expect_compiled

MEAN_BGR = np.array(imagenet.MEAN_BGR)

# By how much a count for 384 channels, 512 units and 3 classes is off when standardising or dropout is counted too:
# a number or more for each channel, one for each unit; or only half of the units, behind the dropout or in both layers.
NOTHING_TO_LEARN = {
    384, 2 * 384, 2 * 384 + 1, 4 * 384, 512, 384 + 512, 2 * 384 + 512, -256 * 3, -256 * (384 + 1 + 3),
}  # fmt: skip


@exercise
def global_average(answer: Callable) -> None:
    """Check global average pooling.

    Args:
        answer: function of feature maps (n, height, width, channels); gives (n, channels).
    """
    maps = np.random.default_rng(0).random((2, 3, 5, 4))
    given = maps.copy()
    result = np.asarray(answer(given))
    expect(result.shape != (2,), "Each channel keeps an average of its own: average over height and width only.")
    expect(result.shape != (3, 5, 4), "Axis 0 counts the pictures: each picture keeps its own averages.")
    expect(
        result.shape != (2, 1, 1, 4), "Nearly: leave out the two axes that were averaged, for the shape (n, channels)."
    )
    expect(result.shape == (2, 4), f"Two maps of 4 channels should give the shape (2, 4), not {result.shape}.")
    expect(not np.allclose(result, maps.sum((1, 2))), "That is the sum: divide it by the number of places.")
    expect(not np.allclose(result, maps.max((1, 2))), "That is the largest value, not the mean of all.")
    expect(
        np.allclose(result, maps.mean((1, 2))), "The numbers are not the means over height and width (axes 1 and 2)."
    )
    one = np.asarray(answer(maps[:1, :1, :1]))
    expect(one.shape == (1, 4), f"One map of one cell should give the shape (1, 4), not {one.shape}.")
    expect(np.array_equal(given, maps), "It changes the maps that it was given: leave them as they are.")


@exercise
def head_parameters(answer: Callable) -> None:
    """Check the parameters of Dense(units) and Dense(classes).

    Args:
        answer: function of channels, units and classes; gives a whole number.
    """
    plain = 384 * 512 + 512 * 3
    count = answer(384, 512, 3)
    expect(count != plain, "The biases are missing: one for each unit, and one for each class.")
    expect(count not in (plain + 512, plain + 3), "One of the two layers still lacks its biases.")
    expect(
        count - (plain + 512 + 3) not in NOTHING_TO_LEARN,
        "Standardising and dropout have nothing to learn: count the two Dense layers alone, with all their units.",
    )
    expect(count != 384 * 512 + 512, "That is the first Dense layer alone: the second takes its 512 outputs.")
    expect(count != 384 * 512 * 3, "The layers follow each other: add what each one has.")
    expect(count == plain + 512 + 3, "A Dense layer has inputs × outputs weights, and one bias for each output.")
    expect(answer(1280, 512, 3) == 1280 * 512 + 512 + 512 * 3 + 3, "It should also hold for 1280 channels.")
    expect(answer(1, 1, 1) == 4, "1 channel, 1 unit and 1 class make 4: two weights and two biases.")


@exercise
def decayed_rate(answer: Callable) -> None:
    """Check inverse-time decay: first / (1 + decay · step).

    Args:
        answer: function of the first learning rate, the decay and the step; gives the learning rate.
    """
    rate = float(answer(0.1, 0.5, 10))
    expect(not np.isclose(rate, 0.1 / 5), "The 1 is missing below the line: 1 + decay · step.")
    expect(np.isclose(answer(0.1, 0.5, 0), 0.1), "Before the first step (step 0) the rate is the first rate.")
    expect(rate > 0, "A rate is never 0 or below: divide by 1 + decay · step, do not subtract.")
    expect(not np.isclose(rate, 0.1 * 0.5**10), "decay is multiplied by the step, not raised to a power.")
    expect(not np.isclose(rate, 0.1 * np.exp(-5)), "That is exponential decay; inverse-time decay divides.")
    expect(np.isclose(rate, 0.1 / 6), "For the first rate 0.1, decay 0.5 and step 10 the formula gives 0.1 / 6.")
    expect(np.isclose(answer(0.1, 0, 10), 0.1), "With decay 0 the rate stays what it was.")
    expect(np.isclose(answer(3.0, 2.0, 4), 1 / 3), "It should hold for any first rate: 3 / (1 + 2 · 4).")


@exercise
def epochs_at_a_tenth(answer: Any) -> None:
    """Check how many epochs a tenth of the learning rate needs for what took 3.

    Args:
        answer: about 30, since many small steps make one large.
    """
    expect_number(answer)
    expect(answer != 3, "Each step now goes a tenth as far: will the same number of steps do?")
    expect(answer > 3, "Smaller steps take longer, not shorter, to come as far.")
    expect(answer >= 15, "More than that: how many steps of a tenth make one whole step?")
    expect(answer <= 60, "Not as many as that: how many steps of a tenth make one whole step?")


@exercise
def as_resnet_wants(answer: Callable) -> None:
    """Check the preprocessing of ResNet50.

    Args:
        answer: function of uint8 RGB (..., 3); gives float blue, green, red with the mean of each subtracted.
    """
    picture = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    given = picture.copy()
    result, floats = np.asarray(answer(given)), picture.astype(float)
    expect(np.array_equal(given, picture), "It changes the picture that it was given: work on a copy.")
    expect(result.shape == picture.shape, f"The shape {picture.shape} should stay as it is, and became {result.shape}.")
    expect(result.dtype.kind == "f", "The result must be floats: uint8 has no room for what is below 0.")
    expect(not np.allclose(result, floats[..., ::-1]), "The order is right; now subtract the mean.")
    expect(
        not np.allclose(result, floats - MEAN_BGR[::-1]), "The mean is right; the channels are still red, green, blue."
    )
    hint = "Each channel loses the mean of another: after the swap, blue comes first, and its mean is 103.939."
    expect(not np.allclose(result, floats[..., ::-1] - MEAN_BGR[::-1], atol=1e-2), hint)
    expect(not np.allclose(result, floats - MEAN_BGR, atol=1e-2), "Swap the channels too: blue comes first.")
    expect(np.abs(result).max() > 2, "This network never saw numbers as small as that: do not divide by 255.")
    expect(np.allclose(result, floats[..., ::-1] - MEAN_BGR, atol=1e-2), "Swap the last axis, then subtract the mean.")
    pair = np.stack([picture, picture])
    both = np.asarray(answer(pair))
    expect(both.shape == pair.shape and np.allclose(both[1], result), "It should take several pictures at once too.")


@exercise
def build_head(answer: Callable) -> None:
    """Check a head: average pooling, Dense 512 with ReLU, Dropout 0.5, Dense with softmax; compiled.

    Args:
        answer: function of the shape (height, width, channels) of a feature map and the number of classes; gives
            a compiled Keras model.
    """
    model = answer((5, 5, 384), 3)
    _expect_head(model, (5, 5, 384), 3)
    _expect_dropout(model)
    expect_compiled(model)
    momentum = float(model.optimizer.momentum)
    expect(abs(momentum - 0.9) < 1e-6, f"SGD should have a momentum of 0.9, not {momentum:g}.")
    metrics = str(model.get_compile_config()["metrics"]).lower()
    expect("acc" in metrics, 'The metric is missing: compile with metrics=["accuracy"].')
    hint = "It should work for any shape and number of classes, such as (3, 4, 6) and 4: use both arguments."
    try:
        other = answer((3, 4, 6), 4)
    except AnswerError as error:
        raise Hint(f"{hint} {error}") from error
    expect(getattr(other, "output_shape", None) == (None, 4) and other.input_shape == (None, 3, 4, 6), hint)
    _expect_head(other, (3, 4, 6), 4)


def _expect_head(model: Any, shape: tuple[int, int, int], classes: int) -> None:
    """Raise a hint unless a model computes pooling, Dense 512, ReLU, Dense, softmax with the weights that it has."""
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    expect(isinstance(model, keras.Model), f"Return a Keras model, not a {type(model).__name__}.")
    expect(model.built, "The model does not know the shape of its input: start with `keras.Input(shape)`.")
    hint = f"The input of the model should be a feature map of shape {shape}, not {model.input_shape[1:]}."
    expect(model.input_shape[1:] == shape, hint)
    hint = f"For {classes} classes the output of one image has the shape ({classes},), not {model.output_shape[1:]}."
    expect(model.output_shape[1:] == (classes,), hint)
    count, channels = model.count_params(), shape[2]
    right = (channels + 1) * 512 + (512 + 1) * classes
    pooled = "Average over the whole map first: Flatten without pooling, or a small pool, gives the Dense layer too many inputs."
    expect(count <= 2 * right, f"The model has {count:,} parameters, and should have {right:,}. {pooled}")
    hint = "A Dense layer with 512 units and one with `classes` units, each with its biases, and no others have any."
    arrays = {array.shape: array for array in model.get_weights()}
    shapes = ((channels, 512), (512,), (512, classes), (classes,))
    same = count == right and set(arrays) == set(shapes)
    expect(same, f"The model has {count:,} parameters, and should have {right:,}. {hint}")
    dense = [arrays[shape] for shape in shapes]

    maps = np.random.default_rng(0).normal(0, 3, (6, *shape)).astype(np.float32)
    given = np.asarray(model(maps, training=False))

    def equals(pooled: np.ndarray, hidden: Callable, last: Callable) -> bool:
        first, first_bias, second, second_bias = dense
        return np.allclose(last(hidden(pooled @ first + first_bias) @ second + second_bias), given, atol=1e-3)

    mean = maps.mean((1, 2))
    expect(not equals(mean, _relu, _linear), "The outputs are not probabilities: the last layer needs softmax.")
    hint = "The outputs of an image do not add up to 1: the last layer has sigmoid, and should have softmax."
    expect(not equals(mean, _relu, _sigmoid), hint)
    expect(np.allclose(given.sum(1), 1, atol=1e-3), "The outputs of an image should add up to 1: end with softmax.")
    expect(not equals(mean, _linear, _softmax), "The Dense layer with 512 units needs the activation ReLU.")
    expect(not equals(maps.max((1, 2)), _relu, _softmax), "That is maximum pooling: take the average.")
    hint = "The outputs are not those of average pooling, Dense with ReLU and Dense with softmax: look at each layer again."
    expect(equals(mean, _relu, _softmax), hint)


def _linear(values: np.ndarray) -> np.ndarray:
    return values


def _relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _expect_dropout(model: Any) -> None:
    """Raise a hint unless one Dropout of 0.5 is between the two Dense layers."""
    from lib.core.framework import keras

    layers = [layer for layer in _layers(model) if isinstance(layer, keras.layers.Dense | keras.layers.Dropout)]
    rates = [layer.rate for layer in layers if isinstance(layer, keras.layers.Dropout)]
    expect(len(rates) > 0, "The Dropout layer is missing.")
    expect(len(rates) == 1, "There should be one Dropout layer only.")
    expect(rates == [0.5], f"The Dropout layer should drop 0.5, not {rates[0]:g}.")
    between = isinstance(layers[1], keras.layers.Dropout)
    expect(between, "The Dropout layer should be between the two Dense layers.")


def _layers(model: Any) -> list:
    """Give the layers of a model, in order, those of the models inside it too."""
    return [inner for layer in model.layers for inner in (_layers(layer) if hasattr(layer, "layers") else [layer])]


# A log as Keras's CSVLogger writes it. In each column another epoch is the best.
LOG = """\
epoch,accuracy,loss,val_accuracy,val_loss
0,0.41,13.1,0.42,10.5
1,0.52,12.0,0.31,9.8
2,0.58,11.2,0.55,9.2
3,0.63,10.7,0.58,9.6
4,0.66,10.1,0.71,9.7
5,0.69,8.8,0.66,11.0
6,0.74,7.9,0.69,9.9
"""


@exercise
def best_epoch(answer: Callable) -> None:
    """Check the epoch with the lowest validation loss.

    Args:
        answer: function of the rows of a log, each a dictionary of strings; gives a whole number.
    """
    rows = list(csv.DictReader(LOG.splitlines()))
    epoch = answer([dict(row) for row in rows])
    expect(not isinstance(epoch, dict), 'That is the whole row: return its "epoch", as an int.')
    expect(epoch != "2", 'That is the right epoch, but as text, "2": return int("2").')
    expect_number(epoch, "Return the number of an epoch, an int.")
    expect(epoch != 9.2, "That is the lowest validation loss itself: return the epoch in which it occurs.")
    expect(epoch != 0, 'The values are text, and "10.5" < "9.2" as text: compare float(row["val_loss"]).')
    expect(epoch != 6, "That is the lowest training loss (or the last epoch): compare `val_loss`.")
    expect(epoch != 4, "That is the highest validation accuracy: compare `val_loss`.")
    expect(epoch != 5, "That is the highest validation loss: find the lowest.")
    expect(epoch != 3, "That is one too many: return the value of the column `epoch`, which starts at 0.")
    expect(epoch == 2, f"The lowest validation loss of the log, 9.2, is in epoch 2, not {epoch}.")
    later = answer([dict(row, epoch=str(int(row["epoch"]) + 10)) for row in rows])
    hint = "Return the value of the column `epoch`, not the row's index: a log may start at epoch 10."
    expect(later not in (2, "2"), hint)
    expect(later == 12, f"In a log that starts at epoch 10 it returns {later} instead of 12.")
    expect(answer([dict(rows[5])]) == 5, "A log of one epoch has its best epoch too.")

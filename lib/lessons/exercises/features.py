"""The exercises of notebook 02: average pooling, counting weights, the decay, a small rate, a network's own input.

Example:
    lessons.check("global_average", global_average)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.core import imagenet
from lib.lessons.exercises import exercise, expect, expect_number

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
    expect(not np.allclose(result, maps.max((1, 2))), "That is the largest answer, not the mean of all.")
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

"""The checks of notebook 13's exercises: right answers of several kinds, and the hint for each mistake."""

import exercise_answers
import numpy as np
import pytest

from lib.core.framework import keras, tf

Schedule = keras.optimizers.schedules.LearningRateSchedule


def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def schedule(rate):
    """Make `warm_linear` from a function of the peak, all steps, the warm-up and a step."""

    class Made(Schedule):
        def __init__(self, *arguments):
            self.arguments = arguments

        def __call__(self, step):
            return rate(*self.arguments, step)

    return Made


def below_zero(peak, steps, warm_up, step):
    step = keras.ops.cast(step, "float32")
    return peak * keras.ops.minimum(step / warm_up if warm_up else 1.0, (steps - step) / (steps - warm_up))


def linear(peak, steps, warm_up, step):
    return keras.ops.maximum(below_zero(peak, steps, warm_up, step), 0.0)


def piecewise(peak, steps, warm_up, step):
    step = tf.minimum(tf.cast(step, tf.float32), steps)
    return tf.cond(
        step < warm_up, lambda: peak * step / max(warm_up, 1), lambda: peak * (steps - step) / (steps - warm_up)
    )


def cosine(peak, steps, warm_up, step):
    return keras.optimizers.schedules.CosineDecay(
        0.0 if warm_up else peak, steps - warm_up, warmup_target=peak if warm_up else None, warmup_steps=warm_up
    )(step)


def with_if(peak, steps, warm_up, step):
    if step < warm_up:
        return peak * step / warm_up
    return peak * (steps - step) / (steps - warm_up)


def uncast(peak, steps, warm_up, step):
    return keras.ops.minimum(peak * step / max(warm_up, 1), peak * (steps - step) / (steps - warm_up))


def no_warm_up(peak, steps, warm_up, step):
    return peak * (1 - keras.ops.cast(step, "float32") / steps)


def whole_length(peak, steps, warm_up, step):
    step = keras.ops.cast(step, "float32")
    return peak * keras.ops.where(step < warm_up, step / max(warm_up, 1), 1 - step / steps)


def divides(peak, steps, warm_up, step):
    step = keras.ops.cast(step, "float32")
    fall = keras.ops.maximum(steps - step, 0) / (steps - warm_up)
    return peak * keras.ops.minimum(step / (warm_up or np.float32(0)), fall)


RIGHT = [
    ("trainable_fraction", lambda model: count(model.trainable_weights) / count(model.weights)),
    ("trainable_fraction", lambda model: np.float32(count(model.trainable_variables) / model.count_params())),
    ("warm_linear", schedule(linear)),
    ("warm_linear", schedule(piecewise)),
]
TOLD = [
    ("trainable_fraction", lambda model: count(model.trainable_weights), "divide by how many"),
    ("trainable_fraction", lambda model: sum(layer.trainable for layer in model.layers) / 3, "fraction of the layers"),
    ("trainable_fraction", lambda model: len(model.trainable_weights) / len(model.weights), "weight arrays"),
    ("trainable_fraction", lambda model: 100 * count(model.trainable_weights) / count(model.weights), "percentage"),
    ("trainable_fraction", lambda model: count(model.non_trainable_weights) / count(model.weights), "not trainable"),
    ("trainable_fraction",
     lambda model: count(model.trainable_weights) / count(model.non_trainable_weights), "Divide by all"),
    ("trainable_fraction",
     lambda model: sum(layer.count_params() for layer in model.layers if layer.trainable) / model.count_params(),
     "running mean"),
    ("trainable_fraction", lambda model: 0.5, "40 of 128"),
    ("trainable_fraction", lambda model: 40 / 128, "A model can be a layer"),
    ("warm_linear", lambda *arguments: schedule(linear), "not the class"),
    ("warm_linear", lambda peak, steps, warm_up: lambda step: peak, "derived from"),
    ("warm_linear", schedule(cosine), "straight line"),
    ("warm_linear", schedule(with_if), "float"),
    ("warm_linear", schedule(uncast), "float"),
    ("warm_linear", schedule(no_warm_up), "step 0"),
    ("warm_linear", schedule(whole_length), "At the end of the warm-up"),
    ("warm_linear", schedule(divides), "warm_up 0"),
    ("warm_linear", schedule(below_zero), "stays at 0"),
]  # fmt: skip


@pytest.mark.parametrize("name, answer", RIGHT, ids=exercise_answers.names(RIGHT))
def test_every_right_answer_is_right(name, answer):
    exercise_answers.is_right(name, answer)


@pytest.mark.parametrize("name, answer, words", TOLD, ids=exercise_answers.names(TOLD))
def test_the_hint_names_the_mistake(name, answer, words):
    exercise_answers.gets_hint(name, answer, words)

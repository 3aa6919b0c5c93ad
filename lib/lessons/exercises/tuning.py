"""The exercises of notebooks 03 and 13: unfreezing, trainable parameters, a learning rate schedule.

Example:
    lessons.check("unfreeze", unfreeze)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import Hint, exercise, expect
from lib.lessons.exercises._compiled import expect_compiled


@exercise
def trainable_fraction(answer: Callable) -> None:
    """Check the fraction of a model's parameters that is trainable.

    Args:
        answer: function of a Keras model; gives 0 to 1.
    """
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    def model(frozen: str = "", inner_frozen: bool = False) -> Any:
        """80 + 16 + 32 parameters, of which batch normalisation measures 8; the last layer is a model."""
        inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.Dense(3, use_bias=False)])
        inner.layers[0].trainable = not inner_frozen
        layers = [keras.layers.Dense(4, name="first"), keras.layers.BatchNormalization(name="norm"), inner]
        made = keras.Sequential([keras.Input((19,)), *layers])
        for layer in made.layers:
            layer.trainable = layer.trainable and layer.name != frozen
        return made

    whole = model("first")
    flags = [layer.trainable for layer in whole.layers]
    share = answer(whole)
    expect([layer.trainable for layer in whole.layers] == flags, "It changes what is trainable: only count.")
    expect(share != 40, "That is how many parameters are trainable: divide by how many there are.")
    expect(share != 2 / 3, "That is the fraction of the layers: a layer counts with its parameters.")
    expect(not np.isclose(share, 5 / 9), "That is the fraction of the weight arrays: count the numbers in each.")
    expect(not np.isclose(share, 100 * 40 / 128), "Nearly: give a fraction from 0 to 1, not a percentage.")
    expect(not np.isclose(share, 88 / 128), "That is the fraction that is not trainable.")
    expect(not np.isclose(share, 40 / 88), "Divide by all parameters, the trainable ones among them.")
    hint = "The running mean and variance of batch normalisation are never trainable: take `trainable_weights`."
    expect(not np.isclose(share, 48 / 128), hint)
    expect(np.isclose(share, 40 / 128), "Here 40 of 128 parameters are trainable, which is 0.3125.")
    hint = "A model can be a layer of another: in it, too, a layer may be frozen (`trainable_weights` knows)."
    expect(np.isclose(answer(model(inner_frozen=True)), (80 + 8 + 12) / 128), hint)
    frozen = model()
    frozen.trainable = False
    expect(answer(frozen) == 0, "Where nothing is trainable the fraction is 0.")


@exercise
def warm_linear(answer: Callable) -> None:
    """Check a learning rate schedule: a warm-up in equal parts, then a straight line down to 0.

    Args:
        answer: function of the peak, all steps, and the steps of the warm-up; gives a Keras schedule.
    """
    from lib.core.framework import keras

    schedule = answer(0.1, 100, 10)
    hint = "Return an instance of a class that is derived from keras.optimizers.schedules.LearningRateSchedule."
    expect(not isinstance(schedule, type), "Return an instance, not the class: add the brackets.")
    expect(isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule), hint)

    def rate(schedule: Any, step: int) -> float:
        return float(_in_graph(schedule, step))

    expect(np.isclose(rate(schedule, 0), 0), "Before the first step (step 0) the learning rate is 0.")
    expect(
        not np.isclose(rate(schedule, 5), 0.1),
        "The learning rate does not begin at its peak: it rises over the warm-up.",
    )
    expect(np.isclose(rate(schedule, 5), 0.05), "Half of the warm-up gives half of the peak: peak · step / warm_up.")
    expect(np.isclose(rate(schedule, 10), 0.1), "At the end of the warm-up the learning rate is at its peak.")
    middle = rate(schedule, 55)
    hint = (
        "The fall takes what the warm-up leaves of the steps: halfway from step 10 to 100, at 55, it is half the peak."
    )
    expect(np.isclose(middle, 0.05), hint)
    quarter = rate(schedule, 28)
    expect(not np.isclose(quarter, 0.05 * (1 + np.cos(0.2 * np.pi))), "That is the cosine: fall in a straight line.")
    expect(np.isclose(quarter, 0.08), "A fifth of the way down, at step 28, the learning rate is 0.08.")
    expect(np.isclose(rate(schedule, 100), 0, atol=1e-8), "After the last step the learning rate is 0.")
    hint = "After the last step the learning rate stays at 0: a negative one would climb the loss (keras.ops.maximum)."
    expect(np.isclose(rate(schedule, 120), 0, atol=1e-8), hint)
    none = rate(answer(0.3, 40, 0), 0)
    hint = "With warm_up 0 the fall begins at once: step 0 is at the peak. (Do not divide by 0.)"
    expect(np.isclose(none, 0.3), hint)
    expect(np.isclose(rate(answer(2.0, 30, 20), 25), 1.0), "It should hold for any peak: halfway down from 2 it is 1.")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(answer(0.1, 10, 2)), "mse")
    model.fit(np.zeros((4, 2)), np.zeros((4, 1)), batch_size=2, verbose=0)


def _in_graph(schedule: Any, step: int) -> Any:
    """Compute a rate as Keras does in training, where the step is a tensor without a value yet."""
    from lib.core.framework import tf

    try:
        return tf.function(schedule)(tf.constant(step, tf.int64))
    except tf.errors.OperatorNotAllowedInGraphError as error:
        hint = "In training, `step` is a tensor that has no value yet: no `if` on it; use keras.ops.where."
        raise Hint(hint) from error
    except (TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        hint = 'In training, `step` is a tensor of whole numbers: make it a float with keras.ops.cast(step, "float32")'
        raise Hint(f"{hint} and compute with keras.ops. ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120]


@exercise
def unfreeze(answer: Callable) -> None:
    """Check layers made trainable from one on, and the model compiled again.

    Args:
        answer: function of a Keras model and a layer's name; gives the model.
    """
    names = ["dense_1", "dense_2", "dense_3", "dense_4"]
    model, compiled = _four_layers(names, trainable=False)
    expect(answer(model, "dense_3") is model, "Return the model that was given.")
    flags = _flags(model)
    hint = (
        "The layers from `first` on are still frozen: set `layer.trainable = True` for each of them. "
        "(`model.trainable = True` does nothing where it is True already.)"
    )
    expect(any(flags), hint)
    expect(not all(flags), "All layers are trainable: the layers before `first` should stay frozen.")
    expect(flags != [True, True, False, False], "The wrong half: the layers from `first` on should be trainable.")
    expect(flags != [False, False, False, True], "The layer that is named `first` should be trainable too.")
    expect(flags != [False, False, True, False], "Only `first` is trainable: all layers after it should be, too.")
    expect(flags == [False, False, True, True], f"From dense_3 on two of four layers are trainable, not {flags}.")
    expect(
        len(compiled) > 0, "The model is not compiled again: only then does Keras train the layers that you unfroze."
    )
    hint = (
        "Change `trainable` first and compile last: Keras documents that a change after `compile` has no effect. "
        "(It has one as long as the model has not trained; do not rely on it.)"
    )
    expect(compiled[-1] == flags, hint)
    expect_compiled(model)
    rate = float(model.optimizer.learning_rate)
    expect(abs(rate - 0.001) < 1e-6, f"The learning rate should be 0.001, not {rate:g}.")
    expect(model.trainable, "The model itself is frozen, so nothing in it is trained: set model.trainable to True.")
    moved = _moved(model)
    hint = f"One batch of training should change the kernels of dense_3 and dense_4 alone; changed: {moved}."
    expect(moved == flags, hint)

    model, _ = _four_layers(names, trainable=True)
    answer(model, "dense_3")
    hint = "In a model whose layers are all trainable, those before `first` stay so: set them to False."
    expect(_flags(model) == [False, False, True, True], hint)
    model, _ = _four_layers(["dense_10", "dense_1", "dense_2", "dense_0"], trainable=False)
    answer(model, "dense_1")
    hint = "dense_10 is not dense_1, and names need not be in order: compare whole names, then count layers."
    expect(_flags(model) == [False, True, True, True], hint)


def _flags(model: Any) -> list[bool]:
    return [layer.trainable for layer in model.layers]


def _four_layers(names: list[str], trainable: bool) -> tuple[Any, list[list[bool]]]:
    """Make a compiled model of four Dense layers: gives it and, for each later compile, the layers' `trainable`."""
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    layers = [keras.layers.Dense(3, name=name, trainable=trainable) for name in names]
    layers[-1].activation = keras.activations.softmax
    model = keras.Sequential([keras.Input((3,)), *layers])
    chance = np.random.default_rng(0)
    model.set_weights([chance.normal(size=array.shape) for array in model.get_weights()])
    model.compile("adam", "categorical_crossentropy")
    plain_compile, compiled = model.compile, []

    def compile_and_note(*arguments: Any, **named: Any) -> None:
        plain_compile(*arguments, **named)
        compiled.append(_flags(model))

    model.compile = compile_and_note
    return model, compiled


def _moved(model: Any) -> list[bool]:
    """Train one batch: gives for each layer whether its kernel has changed."""
    before = [layer.get_weights()[0] for layer in model.layers]
    model.run_eagerly = True  # a graph for one batch would take longer to make than to run
    model.train_on_batch(np.random.default_rng(1).normal(size=(6, 3)), np.eye(3)[[0, 1, 2, 0, 1, 2]])
    return [not np.array_equal(old, layer.get_weights()[0]) for old, layer in zip(before, model.layers)]

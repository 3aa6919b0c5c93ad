"""The exercises of notebooks 03 and 13: trainable layers and parameters, unfreezing, warm-up, the learning rate.

Example:
    lessons.check("may_move", may_move)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect, expect_number
from lib.lessons.exercises._compiled import expect_compiled


@exercise
def free_share(answer: Callable) -> None:
    """Check the fraction of all parameters that is trainable.

    Args:
        answer: function of layers [(name, parameters, trainable)]; gives 0 to 1.
    """
    layers = [("conv1", 200, False), ("norm1", 20, False), ("conv2", 600, True), ("dense", 180, True)]
    given = list(layers)
    share = answer(given)
    expect(given == layers, "It changes the list that it was given: leave it as it is.")
    expect(share != 780, "That is how many numbers may move: divide by how many there are.")
    expect(share != 2 / 4, "That is the share of the layers: a layer counts with its numbers.")
    expect(not np.isclose(share, 78), "Nearly: give a share between 0 and 1, not a percentage.")
    expect(not np.isclose(share, 0.22), "That is the share that stays: give the one that may move.")
    expect(not np.isclose(share, 780 / 220), "Divide by all the numbers, the free ones among them.")
    expect(np.isclose(share, 0.78), "200 + 20 numbers stay and 600 + 180 may move: the share is 780 / 1000.")
    expect(answer([("conv", 5, False)]) == 0, "Where no layer is trainable the share is 0.")
    expect(answer([("conv", 5, True)]) == 1, "Where every layer is trainable the share is 1.")
    relu = [("conv", 5, True), ("relu", 0, False)]
    expect(answer(relu) == 1, "A layer without numbers changes nothing, whether it is trainable or not.")


NAMES = ("conv1", "conv1_norm", "relu1", "conv2", "conv2_norm", "relu2", "conv3", "conv3_norm")


@exercise
def may_move(answer: Callable) -> None:
    """Check which layers are trainable: from one on, except for those whose names end in _norm.

    Args:
        answer: function of the layers' names and the first to unfreeze; gives a flag for each.
    """
    names = list(NAMES)
    flags = answer(names, "conv2")
    expect(names == list(NAMES), "It changes the list of names that it was given: leave it as it is.")
    flags = list(flags)
    expect(len(flags) == 8, f"Give a flag for every layer: 8 names, and not {len(flags)}.")
    expect(not any(isinstance(flag, str) for flag in flags), "Give True or False for each layer, not its name.")
    expect(not any(flags[:3]), "Layers before the first one to unfreeze stay frozen.")
    expect(flags[3], "The layer that is named `first` is itself unfrozen.")
    expect(not (flags[4] or flags[7]), "A layer whose name ends in _norm stays frozen, wherever it stands.")
    expect(flags[6], "All layers from `first` on may move, to the very end.")
    right = [False, False, False, True, False, True, True, False]
    expect(flags == right, "From the layer `first` on all may move, but for those whose name ends in _norm.")
    expect(next(iter(answer(names, "conv1"))), "Unfrozen from the very first layer, that one may move too.")
    after = list(answer(names, "conv1_norm"))
    expect(not after[1] and after[2], "Where `first` is itself a normalisation, that one stays and the next may move.")
    named = list(answer(["norm_free_conv", "block2_norm_conv"], "norm_free_conv"))
    expect(named == [True, True], "Look at how a name ends, not at what is in it: block2_norm_conv may move.")
    last = list(answer(["conv10", "conv1"], "conv1"))
    expect(last == [False, True], "conv10 is not conv1: look for the whole name.")


@exercise
def warm_up_steps(answer: Any) -> None:
    """Check a tenth of the steps of 500 photographs in batches of 32, over 20 epochs.

    Args:
        answer: a whole number.
    """
    expect_number(answer)
    hint = "The last, smaller batch of an epoch is a step too: how many batches hold 500 photographs?"
    expect(answer not in (30, 31, 31.25, 312, 312.5), hint)
    expect(answer not in (300, 320), "That is all the steps of the training: the warm-up is a tenth of them.")
    expect(answer not in (1.5, 1.6), "That is a tenth of one epoch: there are 20 of them.")
    expect(answer != 1000, "A step is a batch of 32 photographs, not one.")
    expect(answer != 2, "That is how many epochs the warm-up lasts: count its steps.")
    expect(answer == 32, "Count the batches of an epoch, take 20 times as many, and of these a tenth.")


@exercise
def warm_cosine(answer: Callable) -> None:
    """Check a warm-up in equal parts, then half a cosine down to 0.

    Args:
        answer: function of the peak, all steps, the steps of the warm-up, and the step; gives the learning rate.
    """
    expect(np.isclose(answer(0.1, 100, 10, 0), 0), "Before the first step (step 0) the rate is 0.")
    early = float(answer(0.1, 100, 10, 5))
    expect(not np.isclose(early, 0.1), "The rate does not begin at its peak: it rises over the warm-up.")
    expect(np.isclose(early, 0.05), "Half of the warm-up gives half of the peak: peak · step / warm_up.")
    expect(np.isclose(answer(0.1, 100, 10, 10), 0.1), "At the end of the warm-up the rate is at its peak.")
    middle = float(answer(0.1, 100, 10, 55))
    whole = 0.05 * (1 + np.cos(np.pi * 55 / 100))
    expect(
        not np.isclose(middle, whole), "The fall begins at the end of the warm-up: count steps and length from there."
    )
    late = 0.05 * (1 + np.cos(np.pi * 45 / 100))
    expect(not np.isclose(middle, late), "The fall takes what the warm-up leaves of the steps: steps - warm_up.")
    expect(
        not np.isclose(middle, 0.1 * np.cos(np.pi / 2), atol=1e-6), "Half of (1 + cos …): a cosine alone goes below 0."
    )
    expect(not np.isclose(middle, 0.1), "Take half of (1 + cos …): halfway down, the rate is half of its peak.")
    expect(np.isclose(middle, 0.05), "Halfway through the fall, here at step 55, the rate is half of its peak.")
    expect(not np.isclose(answer(0.1, 90, 10, 30), 0.075), "That is a straight line down: the fall follows a cosine.")
    quarter = 0.05 * (1 + np.cos(np.pi / 4))
    expect(np.isclose(answer(0.1, 90, 10, 30), quarter), "A quarter of the way down the cosine is that of π/4.")
    expect(np.isclose(answer(0.1, 100, 10, 100), 0, atol=1e-9), "After the last step the rate is 0.")
    expect(np.isclose(_without_warm_up(answer), 0.3), "With warm_up 0 the fall begins at once: step 0 is at the peak.")
    expect(np.isclose(answer(2.0, 30, 20, 25), 1.0), "It should hold for any peak: halfway down from 2 it is 1.")


def _without_warm_up(answer: Callable) -> Any:
    """The rate at step 0 without warm-up. Raises Hint where the answer divides by the warm-up's 0 steps."""
    try:
        return answer(0.3, 40, 0, 0)
    except AnswerError as error:
        if not isinstance(error.__cause__, ZeroDivisionError):
            raise
        hint = "With warm_up 0 it divides by 0: step 0 then belongs to the fall, not to the rise, and is at the peak."
        raise Hint(hint) from error


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

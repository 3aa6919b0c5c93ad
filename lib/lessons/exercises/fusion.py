"""The exercises of notebook 07: blocks of frames, frames in reach, weights in 3-D, the centre, a clip's name, an LSTM.

Example:
    lessons.check("name_of_clip", name_of_clip)
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lib.lessons.exercises import AnswerError, Hint, exercise, expect, is_uneven


@exercise
def cut(answer: Callable) -> None:
    """Check a clip cut into blocks, one every `step` frames.

    Args:
        answer: function of frames (n, height, width, 3), length and step; gives (k, length, height, width, 3).
    """
    frames = np.arange(10 * 2 * 4 * 3, dtype=np.uint8).reshape(10, 2, 4, 3)
    blocks = _blocks(answer, frames, 4, 2)
    expect(blocks.ndim == 5, "Blocks in a row have five axes: block, frame, height, width, channel.")
    expect(blocks.shape[1] == 4, "Axis 1 counts the frames of one block, and there should be `length` of them.")
    expect(len(blocks) != 7, "A block begins every `step` frames, not at every frame.")
    expect(len(blocks) != 3 or not np.array_equal(blocks[0], frames[:4]), "The last block that fits is missing.")
    expect(len(blocks) != 2, "Blocks may overlap: the next one begins `step` frames later, not `length`.")
    expect(len(blocks) == 4, "10 frames hold 4 blocks of 4 that begin at frames 0, 2, 4 and 6.")
    expect(blocks.dtype == np.uint8, "The numbers should stay as they are, uint8.")
    expect(np.array_equal(blocks[1], frames[2:6]), "With step 2 the second block should begin at frame 2.")
    rest = _blocks(answer, frames, 3, 4)
    expect(len(rest) == 2 and rest.shape[1:] == (3, 2, 4, 3), "Blocks of 3 every 4 frames: they begin at 0 and 4.")
    expect(len(_blocks(answer, frames, 10, 1)) == 1, "A clip that is exactly one block long is one block.")
    for short in (3, 1):
        try:
            none = answer(frames[:short], 4, 1)
        except AnswerError as error:
            raise Hint("A clip that is too short has no block: give an empty array, not an error.") from error
        expect(len(none) == 0, "A clip that is shorter than a block has no block.")


def _blocks(answer: Callable, *given: Any) -> np.ndarray:
    try:
        return np.asarray(answer(*given))
    except (AnswerError, ValueError) as error:
        expect(not is_uneven(error), "The last pieces are shorter than `length`: stop when no whole block fits.")
        raise


@exercise
def frames_seen(answer: Any) -> None:
    """Check how many frames an output of layer 2 sees: 2 outputs of layer 1, frames 0 to 2 and 2 to 4.

    Args:
        answer: a whole number.
    """
    expect(answer != 2, "It takes 2 outputs of the first layer, but each of those has seen several frames.")
    expect(answer != 6, "Nearly: the two outputs below it share a frame, since they are 2 frames apart.")
    expect(answer != 9, "That is the third layer: the second has two outputs, each of which has seen a part.")
    expect(answer != 4, "Count from the first frame of the left output to the last frame of the right one.")
    expect(answer == 5, "The left output has seen frames 1 to 3, its neighbour begins 2 frames later.")


@exercise
def conv3d_parameters(answer: Callable) -> None:
    """Check the parameters of Conv3D(filters, size).

    Args:
        answer: function of the size (3,), channels and filters; gives a whole number.
    """
    count = answer((3, 5, 5), 3, 14)
    expect(count != 3 * 5 * 5 * 3 * 14, "The biases are missing: one for each filter.")
    hint = "A filter reaches over 3 frames, and in each of them over 3 channels: the 3 counts twice."
    expect(count != 5 * 5 * 3 * 14 + 14, hint)
    expect(count != 3 * 5 * 5 * 3 + 1, "That is one filter alone.")
    expect(count == 3 * 5 * 5 * 3 * 14 + 14, "A filter has time × height × width × channels weights and one bias.")
    expect(answer((2, 3, 3), 14, 28) == 2 * 3 * 3 * 14 * 28 + 28, "It should hold for the second layer's sizes too.")
    expect(answer((1, 1, 1), 1, 1) == 2, "One weight and one bias make 2.")


@exercise
def centre(answer: Callable) -> None:
    """Check the middle of frames.

    Args:
        answer: function of frames (..., height, width, 3), height and width; gives that part of them.
    """
    block = np.arange(2 * 6 * 8 * 3).reshape(2, 6, 8, 3)
    middle = np.asarray(answer(block, 2, 4))
    expect(middle.shape != (2, 4, 2, 3), "The height comes before the width.")
    expect(middle.shape[:1] == (2,) and middle.ndim == 4, "The frames are on axis 0; none of them goes, and no axis.")
    expect(middle.shape == (2, 2, 4, 3), f"Two frames cut to 2 × 4 have the shape (2, 2, 4, 3), not {middle.shape}.")
    expect(not np.array_equal(middle, block[:, :2, :4]), "That is the corner at the top left: begin further in.")
    expect(
        not np.array_equal(middle, block[:, ::3, ::2]), "That leaves pixels out all over: cut a piece, without gaps."
    )
    expect(np.array_equal(middle, block[:, 2:4, 2:6]), "As much should be cut off at the left as at the right.")
    one = answer(block[0], 2, 2)
    expect(np.array_equal(one, block[0, 2:4, 3:5]), "It should take a single frame (height, width, 3) as well.")
    expect(np.array_equal(answer(block[0], 6, 8), block[0]), "A piece as large as the frame is the frame.")


@exercise
def name_of_clip(answer: Callable) -> None:
    """Check the class with the highest mean score over a clip.

    Args:
        answer: function of scores (n, k) and k class names; gives one name.
    """
    classes = ("golf", "chess", "tennis")
    unsure = np.array([[0.4, 0.35, 0.25], [0.4, 0.35, 0.25], [0.05, 0.9, 0.05]])
    name = answer(unsure, classes)
    expect(not isinstance(name, int | np.integer), "Give the name of the class, not its number.")
    expect(isinstance(name, str), "Give one name for the whole clip, not one for each block.")
    sure = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.125, 0.75, 0.125]])  # the sum of each row is exact
    expect(answer(sure, classes) == "chess", "Average over the blocks: axis 0.")
    expect(
        name != "golf", "Two unsure blocks outvote a sure one when you count votes: average the scores, then choose."
    )
    expect(name == "chess", "The mean of the scores over the blocks (axis 0) is highest for chess here.")
    single = np.array([[0.1, 0.2, 0.7]])
    expect(answer(single, classes) == "tennis", "A clip of one block has that block's name.")
    later = np.array([[0.6, 0.2, 0.2], [0.2, 0.5, 0.3]])
    expect(answer(later, classes) == "golf", "Every block counts alike, not the last one alone.")
    single = np.array([[0.0, 0.7, 0.3], [0.65, 0.0, 0.35], [0.6, 0.1, 0.3]])
    expect(answer(single, classes) == "golf", "The mean counts, not the highest score of a single block.")


@exercise
def recurrent(answer: Callable) -> None:
    """Check a network with one convolutional tower for every frame and an LSTM over their features.

    Args:
        answer: function of frames, height, width and classes; gives a Keras model.
    """
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    model = answer(4, 24, 32, 3)
    expect(isinstance(model, keras.Model), f"Return a Keras model, not a {type(model).__name__}.")
    expect(
        model.built,
        "The model does not know the shape of its input: start with `keras.Input((frames, height, width, 3))`.",
    )
    shape = model.input_shape[1:]
    expect(shape == (4, 24, 32, 3), f"The input should be a block of shape (4, 24, 32, 3), not {shape}.")
    shape = model.output_shape[1:]
    hint = " The LSTM should give its last output alone (return_sequences=False)." if shape == (4, 3) else ""
    expect(shape == (3,), f"For 3 classes the output of one block has the shape (3,), not {shape}.{hint}")
    layers = list(_inside(model))
    expect(
        any(isinstance(layer, keras.layers.RNN) for layer in layers), "A recurrent layer is missing: keras.layers.LSTM."
    )
    expect(any(isinstance(layer, keras.layers.Conv2D) for layer in layers), "The tower needs at least one Conv2D.")
    hint = (
        "With more frames the model has more parameters: use one tower for all frames (keras.layers.TimeDistributed)."
    )
    expect(answer(6, 24, 32, 3).count_params() == model.count_params(), hint)
    other = answer(4, 40, 32, 2)
    right = other.input_shape == (None, 4, 40, 32, 3) and other.output_shape == (None, 2)
    expect(right, "It should work for other heights and numbers of classes, too: use all arguments.")
    # dark frames: bright ones can saturate a network that does not scale its input, which hides a frame's influence
    block = np.random.default_rng(0).integers(0, 17, (2, 4, 24, 32, 3)).astype(np.float32)
    given = np.asarray(model(block, training=False))
    expect(np.allclose(given.sum(axis=1), 1, atol=1e-3), "The outputs of a block should add up to 1: end with softmax.")
    for frame in range(4):
        changed = block.copy()
        changed[:, frame] = 16 - changed[:, frame]
        hint = f"Frame {frame} of 4, counted from 0, has no influence on the output: all frames go into the LSTM."
        expect(not np.allclose(model(changed, training=False), given, atol=1e-7), hint)
    expect(
        not np.allclose(model(block[:, ::-1], training=False), given, atol=1e-7),
        "Played backwards a block gives the same output: the LSTM should run over time, one step for each frame.",
    )


def _inside(layer: Any) -> Iterator[Any]:
    """Give the layers of a model, those of models and of wrappers inside it too."""
    for inner in getattr(layer, "layers", ()):
        yield inner
        yield from _inside(inner)
    for name in ("layer", "forward_layer"):  # of TimeDistributed and Bidirectional
        if hasattr(layer, name):
            yield getattr(layer, name)
            yield from _inside(getattr(layer, name))

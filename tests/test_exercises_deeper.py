"""The checks of the exercises with OpenCV and Keras in 06 and 07: right answers, and the hint for each mistake."""

import cv2
import exercise_answers
import numpy as np
import pytest

from lib.core.framework import keras

layers = keras.layers


def matcher(*faults):
    """Make `count_matches`, right but for its faults."""

    def count_matches(image, other, ratio):
        if "swapped" in faults:
            image, other = other, image
        sift = cv2.SIFT_create()
        first, second = (sift.detectAndCompute(each, None)[1] for each in (image, other))
        if (first is None or second is None) and "none" not in faults:
            return 0
        pairs = cv2.BFMatcher().knnMatch(first, second, k=2)
        if "one" not in faults:
            pairs = [pair for pair in pairs if len(pair) == 2]
        ratio = 0.75 if "fixed" in faults else 1 / ratio if "turned" in faults else ratio
        matches = [near for near, far in pairs if near.distance < ratio * far.distance]
        return matches if "list" in faults else len(pairs) if "all" in faults else len(matches)

    return count_matches


def by_numpy(image, other, ratio):
    """Without a matcher: all distances at once."""
    first, second = (cv2.SIFT_create().detectAndCompute(each, None)[1] for each in (image, other))
    if first is None or second is None or len(second) < 2:
        return 0
    squares = (first**2).sum(1)[:, None] + (second**2).sum(1) - 2 * first @ second.T
    near, far = np.sqrt(np.sort(squares.clip(0), axis=1)[:, :2].T)
    return (near < ratio * far).sum()


def network(*faults, cell=layers.LSTM, last="softmax"):
    """Make `recurrent`, right but for its faults."""

    def recurrent(frames, height, width, classes):
        height = 24 if "fixed" in faults else height
        block = keras.Input((frames, height, width, 3))
        tower = [layers.Flatten()] if "dense" in faults else [layers.Conv2D(4, 5, 2), layers.GlobalMaxPooling2D()]
        x = block[:, -1:] if "last frame" in faults else block
        if "own towers" in faults:
            each = [layers.Conv2D(4, 5, 2)(x[:, frame]) for frame in range(frames)]
            x = keras.ops.stack([layers.GlobalMaxPooling2D()(one) for one in each], axis=1)
        else:
            x = layers.TimeDistributed(keras.Sequential([layers.Rescaling(1 / 255), *tower]))(x)
        if "mean" in faults:
            x = layers.Reshape((1, 4))(layers.GlobalAveragePooling1D()(x))
        x = layers.GlobalMaxPooling1D()(x) if "no memory" in faults else cell(8, return_sequences="every" in faults)(x)
        return keras.Model(block, layers.Dense(classes, activation=last)(x))

    return recurrent


def two_ways(frames, height, width, classes):
    tower = keras.Sequential([layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()])
    return keras.Sequential(
        [
            keras.Input((frames, height, width, 3)),
            layers.TimeDistributed(tower),
            layers.Bidirectional(layers.LSTM(4)),
            layers.Dense(classes),
            layers.Softmax(),
        ]
    )


def without_input(frames, height, width, classes):
    return keras.Sequential([layers.TimeDistributed(layers.Conv2D(4, 3)), layers.Flatten(), layers.Dense(classes)])


RIGHT = [
    ("count_matches", matcher()),
    ("count_matches", by_numpy),
    ("recurrent", network()),
    ("recurrent", network(cell=layers.GRU)),
    ("recurrent", two_ways),
]
TOLD = [
    ("count_matches", matcher("list"), "the number of matches"),
    ("count_matches", matcher("all"), "every key point"),
    ("count_matches", matcher("turned"), "every key point"),
    ("count_matches", matcher("swapped"), "other way round"),
    ("count_matches", matcher("fixed"), "use the argument `ratio`"),
    ("count_matches", matcher("none"), "None in the place of descriptors"),
    ("count_matches", matcher("one"), "no second nearest"),
    ("count_matches", lambda image, other, ratio: 0, "Hardly any match"),
    ("count_matches", lambda image, other, ratio: 100, "you count 100"),
    ("recurrent", lambda *sizes: "a model", "a Keras model"),
    ("recurrent", without_input, "shape of its input"),
    ("recurrent", lambda frames, *rest: network()(frames + 1, *rest), "a block of shape"),
    ("recurrent", lambda *sizes: network()(*sizes[:3], 4), "output of one block"),
    ("recurrent", network("every"), "return_sequences=False"),
    ("recurrent", network("no memory"), "recurrent layer is missing"),
    ("recurrent", network("dense"), "Conv2D"),
    ("recurrent", network("own towers"), "TimeDistributed"),
    ("recurrent", network("fixed"), "other heights"),
    ("recurrent", network(last="sigmoid"), "add up to 1"),
    ("recurrent", network("last frame"), "Frame 0 of 4"),
    ("recurrent", network("mean"), "Played backwards"),
]


@pytest.mark.parametrize("name, answer", RIGHT, ids=exercise_answers.names(RIGHT))
def test_every_right_answer_is_right(name, answer):
    exercise_answers.is_right(name, answer)


@pytest.mark.parametrize("name, answer, words", TOLD, ids=exercise_answers.names(TOLD))
def test_the_hint_names_the_mistake(name, answer, words):
    exercise_answers.gets_hint(name, answer, words)

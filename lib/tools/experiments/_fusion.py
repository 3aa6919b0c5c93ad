"""Small networks that look at one frame of a block or fuse several, their two tasks, and their training.

There are two tasks on blocks: which way the cars drive, which no single frame shows, since every block is there
as filmed and played backwards; and which event it is. The ways to fuse are those of A. Karpathy et al., "Large-scale
video classification with convolutional neural networks" (CVPR 2014), made so small that each trains in seconds. The
networks stand in notebook 07 too; a test keeps the two alike.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.core.framework import keras
from lib.sample.blocks import CAR_SHOTS, EVENT_SHOTS, FRAMES, HEIGHT, WIDTH, cars, events

layers = keras.layers

EPOCHS, BATCH, RATE = 12, 32, 2e-3


# The two questions


@dataclass(frozen=True)
class Task:
    """Training and held-out blocks with their labels. No shot is in both."""

    train_x: np.ndarray
    train_y: np.ndarray
    held_x: np.ndarray
    held_y: np.ndarray


def which_way(seed: int, backwards: bool = True) -> Task:
    """Which way do the cars drive? Blocks as filmed and, with `backwards`, played backwards; for training mirrored too."""
    blocks, ways = cars(seed)
    turned = both_ways if backwards else lambda *same: same
    train, held = slice(CAR_SHOTS[0]), slice(CAR_SHOTS[0], None)
    train_x, train_y = turned(blocks[train], ways[train])
    return Task(mirrored(train_x), np.concatenate([train_y, 1 - train_y]), *turned(blocks[held], ways[held]))


def which_event(seed: int) -> Task:
    """Which event is it? For training each block is mirrored too."""
    blocks, labels, _ = events(seed)
    train, held = slice(3 * EVENT_SHOTS[0]), slice(3 * EVENT_SHOTS[0], None)
    return Task(mirrored(blocks[train]), np.tile(labels[train], 2), blocks[held], labels[held])


def both_ways(blocks: np.ndarray, ways: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each block as filmed and played backwards, after which what went left goes right."""
    return np.concatenate([blocks, blocks[:, ::-1]]), np.concatenate([ways, 1 - ways])


def mirrored(blocks: np.ndarray) -> np.ndarray:
    """Blocks, and after them all of them with left and right exchanged."""
    return np.concatenate([blocks, blocks[:, :, :, ::-1]])


# Networks: each takes blocks and gives a probability for every class


def start() -> tuple["keras.KerasTensor", "keras.KerasTensor"]:
    """The input, and its numbers from -1 to 1."""
    block = keras.Input((FRAMES, HEIGHT, WIDTH, 3), dtype="uint8")
    return block, layers.Rescaling(1 / 127.5, -1)(block)


def conv_stack(frame: "keras.KerasTensor", width: int) -> "keras.KerasTensor":
    """Three convolutions, each of which halves height and width."""
    for filters, size in ((width, 5), (2 * width, 3), (2 * width, 3)):
        frame = layers.Conv2D(filters, size, strides=2, activation="relu")(frame)
    return frame


def pooled_features(frame: "keras.KerasTensor", width: int) -> "keras.KerasTensor":
    """How strongly each filter responds, at its strongest position in the frame."""
    return layers.GlobalMaxPooling2D()(conv_stack(frame, width))


def classification_head(block: "keras.KerasTensor", features: "keras.KerasTensor", classes: int) -> "keras.Model":
    """From features to probabilities."""
    features = layers.Dense(32, activation="relu")(features)
    features = layers.Dropout(0.3)(features)
    return keras.Model(block, layers.Dense(classes, activation="softmax")(features))


def single_frame(classes: int, width: int = 20) -> "keras.Model":
    """The frame in the middle, alone."""
    block, x = start()
    return classification_head(block, pooled_features(x[:, FRAMES // 2], width), classes)


def early_fusion(classes: int, width: int = 16) -> "keras.Model":
    """All frames at once: the first layer sees 9 × 3 channels."""
    block, x = start()
    x = layers.Permute((2, 3, 1, 4))(x)
    x = layers.Reshape((HEIGHT, WIDTH, FRAMES * 3))(x)
    return classification_head(block, pooled_features(x, width), classes)


def late_fusion(classes: int, width: int = 20) -> "keras.Model":
    """The first and the last frame through the same tower; their features meet before the output."""
    block, x = start()
    frame = keras.Input((HEIGHT, WIDTH, 3))
    shared = keras.Model(frame, pooled_features(frame, width))
    both = layers.Concatenate()([shared(x[:, 0]), shared(x[:, -1])])
    return classification_head(block, both, classes)


def slow_fusion(classes: int, width: int = 14) -> "keras.Model":
    """Neighbouring frames meet in every layer: 9 frames become 4, then 2, then 1."""
    block, x = start()
    for filters, size in ((width, (3, 5, 5)), (2 * width, (2, 3, 3)), (2 * width, (2, 3, 3))):
        x = layers.Conv3D(filters, size, strides=2, activation="relu")(x)
    return classification_head(block, layers.GlobalMaxPooling3D()(x), classes)


def late_with_places(classes: int, width: int = 14) -> "keras.Model":
    """Late fusion in which each filter's outputs keep their positions."""
    block, x = start()
    frame = keras.Input((HEIGHT, WIDTH, 3))
    fewer = layers.Conv2D(6, 1, activation="relu")(conv_stack(frame, width))
    shared = keras.Model(frame, layers.Flatten()(fewer))
    both = layers.Concatenate()([shared(x[:, 0]), shared(x[:, -1])])
    return classification_head(block, both, classes)


def context_and_fovea(classes: int, width: int = 14) -> "keras.Model":
    """The frame in the middle, as two streams: all of it at half the size, and its centre as sharp as it is."""
    block, x = start()
    frame = x[:, FRAMES // 2]
    context = layers.AveragePooling2D(2)(frame)
    fovea = layers.CenterCrop(HEIGHT // 2, WIDTH // 2)(frame)
    both = layers.Concatenate()([pooled_features(context, width), pooled_features(fovea, width)])
    return classification_head(block, both, classes)


NETWORKS = {
    "single frame": single_frame,
    "early fusion": early_fusion,
    "late fusion": late_fusion,
    "late, with places": late_with_places,
    "slow fusion": slow_fusion,
    "context and fovea": context_and_fovea,
}


# Training and asking


def train(
    build: Callable[[int], "keras.Model"], x: np.ndarray, y: np.ndarray, seed: int, epochs: int = EPOCHS
) -> "keras.Model":
    """Build a network for the classes of `y` and train it from random weights; the rate falls to nothing on the way."""
    keras.utils.set_random_seed(seed)
    model = build(int(y.max()) + 1)
    rate = keras.optimizers.schedules.CosineDecay(RATE, epochs * -(-len(x) // BATCH))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    return model


def scores(model: "keras.Model", blocks: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes), float32, of any sequence of blocks; a few of them are held at a time."""
    # NumPy's stubs let only lists be stacked.
    parts = [np.stack(blocks[first : first + BATCH]) for first in range(0, len(blocks), BATCH)]  # type: ignore[call-overload]
    return np.concatenate([model(part, training=False).numpy() for part in parts])

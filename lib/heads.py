"""Heads on frozen features, as functions, for what is measured over many seeds.

Notebook 02 holds the same steps in full; here they are without figures and files.
"""

from dataclasses import dataclass

import numpy as np

from lib.backbones import Backbone
from lib.framework import forward, keras

BATCH = 32
RATE, EPOCHS = 1e-2, 50
LENGTH = 6  # of standardised features, on average; the rate is made for it


@dataclass(frozen=True)
class Part:
    """Pictures and their classes: uint8 RGB (n, size, size, 3) or features (n, 1, 1, channels), and int64 (n,)."""

    x: np.ndarray
    y: np.ndarray


def features(backbone: Backbone, images: np.ndarray) -> np.ndarray:
    """Extract features, float32 (n, 1, 1, channels), from pictures, uint8 RGB (n, size, size, 3)."""
    network = forward(backbone.model, backbone.image_size)
    maps = (network(images[i : i + BATCH]).numpy() for i in range(0, len(images), BATCH))
    return np.concatenate([batch.mean((1, 2), keepdims=True) for batch in maps])


def build_head(channels: int, classes: int, seen: np.ndarray | None = None) -> "keras.Model":
    """Build the course's head: average over the map, standardise, 512 units, half of them dropped in training, softmax.

    `seen`, features (n, 1, 1, channels) of the training part, say how to standardise; without them it is left out.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            *([] if seen is None else [standardise(seen)]),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="head",
    )


def standardise(seen: np.ndarray) -> "keras.layers.Layer":
    """Give a layer that subtracts the mean of features (n, 1, 1, channels) and brings their mean length to LENGTH.

    Every channel is divided by the same number: one that seldom answers is not made louder than it is.
    """
    rows = seen.reshape(-1, seen.shape[-1])
    mean = rows.mean(axis=0)
    spread = np.linalg.norm(rows - mean, axis=1).mean() / LENGTH
    return keras.layers.Normalization(mean=mean, variance=np.full_like(mean, spread**2), name="standardise")


def copy_head(head: "keras.Model") -> "keras.Model":
    """Give a head of the same weights, so that training it leaves the first as it is."""
    other = keras.models.clone_model(head)
    other.set_weights(head.get_weights())
    return other


def compile_model(model: "keras.Model", rate: float) -> None:
    """Compile with the lecture's optimizer: SGD, momentum 0.9, rate / (1 + rate/25 × steps)."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=rate / 25)
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])


def train_head(seen: Part, validation: Part, classes: int, seed: int) -> "keras.Model":
    """Train a head on features and give it with the weights of its lowest validation loss."""
    keras.utils.set_random_seed(seed)
    head = build_head(seen.x.shape[-1], classes, seen.x)
    compile_model(head, RATE)
    fit(head, seen, validation, EPOCHS)
    return head


def fit(model, seen: Part, validation: Part, epochs: int, keep_start: bool = False) -> dict:
    """Train a compiled model; leave the weights of the lowest validation loss. Gives Keras's history.

    With `keep_start` the weights before the first epoch are among those chosen from.
    """
    start = model.evaluate(validation.x, validation.y, verbose=0)[0] if keep_start else np.inf
    weights = model.get_weights()
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    history = model.fit(
        seen.x, seen.y, batch_size=BATCH, epochs=epochs, validation_data=(validation.x, validation.y),
        callbacks=[best], verbose=0,
    ).history  # fmt: skip
    if min(history["val_loss"]) >= start:
        model.set_weights(weights)
    return history

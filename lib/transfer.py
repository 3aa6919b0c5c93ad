"""The notebooks' recipe as functions, for what is measured over many seeds: train a head, fine-tune, start afresh.

Notebooks 02 and 03 hold the same steps in full; here they are without figures and files.
"""

from dataclasses import dataclass

import numpy as np

from lib.backbones import Backbone
from lib.framework import forward, keras

BATCH = 32
HEAD_RATE, HEAD_EPOCHS = 1e-2, 50
TUNE_RATE, TUNE_EPOCHS = 5e-3, 20
WEIGHT_DECAY = 5e-4


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


def build_head(channels: int, classes: int) -> "keras.Model":
    """Build the course's head: average over the map, 512 units, half of them dropped in training, softmax."""
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            keras.layers.GlobalAveragePooling2D(keepdims=True),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(classes, activation="softmax"),
        ],
        name="head",
    )


def copy_head(head: "keras.Model") -> "keras.Model":
    """Give a head of the same weights, so that training it leaves the first as it is."""
    copy = keras.models.clone_model(head)
    copy.set_weights(head.get_weights())
    return copy


def compile_model(model: "keras.Model", rate: float) -> None:
    """Compile with the lecture's optimizer: SGD, momentum 0.9, rate / (1 + rate/25 × steps)."""
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=rate / 25)
    model.compile(keras.optimizers.SGD(schedule, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])


def unfreeze(base: "keras.Model", first: str) -> None:
    """Make the layers of a base trainable from the one named `first` on, batch normalisation excepted."""
    names = [layer.name for layer in base.layers]
    base.trainable = True
    for position, layer in enumerate(base.layers):
        is_norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = position >= names.index(first) and not is_norm


def augmentation(seed: int) -> "keras.Sequential":
    """Mirror, zoom into, shift and relight pictures (0 to 255) at random, as notebook 03 does."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Rescaling(1.0),
            layers.RandomFlip("horizontal", seed=seed + 1),
            layers.RandomTranslation(0.15, 0.15, seed=seed + 2),
            layers.RandomZoom((-0.4, 0.0), (-0.4, 0.0), seed=seed + 3),
            layers.RandomBrightness(0.2, seed=seed + 4),
            layers.RandomContrast(0.3, seed=seed + 5),
        ]
    )


def train_head(train: Part, validation: Part, classes: int, seed: int) -> "keras.Model":
    """Train a head on features and give it with the weights of its lowest validation loss."""
    keras.utils.set_random_seed(seed)
    head = build_head(train.x.shape[-1], classes)
    compile_model(head, HEAD_RATE)
    fit(head, train, validation, HEAD_EPOCHS)
    return head


def fine_tune(backbone: Backbone, head: "keras.Model", train: Part, validation: Part, seed: int) -> "keras.Model":
    """Train backbone (from the layer that its card names) and head together; give them with the lowest validation loss.

    The start counts too: when no epoch is better, the result is backbone and head as they came.
    """
    keras.utils.set_random_seed(seed)
    unfreeze(backbone.base, backbone.unfreeze_from)
    return _train_whole(backbone, head, train, validation, TUNE_RATE, TUNE_EPOCHS, seed, keep_start=True)


def from_scratch(backbone: Backbone, train: Part, validation: Part, classes: int, seed: int) -> "keras.Model":
    """Train the same network from random weights, every layer, with the rate, schedule and pictures of `fine_tune`."""
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(backbone.base)  # the same layers, newly drawn weights
    backbone.base.set_weights(fresh.get_weights())
    backbone.base.trainable = True
    head = build_head(backbone.channels, classes)
    return _train_whole(backbone, head, train, validation, TUNE_RATE, TUNE_EPOCHS, seed, keep_start=False)


def _train_whole(backbone, head, train, validation, rate, epochs, seed, keep_start) -> "keras.Model":
    frames = keras.Input(train.x.shape[1:], dtype="uint8")
    model = keras.Model(frames, head(backbone.model(frames)))
    trainer = keras.Model(frames, model(augmentation(seed)(frames)))
    compile_annealed(trainer, rate, epochs * steps_per_epoch(train))
    fit(trainer, train, validation, epochs, keep_start)
    return model


def steps_per_epoch(train: Part) -> int:
    return -(-len(train.x) // BATCH)


def compile_annealed(model: "keras.Model", rate: float, steps: int) -> None:
    """Compile for fine-tuning: SGD, momentum 0.9, a little weight decay, the rate falling to 0 along half a cosine."""
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, weight_decay=WEIGHT_DECAY)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])


def fit(model, train: Part, validation: Part, epochs: int, keep_start: bool = False) -> dict:
    """Train a compiled model; leave the weights of the lowest validation loss. Gives Keras's history.

    With `keep_start` the weights before the first epoch are among those chosen from.
    """
    start = model.evaluate(validation.x, validation.y, verbose=0)[0] if keep_start else np.inf
    weights = model.get_weights()
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    history = model.fit(
        train.x, train.y, batch_size=BATCH, epochs=epochs, validation_data=(validation.x, validation.y),
        callbacks=[best], verbose=0,
    ).history  # fmt: skip
    if min(history["val_loss"]) >= start:
        model.set_weights(weights)
    return history

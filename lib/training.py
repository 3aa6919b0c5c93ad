"""Training a head on frozen features, and fine-tuning, as functions, for what is measured over many seeds.

Notebooks 02 and 03 hold the same steps in full; here they are without figures and files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib import photos
from lib.backbones import Backbone
from lib.core.framework import forward, keras
from lib.photos import Photo, Resize

BATCH = 32
RATE, EPOCHS = 1e-2, 50
TARGET_NORM = 6  # mean norm of the standardised features, for which the learning rate is made


@dataclass(frozen=True)
class LabelledArrays:
    """Images or their features, and their classes.

    Args:
        x: uint8 RGB (n, size, size, 3), or features, float32 (n, 1, 1, channels).
        y: class indices, int64 (n,).

    Example:
        train = training.LabelledArrays(backbones.extract(backbone, split.train), photos.labels(split.train, classes))
    """

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def read(cls, part: Sequence[Photo], resize: Resize, classes: Sequence[str]) -> "LabelledArrays":
        """Read photos and number their classes.

        Args:
            part: n photos.
            resize: how they become squares.
            classes: the names of all classes, in the order of the network's outputs.

        Returns:
            uint8 RGB (n, size, size, 3), and class indices int64 (n,).

        Raises:
            PhotoError: one cannot be read, or its label is none of `classes`.
        """
        return cls(photos.load(part, resize, progress=False), photos.labels(part, classes))


def features(backbone: Backbone, images: np.ndarray) -> np.ndarray:
    """Extract features, float32 (n, 1, 1, channels), from pictures, uint8 RGB (n, size, size, 3)."""
    network = forward(backbone.model, backbone.image_size)
    maps = (network(images[i : i + BATCH]).numpy() for i in range(0, len(images), BATCH))
    return np.concatenate([batch.mean((1, 2), keepdims=True) for batch in maps])


def build_head(channels: int, classes: int, train_features: np.ndarray | None = None) -> "keras.Model":
    """Build the course's head: average over the map, standardise, 512 units, half of them dropped in training, softmax.

    It standardises by `train_features`, those of the training set (n, 1, 1, channels), and without them not at all.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            *([] if train_features is None else [standardise(train_features)]),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="head",
    )


def standardise(train_features: np.ndarray) -> "keras.layers.Layer":
    """Give a layer that subtracts the mean of features (n, 1, 1, channels) and brings their mean length to TARGET_NORM.

    Every channel is divided by the same number, so that one that is seldom active stays small.
    """
    rows = train_features.reshape(-1, train_features.shape[-1])
    mean = rows.mean(axis=0)
    spread = np.linalg.norm(rows - mean, axis=1).mean() / TARGET_NORM
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


def train_head(train_features: LabelledArrays, validation: LabelledArrays, classes: int, seed: int) -> "keras.Model":
    """Train a head on features.

    Args:
        train_features: features of the training set; they also standardise the head's input.
        validation: features of the validation set, which chooses the epoch.
        classes: how many classes.
        seed: of the initial weights, the dropout and the shuffling.

    Returns:
        The head, with the weights of its lowest validation loss.

    Example:
        head = training.train_head(train, validation, len(classes), seed=0)
    """
    keras.utils.set_random_seed(seed)
    head = build_head(train_features.x.shape[-1], classes, train_features.x)
    compile_model(head, RATE)
    fit(head, train_features, validation, EPOCHS)
    return head


def fit(model: "keras.Model", train: LabelledArrays, validation: LabelledArrays, epochs: int) -> dict:
    """Train a compiled model and leave it with the weights of the lowest validation loss; give Keras's history."""
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    return model.fit(
        train.x, train.y, batch_size=BATCH, epochs=epochs, validation_data=(validation.x, validation.y),
        callbacks=[best], verbose=0,
    ).history  # fmt: skip


# Fine-tuning

TUNE_RATE = 1e-2
WARM_UP = 0.1  # of all steps
WEIGHT_DECAY = 5e-4


def unfreeze(base: "keras.Model", first: str, frozen_norm: bool = False) -> None:
    """Make the layers of a base trainable from the one named `first` on, batch normalisation too unless `frozen_norm`."""
    begin = [layer.name for layer in base.layers].index(first)
    base.trainable = True
    for position, layer in enumerate(base.layers):
        stays = frozen_norm and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = position >= begin and not stays


def augmentation(seed: int) -> "keras.Sequential":
    """Mirror, zoom into, shift and relight pictures (0 to 255) at random, as notebook 13 does."""
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


def accuracy(model: "keras.Model", part: LabelledArrays) -> float:
    """Give the fraction (0 to 1) of a part that a model, or a head on features, classifies correctly."""
    return float((model.predict(part.x, verbose=0).argmax(axis=1) == part.y).mean())


def start_afresh(backbone: Backbone, seed: int) -> None:
    """Give a backbone random weights, and make every layer trainable."""
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(backbone.base)  # the same layers, newly drawn weights
    backbone.base.set_weights(fresh.get_weights())
    backbone.base.trainable = True


def train_whole(
    model: "keras.Model",
    train: LabelledArrays,
    validation: LabelledArrays,
    epochs: int,
    seed: int,
    rate: float = TUNE_RATE,
    warm_up: float = WARM_UP,
    callbacks: Sequence["keras.callbacks.Callback"] = (),
) -> dict:
    """Train what is trainable in a joined model, on augmented pictures; give the history.

    `rate` is the learning rate at its peak, `warm_up` the fraction of the steps in which it rises. The weights are
    those of the last epoch, at which the rate has come down to nothing.
    """
    frames = keras.Input(train.x.shape[1:], dtype="uint8")
    trainer = keras.Model(frames, model(augmentation(seed)(frames)))
    compile_annealed(trainer, rate, epochs * steps_per_epoch(train), warm_up)
    return trainer.fit(
        train.x, train.y, batch_size=BATCH, epochs=epochs, validation_data=(validation.x, validation.y),
        callbacks=list(callbacks), verbose=0,
    ).history  # fmt: skip


def steps_per_epoch(train: LabelledArrays) -> int:
    return -(-len(train.x) // BATCH)


def compile_annealed(model: "keras.Model", rate: float, steps: int, warm_up: float = WARM_UP) -> None:
    """Compile for fine-tuning: SGD, momentum 0.9, a little weight decay; the rate rises for a fraction of the steps
    (`warm_up`), then falls to 0 along half a cosine. Its sum is the same with and without warm-up."""
    rising = int(warm_up * steps)
    cosine = keras.optimizers.schedules.CosineDecay
    schedule = cosine(0.0, steps - rising, warmup_target=rate, warmup_steps=rising) if rising else cosine(rate, steps)
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, weight_decay=WEIGHT_DECAY)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])

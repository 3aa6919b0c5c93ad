"""From a trained classifier to what the course ships: half-precision files, accuracy, speed, the card."""

import tempfile
import time
import zipfile
from pathlib import Path

import h5py
import numpy as np
from sklearn.metrics import confusion_matrix

from lib.core.files import atomic_write
from lib.core.framework import keras, tf
from lib.tools.pretraining import network
from lib.tools.pretraining.recipes import NAME, Recipe

BATCH, ROUNDS = 16, 40  # of the timing


def split(model: keras.Model, recipe: Recipe) -> tuple[keras.Model, keras.Model]:
    """Divide a trained classifier into (backbone, classifier of its feature maps), both float32.

    The backbone's first normalisations are folded into its convolutions. The classifier gives probabilities: the
    mean over the map, then a Dense layer with softmax.
    """
    backbone = network.backbone(recipe, recipe.image_size, folded=True)
    network.fold(model, backbone)
    inputs = keras.layers.Input(backbone.output_shape[1:], name="feature_map")
    x = keras.layers.GlobalAveragePooling2D(name="mean")(inputs)
    x = keras.layers.Dense(model.output_shape[-1], activation="softmax", name="scores")(x)
    classifier = keras.Model(inputs, x, name=f"{NAME}_classifier")
    classifier.get_layer("scores").set_weights(model.get_layer("scores").get_weights())
    return backbone, classifier


def save_half(model: keras.Model, path: Path) -> None:
    """Save a model with its weights in half precision; Keras loads them as float32. Moved into place whole."""
    with atomic_write(path) as part, tempfile.TemporaryDirectory() as folder:
        full, half = Path(folder) / "full.keras", Path(folder) / "half.h5"
        model.save(full)
        with zipfile.ZipFile(full) as source, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as target:
            with h5py.File(source.open("model.weights.h5")) as old, h5py.File(half, "w") as new:
                _copy_half(old, new)
            for name in ("metadata.json", "config.json"):
                target.writestr(name, source.read(name))
            target.write(half, "model.weights.h5")


def _copy_half(old: h5py.Group, new: h5py.Group) -> None:
    new.attrs.update(old.attrs)
    for name, item in old.items():
        if isinstance(item, h5py.Group):
            _copy_half(item, new.create_group(name))
        else:
            floats = item.dtype == np.float32
            new.create_dataset(name, data=item[()].astype(np.float16) if floats else item[()])


def confusions(backbone: keras.Model, classifier: keras.Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Count (true class, predicted class) over pictures: int64 (classes, classes). images are uint8 at its size."""
    whole = keras.Sequential([backbone, classifier])
    probabilities = whole.predict(images, batch_size=94, verbose=0)  # which every backend of Keras gives as an array
    return confusion_matrix(labels, probabilities.argmax(axis=1), labels=range(classifier.output_shape[-1]))


def frames_per_second(models: list[keras.Model]) -> list[list[float]]:
    """Time each model's forward pass in turn, ROUNDS times over: frames a second, one list per model.

    Give TensorFlow one thread before, for the speed of one core.
    """
    functions, frames = [], []
    for model in models:
        shape = (BATCH, *model.input_shape[1:])
        frames.append(tf.constant(np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)))
        functions.append(tf.function(model).get_concrete_function(tf.TensorSpec((None, *shape[1:]))))
    rates: list[list[float]] = [[] for _ in models]
    for turn in range(ROUNDS + 2):
        for i, (function, x) in enumerate(zip(functions, frames)):
            began = time.perf_counter()
            function(x)
            if turn >= 2:
                rates[i].append(BATCH / (time.perf_counter() - began))
    return rates

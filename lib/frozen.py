"""What the experiments on the frozen bundled backbone begin with: a set of photographs, split, and its features.

What several cases need is loaded, checked and extracted once.
"""

from functools import cache
from pathlib import Path

import numpy as np

from lib import backbones, paths, photos
from lib.backbones import Backbone
from lib.framework import keras
from lib.heads import Part
from lib.photos import Photo


@cache
def backbone() -> Backbone:
    return backbones.load("bundled")


@cache
def photographs(name: str) -> list[Photo]:
    """Find the readable photographs of the set "sample" or "real". Raises PhotoError when they are not there."""
    return photos.readable(photos.find(paths.DATA / name), progress=False)


@cache
def classes(name: str) -> int:
    """How many classes a set of photographs has."""
    return len(photos.classes(photographs(name)))


def augmentation() -> "keras.Sequential":
    """Mirror, shift, zoom and relight pictures (0 to 255) at random, as notebook 02 does."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.RandomFlip("horizontal", seed=1),
            layers.RandomTranslation(0.08, 0.08, seed=2),
            layers.RandomZoom((-0.2, 0.1), seed=3),
            layers.RandomBrightness(0.15, seed=4),
            layers.RandomContrast(0.2, seed=5),
        ]
    )


def parts(name: str, seed: int, views: int = 0) -> tuple[Part, Part, Part]:
    """Split a set of photographs by group and give their features: training, validation, held-out (or test).

    The training part holds each photograph plain and, after all of those, `views` augmented views of each.
    """
    split = photos.split(photographs(name), seed)
    train = np.concatenate([_features(name, view, split.train) for view in (None, *range(views))])
    labels = np.tile(photos.labels(split.train), 1 + views)
    others = (Part(_features(name, None, part), photos.labels(part)) for part in (split.validation, split.test))
    return Part(train, labels), *others


def _features(name: str, view: int | None, part: list[Photo]) -> np.ndarray:
    found = extracted(name, view)
    return np.stack([found[photo.path] for photo in part])


@cache
def extracted(name: str, view: int | None) -> dict[Path, np.ndarray]:
    """Extract the features (1, 1, channels) of a whole set by path: plain (None), or an augmented view."""
    found = photographs(name)
    chances = () if view is None else (augmentation(), view)
    return dict(zip((p.path for p in found), backbones.extract(backbone(), found, *chances, progress=False)))


def accuracy(model: "keras.Model", part: Part) -> float:
    """Give the share of a part that a model (features in, probabilities out) names rightly."""
    return float((model(part.x, training=False).numpy().argmax(axis=1) == part.y).mean())

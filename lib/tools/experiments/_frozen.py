"""What the experiments on the frozen bundled backbone begin with: a set of photos, split, and its features.

What several cases need is loaded, checked and extracted once.
"""

from functools import cache
from pathlib import Path

import numpy as np

from lib import backbones, photos
from lib.backbones import Backbone
from lib.core import paths
from lib.core.framework import keras
from lib.photos import Photo
from lib.training import LabelledArrays


@cache
def backbone() -> Backbone:
    return backbones.load("bundled")


@cache
def photographs(name: str) -> list[Photo]:
    """Find the readable photos of the set "sample" or "real". Raises PhotoError when they are not there."""
    return photos.readable(photos.find(paths.DATA / name), progress=False)


@cache
def classes(name: str) -> tuple[str, ...]:
    """Give the names of the classes of a set of photos, in the order of a network's outputs."""
    return photos.classes(photographs(name))


@cache
def pixels(name: str) -> np.ndarray:
    """Read a set of photos as rows of 32×32 pixels: float (n, 3072), 0 to 1."""
    found = photographs(name)
    return photos.load(found, photos.Resize(32), progress=False).reshape(len(found), -1) / 255


def augmentation() -> "keras.Sequential":
    """Mirror, shift, zoom and relight pictures (0 to 255) at random, as notebook 12 does."""
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


def parts(name: str, seed: int, views: int = 0) -> tuple[LabelledArrays, LabelledArrays, LabelledArrays]:
    """Split a set of photos by group and give their features: training, validation, held-out (or test).

    The training part holds each photo plain and, after all of those, `views` augmented views of each.
    """
    split, plain = photos.split(photographs(name), seed), extracted(name, None)
    seen = [labelled(name, split.train, extracted(name, view)) for view in (None, *range(views))]
    train = LabelledArrays(np.concatenate([view.x for view in seen]), np.concatenate([view.y for view in seen]))
    return train, labelled(name, split.validation, plain), labelled(name, split.test, plain)


def labelled(name: str, part: list[Photo], features: dict[Path, np.ndarray]) -> LabelledArrays:
    """Give a part of a set of photos by their features, which `features` has by path."""
    return LabelledArrays(np.stack([features[photo.path] for photo in part]), photos.labels(part, classes(name)))


@cache
def extracted(name: str, view: int | None) -> dict[Path, np.ndarray]:
    """Extract the features (1, 1, channels) of a whole set by path: plain (None), or an augmented view."""
    found = photographs(name)
    augment = None if view is None else augmentation()
    features = backbones.extract(backbone(), found, augment, view or 0, progress=False)
    return dict(zip((photo.path for photo in found), features))

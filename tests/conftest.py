"""A toy set of photos and a toy network, so that no test needs the course's own."""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from lib.core import paths
from lib.core.paths import Run

CLASSES = ("badminton", "formula1", "volleyball")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """An empty project folder in the place of this one, for everything that is written."""
    for name in ("DATA", "MODEL", "EXAMPLE_CLIPS", "OUTPUT"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    monkeypatch.setattr(paths, "FEATURES", tmp_path / "output" / "features")
    return tmp_path


@pytest.fixture
def fresh_experiments():
    """Before and after the test, forget what experiments load once."""

    def forget():
        modules = [module for name, module in sys.modules.items() if name.startswith("lib.tools.experiments.")]
        for cached in (value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")):
            cached.cache_clear()

    forget()
    yield
    forget()


@pytest.fixture
def toy_photos(tmp_path) -> Path:
    """A folder of 3 × 20 pictures, each class of one colour with noise: blue, red and green."""
    chance = np.random.default_rng(0)
    for channel, label in zip((0, 2, 1), CLASSES):
        (tmp_path / "toy" / label).mkdir(parents=True)
        for number in range(20):
            image = chance.integers(0, 120, (24, 32, 3), dtype=np.uint8)
            image[..., channel] += 120
            cv2.imwrite(str(tmp_path / "toy" / label / f"{number:02d}.png"), image)
    return tmp_path / "toy"


@pytest.fixture(scope="session")
def toy_backbone(tmp_path_factory) -> Path:
    """A tiny network for pictures of 8×8, saved with its card."""
    from lib.core.framework import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(6, 3, strides=2, activation="relu", name="first"),
            layers.Conv2D(4, 1, name="last"),
            layers.BatchNormalization(name="norm"),
        ],
        name="toy",
    )
    path = tmp_path_factory.mktemp("backbone") / "toy.keras"
    network.save(path)
    card = {"image_size": 8, "scaling": "0..255", "unfreeze_from": "last"}
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


@pytest.fixture
def backbone(toy_backbone):
    """The toy network, loaded for each test."""
    from lib import backbones

    return backbones.load(str(toy_backbone))


@pytest.fixture
def run(project, toy_photos, toy_backbone) -> Run:
    """The choice of the toy photos and the toy network."""
    return Run(str(toy_photos), str(toy_backbone))


@pytest.fixture
def figures_closed():
    """Close all figures when the test ends."""
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def toy_classifier(project, toy_photos, toy_backbone) -> Path:
    """A classifier on the toy photos, saved where the newest is looked for: it names the strongest channel."""
    from lib import backbones, classifier
    from lib.core.framework import keras

    backbone = backbones.load(str(toy_backbone))
    frames = keras.Input((8, 8, 3), dtype="uint8")
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 25)(frames))
    choose = keras.layers.Dense(3, activation="softmax", use_bias=False)
    model = keras.Model(frames, choose(means))
    # red, green, blue come in; the classes are badminton (blue), formula1 (red), volleyball (green)
    choose.set_weights([np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], "float32")])
    facts = {"photographs": {"set": "sample", "fingerprint": "none"}, "seed": 0, "kept": "head only"}
    return classifier.save(model, paths.MODEL / "toy-toy" / "03_fine_tuning.keras", backbone, CLASSES, **facts)

"""A toy set of photographs and a toy network, so that no test needs the course's own."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from lib import paths

CLASSES = ("badminton", "formula1", "volleyball")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """An empty project folder in the place of this one, for everything that is written."""
    for name in ("DATA", "MODEL", "EXAMPLE_CLIPS", "OUTPUT"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    monkeypatch.setattr(paths, "FEATURES", tmp_path / "output" / "features")
    return tmp_path


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
    from lib.framework import keras

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
def toy_classifier(project, toy_photos, toy_backbone) -> Path:
    """A classifier on the toy photographs, saved where the newest is looked for: it names the strongest channel."""
    from lib import backbones, classifier
    from lib.framework import keras

    backbone = backbones.load(str(toy_backbone))
    frames = keras.Input((8, 8, 3), dtype="uint8")
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 25)(frames))
    choose = keras.layers.Dense(3, activation="softmax", use_bias=False)
    model = keras.Model(frames, choose(means))
    # red, green, blue come in; the classes are badminton (blue), formula1 (red), volleyball (green)
    choose.set_weights([np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], "float32")])
    facts = {"photographs": {"set": "sample", "fingerprint": "none"}, "seed": 0, "kept": "head only"}
    return classifier.save(model, paths.MODEL / "toy-toy" / "03_fine_tuning.keras", backbone, CLASSES, **facts)

"""What it costs to feed a network pictures prepared in a way that it was not trained with.

Each fault is made in all pictures, from training on ("always"), or only once the head is trained on right ones
("afterwards"): the head of right pictures then classifies wrong ones.
"""

from functools import cache
from pathlib import Path

import numpy as np

from lib import backbones, photos, training
from lib.core.framework import keras
from lib.core.imagenet import MEAN_BGR
from lib.tools import experiments
from lib.tools.experiments import _frozen

MEAN_RGB = np.array(MEAN_BGR[::-1], "float32")
FAULTS = {
    "none": lambda frames: frames,
    "blue for red": lambda frames: frames[..., ::-1],
    "mean subtracted": lambda frames: frames - MEAN_RGB,
    "0 to 1": lambda frames: frames / 255,
}
CASES = experiments.cases(fault=list(FAULTS))


def network(backbone: backbones.Backbone, fault: str) -> "keras.Model":
    """Give a backbone's model with a fault in front of all its layers."""
    frames = keras.Input(backbone.model.input_shape[1:], dtype="uint8")
    x = FAULTS[fault](keras.ops.cast(frames, "float32"))
    for layer in backbone.model.layers[1:]:
        x = layer(x)
    return keras.Model(frames, x)


def run_case(case: dict) -> dict:
    """Train a head on pictures with the fault, and one without; give both heads' accuracy on held-out wrong ones."""
    name, seed = case["photographs"], case["seed"]
    classes, wrong = len(_frozen.classes(name)), _features(name, case["fault"])
    right, split = _frozen.parts(name, seed), photos.split(_frozen.photographs(name), seed)
    train, validation, held_out = (
        _frozen.labelled(name, part, wrong) for part in (split.train, split.validation, split.test)
    )
    always = training.train_head(train, validation, classes, seed)
    afterwards = training.train_head(*right[:2], classes, seed)
    return {"always": training.accuracy(always, held_out), "afterwards": training.accuracy(afterwards, held_out)}


@cache
def _features(photographs: str, fault: str) -> dict:
    """Features (1, 1, channels) of every photo of a set, with a fault, by path."""
    found, model = _frozen.photographs(photographs), network(_frozen.backbone(), fault)
    features: dict[Path, np.ndarray] = {}
    for start in range(0, len(found), backbones.BATCH):
        batch = found[start : start + backbones.BATCH]
        maps = model.predict_on_batch(photos.load(batch, _frozen.backbone().resize, progress=False))
        features |= zip((photo.path for photo in batch), maps.mean(axis=(1, 2), keepdims=True))
    return features


def summarise(rows: list[dict]) -> str:
    """Print held-out accuracy by photo set and fault."""
    return experiments.table(rows, "fault", ("always", "afterwards"))

"""What fine-tuning buys, and what each of its rules is for: the head first, how many layers, free normalisation.

Each way trains for the same number of epochs with the recipe of notebook 13, and is judged as the last one leaves it.
All but "frozen" begin with the bundled backbone's weights, "scratch" excepted.
"""

import time
from functools import cache

import numpy as np

from lib import backbones, photos, training
from lib.core.framework import keras
from lib.tools import experiments
from lib.tools.experiments import _frozen
from lib.training import LabelledArrays

BLOCKS = {"last block": 1, "last two blocks": 2, "all": None}  # of the bundled backbone
FROZEN_NORM = "all, frozen normalisation"
RATES = {FROZEN_NORM: training.TUNE_RATE / 5}  # at the full rate it ends in numbers that are none
WAYS = ("frozen", *BLOCKS, "all, fresh head", FROZEN_NORM, "scratch")
CASES = experiments.cases(way=WAYS)
EPOCHS = 10
_Parts = tuple[LabelledArrays, LabelledArrays, LabelledArrays]  # training, validation, held-out (or test)


def run_case(case: dict) -> dict:
    """Train one way; give accuracies, the training's seconds, and how far the base's weights have moved.

    `moved` is the length of the change of all the base's kernels over their length before; `train` and `validation`
    are the accuracies on plain photographs of these parts, `first_loss` is the validation loss after one epoch.
    """
    name, seed, way = case["photographs"], case["seed"], case["way"]
    parts, features = _pictures(name, seed), _frozen.parts(name, seed)
    backbone, classes = backbones.load("bundled"), len(_frozen.classes(name))
    before = [weight.copy() for weight in _kernels(backbone.base)]
    start = time.perf_counter()
    if way == "frozen":
        head = training.train_head(*features[:2], classes, seed)
        parts, model, history = features, head, {"val_loss": [0.0]}
    else:
        model, history = _tune(backbone, way, parts, features, classes, seed)
    seconds = time.perf_counter() - start
    moved = [np.linalg.norm(now - was) for now, was in zip(_kernels(backbone.base), before)]
    return {
        "first_loss": history["val_loss"][0],
        "train": training.accuracy(model, parts[0]),
        "validation": training.accuracy(model, parts[1]),
        "held_out": training.accuracy(model, parts[2]),
        "training_seconds": seconds,
        "moved": float(np.linalg.norm(moved) / np.linalg.norm([np.linalg.norm(was) for was in before])),
    }


def _tune(
    backbone: backbones.Backbone, way: str, parts: _Parts, features: _Parts, classes: int, seed: int
) -> tuple["keras.Model", dict]:
    """Fine-tune, or train from random weights; give the model and the history."""
    if way == "scratch":
        return training.from_scratch(backbone, parts[0], parts[1], classes, EPOCHS, seed)
    keras.utils.set_random_seed(seed)
    training.unfreeze(backbone.base, first_layer(backbone.base, BLOCKS.get(way)), way == FROZEN_NORM)
    head = training.train_head(*features[:2], classes, seed)
    if way == "all, fresh head":
        head = training.build_head(backbone.channels, classes, features[0].x)
    return training.train_whole(backbone, head, *parts[:2], EPOCHS, seed, RATES.get(way, training.TUNE_RATE))


def first_layer(base: "keras.Model", blocks: int | None) -> str:
    """Name the layer with which the last so many blocks of the bundled backbone begin; of None, the first of all."""
    names = [layer.name for layer in base.layers if layer.weights]
    if blocks is None:
        return names[0]
    last = sorted({name.split("_")[0] for name in names if name.startswith("block")})[-blocks]
    return next(name for name in names if name.startswith(last))


@cache
def _pictures(name: str, seed: int) -> tuple[LabelledArrays, LabelledArrays, LabelledArrays]:
    """Split a set of photographs by group and give the pictures: training, validation, held-out (or test)."""
    split, resize = photos.split(_frozen.photographs(name), seed), _frozen.backbone().resize
    parts = split.train, split.validation, split.test
    train, validation, held_out = (LabelledArrays.read(part, resize, _frozen.classes(name)) for part in parts)
    return train, validation, held_out


def _kernels(base: "keras.Model") -> list[np.ndarray]:
    return [layer.kernel.numpy() for layer in base.layers if hasattr(layer, "kernel")]


def summarise(rows: list[dict]) -> str:
    """Print accuracies, loss after the first epoch, the base's change and the seconds, by photograph set and way."""
    return experiments.table(
        rows, "way", ("train", "validation", "held_out", "first_loss", "moved", "training_seconds")
    )

"""What fine-tuning buys, and what each of its rules is for: the head first, warm-up, how many layers, normalisation.

Each way trains with the recipe of notebook 13, for the same number of epochs where its name states none. It is judged
as the last epoch leaves it, and also with the weights of its lowest validation loss. All but "frozen" begin with the
bundled backbone's weights, "scratch" excepted.
"""

import time
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from lib import backbones, classifier, photos, training
from lib.core.framework import keras
from lib.tools import experiments
from lib.tools.experiments import _frozen
from lib.training import LabelledArrays


class Way(NamedTuple):
    """What is varied: blocks of the bundled backbone that are unfrozen (None: all), and how they are trained."""

    blocks: int | None = None
    fresh_head: bool = False
    warm_up: float = training.WARM_UP
    frozen_norm: bool = False
    rate: float = training.TUNE_RATE
    epochs: int = 10
    scratch: bool = False


LOW = training.TUNE_RATE / 5  # at the full rate, frozen normalisation ends in numbers that are none
WAYS = {
    "frozen": Way(),
    "last block": Way(blocks=1),
    "last two blocks": Way(blocks=2),
    "all": Way(),
    "all, fresh head": Way(fresh_head=True),
    "all, no warm-up": Way(warm_up=0),
    "all, fresh head, no warm-up": Way(fresh_head=True, warm_up=0),
    "all, frozen normalisation": Way(frozen_norm=True, rate=LOW),
    "all, a fifth of the rate": Way(rate=LOW),
    "scratch": Way(scratch=True),
    "all, 20 epochs": Way(epochs=20),
    "scratch, 20 epochs": Way(scratch=True, epochs=20),
}


def _is_measured(photographs: str, seed: int, way: str) -> bool:
    """Ten seeds where the sample decides between two ways; three of the depths; twice the epochs on the sample alone."""
    if WAYS[way].epochs > Way().epochs:
        return photographs == "sample" and seed in experiments.SEEDS
    return WAYS[way].blocks is None or seed in experiments.SEEDS


CASES = [case for case in experiments.cases(many=True, way=WAYS) if _is_measured(**case)]
_Parts = tuple[LabelledArrays, LabelledArrays, LabelledArrays]  # training, validation, test (or held-out)


def run_case(case: dict) -> dict:
    """Train one way; give accuracies, the training's seconds, and how far the base's weights have moved.

    `moved` is the length of the change of all the base's kernels over their length before; `train` and `validation`
    are the accuracies on plain photos of these parts, `first_loss` is the validation loss after one epoch;
    `held_out_lowest_loss` is the accuracy with the weights of the lowest validation loss.
    """
    name, seed, way = case["photographs"], case["seed"], case["way"]
    parts, features = _pictures(name, seed), _frozen.parts(name, seed)
    backbone, classes = backbones.load("bundled"), len(_frozen.classes(name))
    before = [weight.copy() for weight in _kernels(backbone.base)]
    lowest: dict[str, Any] = {"loss": 0.0}
    start = time.perf_counter()
    if way == "frozen":
        model, parts, first_loss = training.train_head(*features[:2], classes, seed), features, 0.0
    else:
        model, lowest, first_loss = _tune(backbone, WAYS[way], parts, features, classes, seed)
    seconds = time.perf_counter() - start
    moved = [np.linalg.norm(now - was) for now, was in zip(_kernels(backbone.base), before)]
    result = {
        "first_loss": first_loss,
        "train": training.accuracy(model, parts[0]),
        "validation": training.accuracy(model, parts[1]),
        "held_out": training.accuracy(model, parts[2]),
        "training_seconds": seconds,
        "moved": float(np.linalg.norm(moved) / np.linalg.norm([np.linalg.norm(was) for was in before])),
    }
    if "weights" in lowest:  # else the head has them, or every loss was none
        model.set_weights(lowest["weights"])
    return result | {"held_out_lowest_loss": training.accuracy(model, parts[2])}


def _tune(
    backbone: backbones.Backbone, way: Way, parts: _Parts, features: _Parts, classes: int, seed: int
) -> tuple["keras.Model", dict, float]:
    """Fine-tune, or train from random weights; give the model, its weights of the lowest validation loss, its first loss."""
    if way.scratch:
        training.start_afresh(backbone, seed)
        head = training.build_head(backbone.channels, classes)
    else:
        keras.utils.set_random_seed(seed)
        training.unfreeze(backbone.base, first_layer(backbone.base, way.blocks), way.frozen_norm)
        head = training.train_head(*features[:2], classes, seed)
        if way.fresh_head:
            head = training.build_head(backbone.channels, classes, features[0].x)
    model = classifier.join(backbone, head)
    lowest: dict[str, Any] = {}

    def keep(epoch: int, logs: dict) -> None:
        if logs["val_loss"] < lowest.get("loss", np.inf):
            lowest.update(loss=logs["val_loss"], weights=model.get_weights())

    keeper = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    history = training.train_whole(model, *parts[:2], way.epochs, seed, way.rate, way.warm_up, [keeper])
    return model, lowest, history["val_loss"][0]


def first_layer(base: "keras.Model", blocks: int | None) -> str:
    """Name the layer with which the last so many blocks of the bundled backbone begin; of None, the first of all."""
    names = [layer.name for layer in base.layers if layer.weights]
    if blocks is None:
        return names[0]
    last = sorted({name.split("_")[0] for name in names if name.startswith("block")})[-blocks]
    return next(name for name in names if name.startswith(last))


@cache
def _pictures(name: str, seed: int) -> tuple[LabelledArrays, LabelledArrays, LabelledArrays]:
    """Split a set of photos by group and give the pictures: training, validation, held-out (or test)."""
    split, resize = photos.split(_frozen.photographs(name), seed), _frozen.backbone().resize
    parts = split.train, split.validation, split.test
    train, validation, held_out = (LabelledArrays.read(part, resize, _frozen.classes(name)) for part in parts)
    return train, validation, held_out


def _kernels(base: "keras.Model") -> list[np.ndarray]:
    return [layer.kernel.numpy() for layer in base.layers if hasattr(layer, "kernel")]


def summarise(rows: list[dict]) -> str:
    """Print accuracies, loss after the first epoch, the base's change and the seconds, by photo set and way."""
    return experiments.table(
        rows,
        "way",
        ("train", "validation", "held_out", "first_loss", "moved", "training_seconds"),
    )

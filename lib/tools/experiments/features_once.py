"""A frozen base in every epoch, beside features that are extracted once: the same losses, another time.

The same head, from the same weights, sees the same photos in the same order, without augmentation on either
side. Seconds depend on the machine; their ratio less so.
"""

import time

import numpy as np

from lib import classifier, photos, training
from lib.core.framework import keras
from lib.tools import experiments
from lib.tools.experiments import _frozen

EPOCHS = 3
CASES = experiments.cases()


def run_case(case: dict) -> dict:
    """Train both ways; give both lists of losses, the seconds of an epoch (the first, which compiles, left out), and
    those of one extraction."""
    backbone, classes = _frozen.backbone(), len(_frozen.classes(case["photographs"]))
    train = photos.split(_frozen.photographs(case["photographs"]), case["seed"]).train
    images = photos.load(train, backbone.resize, progress=False)
    labels = photos.labels(train, _frozen.classes(case["photographs"]))

    keras.utils.set_random_seed(case["seed"])
    head = training.build_head(backbone.channels, classes)
    whole = classifier.join(backbone, head)
    backbone.model.trainable = False
    every_epoch, slow = _train(whole, images, labels, case["seed"])

    start = time.perf_counter()
    features = training.features(backbone, images)
    extraction = time.perf_counter() - start
    keras.utils.set_random_seed(case["seed"])
    head = training.build_head(backbone.channels, classes)
    once, quick = _train(head, features, labels, case["seed"])
    return {
        "losses_every_epoch": every_epoch,
        "losses_once": once,
        "difference": float(np.abs(np.subtract(every_epoch, once)).max()),
        "epoch_with_base": slow,
        "epoch_of_head": quick,
        "extraction": extraction,
    }


def _train(model: "keras.Model", x: np.ndarray, y: np.ndarray, seed: int) -> tuple[list[float], float]:
    """Train for EPOCHS; give the losses and the median seconds of an epoch."""
    training.compile_model(model, training.RATE)
    keras.utils.set_random_seed(seed)
    ends = []
    clock = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    losses = model.fit(x, y, batch_size=training.BATCH, epochs=EPOCHS, callbacks=[clock], verbose=0).history["loss"]
    return losses, float(np.median(np.diff(ends)))


def summarise(rows: list[dict]) -> str:
    """Print the largest difference of the losses, and how many times longer an epoch with the base in it takes."""
    rows = [row | {"times_longer": row["epoch_with_base"] / row["epoch_of_head"]} for row in rows]
    return experiments.table(rows, None, ("difference", "times_longer"))

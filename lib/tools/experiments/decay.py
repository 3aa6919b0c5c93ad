"""The learning rate and its decay: heads trained at several first rates, with and without the rate falling.

`decay` is the lecture's number as a share of the first rate: rate(t) = rate / (1 + decay · rate · t), t in batches;
the lecture has 1/25. Without decay it is 0.
"""

import numpy as np

from lib import training
from lib.core.framework import keras
from lib.tools import experiments
from lib.tools.experiments import _frozen

LECTURE = 1 / 25
CASES = experiments.cases(rate=[1e-3, 1e-2, 1e-1, 2e-1], decay=[0, LECTURE])
VIEWS = 2  # as in notebook 12


def run_case(case: dict) -> dict:
    """Train one head; give its validation losses, and the accuracy of the epoch with the lowest validation loss.

    `last_accuracy` is the validation accuracy of the last epoch's head. `jump` is by how much the validation loss
    changes from one epoch to the next in the second half: the mean of its absolute value.
    """
    train, validation, held_out = _frozen.parts(case["photographs"], case["seed"], VIEWS)
    keras.utils.set_random_seed(case["seed"])
    head = training.build_head(train.x.shape[-1], len(_frozen.classes(case["photographs"])), train.x)
    rate = keras.optimizers.schedules.InverseTimeDecay(case["rate"], 1, case["rate"] * case["decay"])
    head.compile(keras.optimizers.SGD(rate, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = training.fit(head, train, validation, training.EPOCHS)
    losses = history["val_loss"]
    return {
        "best_loss": min(losses),
        "last_loss": losses[-1],
        "last_accuracy": history["val_accuracy"][-1],
        "jump": float(np.abs(np.diff(losses[len(losses) // 2 :])).mean()),
        "validation": training.accuracy(head, validation),
        "held_out": training.accuracy(head, held_out),
    }


def summarise(rows: list[dict]) -> str:
    """Print losses and accuracy by photo set, first rate and decay."""
    rows = [row | {"setting": f"rate {row['rate']:g}, decay {row['decay']:g}"} for row in rows]
    columns = ("best_loss", "last_loss", "last_accuracy", "jump", "validation", "held_out")
    return experiments.table(rows, "setting", columns)

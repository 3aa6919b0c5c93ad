"""Does it matter that near-duplicates stay on one side? Accuracy with photos split at random, and split by group.

Five folds either way: each photo is judged once, by what was learnt from the other folds, so that the two ways
differ only in where near-duplicates are. Three classifiers: the nearest neighbour by 32×32 pixels, the nearest
neighbour by the backbone's features, and the course's head on these features. Nothing is chosen by the judged fold:
the head is trained for a fixed number of epochs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from lib import backbones, photos, training
from lib.core.framework import keras
from lib.tools import experiments
from lib.tools.experiments import _frozen

DEALT = ("at random", "by group")
CASES = experiments.cases(dealt=DEALT)
EPOCHS = 20


def run_case(case: dict) -> dict:
    """Measure one way of dealing with one seed: each judge's accuracy, over all and over those that have a twin."""
    found = _frozen.photographs(case["photographs"])
    features = backbones.extract(_frozen.backbone(), found, progress=False)[:, 0, 0]
    truth, have_twin = photos.labels(found, _frozen.classes(case["photographs"])), twins(found)
    pixels = _frozen.pixels(case["photographs"])
    judges = {"pixels": (nearest, pixels), "features": (nearest, features), "head": (trained_head, features)}
    right = {name: np.zeros(len(found), bool) for name in judges}
    keras.utils.set_random_seed(case["seed"])
    for rest, fold in deals(found, case["dealt"], case["seed"]):
        for name, (judge, x) in judges.items():
            right[name][fold] = judge(x[rest], truth[rest], x[fold]) == truth[fold]
    return (
        {"have_twin": float(have_twin.mean())}
        | {name: float(hits.mean()) for name, hits in right.items()}
        | {f"{name}_of_twins": float(hits[have_twin].mean()) for name, hits in right.items()}
    )


def twins(found: list[photos.Photo]) -> np.ndarray:
    """Say of each photo whether another one shares its group: bool (n,)."""
    sizes = Counter(photo.group for photo in found)
    return np.array([sizes[photo.group] > 1 for photo in found])


def deals(found: list[photos.Photo], dealt: str, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield five pairs of indices (the rest, the fold), by group or with every photo as a group of its own."""
    if dealt == "at random":
        found = [replace(photo, group=str(photo.path)) for photo in found]
    for pair in photos.folds(found, seed):
        rest, fold = photos.positions(found, *pair)
        yield rest, fold


def nearest(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Give each row of `asked` the class of the nearest row of `x`."""
    return KNeighborsClassifier(1).fit(x, y).predict(asked)


def trained_head(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Train the course's head on features (n, channels) and classify the rows of `asked`."""
    x, asked = (features[:, None, None, :] for features in (x, asked))
    head = training.build_head(x.shape[-1], int(y.max()) + 1, x)
    training.compile_model(head, training.RATE)
    head.fit(x, y, batch_size=training.BATCH, epochs=EPOCHS, verbose=0)
    return head(asked, training=False).numpy().argmax(axis=1)


def summarise(rows: list[dict]) -> str:
    """Print each judge's accuracy, split at random and by group, mean and range over the seeds."""
    lines = []
    for name in experiments.SETS:
        ours = [row for row in rows if row["photographs"] == name]
        if {row["dealt"] for row in ours} != set(DEALT):  # not measured, or not to the end
            continue
        lines.append(f"{name}: {ours[0]['have_twin']:.0%} of the photos have a near-duplicate")
        lines.append(f"  {'':<20} {DEALT[0]:<24} {DEALT[1]:<24} higher at random by")
        for judge in ("pixels", "features", "head", "pixels_of_twins", "features_of_twins", "head_of_twins"):
            both = [np.array([row[judge] for row in ours if row["dealt"] == dealt]) for dealt in DEALT]
            spreads = "".join(f"{experiments.spread(x):<25}" for x in both)
            lines.append(f"  {judge:<20} {spreads}{(both[0] - both[1]).mean():+.3f}")
    return "\n".join(lines)

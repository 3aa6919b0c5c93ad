"""Before deep learning: bags of visual words beside raw pixels and a backbone's features, for several vocabularies.

Patches are described with SIFT, at key points or on a grid. Each histogram goes to a linear and to an RBF SVM, whose C
validation chooses; so do the features of the bundled backbone, so that nothing but the features differs. What a head
and fine-tuning make of the same splits, other experiments measure ("augmentation", "fine_tuning").
"""

from functools import cache

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from lib import backbones, photos
from lib.lessons import bag_of_words
from lib.tools import experiments
from lib.tools.experiments import _frozen
from lib.tools.experiments._frozen import photographs

PLACES = {"words at key points": bag_of_words.at_key_points, "words on a grid": bag_of_words.on_grid}
ALONE = ("pixels", "SVM on frozen features")
CASES = experiments.cases(way=ALONE) + experiments.cases(way=PLACES, words=[10, 50, 200, 1000])


def run_case(case: dict) -> dict:
    """Measure one way: its held-out accuracy; of SVMs that of the linear, of the RBF, and of validation's favourite."""
    name = case["photographs"]
    parts = _parts(name, case["seed"])
    truth = photos.labels(photographs(name), _frozen.classes(name))
    labels = [truth[part] for part in parts]
    if case["way"] == "pixels":
        x, _, test_x = (_frozen.pixels(name)[part] for part in parts)
        return {"held_out": float(KNeighborsClassifier(1).fit(x, labels[0]).score(test_x, labels[2]))}
    if case["way"] in PLACES:
        return both_svms(bags(name, parts, case), labels)
    return both_svms([features(name)[part] for part in parts], labels)


def bags(name: str, parts: list[np.ndarray], case: dict) -> list[np.ndarray]:
    """Make a vocabulary of the training part, and give the roots of each part's histograms."""
    every = local_features(name, case["way"])
    described = [[every[i] for i in part] for part in parts]
    words = bag_of_words.vocabulary(described[0], case["words"], case["seed"])
    return [bag_of_words.hellinger_normalise(bag_of_words.histograms(part, words)) for part in described]


def both_svms(x: list[np.ndarray], labels: list[np.ndarray]) -> dict:
    """Fit both SVMs to the first part, choose C by the second, and give accuracies on the third."""
    result: dict[str, float] = {}
    choices = []
    for name, make in (("linear", bag_of_words.linear), ("rbf", bag_of_words.rbf)):
        choice = bag_of_words.select_cost(make, x[0], labels[0], x[1], labels[1])
        choices.append((choice.validation, float(choice.model.score(x[2], labels[2]))))
        result |= {name: choices[-1][1], f"{name}_validation": choice.validation, f"{name}_cost": choice.cost}
    return result | {"held_out": max(choices, key=lambda choice: choice[0])[1]}


def _parts(name: str, seed: int) -> list[np.ndarray]:
    """Split a set; give the indices of the training, validation and held-out (or test) photos."""
    split = photos.split(photographs(name), seed)
    return photos.positions(photographs(name), split.train, split.validation, split.test)


@cache
def local_features(name: str, way: str) -> list[bag_of_words.LocalFeatures]:
    return bag_of_words.describe(photographs(name), PLACES[way], progress=False)


@cache
def features(name: str) -> np.ndarray:
    """Extract a set's features with the bundled backbone, standardised by one number for all: (n, channels)."""
    rows = backbones.extract(_frozen.backbone(), photographs(name), progress=False)[:, 0, 0]
    return rows / np.linalg.norm(rows, axis=1).mean()


def summarise(rows: list[dict]) -> str:
    """Print held-out accuracies by photo set, way and number of words."""
    rows = [row | {"what": f"{row['way']} {row.get('words', '')}".strip()} for row in rows]
    svms = [row for row in rows if "linear" in row]
    pixel_rows = [row for row in rows if "linear" not in row]
    return "\n".join(
        [
            experiments.table(svms, "what", ("linear", "rbf", "held_out")),
            experiments.table(pixel_rows, "what", ("held_out",)),
        ]
    )

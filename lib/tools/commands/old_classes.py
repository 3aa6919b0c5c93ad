"""Count what a backbone's old classifier predicts for a folder of photos: the most frequent of its classes.

The old classifier is the one that the backbone was pre-trained with. For each folder, the fraction of its photos
for which a class is among the five most probable ones.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.core.errors import InputError
from lib.core.messages import counted
from lib.tools.commands._backbone import add_backbone_arguments, chosen_backbone

if TYPE_CHECKING:
    import numpy as np

TOP = 5
LISTED = 6  # classes per folder


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="photos, one folder per class")
    add_backbone_arguments(parser)


def run(args: Namespace) -> int:
    from lib import photos

    found = photos.readable(photos.find(args.folder, say=print))
    name = chosen_backbone(args)
    from lib import backbones  # TensorFlow: after what can be refused without it

    backbone = backbones.load(name)
    old = backbones.load_old_classifier(name)
    if old is None:
        raise InputError(
            f"No classifier that {args.backbone} was pre-trained with is here: choose efficientnet_lite0 or bundled."
        )
    probabilities = old.model.predict(backbones.extract(backbone, found), verbose=0)
    top = probabilities.argsort(axis=1, kind="stable")[:, -TOP:]
    for label in photos.classes(found):
        rows = [row for row, photo in zip(top, found) if photo.label == label]
        print(f"\n{label}, {counted(len(rows), 'photo')}: among the first {TOP} of {len(old.classes)} classes")
        for number, times in _most_frequent(rows):
            print(f"  {number:>4} {old.classes[number]:<24}{times / len(rows):6.1%}")
    return 0


def _most_frequent(rows: "list[np.ndarray]") -> list[tuple[int, int]]:
    """Give (class, in how many rows it is) for the LISTED most frequent classes, the most frequent first."""
    from collections import Counter

    counts = Counter(int(number) for row in rows for number in row)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:LISTED]

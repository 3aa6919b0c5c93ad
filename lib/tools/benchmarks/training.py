"""Fifty epochs of head training, the lecture's way and on features that are extracted once."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from lib import backbones, classifier, photos, training
from lib.backbones import Backbone
from lib.core.framework import keras
from lib.photos import Photo
from lib.tools.benchmarks.measuring import Result, in_turn, ratio
from lib.training import BATCH, EPOCHS, RATE, LabelledArrays

OWN = "bench"  # under this name features are stored, apart from those of the course, and deleted again


def head_training(
    backbone: Backbone, train: Sequence[Photo], validation: Sequence[Photo], repeats: int
) -> list[Result]:
    """Training the course's head: extraction and first head, and a second head, over the lecture's fifty epochs.

    The lecture runs the frozen base on every picture in every epoch. One such epoch is timed, with the pictures in
    memory and the graph made; fifty are estimated from it. Ours reads the photos from their files and makes its
    graphs within the time. Neither augments; both look at the validation part after each epoch.
    """
    backbone = replace(backbone, name=OWN)
    names = photos.classes(train)
    classes = len(names)
    train_images, validation_images = (
        LabelledArrays.read(part, backbone.resize, names) for part in (train, validation)
    )
    epoch = _lecture_epoch(backbone, train_images, validation_images, classes)

    def features(shown: bool = False) -> tuple[LabelledArrays, LabelledArrays]:
        of_train, of_validation = (
            LabelledArrays(backbones.extract(backbone, part, progress=shown), photos.labels(part, names))
            for part in (train, validation)
        )
        return of_train, of_validation

    def first_head() -> None:
        _forget(backbone)
        training.train_head(*features(), classes, seed=0)

    try:
        held = features(shown=True)
        ways = {"lecture, one epoch": epoch, "ours, extraction and head": first_head,
                "ours, another head": lambda: training.train_head(*held, classes, seed=1)}  # fmt: skip
        runs = in_turn("head training", repeats, **ways)
    finally:
        _forget(backbone)
    estimated = runs | {"lecture": [EPOCHS * seconds for seconds in runs["lecture, one epoch"]]}
    note = (f"{len(train)} + {len(validation)} photos; the lecture's {EPOCHS} epochs, "
            f"{median(estimated['lecture']):.0f} s, are estimated from one")  # fmt: skip
    first = ratio(estimated, "lecture", "ours, extraction and head")
    second = ratio(estimated, "lecture", "ours, another head")
    return [
        Result("head training, the lecture's way over ours", first, "times", 30, True, runs, note),
        Result("a second head, the lecture's way over ours", second, "times", 300, True),
    ]


def _lecture_epoch(
    backbone: Backbone, train: LabelledArrays, validation: LabelledArrays, classes: int
) -> Callable[[], None]:
    """Give a function that trains base and head, the base frozen, for one epoch; its graph is made already."""
    backbone.base.trainable = False
    model = classifier.join(backbone, training.build_head(backbone.channels, classes))
    optimizer = keras.optimizers.SGD(RATE, momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])

    def epoch(first: int | None = None) -> None:
        held_out = (validation.x[:first], validation.y[:first])
        model.fit(train.x[:first], train.y[:first], batch_size=BATCH, epochs=1, validation_data=held_out, verbose=0)

    epoch(BATCH)
    return epoch


def _forget(backbone: Backbone) -> None:
    shutil.rmtree(backbones.feature_folder(backbone), ignore_errors=True)

"""Classifiers: a backbone and a head joined, saved with a card, loaded and run.

A classifier maps uint8 RGB frames (n, size, size, 3), n any number, to class probabilities, float32
(n, classes). The preprocessing of its network is done by layers inside it, so that it is the same in training and on video.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np

from lib.backbones import Backbone
from lib.core import cards, environment, fitting, paths
from lib.core.errors import CourseError
from lib.core.files import atomic_write, read_json
from lib.core.framework import forward, keras, load_model, tf
from lib.core.hashes import sha256
from lib.core.messages import printable
from lib.core.progress import progress_bar
from lib.photos import Photo, Resize, read

BATCH = 16
AGAIN = "train it again with notebooks 02 and 03"
REQUIRED = {"classes": cards.CLASSES, "image_size": cards.IMAGE_SIZE, "sha256": cards.SHA256}
OPTIONAL = {"made": cards.DATE, "shaping": cards.SHAPING} | dict.fromkeys(
    ("photographs", "backbone", "imported"), cards.TABLE
)


class ClassifierError(CourseError, ValueError):
    """A classifier cannot be used; the message names its file and the way out."""


@dataclass(frozen=True)
class Classifier:
    """A loaded classifier: the Keras model, the card beside its file, and the file."""

    model: "keras.Model"
    card: dict
    path: Path

    @cached_property
    def _forward(self) -> "Callable[[np.ndarray], tf.Tensor]":
        return forward(self.model, self.image_size)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.card["classes"])

    @property
    def image_size(self) -> int:
        return self.card["image_size"]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's file."""
        return self.card["sha256"]

    @property
    def resize(self) -> Resize:
        """How photos and frames of any shape become this classifier's input; old cards squash."""
        return Resize(self.image_size, self.card.get("shaping", cards.SQUASH))

    def predict(self, frames: np.ndarray) -> np.ndarray:
        """Predict class probabilities of frames.

        Args:
            frames: uint8 RGB (n, image_size, image_size, 3).

        Returns:
            float32 (n, classes); each row sums to 1.

        Raises:
            ClassifierError: frames of another type or shape (TensorFlow would cut floats to whole numbers without a
                warning), or a model whose scores are not probabilities.

        Example:
            model.predict(model.resize(image)[None])
        """
        size = self.image_size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3):
            raise ClassifierError(
                f"{self.path.name} takes uint8 frames of 0 to 255 in the shape (n, {size}, {size}, 3), not {frames.dtype} "
                f"{frames.shape}: resize them with the classifier's `resize`, and leave scaling to the layers in the model."
            )
        batches = [self._forward(frames[i : i + BATCH]).numpy() for i in range(0, len(frames), BATCH)]
        scores = np.concatenate(batches) if batches else np.empty((0, len(self.classes)), np.float32)
        if not (np.abs(scores.sum(axis=1) - 1) < 0.05).all():  # false for NaN too; half precision rounds a little
            raise ClassifierError(
                f"{self.path} gives scores that are no probabilities (their sum is not 1): end it with softmax, and save "
                "it again."
            )
        return scores

    def predict_photos(self, photos: Iterable[Photo], progress: bool = True) -> np.ndarray:
        """Read photos a batch at a time and predict their class probabilities.

        Args:
            photos: n photos.
            progress: show a progress bar.

        Returns:
            float32 (n, classes); each row sums to 1.

        Raises:
            PhotoError: one of them cannot be read.

        Example:
            predicted = model.predict_photos(split.test).argmax(axis=1)
        """
        photos, batches = list(photos), []
        for start in progress_bar(range(0, len(photos), BATCH), progress, desc="classifying photos"):
            batch = [self.resize(read(photo.path)) for photo in photos[start : start + BATCH]]
            batches.append(self.predict(np.stack(batch)))
        return np.concatenate(batches) if batches else np.empty((0, len(self.classes)), np.float32)


def join(backbone: Backbone, head: "keras.Model") -> "keras.Model":
    """Join a backbone and a head into one model.

    Args:
        backbone: from `backbones.load`.
        head: takes feature maps (n, height, width, channels) and gives probabilities (n, classes).

    Returns:
        A model from uint8 RGB frames (n, size, size, 3) to float32 (n, classes).

    Example:
        model = classifier.join(backbone, head)
    """
    frames = keras.Input((backbone.image_size, backbone.image_size, 3), dtype="uint8", name="frames")
    return keras.Model(frames, head(backbone.model(frames)), name="classifier")


def save(model: "keras.Model", path: str | Path, backbone: Backbone, classes: Iterable[str], **facts: object) -> Path:
    """Save a classifier as one `.keras` file with a JSON card beside it, each complete or not at all.

    The card states classes, backbone, image size, the hash of the model file, versions, and the `facts` given.

    Args:
        model: from uint8 RGB frames to probabilities, as `join` gives it.
        path: of the `.keras` file; the card has its name with `.json`.
        backbone: the one inside the model.
        classes: the names of the model's outputs, in their order.
        facts: what else the card states, as JSON can: what it was trained on, its scores, its seed.

    Returns:
        `path`.

    Raises:
        ClassifierError: the classes are not different names, two or more.
        OSError: a file cannot be written.

    Example:
        classifier.save(model, "model/mine.keras", backbone, classes, seed=0)
    """
    path, classes = Path(path), list(classes)
    if not cards.CLASSES.holds(classes):
        raise ClassifierError(f"{path} needs classes: {cards.CLASSES.words}.")
    with atomic_write(path.with_suffix(".json")) as card_part, atomic_write(path) as part:  # moved together, at the end
        model.save(part)
        card = {
            "classes": classes,
            "backbone": {"name": Path(backbone.name).name, "fingerprint": backbone.fingerprint},
            "image_size": backbone.image_size,
            "shaping": backbone.shaping,
            "sha256": sha256(part),
            **facts,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": environment.versions(),
        }
        card_part.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return path


def read_card(path: str | Path) -> dict:
    """Read a classifier's card and check it. Raises ClassifierError when the model or its card is missing or wrong."""
    path = Path(path)
    if not path.is_file():
        raise ClassifierError(f"There is no classifier {path}: make one with notebooks 02 and 03, or `make course`.")
    card_path = path.with_suffix(".json")
    if not card_path.is_file():
        raise ClassifierError(f"{path} has no card {card_path.name} beside it{_how_to_use(path)}.")
    try:
        card = read_json(card_path)
    except ValueError as error:
        raise ClassifierError(f"{card_path} is not whole JSON ({error.__cause__}): correct it, or {AGAIN}.") from error
    if _is_of_backbone(card):
        raise ClassifierError(f"{path} is a backbone, not a classifier: choose it as BACKBONE (--backbone).")
    if faults := cards.faults(card, REQUIRED, OPTIONAL):
        raise ClassifierError(f"{card_path} {faults}: correct it, or {AGAIN}.")
    return card


def _is_of_backbone(card: dict) -> bool:
    return "scaling" in card and "sha256" not in card


def _how_to_use(path: Path) -> str:
    """Say what makes a classifier of a file without a card: words that follow "has no card"."""
    if path.suffix in (".h5", ".hdf5"):
        return f": bring an HDF5 file of the lecture over with `python -m lib import {path} --classes NAME NAME ...`"
    try:
        model = load_model(path)
    except ValueError as error:
        return f" and cannot be loaded ({error}): {AGAIN}"
    if reason := _misfit(model):
        return f" and {reason}"
    names = ", ".join(f'"class {number}"' for number in range(1, model.output_shape[-1] + 1))
    size = model.input_shape[1] or 224
    return (
        f": {AGAIN}, or, for a model of your own, write one with the names of its classes in the order of its outputs: "
        f'{{"classes": [{names}], "image_size": {size}, "sha256": "{sha256(path)}"}}'
    )


def load(path: str | Path) -> Classifier:
    """Load a classifier and its card. Code hidden in the file is refused (Keras's safe mode).

    Args:
        path: the `.keras` file.

    Returns:
        The classifier, ready to predict.

    Raises:
        ClassifierError: the file is missing, not complete, not the one its card describes, contains code, or is a
            model for something other than the course's frames.
        NotEnoughMemory: memory runs out.

    Example:
        model = classifier.load("model/sample-bundled/02_feature_extraction.keras")
        model.classes, model.image_size
    """
    path, card = Path(path), read_card(path)
    if sha256(path) != card["sha256"]:
        raise ClassifierError(f"{path} is not the file that its card describes: {AGAIN}.")
    try:
        model = load_model(path)
    except ValueError as error:
        raise ClassifierError(f"{path} cannot be loaded ({error}): {AGAIN}.") from error
    if reason := _misfit(model, card["image_size"]):
        raise ClassifierError(f"{path} {reason}.")
    if model.output_shape[-1] != len(card["classes"]):
        raise ClassifierError(
            f"{path} has {model.output_shape[-1]} classes and its card names {len(card['classes'])}: correct the card, "
            f"or {AGAIN}."
        )
    return Classifier(model, card, path)


def _misfit(model: "keras.Model", size: int | None = None) -> str:
    """Say why a model is no classifier of the course's frames, and the way out, or give an empty string."""
    reason = fitting.misfit(model, fitting.PROBABILITIES, size)
    if not reason and model.inputs[0].dtype != "uint8":
        reason = (
            f"takes {model.inputs[0].dtype} images whose scaling is not known: begin it with "
            'keras.Input((height, width, 3), dtype="uint8") and, as a layer, the scaling that it was trained with '
            "(keras.layers.Rescaling), and save it again"
        )
    if not reason and model.output_shape[-1] < 2:
        reason = "has a single output: end it with one output for each class, and softmax"
    return reason


def newest(pattern: str = "*/*.json") -> Path:
    """Find the classifier that was made last, in any run. Raises ClassifierError when there is none.

    A card that cannot be used is named in a printed line and passed over, so that it stops no other classifier.
    """
    found = []
    for path in (card.with_suffix(".keras") for card in paths.MODEL.glob(pattern)):
        try:
            if path.is_file() and not _is_of_backbone(read_json(path.with_suffix(".json"))):
                card = read_card(path)
                found.append((cards.time(card.get("made", "0001-01-01")), path, card["sha256"]))
        except (CourseError, OSError) as error:
            _pass_over(str(error))
    for _, path, digest in sorted(found, reverse=True):
        if sha256(path) == digest:
            return path
        _pass_over(f"{path} is not the file that its card describes: {AGAIN}.")
    raise ClassifierError("No classifier has been trained yet: run `make course`, or notebooks 02 and 03.")


def _pass_over(reason: str) -> None:
    print(f"Note: one classifier is passed over. {printable(reason)}")

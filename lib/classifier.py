"""Classifiers: a backbone and a head joined, saved with a card, loaded and asked for probabilities.

A classifier maps uint8 RGB frames (n, size, size, 3), n any number, to class probabilities, float32
(n, classes). Whatever its network wants is done by layers inside it, so training and video cannot disagree.
"""

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import numpy as np

from lib import paths
from lib.backbones import Backbone
from lib.files import read_json, replacing, sha256
from lib.framework import forward, keras, load_model
from lib.photos import Photo, read, resize
from lib.progress import progress_bar

BATCH = 16


class ClassifierError(ValueError):
    """A classifier cannot be used; the message names its file and the way out."""


@dataclass(frozen=True)
class Classifier:
    """A loaded classifier: the Keras model, the card beside its file, and the file."""

    model: "keras.Model"
    card: dict
    path: Path

    def __post_init__(self):
        object.__setattr__(self, "_forward", forward(self.model, self.image_size))

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.card["classes"])

    @property
    def image_size(self) -> int:
        return self.card["image_size"]

    def predict(self, frames: np.ndarray) -> np.ndarray:
        """Give class probabilities, float32 (n, classes), for uint8 RGB frames (n, image_size, image_size, 3).

        Raises ClassifierError for frames of another type or shape: TensorFlow would cut floats down to whole numbers
        and say nothing.
        """
        size = self.image_size
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size, 3):
            raise ClassifierError(
                f"{self.path.name} takes uint8 frames of 0 to 255 in the shape (n, {size}, {size}, 3), not {frames.dtype} "
                f"{frames.shape}: resize them with lib.photos.resize, and leave scaling to the layers in the model."
            )
        batches = [self._forward(frames[i : i + BATCH]).numpy() for i in range(0, len(frames), BATCH)]
        return np.concatenate(batches) if batches else np.empty((0, len(self.classes)), np.float32)

    def predict_photos(self, photos: Iterable[Photo], progress: bool = True) -> np.ndarray:
        """Read photographs a batch at a time and give their class probabilities, float32 (n, classes)."""
        photos, batches = list(photos), []
        for start in progress_bar(range(0, len(photos), BATCH), progress, desc="classifying photographs"):
            batch = [resize(read(photo.path), self.image_size) for photo in photos[start : start + BATCH]]
            batches.append(self.predict(np.stack(batch)))
        return np.concatenate(batches) if batches else np.empty((0, len(self.classes)), np.float32)


def join(backbone: Backbone, head: "keras.Model") -> "keras.Model":
    """Join a backbone and a head (feature map in, probabilities out) into one model on uint8 RGB frames."""
    frames = keras.Input((backbone.image_size, backbone.image_size, 3), dtype="uint8", name="frames")
    return keras.Model(frames, head(backbone.model(frames)), name="classifier")


def save(model: "keras.Model", path: str | Path, backbone: Backbone, classes: Iterable[str], **facts) -> Path:
    """Save a classifier as one `.keras` file with a JSON card beside it, each whole or not at all.

    The card states classes, backbone, image size, the hash of the model file, versions, and the `facts` given:
    what it was trained on, its scores, its seed.
    """
    path = Path(path)
    with replacing(path.with_suffix(".json")) as card_part, replacing(path) as part:  # moved together, at the end
        model.save(part)
        card = {
            "classes": list(classes),
            "backbone": {"name": Path(backbone.name).name, "fingerprint": backbone.fingerprint},
            "image_size": backbone.image_size,
            "sha256": sha256(part),
            **facts,
            "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "versions": {"python": platform.python_version()}
            | {name: version(name) for name in ("tensorflow", "keras", "numpy", "opencv-python")},
        }
        card_part.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return path


def read_card(path: str | Path) -> dict:
    """Read a classifier's card. Raises ClassifierError when the model or its card is missing."""
    path = Path(path)
    if not path.is_file():
        raise ClassifierError(f"There is no classifier {path}: make one with notebooks 02 and 03, or `make course`.")
    card_path = path.with_suffix(".json")
    if not card_path.is_file():
        raise ClassifierError(
            f"{path} has no card {card_path.name} beside it: train it again with notebooks 02 and 03."
        )
    card = read_json(card_path)
    kinds = {"classes": list, "image_size": int, "sha256": str}
    missing = [name for name, kind in kinds.items() if not isinstance(card.get(name), kind)]
    if missing:
        raise ClassifierError(f"{card_path} lacks {', '.join(missing)}: train it again with notebooks 02 and 03.")
    return card


def load(path: str | Path) -> Classifier:
    """Load a classifier and its card. Code hidden in the file is refused (Keras's safe mode).

    Raises ClassifierError when the file is missing, not whole, not the one its card describes, or holds code.
    """
    path, card = Path(path), read_card(path)
    other = ClassifierError(f"{path} is not the file that its card describes: train it again with notebooks 02 and 03.")
    if sha256(path) != card["sha256"]:
        raise other
    try:
        model = load_model(path)
    except ValueError as error:
        raise ClassifierError(f"{path} cannot be loaded ({error}): train it again with notebooks 02 and 03.") from error
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if takes != (None, card["image_size"], card["image_size"], 3) or gives != (None, len(card["classes"])):
        raise other
    return Classifier(model, card, path)


def newest() -> Path:
    """Find the classifier that was made last, in any run. Raises ClassifierError when there is none."""
    cards = [
        (read_json(p).get("made", ""), p)
        for p in paths.MODEL.glob("*/*.json")
        if p.with_suffix(".keras").exists() and p.parent.name != "backbone"
    ]
    if not cards:
        raise ClassifierError("No classifier has been trained yet: run `make course`, or notebooks 02 and 03.")
    return max(cards)[1].with_suffix(".keras")

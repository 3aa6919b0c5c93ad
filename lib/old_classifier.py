"""The classifier that a backbone was pre-trained with, where one lies beside it.

Beside `NAME.keras` that is `NAME_classifier.keras`: feature map in, probabilities of the old classes out. The
backbone's card names the old classes.
"""

from dataclasses import dataclass
from pathlib import Path

from lib import paths
from lib.backbones import BackboneError
from lib.files import read_json
from lib.framework import keras, load_model


@dataclass(frozen=True)
class OldClassifier:
    """`model` takes feature maps of any height and width, and gives the probability of each of `classes`."""

    model: "keras.Model"
    classes: tuple[str, ...]


def load(backbone: str) -> OldClassifier | None:
    """Load the old classifier of a backbone ("bundled", or the path of a `.keras` file), or give None without one.

    Raises BackboneError when it cannot be loaded, or the card does not name as many classes as it tells apart.
    """
    file = paths.BUNDLED_BACKBONE if backbone == "bundled" else Path(backbone)
    path, card_path = file.with_name(f"{file.stem}_classifier.keras"), file.with_suffix(".json")
    if not path.is_file():
        return None
    saved = _saved(path)
    classes = read_json(card_path).get("classes", []) if card_path.is_file() else []
    if len(classes) != saved.output_shape[-1]:
        raise BackboneError(
            f"{path} tells {saved.output_shape[-1]} classes apart and {card_path.name} names {len(classes)}: "
            "correct the card, or delete the classifier."
        )
    maps = keras.Input((None, None, saved.input_shape[-1]), name="feature_map")
    layers = [layer for layer in saved.layers if not isinstance(layer, keras.layers.InputLayer)]
    model = keras.Sequential([maps, *layers], name="old_classifier")  # without the fixed size of its input
    return OldClassifier(model, tuple(classes))


def _saved(path: Path) -> "keras.Model":
    try:
        return load_model(path)
    except ValueError as error:
        raise BackboneError(
            f"{path} cannot be loaded ({error}): delete it, or put a whole copy in its place."
        ) from error

"""Backbones: pre-trained networks without their classifier, and the features that they extract.

A backbone maps uint8 RGB pictures (n, size, size, 3) to a feature map, float32 (n, height, width, channels).
What its network wants (colour order, scaling, mean subtraction) is done by layers in front of it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib import paths
from lib.files import read_json, replacing, sha256
from lib.framework import forward, keras, tf
from lib.photos import Photo, read, resize
from lib.progress import progress_bar

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
SCALINGS = ("0..255", "0..1", "-1..1", "caffe")
BATCH = 32

# Name here: (name in keras.applications, image size, scaling, first layer of the last block)
APPLICATIONS = {
    "resnet50": ("ResNet50", 224, "caffe", "conv5_block3_1_conv"),
    "vgg16": ("VGG16", 224, "caffe", "block5_conv1"),
    "mobilenet_v2": ("MobileNetV2", 224, "-1..1", "block_16_expand"),
}


class BackboneError(ValueError):
    """A backbone cannot be had; the message names it and the ways out."""


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into feature maps.

    `model` takes uint8 RGB (n, image_size, image_size, 3); `base` is the pre-trained network inside it, whose
    layers from `last_block` on are the ones that fine-tuning unfreezes first. `fingerprint` tells whether two
    backbones are the same.
    """

    name: str
    model: "keras.Model"
    base: "keras.Model"
    image_size: int
    last_block: str
    fingerprint: str

    @property
    def channels(self) -> int:
        return self.model.output_shape[-1]


def load(backbone: str = "bundled") -> Backbone:
    """Load a backbone: "bundled", a name of APPLICATIONS (ImageNet weights), or the path of a `.keras` file.

    Beside a `.keras` file lies its card, a `.json` of the same name with `image_size`, `scaling` (one of
    SCALINGS) and `last_block`. Raises BackboneError when there is no such network, weights or card.
    """
    if backbone in APPLICATIONS:
        return _load_application(backbone)
    path = _file(backbone)
    card = read_card(path)
    base = keras.models.load_model(path, compile=False, safe_mode=True)
    return _assemble(backbone, base, card["image_size"], card["scaling"], card["last_block"], fingerprint(backbone))


def read_card(path: Path) -> dict:
    """Read the card beside a saved backbone. Raises BackboneError when file or card is missing or lacks an entry."""
    if not path.is_file():
        names = ", ".join(["bundled", *APPLICATIONS])
        raise BackboneError(f"There is no backbone {path}: give one of {names}, or the path of a .keras file.")
    card_path = path.with_suffix(".json")
    card = read_json(card_path) if card_path.exists() else {}
    missing = {"image_size", "scaling", "last_block"} - set(card)
    if missing or card["scaling"] not in SCALINGS:
        raise BackboneError(
            f"{path} needs a card {card_path.name} beside it that states image_size, last_block (the first layer to "
            f"unfreeze) and scaling (one of {', '.join(SCALINGS)}): nothing of this is guessed."
        )
    return card


def image_size(backbone: str) -> int:
    """Give the size of the pictures that a backbone takes, without loading it. Raises BackboneError."""
    if backbone in APPLICATIONS:
        return APPLICATIONS[backbone][1]
    return read_card(_file(backbone))["image_size"]


def _file(backbone: str) -> Path:
    return paths.BUNDLED_BACKBONE if backbone == "bundled" else Path(backbone)


def fingerprint(backbone: str) -> str:
    """Tell backbones apart without loading them: the hash of the file, or the name of the ImageNet weights."""
    if backbone in APPLICATIONS:
        return f"keras.applications {APPLICATIONS[backbone][0]} imagenet, keras {keras.__version__}"
    return sha256(_file(backbone))


def _load_application(name: str) -> Backbone:
    function, size, scaling, last_block = APPLICATIONS[name]
    try:
        base = getattr(keras.applications, function)(weights="imagenet", include_top=False, input_shape=(size, size, 3))
    except Exception as error:  # Keras raises whatever its download met
        raise BackboneError(
            f"The ImageNet weights of {function} are not on this machine and could not be downloaded ({error}): connect "
            'to a network once, copy the weights file into Keras\'s folder "~/.keras/models", or use BACKBONE = "bundled".'
        ) from error
    return _assemble(name, base, size, scaling, last_block, fingerprint(name))


def _assemble(name, base, size, scaling, last_block, mark) -> Backbone:
    frames = keras.Input((size, size, 3), dtype="uint8", name="frames")
    model = keras.Model(frames, base(scaled(frames, scaling)), name="backbone")
    return Backbone(name, model, base, size, last_block, mark)


def scaled(frames, scaling: str):
    """Turn RGB 0 to 255 into what a network was trained on, by layers: one of SCALINGS.

    "caffe" is blue, green, red with the ImageNet mean subtracted (ResNet50, VGG16). The channels are swapped by
    a 1×1 convolution, so that a saved model holds plain layers only and loads with Keras's safe mode on.
    """
    if scaling == "caffe":
        swap = keras.layers.Conv2D(3, 1, trainable=False, name="rgb_to_bgr_minus_mean")
        floats = keras.layers.Rescaling(1.0, name="to_float")(frames)
        swapped = swap(floats)
        swap.set_weights([np.eye(3, dtype="float32")[::-1].reshape(1, 1, 3, 3), -np.float32(CAFFE_MEAN_BGR)])
        return swapped
    scale, offset = {"0..255": (1.0, 0.0), "0..1": (1 / 255, 0.0), "-1..1": (1 / 127.5, -1.0)}[scaling]
    return keras.layers.Rescaling(scale, offset, name="scaling")(frames)


def extract(
    backbone: Backbone,
    photos: Sequence[Photo],
    augment: "keras.Sequential | None" = None,
    view: int = 0,
    progress: bool = True,
) -> np.ndarray:
    """Extract each photograph's features with the frozen backbone: float32 (n, 1, 1, channels).

    The features are the feature map averaged over its height and width, kept as a map of one cell: a head
    that begins with average pooling takes either, and the average is 16 to 49 times smaller to keep.
    With `augment` (layers for float pictures 0 to 255) each photograph is first changed at random; `view`
    numbers the chances, so that the same view of the same photograph is the same every time.

    A feature is computed once: it is kept under paths.FEATURES by the contents of the photograph, the
    backbone, the augmentation and the view. Raises PhotoError for an unreadable photograph.
    """
    store = _FeatureStore(_store_path(backbone, augment, view))
    keys = [sha256(photo.path) for photo in photos]
    todo = list({key: photo for key, photo in zip(keys, photos) if key not in store.features}.items())
    network, change = forward(backbone.model, backbone.image_size), _view_maker(augment, view)
    with progress_bar(shown=progress and bool(todo), total=len(todo), desc="extracting features") as bar:
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            images = np.stack([change(resize(read(photo.path), backbone.image_size), key) for key, photo in batch])
            store.features.update(zip((key for key, _ in batch), network(images).numpy().mean((1, 2))))
            bar.update(len(batch))
            if start % (BATCH * 16) == 0:  # now and then, so that an interrupted extraction goes on
                store.save()
    if todo:
        store.save()
    return np.stack([store.features[key] for key in keys])[:, None, None, :]


def _view_maker(augment, view: int):
    """Give a function (picture, key) that augments a picture by the chance which its key and the view stand for."""
    if augment is None:
        return lambda image, key: image
    augmented = tf.function(lambda image: augment(image, training=True), autograph=False)

    def change(image: np.ndarray, key: str) -> np.ndarray:
        for position, layer in enumerate(augment.layers):
            if hasattr(layer, "generator"):
                layer.generator.state.assign([int(key[:7], 16) + position, view])
        return np.clip(augmented(image[None].astype("float32"))[0], 0, 255).astype(np.uint8)

    return change


def _store_path(backbone: Backbone, augment, view: int) -> Path:
    name = f"{Path(backbone.name).stem}-{hashlib.sha256(backbone.fingerprint.encode()).hexdigest()[:12]}"
    if augment is None:
        return paths.FEATURES / name / "plain.npz"
    layers = [(type(layer).__name__, layer.get_config()) for layer in augment.layers]
    for _, config in layers:
        config.pop("name"), config.pop("seed", None)
    recipe = hashlib.sha256(json.dumps(layers, sort_keys=True, default=str).encode()).hexdigest()[:12]
    return paths.FEATURES / name / f"{recipe}-view{view}.npz"


class _FeatureStore:
    """Features by the hash of their photograph, kept in one `.npz`."""

    def __init__(self, path: Path):
        self.path, self.features = path, {}
        if path.exists():
            with np.load(path, allow_pickle=False) as held:
                self.features = dict(zip(held["keys"].tolist(), held["features"]))

    def save(self) -> None:
        with replacing(self.path) as part:
            np.savez(part, keys=np.array(list(self.features)), features=np.stack(list(self.features.values())))

"""Backbones: pre-trained networks without their classifier, and the features that they extract.

A backbone maps uint8 RGB pictures (n, size, size, 3) to a feature map, float32 (n, height, width, channels).
What its network wants (colour order, scaling, mean subtraction) is done by layers in front of it.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib import backbone_files, paths
from lib.backbone_files import APPLICATIONS, BackboneError, fingerprint, image_size, read_card  # noqa: F401
from lib.files import replacing, sha256
from lib.framework import forward, keras, load_model, tf
from lib.photos import Photo, read, resize
from lib.progress import progress_bar

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)
BATCH = 32
LAST_SHARE = 0.2  # of a network's weights that its last block should hold


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into feature maps.

    `model` takes uint8 RGB (n, image_size, image_size, 3); `base` is the pre-trained network inside it, whose
    layers from `unfreeze_from` on are the ones that fine-tuning trains. `fingerprint` tells whether two
    backbones are the same.
    """

    name: str
    model: "keras.Model"
    base: "keras.Model"
    image_size: int
    unfreeze_from: str
    fingerprint: str

    @property
    def channels(self) -> int:
        return self.model.output_shape[-1]


def load(backbone: str = "bundled") -> Backbone:
    """Load a backbone: "bundled", a name of APPLICATIONS (ImageNet weights), or the path of a `.keras` file.

    A file has a card that states `image_size` and `scaling`, and perhaps `unfreeze_from` (`lib.backbone_files`); where
    it does not, the function `unfreeze_from` finds one. Code hidden in the file is refused (Keras's safe mode).
    Raises BackboneError when there is no such network, weights or card, or the network gives no feature map.
    """
    if backbone in APPLICATIONS:
        application = APPLICATIONS[backbone]
        base, size, scaling = _application(backbone), application.image_size, application.scaling
        return _assemble(backbone, base, size, scaling, application.unfreeze_from)
    path = backbone_files.file(backbone)
    card = read_card(path)
    base = _network(path)
    block = card.get("unfreeze_from") or unfreeze_from(base)
    if block not in [layer.name for layer in base.layers]:
        raise BackboneError(f"The card of {path} names {block} as unfreeze_from, but its network has no such layer.")
    try:
        return _assemble(backbone, base, card["image_size"], card["scaling"], block)
    except ValueError as error:
        size = card["image_size"]
        raise BackboneError(f"{path} does not take pictures of {size}×{size}: correct image_size ({error}).") from error


def _application(name: str) -> "keras.Model":
    """Build a network of keras.applications with its ImageNet weights. Raises BackboneError."""
    application, weights = APPLICATIONS[name], backbone_files.weights(name)
    shape = (application.image_size, application.image_size, 3)
    try:
        build = getattr(keras.applications, application.function)
        return build(weights=str(weights), include_top=False, input_shape=shape)
    except (ValueError, OSError, KeyError) as error:
        raise BackboneError(
            f"{weights} does not hold the weights of {application.function}: delete it, or put a whole copy in its place."
        ) from error


def _network(path: Path) -> "keras.Model":
    """Load a saved network that gives a feature map. Raises BackboneError."""
    try:
        base = load_model(path)
    except ValueError as error:
        raise BackboneError(f"{path} cannot be loaded ({error}): save the model again, as a .keras file.") from error
    built = base.built and hasattr(base, "inputs")  # a Sequential without an Input is neither until it is called
    if not built or len(base.inputs) != 1 or len(base.outputs) != 1 or len(base.output_shape) != 4:
        raise BackboneError(
            f"{path} does not turn pictures into a feature map (height, width, channels): save it without its "
            "pooling and its classifier."
        )
    if any(isinstance(layer, keras.Model) for layer in base.layers):
        raise BackboneError(f"{path} holds a network inside another: save the inner one by itself.")
    return base


def unfreeze_from(base: "keras.Model") -> str:
    """Name the first layer to unfreeze, for a network whose card does not say.

    It begins the shortest end of the network that hangs on one tensor alone and holds at least LAST_SHARE of all
    weights: few layers, and still enough of them to change something.
    """
    last = base.layers[-1].name
    for layer in reversed(base.layers):
        if not layer.trainable_weights or isinstance(layer, keras.layers.BatchNormalization):
            continue
        try:
            weights = _weights_from(layer, base)
        except ValueError:  # something comes in beside it: a residual block cannot be cut in its middle
            continue
        last = layer.name
        if weights >= LAST_SHARE * base.count_params():
            break
    return last


def _weights_from(layer: "keras.layers.Layer", base: "keras.Model") -> int:
    """Count the weights of a network from a layer on. Raises ValueError where it cannot be cut."""
    if isinstance(base, keras.Sequential):
        return sum(other.count_params() for other in base.layers[base.layers.index(layer) :])
    return keras.Model(layer.input, base.output).count_params()


def _assemble(name, base, size, scaling, block) -> Backbone:
    frames = keras.Input((size, size, 3), dtype="uint8", name="frames")
    model = keras.Model(frames, base(scaled(frames, scaling)), name="backbone")
    return Backbone(name, model, base, size, block, fingerprint(name))


def scaled(frames, scaling: str):
    """Turn RGB 0 to 255 into what a network was trained on, by layers: one of `lib.backbone_files.SCALINGS`.

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
        try:
            if path.exists():
                with np.load(path, allow_pickle=False) as held:
                    self.features = dict(zip(held["keys"].tolist(), held["features"]))
        except (OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise BackboneError(
                f"{path} does not hold kept features: delete it, and they are extracted anew."
            ) from error

    def save(self) -> None:
        with replacing(self.path) as part:
            np.savez(part, keys=np.array(list(self.features)), features=np.stack(list(self.features.values())))

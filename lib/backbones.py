"""Backbones: pre-trained networks without their classifier, and the features that they extract.

A backbone maps uint8 RGB pictures (n, size, size, 3) to a feature map, float32 (n, height, width, channels).
What its network wants (colour order, scaling, mean subtraction) is done by layers in front of it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.core import backbone_files, cards, efficientnet, fitting, imagenet, made, memory, paths, weight_files
from lib.core.backbone_files import BackboneError, fingerprint, image_size, read_card  # noqa: F401
from lib.core.errors import InputError
from lib.core.files import atomic_write, read_arrays, read_json
from lib.core.framework import check_finite, first_sentence, forward, keras, load_model, tf
from lib.core.hashes import sha256, text_sha256
from lib.core.known_backbones import APPLICATIONS, IMAGENET_SHAPING
from lib.core.messages import counted
from lib.core.progress import progress_bar
from lib.photos import Photo, Resize, read

BATCH = 32
AGAIN = "save the model again, built of Keras's own layers, as a .keras file"
LAST_SHARE = 0.2  # of a network's weights that its last block should hold


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into feature maps.

    `model` takes uint8 RGB (n, image_size, image_size, 3); `base` is the pre-trained network inside it, whose
    layers from `unfreeze_from` on are the ones that fine-tuning trains. `fingerprint` shows whether two
    backbones are the same.
    """

    name: str
    model: "keras.Model"
    base: "keras.Model"
    image_size: int
    shaping: str
    unfreeze_from: str
    fingerprint: str

    @property
    def channels(self) -> int:
        return self.model.output_shape[-1]

    @property
    def resize(self) -> Resize:
        """How photos and frames of any shape become this network's input."""
        return Resize(self.image_size, self.shaping)


def load(backbone: str = "bundled") -> Backbone:
    """Load a backbone.

    A file has a card that states `image_size` and `scaling`, and perhaps `unfreeze_from` (`lib.core.backbone_files`);
    where it does not, the function `unfreeze_from` finds one. Code hidden in the file is refused (Keras's safe mode).

    Args:
        backbone: "bundled", "efficientnet_lite0", a name of APPLICATIONS (these with ImageNet weights), or the path of
            a `.keras` file.

    Returns:
        The backbone; its `model` maps uint8 RGB (n, size, size, 3) to float32 (n, height, width, channels).

    Raises:
        BackboneError: there is no such network, weights or card, or the network gives no feature map.

    Example:
        backbone = backbones.load("bundled")
        backbone.image_size, backbone.channels
    """
    if backbone in APPLICATIONS:
        application = APPLICATIONS[backbone]
        base, size, scaling = _application(backbone), application.image_size, application.scaling
        return _assemble(backbone, base, size, scaling, IMAGENET_SHAPING, application.unfreeze_from)
    path = efficientnet.provide() if backbone == efficientnet.NAME else backbone_files.file(backbone)
    card = read_card(path)
    base = _network(path, card["image_size"])
    if "float" not in (kind := base.inputs[0].dtype) and card["scaling"] != "0..255":  # fractions would become 0
        raise BackboneError(
            f"{path} takes {kind} images, so its own layers scale them: state 0..255 as its scaling, not "
            f"{card['scaling']}."
        )
    block = card.get("unfreeze_from") or unfreeze_from(base)
    if block not in [layer.name for layer in base.layers]:
        raise BackboneError(f"The card of {path} names {block} as unfreeze_from, but its network has no such layer.")
    try:
        return _assemble(backbone, base, card["image_size"], card["scaling"], card.get("shaping", cards.SQUASH), block)
    except ValueError as error:
        size = card["image_size"]
        raise BackboneError(
            f"{path} does not take images of {size}×{size}: correct image_size ({first_sentence(error)})."
        ) from error


def _application(name: str) -> "keras.Model":
    """Build a network of keras.applications with its ImageNet weights. Raises BackboneError."""
    application, weights = APPLICATIONS[name], backbone_files.weights(name)
    shape = (application.image_size, application.image_size, 3)
    try:
        weight_files.check(weights)
        build = getattr(keras.applications, application.function)
        with memory.named(f"load {weights}"):
            network = build(weights=str(weights), include_top=False, input_shape=shape)
        check_finite(network)
        return network
    except memory.NotEnoughMemory:
        raise
    except Exception as error:  # Keras and h5py can raise anything
        raise BackboneError(
            f"{weights} does not hold the weights of {application.function}: delete it, or put a whole copy in its place."
        ) from error


def _network(path: Path, size: int) -> "keras.Model":
    """Load a saved network that turns images of a size into a feature map. Raises BackboneError."""
    try:
        base = load_model(path)
    except ValueError as error:
        raise BackboneError(f"{path} cannot be loaded ({error}): {AGAIN}.") from error
    if reason := fitting.misfit(base, fitting.FEATURE_MAP, size):
        raise BackboneError(f"{path} {reason}.")
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
        if not layer.weights or isinstance(layer, keras.layers.BatchNormalization):  # frozen ones count too
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


def _assemble(name: str, base: "keras.Model", size: int, scaling: str, shaping: str, block: str) -> Backbone:
    frames = keras.Input((size, size, 3), dtype="uint8", name="frames")
    model = keras.Model(frames, base(scaled(frames, scaling)), name="backbone")
    return Backbone(name, model, base, size, shaping, block, fingerprint(name))


def scaled(frames: "keras.KerasTensor", scaling: str) -> "keras.KerasTensor":
    """Turn RGB 0 to 255 into what a network was trained on, by layers: one of `lib.core.known_backbones.SCALINGS`.

    "caffe" is blue, green, red with the ImageNet mean subtracted (ResNet50, VGG16). The channels are swapped by
    a 1×1 convolution, so that a saved model holds plain layers only and loads with Keras's safe mode on.
    """
    if scaling == "caffe":
        swap = keras.layers.Conv2D(3, 1, trainable=False, name="rgb_to_bgr_minus_mean")
        floats = keras.layers.Rescaling(1.0, name="to_float")(frames)
        swapped = swap(floats)
        mean = np.array(imagenet.MEAN_BGR, "float32")
        swap.set_weights([np.eye(3, dtype="float32")[::-1].reshape(1, 1, 3, 3), -mean])
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
    """Extract each photo's features with the frozen backbone.

    The features are the feature map averaged over its height and width, stored as a map of one cell: a head
    that begins with average pooling takes either, and the average is 16 to 49 times smaller to store.
    A feature is computed once: it is stored under paths.FEATURES by the contents of the photo, the
    backbone, the augmentation and the view.

    Args:
        backbone: from `load`.
        photos: n photos.
        augment: layers for float images 0 to 255, which first change each photo at random.
        view: number of the random change, from 0: the same view of the same photo is the same every time.
        progress: show a progress bar.

    Returns:
        float32 (n, 1, 1, channels).

    Raises:
        PhotoError: a photo cannot be read.

    Example:
        train_x = backbones.extract(backbone, split.train)
    """
    store = _FeatureStore(_store_path(backbone, augment, view))
    keys = [sha256(photo.path) for photo in photos]
    todo = list({key: photo for key, photo in zip(keys, photos) if key not in store.features}.items())
    network, change = forward(backbone.model, backbone.image_size), _view_maker(augment, view)
    with progress_bar(shown=progress and bool(todo), total=len(todo), desc="extracting features") as bar:
        for start in range(0, len(todo), BATCH):
            batch = todo[start : start + BATCH]
            images = np.stack([change(backbone.resize(read(photo.path)), key) for key, photo in batch])
            store.features.update(zip((key for key, _ in batch), network(images).numpy().mean((1, 2))))
            bar.update(len(batch))
            if start % (BATCH * 16) == 0:  # now and then, so that an interrupted extraction goes on
                store.save()
    if todo:
        store.save()
    return np.stack([store.features[key] for key in keys])[:, None, None, :]


def _view_maker(augment: "keras.Sequential | None", view: int) -> Callable[[np.ndarray, str], np.ndarray]:
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


def feature_folder(backbone: Backbone) -> Path:
    """Give the folder in which a backbone's features are stored."""
    return paths.FEATURES / f"{Path(backbone.name).stem}-{text_sha256(backbone.fingerprint)[:12]}"


def _store_path(backbone: Backbone, augment: "keras.Sequential | None", view: int) -> Path:
    if augment is None:
        return feature_folder(backbone) / "plain.npz"
    layers = [(type(layer).__name__, layer.get_config()) for layer in augment.layers]
    for _, config in layers:
        config.pop("name"), config.pop("seed", None)
    recipe = text_sha256(json.dumps(layers, sort_keys=True, default=str))[:12]
    return feature_folder(backbone) / f"{recipe}-view{view}.npz"


class _FeatureStore:
    """Features by the hash of their photo, kept in one `.npz`."""

    def __init__(self, path: Path):
        self.path, self.features = path, {}
        try:
            if path.exists():
                held = read_arrays(path)
                self.features = dict(zip(held["keys"].tolist(), held["features"]))
        except (InputError, KeyError, TypeError) as error:
            raise BackboneError(
                f"{path} does not hold stored features: delete it, and they are extracted again."
            ) from error

    def save(self) -> None:
        with atomic_write(self.path) as part:  # what is there has been read, and is in it
            np.savez(part, keys=np.array(list(self.features)), features=np.stack(list(self.features.values())))
        made.record(self.path)


@dataclass(frozen=True)
class OldClassifier:
    """`model` takes feature maps of any height and width, and gives the probability of each of `classes`."""

    model: "keras.Model"
    classes: tuple[str, ...]


def load_old_classifier(backbone: str) -> OldClassifier | None:
    """Load the old classifier of a backbone: the one that it was trained with.

    Args:
        backbone: a name of BACKBONES, or the path of a `.keras` file.

    Returns:
        The classifier, or None where the backbone has none.

    Raises:
        BackboneError: it cannot be loaded, or the card names fewer or more classes than it has.

    Example:
        old = backbones.load_old_classifier("bundled")
    """
    file = backbone_files.file(backbone)
    path, card_path = file.with_name(f"{file.stem}_classifier.keras"), file.with_suffix(".json")
    if not path.is_file():
        return None
    saved = _saved_classifier(path)
    classes = read_json(card_path).get("classes", []) if card_path.is_file() else []
    if classes and not cards.CLASSES.holds(classes):
        raise BackboneError(f"{card_path} must state classes ({cards.CLASSES.words}): correct the card.")
    takes, gives = getattr(saved, "input_shape", None), getattr(saved, "output_shape", None)
    if not (isinstance(takes, tuple) and len(takes) == 4 and isinstance(gives, tuple) and len(gives) == 2):
        raise BackboneError(f"{path} does not turn feature maps into class probabilities: delete it.")
    if len(classes) != saved.output_shape[-1]:
        raise BackboneError(
            f"{path} has {counted(saved.output_shape[-1], 'class')} and {card_path.name} lists {len(classes)}: "
            "correct the card, or delete the classifier."
        )
    maps = keras.Input((None, None, saved.input_shape[-1]), name="feature_map")
    layers = [layer for layer in saved.layers if not isinstance(layer, keras.layers.InputLayer)]
    model = keras.Sequential([maps, *layers], name="old_classifier")  # without the fixed size of its input
    return OldClassifier(model, tuple(classes))


def _saved_classifier(path: Path) -> "keras.Model":
    try:
        return load_model(path)
    except ValueError as error:
        raise BackboneError(
            f"{path} cannot be loaded ({error}): delete it, or put a whole copy in its place."
        ) from error

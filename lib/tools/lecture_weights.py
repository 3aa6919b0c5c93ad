"""The lecture's classifier, brought over: its network, and what its training left in an HDF5 file.

The lecture puts average pooling over 7×7, 512 units, dropout and softmax on ResNet50 without its top, and feeds it
pictures of 224 pixels in the order red, green, blue, less their mean over ImageNet. The classifier that `convert`
makes does the same in its layers, so the same 224-pixel picture gets the probabilities that it got there.

What is not the same is how a picture becomes 224 pixels: the lecture samples four neighbours (OpenCV's bilinear
resize), the course averages areas when it shrinks (`lib.photos.Resize`). On photos and clips the probabilities
therefore differ a little from those in the lecture.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from lib.backbones import APPLICATIONS, Backbone
from lib.classifier import ClassifierError, join
from lib.core import cards, weight_files
from lib.core.framework import keras
from lib.core.hashes import sha256
from lib.core.imagenet import MEAN_BGR
from lib.core.messages import brief, counted
from lib.training import build_head

SIZE = 224
UNITS = 512  # of the head's first layer
NUMBERED = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "Dense": "dense"}
KIND = "give a file that the lecture's code saved: ResNet50, its head, .hdf5 or .h5"


def convert(path: Path, classes: Sequence[str]) -> tuple["keras.Model", Backbone]:
    """Make a classifier, as `lib.classifier` saves it, of an HDF5 file of the lecture's; give it and its backbone.

    The file holds the whole model or its weights, as Keras 2 or 3 writes them. Only its numbers are read: what
    describes layers, and could hold code, is left alone. `classes` names the outputs, one each; the names are sorted,
    as the lecture's label binarizer sorts them. Raises ClassifierError when the file is not of that kind.
    """
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(SIZE, SIZE, 3))
    network = with_head(base, len(classes))
    _read(path, network)
    frames = keras.Input((SIZE, SIZE, 3), dtype="uint8", name="frames")
    mean = keras.layers.Rescaling(1.0, [-value for value in reversed(MEAN_BGR)], name="rgb_minus_mean")
    model = keras.Model(frames, base(mean(frames)), name="backbone")
    backbone = Backbone(
        "resnet50 of the lecture", model, base, SIZE, cards.SQUASH, APPLICATIONS["resnet50"].unfreeze_from, sha256(path)
    )
    head = build_head(backbone.channels, len(classes))
    head.set_weights([weight for layer in _dense(network) for weight in layer.get_weights()])
    return join(backbone, head), backbone


def with_head(base: "keras.Model", classes: int) -> "keras.Model":
    """Put the lecture's head on a ResNet50 without top: float32 (n, 224, 224, 3) to probabilities (n, classes)."""
    x = keras.layers.AveragePooling2D(pool_size=(7, 7))(base.output)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(UNITS, activation="relu")(x)
    x = keras.layers.Dropout(0.5)(x)
    return keras.Model(base.input, keras.layers.Dense(classes, activation="softmax")(x))


def _dense(network: "keras.Model") -> list["keras.layers.Layer"]:
    return [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]


def _read(path: Path, network: "keras.Model") -> None:
    """Read a file's weights into the lecture's network. Raises ClassifierError."""
    if not path.is_file():
        raise ClassifierError(f"There is no file {path}: {KIND}.")
    if not h5py.is_hdf5(path):
        raise ClassifierError(f"{path} is not an HDF5 file: {KIND}.")
    try:
        with h5py.File(path) as file:
            arrays = _arrays(file, path.stat().st_size)
            _check_classes(path, arrays, network.output_shape[-1])
            numbered = any(name.startswith("layers/") for name in arrays)
            held = _by_number(arrays, network) if numbered else _by_name(arrays, network)
            for layer in filter(_has_weights, network.layers):
                for weight in layer.weights:
                    _assign(weight, held[layer.name][weight.name], f"{layer.name}'s {weight.name}")
    except ClassifierError:
        raise
    except (OSError, LookupError, ValueError, RuntimeError) as error:  # h5py's RuntimeError: of a damaged file
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise ClassifierError(f"{path} does not hold the lecture's network ({brief(str(reason))}): {KIND}.") from error


def _arrays(file: h5py.File, size: int) -> dict[str, h5py.Dataset]:
    """Give a file's weights by their path, such as "conv1_conv/conv1_conv/kernel:0". Raises ValueError."""
    arrays = weight_files.arrays(file, size)
    whole = "model_weights/"  # where a whole model's weights are
    return {name.removeprefix(whole): array for name, array in arrays.items() if name.startswith(whole)} or arrays


def _check_classes(path: Path, arrays: dict[str, h5py.Dataset], classes: int) -> None:
    """Raises ClassifierError when the file's last layer has another number of outputs."""
    outputs = [array.shape[1] for array in arrays.values() if array.ndim == 2 and array.shape[0] == UNITS]
    if len(outputs) == 1 and outputs[0] != classes:
        raise ClassifierError(
            f"{path} has {counted(outputs[0], 'class')}, and --classes lists {classes}: give each of them once."
        )


Held = dict[str, dict[str, h5py.Dataset]]  # by layer, by weight


def _by_name(arrays: dict[str, h5py.Dataset], network: "keras.Model") -> Held:
    """Sort a file of whole models, or of weights as Keras 2 wrote them, where layers have names.

    By name, because the order of layers differs between versions of Keras. The head's layers have numbers that tell
    how many networks were built before; the last is the one with UNITS inputs. Raises ValueError.
    """
    held: Held = defaultdict(dict)
    for name, array in arrays.items():
        held[name.split("/")[0]][name.split("/")[-1].removesuffix(":0")] = array
    dense = [layer.name for layer in _dense(network)]
    base = {layer.name for layer in filter(_has_weights, network.layers)} - set(dense)
    head = sorted(set(held) - base, key=lambda name: (held[name]["kernel"].shape[0] == UNITS, name))
    if base - set(held):
        raise ValueError(f"{min(base - set(held))} is missing")
    if len(head) != len(dense):
        raise ValueError(f"its head is {', '.join(head) or 'missing'}")
    return {name: held[name] for name in base} | {name: held[own] for name, own in zip(dense, head)}


def _by_number(arrays: dict[str, h5py.Dataset], network: "keras.Model") -> Held:
    """Sort weights as Keras 3 saves them: layers and weights have numbers. Raises KeyError."""
    held: Held = {}
    counts: Counter[str] = Counter()
    for layer in filter(_has_weights, network.layers):
        kind = NUMBERED[type(layer).__name__]
        place = f"layers/{kind}_{counts[kind]}" if counts[kind] else f"layers/{kind}"
        counts[kind] += 1
        held[layer.name] = {weight.name: arrays[f"{place}/vars/{i}"] for i, weight in enumerate(layer.weights)}
    return held


def _has_weights(layer: "keras.layers.Layer") -> bool:
    return bool(layer.weights)


def _assign(weight: "keras.Variable", array: h5py.Dataset, name: str) -> None:
    if array.shape != tuple(weight.shape):
        raise ValueError(f"{name} is of shape {array.shape}, not {tuple(weight.shape)}")
    if array.dtype.kind != "f":
        raise ValueError(f"{name} is of type {array.dtype}, not float32")
    with np.errstate(over="ignore"):  # then it is infinite
        numbers = array[()].astype("float32")
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} has values that are NaN or infinite")
    weight.assign(numbers)

"""EfficientNet-Lite0 with the ImageNet weights that a package of the course's environment carries.

The network is EfficientNet-B0 (M. Tan and Q. Le, "EfficientNet", 2019) as Google made it lighter for phones in 2020:
without squeeze-and-excitation, with ReLU6, and with a stem and a top of fixed width. Its weights were trained on the
1.28 million images and 1,000 classes of ImageNet-1k (ILSVRC 2012).
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from lib.core import backbone_files, made, torch_weights
from lib.core.backbone_files import BackboneError
from lib.core.errors import InputError
from lib.core.files import atomic_write, locked, read_json
from lib.core.framework import keras
from lib.core.hashes import sha256
from lib.core.imagenet import class_names
from lib.core.known_backbones import EFFICIENTNET_LITE0, IMAGENET_SHAPING

NAME = "efficientnet_lite0"
# Of each stage: how many blocks, the kernel's size, the first block's stride, how often wider inside, channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM, _TOP, _CLASSES = 32, 1280, 1000
# What the file calls the parts of a block: its convolution, and the normalisation that follows.
_PARTS = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def provide() -> Path:
    """Give the `.keras` file of the network in `model/imagenet/`, made from the package's weights on first use.

    Next to it are its card and, as `efficientnet_lite0_classifier.keras`, the classifier that it was trained with.
    Raises BackboneError when the package is missing or its file is damaged.
    """
    path = backbone_files.file(NAME)
    if not _is_whole(path):
        with locked(path):
            if not _is_whole(path):
                _make(path)
    return path


def _is_whole(path: Path) -> bool:
    """Whether network, classifier and card are there as this version of the course makes them."""
    card, other = path.with_suffix(".json"), _classifier_file(path)
    if not all(file.exists() for file in (card, path, other)):
        return False
    try:
        return read_json(card) == _card({file.name: sha256(file) for file in (path, other)})
    except InputError:  # the card is not whole
        return False


def _card(files: dict[str, str]) -> dict:
    """What the card states; `files` are network and classifier with their SHA-256."""
    return {
        "image_size": EFFICIENTNET_LITE0.image_size,
        "scaling": EFFICIENTNET_LITE0.scaling,
        "shaping": IMAGENET_SHAPING,
        "unfreeze_from": EFFICIENTNET_LITE0.unfreeze_from,
        "trained_on": "ImageNet-1k (ILSVRC 2012)",
        "package": EFFICIENTNET_LITE0.package,
        "weights_sha256": EFFICIENTNET_LITE0.sha256,
        "files": files,
        "classes": class_names(),
    }


def _classifier_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}_classifier.keras")


def _make(path: Path) -> None:
    source = backbone_files.packaged_weights(NAME)
    try:
        base, classifier = build(torch_weights.read(source, EFFICIENTNET_LITE0.sha256))
    except (KeyError, ValueError) as error:
        raise BackboneError(
            f"{source} does not hold the weights of EfficientNet-Lite0 ({error}): install {EFFICIENTNET_LITE0.package} again."
        ) from error
    other = _classifier_file(path)
    made.claim("EfficientNet-Lite0", path, other, path.with_suffix(".json"), mend=True)
    with (
        atomic_write(path.with_suffix(".json")) as card_part,
        atomic_write(other) as other_part,
        atomic_write(path) as part,
    ):
        base.save(part)
        classifier.save(other_part)
        card = _card({path.name: sha256(part), other.name: sha256(other_part)})
        card_part.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def build(weights: Mapping[str, np.ndarray]) -> tuple["keras.Model", "keras.Model"]:
    """Build the network and its ImageNet classifier, and load the weights.

    Args:
        weights: the arrays of the weights file, as `lib.core.torch_weights.read` gives them.

    Returns:
        The base: RGB scaled to -1…1, float32 (n, 224, 224, 3), to a feature map, float32 (n, 7, 7, 1280).
        The classifier: such a feature map to the probabilities of ImageNet's 1,000 classes, float32 (n, 1000).

    Raises:
        KeyError, ValueError: an array is missing or has another shape.
    """
    base, classifier = _base(), _classifier()
    for layer, names in _named(base):
        layer.set_weights([_as_keras(weights[name], layer) for name in names])
    classifier.layers[-1].set_weights([weights["_fc.weight"].T, weights["_fc.bias"]])
    return base, classifier


def _base() -> "keras.Model":
    pictures = keras.Input((EFFICIENTNET_LITE0.image_size, EFFICIENTNET_LITE0.image_size, 3), name="pictures")
    x = _convolution(pictures, "stem", _STEM, kernel=3, stride=2)
    block = 0
    for repeats, kernel, first_stride, wider, channels in _STAGES:
        for repeat in range(repeats):
            block += 1
            x = _block(x, f"block_{block:02d}", kernel, 1 if repeat else first_stride, wider, channels)
    return keras.Model(pictures, _convolution(x, "top", _TOP), name=NAME)


def _block(
    x: "keras.KerasTensor", name: str, kernel: int, stride: int, wider: int, channels: int
) -> "keras.KerasTensor":
    """An inverted residual block: widen by a 1×1 convolution, filter each channel by itself, narrow, add the input."""
    start, width = x, x.shape[-1]
    if wider > 1:
        x = _convolution(x, f"{name}_expand", wider * width)
    x = _convolution(x, f"{name}_depthwise", None, kernel, stride)
    x = _convolution(x, f"{name}_project", channels, relu=False)
    return keras.layers.Add(name=f"{name}_add")([start, x]) if stride == 1 and channels == width else x


def _convolution(
    x: "keras.KerasTensor", name: str, channels: int | None, kernel: int = 1, stride: int = 1, relu: bool = True
) -> "keras.KerasTensor":
    """A convolution (depthwise where `channels` is None), batch normalisation and, unless told otherwise, ReLU6."""
    layers = keras.layers
    if channels is None:
        x = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, name=name)(x)
    else:
        x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=name)(x)
    x = layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"{name}_norm")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if relu else x


def _classifier() -> "keras.Model":
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((7, 7, _TOP), name="feature_map"),
            layers.GlobalAveragePooling2D(name="average"),
            layers.Dense(_CLASSES, activation="softmax", name="imagenet"),
        ],
        name=f"{NAME}_classifier",
    )


def _named(base: "keras.Model") -> Iterator[tuple["keras.layers.Layer", list[str]]]:
    """Yield each layer that has weights, with what the file calls these, in Keras's order."""
    for layer in base.layers:
        if not layer.weights:
            continue
        name = layer.name.removesuffix("_norm")
        if name in ("stem", "top"):
            convolution, norm = {"stem": ("_conv_stem", "_bn0"), "top": ("_conv_head", "_bn1")}[name]
        else:
            _, number, part = name.split("_")
            convolution, norm = (f"_blocks.{int(number) - 1}.{known}" for known in _PARTS[part])
        if name == layer.name:
            yield layer, [f"{convolution}.weight"]
        else:
            yield layer, [f"{norm}.{kind}" for kind in ("weight", "bias", "running_mean", "running_var")]


def _as_keras(array: np.ndarray, layer: "keras.layers.Layer") -> np.ndarray:
    """Turn (out, in, height, width) into Keras's order: (height, width, in, out), or depthwise (height, width, in, 1)."""
    if array.ndim != 4:
        return array
    return (
        array.transpose(2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else array.transpose(2, 3, 1, 0)
    )

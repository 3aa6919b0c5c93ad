"""The networks that are timed, and how near ResNet50 comes to what the machine can multiply."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from lib import backbones, classifier, training
from lib.backbones import IMAGENET_SHAPING, Backbone
from lib.classifier import Classifier, ClassifierError
from lib.core.framework import forward, keras, tf
from lib.tools.benchmarks.measuring import Result, in_turn

CLASSES = ("badminton", "formula1", "volleyball")
BATCH = 16
SIDES = (1024, 2048, 4096)  # of the matrices that are multiplied


def bundled(folder: Path) -> Classifier:
    """The classifier on the bundled backbone that was trained last, or else one with an untrained head, in `folder`."""
    try:
        path = classifier.newest("*-bundled/*.json")
    except ClassifierError:
        print("Bundled backbone: no classifier has been trained, so the head is untrained; that changes no time.")
        return untrained(backbones.load("bundled"), folder)
    print(f"Bundled backbone: with the head of {path.parent.name}/{path.name}.")
    return classifier.load(path)


def untrained(backbone: Backbone, folder: Path) -> Classifier:
    """A classifier with the course's head as it is before training, drawn with seed 0, saved in `folder`."""
    keras.utils.set_random_seed(0)
    model = classifier.join(backbone, training.build_head(backbone.channels, len(CLASSES)))
    return classifier.load(classifier.save(model, folder / f"{backbone.image_size}.keras", backbone, CLASSES))


def resnet50() -> Backbone:
    """ResNet50 as the lecture uses it, but with random weights: no time depends on them."""
    keras.utils.set_random_seed(0)
    base = keras.applications.ResNet50(weights=None, include_top=False, input_shape=(224, 224, 3))
    frames = keras.Input((224, 224, 3), dtype="uint8")
    model = keras.Model(frames, base(backbones.scaled(frames, "caffe")))
    block = backbones.APPLICATIONS["resnet50"].unfreeze_from
    return Backbone("resnet50, random", model, base, 224, IMAGENET_SHAPING, block, "random weights, seed 0")


def flops(network: "keras.Model") -> int:
    """Floating-point operations of one picture: two for every product in its convolutions and dense layers."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense):
            positions = np.prod(layer.output.shape[1:-1], dtype=int)
            total += 2 * int(positions) * int(np.prod(layer.kernel.shape))
    return total


def forward_pass(backbone: Backbone, repeats: int) -> Result:
    """ResNet50's forward pass beside float32 matrix products, both through TensorFlow: operations a second.

    Of each size so many products are timed that all runs take about as long, and meet as many interruptions.
    """
    network, operations = forward(backbone.model, backbone.image_size), flops(backbone.base)
    size = (BATCH, backbone.image_size, backbone.image_size, 3)
    pictures = np.random.default_rng(0).integers(0, 256, size, np.uint8)
    names = {f"products of {side}×{side}": side for side in SIDES}
    ways: dict[str, Callable[[], object]] = {"forward pass": lambda: network(pictures).numpy()}
    ways |= {name: partial(_products, side) for name, side in names.items()}
    for way in ways.values():  # once for nothing, since the first call prepares
        way()
    runs = in_turn("forward pass", 2 * repeats, **ways)
    rates = {name: 2 * max(SIDES) ** 3 / median(runs[name]) for name in names}
    pace, best = BATCH / median(runs["forward pass"]), max(rates, key=rates.__getitem__)
    note = (f"{pace:.1f} pictures a second of {operations / 1e9:.2f} GFLOP each; "
            f"{best}: {rates[best] / 1e9:.0f} GFLOP a second")  # fmt: skip
    share = 100 * pace * operations / rates[best]
    return Result("ResNet50's forward pass, of the matrix-product rate", share, "%", 85, True, runs, note)


@tf.function(autograph=False)
def _square(matrix: "tf.Tensor") -> "tf.Tensor":
    return tf.matmul(matrix, matrix)


def _products(side: int) -> None:
    """Multiply matrices of one size as often as makes one product of the largest size."""
    matrix = tf.ones((side, side))
    for _ in range((max(SIDES) // side) ** 3):
        _square(matrix).numpy()

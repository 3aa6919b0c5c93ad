"""The backbone's network: a small residual network, made of Keras's own layers alone.

Residual blocks after He et al., "Deep residual learning for image recognition" (2016); the shortcuts that
halve the picture average it first (He et al., "Bag of tricks", 2019).
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from lib.core.framework import keras
from lib.tools.pretraining.recipes import NAME, Recipe

layers = keras.layers

# Layers whose normalisation the finished network has folded into its convolutions: there the maps are large and it
# costs most. The later blocks keep theirs, since they are what fine-tuning trains.
FOLDED = ("stem_", "block1_")

FIRST = "stem_conv1"  # the first layer with weights: so small a network is fine-tuned as a whole


def backbone(recipe: Recipe, size: int | None, folded: bool = False) -> keras.Model:
    """Build the backbone: RGB 0 to 255, (n, size, size, 3) in; feature map (n, h, w, channels) out, at least 0.

    With size None it takes pictures of any size. Scaling to -1…1 is its first layer. `folded` leaves the
    normalisation of the FOLDED layers out, and gives their convolutions the bias into which `fold` puts it.
    """
    convolution = partial(_convolution, without_norm=FOLDED if folded else ())
    inputs = layers.Input((size, size, 3), name="picture")
    x = layers.Rescaling(1 / 127.5, -1, name="scaling")(inputs)
    for number, channels in enumerate(recipe.stem, 1):
        x = convolution(x, channels, 3, 2, f"stem_conv{number}")
        x = layers.ReLU(name=f"stem_relu{number}")(x)
    number = 0
    for stage, (channels, depth) in enumerate(zip(recipe.widths, recipe.depths)):
        for position in range(depth):
            number += 1
            stride = 2 if stage and not position else 1
            x = _block(x, channels, stride, recipe.squeeze, convolution, f"block{number}")
    return keras.Model(inputs, x, name=NAME)


def classifier(backbone: keras.Model, classes: int) -> keras.Model:
    """Put the simplest head on a backbone: the mean over the map, and one score a class (logits)."""
    x = layers.GlobalAveragePooling2D(name="mean")(backbone.output)
    x = layers.Dense(classes, dtype="float32", name="scores")(x)
    return keras.Model(backbone.input, x, name=f"{backbone.name}_classifier")


def fold(trained: keras.Model, folded: keras.Model) -> None:
    """Give a folded backbone the weights of a trained one: it computes the same, in fewer steps.

    A normalisation with fixed statistics multiplies each channel and adds to it, and so does a convolution.
    """
    kept = {layer.name for layer in folded.layers}
    norms = {layer.name: layer for layer in trained.layers if layer.name not in kept}
    for layer in folded.layers:
        weights = trained.get_layer(layer.name).get_weights()
        norm = norms.get(f"{layer.name}_norm")
        if norm:
            gamma, beta, mean, variance = norm.get_weights()
            factor = gamma / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * factor, beta - mean * factor]
        layer.set_weights(weights)


def _block(
    x: keras.KerasTensor, channels: int, stride: int, squeeze: bool, convolution: Callable, name: str
) -> keras.KerasTensor:
    shortcut = x
    y = convolution(x, channels, 3, stride, f"{name}_conv1")
    y = layers.ReLU(name=f"{name}_relu1")(y)
    y = convolution(y, channels, 3, 1, f"{name}_conv2")
    if squeeze:
        y = _squeeze(y, channels, name)
    if stride > 1:
        shortcut = layers.AveragePooling2D(2, padding="same", name=f"{name}_shortcut_pool")(shortcut)
    if shortcut.shape[-1] != channels:
        shortcut = convolution(shortcut, channels, 1, 1, f"{name}_shortcut")
    y = layers.Add(name=f"{name}_add")([y, shortcut])
    return layers.ReLU(name=f"{name}_out")(y)


def _convolution(
    x: keras.KerasTensor, channels: int, kernel: int, stride: int, name: str, without_norm: tuple[str, ...]
) -> keras.KerasTensor:
    biased = name.startswith(without_norm)
    x = layers.Conv2D(channels, kernel, stride, "same", use_bias=biased, kernel_initializer="he_normal", name=name)(x)
    return x if biased else layers.BatchNormalization(momentum=0.95, name=f"{name}_norm")(x)


def _squeeze(x: keras.KerasTensor, channels: int, name: str) -> keras.KerasTensor:
    s = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze_mean")(x)
    s = layers.Conv2D(channels // 8, 1, activation="relu", name=f"{name}_squeeze")(s)
    s = layers.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_excite")(s)
    return layers.Multiply(name=f"{name}_scale")([x, s])

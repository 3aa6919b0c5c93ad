"""Why a loaded network does not fit the course's images, uint8 RGB (n, size, size, 3), and what to change in it."""

from lib.core.framework import keras

FEATURE_MAP, PROBABILITIES = 4, 2  # how many dimensions each has: (n, height, width, channels), (n, classes)


def misfit(model: "keras.Model", gives: int, size: int | None = None) -> str:
    """Say why a network cannot be used, or give an empty string.

    Args:
        model: as loaded from its file.
        gives: FEATURE_MAP, for a backbone, or PROBABILITIES, for a classifier.
        size: of the images, in pixels, as its card states it; None: any.

    Returns:
        Words that follow the file's name: what is wrong, and the way out.
    """
    if not getattr(model, "inputs", None):  # a Sequential without an Input has none until it is called
        return "does not state its input: begin it with keras.Input((height, width, 3)), and save it again"
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        return (
            f"needs one input and one output, and has {len(model.inputs)} and {len(model.outputs)}: save a "
            "keras.Model(input, output) with one of each"
        )
    if any(isinstance(getattr(model, side, None), dict) for side in ("input", "output")):  # a Sequential has none
        return "names its input or output in a dictionary: save it as keras.Model(input, output), without the names"
    return _wrong_output(model.outputs[0].shape, gives) or _wrong_input(model.inputs[0].shape, size)


def _wrong_output(shape: tuple, gives: int) -> str:
    if len(shape) == gives:
        return ""
    if len(shape) == FEATURE_MAP:
        return "gives a feature map, so it is a backbone: choose it as BACKBONE (--backbone), and train a head on it"
    if gives == FEATURE_MAP:
        return (
            "does not turn images into a feature map (height, width, channels): save it without its pooling and its "
            "classifier, or give it to --model when it is a classifier"
        )
    return (
        f"gives arrays of shape {shape}, not class probabilities (n, classes): end it with pooling and a softmax layer"
    )


def _wrong_input(shape: tuple, size: int | None) -> str:
    if len(shape) != 4:
        return f"takes arrays of shape {shape}, not images (n, height, width, 3)"
    batch, height, width, channels = shape
    if height == 3 != channels:
        return (
            "takes images with their channels first (3, height, width): build it with channels last, and save it again"
        )
    if channels == 1:
        return (
            "takes grey images, of 1 channel: choose a network for RGB, or begin it with a layer that makes RGB grey, "
            "keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(1 / 3))"
        )
    if channels != 3:
        return f"takes {channels} channels, not the 3 of an RGB image"
    if batch is not None:
        return f"takes only {batch} images at a time: begin it with keras.Input((height, width, 3)), and save it again"
    if height != width:
        return f"takes images of {width}×{height}; those of the course are square: build it for a square, and save it again"
    if size is not None and height not in (None, size):
        return f"takes images of {height}×{height}, and its card states image_size {size}: correct the card"
    return ""

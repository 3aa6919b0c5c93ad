"""Show the network a different picture each time: crops, flips, colours, and two pictures mixed.

Every batch is a pure function of (pictures, recipe, seed, step), so a run that is interrupted and resumed
sees exactly what an uninterrupted one sees. It is computed by TensorFlow, regardless of the backend that Keras trains with.
"""

import numpy as np

from lib.core.framework import tf
from lib.tools.pretraining.pictures import Pictures
from lib.tools.pretraining.recipes import Recipe


def stream(pictures: Pictures, recipe: Recipe, seed: int, epochs: int, first_step: int = 0) -> tf.data.Dataset:
    """Give the stream of training batches of a run of `epochs`, from a step on.

    Each is (images, targets): float32 (batch, size, size, 3) in 0 to 255, and float32 (batch, classes) shares.
    A pass over the pictures is shuffled again and its last, incomplete batch left out.
    """
    images, labels = tf.constant(pictures.images), tf.constant(pictures.labels)
    count, classes, steps = len(pictures.labels), len(pictures.names), steps_per_epoch(pictures, recipe)
    total = epochs * steps
    falls_from = int(total * (1 - recipe.fall))

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        order = tf.random.experimental.stateless_shuffle(tf.range(count), (seed, step // steps))
        start = (step % steps) * recipe.batch
        rows = order[start : start + recipe.batch]
        draw = Draw(seed, step)
        size = tf.where(step < falls_from, *recipe.train_sizes)
        x = crop(tf.gather(images, rows), draw, size, recipe.smallest_crop)
        x = recolour(x, draw)
        y = tf.one_hot(tf.gather(labels, rows), classes)
        x, y = mix(x, y, draw, recipe.mix)
        return x, y

    numbers = tf.data.Dataset.range(first_step, total)
    return numbers.map(batch, num_parallel_calls=2, deterministic=True).prefetch(2)


def steps_per_epoch(pictures: Pictures, recipe: Recipe) -> int:
    return len(pictures.labels) // recipe.batch


class Draw:
    """Random numbers that depend on (seed, step) and on how many were drawn before them, and on nothing else."""

    def __init__(self, seed: int, step: tf.Tensor):
        self._seed, self._drawn = tf.stack([tf.cast(seed, tf.int64), step]), 0

    def uniform(self, shape: list, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        self._drawn += 1
        seed = tf.random.experimental.stateless_fold_in(self._seed, self._drawn)
        return tf.random.stateless_uniform(shape, seed, low, high)


def crop(images: tf.Tensor, draw: Draw, size: tf.Tensor | int, smallest: float) -> tf.Tensor:
    """Cut a random part out of each picture, scale it to size×size, and mirror every second one.

    The part has `smallest` to 1 of the area and sides in a proportion of 3:4 to 4:3 (Szegedy et al., 2015).
    uint8 (n, h, w, 3) in, float32 (n, size, size, 3) out, 0 to 255.
    """
    n = tf.shape(images)[0]
    area = draw.uniform([n], smallest, 1.0)
    stretch = tf.exp(draw.uniform([n], np.log(3 / 4) / 2, np.log(4 / 3) / 2))
    height, width = tf.minimum(tf.sqrt(area) * stretch, 1.0), tf.minimum(tf.sqrt(area) / stretch, 1.0)
    top, left = draw.uniform([n]) * (1 - height), draw.uniform([n]) * (1 - width)
    right = left + width
    mirrored = draw.uniform([n]) < 0.5
    left, right = tf.where(mirrored, right, left), tf.where(mirrored, left, right)
    boxes = tf.stack([top, left, top + height, right], axis=1)
    return tf.image.crop_and_resize(images, boxes, tf.range(n), (size, size))


def recolour(images: tf.Tensor, draw: Draw) -> tf.Tensor:
    """Change brightness, contrast, saturation and the three channels' balance of each picture at random.

    float32 (n, h, w, 3) in and out, 0 to 255. One 3×3 matrix and one shift a picture do it all.
    """
    n = tf.shape(images)[0]

    def factor(channels: int = 1, by: float = 0.4) -> tf.Tensor:
        return draw.uniform([n, 1, channels], 1 - by, 1 + by)

    luma = tf.constant([[0.299], [0.587], [0.114]]) * tf.ones([1, 3])
    saturation = factor()
    matrix = saturation * tf.eye(3) + (1 - saturation) * luma
    matrix = matrix * factor() * factor(3, 0.1)
    contrast = factor()
    mean = tf.reduce_mean(images, axis=(1, 2))[:, tf.newaxis] @ matrix
    images = tf.einsum("nhwc,ncd->nhwd", images, matrix * contrast)
    return tf.clip_by_value(images + ((1 - contrast) * mean)[:, tf.newaxis], 0.0, 255.0)


def mix(images: tf.Tensor, targets: tf.Tensor, draw: Draw, share: float) -> tuple[tf.Tensor, tf.Tensor]:
    """Mix each picture with its neighbour in the batch, in a `share` of the batches; targets mix alike.

    Half of these batches are blended (mixup), in the other half a rectangle is pasted (CutMix).
    """
    if not share:
        return images, targets
    n, size = tf.shape(images)[0], tf.shape(images)[1]
    kept = draw.uniform([n])
    choice = draw.uniform([])

    def blended() -> tuple[tf.Tensor, tf.Tensor]:
        weight = kept[:, tf.newaxis, tf.newaxis, tf.newaxis]
        return weight * images + (1 - weight) * tf.roll(images, 1, 0), kept

    def pasted() -> tuple[tf.Tensor, tf.Tensor]:
        mask = rectangles(draw, size, tf.sqrt(1 - kept))
        left = 1 - tf.reduce_mean(mask, axis=(1, 2, 3))
        return tf.where(mask > 0, tf.roll(images, 1, 0), images), left

    images, kept = tf.case(
        [(choice < share / 2, blended), (choice < share, pasted)],
        default=lambda: (images, tf.ones_like(kept)),
    )
    kept = kept[:, tf.newaxis]
    return images, kept * targets + (1 - kept) * tf.roll(targets, 1, 0)


def rectangles(draw: Draw, size: tf.Tensor, side: tf.Tensor) -> tf.Tensor:
    """Give masks (n, size, size, 1), 1 inside a square of `side` (share of the picture's side) at a random place."""
    n = tf.shape(side)[0]
    at = (tf.range(size, dtype=tf.float32) + 0.5) / tf.cast(size, tf.float32)

    def inside() -> tf.Tensor:
        start = (draw.uniform([n]) * (1 - side))[:, tf.newaxis]
        return tf.cast((at >= start) & (at < start + side[:, tf.newaxis]), tf.float32)

    return (inside()[:, :, tf.newaxis] * inside()[:, tf.newaxis, :])[..., tf.newaxis]

"""How well a backbone carries over to other photos: a head on frozen features, then fine-tuning.

What is below the layer from which fine-tuning unfreezes is never trained, so what it gives is computed once: for the
plain photos, for their mirror images, and for one newly changed view of each for every epoch of fine-tuning.
Learning rate and epochs are chosen on a validation part of what may be trained on: a head's by its loss, those of
fine-tuning, all or none, by accuracy (it may grow more confident of its mistakes while it makes fewer).
"""

import math
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib import backbones, photos, training
from lib.backbones import Backbone
from lib.core.errors import FileError
from lib.core.files import atomic_write
from lib.core.framework import keras, tf
from lib.core.progress import progress_bar
from lib.tools.pretraining.augment import Draw, mix
from lib.training import BATCH, augmentation, build_head, compile_annealed, compile_model, copy_head, unfreeze

FOLDS = 5
HEAD_RATES, HEAD_EPOCHS = (0.01, 0.03), 20
FREE_NORM = 0.01  # the rate that batch normalisation is trained with, as in notebook 13; with a lower one it is frozen
PLAIN, MIRRORED, CHANGED = 0, 1, 2  # views; from CHANGED on, one an epoch


@dataclass(frozen=True)
class Tuning:
    """How a backbone is fine-tuned: the rates to choose from, epochs, the share of batches in which photos are mixed."""

    rates: tuple[float, ...]
    epochs: int
    mixed: float


USUAL = Tuning((0.0003, 0.01), 15, 0.5)  # the lower rate suits large networks, the higher one the bundled
# Chosen once, on validation parts of two folds: to try more in each fold would take hours.
CHOSEN = {"efficientnet_lite0": Tuning((0.0003,), 8, 0.0)}


def tuning(name: str) -> Tuning:
    """Give the recipe of a backbone."""
    return CHOSEN.get(name, USUAL)


def one_thread() -> None:
    """Let TensorFlow use one core. To be called before anything is computed."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def parts(backbone: Backbone) -> tuple["keras.Model", "keras.Model"]:
    """Cut a backbone where fine-tuning unfreezes from: (uint8 pictures to maps, those maps to the feature map)."""
    base = backbone.base
    if isinstance(base, keras.Sequential):  # whose layers' `input` may be that of an earlier, shorter chain
        position = [layer.name for layer in base.layers].index(backbone.unfreeze_from)
        below = keras.Sequential([keras.Input(base.input_shape[1:]), *base.layers[:position]])
        above = keras.Sequential([keras.Input(below.output_shape[1:]), *base.layers[position:]])
    else:
        cut = base.get_layer(backbone.unfreeze_from).input
        below, above = keras.Model(base.input, cut), keras.Model(cut, base.output)
    return keras.Sequential([*backbone.model.layers[:-1], below]), above


def save_maps(found: Sequence[photos.Photo], name: str, path: Path, tuned: bool = True) -> None:
    """Save what enters the unfrozen end, for each view of each photo: .npy, float16 (views, n, h, w, c).

    Without `tuned` only the views that a frozen backbone needs: the plain photos and their mirror images.
    """
    backbone = backbones.load(name)
    trunk = tf.function(parts(backbone)[0])
    images = photos.load(found, backbone.resize)
    change = augmentation(seed=0)
    views = CHANGED + (tuning(name).epochs if tuned else 0)
    with atomic_write(path) as part:
        shape = (views, len(images), *trunk(images[:1]).shape[1:])
        _check_space(2 * math.prod(shape), path.parent)
        maps = np.lib.format.open_memmap(part, "w+", np.float16, shape)
        for view in progress_bar(range(views), desc="computing views"):
            for start in range(0, len(images), BATCH):
                batch = images[start : start + BATCH]
                if view == MIRRORED:
                    batch = batch[:, :, ::-1]
                elif view >= CHANGED:
                    batch = np.clip(change(batch.astype(np.float32), training=True), 0, 255).astype(np.uint8)
                maps[view, start : start + len(batch)] = trunk(batch)
        maps.flush()
        del maps  # closes the file: Windows renames none that is open


def _check_space(needed: int, folder: Path) -> None:
    """Raises FileError, when a folder has not so many bytes free: writing to a map of a file would end the process."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise FileError(
            f"{folder} has {free / 1e9:.1f} GB free, and what enters the unfrozen layers takes {needed / 1e9:.1f} GB for a "
            "while: make room, or set the environment variable TMPDIR to a folder that has more."
        )


def score_fold(
    found: Sequence[photos.Photo], name: str, maps: Path, seed: int, fold: int, tuned: bool
) -> dict[str, tuple[float, float, int]]:
    """Give (accuracy on the fold, rate, epochs) for "frozen" and, if asked, "fine-tuned"."""
    others, judged = list(photos.folds(found, seed, FOLDS))[fold]
    rest, aside, fitted, validation = photos.positions(found, others, judged, *next(photos.folds(others, seed)))
    transfer = Transfer(name, np.load(maps, mmap_mode="r"), photos.labels(found, photos.classes(found)), seed)

    rate, epochs = least_loss(lambda rate: transfer.train_head(fitted, rate, HEAD_EPOCHS, validation)[1], HEAD_RATES)
    head, _ = transfer.train_head(rest, rate, epochs)
    scores = {"frozen": (transfer.accuracy(head, transfer.features[PLAIN], aside), rate, epochs)}
    if tuned:
        started, _ = transfer.train_head(fitted, rate, epochs)

        def named_rightly(rate: float, epochs: int) -> float:
            return transfer.accuracy(transfer.tune(started, fitted, rate, epochs), transfer.maps[PLAIN], validation)

        rate, epochs = all_or_none(named_rightly, tuning(name).rates, tuning(name).epochs)
        model = transfer.tune(head, rest, rate, epochs)
        scores["fine-tuned"] = (transfer.accuracy(model, transfer.maps[PLAIN], aside), rate, epochs)
    return scores


def least_loss(losses_of: Callable[[float], list[float]], rates: Sequence[float]) -> tuple[float, int]:
    """Give the (rate, epochs) with the least validation loss; `losses_of` gives that before training and after each epoch."""
    losses = {rate: losses_of(rate) for rate in rates}
    rate = min(rates, key=lambda rate: min(losses[rate]))
    return rate, int(np.argmin(losses[rate]))


def all_or_none(accuracy_of: Callable[[float, int], float], rates: Sequence[float], epochs: int) -> tuple[float, int]:
    """Give the rate with the highest validation accuracy after `epochs`, and `epochs`, or 0 where that is below the start's.

    Between start and end the rate is high and shakes the weights, so that an epoch in between does well by chance.
    """
    reached = {rate: accuracy_of(rate, epochs) for rate in rates}
    rate = max(rates, key=reached.__getitem__)
    return rate, epochs if reached[rate] >= accuracy_of(rate, 0) else 0


class Transfer:
    """Trains heads, and the backbone's end under heads, on rows of the photos.

    Args:
        name: the backbone, as lib.backbones.load takes it.
        maps: what `save_maps` saved.
        targets: class indices (n,).
        seed: of the head's first weights, dropout and shuffling.
    """

    def __init__(self, name: str, maps: np.ndarray, targets: np.ndarray, seed: int):
        self.backbone, self.maps, self.targets, self.seed = backbones.load(name), maps, targets, seed
        self.mixed = tuning(name).mixed
        self.block = parts(self.backbone)[1]
        self.weights = self.block.get_weights()
        self.features = [self._features(maps[view]) for view in (PLAIN, MIRRORED)]

    def _features(self, maps: np.ndarray) -> np.ndarray:
        pool = tf.function(lambda x: tf.reduce_mean(self.block(x, training=False), (1, 2), keepdims=True))
        batches = [maps[i : i + BATCH].astype(np.float32) for i in range(0, len(maps), BATCH)]
        return np.concatenate([pool(batch).numpy() for batch in batches])

    def train_head(
        self, rows: np.ndarray, rate: float, epochs: int, validation: np.ndarray | None = None
    ) -> tuple["keras.Model", list[float]]:
        """Train the lecture's head on features and those of the mirror images; give it and the validation losses."""
        keras.utils.set_random_seed(self.seed)
        x = np.concatenate([features[rows] for features in self.features])
        head = build_head(self.backbone.channels, int(self.targets.max()) + 1, x)
        compile_model(head, rate)
        held = None if validation is None else (self.features[PLAIN][validation], self.targets[validation])
        losses = [head.evaluate(*held, BATCH, verbose=0)[0]] if held else []
        history = head.fit(x, np.tile(self.targets[rows], 2), BATCH, epochs, validation_data=held, verbose=0).history
        return head, losses + history.get("val_loss", [])

    def tune(self, head: "keras.Model", rows: np.ndarray, rate: float, epochs: int) -> "keras.Model":
        """Train what is unfrozen under a copy of a trained head; each epoch sees another view, a share of its batches mixed.

        The rate falls to 0 over the epochs, and the weights are those of the last one.
        """
        keras.utils.set_random_seed(self.seed)
        self.block.set_weights(self.weights)
        unfreeze(self.block, self.block.layers[0].name, frozen_norm=rate < FREE_NORM)
        model = keras.Sequential([self.block, copy_head(head)])
        if not epochs:
            return model
        compile_annealed(model, rate, epochs * -(-len(rows) // BATCH))
        model.compile(model.optimizer, "categorical_crossentropy")  # for targets that are shares
        for view in range(CHANGED, CHANGED + epochs):
            model.fit(self._mixed(rows, view), shuffle=False, verbose=0)
        return model

    def _mixed(self, rows: np.ndarray, view: int) -> "tf.data.Dataset":
        """Batches of one view, shuffled, a share of them blended or pasted together: maps, and shares of the classes."""
        order = np.random.default_rng([self.seed, view]).permutation(rows)
        batches = tf.data.Dataset.from_tensor_slices((self.maps[view][order], self.targets[order])).batch(BATCH)
        first_step, classes = view * len(batches), int(self.targets.max()) + 1

        def prepared(step: "tf.Tensor", batch: "tuple[tf.Tensor, tf.Tensor]") -> "tuple[tf.Tensor, tf.Tensor]":
            maps, targets = tf.cast(batch[0], tf.float32), tf.one_hot(batch[1], classes)
            return mix(maps, targets, Draw(self.seed, first_step + step), self.mixed)

        return batches.enumerate().map(prepared)

    def accuracy(self, model: "keras.Model", inputs: np.ndarray, rows: np.ndarray) -> float:
        """Give the fraction of the rows whose class is predicted."""
        return training.accuracy(model, training.LabelledArrays(inputs[rows].astype(np.float32), self.targets[rows]))

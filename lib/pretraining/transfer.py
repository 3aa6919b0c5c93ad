"""How well a backbone carries over to other photographs: a head on frozen features, then fine-tuning.

Only the backbone's end, from its card's `last_block` on, is ever trained, so what enters it is computed once: for
the plain photographs, for their mirror images, and for one newly changed view of each for every epoch of fine-tuning.
Learning rate and epochs are chosen by the loss on a validation part of what may be trained on.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lib import backbones, photos
from lib.backbones import Backbone
from lib.files import replacing
from lib.framework import keras, tf
from lib.progress import progress_bar
from lib.transfer import BATCH, build_head, compile_model, copy_head

FOLDS = 5
HEAD_RATES, HEAD_EPOCHS = (0.01, 0.03), 20
TUNE_RATES, TUNE_EPOCHS = (0.003, 0.01), 10
PLAIN, MIRRORED, CHANGED = 0, 1, 2  # views; from CHANGED on, one an epoch


def one_thread() -> None:
    """Let TensorFlow use one core. To be called before anything is computed."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def parts(backbone: Backbone) -> tuple["keras.Model", "keras.Model"]:
    """Cut a backbone before its last block: (uint8 pictures to maps, those maps to the feature map)."""
    base = backbone.base
    cut = base.get_layer(backbone.last_block).input
    trunk = keras.Sequential([*backbone.model.layers[:-1], keras.Model(base.input, cut)])
    return trunk, keras.Model(cut, base.output)


def save_maps(found: Sequence[photos.Photo], name: str, path: Path, seed: int = 0) -> None:
    """Save what enters the last block, for each view of each photograph: .npy, float16 (views, n, h, w, c)."""
    backbone = backbones.load(name)
    trunk = tf.function(parts(backbone)[0])
    images = photos.load(found, backbone.image_size)
    change = augmentation(seed)
    views = CHANGED + TUNE_EPOCHS
    with replacing(path) as part:
        shape = (views, len(images), *trunk(images[:1]).shape[1:])
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


def augmentation(seed: int) -> "keras.Sequential":
    """Mirror, zoom into, shift and relight pictures (float32, 0 to 255) at random."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.layers.RandomFlip("horizontal", seed=seed),
            keras.layers.RandomZoom((-0.3, 0.0), (-0.3, 0.0), fill_mode="reflect", seed=seed),
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="reflect", seed=seed),
            keras.layers.RandomBrightness(0.2, seed=seed),
            keras.layers.RandomContrast(0.3, seed=seed),
        ]
    )


def score_fold(
    found: Sequence[photos.Photo], name: str, maps: Path, seed: int, fold: int, tuned: bool
) -> dict[str, tuple[float, float, int]]:
    """Give (accuracy on the fold, rate, epochs) for "frozen" and, if asked, "fine-tuned"."""
    rest, aside = list(photos.folds(found, seed, FOLDS))[fold]
    fitted, validation = next(photos.folds(rest, seed))
    row = {photo.path: i for i, photo in enumerate(found)}
    rest, aside, fitted, validation = ([row[p.path] for p in part] for part in (rest, aside, fitted, validation))
    transfer = Transfer(name, np.load(maps, mmap_mode="r"), photos.labels(found), seed)

    rate, epochs = choose(lambda rate: transfer.train_head(fitted, rate, HEAD_EPOCHS, validation)[1], HEAD_RATES)
    head, _ = transfer.train_head(rest, rate, epochs)
    scores = {"frozen": (transfer.accuracy(head, transfer.features[PLAIN], aside), rate, epochs)}
    if tuned:
        started, _ = transfer.train_head(fitted, rate, epochs)
        rate, epochs = choose(lambda rate: transfer.tune(started, fitted, rate, TUNE_EPOCHS, validation)[1], TUNE_RATES)
        model, _ = transfer.tune(head, rest, rate, epochs)
        scores["fine-tuned"] = (transfer.accuracy(model, transfer.maps[PLAIN], aside), rate, epochs)
    return scores


def choose(losses_of: Callable[[float], list[float]], rates: Sequence[float]) -> tuple[float, int]:
    """Give the (rate, epochs) with the least validation loss; `losses_of` gives one loss an epoch."""
    losses = {rate: losses_of(rate) for rate in rates}
    rate = min(rates, key=lambda rate: min(losses[rate]))
    return rate, int(np.argmin(losses[rate])) + 1


class Transfer:
    """Trains heads, and the backbone's end under heads, on rows of the photographs.

    Args:
        name: the backbone, as lib.backbones.load takes it.
        maps: what `save_maps` saved.
        targets: class indices (n,).
        seed: of the head's first weights, dropout and shuffling.
    """

    def __init__(self, name: str, maps: np.ndarray, targets: np.ndarray, seed: int):
        self.backbone, self.maps, self.targets, self.seed = backbones.load(name), maps, targets, seed
        self.block = parts(self.backbone)[1]
        self.weights = self.block.get_weights()
        for layer in self.block.layers:
            layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
        self.features = [self._features(maps[view]) for view in (PLAIN, MIRRORED)]

    def _features(self, maps: np.ndarray) -> np.ndarray:
        pool = tf.function(lambda x: tf.reduce_mean(self.block(x, training=False), (1, 2), keepdims=True))
        batches = [maps[i : i + BATCH].astype(np.float32) for i in range(0, len(maps), BATCH)]
        return np.concatenate([pool(batch).numpy() for batch in batches])

    def train_head(self, rows, rate: float, epochs: int, validation=()) -> tuple["keras.Model", list[float]]:
        """Train the lecture's head on features and those of the mirror images; give it and the validation losses."""
        keras.utils.set_random_seed(self.seed)
        head = build_head(self.backbone.channels, int(self.targets.max()) + 1)
        compile_model(head, rate)
        x = np.concatenate([features[rows] for features in self.features])
        held = (self.features[PLAIN][validation], self.targets[validation]) if validation else None
        history = head.fit(x, np.tile(self.targets[rows], 2), BATCH, epochs, validation_data=held, verbose=0).history
        return head, history.get("val_loss", [])

    def tune(self, head, rows, rate: float, epochs: int, validation=()) -> tuple["keras.Model", list[float]]:
        """Train the last block under a copy of a trained head, normalisation fixed; each epoch sees another view."""
        keras.utils.set_random_seed(self.seed)
        self.block.set_weights(self.weights)
        model, losses = keras.Sequential([self.block, copy_head(head)]), []
        compile_model(model, rate)
        held = (self.maps[PLAIN][validation].astype(np.float32), self.targets[validation]) if validation else None
        for epoch in range(epochs):
            x = self.maps[CHANGED + epoch][rows].astype(np.float32)
            losses += model.fit(x, self.targets[rows], BATCH, validation_data=held, verbose=0).history.get(
                "val_loss", []
            )
        return model, losses

    def accuracy(self, model, inputs: np.ndarray, rows) -> float:
        """Give the share of the rows whose class is predicted."""
        predicted = model.predict(inputs[rows].astype(np.float32), batch_size=BATCH, verbose=0).argmax(axis=1)
        return float((predicted == self.targets[rows]).mean())

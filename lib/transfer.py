"""Fine-tuning, and training from random weights, as functions, for what is measured over many seeds.

Notebook 03 holds the same steps in full; here they are without figures and files.
"""

from lib.backbones import Backbone
from lib.framework import keras
from lib.heads import BATCH, Part, build_head

TUNE_RATE, TUNE_EPOCHS = 1e-2, 20
WARM_UP = 0.1  # of all steps
WEIGHT_DECAY = 5e-4


def unfreeze(base: "keras.Model", first: str, frozen_norm: bool = False) -> None:
    """Make the layers of a base trainable from the one named `first` on, batch normalisation too unless `frozen_norm`."""
    begin = [layer.name for layer in base.layers].index(first)
    base.trainable = True
    for position, layer in enumerate(base.layers):
        stays = frozen_norm and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = position >= begin and not stays


def augmentation(seed: int) -> "keras.Sequential":
    """Mirror, zoom into, shift and relight pictures (0 to 255) at random, as notebook 03 does."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Rescaling(1.0),
            layers.RandomFlip("horizontal", seed=seed + 1),
            layers.RandomTranslation(0.15, 0.15, seed=seed + 2),
            layers.RandomZoom((-0.4, 0.0), (-0.4, 0.0), seed=seed + 3),
            layers.RandomBrightness(0.2, seed=seed + 4),
            layers.RandomContrast(0.3, seed=seed + 5),
        ]
    )


def fine_tune(backbone: Backbone, head: "keras.Model", train: Part, validation: Part, seed: int) -> "keras.Model":
    """Train backbone (from the layer that its card names) and head together; give them as the last epoch leaves them."""
    keras.utils.set_random_seed(seed)
    unfreeze(backbone.base, backbone.unfreeze_from)
    return train_whole(backbone, head, train, validation, TUNE_EPOCHS, seed)[0]


def accuracy(model: "keras.Model", part: Part) -> float:
    """Give the share (0 to 1) of a part that a model, or a head on features, names rightly."""
    return float((model.predict(part.x, verbose=0).argmax(axis=1) == part.y).mean())


def from_scratch(backbone: Backbone, train: Part, validation: Part, classes: int, seed: int) -> "keras.Model":
    """Train the same network from random weights, every layer, with the rate, schedule and pictures of `fine_tune`."""
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(backbone.base)  # the same layers, newly drawn weights
    backbone.base.set_weights(fresh.get_weights())
    backbone.base.trainable = True
    head = build_head(backbone.channels, classes)
    return train_whole(backbone, head, train, validation, TUNE_EPOCHS, seed)[0]


def train_whole(
    backbone: Backbone, head: "keras.Model", train: Part, validation: Part, epochs: int, seed: int, rate=TUNE_RATE
) -> tuple["keras.Model", dict]:
    """Train what is trainable in a backbone and a head joined, on augmented pictures; give the model and the history.

    `rate` is the learning rate at its peak. The weights are those of the last epoch, at which it has come down to
    nothing: at an earlier one it still shakes them, and which of those fits a small validation part best is largely
    chance.
    """
    frames = keras.Input(train.x.shape[1:], dtype="uint8")
    model = keras.Model(frames, head(backbone.model(frames)))
    trainer = keras.Model(frames, model(augmentation(seed)(frames)))
    compile_annealed(trainer, rate, epochs * steps_per_epoch(train))
    history = trainer.fit(
        train.x, train.y, batch_size=BATCH, epochs=epochs, validation_data=(validation.x, validation.y), verbose=0
    )
    return model, history.history


def steps_per_epoch(train: Part) -> int:
    return -(-len(train.x) // BATCH)


def compile_annealed(model: "keras.Model", rate: float, steps: int) -> None:
    """Compile for fine-tuning: SGD, momentum 0.9, a little weight decay; the rate rises for a tenth of the steps, then
    falls to 0 along half a cosine."""
    warm_up = int(WARM_UP * steps)
    schedule = keras.optimizers.schedules.CosineDecay(0.0, steps - warm_up, warmup_target=rate, warmup_steps=warm_up)
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, weight_decay=WEIGHT_DECAY)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])

"""Train a backbone by a recipe, from the first step or from where an interrupted run stopped.

Everything of a run is in one folder: `recipe.json`, the checkpoint, `log.csv` (one row per epoch), and at
the end the backbone, its classifier and the card.
"""

import csv
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from lib import photos
from lib.core.errors import CourseError
from lib.core.files import atomic_write, read_json, write_json
from lib.core.framework import keras
from lib.core.messages import counted
from lib.core.progress import progress_bar
from lib.tools.pretraining import augment, network
from lib.tools.pretraining.pictures import Pictures
from lib.tools.pretraining.recipes import NAME, Recipe

CHECKPOINT = "checkpoint.weights.h5"
LOG = "log.csv"
COLUMNS = ("epoch", "rate", "loss", "accuracy", "held_back_loss", "held_back_accuracy", "seconds")


class RunError(CourseError, ValueError):
    """A run cannot be begun or resumed; the message says why and the way out."""


@dataclasses.dataclass(frozen=True)
class Run:
    """What is run: a recipe, for so many epochs over a share of the training pictures.

    Until its rate begins to fall a run may be given more or fewer epochs: stop it, and begin it again.
    """

    folder: Path
    recipe: Recipe
    epochs: int
    share: float
    seed: int
    precision: str

    def begin(self) -> None:
        """Make the folder, or make sure that what it holds was begun in the same way. Raises RunError."""
        plan = dataclasses.asdict(self)
        del plan["folder"], plan["epochs"]
        plan = json.loads(json.dumps(plan))  # as JSON gives it back
        file = self.folder / "recipe.json"
        if not file.exists():
            write_json(file, plan)
        elif read_json(file) != plan:
            raise RunError(f"{self.folder} holds a run that was begun with another recipe: move it away, or delete it.")

    def start_checkpoint(self) -> Path:
        """Give the checkpoint of the finished run that the recipe begins with. Raises RunError."""
        checkpoint = self.folder.parent / folder_name(self.recipe.start, self.share, self.seed) / CHECKPOINT
        if not checkpoint.with_name(f"{NAME}.json").exists():
            raise RunError(
                f"{checkpoint.parent} holds no finished run to begin with: first run --variant {self.recipe.start}."
            )
        return checkpoint


def folder_name(variant: str, share: float, seed: int) -> str:
    return f"{variant}-{share:g}-{seed}"


def _restart(model: keras.Model, checkpoint: Path) -> None:
    """Take the weights of another run, and none of its optimizer's state."""
    fresh = [variable.numpy() for variable in model.optimizer.variables]
    model.load_weights(checkpoint)
    for variable, value in zip(model.optimizer.variables, fresh):
        variable.assign(value)


def train(run: Run, pictures: Pictures, held_back: Pictures) -> keras.Model:
    """Train, or finish training, and give the classifier.

    The result takes pictures of any size and gives logits (n, classes). Raises RunError.
    """
    run.begin()
    keras.utils.set_random_seed(run.seed)
    steps = augment.steps_per_epoch(pictures, run.recipe)
    if not steps:
        raise RunError(
            f"{counted(len(pictures.labels), 'training photo')} cannot fill one batch of {run.recipe.batch}: add more."
        )
    model = build(run, len(pictures.names), steps)
    checkpoint = run.folder / CHECKPOINT
    if checkpoint.exists():
        model.load_weights(checkpoint)
    elif run.recipe.start:
        _restart(model, run.start_checkpoint())
    done = int(model.optimizer.iterations.numpy()) // steps
    if done < run.epochs:
        model.fit(
            augment.stream(pictures, run.recipe, run.seed, run.epochs, done * steps),
            epochs=run.epochs,
            initial_epoch=done,
            steps_per_epoch=steps,
            validation_data=whole(held_back, run.recipe.image_size),
            validation_batch_size=94,
            callbacks=[Bar(run.epochs, done, steps), Record(run.folder, done)],
            shuffle=False,
            verbose=0,
        )
        model.load_weights(checkpoint)
    if run.recipe.mean_with_start:
        last = model.get_weights()
        model.load_weights(run.start_checkpoint())
        model.set_weights([(a + b) / 2 for a, b in zip(last, model.get_weights())])
    return model


def build(run: Run, classes: int, steps: int) -> keras.Model:
    """Build and compile the classifier, with an optimizer whose schedule spans the whole run."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if run.precision == "bfloat16" else "float32")
    model = network.classifier(network.backbone(run.recipe, None), classes)
    keras.config.set_dtype_policy(before)
    rate = Rate(run.recipe.rate, run.epochs * steps, run.recipe.fall)
    optimizer = keras.optimizers.SGD(
        rate,
        momentum=0.9,
        nesterov=True,
        weight_decay=run.recipe.decay,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=run.recipe.smoothing)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """Rise in a straight line over a twentieth of the steps, stay, fall along half a cosine in the last part `fall`."""

    def __init__(self, peak: float, steps: int, fall: float):
        self._peak, self._steps, self._fall = peak, steps, fall

    def __call__(self, step: Any) -> Any:
        done = keras.ops.cast(step, "float32") / self._steps
        falling = keras.ops.clip((done - (1 - self._fall)) / self._fall, 0.0, 1.0)
        return self._peak * keras.ops.minimum(done * 20, (1 + keras.ops.cos(np.pi * falling)) / 2)

    def get_config(self) -> dict[str, float]:
        return {"peak": self._peak, "steps": self._steps, "fall": self._fall}


def whole(pictures: Pictures, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Give whole pictures as the course feeds them: uint8 (n, size, size, 3), and one-hot float32 (n, classes)."""
    resize = photos.Resize(size)
    images = np.stack([resize(image) for image in pictures.images])
    return images, keras.utils.to_categorical(pictures.labels, len(pictures.names)).astype("float32")


def read_log(folder: Path) -> list[dict[str, float]]:
    """Give the rows of a run's log, one an epoch, with the keys of COLUMNS."""
    with (folder / LOG).open(newline="", encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def history(run: Run) -> list[dict[str, float]]:
    """Give the rows of a run's log after those of the run that it began with, epochs counted on."""
    own = read_log(run.folder)
    if not run.recipe.start:
        return own
    before = read_log(run.start_checkpoint().parent)
    return before + [row | {"epoch": row["epoch"] + len(before)} for row in own]


def write_log(rows: list[dict[str, float]], path: Path) -> None:
    """Write rows with the keys of COLUMNS as CSV, whole or not at all."""
    lines = [",".join(COLUMNS)] + [",".join(f"{row[key]:.6g}" for key in COLUMNS) for row in rows]
    with atomic_write(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Bar(keras.callbacks.Callback):
    """A progress bar over all steps of the run."""

    def __init__(self, epochs: int, done: int, steps: int):
        super().__init__()
        self._bar = progress_bar(
            total=epochs * steps, initial=done * steps, desc="pre-training", unit="step", mininterval=2
        )

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self._bar.update()

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        self._bar.set_postfix_str(f"epoch {epoch + 1}, held-back accuracy {logs['val_accuracy']:.3f}")

    def on_train_end(self, logs: dict | None = None) -> None:
        self._bar.close()


class Record(keras.callbacks.Callback):
    """After each epoch: a row of the log, then the checkpoint (weights, optimizer, step), each moved into place."""

    def __init__(self, folder: Path, done: int):
        super().__init__()
        self._folder = folder
        self._rows = read_log(folder)[:done] if done else []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict) -> None:
        values = (
            epoch + 1,
            float(self.model.optimizer.learning_rate),
            logs["loss"],
            logs["accuracy"],
            logs["val_loss"],
            logs["val_accuracy"],
            time.perf_counter() - self._began,
        )
        self._rows.append(dict(zip(COLUMNS, values)))
        write_log(self._rows, self._folder / LOG)
        with atomic_write(self._folder / CHECKPOINT) as part:
            self.model.save_weights(part, overwrite=True)

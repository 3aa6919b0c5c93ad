"""The checks of the exercises with OpenCV and Keras: right answers of several kinds, and the hint for each mistake."""

import os
from collections import deque
from pathlib import Path

import cv2
import exercise_answers
import numpy as np
import pytest

from lib.core.framework import keras
from lib.lessons import exercises

layers = keras.layers


def reader(*faults):
    """Make `load_images`, right but for its faults."""

    def load_images(paths, size):
        images, labels = [], []
        for path in paths:
            folder, file = os.path.split(path)
            label = folder if "path" in faults else file if "file" in faults else os.path.basename(folder)
            image = cv2.imread(path)
            if "label first" in faults:
                labels.append(label)
            if image is None and "none" not in faults:
                continue
            if "bgr" not in faults:
                image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            if "grey" in faults:
                image = image[..., 0]
            if "crop" in faults:
                image = image[:size, :size]
            elif "any size" not in faults:
                image = cv2.resize(image, (size, size))
            images.append(image / 255 if "float" in faults else image)
            if "label first" not in faults:
                labels.append(label)
        if "alone" in faults:
            return np.array(images)
        if "fewer" in faults:
            labels = labels[: len(images)]
        return images if "list" in faults else np.array(images), labels

    return load_images


def with_blanks(paths, size):
    """Put a black image in the place of each file that is no image."""
    images = np.zeros((len(paths), size, size, 3), np.uint8)
    readable = [path for path in paths if cv2.imread(path) is not None]
    images[[path in readable for path in paths]] = reader()(paths, size)[0]
    return images, [os.path.basename(os.path.dirname(path)) for path in paths]


def by_pathlib(paths, size):
    read = {path: cv2.imread(path, cv2.IMREAD_COLOR_RGB) for path in paths}
    found = [path for path in paths if read[path] is not None]
    images = np.zeros((len(found), size, size, 3), np.uint8)
    for image, path in zip(images, found):
        image[:] = cv2.resize(read[path], (size, size), interpolation=cv2.INTER_AREA)
    return [images, np.array([Path(path).parent.name for path in found])]


def sequential(*between, shape, classes, last="softmax", **compiled):
    """Make a head of a pooling, the layers between and Dense(classes), compiled as asked for unless told otherwise."""
    model = keras.Sequential([keras.Input(shape), *between, layers.Dense(classes, activation=last)])
    compiled = {"optimizer": keras.optimizers.SGD(0.1, 0.9), "loss": "categorical_crossentropy"} | compiled
    model.compile(**{"metrics": ["accuracy"]} | compiled)
    return model


def head(**changes):
    """Make `build_head`, right but for the changes: other layers by `pool`, `dense`, `drop`, others as they compile."""

    def build_head(shape, classes):
        given = {"pool": layers.GlobalAveragePooling2D, "drop": lambda: layers.Dropout(0.5)} | changes
        pool, drop = given.pop("pool")(), given.pop("drop")()
        dense = given.pop("dense", lambda: layers.Dense(512, activation="relu"))()
        between = [layer for layer in (pool, dense, drop) if layer]
        if given.pop("swap", False):
            between = [pool, drop, dense]
        return sequential(*between, **{"shape": shape, "classes": classes} | given)

    return build_head


def functional_head(shape, classes):
    maps = layers.Input(shape=shape)
    x = layers.Flatten()(layers.AveragePooling2D(pool_size=shape[:2])(maps))
    x = layers.Dropout(0.5)(layers.ReLU()(layers.Dense(512)(x)))
    model = keras.Model(inputs=maps, outputs=layers.Softmax()(layers.Dense(classes)(x)))
    loss = keras.losses.CategoricalCrossentropy()
    metrics = [keras.metrics.CategoricalAccuracy()]
    model.compile(keras.optimizers.SGD(momentum=0.9, nesterov=True), loss, metrics=metrics)
    return model


def nested_head(shape, classes):
    top = keras.Sequential(
        [layers.Flatten(), layers.Dense(512, "relu"), layers.Dropout(0.5), layers.Dense(classes, "softmax")]
    )
    model = keras.Sequential([keras.Input(shape), layers.GlobalAveragePooling2D(), top])
    loss = keras.losses.categorical_crossentropy
    model.compile(keras.optimizers.SGD(momentum=0.9), loss, metrics=["acc"])
    return model


def head_without_input(shape, classes):
    model = keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(512, "relu"), layers.Dense(classes)])
    model.compile(keras.optimizers.SGD(momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    return model


def not_compiled_head(shape, classes):
    return keras.Sequential([keras.Input(shape), *head()(shape, classes).layers])


def recompile(model, rate=0.001, optimizer="SGD", loss="categorical_crossentropy"):
    model.compile(getattr(keras.optimizers, optimizer)(rate), loss=loss)
    return model


def set_trainable(model, chosen, before=False, **compiled):
    """Make the layers trainable for which `chosen(index, name)` is true; compile after that, or before."""
    if before:
        recompile(model, **compiled)
    for index, layer in enumerate(model.layers):
        layer.trainable = chosen(index, layer.name)
    return model if before else recompile(model, **compiled)


def place(model, first):
    return [layer.name for layer in model.layers].index(first)


def by_flag(model, first):
    reached = False
    for layer in model.layers:
        reached |= layer.name == first
        layer.trainable = reached
    return recompile(model, loss=keras.losses.CategoricalCrossentropy())


def by_get_layer(model, first):
    model.trainable = False
    model.trainable = True
    for layer in model.layers[: model.layers.index(model.get_layer(first))]:
        layer.trainable = False
    return recompile(model)


def only_unfrozen(model, first):
    for layer in model.layers[place(model, first) :]:
        layer.trainable = True
    return recompile(model)


def model_flag(model, first):
    model.trainable = True
    for layer in model.layers[: place(model, first)]:
        layer.trainable = False
    return recompile(model)


def frozen_model(model, first):
    model.trainable = False
    return set_trainable(model, lambda i, _: i >= place(model, first))


def frozen_kernel(model, first):
    by_flag(model, first).layers[-1].kernel.trainable = False
    return model


def not_recompiled(model, first):
    for index, layer in enumerate(model.layers):
        layer.trainable = index >= place(model, first)
    return model


def looper(*faults, rate=None, fourcc="MJPG", shape=None):
    """Make `label_clip`, right but for its faults."""

    def label_clip(videopath, outpath, predict, size):
        clip = cv2.VideoCapture(videopath)
        width, height = int(clip.get(cv2.CAP_PROP_FRAME_WIDTH)), int(clip.get(cv2.CAP_PROP_FRAME_HEIGHT))
        per_second = rate or clip.get(cv2.CAP_PROP_FPS)
        where = outpath if "no file" not in faults else outpath + "x.avi"
        writer = cv2.VideoWriter(where, cv2.VideoWriter.fourcc(*fourcc), per_second, shape or (width, height))
        held, labels, number, first = deque(maxlen=size + ("longer" in faults)), [], 0, None
        while True:
            grabbed, frame = clip.read()
            if not grabbed and "no end" not in faults:
                break
            number += 1
            if "skip" in faults and number == 1:
                continue
            first = frame.copy() if number == 1 else first
            copy = first.copy() if "first written" in faults else frame.copy()
            frame = first.copy() if "first predicted" in faults else frame
            if "early text" in faults:
                cv2.putText(frame, "7", (100, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.25, (0, 255, 0), 5)
            if "bgr" not in faults:
                frame = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            if "rgb written" in faults:
                copy = frame.copy()
            small = frame if "large" in faults else cv2.resize(frame, (32, 32))
            small = small / np.float32(255) if "float" in faults else small
            held.append(predict(np.expand_dims(small, 0) if "batch" in faults else small))
            mean = np.mean(held) if "no axis" in faults else np.mean(held, axis=0)
            mean = held[-1] if "single" in faults else mean
            labels.append(int(np.argmax(mean)))
            if "no text" not in faults:
                cv2.putText(copy, str(labels[-1]), (35, 50), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0), 1)
            written = small if "small" in faults else cv2.resize(copy, shape) if "other size" in faults else copy
            if "one short" not in faults or number > 1:
                writer.write(written)
        if "clip open" not in faults:
            clip.release()
        if "writer open" not in faults:
            writer.release()
        return [str(label) for label in labels] if "text" in faults else labels[-1:] if "last" in faults else labels

    return label_clip


def by_hand(videopath, outpath, predict, size):
    """All frames first, then all labels, then the file: with NumPy's means, large text and a lazily made writer."""
    clip, frames, writer = cv2.VideoCapture(videopath), [], None
    rate = clip.get(cv2.CAP_PROP_FPS)
    while (frame := clip.read()[1]) is not None:
        frames.append(frame)
    clip.release()
    scores = [list(predict(cv2.resize(frame[..., ::-1], (32, 32), interpolation=cv2.INTER_AREA))) for frame in frames]
    means = [np.array(scores[max(0, i + 1 - size) : i + 1]).sum(axis=0) for i in range(len(scores))]
    labels = np.argmax(means, axis=1)
    for frame, label in zip(frames, labels):
        if writer is None:
            writer = cv2.VideoWriter(outpath, cv2.VideoWriter_fourcc(*"MJPG"), rate, frame.shape[1::-1], True)
        text = f"event {label}"
        writer.write(cv2.putText(frame.copy(), text, (10, 200), cv2.FONT_HERSHEY_DUPLEX, 2, (255, 255, 255), 4))
    writer.release()
    return labels


class Temperature(layers.Layer):
    def __init__(self, temperature):
        super().__init__()
        self.temperature = temperature

    def call(self, probabilities):
        return keras.ops.softmax(keras.ops.log(probabilities) / self.temperature)


def on_top(tempered):
    """Make `with_temperature`, with `tempered(probabilities, temperature)` on top of the model."""
    return lambda model, temperature: keras.Model(model.input, tempered(model.output, temperature))


def on_a_copy(model, temperature):
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return keras.Sequential([copy, Temperature(temperature)])


def in_the_model(model, temperature):
    """Put the temperature into the last layer's weights."""
    model.layers[-1].set_weights([array / temperature for array in model.layers[-1].get_weights()])
    return keras.Model(model.inputs, model(model.inputs))


def power(p, t):
    p = p ** (1 / t)
    return p / keras.ops.sum(p, axis=-1, keepdims=True)


def occluder(*faults):
    """Make `occlusion`, right but for its faults."""

    def occlusion(image, predict, cells):
        height, width = image.shape[:2]
        losses = np.zeros((cells, cells))
        covered = image if "in place" in faults else image.copy()
        whole = predict(image[None])[0]
        for i in range(cells):
            for j in range(cells):
                if "one after another" not in faults and "in place" not in faults:
                    covered = image.copy()
                if "float" in faults:
                    covered = covered.astype(float)
                top, left = i * height // cells, j * width // cells
                bottom, right = (i + 1) * height // cells, (j + 1) * width // cells
                if "steps" in faults:
                    top, left = i * (height // cells), j * (width // cells)
                    bottom, right = top + height // cells, left + width // cells
                colour = 128 if "grey" in faults else image.mean(axis=(0, 1))
                covered[top:bottom, left:right] = colour
                after = predict(covered if "no batch" in faults else covered[None])[0]
                losses[(j, i) if "swapped" in faults else (i, j)] = whole - after
        if "left" in faults:
            return whole - losses
        return -losses if "sign" in faults else losses

    return occlusion


def by_rectangle(image, predict, cells):
    """All images at once, with OpenCV's filled rectangles."""
    height, width = image.shape[:2]
    edges = [[k * side // cells for k in range(cells + 1)] for side in (height, width)]
    colour = [round(value) for value in cv2.mean(image)[:3]]
    images = [
        cv2.rectangle(image.copy(), (left, top), (right - 1, bottom - 1), colour, cv2.FILLED)
        for top, bottom in zip(edges[0], edges[0][1:])
        for left, right in zip(edges[1], edges[1][1:])
    ]
    scores = predict(np.stack([image, *images]))
    return (scores[0] - scores[1:]).reshape(cells, cells)


RIGHT = [
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / t))),
    ("with_temperature", on_top(lambda p, t: Temperature(t)(p))),
    ("with_temperature", on_top(power)),
    ("with_temperature", on_a_copy),
    ("occlusion", occluder()),
    ("occlusion", by_rectangle),
    ("label_of", lambda path: os.path.basename(os.path.dirname(path))),
    ("label_of", lambda path: Path(path).parent.name),
    ("label_of", lambda path: np.str_(path.split(os.path.sep)[-2])),
    ("load_images", reader()),
    ("load_images", reader("list")),
    ("load_images", by_pathlib),
    ("build_head", head()),
    ("build_head", functional_head),
    ("build_head", nested_head),
    ("best_epoch", lambda rows: int(sorted(rows, key=lambda row: float(row["val_loss"]))[0]["epoch"])),
    ("best_epoch", lambda rows: np.int64(rows[np.argmin([float(row["val_loss"]) for row in rows])]["epoch"])),
    ("best_epoch", lambda rows: float(min((float(row["val_loss"]), row["epoch"]) for row in rows)[1])),
    ("unfreeze", by_flag),
    ("unfreeze", by_get_layer),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i >= place(model, first))),
    ("precision_recall", lambda m, k: [m[k, k] / max(m[:, k].sum(), 1), m[k, k] / max(m[k].sum(), 1)]),
    ("precision_recall", lambda m, k: np.nan_to_num([m[k, k] / m[:, k].sum(), m[k, k] / m[k, :].sum()])),
    ("precision_recall", lambda m, k: (int(m[k, k]) / (sum(m[:, k]) or 1), int(m[k, k]) / (sum(m[k]) or 1))),
    ("deque_by_hand", (0.9, 0.8, 0.6, 0.4, 0.2)),
    ("deque_by_hand", np.array([0.9, 0.8, 0.6, 0.4, 0.2], np.float32)),
    ("deque_by_hand", [0.9, (0.9 + 0.7) / 2, np.mean([0.9, 0.7, 0.2]), 1.2 / 3, np.float64(0.2)]),
    ("label_clip", looper()),
    ("label_clip", by_hand),
]  # fmt: skip

TOLD = [
    ("with_temperature", lambda model, temperature: model, "make a new one"),
    ("with_temperature", lambda model, temperature: temperature, "Return a keras.Model"),
    ("with_temperature", lambda model, temperature: keras.Sequential([keras.Input((2,)), layers.Softmax()]), "Its input"),
    ("with_temperature", on_top(lambda p, t: keras.ops.max(p / t, axis=-1)), "Its output"),
    ("with_temperature", on_top(lambda p, t: p / t), "probabilities themselves"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(p / t)), "take their logarithm"),
    ("with_temperature", on_top(lambda p, t: keras.ops.log(p) / t), "end with a softmax"),
    ("with_temperature", on_top(lambda p, t: p ** (1 / t)), "end with a softmax"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) * t)), "not multiplied"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p))), "no effect"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / t, axis=0)), "end with a softmax"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / 3)), "each row should be"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / (t if t == 2 else 2))), "temperature 1"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / max(t, 1))), "temperature 0.5"),
    ("with_temperature", on_top(lambda p, t: keras.ops.softmax(keras.ops.log(p) / t - 0 / p)), "minus infinity"),
    ("with_temperature", on_top(lambda p, t: layers.Lambda(lambda p: power(p, t))(p)), "Lambda"),
    ("with_temperature", in_the_model, "leave it as it is"),
    ("occlusion", occluder("in place"), "cover a copy"),
    ("occlusion", occluder("one after another"), "start each time"),
    ("occlusion", occluder("float"), "uint8 images"),
    ("occlusion", occluder("no batch"), "a batch"),
    ("occlusion", occluder("steps"), "does not divide by 5"),
    ("occlusion", occluder("grey"), "the mean of the image"),
    ("occlusion", occluder("swapped"), "changed places"),
    ("occlusion", occluder("left"), "that are left"),
    ("occlusion", occluder("sign"), "The sign is wrong"),
    ("occlusion", lambda image, predict, cells: occluder()(image, predict, 2 * cells), "an array (6, 6)"),
    ("occlusion", lambda image, predict, cells: occluder()(image, lambda x: 2 * predict(x), cells), "alone costs"),
    ("occlusion", lambda image, predict, cells: occluder()(image[:20], predict, cells), "Each image stays"),
    ("occlusion", lambda image, predict, cells: np.zeros((cells, cells)), "one after another"),
    ("label_of", lambda path: path.split(os.path.sep)[1], "count from the end"),
    ("label_of", lambda path: path.split(os.path.sep)[-3:][1], "a path of two parts"),
    ("label_of", lambda path: path.split(os.path.sep)[0], "the first folder"),
    ("label_of", lambda path: os.path.basename(path), "the name of the file"),
    ("label_of", lambda path: Path(path).stem, "the name of the file"),
    ("label_of", lambda path: os.path.dirname(path), "the whole path of the folder"),
    ("label_of", lambda path: path.split(os.path.sep), "not a list of parts"),
    ("label_of", lambda path: Path(path).parent, "a string, not a PosixPath" if os.name == "posix" else "a string"),
    ("label_of", lambda path: "golf", "the name is badminton, not golf"),
    ("label_of", lambda path: path.split("|")[-2], "split the path at os.path.sep"),
    ("label_of", lambda path: path.split(".")[0].split(os.path.sep)[-2], "may contain a dot"),
    ("load_images", reader("bgr"), "Red and blue are swapped"),
    ("load_images", reader("label first"), "One label too many"),
    ("load_images", reader("none"), "returns None"),
    ("load_images", with_blanks, "return three, not 4"),
    ("load_images", reader("any size"), "several sizes"),
    ("load_images", reader("any size", "list"), "several sizes"),
    ("load_images", reader("float"), "do not divide"),
    ("load_images", reader("grey"), "lost their colours"),
    ("load_images", reader("crop"), "do not show the whole files"),
    ("load_images", reader("alone"), "Return two results"),
    ("load_images", reader("path"), "whole paths of the folders"),
    ("load_images", reader("file"), "names of the files"),
    ("load_images", lambda paths, size: reader()(paths, 16), "shape (3, 8, 8, 3)"),
    ("load_images", lambda paths, size: (reader()(paths, size)[0], [0, 1, 1]), "names of the folders"),
    ("load_images", lambda paths, size: (reader()(paths, size)[0], ["badminton"]), "not 1"),
    ("load_images", reader("label first", "fewer"), "no longer belong"),
    ("build_head", head(last=None), "not probabilities"),
    ("build_head", head(last="sigmoid"), "sigmoid"),
    ("build_head", head(last="relu"), "end with softmax"),
    ("build_head", head(pool=layers.Flatten), "Flatten without pooling"),
    ("build_head", head(pool=layers.GlobalMaxPooling2D), "maximum pooling"),
    ("build_head", head(pool=layers.Identity), "the shape (3,)"),
    ("build_head", head(dense=lambda: layers.Dense(512)), "activation ReLU"),
    ("build_head", head(dense=lambda: layers.Dense(512, activation="tanh")), "look at each layer"),
    ("build_head", head(dense=lambda: layers.Dense(512, use_bias=False)), "each with its biases"),
    ("build_head", head(dense=lambda: layers.Dense(256, activation="relu")), "512 units"),
    ("build_head", head(drop=lambda: None), "Dropout layer is missing"),
    ("build_head", head(drop=lambda: layers.Dropout(0.2)), "not 0.2"),
    ("build_head", head(drop=lambda: keras.Sequential([layers.Dropout(0.5), layers.Dropout(0.5)])), "one Dropout layer"),
    ("build_head", head(swap=True), "between the two Dense layers"),
    ("build_head", not_compiled_head, "not compiled"),
    ("build_head", head(optimizer="adam"), "not Adam"),
    ("build_head", head(optimizer="sgd"), "momentum of 0.9, not 0"),
    ("build_head", head(loss="binary_crossentropy"), "not binary_crossentropy"),
    ("build_head", head(loss=keras.losses.SparseCategoricalCrossentropy()), "not SparseCategoricalCrossentropy"),
    ("build_head", head(metrics=None), "metric is missing"),
    ("build_head", head_without_input, "start with `keras.Input(shape)`"),
    ("build_head", head(shape=(5, 5, 384)), "any shape"),
    ("build_head", head(pool=lambda: layers.AveragePooling2D(5), dense=layers.Flatten), "parameters"),
    ("build_head", head(classes=3), "any shape"),
    ("build_head", head(shape=(7, 7, 384)), "a feature map of shape (5, 5, 384)"),
    ("build_head", lambda shape, classes: head()(shape, classes).layers, "Return a Keras model"),
    ("best_epoch", lambda rows: int(min(rows, key=lambda row: row["val_loss"])["epoch"]), "as text"),
    ("best_epoch", lambda rows: int(min(rows, key=lambda row: float(row["loss"]))["epoch"]), "lowest training loss"),
    ("best_epoch", lambda rows: int(max(rows, key=lambda row: float(row["val_accuracy"]))["epoch"]), "highest validation accuracy"),
    ("best_epoch", lambda rows: int(max(rows, key=lambda row: float(row["val_loss"]))["epoch"]), "find the lowest"),
    ("best_epoch", lambda rows: int(np.argmin([float(row["val_loss"]) for row in rows])) + 1, "one too many"),
    ("best_epoch", lambda rows: int(np.argmin([float(row["val_loss"]) for row in rows])), "not the row's index"),
    ("best_epoch", lambda rows: min(rows, key=lambda row: float(row["val_loss"]))["epoch"], "as text"),
    ("best_epoch", lambda rows: min(rows, key=lambda row: float(row["val_loss"])), "the whole row"),
    ("best_epoch", lambda rows: min(float(row["val_loss"]) for row in rows), "validation loss itself"),
    ("best_epoch", lambda rows: 2 if rows[0]["epoch"] == "0" else 11, "it returns 11 instead of 12"),
    ("best_epoch", lambda rows: len(rows) > 1 and int(min((float(row["val_loss"]), row["epoch"]) for row in rows)[1]),
     "A log of one epoch"),
    ("best_epoch", lambda rows: [2], "an int"),
    ("best_epoch", lambda rows: 1, "is in epoch 2, not 1"),
    ("unfreeze", not_recompiled, "not compiled again"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i >= place(model, first), before=True), "compile last"),
    ("unfreeze", only_unfrozen, "set them to False"),
    ("unfreeze", model_flag, "still frozen"),
    ("unfreeze", frozen_kernel, "dense_3 and dense_4 alone"),
    ("unfreeze", frozen_model, "The model itself is frozen"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: True), "All layers are trainable"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i < place(model, first)), "The wrong half"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i > place(model, first)), "trainable too"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i == place(model, first)), "all layers after it"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda _, name: name >= first), "not dense_1"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i % 2), "two of four"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i >= place(model, first), rate=0.01), "not 0.01"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i >= place(model, first), optimizer="Adam"), "not Adam"),
    ("unfreeze", lambda model, first: set_trainable(model, lambda i, _: i >= place(model, first), loss="mse"), "not mse"),
    ("unfreeze", lambda model, first: keras.Sequential(model.layers), "the model that was given"),
    ("precision_recall", lambda m, k: (m[k, k] / m[k].sum(), m[k, k] / m[:, k].sum()), "changed places"),
    ("precision_recall", lambda m, k: (100 * m[k, k] / m[:, k].sum(), 100 * m[k, k] / m[k].sum()), "percentages"),
    ("precision_recall", lambda m, k: (m[k, k] / m.sum(), m[k, k] / m[k].sum()), "all images"),
    ("precision_recall", lambda m, k: (m[k, k] / m[:, k].sum(), m[k, k] / m[:, k].sum()), "The recall of class 0"),
    ("precision_recall", lambda m, k: (m[k, k] / m[k].sum(), m[k, k] / m[k].sum()), "The precision of class 0"),
    ("precision_recall", lambda m, k: (m[0, 0] / m[:, 0].sum(), m[0, 0] / m[0].sum()), "use the argument"),
    ("precision_recall", lambda m, k: (m[k, k] / m[:, k].sum(), m[k, k] / m[k].sum()), "without nan"),
    ("precision_recall", lambda m, k: (m[k, k] / max(m[:, k].sum(), 1), m[k, k] / m[k].sum()), "never true"),
    ("precision_recall", lambda m, k: (int(m[k, k]) / int(m[:, k].sum()), int(m[k, k]) / int(m[k].sum())), "0 / 0"),
    ("precision_recall", lambda m, k: (m[k, k] / m[:, k].sum() if m[:, k].any() else 1, 0.8 if k == 0 else 0.4), "both fractions"),
    ("precision_recall", lambda m, k: m[k, k] / m[:, k].sum(), "two numbers"),
    ("precision_recall", lambda m, k: (np.diag(m) / m.sum(axis=0), np.diag(m) / m.sum(axis=1)), "two numbers"),
    ("deque_by_hand", [0.3, 0.53, 0.6, 0.4, 0.2], "divided by 3"),
    ("deque_by_hand", [0.9, 0.8, 0.6, 0.53, 0.44], "all scores so far"),
    ("deque_by_hand", [0.6, 0.4, 0.2], "last three means"),
    ("deque_by_hand", [0.8, 0.6, 0.4, 0.2, 0.2], "come later"),
    ("deque_by_hand", [0.6, 0.4, 0.2, 0.2, 0.1], "come later"),
    ("deque_by_hand", [0.9, 0.8, 0.45, 0.25, 0.2], "means of two scores"),
    ("deque_by_hand", [0.9, 0.8, 0.6, 0.53, 0.33], "means of four scores"),
    ("deque_by_hand", [0.9, 1.6, 1.8, 1.2, 0.6], "the sums"),
    ("deque_by_hand", [0.9, 0.7, 0.2, 0.3, 0.1], "the scores themselves"),
    ("deque_by_hand", [0.9, 0.8, 0.6, 0.4], "not 4"),
    ("deque_by_hand", ["0.9", "0.8", "0.6", "0.4", "0.2"], "not '0.9'"),
    ("deque_by_hand", [0.9, ..., 0.6, 0.4, 0.2], "Give numbers only"),
    ("deque_by_hand", 0.6, "a list of five numbers"),
    ("deque_by_hand", [0.9, 0.8, 0.61, 0.4, 0.2], "After score 3 the deque contains 0.9, 0.7, 0.2:"),
    ("deque_by_hand", None, "The answer is None"),
    ("label_clip", looper("bgr"), "gets blue, green, red"),
    ("label_clip", looper("first predicted"), "the clip's own frames"),
    ("label_clip", looper("first written"), "not those of the clip"),
    ("label_clip", looper("other size", shape=(160, 120)), "160 × 120, those of the clip 320 × 240"),
    ("label_clip", lambda *given: looper()(*given)[0], "a list with one class index"),
    ("label_clip", lambda *given: looper()(*given)[::-1], "not [0, 0, 2, 2]"),
    ("label_clip", looper("single"), "labels of single frames"),
    ("label_clip", looper(shape=(240, 320)), "drops them"),
    ("label_clip", looper("small"), "drops them"),
    ("label_clip", looper("small", shape=(32, 32)), "The small frames"),
    ("label_clip", looper("writer open"), "still open: VideoWriter."),
    ("label_clip", looper("clip open"), "still open: VideoCapture."),
    ("label_clip", looper("clip open", "writer open"), "still open: VideoCapture, VideoWriter."),
    ("label_clip", looper("one short"), "the written one 3"),
    ("label_clip", looper("skip"), "`predict` is called 3 times"),
    ("label_clip", looper("no text"), "no text on written frame 0"),
    ("label_clip", looper("early text"), "with text on them"),
    ("label_clip", looper("no end"), "after the last frame"),
    ("label_clip", looper("rgb written"), "swapped in the written frames"),
    ("label_clip", looper("large"), "resize it first"),
    ("label_clip", looper("float"), "as uint8"),
    ("label_clip", looper("batch"), "not a batch"),
    ("label_clip", looper("no axis"), "axis=0"),
    ("label_clip", looper("longer"), "one frame too many"),
    ("label_clip", looper("last"), "not 1"),
    ("label_clip", looper("text"), "as numbers"),
    ("label_clip", looper("no file"), "no file at `outpath`"),
    ("label_clip", looper(rate=30), "the written one 30"),
    ("label_clip", looper(fourcc="XVID"), "should be MJPG"),
    ("label_clip", lambda *given: looper()(*given[:3], 50), "never leave"),
    ("label_clip", lambda *given: looper()(*given[:3], 2), "use `size`"),
    ("label_clip", lambda videopath, outpath, predict, size: [2, 2, 0, 0], "never calls `predict`"),
]  # fmt: skip


@pytest.mark.parametrize("name, answer", RIGHT, ids=exercise_answers.names(RIGHT))
def test_every_right_answer_is_right(name, answer):
    exercise_answers.is_right(name, answer)


@pytest.mark.parametrize("name, answer, words", TOLD, ids=exercise_answers.names(TOLD))
def test_the_hint_names_the_mistake(name, answer, words):
    exercise_answers.gets_hint(name, answer, words)


def test_opencv_is_left_as_it_was():
    own = cv2.VideoCapture, cv2.VideoWriter
    exercises.load()
    exercises.verdict("label_clip", looper("no end"))
    assert (cv2.VideoCapture, cv2.VideoWriter) == own

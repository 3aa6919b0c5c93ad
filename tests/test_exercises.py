"""The exercises' checks: every solution is right, every untouched stub not tried yet, every listed wrong answer hinted at."""

import ast
import math
import os
from collections import deque
from fractions import Fraction

import nbformat
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as confusion

from lib import lessons
from lib.core import notebooks
from lib.core.notebooks import COURSE
from lib.lessons import exercises
from lib.lessons.exercises import expect
from lib.smoothing import Hysteresis


def _swap_in_place(picture):
    picture[:] = picture[..., ::-1].copy()
    return picture


def _means(rows, size, held=None, late=False):
    window, out = deque(maxlen=size), []
    for row in rows:
        if not late:
            window.append(row)
        out.append(np.sum(window, axis=0) / (held or len(window) or 1) + np.zeros(len(row)))
        if late:
            window.append(row)
    return out


def _nan_at_first(rows, size):
    held = [rows[i - size + 1 : i + 1] for i in range(len(rows))]
    with np.errstate(invalid="ignore"):  # none of none
        return [np.sum(some, axis=0) / np.float64(len(some)) for some in held]


def _no_offset(rows, onset, offset):
    labels = [int(np.argmax(rows[0]))]
    for row in rows[1:]:
        labels.append(int(np.argmax(row)) if max(row) >= onset else labels[-1])
    return labels


def _no_onset(rows, onset, offset):
    labels = [int(np.argmax(rows[0]))]
    for row in rows[1:]:
        labels.append(int(np.argmax(row)) if row[labels[-1]] < offset else labels[-1])
    return labels


def _by_the_frame_before(rows, onset, offset, kept=True):
    labels = [int(np.argmax(rows[0]))]
    for before, row in zip(rows, rows[1:]):
        best, own = int(np.argmax(row)), int(np.argmax(before))
        won = row[best] >= onset and row[own] < offset
        labels.append(best if won else labels[-1] if kept else own)
    return labels


def _count_once(truth, predicted, classes):
    table = np.zeros((classes, classes), int)
    table[truth, predicted] += 1
    return table


def _at_least(coins, heads):
    return sum(math.comb(coins, k) for k in range(heads, coins + 1)) / 2**coins


# At least one wrong answer for each exercise, as a student might give it: name → answers.
WRONG: dict[str, list] = {}
WRONG |= {  # 00 and 15
    "smallest_window": [3, 5, 0, 4.0, "4"],
    "name_of": [
        lambda scores, classes: scores.index(max(scores)),
        lambda scores, classes: max(scores),
        lambda scores, classes: classes[-1],
        lambda scores, classes: max(zip(scores, classes))[1],  # at a tie, the name that is later in the alphabet
        lambda scores, classes: classes[int(np.argmax(np.abs(scores)))],
        lambda scores, classes: ("badminton", "formula1", "volleyball")[int(np.argmax(scores))],
    ],
    "changes": [
        lambda labels: len(set(labels)),
        lambda labels: len(set(labels)) - 1,
        lambda labels: sum(a != b for a, b in zip(labels, labels[1:])) + 1,
        lambda labels: sum(a != b for a, b in zip(labels, [labels[0], *labels])),
        lambda labels: (labels[1:] != labels[:-1]).sum(),  # what does for arrays
        lambda labels: np.sum(labels[1:] != labels[:-1]),
    ],
}
WRONG |= {  # 01
    "batch_shape": [
        (16, 128, 96, 3), (96, 128, 3), (16, 96, 128), (16, 3, 96, 128), (96, 128, 3, 16), 589824, (16, 96, 128, 1),
    ],
    "swap_channels": [
        lambda picture: picture,
        lambda picture: picture[::-1],
        lambda picture: picture[..., ::-1] / 255,
        lambda picture: picture[..., [1, 2, 0]],
        lambda picture: picture[..., ::-1].transpose(2, 0, 1),
        lambda picture: picture[..., ::-1].tolist(),
        lambda picture: (picture[..., 2], picture[..., 1], picture[..., 0]),
        _swap_in_place,
    ],
    "one_hot": [
        lambda labels, classes: np.asarray(labels),
        lambda labels, classes: np.eye(len(set(labels)))[np.asarray(labels, int)],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int) - 1],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int)][:, : 1 if classes == 2 else None],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int)].T,
        lambda labels, classes: np.ones((len(labels), classes)),
        lambda labels, classes: [[int(i == label) for i in range(classes)] for label in labels],
    ],
    "class_shares": [
        lambda labels: {name: list(labels).count(name) for name in set(labels)},
        lambda labels: {name: 100 * list(labels).count(name) / len(labels) for name in set(labels)},
        lambda labels: [list(labels).count(name) / len(labels) for name in sorted(set(labels))],
        lambda labels: {name: 1 / len(set(labels)) for name in set(labels)},
        lambda labels: {max(labels): 1.0},
    ],
    "set_aside": [
        lambda groups, seed: np.random.default_rng(seed).random(len(groups)) < 0.2,
        lambda groups, seed: np.arange(len(groups)) < len(groups) // 5,
        lambda groups, seed: np.isin(groups, np.unique(groups)[: len(np.unique(groups)) // 5]),
        lambda groups, seed: np.isin(groups, np.random.choice(np.unique(groups), 20, replace=False)),
        lambda groups, seed: np.isin(groups, np.random.default_rng(seed).choice(np.unique(groups), 80, replace=False)),
        lambda groups, seed: np.zeros(len(groups), bool),
        lambda groups, seed: np.isin(  # right only as long as the photographs of a group stand side by side
            np.arange(len(groups)) // 15, np.random.default_rng(seed).choice(len(groups) // 15, len(groups) // 75)
        ),
        lambda groups, seed: np.random.default_rng(seed).choice(len(groups), len(groups) // 5, replace=False),
    ],
}  # fmt: skip
WRONG |= {  # 02
    "global_average": [
        lambda maps: maps.mean(axis=(1, 2), keepdims=True),
        lambda maps: maps.mean(axis=(1, 2, 3)),
        lambda maps: maps.mean(axis=0),
        lambda maps: maps.max(axis=(1, 2)),
        lambda maps: maps.sum(axis=(1, 2)) / 9,
        lambda maps: maps.mean(axis=(1, 2)).squeeze(),
    ],
    "head_parameters": [
        lambda channels, units, classes: channels * units + units * classes,
        lambda channels, units, classes: channels * units + units,
        lambda channels, units, classes: channels * units + units + units * classes,
        lambda channels, units, classes: 198659,
        lambda channels, units, classes: 2 * channels + (channels + 1) * units + (units + 1) * classes,
        lambda channels, units, classes: channels + (channels + 1) * units + units + (units + 1) * classes,
        lambda channels, units, classes: (channels + 1) * units + (units // 2 + 1) * classes,
    ],
    "decayed_rate": [
        lambda first, decay, step: first * (1 - decay * step),
        lambda first, decay, step: first * decay**step,
        lambda first, decay, step: first * np.exp(-decay * step),
        lambda first, decay, step: first / (1 + decay * (step + 1)),
        lambda first, decay, step: 0.1 / (1 + decay * step),
    ],
    "epochs_at_a_tenth": [3, 0.3, 10, 300, "30", "about 30"],
    "as_resnet_wants": [
        lambda rgb: rgb[..., ::-1],
        lambda rgb: rgb[..., ::-1].astype(float),
        lambda rgb: rgb - np.array([123.68, 116.779, 103.939]),
        lambda rgb: rgb[..., ::-1] - np.array([123.68, 116.779, 103.939]),
        lambda rgb: rgb - np.array([103.939, 116.779, 123.68]),
        lambda rgb: rgb[..., ::-1] / 255 - np.array([0.408, 0.458, 0.485]),
        lambda rgb: rgb[:, :, ::-1] - np.array([103.939, 116.779, 123.68]),
    ],
}

WRONG |= {  # 03
    "free_share": [
        lambda layers: sum(numbers for _, numbers, free in layers if free),
        lambda layers: sum(free for _, _, free in layers) / len(layers),
        lambda layers: 100 * sum(n for _, n, free in layers if free) / sum(n for _, n, _ in layers),
        lambda layers: sum(n for _, n, free in layers if not free) / sum(n for _, n, _ in layers),
        lambda layers: sum(n for _, n, free in layers if free) / sum(n for _, n, free in layers if not free),
        lambda layers: 0.78,
    ],
    "may_move": [
        lambda names, first: [i >= names.index(first) for i in range(len(names))],
        lambda names, first: [not name.endswith("_norm") for name in names],
        lambda names, first: names[names.index(first) :],
        lambda names, first: [i > names.index(first) and not n.endswith("_norm") for i, n in enumerate(names)],
        lambda names, first: [n == first for n in names],
        lambda names, first: [i >= names.index(first) and "norm" not in n for i, n in enumerate(names)],
        lambda names, first: [i >= names.index(first) and "_norm" not in n for i, n in enumerate(names)],
        lambda names, first: [i < names.index(first) or n.endswith("_norm") for i, n in enumerate(names)],
        lambda names, first: [
            i >= [n.startswith(first) for n in names].index(True) and not n.endswith("_norm")
            for i, n in enumerate(names)
        ],
    ],
    "warm_up_steps": [30, 320, 2, 1.6, 1000, 31.25],
    "warm_cosine": [
        lambda peak, steps, warm_up, step: peak * (1 + np.cos(np.pi * step / steps)) / 2,
        lambda peak, steps, warm_up, step: peak * min(1, step / max(1, warm_up)),
        lambda peak, steps, warm_up, step: (
            peak * step / warm_up if step < warm_up else peak * (1 + np.cos(np.pi * step / steps)) / 2
        ),
        lambda peak, steps, warm_up, step: (
            peak * step / warm_up if step < warm_up else peak * (1 + np.cos(np.pi * (step - warm_up) / steps)) / 2
        ),
        lambda peak, steps, warm_up, step: (
            peak * step / warm_up if step < warm_up else peak * np.cos(np.pi * (step - warm_up) / (steps - warm_up))
        ),
        lambda peak, steps, warm_up, step: (
            peak * step / warm_up if step < warm_up else peak * (steps - step) / (steps - warm_up)
        ),
        lambda peak, steps, warm_up, step: (
            peak * step / warm_up
            if step <= warm_up
            else peak * (1 + np.cos(np.pi * (step - warm_up) / (steps - warm_up))) / 2
        ),
        lambda peak, steps, warm_up, step: (
            peak * (1 + np.cos(np.pi * (step - warm_up) / (steps - warm_up))) / 2
            if step >= warm_up > 0
            else peak * step / max(warm_up, 1)
        ),
    ],
}  # fmt: skip

WRONG |= {  # 05 and 15
    "first_b": [1, 2, 5, 6, 2.5, 4],
    "deque_means": [
        lambda rows, size: [np.mean(rows[i - size : i], axis=0) for i in range(size, len(rows) + 1)],
        lambda rows, size: _means(rows, size, held=size),
        lambda rows, size: _means(rows, size, held=1),
        lambda rows, size: _means(rows, size, late=True),
        lambda rows, size: np.cumsum(rows, axis=0) / np.arange(1, len(rows) + 1)[:, None],
        lambda rows, size: [np.mean(rows[max(0, i - size + 1) : i + 1]) for i in range(len(rows))],
        lambda rows, size: np.mean(rows[-size:], axis=0),
        lambda rows, size: [np.mean(rows[max(0, i - size // 2) : i + size // 2], axis=0) for i in range(len(rows))],
        lambda rows, size: rows,
        lambda rows, size: _means(rows, size + 1),
        _nan_at_first,
    ],
    "largest_window": [
        lambda seconds, rate, stride: max(1, int(2 * seconds * (rate // stride))),
        lambda seconds, rate, stride: max(1, int(3 * seconds * rate / stride)),
        lambda seconds, rate, stride: max(1, int(seconds * rate / stride)),
        lambda seconds, rate, stride: max(1, int(seconds * rate / stride / 2)),
        lambda seconds, rate, stride: max(1, int(2 * seconds * rate)),
        lambda seconds, rate, stride: max(1, int(2 * seconds * rate * stride)),
        lambda seconds, rate, stride: max(1, round(2 * seconds * rate / stride)),
        lambda seconds, rate, stride: int(2 * seconds * rate / stride),
        lambda seconds, rate, stride: max(1, 2 * seconds * rate / stride),
    ],
    "hysteresis": [
        lambda rows, onset, offset: np.argmax(rows, axis=1),
        lambda rows, onset, offset: np.argmax(rows[0]),
        _no_offset,
        _no_onset,
        _by_the_frame_before,
        lambda rows, onset, offset: _by_the_frame_before(rows, onset, offset, kept=False),
        lambda rows, onset, offset: Hysteresis(onset + 1e-9, offset)(rows),  # > for "at least"
        lambda rows, onset, offset: Hysteresis(onset, min(offset + 1e-9, onset))(rows),  # <= for "below"
        lambda rows, onset, offset: [0] * len(rows),
    ],
}  # fmt: skip
WRONG |= {  # 04 and 14
    "badminton_precision": [224 / 232, 508 / 577, 56 / 280, 80, 0.5],
    "count_matrix": [
        lambda truth, predicted, classes: confusion(predicted, truth, labels=range(classes)),
        lambda truth, predicted, classes: confusion(truth, predicted),
        lambda truth, predicted, classes: confusion(truth, predicted, labels=range(3)),
        lambda truth, predicted, classes: _count_once(truth, predicted, classes),
        lambda truth, predicted, classes: np.diag(np.bincount(truth[truth == predicted], minlength=classes)),
        lambda truth, predicted, classes: np.full((classes, classes), 2),
        lambda truth, predicted, classes: (
            np.add.at(table := np.zeros((classes, classes)), (truth, predicted), 1) or table
        ),
    ],
    "by_row": [
        lambda counts: counts / counts.sum(),
        lambda counts: counts / counts.sum(axis=0),
        lambda counts: counts / counts.sum(axis=1),
        lambda counts: counts / counts.sum(axis=1, keepdims=True),
        lambda counts: counts,
        lambda counts: counts / counts.max(axis=1, keepdims=True),
        lambda counts: (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).astype(int),
    ],
    "f1_scores": [
        lambda counts: np.diag(counts) / counts.sum(axis=1),
        lambda counts: np.diag(counts) / counts.sum(axis=0),
        lambda counts: (np.diag(counts) / counts.sum(axis=0) + np.diag(counts) / counts.sum(axis=1)) / 2,
        lambda counts: np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
        lambda counts: 2 * np.diag(counts) / (counts.sum(axis=0) + counts.sum(axis=1)),
        lambda counts: np.trace(counts) / counts.sum(),
    ],
    "times_as_many": [2, 0.25, 3, 16],
    "sign_test": [
        lambda won, lost: math.comb(won + lost, won) / 2 ** (won + lost),
        lambda won, lost: 2 * math.comb(won + lost, won) / 2 ** (won + lost),
        lambda won, lost: _at_least(won + lost, max(won, lost)),
        lambda won, lost: 2 * _at_least(won + lost, max(won, lost)),
        lambda won, lost: min(1, 2 * _at_least(won + lost, won)),
        lambda won, lost: 1 - 2 * _at_least(won + lost, max(won, lost)),
        lambda won, lost: min(1, 2 * _at_least(won + lost, max(won, lost))) if won + lost else 0.0,
        lambda won, lost: won / (won + lost),
    ],
}
WRONG |= {  # with OpenCV or Keras; test_exercises_pipeline.py has more of them, and the hint for each
    "label_of": [lambda path: path, lambda path: path.split(os.path.sep)[-1], lambda path: 1],
    "load_images": [lambda paths, size: (np.zeros((len(paths), size, size, 3), np.uint8), ["badminton"] * len(paths))],
    "build_head": [lambda shape, classes: "a head", lambda shape, classes: []],
    "best_epoch": [lambda rows: len(rows), lambda rows: rows[-1]["epoch"], lambda rows: min(rows, key=len)],
    "unfreeze": [lambda model, first: first, lambda model, first: model],
    "precision_recall": [lambda matrix, k: (1.0, 1.0), lambda matrix, k: matrix[k], lambda matrix, k: 0.5],
    "deque_by_hand": [[0.3, 0.53, 0.6, 0.4, 0.2], 0.2, "0.9, 0.8, 0.6, 0.4, 0.2", None],
    "label_clip": [lambda videopath, outpath, predict, size: [2, 2, 0, 0]],
}
WRONG |= {  # 06
    "rooted": [
        lambda rows: rows / rows.sum(axis=1, keepdims=True),
        lambda rows: np.sqrt(rows),
        lambda rows: np.sqrt(rows) / np.sqrt(rows).sum(axis=1, keepdims=True),
        lambda rows: np.sqrt(rows / rows.sum()),
        lambda rows: np.sqrt(rows / rows.sum(axis=0)),
        lambda rows: np.sqrt(rows / rows.sum(axis=1, keepdims=True)),
        lambda rows: np.sqrt(rows / (rows.sum(axis=1, keepdims=True) + 1)),
        lambda rows: rows / np.linalg.norm(rows, axis=1, keepdims=True),
    ],
    "nearest_words": [
        lambda descriptors, words: ((descriptors[:, None] - words) ** 2).sum(axis=2).argmax(axis=1),
        lambda descriptors, words: ((descriptors[:, None] - words) ** 2).sum(axis=2).min(axis=1),
        lambda descriptors, words: ((descriptors[:, None] - words) ** 2).sum(axis=2).argmin(axis=0),
        lambda descriptors, words: words[((descriptors[:, None] - words) ** 2).sum(axis=2).argmin(axis=1)],
        lambda descriptors, words: (descriptors @ words.T).argmax(axis=1),
        lambda descriptors, words: ((descriptors[:, None] - words) ** 2).sum(axis=2).argmin(axis=1),
        lambda descriptors, words: (descriptors[:, None] - words).sum(axis=2).argmin(axis=1),
        lambda descriptors, words: abs(descriptors[:, None].astype(float) - words).sum(axis=2).argmin(axis=1),
    ],
    "word_shares": [
        lambda words, size: np.bincount(words, minlength=size),
        lambda words, size: np.bincount(words) / len(words),
        lambda words, size: np.bincount(words, minlength=size) / size,
        lambda words, size: np.bincount(words, minlength=size) / max(np.bincount(words, minlength=size).max(), 1),
        lambda words, size: np.bincount(words, minlength=size) / len(words),
        lambda words, size: np.bincount(words, minlength=5)[:size] / max(len(words), 1) + 0.1,
        lambda words, size: words / max(len(words), 1),
    ],
    "kept_numbers": [303, 12800, 13100, 12901, 12903, 38703, 13187, 100],
}
WRONG |= {  # 07
    "cut": [
        lambda frames, length, step: np.array([frames[i : i + length] for i in range(len(frames) - length + 1)]),
        lambda frames, length, step: np.array([frames[i : i + length] for i in range(0, len(frames) - length, step)]),
        lambda frames, length, step: np.array(
            [frames[i : i + length] for i in range(0, len(frames) - length + 1, length)]
        ),
        lambda frames, length, step: np.array(
            [frames[i : i + length : step] for i in range(0, len(frames) - length + 1, step)]
        ),
        lambda frames, length, step: frames[::step],
        lambda frames, length, step: np.array(
            [frames[i : i + length] / 255 for i in range(0, len(frames) - length + 1, step)]
        ),
        lambda frames, length, step: [frames[i : i + length] for i in range(0, max(1, len(frames) - length + 1), step)],
        lambda frames, length, step: np.array([frames[i : i + length] for i in range(0, len(frames), step)]),
        lambda frames, length, step: np.stack([frames[i : i + length] for i in range(0, len(frames), step)]),
        lambda frames, length, step: [frames[i : i + length] for i in range(0, len(frames), step)],
        lambda frames, length, step: np.stack(
            [frames[i : i + length] for i in range(0, len(frames) - length + 1, step)]
        ),
    ],
    "frames_seen": [2, 3, 4, 6, 9],
    "conv3d_parameters": [
        lambda size, channels, filters: int(np.prod(size)) * channels * filters,
        lambda size, channels, filters: int(np.prod(size[1:])) * channels * filters + filters,
        lambda size, channels, filters: int(np.prod(size)) * filters + filters,
        lambda size, channels, filters: int(np.prod(size)) * channels + 1,
        lambda size, channels, filters: sum(size) * channels * filters + filters,
        lambda size, channels, filters: 3164,
    ],
    "centre": [
        lambda frames, height, width: frames[..., :height, :width, :],
        lambda frames, height, width: frames[:, :height, :width],
        lambda frames, height, width: frames[
            :,
            (frames.shape[1] - height) // 2 : (frames.shape[1] + height) // 2,
            (frames.shape[2] - width) // 2 : (frames.shape[2] + width) // 2,
        ],
        lambda frames, height, width: frames[..., :: frames.shape[-3] // height, :: frames.shape[-2] // width, :],
        lambda frames, height, width: frames[..., -height:, -width:, :],
        lambda frames, height, width: frames[..., 1 : 1 + width, 1 : 1 + height, :],
    ],
    "name_of_clip": [
        lambda scores, classes: int(scores.mean(axis=0).argmax()),
        lambda scores, classes: [classes[i] for i in scores.argmax(axis=1)],
        lambda scores, classes: classes[np.bincount(scores.argmax(axis=1)).argmax()],
        lambda scores, classes: classes[scores[-1].argmax()],
        lambda scores, classes: classes[scores[0].argmax()],
        lambda scores, classes: classes[int(scores.mean(axis=1).argmax())],
        lambda scores, classes: classes[scores.max(axis=0).argmax()],
        lambda scores, classes: classes[0],
    ],
}


# Right in another way than the solution is.
RIGHT = [
    ("one_hot", lambda labels, classes: np.array([[float(i == label) for i in range(classes)] for label in labels])),
    ("one_hot", lambda labels, classes: np.eye(classes)[np.array(labels)]),
    ("class_shares", lambda labels: {name: list(labels).count(name) * (1 / len(labels)) for name in set(labels)}),
    ("decayed_rate", lambda first, decay, step: 1 / ((1 + decay * step) / first)),
    ("warm_cosine", lambda peak, steps, warm_up, step: _table(peak, steps, warm_up)[step]),
    ("by_row", lambda confusion: confusion / (confusion.sum(axis=1, keepdims=True) + 1e-12)),
    ("first_b", np.int64(3)),
    ("first_b", 3.0),
    ("largest_window", lambda seconds, rate, stride: max(1, math.floor(round(2 * seconds * float(rate) / stride, 6)))),
    ("largest_window", lambda seconds, rate, stride: np.int64(max(1, 2 * Fraction(str(seconds)) * rate // stride))),
    ("smallest_window", 4),
    ("smallest_window", np.int64(4)),
    ("smallest_window", np.uint8(4)),
    ("badminton_precision", Fraction(4, 5)),
    ("badminton_precision", np.float32(0.8)),
    ("times_as_many", np.int64(4)),
]


def _table(peak, steps, warm_up):
    rise = [peak * step / warm_up for step in range(warm_up)]
    fall = [peak * (1 + math.cos(math.pi * i / (steps - warm_up))) / 2 for i in range(steps - warm_up + 1)]
    return rise + fall


# Wrong, and the hint for it.
TOLD = [
    ("batch_shape", (16, 96, 128), "colours are missing"),
    ("batch_shape", (1, 96, 128, 3), "How many pictures"),
    ("smallest_window", 20, "never changes"),
    ("changes", lambda labels: sum(labels[i] != labels[i - 1] for i in range(len(labels))), "first compared"),
    ("name_of", lambda scores, classes: ["formula1"], "one name"),
    ("decayed_rate", lambda first, decay, step: first / (decay * step), "The 1 is missing"),
    ("warm_up_steps", 31.25, "smaller batch"),
    ("warm_up_steps", "32", "a number"),
    ("badminton_precision", "0.8", "a number"),
    ("times_as_many", "4", "a number"),
    ("deque_means", lambda rows, size: [rows[max(0, i - size + 1) : i + 1].mean(axis=1) for i in range(len(rows))],
     "a mean of its own"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * int(rate) / stride)), "round only at the end"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * float(rate) / stride)), "28.999"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * rate / stride + 0.1)), "Round down"),
    ("smallest_window", True, "a whole number"),
    ("smallest_window", np.float64(4), "a whole number"),
    ("smallest_window", None, "The answer is None"),
    ("badminton_precision", 0.8 + 0j, "a number"),
    ("times_as_many", True, "a number"),
    ("rooted", lambda rows: rows if (rows.sum(axis=1) == 0).any() else np.sqrt(rows / rows.sum(axis=1, keepdims=True)),
     "beside another one"),
    ("word_shares", lambda words, size: np.bincount(words, minlength=size) / len(words) if words.any() else np.zeros(size),
     "both word 0"),
    ("nearest_words", lambda asked, words: (
        (asked.astype("int16")[:, None] - words.astype("int16")) ** 2).sum(axis=2, dtype="int16").argmin(axis=1)
        if asked.dtype == np.uint8 else ((asked[:, None] - words) ** 2).sum(axis=2).argmin(axis=1), "do not fit"),
    ("cut", lambda frames, length, step: np.stack(
        [frames[i * step : i * step + length] for i in range((len(frames) - length) // step + 1)])
        if len(frames) >= length else np.empty(((len(frames) - length) // step + 1, 0)), "too short has no block"),
]  # fmt: skip


@pytest.fixture
def double(monkeypatch):
    def double(answer):
        expect(answer(2) == 4, "Twice two is four.")
        expect(len(answer([1])) == 2, "A list doubles too.")

    monkeypatch.setitem(exercises.CHECKS, "double", double)


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda x: x * 2, "double: right."),
        (lambda x: None, "double: not tried yet."),
        (lambda x: print(x), "2\ndouble: not yet. Given 2, it gives nothing back: is a `return` missing?"),
        (lambda x: {2: 4}.get(x) if x == 2 else None, "double: not yet. Given [1], it gives nothing back"),
        (..., "double: not tried yet."),
        (None, "double: not yet. The answer is None: a call such as print(...) or a_list.append(...) has no result."),
        (lambda x: x + 1, "double: not yet. Twice two is four."),
        (lambda x: 1 / 0, "double: not yet. Given 2, it stops with ZeroDivisionError: division by zero."),
        (lambda: 4, "double: not yet. Given 2, it stops with TypeError"),
        (lambda x: 4, "double: not yet. The check could not use the answer (TypeError"),
        (7, "double: not yet. The check could not use the answer (TypeError"),
    ],
)
def test_what_is_told(double, capsys, answer, told):
    lessons.check("double", answer)
    assert capsys.readouterr().out.startswith(told)


@pytest.mark.parametrize(
    "argument, said",
    [
        (np.zeros((4, 3)), "an array of shape (4, 3)"),
        (np.array([[0, 1], [2, 3]]), "array([[0, 1], [2, 3]])"),
        (["a"] * 99, "['a', 'a', 'a', 'a', 'a', 'a', ...]"),
    ],
)
def test_what_it_was_given_is_told_in_short(double, argument, said):
    def check(answer):
        answer(argument, 1)

    exercises.CHECKS["double"] = check  # which `double` takes away again
    assert exercises.verdict("double", lambda rows, size: print()) == (
        f"double: not yet. Given {said}, 1, it gives nothing back: is a `return` missing?"
    )


def cells(name, tag=None):
    notebook = nbformat.read(notebooks.source(name), as_version=4)
    return [c for c in notebook.cells if c.cell_type == "code" and (tag is None or tag in c.metadata.get("tags", []))]


def checked(name):
    """The exercises that a notebook checks: the names in its calls of lessons.check."""
    calls = [node for cell in cells(name) for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    return {call.args[0].value for call in calls if ast.unparse(call.func) == "lessons.check"}


def defined(cell):
    """What a cell defines when it runs alone."""
    namespace = {}
    exec(cell.source, namespace)
    return namespace


EXERCISES = [(name, exercise) for name in COURSE for exercise in sorted(checked(name))]
each = pytest.mark.parametrize("notebook, name", EXERCISES)


@each
def test_the_solution_is_right(notebook, name):
    (cell,) = [c for c in cells(notebook, "solution") if f"{name}_solution" in c.source]
    assert cell.metadata.get("jupyter", {}).get("source_hidden") is True
    assert cell.source.startswith("# One solution: "), "a folded cell shows its first line: it must not be the answer"
    solution = defined(cell)
    assert name not in solution, "a solution defines NAME_solution, never NAME"
    assert exercises.verdict(name, solution[f"{name}_solution"]) == f"{name}: right."


@each
def test_the_untouched_stub_is_not_tried_yet(notebook, name):
    (cell,) = [c for c in cells(notebook, "exercise") if f'check("{name}"' in c.source]
    stub = cell.source[: cell.source.index("lessons.check")]
    namespace = {}
    exec(stub, namespace)
    assert exercises.verdict(name, namespace[name]) == f"{name}: not tried yet."


@each
def test_wrong_answers_get_a_hint(notebook, name):
    assert WRONG.get(name), f"list a wrong answer to {name} in WRONG"
    for answer in WRONG[name]:
        told = exercises.verdict(name, answer)
        assert told.startswith(f"{name}: not yet. ") and "could not use the answer" not in told, told


@pytest.mark.parametrize("name, answer", RIGHT, ids=[name for name, _ in RIGHT])
def test_other_right_answers_are_right(name, answer):
    exercises.load()
    assert exercises.verdict(name, answer) == f"{name}: right."


@pytest.mark.parametrize("name, answer, words", TOLD, ids=[name for name, *_ in TOLD])
def test_the_hint_is_about_the_mistake(name, answer, words):
    exercises.load()
    told = exercises.verdict(name, answer)
    assert told.startswith(f"{name}: not yet. ") and words in told, told


def test_every_check_belongs_to_an_exercise():
    exercises.load()
    assert set(exercises.CHECKS) == {name for _, name in EXERCISES}

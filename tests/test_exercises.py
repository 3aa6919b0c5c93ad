"""The exercises' checks: every solution is right, every untouched stub not tried yet, every listed wrong answer hinted at."""

import ast
import math
import os
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
WRONG |= {  # 00
    "smallest_window": [3, 5, 0, 4.0, "4"],
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
    "class_fractions": [
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
        lambda groups, seed: np.isin(  # right only as long as the photos of a group stand side by side
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

WRONG |= {  # 05 and 15
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
    "means_over_seconds": [lambda rows, times, span: rows, lambda rows, times, span: rows.mean(axis=0)],
}  # fmt: skip
WRONG |= {  # 04 and 14
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
    "trainable_fraction": [lambda model: 1.0],
    "warm_linear": [lambda peak, steps, warm_up: peak],
    "write_checked": [lambda path, frames, rate: len(frames), lambda path, frames, rate: rate],
    "label_of": [lambda path: path, lambda path: path.split(os.path.sep)[-1], lambda path: 1],
    "load_images": [lambda paths, size: (np.zeros((len(paths), size, size, 3), np.uint8), ["badminton"] * len(paths))],
    "build_head": [lambda shape, classes: "a head", lambda shape, classes: []],
    "best_epoch": [lambda rows: len(rows), lambda rows: rows[-1]["epoch"], lambda rows: min(rows, key=len)],
    "unfreeze": [lambda model, first: first, lambda model, first: model],
    "precision_recall": [lambda matrix, k: (1.0, 1.0), lambda matrix, k: matrix[k], lambda matrix, k: 0.5],
    "with_temperature": [lambda model, temperature: model, lambda model, temperature: temperature],
    "occlusion": [lambda image, predict, cells: np.zeros((cells, cells)), lambda image, predict, cells: image],
    "deque_by_hand": [[0.3, 0.53, 0.6, 0.4, 0.2], 0.2, "0.9, 0.8, 0.6, 0.4, 0.2", None],
    "label_clip": [lambda videopath, outpath, predict, size: [2, 2, 0, 0]],
}
WRONG |= {  # 06
    "count_matches": [lambda image, other, ratio: 0, lambda image, other, ratio: [], lambda image, other, ratio: 230],
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
    "recurrent": [lambda frames, height, width, classes: (frames, height, width, 3)],
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
    ("class_fractions", lambda labels: {name: list(labels).count(name) * (1 / len(labels)) for name in set(labels)}),
    ("decayed_rate", lambda first, decay, step: 1 / ((1 + decay * step) / first)),
    ("largest_window", lambda seconds, rate, stride: max(1, math.floor(round(2 * seconds * float(rate) / stride, 6)))),
    ("largest_window", lambda seconds, rate, stride: np.int64(max(1, 2 * Fraction(str(seconds)) * rate // stride))),
    ("smallest_window", 4),
    ("smallest_window", np.int64(4)),
    ("smallest_window", np.uint8(4)),
]


# Wrong, and the hint for it.
TOLD = [
    ("batch_shape", (16, 96, 128), "colours are missing"),
    ("batch_shape", (1, 96, 128, 3), "How many images"),
    ("smallest_window", 20, "never changes"),
    ("decayed_rate", lambda first, decay, step: first / (decay * step), "The 1 is missing"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * int(rate) / stride)), "round only at the end"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * float(rate) / stride)), "28.999"),
    ("largest_window", lambda seconds, rate, stride: max(1, int(2 * seconds * rate / stride + 0.1)), "Round down"),
    ("smallest_window", True, "a whole number"),
    ("smallest_window", np.float64(4), "a whole number"),
    ("smallest_window", None, "The answer is None"),
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

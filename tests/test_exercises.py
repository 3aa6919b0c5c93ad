"""The exercises' checks: every solution is right, every untouched stub not tried yet, every listed wrong answer hinted at."""

import ast

import nbformat
import numpy as np
import pytest

from lib import exercises, lessons, notebooks
from lib.exercises import expect
from lib.notebooks import COURSE

def _swap_in_place(picture):
    picture[:] = picture[..., ::-1].copy()
    return picture


# At least one wrong answer for each exercise, as a student might give it: name → answers.
WRONG: dict[str, list] = {}
WRONG |= {  # 00
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
        _swap_in_place,
    ],
    "one_hot": [
        lambda labels, classes: np.asarray(labels),
        lambda labels, classes: np.eye(len(set(labels)))[np.asarray(labels, int)],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int) - 1],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int)][:, : 1 if classes == 2 else None],
        lambda labels, classes: np.eye(classes)[np.asarray(labels, int)].T,
        lambda labels, classes: np.ones((len(labels), classes)),
        lambda labels, classes: np.array([[float(i == label) for i in range(classes)] for label in labels]),
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
    ],
    "decayed_rate": [
        lambda first, decay, step: first * (1 - decay * step),
        lambda first, decay, step: first * decay**step,
        lambda first, decay, step: first * np.exp(-decay * step),
        lambda first, decay, step: first / (1 + decay * (step + 1)),
        lambda first, decay, step: 0.1 / (1 + decay * step),
    ],
    "epochs_at_a_tenth": [3, 0.3, 10, 300],
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
        (lambda x: ..., "double: not tried yet."),
        (lambda x: None, "double: not tried yet."),
        (..., "double: not tried yet."),
        (lambda x: x + 1, "double: not yet. Twice two is four."),
        (lambda x: 1 / 0, "double: not yet. It stops with ZeroDivisionError: division by zero."),
        (lambda: 4, "double: not yet. It stops with TypeError"),
        (lambda x: 4, "double: not yet. The check could not use the answer (TypeError"),
        (7, "double: not yet. The check could not use the answer (TypeError"),
    ],
)
def test_what_is_told(double, capsys, answer, told):
    lessons.check("double", answer)
    assert capsys.readouterr().out.startswith(told)


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


def test_every_check_belongs_to_an_exercise():
    exercises.load()
    assert set(exercises.CHECKS) == {name for _, name in EXERCISES}

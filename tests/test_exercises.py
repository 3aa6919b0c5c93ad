"""The exercises' checks: every solution is right, every untouched stub not tried yet, every listed wrong answer hinted at."""

import ast

import nbformat
import pytest

from lib import exercises, lessons, notebooks
from lib.exercises import expect
from lib.notebooks import COURSE

# At least one wrong answer for each exercise, as a student might give it: name → answers.
WRONG: dict[str, list] = {}


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

import ast
import json
import shutil
from importlib import import_module

import pytest

from lib import lessons, sample
from lib.__main__ import main
from lib.core import paths
from lib.core.errors import FileError, PhotoError
from lib.tools import experiments
from lib.tools.commands import experiment
from lib.tools.experiments import _definitions as definitions
from lib.tools.experiments import _marks as marks


@pytest.fixture
def toy(project, monkeypatch):
    """A toy experiment in the place of one of the course; gives the cases that were measured."""
    from lib.tools.experiments import decay

    measured = []
    monkeypatch.setattr(paths, "NOTEBOOKS", project / "notebooks")
    monkeypatch.setattr(paths, "ROOT", project)
    monkeypatch.setattr(experiments, "mark", lambda name: "code 1")
    monkeypatch.setattr(decay, "CASES", [{"seed": seed} for seed in range(3)])
    monkeypatch.setattr(decay, "run_case", lambda case: measured.append(case) or {"value": case["seed"] / 2})
    monkeypatch.setattr(decay, "summarise", lambda rows: f"{len(rows)} cases")
    return measured


def kept(project):
    return json.loads((project / "notebooks" / "results" / "decay.json").read_text())["cases"]


def test_figures_are_kept_with_their_seeds(toy, project, capsys):
    assert main(["experiment", "decay"]) == 0
    assert [(row["seed"], row["value"]) for row in kept(project)] == [(0, 0), (1, 0.5), (2, 1)]
    assert "3 cases" in capsys.readouterr().out


def test_it_says_how_long_the_stored_cases_took(toy, project, capsys, monkeypatch):
    main(["experiment", "decay"])
    assert "3 cases to measure\n" in capsys.readouterr().out
    file = project / "notebooks" / "results" / "decay.json"
    rows = kept(project)
    file.write_text(json.dumps({"cases": [row | {"seconds": 60 * row["seed"]} for row in rows]}))
    monkeypatch.setattr(experiments, "mark", lambda name: "code 2")
    main(["experiment", "decay"])
    assert "3 cases to measure: the 3 that are stored took 3 minutes\n" in capsys.readouterr().out


def test_an_interrupted_experiment_goes_on(toy, project):
    main(["experiment", "decay", "--cases", "2"])
    assert not (project / "notebooks").exists()
    main(["experiment", "decay"])
    assert [case["seed"] for case in toy] == [0, 1, 2]


def test_figures_of_other_code_are_measured_anew(toy, monkeypatch):
    main(["experiment", "decay"])
    monkeypatch.setattr(experiments, "mark", lambda name: "code 2")
    main(["experiment", "decay"])
    assert len(toy) == 6


def test_kept_figures_are_not_measured_again_on_a_fresh_clone(toy, project):
    main(["experiment", "decay"])
    (project / "output" / "experiments" / "decay.json").unlink()
    main(["experiment", "decay"])
    assert len(toy) == 3


def test_without_the_real_photographs_figures_on_them_stay(toy, project, monkeypatch, capsys):
    from lib.tools.experiments import decay

    def photographs(run):
        if run.photos == "real" and not there:
            raise PhotoError("not here")
        return [1, 2]

    monkeypatch.setattr(lessons, "photographs", photographs)
    monkeypatch.setattr(decay, "CASES", [case for case in experiments.cases() if not case["seed"]])
    there = True
    main(["experiment", "decay"])
    there = False
    monkeypatch.setattr(experiments, "mark", lambda name: "code 2")
    main(["experiment", "decay"])
    assert "stay as they are stored" in capsys.readouterr().out
    assert [(row["photographs"], row["code"], row["count"]) for row in kept(project)] == [
        ("sample", "code 2", 2),
        ("real", "code 1", 2),
    ]
    assert [row["photographs"] for row in lessons.stored("decay", "real")] == ["real"]
    assert lessons.stored("decay", "holiday") == []


def test_figures_that_were_never_measured_are_asked_for(toy):
    with pytest.raises(FileError, match="experiment decay` once"):
        lessons.stored("decay", "sample")


def test_cases_are_every_combination():
    rows = experiments.cases(rate=[1, 2])
    assert len(rows) == 2 * 3 * 2
    assert {"photographs": "real", "seed": 2, "rate": 1} in rows


LIBRARY = {
    "start": "from lib.near import load\n\ndef run(x):\n    return load(x)\n",
    "near": "from lib.far import SIZE\n\ndef load(x):\n    return x * SIZE\n",
    "far": "import os\n\nSIZE = 2\n",
}


@pytest.fixture
def mark_of(tmp_path, monkeypatch):
    """Write a toy `lib`, LIBRARY with other modules and changes, and give the mark of its module "start"."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)

    def mark_of(modules: dict[str, str]) -> str:
        shutil.rmtree(tmp_path / "lib", ignore_errors=True)
        for name, source in (LIBRARY | modules).items():
            file = tmp_path / "lib" / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)
        return marks.code_mark("lib.start")

    return mark_of


@pytest.mark.parametrize(
    ("imported", "call"),
    [
        ("from lib.near import load as fetch", "fetch"),
        ("from lib import near", "near.load"),
        ("from lib import near as other", "other.load"),
        ("import lib.near", "lib.near.load"),
        ("import lib.near as other", "other.load"),
    ],
)
def test_how_a_definition_is_imported_changes_no_mark(mark_of, imported, call):
    source = f"def run(x):\n    return {call}(x)\n"
    assert mark_of({"start": f"{imported}\n\n{source}"}) == mark_of({})
    inside = source.replace(":\n", f":\n    {imported}\n")
    assert mark_of({"start": inside}) == mark_of({})
    assert mark_of({"start": inside, "far": "SIZE = 3\n"}) != mark_of({})


@pytest.mark.parametrize(
    "modules",
    [
        {"far": LIBRARY["near"].replace("from lib.far import SIZE", "SIZE = 2"), "near": "from lib.far import load\n"},
        {"start": LIBRARY["start"].replace("from lib.near import load", LIBRARY["near"])},
        {"start": LIBRARY["start"].replace("lib.near", "lib.data.deep.near"), "data/deep/near": LIBRARY["near"]},
        {"start": LIBRARY["start"].replace("lib.near", "lib.data"), "data/__init__": LIBRARY["near"]},
        {
            "start": LIBRARY["start"].replace("lib.near", "lib.data"),
            "data/__init__": "from lib.data.load import load\n",
            "data/load": LIBRARY["near"],
        },
        {"near": LIBRARY["near"].replace("lib.far", "lib.data"), "data/__init__": f"import numpy\n{LIBRARY['far']}"},
        {"near": LIBRARY["near"] + "def x():\n    return 1\n"},  # the name of a variable
    ],
)
def test_where_a_definition_lies_changes_no_mark(mark_of, modules):
    assert mark_of(modules) == mark_of({})


@pytest.mark.parametrize(
    "modules",
    [
        {"far": "SIZE = 3\n"},
        {"far": "SIZE = 2\nSIZE += 1\n"},
        {"far": "import os\n\nos.environ['THREADS'] = '1'\nSIZE = 2\n"},
        {"far": "SIZE, OTHER = 2, 3\n"},
        {"near": LIBRARY["near"].replace("x * SIZE", "x + SIZE")},
        {"near": LIBRARY["near"].replace("def", "@cache\ndef")},
        {"near": LIBRARY["near"].replace("x)", "x, SIZE)")},  # a variable now
        {"start": LIBRARY["start"].replace("(x):", "(x=1):")},
    ],
)
def test_what_is_computed_changes_the_mark(mark_of, modules):
    assert mark_of(modules) != mark_of({})


@pytest.mark.parametrize(
    "modules",
    [
        {"far": '"""Doc."""\n\nimport os\n\nSIZE: int = 2  # why\n'},
        {"near": LIBRARY["near"].replace("x):", 'x: int) -> "np.ndarray":\n    """Doc."""')},
        {"far": "import os\n\nSIZE = 2\nUNUSED = 1\n\ndef unused():\n    return SIZE\n"},
        {"start": f"import os\nfrom lib.core.errors import Wrong\n{LIBRARY['start']}"},
    ],
)
def test_what_is_only_read_changes_no_mark(mark_of, modules):
    assert mark_of(modules) == mark_of({})


def test_messages_of_exceptions_change_no_mark(mark_of):
    source = "def load(x):\n    if x < 0:\n        raise ValueError({})\n    return x\n"
    first = mark_of({"near": source.format("'negative'")})
    assert mark_of({"near": "from lib.far import SIZE\n\n" + source.format("f'below {SIZE}'")}) == first
    assert mark_of({"near": source.format("'negative'").replace("raise", "return")}) != first


def test_two_definitions_of_the_same_name_are_distinguished(mark_of):
    modules = {"near": "def load(x):\n    return x\n", "far": "def load(x):\n    return -x\n"}
    source = "from lib import far, near\n\ndef run(x):\n    return {}.load(x)\n\ndef check(x):\n    return {}.load(x)\n"
    assert mark_of(modules | {"start": source.format("near", "far")}) != mark_of(
        modules | {"start": source.format("far", "near")}
    )


def test_plumbing_is_not_followed_and_drawing_counts_by_its_version(mark_of):
    modules = {
        "start": "from lib import sample; from lib.core import files\n\ndef run(x):\n    return files.read(sample.ball.draw(x))\n",
        "files": "def read(x):\n    return x\n",
        "sample/__init__": "VERSION = 1\n",
        "sample/ball": "def draw(x):\n    return x\n",
    }
    assert mark_of(modules | {"files": "def read(x):\n    return -x\n"}) == mark_of(modules)
    assert mark_of(modules | {"sample/ball": "def draw(x):\n    return -x\n"}) == mark_of(modules)
    assert mark_of(modules | {"sample/__init__": "VERSION = 2\n"}) != mark_of(modules)


def test_a_definition_that_does_not_exist_has_no_mark(mark_of):
    with pytest.raises(ValueError, match="no walk in lib.start"):
        mark_of({}) and marks.code_mark("lib.start", "walk")


def test_marks_are_the_same_in_every_python():
    """The text that Python 3.11, 3.12 and 3.13 give, whose syntax trees differ."""
    tree = ast.parse('def f(x, y=None):\n    return f"{x:>{y}}" + repr([])\n')
    assert marks._text(definitions.trimmed(tree), {}, set()) == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x'), arg(arg='y')], defaults=[Constant()]), "
        "body=[Return(value=BinOp(left=JoinedStr(values=[FormattedValue(value=Name(id='x', ctx=Load()), conversion=-1, "
        "format_spec=JoinedStr(values=[Constant(value='>'), FormattedValue(value=Name(id='y', ctx=Load()), "
        "conversion=-1)]))]), op=Add(), right=Call(func=Name(id='repr', ctx=Load()), args=[List(ctx=Load())])))])])"
    )


def test_no_kept_figure_is_older_than_what_it_came_from():
    files = list((paths.NOTEBOOKS / "results").glob("*.json"))
    for file in files:
        current = experiments.mark(file.stem)
        old = [row for row in json.loads(file.read_text())["cases"] if row["code"] != current]
        assert not old, f"{len(old)} figures in {file.name} are old: run `python -m lib experiment {file.stem}`."


def found_by(name):
    """What an experiment computes with, each as the last part of its module and its name."""
    found = marks.reached(f"{experiments.__name__}.{name}", "run_case")
    return {f"{module.rpartition('.')[2]}.{definition}" for module, definition in found}


@pytest.mark.parametrize("name", experiment.NAMES)
def test_the_mark_of_an_experiment_covers_what_it_computes_with(name):
    assert import_module(f"{experiments.__name__}.{name}").CASES
    found = found_by(name)
    assert {f"{name}.run_case", "framework.(set-up)"} <= found
    assert not {f"{name}.CASES", f"{name}.summarise", "experiments.table"} & found
    if name not in ("fusion", "core"):  # which train on frames, and by what the notebooks hold
        assert {"framework.forward", "shaping.resize", "splits.folds", "backbones.load", "backbones.scaled"} <= found


def test_the_mark_of_augmentation_covers_the_extraction_of_features():
    assert {"backbones.extract", "_frozen.augmentation", "training.train_head", "training.RATE"} <= found_by(
        "augmentation"
    )


def test_a_change_of_the_drawing_code_makes_every_stored_figure_old(monkeypatch):
    before = experiments.mark("augmentation")
    monkeypatch.setattr(sample, "VERSION", sample.VERSION + 1)
    assert experiments.mark("augmentation") != before


def test_a_table_gives_mean_and_range_over_the_seeds():
    rows = [
        {"photographs": "sample", "seed": 0, "views": 1, "right": 0.5},
        {"photographs": "sample", "seed": 1, "views": 1, "right": 0.75},
        {"photographs": "real", "seed": 0, "views": 1, "right": 1.0},
    ]
    assert [line.split() for line in experiments.table(rows, "views", ["right"]).splitlines()] == [
        ["right"],
        ["sample", "1", "0.6250", "(0.5000", "to", "0.7500)"],
        ["real", "1", "1.0000", "(1.0000", "to", "1.0000)"],
    ]
    assert experiments.table(rows[2:], None, ["right"]).splitlines()[1].startswith("real  ")

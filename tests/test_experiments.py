import json
from importlib import import_module

import numpy as np
import pytest

from lib import experiments, lessons, paths, timeline
from lib.__main__ import main
from lib.commands import experiment


@pytest.fixture
def toy(project, monkeypatch):
    """A toy experiment in the place of the drawn sample's; gives the cases that were measured."""
    from lib.experiments import drawn_sample

    measured = []
    monkeypatch.setattr(paths, "NOTEBOOKS", project / "notebooks")
    monkeypatch.setattr(paths, "ROOT", project)
    monkeypatch.setattr(experiments, "mark", lambda name: "code 1")
    monkeypatch.setattr(drawn_sample, "CASES", [{"seed": seed} for seed in range(3)])
    monkeypatch.setattr(drawn_sample, "run_case", lambda case: measured.append(case) or {"value": case["seed"] / 2})
    monkeypatch.setattr(drawn_sample, "summarise", lambda rows: f"{len(rows)} cases")
    return measured


def kept(project):
    return json.loads((project / "notebooks" / "results" / "drawn_sample.json").read_text())["cases"]


def test_figures_are_kept_with_their_seeds(toy, project, capsys):
    assert main(["experiment", "drawn_sample"]) == 0
    assert [(row["seed"], row["value"]) for row in kept(project)] == [(0, 0), (1, 0.5), (2, 1)]
    assert "3 cases" in capsys.readouterr().out


def test_an_interrupted_experiment_goes_on(toy, project):
    main(["experiment", "drawn_sample", "--cases", "2"])
    assert not (project / "notebooks").exists()
    main(["experiment", "drawn_sample"])
    assert [case["seed"] for case in toy] == [0, 1, 2]


def test_figures_of_other_code_are_measured_anew(toy, monkeypatch):
    main(["experiment", "drawn_sample"])
    monkeypatch.setattr(experiments, "mark", lambda name: "code 2")
    main(["experiment", "drawn_sample"])
    assert len(toy) == 6


def test_kept_figures_are_not_measured_again_on_a_fresh_clone(toy, project):
    main(["experiment", "drawn_sample"])
    (project / "output" / "experiments" / "drawn_sample.json").unlink()
    main(["experiment", "drawn_sample"])
    assert len(toy) == 3


def test_without_the_real_photographs_figures_on_them_stay(toy, project, monkeypatch, capsys):
    from lib.experiments import drawn_sample

    def photographs(run):
        if run.photos == "real" and not there:
            raise lessons.PhotoError("not here")
        return [1, 2]

    monkeypatch.setattr(lessons, "photographs", photographs)
    monkeypatch.setattr(drawn_sample, "CASES", [case for case in experiments.cases() if not case["seed"]])
    there = True
    main(["experiment", "drawn_sample"])
    there = False
    monkeypatch.setattr(experiments, "mark", lambda name: "code 2")
    main(["experiment", "drawn_sample"])
    assert "stay as they were" in capsys.readouterr().out
    assert [(row["photographs"], row["code"], row["count"]) for row in kept(project)] == [
        ("sample", "code 2", 2),
        ("real", "code 1", 2),
    ]
    assert [row["photographs"] for row in experiments.stored("drawn_sample", "real")] == ["real"]
    assert experiments.stored("drawn_sample", "holiday") == []


def test_figures_that_were_never_measured_are_asked_for(toy):
    with pytest.raises(FileNotFoundError, match="experiment drawn_sample` once"):
        experiments.stored("drawn_sample", "sample")


def test_cases_are_every_combination():
    rows = experiments.cases(rate=[1, 2])
    assert len(rows) == 2 * 3 * 2
    assert {"photographs": "real", "seed": 2, "rate": 1} in rows


def test_the_mark_is_of_what_runs_not_of_what_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    module = tmp_path / "lib" / "toy.py"
    module.parent.mkdir()
    marks = []
    for source in (
        '"""Doc."""\n\ndef f():\n    "Doc."\n    return 1\n',
        "def f():  # why\n    return 1\n",
        "def f():\n    return 2\n",
    ):
        module.write_text(source)
        marks.append(experiments.code_mark(["toy"]))
    assert marks[0] == marks[1] != marks[2]


def test_the_mark_is_the_same_in_every_python():
    """What was reckoned with 3.11, 3.12 and 3.13, whose syntax trees differ."""
    assert experiments._code('def f(x, y=None):\n    return f"{x:>{y}}" + repr([])\n') == (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x'), arg(arg='y')], defaults=[Constant()]), "
        "body=[Return(value=BinOp(left=JoinedStr(values=[FormattedValue(value=Name(id='x', ctx=Load()), conversion=-1, "
        "format_spec=JoinedStr(values=[Constant(value='>'), FormattedValue(value=Name(id='y', ctx=Load()), "
        "conversion=-1)]))]), op=Add(), right=Call(func=Name(id='repr', ctx=Load()), args=[List(ctx=Load())])))])])"
    )


def test_a_module_of_a_package_stands_for_those_that_it_uses(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    package = tmp_path / "lib" / "drawn"
    package.mkdir(parents=True)
    sources = {"photo": "from lib.drawn import pens\n", "pens": "from lib.drawn.ink import RED\n", "ink": "RED = 1\n"}
    for name, source in (sources | {"clip": "from lib.drawn.ink import RED\n"}).items():
        (package / f"{name}.py").write_text(source)

    def marks():
        return [experiments.code_mark([name]) for name in ("drawn", "drawn/photo", "drawn/clip")]

    def changed(name):
        before = marks()
        (package / f"{name}.py").write_text((package / f"{name}.py").read_text() + "NEW = 2\n")
        return [old != new for old, new in zip(before, marks())]

    assert changed("clip") == [True, False, True]
    assert changed("pens") == [True, True, False]
    assert changed("ink") == [True, True, True]


def test_no_kept_figure_is_older_than_what_it_came_from():
    files = list((paths.NOTEBOOKS / "results").glob("*.json"))
    for file in files:
        current = experiments.mark(file.stem)
        old = [row for row in json.loads(file.read_text())["cases"] if row["code"] != current]
        assert not old, f"{len(old)} figures in {file.name} are old: run `python -m lib experiment {file.stem}`."


def test_what_an_experiment_depends_on_exists():
    for name in experiment.NAMES:
        assert len(experiments.mark(name)) == 64
        assert import_module(f"{experiments.__name__}.{name}").CASES


def test_the_calmest_of_the_windows_that_are_about_as_right_is_chosen():
    from lib.experiments.drawn_sample import calmest_of_the_best

    curves = timeline.Curves(np.array([1, 16, 32, 64]), np.array([0.8, 0.91, 0.905, 0.85]), np.array([40, 9, 4, 0]), None)
    assert calmest_of_the_best(curves) == 32
    assert calmest_of_the_best(curves, tolerance=0) == 16


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

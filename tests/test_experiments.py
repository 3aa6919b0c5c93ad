import json

import pytest

from lib import experiments, paths
from lib.__main__ import main
from lib.commands import experiment


@pytest.fixture
def toy(project, monkeypatch):
    """A toy experiment in the place of the drawn sample's; gives the cases that were measured."""
    from lib.experiments import drawn_sample

    measured = []
    monkeypatch.setattr(paths, "NOTEBOOKS", project / "notebooks")
    monkeypatch.setattr(paths, "ROOT", project)
    monkeypatch.setattr(experiment, "_mark", lambda name, modules: "code 1")
    monkeypatch.setattr(drawn_sample, "CASES", [{"seed": seed} for seed in range(3)])
    monkeypatch.setattr(drawn_sample, "run_case", lambda case: measured.append(case) or {"value": case["seed"] / 2})
    monkeypatch.setattr(drawn_sample, "summarise", lambda rows: f"{len(rows)} cases")
    return measured


def test_figures_are_kept_with_their_seeds(toy, project, capsys):
    assert main(["experiment", "drawn_sample"]) == 0
    kept = json.loads((project / "notebooks" / "results" / "drawn_sample.json").read_text())
    assert [(row["seed"], row["value"]) for row in kept["cases"]] == [(0, 0), (1, 0.5), (2, 1)]
    assert "3 cases" in capsys.readouterr().out


def test_an_interrupted_experiment_goes_on(toy, project):
    main(["experiment", "drawn_sample", "--cases", "2"])
    assert not (project / "notebooks").exists()
    main(["experiment", "drawn_sample"])
    assert [case["seed"] for case in toy] == [0, 1, 2]


def test_figures_of_other_code_are_measured_anew(toy, monkeypatch):
    main(["experiment", "drawn_sample"])
    monkeypatch.setattr(experiment, "_mark", lambda name, modules: "code 2")
    main(["experiment", "drawn_sample"])
    assert len(toy) == 6


def test_what_an_experiment_depends_on_exists():
    from importlib import import_module

    for name in experiment.NAMES:
        module = import_module(f"{experiments.__name__}.{name}")
        assert len(experiment._mark(name, module.DEPENDS_ON)) == 64

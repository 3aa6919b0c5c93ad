"""`python -m lib reset`: what was made is listed, and deleted only when somebody says so."""

import subprocess

import pytest

from lib import paths
from lib.__main__ import main

TRACKED = ["notebooks/a.ipynb", "data/README.md", "model/backbone/net.keras", "output/README.md", "data/real/manifest.csv"]
MADE = ["data/sample/x/1.png", "model/sample-bundled/02.keras", "output/sample-bundled/a.mp4", "example_clips/formula1.mp4"]
FETCHED = "data/real/badminton/1.jpg"
OWN = [
    "output/copies/mine/a.ipynb", "data/my_photos/golf/1.jpg", "model/my_net.keras", "example_clips/größe.mp4",
]  # fmt: skip


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    for name in [*TRACKED, *MADE, FETCHED, *OWN]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", *TRACKED], ["commit", "-qm", "x"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    return tmp_path


def answer(monkeypatch, *answers):
    given = iter(answers)
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(given))
    return asked


def there(clone):
    return {name for name in [*TRACKED, *MADE, FETCHED, *OWN] if (clone / name).exists()}


def test_without_a_yes_nothing_is_deleted(clone, monkeypatch, capsys):
    (clone / "notebooks/a.ipynb").write_text("changed")
    before = there(clone)
    asked = answer(monkeypatch, "", "n")
    assert main(["reset"]) == 0
    assert there(clone) == before and (clone / "notebooks/a.ipynb").read_text() == "changed"
    assert len(asked) == 2
    told = capsys.readouterr().out
    assert "model/sample-bundled" in told and "notebooks/a.ipynb" in told and "data/real" in told


def test_what_was_made_goes_and_what_was_fetched_only_after_a_yes_of_its_own(clone, monkeypatch):
    answer(monkeypatch, "y", "no")
    assert main(["reset"]) == 0
    assert there(clone) == {*TRACKED, FETCHED, *OWN}
    assert not (clone / "model/sample-bundled").exists()
    answer(monkeypatch, "yes")
    assert main(["reset"]) == 0
    assert there(clone) == {*TRACKED, *OWN}


def test_changed_notebooks_are_restored(clone, monkeypatch):
    (clone / "notebooks/a.ipynb").write_text("changed")
    answer(monkeypatch, "y", "")
    main(["reset"])
    assert (clone / "notebooks/a.ipynb").read_text() == "as it was"


def test_a_fresh_clone_is_left_in_peace(clone, monkeypatch, capsys):
    answer(monkeypatch, "y", "y")
    main(["reset"])
    capsys.readouterr()
    answer(monkeypatch)
    assert main(["reset"]) == 0
    assert "nothing to delete" in capsys.readouterr().out


def test_where_nobody_answers_it_is_a_no(clone, monkeypatch):
    def nobody(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    before = there(clone)
    assert main(["reset"]) == 0
    assert there(clone) == before


def test_without_git_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["reset"]) == 1
    assert "is no git clone" in capsys.readouterr().err


def test_a_name_that_is_not_ascii_is_deleted_too(clone, monkeypatch):
    made = clone / "output/größe-bundled/index.html"
    made.parent.mkdir()
    made.touch()
    answer(monkeypatch, "y", "n")
    main(["reset"])
    assert not made.exists()

"""`python -m lib setup`: one command makes the environment, from a Python that has no package."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lib.__main__ import main
from lib.core import paths
from lib.tools.commands import setup


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A project without an environment; gives the programs that are run, which do nothing; one with a word of `failing` fails."""
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    came, failing = [], set()

    def run(command, **options):
        came.append([str(part) for part in command])
        if "venv" in came[-1]:
            setup.PYTHON.parent.mkdir(parents=True)
            setup.PYTHON.touch()
        return SimpleNamespace(returncode=int(any(part in failing for part in came[-1])))

    monkeypatch.setattr(setup, "subprocess", SimpleNamespace(run=run))
    return SimpleNamespace(came=came, failing=failing, ready=tmp_path / ".venv" / "ready")


def test_the_environment_is_made_filled_and_then_called_ready(calls):
    assert main(["setup"]) == 0
    made, pinned, course, check = calls.came
    assert made == [sys.executable, "-m", "venv", str(setup.VENV)]
    assert all(command[0] == str(setup.PYTHON) for command in (pinned, course, check))
    assert pinned[-3:] == ["--require-hashes", "--requirement", "requirements.txt"]
    assert course[-3:] == ["--no-deps", "--editable", "."]
    assert calls.ready.exists()
    assert main(["setup"]) == 0  # brought up to date
    assert calls.came[4:] == [pinned, course, check]


@pytest.mark.parametrize("part, words", [
    ("venv", "run the same command again"), ("--requirement", "run the same command again"),
    ("--editable", "run the same command again"), ("import cv2", "apt-get install libgl1 libglib2.0-0"),
])  # fmt: skip
def test_what_breaks_off_is_one_sentence_and_not_called_ready(calls, capsys, part, words):
    calls.failing.add(part)
    assert main(["setup"]) == 1
    assert words in capsys.readouterr().err
    assert not calls.ready.exists()
    calls.failing.clear()
    assert main(["setup"]) == 0
    assert calls.ready.exists()


def bare(*arguments, code="import runpy; runpy.run_module('lib', run_name='__main__', alter_sys=True)"):
    """Run `python -m lib` on a Python without packages."""
    command = [sys.executable, "-S", "-E", "-c", f"import sys; sys.argv[0] = 'lib'; {code}", *arguments]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, encoding="utf-8")


def test_setup_needs_no_package():
    ended = bare("setup", "--help")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_another_command_without_packages_names_setup():
    ended = bare("evaluate", "no-such-folder")
    assert ended.returncode == 1
    assert "python -m lib evaluate: this Python has no package " in ended.stderr
    assert "run `python -m lib setup` once" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Traceback" in bare("evaluate", "no-such-folder", "--traceback").stderr


@pytest.mark.parametrize("version, is_taken", [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_a_python_that_the_course_does_not_support_is_one_sentence(version, is_taken):
    ended = bare(code=f"sys.version_info = {version}; import lib")
    assert ended.returncode == (0 if is_taken else 1)
    assert ended.stderr.startswith("" if is_taken else "The course needs Python 3.11, 3.12 or 3.13: ")
    assert "Traceback" not in ended.stderr


def test_make_leaves_the_set_up_to_it():
    assert "@$(PYTHON) -m lib setup" in (paths.ROOT / "Makefile").read_text()
    assert Path(setup.VENV, "ready") == paths.ROOT / ".venv" / "ready"

"""`python -m lib …` before the work: what is read, what is refused, and that none of it waits for libraries."""

import os
import subprocess
import sys
from pathlib import Path

import clips
import pytest

from lib.__main__ import main
from lib.core import paths
from lib.core.errors import CourseError
from lib.core.paths import Run
from lib.tools.command_line import NAMES

LIBRARIES = {
    "numpy", "cv2", "av", "tensorflow", "keras", "matplotlib", "sklearn", "scipy", "nbformat", "nbclient", "dask",
    "distributed",
}  # fmt: skip


def program(*arguments, code: str = "", **environment) -> subprocess.CompletedProcess:
    """Run `python -m lib` in a process of its own, with `code` before it."""
    command = [sys.executable, "-c", f"{code}\nimport runpy; runpy.run_module('lib', run_name='__main__')", *arguments]
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT)} | environment
    return subprocess.run(
        command, env=environment, cwd=paths.ROOT, capture_output=True, encoding="utf-8", errors="replace"
    )


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], ["no-such-command"], ["--wrong"],
                                       *([name, last] for name in NAMES for last in ("--help", "--wrong"))])  # fmt: skip
def test_help_and_wrong_arguments_load_no_library(arguments):
    code = f"import atexit, sys; atexit.register(lambda: print('loaded', *{LIBRARIES} & {{*sys.modules}}))"
    ended = program(*arguments, code=code)
    assert ended.stdout.splitlines()[-1] == "loaded"
    assert ended.returncode == (0 if {"--help", "--version"} & set(arguments) else 2)


@pytest.mark.parametrize(
    "arguments", ["label no.mp4", "evaluate nothing", "crossval nothing", "import x --classes a a"]
)
def test_what_is_not_there_is_refused_without_tensorflow(arguments):
    code = "import atexit, sys; atexit.register(lambda: print('tensorflow' in sys.modules))"
    ended = program(*arguments.split(), code=code)
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (1, "False"), ended.stderr


def test_the_version_is_the_projects(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert f'version = "{capsys.readouterr().out.split()[1]}"' in (paths.ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_argument_shows_how_its_own_command_is_used(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "x", "--wrong"])
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith(f"usage: python -m lib {name} ")
    assert printed.splitlines()[-1].startswith(f"python -m lib {name}: error: ")


@pytest.mark.parametrize("arguments", ["course --photos", "course --backbone", "course --clip", "course --window",
    "course --seed", "course --image-size", "course --scaling", "fetch --from", "evaluate", "evaluate x --model", "label",
    "label x --model", "label x --out", "import", "import x --classes a", "crossval", "crossval x --backbone", "pretrain",
    "pretrain --speed", "pretrain --variant", "experiment", "experiment seeds --cases", "notebooks", "lab --copy",
    "lab -- --port", "explore", "explore x --out",
    "explore x --model", "explore x --scores"])  # fmt: skip
@pytest.mark.parametrize("empty", ["", " "])
def test_no_value_may_be_empty(project, arguments, empty, capsys, monkeypatch):
    """As a path, an empty text would be the current folder."""
    monkeypatch.setattr("subprocess.Popen", lambda *given: pytest.fail("it was begun"))
    with pytest.raises(SystemExit) as ended:
        main([*arguments.split(), empty])
    assert ended.value.code == 2
    assert "error: argument " in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("choices", [("", "bundled"), ("sample", ""), (" ", "bundled")])
def test_no_choice_of_a_notebook_may_be_empty(choices):
    with pytest.raises(ValueError, match="must not be empty"):
        Run(*choices)


@pytest.mark.parametrize("option", ["crossval x --seeds", "crossval x --jobs", "experiment seeds --cases",
                                    "pretrain x --epochs", "pretrain x --seed", "course --seed",
                                    "course --image-size", "label x --window", "pretrain x --share"])  # fmt: skip
@pytest.mark.parametrize("number", ["-1", "0.0", "nan", "inf", "1e9", "text", "9" * 5000, "99999999999"])
def test_a_number_that_is_none(option, number, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*option.split(), number])
    assert ended.value.code == 2
    assert " is no " in (last := capsys.readouterr().err.splitlines()[-1]) and "give a " in last


@pytest.mark.parametrize("option", ["crossval x --seeds", "crossval x --jobs", "experiment seeds --cases",
                                    "pretrain x --epochs", "pretrain x --share"])  # fmt: skip
def test_a_number_of_nothing(option, capsys):
    with pytest.raises(SystemExit):
        main([*option.split(), "0"])
    assert "'0' is no " in capsys.readouterr().err


def test_without_its_docstrings_python_still_knows_the_commands():
    overview = program("--help", PYTHONOPTIMIZE="2")
    assert overview.returncode == 0 and all(name in overview.stdout for name in NAMES)
    one = program("label", "--help", PYTHONOPTIMIZE="2")
    assert one.returncode == 0 and "Label clips, folders of clips" in one.stdout


@pytest.mark.parametrize("encoding", ["ascii:strict", "cp1252", "utf-8"])
def test_a_report_outlives_a_console_without_its_letters(toy_classifier, tmp_path, encoding):
    """Nor can any encoding write a name that is no text, such as Linux allows."""
    name = "größe 羽球" + ("\udce9" if sys.platform == "linux" else "")
    clip = clips.write(tmp_path / f"{name}.mp4", [clips.plain(0)])
    out = tmp_path / f"{name} out.mp4"
    arguments = ["label", str(clip), "--model", str(toy_classifier), "--out", str(out)]
    ended = program(*arguments, PYTHONIOENCODING=encoding)
    assert (ended.returncode, ended.stderr.count("Traceback")) == (0, 0), ended.stderr
    assert (
        out.exists()
        and "1 frame, " in ended.stdout
        and "mean, window 32 frames: " in ended.stdout
        and "of the frames" in ended.stdout
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there a pipe without a reader is another error")
@pytest.mark.parametrize("unbuffered, status, words", [("", 0, ""), ("1", 141, "python -m lib evaluate: stopped.\n")])
def test_a_report_that_no_one_reads_is_no_failure(unbuffered, status, words):
    """As with `| head`."""
    code = """
import os, types
from lib.tools import command_line
command_line.parsed = lambda given: types.SimpleNamespace(run=lambda args: print("report"))
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 1)"""
    ended = program("evaluate", code=code, PYTHONUNBUFFERED=unbuffered)
    assert (ended.returncode, ended.stderr) == (status, words)


def test_a_failure_too_outlives_such_a_console(tmp_path):
    ended = program("evaluate", str(tmp_path / "羽球"), PYTHONIOENCODING="ascii:strict")
    assert ended.returncode == 1 and ended.stderr.startswith("python -m lib evaluate: There is no folder ")


@pytest.mark.parametrize("address", ["example.org/photos", "www.example.org", "http:/example.org", "//example.org/x"])
def test_an_address_without_its_beginning_is_given_the_hint(project, address, capsys):
    assert main(["fetch", "--from", address]) == 1
    assert f"There is no folder {Path(address)}: " in (error := capsys.readouterr().err)
    assert "an address that begins with http:// or https://" in error


def test_a_fault_of_the_course_keeps_its_traceback_and_what_a_user_can_resolve_is_one_sentence(monkeypatch, capsys):
    def raising(error):
        monkeypatch.setattr("lib.tools.commands.handout.run", lambda args: (_ for _ in ()).throw(error))

    for error in (CourseError("give another"), PermissionError(13, "Permission denied", "x.keras")):
        raising(error)
        assert main(["handout"]) == 1
        assert capsys.readouterr().err == f"python -m lib handout: {error}\n"
        with pytest.raises(type(error)):
            main(["handout", "--traceback"])
    for error in (ValueError("shapes (3,) and (2,)"), RuntimeError("graph"), TypeError("None")):
        raising(error)
        with pytest.raises(type(error)):
            main(["handout"])

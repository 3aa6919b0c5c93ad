"""Ways of failing that Windows has and Linux lacks, tried on any system (docs/platforms.md lists where the others are)."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import clips
import nbformat
import numpy as np
import pytest
from test_command_line import program

from lib import backbones, photos, timeline, video
from lib.__main__ import main
from lib.core import files, notebooks, paths
from lib.core.errors import FileError
from lib.tools import git
from lib.tools.labelling import sources

RESULTS = (".json", ".csv", ".vtt", ".mp4", ".scores.npz")


@pytest.fixture
def label(toy_classifier, tmp_path, capsys):
    """Run `label` on a clip into a folder, by default `out`; give its status and what it printed as an error."""
    clip = clips.write(tmp_path / "match.mp4", [clips.plain(number) for number in range(12)])

    def run(*arguments, out=tmp_path / "out"):
        status = main(["label", str(clip), "--model", str(toy_classifier), "--out", str(out), *arguments])
        return status, capsys.readouterr().err

    return run


def of(path):
    """The bytes of the files in a folder, by name."""
    return {file.name: file.read_bytes() for file in path.iterdir()}


# A file that is open can be neither replaced nor deleted


@pytest.mark.parametrize("ending", (".json", ".csv", ".mp4"))
def test_a_result_that_another_program_has_open_stays_whole(label, tmp_path, monkeypatch, ending):
    assert label()[0] == 0
    before, replace = of(tmp_path / "out"), os.replace

    def refused(source, target):
        if str(target).endswith(ending):
            raise PermissionError(13, "Access is denied", str(source), 5, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refused)
    status, error = label("--window", "3")
    file = tmp_path / "out" / f"match{ending}"
    assert (status, error.count("\n")) == (1, 1) and f"label: {file} cannot be written (Access is denied)" in error
    assert error.endswith("close the program that has it open, and try again.\n")
    after = of(tmp_path / "out")
    assert after[file.name] == before[file.name] and after.keys() == before.keys()
    monkeypatch.setattr(os, "replace", replace)
    assert label("--window", "3")[0] == 0  # once it is closed


def open_files():
    """What this process has open."""
    for number in os.listdir("/proc/self/fd"):
        try:
            yield os.readlink(f"/proc/self/fd/{number}")
        except OSError:  # of the list itself, which is closed again
            pass


@pytest.fixture
def refuses_what_is_open(monkeypatch):
    """Let the system's calls that move or delete a file refuse one that this process has open, as Windows does."""
    if not os.path.exists("/proc/self/fd"):
        pytest.skip("only Linux shows which files a process has open; Windows refuses by itself")

    def refusing(call):
        def checked(*given, **options):
            touched = [] if options else [os.path.realpath(path) for path in given]
            held = [path for path in open_files() if any(path == at or path.startswith(f"{at}/") for at in touched)]
            assert not held, f"{call.__name__} of what is open: {held}"
            return call(*given, **options)

        return checked

    for name in ("replace", "rename", "unlink", "remove"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))


def test_the_check_for_open_files_finds_one(refuses_what_is_open, tmp_path):
    path = tmp_path / "x"
    array = np.lib.format.open_memmap(path, "w+", np.int8, (3,))
    with pytest.raises(AssertionError, match="replace of what is open"):
        os.replace(path, tmp_path / "y")
    del array
    os.replace(path, tmp_path / "y")


def test_no_file_is_moved_or_deleted_while_it_is_open(refuses_what_is_open, label, backbone, toy_photos, project):
    found = photos.find(toy_photos)
    for arguments in (
        (),
        ("--window", "3"),
        ("--stride", "2", "--smooth", "viterbi"),
    ):  # new, from scores, scored again
        assert label(*arguments)[0] == 0
    assert np.array_equal(backbones.extract(backbone, found), backbones.extract(backbone, found))
    scores = video.FrameScores.load(project / "out" / "match.scores.npz")
    scores.save(project / "out" / "match.scores.npz")
    notebook = project / "toy.ipynb"
    for _ in range(2):
        notebooks.write(nbformat.v4.new_notebook(), notebook)


# Names and paths


def test_names_in_the_repository_can_be_names_on_every_system():
    names = git.run("ls-files", "-z").split("\0")[:-1] if (paths.ROOT / ".git").exists() else []
    if not names:
        pytest.skip("not a git checkout")
    assert {name.casefold(): times for name, times in Counter(map(str.casefold, names)).items() if times > 1} == {}
    for part in {part for name in names for part in name.split("/")}:
        assert not re.search(r'[<>:"|?*\\\x00-\x1f]|[. ]$', part), part
        assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", part.partition(".")[0], re.IGNORECASE), part
    assert max(map(len, names)) <= 120, "with the folder of the project before it, Windows takes 259 characters"


def test_a_clip_whose_name_differs_in_case_alone_has_results_of_its_own(tmp_path, monkeypatch):
    """On a disk that does not tell such names apart: there A.json is the report a.json of the other clip."""
    files.write_json(tmp_path / "a.json", {"clip": str(tmp_path / "x" / "a.mp4"), "files": [], "segments": []})
    read = sources.read_report

    def read_on_such_a_disk(stem):
        there = [file for file in stem.parent.glob("*.json") if file.stem.casefold() == stem.name.casefold()]
        return read(there[0].with_suffix("")) if there else {}

    monkeypatch.setattr(sources, "read_report", read_on_such_a_disk)
    assert re.fullmatch("A_[0-9a-f]{6}", sources.find_stem(tmp_path / "y" / "A.mp4", tmp_path).name)


def test_results_lie_in_a_folder_whose_path_is_longer_than_260_characters(label, tmp_path):
    out = tmp_path.joinpath(*["a folder of forty-one characters in a row"] * 7)
    assert len(str(out)) > 260
    status, error = label(out=out)
    if sys.platform == "win32" and status:
        assert "choose a shorter path" in error
    else:
        assert status == 0 and {f"match{ending}" for ending in RESULTS} <= of(out).keys()


@pytest.mark.parametrize("length, way_out", [(300, "choose a shorter path"), (100, "choose a folder that you may")])
def test_a_path_that_is_too_long_for_windows_is_named_as_that(tmp_path, monkeypatch, length, way_out):
    """Windows says only that there is no such file or directory."""

    def missing(*given, **options):
        raise FileNotFoundError(2, "No such file or directory")

    path = Path("/" + "x" * 80 + "/" + "y" * (length - 83) + "/z")
    monkeypatch.setattr(files, "_IS_WINDOWS", True)
    monkeypatch.setattr(Path, "mkdir", missing)
    with pytest.raises(FileError, match=re.escape(way_out)), files.atomic_write(path):
        pytest.fail("the work was done")


def test_a_drive_letter_is_a_folder_and_not_an_address(project, capsys):
    assert main(["fetch", "--from", "D:\\photos"]) == 1
    assert "There is no folder D:\\photos: " in capsys.readouterr().err


# Text: line ends, code pages


KINDS = (
    "data/real/manifest.csv",
    "lib/timeline.py",
    "lib/explorer/page.html.j2",
    "model/backbone/sports19.json",
    "model/backbone/sports19.keras",
    "model/backbone/sports19_log.csv",
    "notebooks/00_start_here.ipynb",
    "notebooks/results/seeds.json",
    "requirements.txt",
)


@pytest.mark.parametrize("path", KINDS)
def test_a_checkout_on_windows_has_the_same_bytes(path):
    """Git for Windows writes CRLF where the repository has LF, unless .gitattributes says otherwise."""
    if not (paths.ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-c", "core.autocrlf=true", "-c", "core.eol=crlf", "cat-file"]
    stored, checked_out = (
        subprocess.run([*command, how, f"HEAD:{path}"], cwd=paths.ROOT, capture_output=True, check=True).stdout
        for how in ("blob", "--filters")
    )
    assert checked_out == stored


def test_a_truth_and_a_notebook_with_crlf_are_read_as_with_lf(tmp_path):
    truth, notebook = tmp_path / "x.truth.csv", tmp_path / "x.ipynb"
    timeline.to_csv(truth, [0, -1, 1], [0.0, 0.04, 0.08], ("a", "b"))
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a = 1\nb = 2")]), notebook)
    before = timeline.read_truth(truth), notebooks.read(notebook)
    for path in (truth, notebook):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    after = timeline.read_truth(truth), notebooks.read(notebook)
    assert after[0].events == before[0].events == ("a", "", "b")
    assert np.array_equal(after[0].seconds, before[0].seconds) and after[1] == before[1]


def test_a_name_that_the_code_page_lacks_is_reported_in_one_sentence():
    ended = program("label", "羽球 – größe.mp4", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    assert ended.stderr.startswith("python -m lib label: There is no clip ?? ")


ASCII_FILES_OF_LINUX = {"STATUS.read_text()", "cpuinfo.read_text()", "listed.read_text()"}  # below /proc


@cache
def code():
    """The syntax tree of each module of `lib`."""
    return {path: ast.parse(path.read_text("utf-8")) for path in (paths.ROOT / "lib").rglob("*.py")}


def calls(tree):
    """Each call, with the last part of its function's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", getattr(node.func, "id", ""))


def without_encoding(tree):
    """Give the calls that read or write text in the encoding of the system: on Windows, a code page."""
    for node, name in calls(tree):
        mode = next((arg.value for arg in node.args[1:2] if isinstance(arg, ast.Constant)), "r")
        opened = isinstance(node.func, ast.Name) and name == "open" and "b" not in str(mode)
        if (name in ("read_text", "write_text") or opened) and "encoding" not in {word.arg for word in node.keywords}:
            yield ast.unparse(node)


@pytest.mark.parametrize(
    "call", ["path.read_text()", "path.write_text(x)", "open(path)", "open(path, 'w', newline='')"]
)
def test_a_call_without_its_encoding_is_found(call):
    assert list(without_encoding(ast.parse(call))) == [call]


def test_lib_names_the_encoding_of_every_text():
    assert {call for tree in code().values() for call in without_encoding(tree)} <= ASCII_FILES_OF_LINUX


# What Windows lacks

UNIX_MODULES = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}


def test_no_module_needs_what_windows_lacks_when_it_is_imported():
    for path, tree in code().items():
        names = [alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names]
        names += [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert not UNIX_MODULES & {name.partition(".")[0] for name in names}, path


def test_processes_are_spawned_since_windows_cannot_fork():
    """So on every system workers begin as on Windows (tests/test_stopped.py)."""
    begun = {"ProcessPoolExecutor", "Pool", "Process"}
    called = [ast.unparse(node) for tree in code().values() for node, name in calls(tree) if name in begun]
    pools = [call for call in called if not call.startswith("psutil.")]
    assert pools and all("get_context('spawn')" in pool for pool in pools)

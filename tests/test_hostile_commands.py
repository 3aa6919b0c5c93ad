"""`python -m lib …` with what it cannot take: one sentence that says what it can, and a status that is not 0."""

import shutil

import clips
import pytest

from lib.__main__ import main
from lib.core import notebooks
from lib.core.errors import InputError
from lib.tools.command_line import NAMES
from lib.tools.commands import course
from lib.video import VideoReader


def refused(capsys, *arguments) -> str:
    """What is printed of arguments that the command line does not take: its last line, after the usage."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    *usage, sentence = capsys.readouterr().err.strip().splitlines()
    assert usage[0].startswith("usage: python -m lib")
    return sentence.partition(" error: ")[2]


def failed(capsys, *arguments) -> str:
    """What is printed of a command that fails: one line, which begins with the command's name."""
    assert main(list(arguments)) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    start, colon, sentence = line.partition(": ")
    assert (start, colon) == (f"python -m lib {arguments[0]}", ": ")
    return sentence


@pytest.fixture(autouse=True)
def no_notebook_runs(project, monkeypatch):
    """What is refused is refused before anything is done."""
    monkeypatch.setattr(notebooks, "execute", lambda *arguments, **options: pytest.fail("a notebook is run"))


@pytest.mark.parametrize("name", ["no-such-command", "Label", "../label", "__init__", ""])
def test_an_unknown_command_is_told_the_known_ones(capsys, name):
    sentence = refused(capsys, name)
    assert sentence.startswith(f"argument COMMAND: invalid choice: '{name}' (choose from ")
    assert all(f"'{known}'" in sentence for known in NAMES)


@pytest.mark.parametrize("command", ["label x.mp4", "course"])
@pytest.mark.parametrize("window", ["0", "-1", "3.5", "text", "", "1e9", "10^9", "1000000001", "nan", "1_0", " 8"])
def test_a_window_that_is_none(capsys, command, window):
    sentence = f"argument --window: {window!r} is no window size in frames: give a whole number from 1 to 1000000000."
    assert refused(capsys, *command.split(), f"--window={window}") == sentence


def test_a_window_longer_than_the_clip_is_the_mean_of_all_so_far(toy_classifier, tmp_path, capsys):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(12)])
    assert main(["label", str(clip), "--window", "1000000000", "--out", str(tmp_path / "out.mp4")]) == 0
    assert f"mean, window 1000000000 frames: {tmp_path / 'out.mp4'}" in capsys.readouterr().out
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert len(list(reader)) == 12


@pytest.mark.parametrize("seed", ["-1", "0.5", "text", "4294967296"])
def test_a_seed_that_is_none(capsys, seed):
    sentence = f"argument --seed: '{seed}' is no seed: give a whole number from 0 to 4294967295."
    assert refused(capsys, "course", "--seed", seed) == sentence


MISSING = {
    "label no.mp4": "There is no clip no.mp4: give a video file, a folder, the number of a camera, or an address.",
    "evaluate no": "There is no folder no: give a folder with one folder of photos per class.",
    "crossval no": "There is no folder no: give a folder with one folder of photos per class.",
    "course --photos no": "There is no folder of photos no: give one of sample, real, or a path.",
    "course --backbone no.keras": "There is no backbone no.keras: give one of bundled, efficientnet_lite0, resnet50, ",
    "course --clip no.mp4": "There is no clip no.mp4: give one of badminton, volleyball, formula1, ",
    "fetch --from no": "There is no folder no: give the folder that holds badminton/, formula1/ …",
    "notebooks no": "There is no notebook no: give some of 00_start_here, 01_data_loading, ",
    "pretrain --speed no.keras": "There is no model no.keras: give the path of a .keras file.",
}


@pytest.mark.parametrize("command", MISSING)
def test_what_is_missing_is_named_with_the_way_out(capsys, command):
    assert failed(capsys, *command.split()).startswith(MISSING[command])


def test_a_missing_model(toy_classifier, toy_photos, tmp_path, capsys):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(0)])
    no = tmp_path / "no.keras"
    for command in (["label", str(clip)], ["evaluate", str(toy_photos)]):
        sentence = failed(capsys, *command, "--model", str(no))
        assert sentence == f"There is no classifier {no}: make one with notebooks 02 and 03, or `make course`."


def test_no_model_at_all(toy_photos, capsys):
    sentence = failed(capsys, "evaluate", str(toy_photos))
    assert sentence == "No classifier has been trained yet: run `make course`, or notebooks 02 and 03."


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"\0" * 5000])
def test_a_clip_that_is_none_is_told_before_anything_is_trained(toy_classifier, tmp_path, capsys, content):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(content)
    for command in (["label", str(clip)], ["course", "--clip", str(clip)]):
        sentence = failed(capsys, *command)
        assert sentence.startswith(str(clip)) and sentence.endswith(
            (": copy or download it again.", ", or convert it to .mp4.")
        )


@pytest.mark.parametrize("out", ["out.mov", "file", "file/out.mp4", "file/out", "clip.mp4"])
def test_a_file_that_cannot_be_written(toy_classifier, tmp_path, capsys, out):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(3)])
    (tmp_path / "file").touch()
    (tmp_path / "folder.mp4").mkdir()
    before = clip.read_bytes()
    sentence = failed(capsys, "label", str(clip), "--out", str(tmp_path / out))
    assert sentence.startswith(str(tmp_path / out)) and sentence.endswith(".") and ": " in sentence
    assert clip.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*")) == sorted(
        {"clip.mp4", "file", "folder.mp4", "model", "toy"}
    )


def test_an_error_of_many_lines_is_one(monkeypatch, capsys):
    def fail(args):
        raise InputError("first,\nsecond.")

    monkeypatch.setattr(course, "run", fail)
    assert failed(capsys, "course") == "first, second."


def test_ctrl_c_is_no_traceback(monkeypatch, capsys):
    def stop(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "run", stop)
    assert main(["course"]) == 130
    assert capsys.readouterr().err == "python -m lib course: stopped.\n"


def test_a_model_whose_neighbour_is_damaged(toy_classifier, toy_photos, capsys):
    """It is named and passed over, so that it stops no other."""
    other = shutil.copy(toy_classifier, toy_classifier.with_name("02_feature_extraction.keras"))
    other.with_suffix(".json").write_text('{"made": "20')
    assert main(["evaluate", str(toy_photos)]) == 0
    note, used, *_ = capsys.readouterr().out.splitlines()
    assert note.startswith(f"Note: one classifier is passed over. {other.with_suffix('.json')} is not whole JSON (")
    assert used == f"Classifier: {toy_classifier}"

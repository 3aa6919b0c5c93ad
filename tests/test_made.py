"""A file of the user's is never replaced by one that the course makes; the course's own files are, without a word."""

from types import SimpleNamespace

import IPython
import nbformat
import numpy as np
import pytest
import toys
from IPython.core.events import EventManager, available_events

from lib import classifier, lessons, photos, sample, video
from lib.__main__ import main
from lib.core import made, notebooks, paths
from lib.core.errors import FileError, PhotoError
from lib.core.files import atomic_write
from lib.core.paths import Run
from lib.explorer import SmoothingExplorer
from lib.sample import blocks
from lib.tools.course import summary

RUN = Run("sample", "bundled")


@pytest.fixture
def small(project, monkeypatch):
    """A project in which everything is made small; gives its folder."""
    monkeypatch.setattr(made, "_claimed", {})
    draw = sample.draw_photographs
    monkeypatch.setattr(sample, "draw_photographs", lambda folder: draw(folder, per_class=2, progress=False))
    monkeypatch.setattr(photos, "split", lambda *given: None)  # too few for that
    monkeypatch.setattr(lessons, "split", lambda *given: None)
    monkeypatch.setattr(sample, "draw_clip", toys.draw_clip)
    monkeypatch.setattr(notebooks, "CORE", ("a",))
    monkeypatch.setattr(notebooks, "COURSE", ("a", "b"))
    monkeypatch.setattr(notebooks, "read", lambda path: nbformat.v4.new_notebook())
    monkeypatch.setattr(notebooks, "execute", lambda *given, **options: nbformat.v4.new_notebook())
    monkeypatch.setattr(summary, "write", lambda run, *given: write(run.output / "index.html"))
    toys.draw_clip("clip", project / "clips")
    (project / "lecture.hdf5").write_bytes(b"")
    return project


def write(path):
    with atomic_write(path) as part:
        part.write_text("a page")
    return path


def train(small):
    """What notebook 02 does, as far as its classifier is concerned."""
    run = lessons.begin("02_feature_extraction", "sample", "bundled", 0)
    classifier.save(toys.network(), run.classifier("02_feature_extraction"), toys.BACKBONE, ["a"])


def write_labelled(small):
    one = np.eye(3, dtype=np.float32)[:1]
    scores = video.FrameScores(one, np.zeros(1), np.arange(1), ("badminton", "formula1", "volleyball"), "", 25, 1, 1)
    explorer = SmoothingExplorer(scores, small / "clips" / "clip.mp4")
    explorer._write("mean", 1)
    if "stays as it is" in explorer.status:
        raise FileExistsError(explorer.status)


def explore(small, *options):
    """The explorer of a clip whose scores are stored."""
    scores = video.FrameScores(
        np.eye(3, dtype=np.float32)[:1],
        np.zeros(1),
        np.arange(1),
        ("badminton", "formula1", "volleyball"),
        "",
        25,
        1,
        1,
    )
    scores.save(small / "clips" / "clip.scores.npz")
    command("explore", "clips/clip.mp4", "--scores", str(small / "clips" / "clip.scores.npz"), *options)(small)


def command(*arguments):
    """A command that ends with 1 and a sentence on standard error."""

    def run(small):
        assert main([str(small / one) if one.endswith((".mp4", ".hdf5")) else one for one in arguments]) == 0

    return run


MAKERS = {  # a file, and what makes one of that name
    "example_clips/volleyball.mp4": lambda small: lessons.clip("volleyball", RUN),
    "example_clips/volleyball.truth.csv": lambda small: lessons.clip("volleyball", RUN),
    "model/sample-bundled/02_feature_extraction.keras": train,
    "model/sample-bundled/02_feature_extraction.json": train,
    "output/sample-bundled/record.json": lambda small: lessons.record(RUN, "04_evaluation", accuracy=1),
    "output/sample-bundled/02_head.csv": lambda small: lessons.writes(RUN.output / "02_head.csv"),
    "output/sample-bundled/03_top.csv": lambda small: lessons.will_write(RUN.output / "03_top.csv"),
    "output/handout/a.ipynb": command("handout"),
    "output/blocks/cars-0.npz": lambda small: blocks._kept("cars", 0, lambda rng: {}),
    "output/sample-bundled/notebooks/a.ipynb": command("course"),
    "output/sample-bundled/notebooks/a.html": command("course"),
    "output/sample-bundled/notebooks/b.html": command("course", "--all"),
    "output/sample-bundled/index.html": command("course"),
    "output/labelled/clip.mp4": command("label", "clips/clip.mp4"),
    "output/explorer/clip_mean_1.mp4": write_labelled,
    "output/explorer/clip/index.html": explore,
    "output/explorer/clip/clip.mp4": explore,
    "output/explorer/clip.html": lambda small: explore(small, "--single-file"),
    "model/imported/lecture.keras": command("import", "lecture.hdf5", "--classes", "a", "b"),
    "model/imported/lecture.json": command("import", "lecture.hdf5", "--classes", "a", "b"),
    "output/bench_quick.json": command("bench", "--quick"),
    "output/experiments/decay.json": command("experiment", "decay"),
}
OTHERS = ("output/labelled", "model/imported", "output/bench", "output/experiments",  # slow, if not refused
          "output/sample-bundled/02", "output/sample-bundled/03")  # fmt: skip


def refused(make, small, capsys):
    """Say with what words something is refused."""
    try:
        make(small)
    except (OSError, ValueError) as error:
        return str(error)
    except AssertionError:
        return capsys.readouterr().err
    pytest.fail("it was not refused")


KINDS = {
    "a file": lambda path: path.write_bytes(b"mine"),
    "an empty file": lambda path: path.touch(),
    "a link": lambda path: path.symlink_to(path.with_name("mine")),
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_the_users_is_not_replaced(small, capsys, name, kind):
    path = small / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name("mine").write_text("mine")
    KINDS[kind](path)
    told = refused(MAKERS[name], small, capsys)
    assert str(path) in told
    assert path.is_dir() or path.read_bytes() == (b"" if kind == "an empty file" else b"mine")
    assert path.is_symlink() == (kind == "a link") and path.with_name("mine").read_text() == "mine"


# Of arrays that the course stores and finds damaged it makes new ones.
@pytest.mark.parametrize("name", [name for name in MAKERS if not name.startswith((*OTHERS, "output/blocks"))])
def test_a_second_time_the_courses_own_file_is_replaced_but_not_once_it_was_edited(small, capsys, name):
    path = small / name
    MAKERS[name](small)
    made._claimed.clear()  # another process
    if "example_clips" in name:
        path.unlink()
    MAKERS[name](small)
    path.write_bytes(b"mine")
    if "example_clips" in name:
        next(other for other in path.parent.glob("volleyball*") if other != path).unlink()
    assert "nothing shows that the course made it" in refused(MAKERS[name], small, capsys)
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("is_there", ["data/sample/1.jpg", "data/sample"])
def test_photographs_of_the_users_in_the_samples_folder_stay(small, is_there):
    path = small / is_there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    with pytest.raises(PhotoError, match="data/sample stays as it is.*Rename"):
        lessons.photographs(RUN)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name, options", [
    ("example_clips/formula2.mp4", ["--clip", "formula2"]), ("example_clips/sports_day.truth.csv", []),
    ("example_clips/sports_day_2.mp4", ["--all"]), ("output/sample-bundled/record.json", []),
])  # fmt: skip
def test_the_course_finds_a_file_of_the_users_before_the_training(small, capsys, monkeypatch, name, options):
    monkeypatch.setattr(notebooks, "execute", lambda *given, **options: pytest.fail("a notebook ran"))
    (small / name).parent.mkdir(parents=True)
    (small / name).write_text("mine")
    assert main(["course", *options]) == 1
    assert name in capsys.readouterr().err and (small / name).read_text() == "mine"


@pytest.mark.parametrize("options, ran", [([], ["a"]), (["--all"], ["a", "b"])])
def test_the_course_runs_the_core_and_with_all_every_notebook(small, monkeypatch, options, ran):
    executed, listed = [], {}
    monkeypatch.setattr(
        notebooks, "execute", lambda name, *given, **options: executed.append(name) or nbformat.v4.new_notebook()
    )
    monkeypatch.setattr(summary, "write", lambda run, chosen, minutes: listed.update(minutes) or run.output)
    if not options:  # in the way of notebook 15, which does not run
        (small / "example_clips").mkdir()
        (small / "example_clips" / "sports_day_2.mp4").write_text("mine")
    assert main(["course", *options]) == 0
    assert executed == list(listed) == ran


def test_a_clip_of_the_users_with_a_truth_of_its_own_stays(small):
    for ending in (".mp4", ".truth.csv"):
        (paths.EXAMPLE_CLIPS / f"volleyball{ending}").parent.mkdir(exist_ok=True)
        (paths.EXAMPLE_CLIPS / f"volleyball{ending}").write_text("mine")
    lessons.clip("volleyball", RUN)
    assert {path.read_text() for path in paths.EXAMPLE_CLIPS.glob("volley*")} == {"mine"}


def test_what_the_user_names_is_the_users(small, toy_classifier):
    out = small / "output" / "mine.mp4"
    assert main(["label", str(small / "clips" / "clip.mp4"), "--out", str(out)]) == 0
    assert not made.read(paths.OUTPUT).proves("mine.mp4")
    assert main(["label", str(small / "clips" / "clip.mp4")]) == 0
    assert made.read(paths.OUTPUT).proves("labelled/clip.mp4")
    assert main(["label", str(small / "clips" / "clip.mp4")]) == 0


def test_a_file_put_there_during_the_work_is_not_replaced(small):
    path = paths.OUTPUT / "x.json"
    made.claim("a page", path)
    with pytest.raises(FileError, match="x.json"), atomic_write(path) as part:
        part.write_text("made")
        path.write_text("mine")
    assert path.read_text() == "mine" and not [left for left in path.parent.iterdir() if left.name.startswith(".part")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_that_another_process_replaces_meanwhile_stays_the_courses(small, monkeypatch, when):
    path, read = paths.OUTPUT / "x.json", made.read

    def put(text):
        part = path.with_name("part")
        part.write_text(text)
        made.before_replacing(path, part)
        part.replace(path)

    def read_beside_the_other(folder):
        monkeypatch.setattr(made, "read", read)
        if when == "before":
            put("second")
        record = read(folder)
        if when == "after":
            put("second")
        return record

    path.parent.mkdir(parents=True, exist_ok=True)
    made.claim("a text", path)
    put("first")
    monkeypatch.setattr(made, "read", read_beside_the_other)
    made.claim("a text", path)
    assert path.read_text() == "second"


@pytest.fixture
def cell_ends(monkeypatch):
    """The end of a cell, in a notebook that seems to run."""
    shell = SimpleNamespace()
    shell.events = EventManager(shell, available_events)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return lambda: shell.events.trigger("post_run_cell", None)


@pytest.mark.parametrize("ends", ["well", "at an error", "killed", "without a file"])
def test_what_another_library_writes_in_a_cell_is_the_courses_when_the_cell_ends(small, cell_ends, ends):
    path = paths.OUTPUT / "log.csv"
    kept = path.with_name("kept.csv")
    lessons.writes(path)
    if ends != "without a file":
        path.write_text("loss")
        kept.hardlink_to(path)
    if ends != "killed":
        cell_ends()
    assert made.read(paths.OUTPUT).proves("log.csv") == (ends in ("well", "at an error"))
    if ends == "without a file":
        path.write_text("mine")
        with pytest.raises(FileError):
            lessons.writes(path)
    else:
        lessons.writes(path)  # again: it neither refuses nor writes through the hard link
        path.write_text("loss of a second run")
        assert kept.read_text() == "loss"


def test_what_a_later_cell_writes_is_the_courses_when_that_cell_ends(small, cell_ends):
    path, other = paths.OUTPUT / "log.csv", paths.OUTPUT / "other.csv"
    made.announce("the log", path, other)
    cell_ends()
    assert not made.read(paths.OUTPUT).proves("log.csv")
    for text in ("loss", "loss of a second cell"):
        path.write_text(text)
        assert not made.read(paths.OUTPUT).proves("log.csv")
        cell_ends()
        assert made.read(paths.OUTPUT).proves("log.csv")
    assert not made.read(paths.OUTPUT).proves("other.csv")


def test_what_is_announced_stays_until_it_is_written_and_no_hard_link_changes_with_it(small, cell_ends):
    path = paths.OUTPUT / "log.csv"
    made.announce("the log", path)
    path.write_text("loss")
    cell_ends()
    kept = path.with_name("kept.csv")
    kept.hardlink_to(path)
    made.announce("the log", path)  # the notebook runs again
    cell_ends()
    assert path.read_text() == "loss" and made.read(paths.OUTPUT).proves("log.csv")
    path.write_text("loss of a second run")  # as OpenCV and Keras write: into the file that is there
    cell_ends()
    assert kept.read_text() == "loss" and made.read(paths.OUTPUT).proves("log.csv")


def test_a_file_of_the_users_is_not_announced(small):
    (paths.OUTPUT).mkdir()
    (paths.OUTPUT / "log.csv").write_text("mine")
    with pytest.raises(FileError, match="nothing shows that the course made it"):
        made.announce("the log", paths.OUTPUT / "log.csv")
    assert (paths.OUTPUT / "log.csv").read_text() == "mine" and len(list(paths.OUTPUT.iterdir())) == 1

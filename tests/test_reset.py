"""`python -m lib reset`: only what the course recorded as its own is deleted, and only after a yes."""

import csv
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import IPython
import nbformat
import pytest
import toys
from IPython.core.events import EventManager, available_events

from lib import classifier, lessons, sample
from lib.__main__ import main
from lib.core import backbone_files, made, notebooks, paths
from lib.core.files import atomic_write, locked
from lib.core.hashes import sha256
from lib.core.paths import Run
from lib.photos import MANIFEST_COLUMNS
from lib.sample import draw_photographs
from lib.tools.commands import fetch
from lib.tools.course import copies

TRACKED = [
    "notebooks/a.ipynb",
    "data/README.md",
    "model/backbone/net.keras",
    "output/README.md",
    "data/real/manifest.csv",
]
RUN = Run("sample", "bundled")
HERE = paths.ROOT
OWN = [
    "data/my_photos/golf/1.jpg", "data/sample/badminton/my_own.jpg", "data/sample/notes.txt", "data/real/badminton/mine.jpg",
    "model/my_net.keras", "model/mine/net.keras", "model/mine/net.json", "model/sample-bundled/04_mine.keras",
    "model/imagenet/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", "model/imported/mine.keras",
    "example_clips/badminton.MOV", "example_clips/größe.mp4", "example_clips/formula2.mov", "example_clips/formula1.csv",
    "output/notes.txt", "output/copies/mine/a.ipynb", "output/sample-bundled/notes.txt", "output/sample-bundled/.hidden",
    "output/labelled/mine.mp4", "output/.hidden/x", "output/a\nb", "output/.part-mine", "output/.notes.lock",
    "output/features/mine/plain.npz", "output/handout/mine.ipynb", "notebooks/mine.ipynb",
]  # fmt: skip


def git(root, *arguments):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


def put(path, text="mine"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def clone(project, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", project)
    monkeypatch.setattr(paths, "NOTEBOOKS", project / "notebooks")
    monkeypatch.setattr(made, "_claimed", {})
    for name in TRACKED:
        put(project / name, "as it was")
    git(project, "init", "-q")
    git(project, "add", *TRACKED)
    git(project, "commit", "-qm", "x")
    return project


@pytest.fixture
def course(clone, toy_backbone, monkeypatch):
    """What a run of the course leaves, made small by what makes it; gives the files."""
    before = content(clone)
    monkeypatch.setattr(
        sample, "draw_photographs", lambda folder: draw_photographs(folder, per_class=2, progress=False)
    )
    monkeypatch.setattr(lessons, "split", lambda *given: None)  # too few for that
    monkeypatch.setattr(sample, "draw_clip", toys.draw_clip)
    lessons.begin("02_feature_extraction", "sample", str(toy_backbone), 0)
    lessons.photographs(RUN)
    lessons.clip("formula1", RUN)
    path = RUN.classifier("02_feature_extraction")
    made.claim("the classifier", path, path.with_suffix(".json"))
    with locked(path):
        classifier.save(toys.network(), path, toys.BACKBONE, ["a", "b"])
    lessons.record(RUN, "04_evaluation", accuracy=1)
    lessons.writes(RUN.output / "02_head.csv")
    (RUN.output / "02_head.csv").write_text("loss\n1\n")
    made.record(RUN.output / "02_head.csv")  # as at the end of a cell
    monkeypatch.setattr(notebooks, "COURSE", ("a",))
    monkeypatch.setattr(notebooks, "read", lambda path: nbformat.v4.new_notebook())
    copies.hand_out(paths.OUTPUT / "handout")
    backbone_files.save_overrides(toy_backbone, image_size=8)
    (paths.OUTPUT / ".part-0a1b2c3d-x.npz").write_text("half")
    return content(clone).keys() - before.keys()


def content(folder):
    """All that is in a folder but git's own: bytes of files, targets of links; links are not followed."""
    held = {}
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (os.path.join(at, name) for name in [*names, *folders]):
            if os.path.islink(path):
                held[path] = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    held[path] = file.read()
    return held


def answer(monkeypatch, *answers):
    given = iter(answers)
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(given))
    return asked


def test_without_a_yes_nothing_is_deleted(clone, course, monkeypatch, capsys):
    put(clone / "notebooks/a.ipynb", "my answers")
    before = content(clone)
    asked = answer(monkeypatch, "", "n")
    assert main(["reset"]) == 0
    after = content(clone)
    assert {path: after[path] for path in before if made.NAME not in path} == {
        path: held for path, held in before.items() if made.NAME not in path
    }
    assert len(asked) == 2
    told = capsys.readouterr().out
    assert "model/sample-bundled" in told and "notebooks/a.ipynb" in told
    answer(monkeypatch, "y", "n")
    assert main(["reset"]) == 0  # what was declined is still known to be the course's
    assert not (clone / "model/sample-bundled").exists()


def test_all_that_the_course_made_goes_and_all_that_is_the_users_stays(clone, course, monkeypatch, capsys):
    for name in OWN:
        put(clone / name, f"mine: {name}")
    if sys.platform == "linux":
        put(clone / os.fsdecode(b"output/sample-bundled/\xff.txt"))
    (clone / "output/empty").mkdir()
    (clone / "output/link").symlink_to(put(clone.parent / f"{clone.name} elsewhere.txt"))
    os.link(clone / "output/sample-bundled/02_head.csv", clone / "output/kept.csv")
    own = {path: held for path, held in content(clone).items() if path not in course}
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert content(clone) == own
    assert (clone / "output/empty").is_dir() and not (clone / "output/handout/a.ipynb").exists()
    told = capsys.readouterr().out
    assert "nothing shows that the course made it" in told and "output/notes.txt" in told and "a\\nb" in told


def test_a_reset_project_is_as_a_fresh_clone(clone, course, monkeypatch, capsys):
    put(clone / "data/sample/.DS_Store")
    answer(monkeypatch, "y")
    main(["reset"])
    assert {os.path.relpath(path, clone) for path in content(clone)} == set(TRACKED)
    answer(monkeypatch)
    capsys.readouterr()
    assert main(["reset"]) == 0
    assert "nothing to delete" in capsys.readouterr().out


def test_what_a_later_cell_wrote_goes_too(clone, monkeypatch):
    shell = SimpleNamespace()
    shell.events = EventManager(shell, available_events)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    written, announced = RUN.output / "02_head.csv", RUN.output / "announced.csv"
    lessons.will_write(written, announced)
    shell.events.trigger("post_run_cell", None)
    put(written, "loss")
    shell.events.trigger("post_run_cell", None)
    put(announced)  # by the user, when the kernel is gone
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert not written.exists() and announced.read_text() == "mine"


CHANGES = {
    "exchanged": lambda path: path.write_bytes(b"mine"),
    "edited": lambda path: path.write_bytes(path.read_bytes() + b"mine"),
    "of the same size": lambda path: path.write_bytes(bytes(len(path.read_bytes()))),
    "a link": lambda path: (path.rename(path.with_name("kept")), path.symlink_to(path.with_name("kept"))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_since_stays(clone, course, monkeypatch, change):
    names = ("data/sample/manifest.csv", "example_clips/formula1.mp4", "output/handout/a.ipynb",
             "model/sample-bundled/02_feature_extraction.keras", "output/sample-bundled/02_head.csv")  # fmt: skip
    for name in names:
        CHANGES[change](clone / name)
    before = content(clone)
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    after = content(clone)
    assert [after[str(clone / name)] for name in names] == [before[str(clone / name)] for name in names]


@pytest.mark.parametrize("name", ["output", "output/sample-bundled", "data/sample/badminton"])
def test_what_lies_behind_a_link_stays(clone, course, monkeypatch, capsys, name):
    elsewhere = clone.parent / f"{clone.name} elsewhere"
    (clone / name).rename(elsewhere)
    (clone / name).symlink_to(elsewhere, target_is_directory=True)
    before = content(elsewhere)
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    after = content(elsewhere)
    assert {path for path in before if made.NAME not in path} <= after.keys()
    assert (clone / name).is_symlink() and not (clone / "model/sample-bundled").exists()
    assert name != "output" or "leads out of the project" in capsys.readouterr().out


@pytest.mark.parametrize(
    "names", [["../../outside.txt"], ["/outside.txt"], ["a/../../outside.txt"], ["link/outside.txt"]]
)
def test_a_record_cannot_lead_out_of_its_folder(clone, monkeypatch, names):
    outside = put(clone.parent / "outside.txt")
    (clone / "output/link").symlink_to(clone.parent)
    names = [name if name[0] != "/" else str(outside) for name in names]
    lines = [json.dumps([name, sha256(outside)]) for name in names]
    put(paths.OUTPUT / made.NAME, "\n".join(lines))
    answer(monkeypatch)
    assert main(["reset"]) == 0
    assert outside.read_text() == "mine"


DAMAGES = {
    "cut short": lambda held: held[:-20],
    "lines exchanged": lambda held: b"\n".join(b"xx" + line for line in held.splitlines()),
    "bytes": lambda held: os.urandom(999),
    "other JSON": lambda held: b'{"a": 1}\n[1, 2]\n[[], ""]\nnull\n["a"]\n["a", null]\n["", ""]' + b"[" * 100_000,
    "empty": lambda held: b"",
    "missing": None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_a_damaged_record_does_not_prove_stays(clone, course, monkeypatch, capsys, damage):
    own = put(clone / "output/notes.txt")
    record = paths.OUTPUT / made.NAME
    held = record.read_bytes()
    record.unlink() if damage == "missing" else record.write_bytes(DAMAGES[damage](held))
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert own.exists() and not (clone / "model/sample-bundled").exists()
    there = {path for path in course if path.startswith(str(paths.OUTPUT)) and os.path.exists(path)}
    assert [path for path in there if ".made" not in path and not path.endswith(".lock")]
    told = capsys.readouterr().out
    assert ("damaged" in told) == (damage in ("cut short", "lines exchanged", "bytes", "other JSON"))
    assert "nothing shows that the course made it" in told


def test_a_line_after_one_that_was_cut_short_counts(clone):
    first, second = put(paths.OUTPUT / "first"), put(paths.OUTPUT / "second")
    made.record(first)
    record = paths.OUTPUT / made.NAME
    record.write_bytes(record.read_bytes()[:-9])  # killed while it wrote
    made.record(second)
    held = made.read(paths.OUTPUT)
    assert held.damaged == 1 and held.proves("second") and not held.proves("first")


def test_the_record_goes_where_the_project_goes(clone, course, monkeypatch):
    moved = clone.rename(clone.with_name(f"{clone.name} moved"))
    for name in ("ROOT", "DATA", "MODEL", "EXAMPLE_CLIPS", "OUTPUT"):
        monkeypatch.setattr(paths, name, moved / ("" if name == "ROOT" else name.lower()))
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert not (moved / "data/sample").exists() and not (moved / "model/sample-bundled").exists()


MANY = """
import sys
from pathlib import Path
from lib.core import made, paths
from lib.core.files import atomic_write
paths.OUTPUT = Path(sys.argv[1])
for number in range(40):
    path = paths.OUTPUT / f"{sys.argv[2]} {number}"
    made.claim("a file", path)
    with atomic_write(path) as part:
        part.write_text(path.name)
"""


def test_processes_that_record_at_the_same_time_lose_no_line(clone):
    commands = [[sys.executable, "-c", MANY, str(paths.OUTPUT), str(number)] for number in range(4)]
    running = [subprocess.Popen(command, cwd=HERE) for command in commands]
    assert [process.wait() for process in running] == [0] * 4
    held = made.read(paths.OUTPUT)
    assert not held.damaged and sum(map(held.proves, held.hashes)) == 160


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_killed_as_it_moves_a_file_into_place_leaves_no_file_without_its_line(clone, monkeypatch, moment):
    path, replace = paths.OUTPUT / "x.json", os.replace

    def killed(*arguments):
        if moment == "after":
            replace(*arguments)
        raise KeyboardInterrupt

    made.claim("a file", path)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as part:
        part.write_text("whole")
    monkeypatch.setattr(os, "replace", replace)
    assert not path.exists() or made.read(paths.OUTPUT).proves("x.json")
    made.claim("a file", path)  # does not refuse


def test_fetched_photographs_and_weights_are_asked_about_each_for_itself(clone, monkeypatch):
    photograph, weights = clone / "data/real/badminton/1.jpg", clone / "model/imagenet/resnet50.h5"
    own = [put(photograph.with_name("2.jpg")), put(weights.with_name("vgg16.h5"))]
    for path in (photograph, weights):
        made.claim("a file", path)
        with atomic_write(path) as part:
            part.write_text("fetched")
    asked = answer(monkeypatch, "n", "y")
    assert main(["reset"]) == 0
    assert photograph.exists() and not weights.exists() and len(asked) == 2
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert not photograph.exists() and all(path.exists() for path in own)


def test_photographs_that_were_there_are_not_the_courses(clone, toy_photos, monkeypatch):
    """What lies whole in data/real, from a stick for instance, is not fetched and so not deleted."""
    target = paths.DATA / "real"
    rows = [{"path": f"badminton/{name}", "label": "badminton", "sha256": sha256(toy_photos / "badminton" / name)}
            for name in ("00.png", "01.png")]  # fmt: skip
    with (target / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, MANIFEST_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    there = target / "badminton/00.png"
    put(there).write_bytes((toy_photos / "badminton/00.png").read_bytes())
    assert fetch.fetch(toy_photos, target, progress=False)[2] == 2
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert there.exists() and not (target / "badminton/01.png").exists()


def test_changed_notebooks_are_restored_after_a_question_of_their_own(clone, course, monkeypatch):
    notebook = put(clone / "notebooks/a.ipynb", "my answers")
    asked = answer(monkeypatch, "y", "no")
    main(["reset"])
    assert notebook.read_text() == "my answers" and not (clone / "data/sample").exists()
    assert "lost" in asked[1]
    answer(monkeypatch, "y")
    main(["reset"])
    assert notebook.read_text() == "as it was"


def test_a_file_that_git_tracks_is_not_deleted_though_the_course_made_it(clone, monkeypatch):
    made.record(clone / "output/README.md")
    answer(monkeypatch)
    assert main(["reset"]) == 0
    assert (clone / "output/README.md").exists()


def test_where_no_one_answers_it_is_a_no(clone, course, monkeypatch):
    def no_one(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", no_one)
    assert main(["reset"]) == 0
    assert (clone / "data/sample/manifest.csv").exists()


def test_without_git_the_courses_files_can_be_deleted_and_it_says_so(clone, course, monkeypatch, capsys):
    (clone / ".git").rename(clone.parent / f"{clone.name}.git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(clone.parent))
    answer(monkeypatch, "y")
    assert main(["reset"]) == 0
    assert "is no git clone" in capsys.readouterr().out
    assert not (clone / "data/sample").exists() and (clone / "output/README.md").exists()

"""Copies of the notebooks: what is handed out runs without its solutions, and one's own copies are never overwritten."""

import shutil
from types import SimpleNamespace

import cv2
import nbformat
import numpy as np
import pytest
from clips import write as write_clip

from lib.__main__ import main
from lib.core import notebooks, paths
from lib.core.notebooks import COURSE
from lib.tools.commands import lab
from lib.tools.course import copies


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A copy of the project with its handout; gives the handout's folder."""
    root = tmp_path_factory.mktemp("class")
    for folder in ("lib", "notebooks", "model/backbone", "data/real"):
        shutil.copytree(paths.ROOT / folder, root / folder, ignore=_unneeded)
    shutil.copy(paths.ROOT / "data" / "README.md", root / "data")
    copies.hand_out(root / "output" / "handout")
    return root / "output" / "handout"


def _unneeded(folder, names):
    return [
        name
        for name in names
        if name in ("badminton", "formula1", "volleyball") or name.startswith((".", "__pycache__"))
    ]


def cells(folder, name):
    return nbformat.read(folder / f"{name}.ipynb", as_version=4).cells


@pytest.mark.parametrize("name", COURSE)
def test_a_handout_holds_no_output_and_no_solution_and_all_else(handed_out, name):
    source, handout = cells(paths.NOTEBOOKS, name), cells(handed_out, name)
    code = [cell for cell in handout if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert not any("_solution" in cell.source for cell in code)
    left_out = [cell for cell in source if {"solution", "instructor"} & set(cell.metadata.get("tags", []))]
    assert len(handout) == len(source) - len(left_out)


@pytest.mark.parametrize("name", COURSE)
def test_a_handout_runs(handed_out, name, toy_choices, monkeypatch):
    """On a few toy pictures, with a toy network: what is tested is that nothing handed out needs what is not."""
    root = handed_out.parents[1]
    monkeypatch.setattr(paths, "NOTEBOOKS", handed_out)
    monkeypatch.setenv("PYTHONPATH", str(root))  # so that all that is made lies there
    notebooks.execute(name, toy_choices, progress=False)
    assert not (paths.MODEL / "toy-toy").exists()


@pytest.fixture(scope="module")
def toy_choices(tmp_path_factory, toy_backbone):
    folder = tmp_path_factory.mktemp("photographs")
    chance = np.random.default_rng(0)
    for channel, label in enumerate(("badminton", "formula1", "volleyball")):
        (folder / "toy" / label).mkdir(parents=True)
        for number in range(30):
            image = chance.integers(0, 150, (48, 64, 3), dtype=np.uint8)
            image[..., channel] += 60
            cv2.rectangle(image, (number, 10), (number + 9, 20 + 5 * channel), (255, 255, 255), -1)
            cv2.imwrite(str(folder / "toy" / label / f"{number:02d}.png"), image)
    frames = [np.roll(np.full((96, 128, 3), 40 + at % 50, np.uint8), at, axis=1) for at in range(80)]
    clip = write_clip(folder / "clip.avi", frames)
    return {"PHOTOS": str(folder / "toy"), "BACKBONE": str(toy_backbone), "CLIP": str(clip), "EPOCHS": 4}


def test_links_out_of_the_notebooks_lead_to_the_same_file_from_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    text = "[a](01_data_loading.ipynb) [b](../data/README.md) [c](https://x.org/y) ![d](pictures/p.png) [e](#part)"
    for name in COURSE:
        page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
        notebooks.write(page, tmp_path / "notebooks" / f"{name}.ipynb")
    (path, *_) = copies.hand_out(tmp_path / "output" / "handout")
    assert nbformat.read(path, as_version=4).cells[0].source == (
        "[a](01_data_loading.ipynb) [b](../../data/README.md) [c](https://x.org/y) "
        "![d](../../notebooks/pictures/p.png) [e](#part)"
    )


def test_copies_of_ones_own_stay_as_they_were_left(project, monkeypatch, capsys):
    opened = []
    monkeypatch.setattr(lab.os, "geteuid", lambda: 1000, raising=False)  # for root, an option follows
    jupyter = SimpleNamespace(Popen=lambda command: opened.append(command[-1]) or SimpleNamespace(wait=lambda: 0))
    monkeypatch.setattr(
        lab, "subprocess", jupyter
    )  # of this command alone: libraries run programs when they are loaded
    assert main(["lab", "--copy", "mine"]) == 0
    folder = paths.OUTPUT / "copies" / "mine"
    assert f"{len(COURSE)} new, 0 as you left them" in capsys.readouterr().out
    (folder / f"{COURSE[1]}.ipynb").write_text("what I wrote")
    (folder / f"{COURSE[2]}.ipynb").unlink()
    assert main(["lab", "--copy", "mine"]) == 0
    assert f"1 new, {len(COURSE) - 1} as you left them" in capsys.readouterr().out
    assert (folder / f"{COURSE[1]}.ipynb").read_text() == "what I wrote"
    assert opened == [str(folder / f"{COURSE[0]}.ipynb")] * 2
    assert main(["lab"]) == 0
    assert opened[2] == str(paths.NOTEBOOKS / f"{COURSE[0]}.ipynb")


@pytest.mark.parametrize("user, options, given", [
    (1000, [], []), (0, [], ["--allow-root"]), (0, ["--", "--allow-root"], ["--allow-root"]), (1000, ["--"], []),
    (0, ["--", "--port", "9999", "--no-browser"], ["--port", "9999", "--no-browser", "--allow-root"]),
    (1000, ["--copy", "mine", "--", "--ServerApp.token="], ["--ServerApp.token="]),
])  # fmt: skip
def test_jupyter_is_given_its_options_and_lets_root_in(project, monkeypatch, user, options, given):
    commands = []
    monkeypatch.setattr(lab.os, "geteuid", lambda: user, raising=False)
    jupyter = SimpleNamespace(Popen=lambda command: commands.append(command) or SimpleNamespace(wait=lambda: 3))
    monkeypatch.setattr(lab, "subprocess", jupyter)
    assert main(["lab", *options]) == 3
    assert commands[0][5:] == given and commands[0][2:4] == ["jupyter", "lab"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden"])
def test_a_copys_name_is_one_word(name, capsys):
    with pytest.raises(SystemExit):
        main(["lab", "--copy", name])
    assert "is no name for a folder" in capsys.readouterr().err

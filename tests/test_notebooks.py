"""What holds for every notebook of the course, and how they are executed."""

import re
import tomllib
from base64 import b64decode, b64encode
from types import SimpleNamespace

import clips
import cv2
import nbformat
import numpy as np
import pytest

from lib import video
from lib.core import notebooks, paths
from lib.core.notebooks import CORE, COURSE, NotebookError

ALL = [nbformat.read(notebooks.source(name), as_version=4) for name in COURSE]
each = pytest.mark.parametrize("notebook", ALL, ids=COURSE)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


APPENDICES = [ALL[COURSE.index("90_how_the_backbone_was_made")]]
IGNORED = {"nbval-ignore-output", "nbval-skip"}


def test_the_course_is_what_lies_in_the_folder():
    assert sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb")) == sorted(COURSE)


@each
def test_executed_top_to_bottom_on_a_fresh_kernel(notebook):
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))


@each
def test_errors_only_where_they_are_the_lesson(notebook):
    for cell in code_cells(notebook):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in tags(cell)), cell.source


@each
def test_no_code_has_a_path_from_the_notebooks_folder(notebook):
    """A copy of a notebook is in another folder, where such a path leads elsewhere."""
    assert not [cell.source for cell in code_cells(notebook) if re.search(r"""["']\.\.?/""", cell.source)]


@each
def test_one_cell_sets_the_parameters(notebook):
    tagged = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    assert len(tagged) == 1
    assert {"PHOTOS", "BACKBONE"} <= set(notebooks.assigned(tagged[0].source))


@each
def test_nothing_of_this_machine_is_in_it(notebook):
    text = nbformat.writes(notebook)
    assert str(paths.ROOT) not in text and str(paths.ROOT.home()) + "/" not in text
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert len(text) < 1_500_000


@each
def test_no_widget_that_is_dead_without_its_kernel(notebook):
    assert "widgets" not in notebook.metadata
    assert "application/vnd.jupyter.widget" not in nbformat.writes(notebook)


@each
def test_links_resolve(notebook):
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(#[^)\s]*)?\)", text_of(notebook)):
        if target.startswith(("http://", "https://", "attachment:")):
            continue
        path = (paths.NOTEBOOKS / target).resolve()
        assert not target or path.exists(), f"A link leads nowhere: {target}"
        if anchor and (not target or path.suffix == ".ipynb"):
            there = text_of(nbformat.read(path, as_version=4) if target else notebook)
            headings = [line.lstrip("# ").replace(" ", "-") for line in there.splitlines() if line.startswith("#")]
            assert anchor[1:] in headings, f"A link leads to no heading: {target}{anchor}"


@each
def test_pictures_in_the_text_have_words_in_their_place(notebook):
    text = text_of(notebook)
    assert all(len(words) > 9 for words in re.findall(r"!\[([^]]*)\]\(", text))
    assert all("alt=" in tag for tag in re.findall(r"<img[^>]*>", text))


@each
def test_under_each_figure_a_sentence_is_printed(notebook):
    for cell in code_cells(notebook):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            said = "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
            assert len(said.split()) > 5, f"No sentence is printed under this figure:\n{cell.source}"


@each
def test_the_anatomy(notebook):
    first, second = (cell.source for cell in notebook.cells[:2])
    title, promise, links = [block for block in first.split("\n\n") if block]
    assert re.fullmatch(r"# \d\d · .+", title) and re.fullmatch(r"\*[^*]+\*", promise)
    assert "minute" in links and "](" in links
    assert len(re.findall(r"^- ", second, re.MULTILINE)) == 3
    assert "**Needs**" in second and "**Makes**" in second
    headings = re.findall(r"^## (.+)$", text_of(notebook), re.MULTILINE)
    assert headings[-1] == "Recap" or notebook in APPENDICES
    assert "When it goes wrong" in headings or notebook in APPENDICES
    assert "**Three questions.**" in notebook.cells[-1].source or notebook in APPENDICES


@each
def test_no_heading_and_no_paragraph_comes_twice(notebook):
    blocks = [line for line in text_of(notebook).splitlines() if line.startswith("#") or len(line) > 80]
    assert len(blocks) == len(set(blocks))


@each
def test_a_lesson_lets_one_predict_and_try(notebook):
    if notebook not in APPENDICES:
        assert "**Predict" in text_of(notebook) and "**Notice" in text_of(notebook)
        stubs = [cell for cell in code_cells(notebook) if "exercise" in tags(cell)]
        name = COURSE[ALL.index(notebook)]
        fewest = {"00_start_here": 1, "03_fine_tuning": 1}
        assert len(stubs) >= (fewest.get(name, 2) if name in CORE else 2)


@each
def test_what_is_ignored_has_a_reason(notebook):
    for cell in code_cells(notebook):
        assert not IGNORED & set(tags(cell)) or len(cell.metadata.get("reason", "")) > 9, cell.source


def test_hardly_anything_is_ignored():
    """Besides the cell with which each begins, whose output depends on what was there before."""
    every = [cell for notebook in ALL for cell in code_cells(notebook) if "bootstrap" not in tags(cell)]
    assert sum(bool(IGNORED & set(tags(cell))) for cell in every) <= 0.03 * len(every)


@each
def test_cells_are_short(notebook):
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        assert lines <= (40 if "long" in tags(cell) else 30 if "solution" in tags(cell) else 20), cell.source
    assert sum("long" in tags(cell) for cell in code_cells(notebook)) <= 1


def test_the_start_leads_to_every_notebook():
    text = text_of(ALL[COURSE.index("00_start_here")])
    for name, notebook in zip(COURSE, ALL):
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ").replace(" · ", " ")
        assert name == "00_start_here" or f"[{title}]({name}.ipynb)" in text


@each
def test_no_cell_that_is_tested_asks_the_network(notebook):
    for cell in code_cells(notebook):
        assert "machine.network" not in cell.source or "nbval-skip" in tags(cell)


# How they are executed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    return tmp_path


def write(folder, *sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "toy.ipynb")


def test_choices_are_inserted_after_the_parameters(folder):
    write(folder, "A = 1\nB = 'x'", "print(A, B)")
    executed = notebooks.execute("toy", {"A": 2, "C": 3}, copy=folder / "copy.ipynb", progress=False)
    assert [cell.source for cell in executed.cells][1] == "A = 2"
    assert executed.cells[2].outputs[0].text == "2 x\n"
    assert nbformat.read(folder / "copy.ipynb", as_version=4).cells[2].outputs[0].text == "2 x\n"
    assert len(nbformat.read(folder / "toy.ipynb", as_version=4).cells) == 2


def test_a_notebook_that_fails_is_named_and_its_copy_shows_where(folder):
    write(folder, "A = 1", "1 / 0")
    with pytest.raises(NotebookError, match=r"toy stopped.*division by zero.*copy\.ipynb"):
        notebooks.execute("toy", copy=folder / "copy.ipynb", progress=False)
    assert nbformat.read(folder / "copy.ipynb", as_version=4).cells[1].outputs[0].ename == "ZeroDivisionError"


def test_a_kernel_may_take_long_to_start(folder, monkeypatch):
    """A minute, as Jupyter and nbval have it, is too little for a busy machine."""
    patience = []
    monkeypatch.setattr(notebooks, "_execute", lambda client, environment: patience.append(client.startup_timeout))
    write(folder, "A = 1")
    notebooks.execute("toy", progress=False)
    settings = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    patience.append(float(re.search(r"--nbval-kernel-startup-timeout=(\d+)", settings)[1]))
    assert min(patience) >= 600


def test_noise_is_left_out(folder):
    write(folder, "A = 1", "import sys\nprint('kept')\nprint('warning', file=sys.stderr)")
    quiet = notebooks.without_noise(notebooks.execute("toy", progress=False))
    assert [output.text for output in quiet.cells[1].outputs] == ["kept\n"]
    assert all("execution" not in cell.metadata for cell in quiet.cells)


def png(image):
    return b64encode(cv2.imencode(".png", image)[1]).decode()


def pixels(figure):
    return cv2.imdecode(np.frombuffer(b64decode(figure), np.uint8), cv2.IMREAD_UNCHANGED)


def test_a_page_leaves_out_a_widget_and_keeps_what_stands_beside_it(tmp_path, recwarn):
    outputs = [
        nbformat.v4.new_output("display_data", {notebooks.WIDGET: {"model_id": "1"}} | beside)
        for beside in ({}, {"text/plain": "a slider stood here"})
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("slider", outputs=outputs)])
    notebooks.write_html(notebook, tmp_path / "page.html")
    assert "a slider stood here" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert not [warning for warning in recwarn if "not able to be represented" in str(warning.message)]
    assert len(notebook.cells[0].outputs) == 2, "the notebook itself keeps its widgets"


def test_a_figure_of_many_colours_becomes_smaller_and_differs_hardly():
    y, x = np.mgrid[0:300, 0:400]
    image = np.stack([x * 255 / 399, y * 255 / 299, 128 + 60 * np.sin(x / 30)], axis=-1)
    image = (image + np.random.default_rng(0).normal(0, 3, image.shape)).clip(0, 255).astype(np.uint8)
    lighter = notebooks.lighter(png(image))
    assert len(lighter) < len(png(image)) / 2
    shown = pixels(lighter)[..., :3]
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) <= 256
    assert np.abs(shown.astype(float) - image).mean() < 8


def test_a_figure_of_few_colours_stays_as_it_is():
    image = np.full((300, 400, 3), 255, np.uint8)
    cv2.line(image, (10, 10), (390, 290), (180, 90, 20), 3)
    assert np.array_equal(pixels(notebooks.lighter(png(image))), image)


@pytest.mark.parametrize(("name", "stored", "dpi"), [("toy", True, 72), ("toy", False, 144), ("core", True, 144)])
def test_only_committed_figures_of_the_deeper_notebooks_are_small(folder, monkeypatch, name, stored, dpi):
    monkeypatch.setattr(notebooks, "CORE", ("core",))
    code = "import matplotlib\nmatplotlib.use('agg')\nfrom lib import plots\nfrom lib.plots.style import use_style\n"
    figure = "plots.rates({'a': [1, 2]}, 1).dpi"
    write(folder, "A = 1", f"{code}use_style()\nprint(matplotlib.rcParams['figure.dpi'], {figure})")
    (folder / "toy.ipynb").rename(folder / f"{name}.ipynb")
    executed = notebooks.execute(name, progress=False, stored=stored)
    assert executed.cells[1].outputs[0].text.split() == [f"{dpi:.1f}"] * 2


@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_15_looks_at_a_clip_of_few_frames(tmp_path, count):
    """The cells that pick the frames beside a flip, run on a clip with so many frames."""
    path = clips.write(tmp_path / "clip.mp4", [clips.plain(number) for number in range(count)])
    shown, labels = [], np.arange(count) // 2
    known = {
        "np": np,
        "video": video,
        "plots": SimpleNamespace(close_up=lambda *_: None, pictures=lambda *given, columns: shown.extend(given)),
        "clip_path": path,
        "clip_scores": SimpleNamespace(scores=np.full((count, 3), 1 / 3)),
        "raw_labels": labels,
        "flips": np.diff(labels) != 0,
        "model": SimpleNamespace(classes=[str(label) for label in labels]),
    }
    for cell in code_cells(ALL[COURSE.index("15_more_on_smoothing")]):
        if cell.id in ("05-06", "05-12", "05-13"):
            exec(cell.source, known)
    images, names = shown
    assert len(images) == len(names) == min(4, count)

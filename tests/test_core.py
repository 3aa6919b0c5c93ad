"""The core, notebooks 00 to 05, stays one lab of three hours in today's words: its limits, and that each is noticed."""

import ast
import re

import nbformat
import pytest

from lib.core import notebooks, paths
from lib.core.notebooks import CORE

CELLS, WORDS, MINUTES, NAMES, FIGURES = 25, 1200, 40, 12, 12
NOTES = paths.NOTEBOOKS / "instructor_notes.md"
OLD_WORDS = re.compile(
    r"\b(rightly|wrongly|anew|afresh|reckon\w*|dealt|spoilt|heed\w*|somebody|nobody|whoever|murmur\w*|foretell\w*"
    r"|foretold|astray|rivals?|told of)\b",
    re.IGNORECASE,
)


def timetable(text):
    """The rows of the notes' three-hour timetable: begin, end, minutes, and a notebook's number or "break"."""
    rows = re.findall(r"^\| (\d+)–(\d+) \| (\d+) \| (\d\d|break)\b", text, re.MULTILINE)
    return [(int(begin), int(end), int(minutes), what) for begin, end, minutes, what in rows]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def is_module(*names):
    place = paths.ROOT.joinpath("lib", *names)
    return place.is_dir() or place.with_suffix(".py").is_file()


def lib_names(notebook):
    """The names of `lib` that the code uses, such as `lessons.begin`, or `SmoothingExplorer` imported by itself."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    nodes = list(ast.walk(ast.parse("\n".join(code))))
    modules, used = set(), set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("lib."):
            for alias in node.names:
                of_module = is_module(*node.module.split(".")[1:], alias.name)
                (modules if of_module else used).add(alias.asname or alias.name)
        elif isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names if alias.name.startswith("lib")}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            used.add(f"{node.value.id}.{node.attr}")
    return used


def cells(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell not in tagged(notebook, "solution")]
    return f"{len(code)} code cells" if len(code) > CELLS else ""


def words(notebook):
    count = len(text_of(notebook).split())
    return f"{count} words" if count > WORDS else ""


def minutes(notebook):
    number = notebook.cells[0].source[2:4]
    stated = re.match(r"About (\d+) minutes", notebook.cells[0].source.split("\n\n")[2])
    planned = [row[2] for row in timetable(NOTES.read_text(encoding="utf-8")) if row[3] == number]
    if not stated or planned != [int(stated[1])]:
        return f"it states {stated and stated[0]}, the timetable {planned}"
    return f"{stated[0]} are too many" if int(stated[1]) > (10 if number == "00" else MINUTES) else ""


def names(notebook):
    used = lib_names(notebook)
    return f"{len(used)} names of lib: {sorted(used)}" if len(used) > NAMES else ""


def figures(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    count = sum("image/png" in output.get("data", {}) for output in outputs)
    return f"{count} figures" if count > FIGURES else ""


def solutions(notebook):
    asked = {name for cell in tagged(notebook, "exercise") for name in re.findall(r"check\(\s*\"(\w+)\"", cell.source)}
    solved = "\n".join(cell.source for cell in tagged(notebook, "solution"))
    unsolved = sorted(name for name in asked if not re.search(rf"\b{name}_solution\b", solved))
    return f"without a solution: {unsolved}" if unsolved or not asked else ""


def old_words(notebook):
    return ", ".join(sorted({match[0] for match in OLD_WORDS.finditer(text_of(notebook))}))


CHECKS = (cells, words, minutes, names, figures, solutions, old_words)


@pytest.mark.parametrize("name", CORE)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_notebook_of_the_core(name, check):
    assert not check(notebooks.read(notebooks.source(name)))


def test_the_timetable_fills_three_hours_without_a_gap():
    rows = timetable(NOTES.read_text(encoding="utf-8"))
    assert [row[3] for row in rows if row[3] != "break"] == [name[:2] for name in CORE]
    assert [row[0] for row in rows] == [0, *(row[1] for row in rows[:-1])] and rows[-1][1] == 180
    assert all(end - begin == length for begin, end, length, _ in rows)


DOCUMENTS = [*paths.ROOT.glob("*.md"), *paths.ROOT.glob("docs/*.md"), NOTES]


@pytest.mark.parametrize("document", sorted(DOCUMENTS), ids=lambda path: path.name)
def test_a_document_uses_todays_words(document):
    assert not OLD_WORDS.findall(document.read_text(encoding="utf-8"))


def messages(code):
    """The texts in some code: messages, helps, docstrings; not single words, which are keys."""
    texts = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and not text.isidentifier()]


def test_the_librarys_messages_use_todays_words():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        for text in messages(path.read_text(encoding="utf-8")):
            assert not OLD_WORDS.findall(text), f"{path.name}: {text}"


# That each check notices what it is for


def good():
    """A small notebook within all limits, 01 by its title."""
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    asked = code('n = ...\nlessons.check("n", n)', metadata={"tags": ["exercise"]})
    answer = code("n_solution = 1", metadata={"tags": ["solution"]})
    first = text("# 01 · A\n\n*Promise.*\n\nAbout 30 minutes with the exercises. · [next](x.ipynb)")
    return nbformat.v4.new_notebook(cells=[first, code("from lib import lessons, plots"), asked, answer])


def add_code(notebook, *sources, **more):
    notebook.cells += [nbformat.v4.new_code_cell(source, **more) for source in sources]


def say(notebook, text):
    notebook.cells.append(nbformat.v4.new_markdown_cell(text))


def state(notebook, stated):
    notebook.cells[0].source = notebook.cells[0].source.replace("About 30 minutes", stated)


FIGURE = nbformat.v4.new_output("display_data", {"image/png": ""})
BREAKS = {
    "24 cells more": (cells, lambda notebook: add_code(notebook, *["1"] * 24)),
    "a long text": (words, lambda notebook: say(notebook, "word " * 1200)),
    "no minutes": (minutes, lambda notebook: state(notebook, "Half an hour")),
    "other minutes than the notes": (minutes, lambda notebook: state(notebook, "About 25 minutes")),
    "another notebook's minutes": (minutes, lambda notebook: notebook.cells[0].update(source="# 00 · A\n\nB\n\nAbout 30 minutes")),
    "many names": (names, lambda notebook: add_code(notebook, *[f"plots.f{n}()" for n in range(12)])),
    "names imported": (names, lambda notebook: add_code(notebook, *[f"from lib.plots import f{n}" for n in range(12)])),
    "13 figures": (figures, lambda notebook: add_code(notebook, "1", outputs=[FIGURE] * 13)),
    "no solution": (solutions, lambda notebook: notebook.cells.pop()),
    "no exercise": (solutions, lambda notebook: notebook.cells.pop(2)),
    "an old word": (old_words, lambda notebook: say(notebook, "Nobody heeds it.")),
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_notebook_passes(check):
    assert not check(good())


@pytest.mark.parametrize("check, spoil", BREAKS.values(), ids=BREAKS)
def test_a_fault_is_noticed(check, spoil):
    notebook = good()
    spoil(notebook)
    assert [one for one in CHECKS if one(notebook)] == [check]


def test_too_many_minutes_are_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr("test_core.NOTES", tmp_path / "notes.md")
    (tmp_path / "notes.md").write_text("| 0–45 | 45 | 01: all |\n", encoding="utf-8")
    notebook = good()
    state(notebook, "About 45 minutes")
    assert minutes(notebook) == "About 45 minutes are too many"


def test_old_words_are_noticed_in_messages_and_helps_and_not_in_keys():
    code = 'def f(by):\n    "Copy it anew."\n    raise ValueError(f"{by} spoilt it: somebody", row["dealt"])'
    assert OLD_WORDS.findall(" ".join(messages(code))) == ["anew", "spoilt", "somebody"]


def test_the_names_of_lib_are_counted_once_and_modules_not():
    notebook = good()
    add_code(
        notebook, "from lib.core import paths\nfrom lib.explorer import SmoothingExplorer", "paths.ROOT, paths.ROOT"
    )
    assert lib_names(notebook) == {"lessons.check", "paths.ROOT", "SmoothingExplorer"}

"""Documents beside the notebooks: what they link and name exists, and what two files state is the same in both."""

import json
import re
import shlex
import tomllib

import nbformat
import pytest
import yaml

from lib.core import paths
from lib.tools.command_line import NAMES, parsed
from lib.tools.commands import setup

ROOT = paths.ROOT
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("notebooks/*.md")]
each = pytest.mark.parametrize("document", sorted(DOCUMENTS), ids=lambda path: path.relative_to(ROOT).as_posix())


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def headings(text):
    """The anchors of a document's headings, as GitHub writes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_documents_are_found():
    found = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    assert {
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/platforms.md",
        "notebooks/instructor_notes.md",
    } <= found


@each
def test_every_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", text):
        if not target.startswith(("http://", "https://")):
            path = document.parent / target if target else document
            assert path.exists(), f"A link leads nowhere: {target}"
            assert not anchor or anchor in headings(path.read_text(encoding="utf-8")), f"No heading: {target}#{anchor}"


@each
def test_code_and_tests_that_a_document_names_exist(document):
    text = document.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:lib|tests|docs|\.github|\.devcontainer)/[\w./-]*\w)`", text):
        assert (ROOT / name).exists(), f"There is no {name}"
    for name in re.findall(r"`(test_\w+\.py)`", text):
        assert (ROOT / "tests" / name).exists(), f"There is no tests/{name}"
    for name in re.findall(r"python -m lib ([a-z_]+)", text):
        assert name in NAMES, f"There is no command {name}"


def commands(text):
    """The words of each command in a text: a line of a block for a shell, or code in a sentence."""
    blocks = re.findall(
        r"^```(?:bash|powershell)\n(.*?)^```", text.replace(".venv\\Scripts\\", ""), re.MULTILINE | re.DOTALL
    )
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose)
    yield from (words for line in lines if (words := shlex.split(line, comments=True)))


@each
def test_every_command_of_the_course_can_be_typed_as_it_stands(document, capsys):
    """Its arguments are read; nothing is run. A name alone, or with `…` or `COMMAND` for the rest, is checked above."""
    for words in commands(document.read_text(encoding="utf-8")):
        typed = words[words.index("python") :] if "python" in words[:2] else words  # behind NAME=VALUE
        if typed[:3] != ["python", "-m", "lib"] or len(typed) < 5 or {"…", "COMMAND"} & set(typed):
            continue
        if typed[3] == "experiment":
            typed = [word.replace("NAME", "fine_tuning") for word in typed]
        try:
            parsed(typed[3:])
        except SystemExit as ended:
            assert ended.code == 0, f"{' '.join(typed)}: {capsys.readouterr().err}"


@each
def test_every_target_and_choice_of_make_exists(document):
    makefile = read("Makefile")
    targets = {*re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split(), ".venv/ready"}
    variables = {*re.findall(r"^(\w+) \?=", makefile, re.MULTILINE), *re.findall(r"\$\(if \$\((\w+)\)", makefile)}
    for words in commands(document.read_text(encoding="utf-8")):
        if words[0] == "make":
            for word in words[1:]:
                name, given, _ = word.partition("=")
                assert name in (variables if given else targets), " ".join(words)


def test_the_table_of_commands_has_them_all():
    rows = re.findall(r"^\| `python -m lib (\w+)", read("docs/commands.md"), re.MULTILINE)
    assert sorted(rows) == NAMES


def test_the_workflow_installs_the_packages_as_setup_does():
    lines = re.findall(r"python -m pip install (.+)$", read(".github/actions/set-up/action.yml"), re.MULTILINE)
    assert [shlex.split(line) for line in lines] == [[*setup.PIP[3:], *given] for given in (setup.PINNED, setup.COURSE)]


def test_the_workflow_tests_every_python_that_the_course_supports():
    jobs = yaml.safe_load(read(".github/workflows/tests.yml"))["jobs"]
    supported = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    first, beyond = (int(minor) for minor in re.fullmatch(r">=3\.(\d+),<3\.(\d+)", supported).groups())
    matrix = jobs["tests"]["strategy"]["matrix"]
    assert matrix["python"] == [f"3.{minor}" for minor in range(first, beyond)]
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert all(job["timeout-minutes"] for job in jobs.values())


def test_the_citation_is_of_this_version():
    citation, project = yaml.safe_load(read("CITATION.cff")), tomllib.loads(read("pyproject.toml"))["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    assert citation["authors"] == [{"name": f"The authors of {citation['title']}"}]
    assert f"the authors of {citation['title']}" in read("LICENSE")


def test_the_container_installs_the_libraries_that_readme_names():
    container = json.loads(read(".devcontainer/devcontainer.json"))
    assert container["postCreateCommand"] == "make .venv/ready"
    for text in (container["onCreateCommand"], read(".github/actions/set-up/action.yml"), read("README.md")):
        assert "libgl1 libglib2.0-0" in text


def places():
    """What the map of the lecture names: (notebook's number, heading, ids of cells below it)."""
    rows = [line.split(" | ") for line in read("docs/lecture_map.md").splitlines() if line.startswith("| ")]
    for where in (row[1] for row in rows if row[1] != "where"):
        for place in re.sub(r" \(exercises? [^)]*\)$", "", where).split("; "):
            number = re.match(r"\[?(\d\d)(?:\]\([^)]*\))?(?: · |$)", place)
            assert number, place
            named = re.findall(r"\*([^*]+)\*((?: `[^`]+`)*)", place[number.end() :])
            assert named or number[1] == "06", place
            yield from ((number[1], heading, re.findall(r"`([^`]+)`", ids)) for heading, ids in named)


def sections(number):
    """The headings of a notebook, exercises left out, each with the ids of the cells from there to the next."""
    (path,) = paths.NOTEBOOKS.glob(f"{number}_*.ipynb")
    held = {}
    for cell in nbformat.read(path, as_version=4).cells:
        parts = re.split(r"^##? (.+)$", cell.source, flags=re.MULTILINE) if cell.cell_type == "markdown" else ["code"]
        if parts[0].strip():  # it begins with the end of the section above
            held[list(held)[-1]].append(cell.id)
        held |= {title: [cell.id] for title in parts[1::2]}
    return held


def test_the_map_of_the_lecture_names_cells_in_the_sections_where_they_are():
    found = list(places())
    assert {number for number, *_ in found} >= {path.name[:2] for path in paths.NOTEBOOKS.glob("0[0-57]_*.ipynb")}
    for number, heading, ids in found:
        held = sections(number)
        assert heading in held, f"{number} has no section {heading}"
        assert set(ids) <= set(held[heading]), f"{number}, {heading}: no {set(ids) - set(held[heading])}"
        assert ids or number > "05", f"{number}, {heading}: no cell is named"  # the core's


def test_every_cell_that_the_map_of_the_lecture_names_exists():
    ids = {cell for name in ("00", "01", "02", "03", "04", "05") for part in sections(name).values() for cell in part}
    assert set(re.findall(r"`(\d\d-[\w-]+)`", read("docs/lecture_map.md"))) <= ids

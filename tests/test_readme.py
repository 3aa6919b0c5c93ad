"""The front door: its order and its length, and what it states is what notebooks, stored results and pictures have."""

import re

import cv2
import numpy as np

from lib.core import notebooks, paths
from lib.core.files import read_json
from lib.lessons import results_file
from lib.tools import contact_sheets
from lib.tools.experiments import SEEDS

TEXT = (paths.ROOT / "README.md").read_text(encoding="utf-8")
ORDER = [
    "What you will build", "Whom it is for", "Quick start", "The map", "Results", "For students", "For instructors",
    "Your own clips, photos and base", "Troubleshooting", "Licence, rights, citation",
]  # fmt: skip
BUNDLED, LITE0 = {"backbone": "bundled"}, {"backbone": "efficientnet_lite0"}
CORE = {  # in README: which cases of the experiment "core" a row is about, and which of their figures it has
    "bundled network, frozen, with a new head": (BUNDLED, "frozen_test"),
    "bundled network, last block fine-tuned": (BUNDLED, "fine_tuned_test"),
    "EfficientNet-Lite0, frozen, with a new head": (LITE0, "frozen_test"),
    "EfficientNet-Lite0, last block fine-tuned": (LITE0, "fine_tuned_test"),
}
OTHERS = {  # in docs/results.md: the experiment, and which of its cases a row is about
    "200 visual words, SVM": ("bag_of_words", {"way": "words on a grid", "words": 200}),
    "network from random weights": ("fine_tuning", {"way": "scratch"}),
    "frozen, with a new head": ("fine_tuning", {"way": "frozen"}),
    "fine-tuned, all layers": ("fine_tuning", {"way": "all"}),
    "nearest neighbour on 32×32 pixels": ("bag_of_words", {"way": "pixels"}),
}


def section(title):
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text):
    """The cells of each row of the table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def test_its_sections_have_the_order_of_a_front_door():
    assert re.findall(r"^## (.+)$", TEXT, re.M) == ORDER
    before = TEXT.partition("\n## ")[0]
    assert before.startswith("# Events in video\n") and before.index("label a video") < before.index("![")


def test_it_has_at_most_1200_words():
    assert len(TEXT.split()) <= 1200  # the signs of its tables counted as well


def test_it_leads_to_every_page_of_the_documents():
    pages = {path.relative_to(paths.ROOT).as_posix() for path in paths.ROOT.glob("docs/*.md")}
    assert pages and pages <= set(re.findall(r"\]\(([^)#]+)", TEXT))


def test_it_has_no_targets_and_says_before_its_tables_where_students_begin():
    assert not re.search(r"missed|aimed", TEXT)
    assert "open `00_start_here` first" in TEXT.partition("\n|")[0]


def test_what_you_will_build_has_four_lines_and_troubleshooting_five_rows():
    assert len(re.findall(r"^- ", section("What you will build"), re.M)) == 4
    assert len(rows(section("Troubleshooting"))) == 5
    assert len(rows(section("Results"))) == 4


def minutes(name):
    """The minutes that a notebook states, with its exercises."""
    text = notebooks.read(notebooks.source(name)).cells[0].source
    if found := re.search(r"[Aa]bout (\d+) minutes with the exercise", text):
        return found[1]
    if found := re.search(r"(an hour(?: and a (?:quarter|half))?|two hours) with the exercise", text):
        return {"an hour": "60", "an hour and a quarter": "75", "an hour and a half": "90", "two hours": "120"}[
            found[1]
        ]
    return re.search(r"About (\d+) minute", text)[1]


def test_its_map_has_every_notebook_in_order_with_the_minutes_that_the_notebook_states():
    found = [row for row in rows(section("The map")) if row[1]]
    assert [re.search(r"notebooks/(\w+)\.ipynb", row[0])[1] for row in found] == list(notebooks.COURSE)
    assert {name: row[2] for name, row in zip(notebooks.COURSE, found)} == {
        name: minutes(name) for name in notebooks.COURSE
    }


def assert_figures(cells, experiment, wanted, column):
    """The figures of a row of a table, real and synthetic, are the mean and range of the first three seeds."""
    cases = read_json(results_file(experiment))["cases"]
    for photographs, figure in zip(("real", "sample"), cells, strict=True):
        of_row = wanted | {"photographs": photographs}
        values = [case[column] for case in cases if of_row.items() <= case.items() and case["seed"] in SEEDS]
        assert len(values) == 3
        assert figure == f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})", photographs


def test_its_figures_are_those_of_the_stored_results():
    found = rows(section("Results"))
    assert [cells[0] for cells in found] == list(CORE)
    for row, *cells in found:
        assert_figures(cells, "core", *CORE[row])


def test_the_figures_of_all_results_are_those_that_are_stored():
    results = (paths.ROOT / "docs/results.md").read_text(encoding="utf-8").partition("\n## Which base")[0]
    found = rows(results)
    assert {cells[0] for cells in found} == set(OTHERS)
    for row, *cells, command in found:
        experiment, wanted = OTHERS[row]
        assert command == f"`{experiment}`"
        assert_figures(cells, experiment, wanted, "held_out")


def shown():
    """The pictures that the documents show."""
    for document in [*paths.ROOT.glob("*.md"), *paths.ROOT.glob("*/*.md")]:
        for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            yield (document.parent / picture).resolve()


def test_every_picture_that_a_document_shows_is_made_by_the_command():
    assert sorted(shown()) == sorted(contact_sheets.targets())


def test_its_moving_picture_lasts_some_seconds_and_is_small():
    path = contact_sheets.targets()[-1]
    assert path in shown() and path.stat().st_size < 2_000_000
    read, animation = cv2.imreadanimation(str(path))
    assert read and 3000 <= sum(animation.durations) <= 10_000
    assert len(animation.frames) >= 30 and not animation.loop_count  # 0: for ever

"""What changed between two executed notebooks: text, bands, pictures."""

import base64
from urllib.parse import unquote

import cv2
import nbformat
import numpy as np
import pytest
from nbval.plugin import get_sanitize_patterns
from pages import HOSTILE, Page

from lib import lessons
from lib.core import paths
from lib.tools.course import comparison
from lib.tools.course.comparison import Change, changes, counts, difference, write


def png(image) -> str:
    return base64.b64encode(cv2.imencode(".png", image)[1].tobytes()).decode()


def grey(value=128, spot=0):
    image = np.full((100, 100, 3), value, np.uint8)
    image[:spot, :spot] = 255
    return image


def cell(source, text="", picture=None, tags=()):
    made = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    if text:
        made.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=text))
    if picture is not None:
        made.outputs.append(
            nbformat.v4.new_output("display_data", {"image/png": png(picture), "text/plain": "<Figure>"})
        )
    return made


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A"), *cells])


def test_the_same_outputs_are_no_change():
    old = notebook(cell("a", "one\n", grey()))
    new = notebook(cell("A = 1", tags=["injected-parameters"]), cell("a", "one\n", grey()))
    new.cells[2].outputs.insert(0, nbformat.v4.new_output("stream", name="stderr", text="a warning"))
    assert list(changes(old, old)) == list(changes(old, new)) == []


def test_addresses_and_paths_are_no_change_and_no_tests_folder_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    old, new = (
        notebook(cell("a", f"<x at 0x{at}> in /home/{who}/output/a.avi")) for at, who in (("1f", "a"), ("2e", "b/c"))
    )
    assert list(changes(old, new)) == []


def test_the_size_of_a_figure_is_no_change():
    """A deeper notebook's is drawn twice as large where a person runs it, and 1440x ends like an address begins."""
    old, new = (notebook(cell("a", f"<Figure size {size} with 6 Axes>")) for size in ("720x216", "1440x432.5"))
    assert list(changes(old, new)) == []


def test_text_and_bands():
    old = notebook(
        cell("a", "accuracy at least 0.75: yes\n"), cell("b", "two\n"), cell("c", "x", tags=["nbval-ignore-output"])
    )
    new = notebook(
        cell("a", "accuracy at least 0.75: no (0.700)\n"),
        cell("b", "three\n"),
        cell("c", "y", tags=["nbval-ignore-output"]),
    )
    found = list(changes(old, new))
    assert [(change.cell, change.left_band, change.slight) for change in found] == [
        (2, True, False), (3, False, False), (4, False, True)
    ]  # fmt: skip
    assert counts(found) == {"text": 2, "bands": 1, "pictures": 0, "slight": 1}


@pytest.mark.parametrize("value", [0.7, -0.1, np.nan, np.inf])
@pytest.mark.parametrize("line", ["accuracy, 0.75 to 1: {}", "{}", "lowest: {}, highest: yes"])
def test_a_value_outside_its_band_is_counted_in_every_line(line, value):
    inside, outside = (notebook(cell("a", line.format(lessons.in_range(given, 0.75, 1)))) for given in (0.8, value))
    (change,) = changes(inside, outside)
    assert change.left_band


@pytest.mark.parametrize(("spot", "slight"), [(5, True), (50, False)])
def test_a_picture_that_differs_a_little_is_slight(spot, slight):
    (change,) = changes(notebook(cell("a", picture=grey())), notebook(cell("a", picture=grey(spot=spot))))
    assert change.share == pytest.approx(spot**2 / 1e4)
    assert change.slight == slight


def test_a_missing_and_an_extra_picture_and_another_size():
    assert difference(png(grey()), png(grey()[:50])) == 1
    for pair in [(grey(), None), (None, grey())]:
        (change,) = changes(*(notebook(cell("a", picture=picture)) for picture in pair))
        assert change.share == 1 and change.kind == "picture"


def test_tones_that_nobody_sees_are_no_change():
    assert difference(png(grey(128)), png(grey(130))) == 0


def test_an_error_instead_of_a_result():
    new = notebook(cell("a"))
    new.cells[1].outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])]
    (change,) = changes(notebook(cell("a", "1\n")), new)
    assert change.after == "ValueError: no"


def test_notebooks_of_other_cells_cannot_be_compared():
    with pytest.raises(ValueError):
        list(changes(notebook(cell("a")), notebook(cell("a"), cell("b"))))


def test_the_page_shows_both_sides(tmp_path):
    old, new = (notebook(cell("a", f"<b>{word}</b>", grey(spot=spot))) for word, spot in (("x", 0), ("y", 60)))
    write({"01_x": list(changes(old, new)), "02_y": []}, "This run: seed 0.", tmp_path / "compare.html")
    page = Page((tmp_path / "compare.html").read_text())
    assert len(page.values("src")) == 2 and "<b>x</b>" in page.text and "<b>y</b>" in page.text
    assert "Nothing changed." in page.text and "36.0% of the picture differs" in page.text


def test_the_page_escapes_everything_once(tmp_path):
    found = [Change(1, HOSTILE, kind, HOSTILE, "", 1.0, False) for kind in ("text", "picture")]
    write({HOSTILE: found}, HOSTILE, tmp_path / "compare.html")
    page = Page((tmp_path / "compare.html").read_text())
    assert "script" not in dict(page.tags)
    assert page.text.count(HOSTILE) == 6  # choices, a row and a title of the notebook, two sources, one output
    assert HOSTILE in page.values("id") and page.values("src") == [f"data:image/png;base64,{HOSTILE}"]
    assert f"#{HOSTILE}" in map(unquote, page.values("href"))


def test_nbval_replaces_the_same_patterns():
    text = (paths.ROOT / "tests" / "nbval_sanitize.cfg").read_text()
    assert get_sanitize_patterns(text) == list(comparison.SANITIZE_PATTERNS)

"""What the explorer does in a notebook alone: it writes videos, outlives a reload, and leaves a still picture behind."""

import re
from copy import deepcopy

import nbformat
import pytest

from lib import video
from lib.core import notebooks, paths
from lib.explorer.widget import STILL

PATIENCE = 120_000  # milliseconds


@pytest.fixture
def box(lab):
    box = lab.locator(".explorer").first
    box.scroll_into_view_if_needed()
    return box


def still(lab):
    return lab.locator(".jp-RenderedImage img").first


def save(lab, notebook):
    """Save the notebook as the keyboard does, and read it."""
    before = notebook.stat().st_mtime_ns
    lab.locator(".jp-Notebook").first.focus()
    lab.keyboard.press("Control+s")
    for _ in range(100):
        lab.wait_for_timeout(100)
        if notebook.stat().st_mtime_ns != before and notebook.read_text().rstrip().endswith("}"):
            return nbformat.read(notebook, as_version=4)
    raise TimeoutError("the notebook was not saved")


def test_the_live_explorer_hides_the_still_picture(lab, box):
    assert box.is_visible() and not still(lab).is_visible()


def test_a_video_is_written_while_the_kernel_does_other_things(lab, box, material):
    box.get_by_role("button", name="Write B as a video").press("Enter")
    status = box.locator(".status")
    lab.wait_for_function("!document.querySelector('.explorer .writing').hidden", timeout=PATIENCE)
    assert box.get_by_role("button", name="Write A as a video").is_disabled()
    lab.wait_for_function("document.querySelector('.explorer progress').value > 0.1", timeout=PATIENCE)
    lab.wait_for_function("document.querySelector('.explorer .writing').hidden", timeout=PATIENCE)
    assert status.inner_text() == "Written: clip_mean_32.mp4, in written."
    assert video.VideoInfo.of(material.folder / "written" / "clip_mean_32.mp4").frames == len(material.truth)


def test_writing_is_cancelled(lab, box, material):
    box.get_by_role("button", name="Write A as a video").press("Enter")
    box.get_by_role("button", name="Cancel").press("Enter", timeout=PATIENCE)
    lab.wait_for_function("document.querySelector('.explorer .writing').hidden", timeout=PATIENCE)
    assert box.locator(".status").inner_text() == "The video is not written."
    assert [file.name for file in (material.folder / "written").iterdir()] == ["clip_mean_32.mp4"]
    assert box.get_by_role("button", name="Write A as a video").is_enabled()


def test_what_cannot_be_written_is_reported(lab, box, material):
    """A second time, since nothing shows that the course made the file."""
    box.get_by_role("button", name="Write B as a video").press("Enter")
    lab.wait_for_function("document.querySelector('.explorer .status').innerText.includes('stays')", timeout=PATIENCE)
    assert "clip_mean_32.mp4" in box.locator(".status").inner_text()


def test_a_reload_finds_the_explorer_as_it_was(lab, box, notebook):
    box.get_by_label("Size of side A, typed, in frames").fill("5")
    lab.wait_for_timeout(1000)  # the state is reported once nothing has changed for a moment
    save(lab, notebook)
    lab.reload()
    lab.locator(".explorer[data-frame]").first.wait_for(timeout=PATIENCE)
    assert lab.get_by_label("Size of side A, typed, in frames").first.input_value() == "5"
    assert not still(lab).is_visible()


def test_where_no_kernel_runs_there_is_a_picture(lab, browser, notebook, tmp_path):
    saved = save(lab, notebook)
    cell = saved.cells[1]
    assert cell.outputs[0].data["text/plain"] == STILL and "image/png" in cell.outputs[0].data
    for name, content in (("executed", saved), ("committed", notebooks.without_noise(deepcopy(saved)))):
        shown = [output for output in content.cells[1].outputs if output.output_type == "display_data"]
        assert len(shown) == (2 if name == "executed" else 1)
        notebooks.write_html(content, tmp_path / f"{name}.html")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.route(lambda address: not address.startswith("file:"), lambda route: route.abort())
        page.goto((tmp_path / f"{name}.html").as_uri(), wait_until="domcontentloaded")
        picture = page.locator(".jp-Cell").nth(1).locator("img")
        assert picture.count() == 1 and picture.evaluate("image => image.naturalWidth") > 600
        picture.scroll_into_view_if_needed()
        page.screenshot(path=paths.OUTPUT / "browser" / f"exported_{name}.png")
        page.close()


def test_nothing_went_wrong_unseen(lab, server):
    """No error in the browser's console, none in the kernel's log, no cell that failed."""
    assert lab.errors == []
    said = server[1].read_text()
    assert "Traceback" not in said and not re.search(r"\[E ", said), said
    assert lab.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


def test_after_the_kernel_was_restarted_the_picture_is_there(lab, notebook):
    """Last: after it JupyterLab itself reports an error, of a widget whose kernel is gone (ipywidgets issue 1664)."""
    save(lab, notebook)
    lab.click('.lm-MenuBar-itemLabel:text-is("Kernel")')
    lab.click('.lm-Menu-itemLabel:text-is("Restart Kernel…")')
    lab.locator(".jp-Dialog button:has-text('Restart')").click()
    lab.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')", timeout=PATIENCE)
    lab.reload()
    still(lab).wait_for(timeout=PATIENCE)
    lab.wait_for_timeout(3000)
    assert still(lab).is_visible() and lab.locator(".explorer").count() == 0
    still(lab).scroll_into_view_if_needed()
    lab.screenshot(path=paths.OUTPUT / "browser" / "notebook_reopened.png")

"""The exported page of notebook 05: no kernel, no network, and still a picture of the explorer."""

import nbformat

from lib.core import notebooks, paths


def test_exported_html_shows_the_still_picture(browser, lab, notebook, tmp_path):
    before = notebook.stat().st_mtime_ns
    lab.locator(".jp-Notebook").first.focus()
    lab.keyboard.press("Control+s")
    for _ in range(100):
        lab.wait_for_timeout(100)
        if notebook.stat().st_mtime_ns != before and notebook.read_text().rstrip().endswith("}"):
            break
    saved = nbformat.read(notebook, as_version=4)
    shows = [cell.cell_type == "code" and "SmoothingExplorer(" in cell.source for cell in saved.cells]
    place = shows.index(True)
    cell = saved.cells[place]
    assert "image/png" in cell.outputs[0].data and cell.outputs[0].data["text/plain"].startswith("The explorer")
    notebooks.write_html(saved, tmp_path / "05.html")

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.route(lambda address: not address.startswith("file:"), lambda route: route.abort())
    page.goto((tmp_path / "05.html").as_uri(), wait_until="domcontentloaded")
    still = page.locator(".jp-Cell").nth(place).locator("img")
    assert still.count() == 1 and still.evaluate("image => image.naturalWidth") == 800
    still.scroll_into_view_if_needed()
    page.screenshot(path=paths.OUTPUT / "browser" / "exported.png")
    page.close()

"""Chromium, and a JupyterLab on a small notebook that shows the explorer as notebook 05 does, with nothing of the user's settings."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest
import scored
from playwright.sync_api import sync_playwright

from lib import lessons, timeline, video
from lib.core import notebooks, paths
from lib.core.paths import Run
from lib.explorer import pack, write_page
from lib.video.playable import write_playable

CLIP = "formula2"
LONG = 10_000  # frames of the scores on which the time from key to picture is measured
SECONDS = 300  # for a cell, on a slow and busy machine


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def material(tmp_path_factory):
    """A folder with a generated clip, its scores and its truth, and those of a long clip without pictures."""
    folder = tmp_path_factory.mktemp("explorer")
    clip = lessons.clip(CLIP, Run("sample", "bundled"))
    with video.VideoReader(clip) as reader:
        seconds = [frame.seconds for frame in reader]
    scores, truth = scored.flickering(len(seconds))
    scores = replace(scores, seconds=scores.seconds * 0 + seconds, source=clip.name)
    long, _ = scored.flickering(LONG)
    scores.save(folder / "clip.scores.npz")
    long.save(folder / "long.scores.npz")
    write_playable(clip, folder / "clip.mp4", progress=False)
    timeline.to_csv(folder / "clip.truth.csv", truth, scores.seconds, scores.classes)
    return SimpleNamespace(folder=folder, clip=folder / "clip.mp4", scores=scores, truth=truth, long=long)


@pytest.fixture(scope="session")
def page_file(material):
    """The explorer as a page."""
    file = material.folder / "page" / "index.html"
    write_page(file, pack(material.scores, material.truth), "../clip.mp4")
    return file


@pytest.fixture(scope="session")
def notebook(material):
    """A notebook whose second cell is the one of notebook 05 that shows the explorer."""
    course = nbformat.read(notebooks.source("05_video_smoothing"), as_version=4)
    (shows,) = (c.source for c in course.cells if c.cell_type == "code" and "SmoothingExplorer(" in c.source)
    prepares = """from pathlib import Path
from types import SimpleNamespace
from lib import classifier, lessons, video
clip_path, run, tunedpath = Path("clip.mp4"), SimpleNamespace(output=Path("written")), "none.keras"
classifier.load = lambda path: None  # the scores are there
lessons.scores = lambda *given: video.FrameScores.load("clip.scores.npz")
truth = lessons.truth(clip_path, lessons.scores().classes)"""
    long = "SmoothingExplorer(video.FrameScores.load('long.scores.npz'))"
    cells = [nbformat.v4.new_code_cell(source) for source in (prepares, shows, long)]
    path = material.folder / "explorer.ipynb"
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


@pytest.fixture(scope="session")
def server(material, tmp_path_factory):
    """The address of a JupyterLab on that folder, and the file of what it and its kernels say."""
    own = tmp_path_factory.mktemp("jupyter")
    settings = own / "lab" / "user-settings" / "@jupyterlab"
    for name, content in {
        "notebook-extension/tracker": {"windowingMode": "none"},  # cells far down exist too
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    }.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(own), "JUPYTERLAB_SETTINGS_DIR": str(settings.parent),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"), "IPYTHONDIR": str(own / "ipython"),
        "PYTHONPATH": str(paths.ROOT),
    }  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={material.folder}",
    ]  # fmt: skip
    log = own / "log.txt"
    with open(log, "w") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api", process, log)
        yield f"http://127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address, process, log):
    for _ in range(120):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def new_page(browser):
    """What opens a page of the browser; the page's `errors` collects what its console reports."""

    def open_page(**options):
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, **options)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda told: told.type == "error" and page.errors.append(f"{told.text} {told.location}"))
        return page

    return open_page


@pytest.fixture(scope="session")
def lab(new_page, server, notebook):
    """The notebook run from top to bottom on a fresh kernel."""
    page = new_page()
    page.goto(f"{server[0]}/lab/tree/{notebook.name}?reset")
    page.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')", timeout=120_000)
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    for _ in range(SECONDS):
        # The text, not what is visible of it: a folded cell has an empty prompt of its own.
        prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea .jp-InputPrompt").all_text_contents()
        if len(prompts) == 3 and all(re.search(r"\[\d+\]", prompt) for prompt in prompts):
            break
        page.wait_for_timeout(1000)
    else:
        raise TimeoutError(f"the notebook did not finish: {prompts}")
    page.locator(".explorer[data-frame]").nth(1).wait_for(timeout=60_000)
    yield page
    page.close()

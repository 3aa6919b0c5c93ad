"""JupyterLab on a notebook of the course, in Chromium, with nothing of the user's settings."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from lib.core import notebooks, paths

MINUTES = 30  # for a notebook, on a slow and busy machine whose sample is still to be drawn and learnt


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def notebook():
    """A copy of notebook 05 in the output folder, from where it finds its clips as it does from its own.

    The committed output that plays the labelled clip is left out: on a fresh clone that clip is not made yet.
    """
    copy = paths.OUTPUT / "browser.ipynb"
    content = nbformat.read(notebooks.source("05_video_smoothing"), as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if "<video" not in str(output.get("data", ""))]
    nbformat.write(content, copy)
    yield copy
    copy.unlink()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a JupyterLab on the project, and the file of what it and its kernels say."""
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
    }  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={paths.ROOT}",
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
def lab(browser, server, notebook):
    """Notebook 05 run from top to bottom on a fresh kernel: the page, and the errors that it told."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda told: told.type == "error" and page.errors.append(f"{told.text} {told.location}"))
    page.goto(f"{server[0]}/lab/tree/output/{notebook.name}?reset")
    page.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')", timeout=120_000)
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    # The copy comes with the numbers of an earlier run, so first it must be seen to run.
    page.wait_for_function("() => document.querySelector('.jp-Notebook').innerText.includes('[*]')", timeout=60_000)
    _wait_for_all_cells(page)
    yield page
    page.close()


def _wait_for_all_cells(page):
    for _ in range(MINUTES * 60):
        # The text, not what is visible of it: the solutions are folded, and a fold has an empty prompt of its own.
        prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea .jp-InputPrompt").all_text_contents()
        if prompts and all(re.search(r"\[\d+\]", prompt) for prompt in prompts):
            return
        page.wait_for_timeout(1000)
    raise TimeoutError(f"notebook 05 did not finish in {MINUTES} minutes: {prompts}")

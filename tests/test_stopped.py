"""Ctrl-C and SIGTERM, at any moment: one line, a status that names the signal, no process and no half file left."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import clips
import nbformat
import psutil
import pytest

from lib.core import paths

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no other process can be sent Ctrl-C there")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
LISTENING = "import runpy, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
RUN = "runpy.run_module('lib', run_name='__main__')"


def stopped(number, arguments, cwd, moment, *, code="", everyone=False, again=0) -> str:
    """Run `python -m lib` in `cwd`, send it a signal when `moment(process)` is true, and give what it wrote as errors.

    The signal goes to the process alone, or, as from a terminal, to `everyone` of its group; `again` so many times more.
    """
    command = [sys.executable, "-c", LISTENING + code + RUN, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(cwd), "TQDM_DISABLE": "1"}
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        end = time.monotonic() + 120
        while not moment(process):
            assert process.poll() is None and time.monotonic() < end, process.communicate(timeout=1)
            time.sleep(0.02)
        children = psutil.Process(process.pid).children(recursive=True)
        for _ in range(1 + again):
            (os.killpg if everyone else os.kill)(process.pid, number)
        printed, errors = process.communicate(timeout=60)
    # The last signal may come when all is tidied up and Python ends: it then ends it at once.
    assert process.returncode in ((STATUS[number], -number) if again else (STATUS[number],)), errors
    assert not psutil.wait_procs(children, timeout=3)[1], "a process is left"
    assert not list(Path(cwd).rglob(".part-*"))
    assert errors.strip() == f"python -m lib {arguments[0]}: stopped.", errors
    return printed


def command_line(process):
    """Nothing for a process that has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture
def root(tmp_path):
    """A project whose first notebook works until it is stopped."""
    root = tmp_path / "project"
    for folder in ("lib", "model/backbone"):
        shutil.copytree(paths.ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    write_notebook(root, "import time\nopen('begun', 'w').close()\nwhile True: time.sleep(0.1)")
    return root


def write_notebook(root, code):
    cells = [
        nbformat.v4.new_code_cell("PHOTOS = 'sample'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(code),
    ]
    (root / "notebooks").mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "notebooks" / "00_start_here.ipynb")


@pytest.mark.parametrize("command, number", [
    ("course", signal.SIGINT), ("course", signal.SIGTERM), ("notebooks", signal.SIGINT), ("notebooks", signal.SIGHUP),
])  # fmt: skip
def test_a_notebook_in_the_middle_of_a_cell(root, command, number):
    copy = root / "output" / "sample-bundled" / "notebooks" / "00_start_here.ipynb"
    before = (root / "notebooks" / "00_start_here.ipynb").read_bytes()
    stopped(number, [command], root, lambda process: (root / "notebooks" / "begun").exists())
    assert (root / "notebooks" / "00_start_here.ipynb").read_bytes() == before
    assert not copy.exists()  # nor would half of it have replaced that of an earlier run


def test_a_notebook_that_hears_nothing_but_the_end(root):
    """It catches each interruption, and has begun a process itself."""
    deaf = (
        "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); open('begun', 'w').close(); time.sleep(100)"
    )
    write_notebook(
        root,
        f"import subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', {deaf!r}])\n"
        "while True:\n    try: time.sleep(0.1)\n    except KeyboardInterrupt: pass",
    )
    stopped(signal.SIGTERM, ["notebooks"], root, lambda process: (root / "notebooks" / "begun").exists())


def test_a_notebook_that_has_begun_another(root):
    """As one does that opens alone: the kernel of the other ends too."""
    shutil.copy(root / "notebooks" / "00_start_here.ipynb", root / "notebooks" / "01_data_loading.ipynb")
    write_notebook(root, "from lib.core import notebooks\nnotebooks.execute('01_data_loading', progress=False)")
    begun = root / "notebooks" / "begun"
    stopped(signal.SIGINT, ["notebooks", "00_start_here"], root, lambda process: begun.exists(), everyone=True)


@pytest.mark.parametrize("wait", [0, 0.4])
def test_while_a_kernel_starts(root, wait):
    def starting(process):
        children = psutil.Process(process.pid).children()
        return children and time.sleep(wait) is None

    stopped(signal.SIGTERM, ["notebooks", "00_start_here"], root, starting)


@pytest.mark.parametrize("module", ["argparse", "lib.tools.commands.evaluate", "numpy", "cv2", "tensorflow", "keras"])
def test_while_a_library_is_imported(toy_photos, module):
    """Some make an error of their own of it."""
    code = f"""
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
"""
    command = [sys.executable, "-c", LISTENING + code + RUN, "evaluate", str(toy_photos)]
    ended = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "python -m lib evaluate: stopped.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_code_that_python_makes_itself(tmp_path, number):
    """Dataclasses and named tuples are made by `exec`, after whose interruption Python may forget the status."""
    shutil.copytree(paths.ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "lib" / "tools" / "commands" / "handout.py").write_text(
        '"""Stop."""\nimport signal\nsignal.signal(signal.SIGINT, signal.getsignal(signal.SIGTERM))\n'
        "def add_arguments(parser): pass\n"
        f"def run(args): exec('signal.raise_signal({int(number)})', globals())\n"
    )
    command = [sys.executable, "-m", "lib", "handout"]
    ended = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (STATUS[number], "python -m lib handout: stopped.\n")


@pytest.mark.parametrize("number, everyone", [(signal.SIGINT, True), (signal.SIGTERM, False)])
def test_the_workers_of_a_cross_validation(tmp_path, toy_photos, toy_backbone, number, everyone):
    shutil.copytree(paths.ROOT / "lib", tmp_path / "project" / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import tempfile; from pathlib import Path; import lib.tools.pretraining.crossvalidation as crossvalidation\n"
        "crossvalidation.save_maps = lambda *given: None; tempfile.tempdir = '.'\n"
    )

    def working(process):
        children = psutil.Process(process.pid).children(recursive=True)
        return sum("spawn_main" in command_line(child) for child in children) == 2 and time.sleep(0.5) is None

    arguments = ["crossval", toy_photos, "--backbone", toy_backbone, "--jobs", "2"]
    stopped(number, arguments, tmp_path / "project", working, code=code, everyone=everyone)
    assert [path.name for path in (tmp_path / "project").iterdir()] == ["lib"]  # no temporary folder is left


@pytest.mark.parametrize("number, again", [(signal.SIGINT, 0), (signal.SIGTERM, 1)])
def test_a_clip_that_is_being_labelled(tmp_path, toy_classifier, number, again):
    """Sent twice, as `timeout` does, it still tidies up. Its scores stay: they need not be made again."""
    shutil.copytree(paths.ROOT / "lib", tmp_path / "project" / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    clip = clips.write(tmp_path / "clip.mp4", [clips.busy(number) for number in range(40)])
    folder = tmp_path / "project" / "out"
    slow = "import time; from lib.video.copying import CopySink\nwrite = CopySink.write\n" \
           "CopySink.write = lambda *given: time.sleep(0.2) or write(*given)\n"  # fmt: skip
    arguments = ["label", clip, "--model", toy_classifier, "--out", folder / "out.mp4"]
    half = lambda process: folder.exists() and list(folder.glob(".part-*.mp4"))  # noqa: E731
    stopped(number, arguments, tmp_path / "project", half, code=slow, again=again)
    assert [path.name for path in folder.iterdir()] == ["out.scores.npz"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_jupyter_is_asked_to_end_and_waited_for(tmp_path, number):
    """It then ends its kernels; killed, it could not."""
    (tmp_path / "jupyter.py").write_text(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: time.sleep(1) or open('ended', 'w').close() or sys.exit())\n"
        "open('begun', 'w').close()\nwhile True: time.sleep(0.1)"
    )
    shutil.copytree(paths.ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    stopped(number, ["lab"], tmp_path, lambda process: (tmp_path / "begun").exists())
    assert (tmp_path / "ended").exists()

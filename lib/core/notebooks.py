"""Execute a notebook on a fresh kernel, with choices inserted after its cell tagged `parameters`."""

import ast
import asyncio
import os
import signal
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor, wait
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image  # comes with matplotlib

from lib.core import memory, paths
from lib.core.environment import STORED_DPI
from lib.core.errors import CourseError
from lib.core.files import atomic_write
from lib.core.messages import without_colours
from lib.core.progress import progress_bar

CORE = (  # one lab of three hours
    "00_start_here",
    "01_data_loading",
    "02_feature_extraction",
    "03_fine_tuning",
    "04_evaluation",
    "05_video_smoothing",
)
COURSE = (
    *CORE,
    "06_before_deep_learning",
    "07_beyond_single_frames",
    "11_more_on_data",
    "12_more_on_features",
    "13_more_on_fine_tuning",
    "14_more_on_evaluation",
    "15_more_on_smoothing",
    "90_how_the_backbone_was_made",
)
WIDGET = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 3600
START_SECONDS = 600  # for a kernel to start, on a slow machine that does other things too
LISTEN = 0.2  # seconds: on Windows, Ctrl-C is seen only between two waits
PATIENCE = 3.0  # seconds that a cell has to end when it is interrupted


class NotebookError(CourseError, RuntimeError):
    """A notebook stopped at an error; the message names the notebook and the path of its copy."""


def source(name: str) -> Path:
    """Give the committed notebook of a name of COURSE."""
    return paths.NOTEBOOKS / f"{name}.ipynb"


def execute(
    name: str, parameters: dict | None = None, copy: Path | None = None, progress: bool = True, stored: bool = False
) -> nbformat.NotebookNode:
    """Execute a committed notebook on a fresh kernel and return it, executed.

    Of `parameters`, those that the notebook has are inserted after its cell tagged `parameters`. The executed
    notebook is written to `copy`, also when it stops at an error, but not after Ctrl-C. Raises NotebookError at an
    error, and when no kernel can be started. With `stored`, the many figures of a deeper notebook are drawn at half
    their resolution, as they are committed: git keeps every version of them.
    """
    notebook = read(source(name))
    insert_parameters(notebook, parameters or {})
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    bar = progress_bar(shown=progress, total=code_cells, desc=name, unit="cell", leave=False)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        startup_timeout=START_SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=CRITICAL"],
        resources={"metadata": {"path": str(paths.NOTEBOOKS)}},
        on_cell_executed=lambda cell, **_: bar.update(),
    )
    try:
        # The outer bar shows the progress; bars inside the executed copy would only be noise there.
        dpi = "72" if stored and name not in CORE else ""
        _execute(client, {**os.environ, "TQDM_DISABLE": "1", STORED_DPI: dpi})
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:  # the last of a kernel that dies
        where = f" Its copy {copy} shows where." if copy else ""
        if isinstance(error, DeadKernelError) or memory.ran_out(error):  # the system ends what takes too much
            raise NotebookError(f"Notebook {name} ran out of memory, it seems: {memory.WAY_OUT}.{where}") from error
        raise NotebookError(f"Notebook {name} stopped at an error: {_last_line(error)}.{where}") from error
    except OSError as error:  # of Jupyter's own folders, of which it makes several
        raise NotebookError(
            f"Notebook {name} cannot be run, because Jupyter cannot write {error.filename} ({error.strerror}): set the "
            "environment variables IPYTHONDIR and JUPYTER_RUNTIME_DIR to a folder that you may write to."
        ) from error
    except KeyboardInterrupt:
        copy = None  # half of a notebook must not take the place of a whole one
        raise
    finally:
        bar.close()
        notebook.metadata.pop("widgets", None)  # a page without a kernel then shows the picture beside a widget
        if copy:
            write(notebook, copy)
    return notebook


def _execute(client: NotebookClient, environment: dict[str, str]) -> None:
    """Execute a client's notebook in another thread; Ctrl-C, which comes to this one, ends it and its kernel.

    In the main thread nbclient would take signals for itself, and report one as an error of the kernel.
    """
    stopped = Event()

    def kernel() -> Any:
        return client.km  # nbclient declares a manager whose methods block; this one's are coroutines

    async def work() -> None:
        execution = asyncio.ensure_future(client.async_execute(env=environment))
        while not execution.done() and not stopped.is_set():
            await asyncio.wait([execution], timeout=LISTEN)
        try:
            for _ in range(2):  # the first may come between two cells, where a kernel takes none
                if client.code_cells_executed and not execution.done():
                    await kernel().interrupt_kernel()
                    await asyncio.wait([execution], timeout=PATIENCE)
            execution.cancel()  # does nothing when it is done
            await execution
        finally:
            manager = kernel()
            if manager and manager.has_kernel:  # stopped while it started
                await manager.signal_kernel(signal.SIGTERM)  # it ends without a word
                await manager.shutdown_kernel(now=True)

    with ThreadPoolExecutor(1) as thread:
        try:
            job = thread.submit(asyncio.run, work())
            while not job.done():
                wait([job], timeout=LISTEN)
            job.result()
        finally:
            stopped.set()


def read(path: Path) -> nbformat.NotebookNode:
    """Read a notebook. Raises NotebookError when it is missing or damaged, by a merge perhaps."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise NotebookError(f"{path} is not a whole notebook: restore it with git, or copy it again.") from error


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook, whole or not at all."""
    with atomic_write(path) as part:
        nbformat.write(notebook, part)


def without_noise(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take out of an executed notebook what differs from run to run and says nothing: times, warnings, versions,
    and widgets, which are dead without their kernel. Its figures are stored in fewer colours."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    _drop_widgets(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                data = output.get("data", {})
                if "image/png" in data:
                    data["image/png"] = lighter(data["image/png"])
    return notebook


def _drop_widgets(notebook: nbformat.NotebookNode) -> None:
    """Take out widgets, and outputs that are nothing else; what stands beside a widget is shown in its place."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)
            cell.outputs = [output for output in cell.outputs if output.get("data") != {}]


def lighter(png: str) -> str:
    """Give a figure, a PNG in base64, in 256 colours at most: a third of its size, and the eye sees no difference."""
    figure = Image.open(BytesIO(b64decode(png))).convert("RGB")
    if figure.getcolors(256) is None:  # it has more
        figure = figure.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = BytesIO()
    figure.save(file, "png", optimize=True)
    return b64encode(file.getvalue()).decode()


def insert_parameters(notebook: nbformat.NotebookNode, parameters: dict) -> None:
    """Insert a cell that sets those of `parameters` which the cell tagged `parameters` sets."""
    for position, cell in enumerate(notebook.cells):
        if "parameters" in cell.metadata.get("tags", []):
            chosen = {name: parameters[name] for name in assigned(cell.source) if name in parameters}
            lines = "\n".join(f"{name} = {value!r}" for name, value in chosen.items())
            if lines:
                injected = nbformat.v4.new_code_cell(lines, metadata={"tags": ["injected-parameters"]})
                notebook.cells.insert(position + 1, injected)
            return


def assigned(code: str) -> list[str]:
    """Name the variables that code assigns at its top level."""
    targets = [target for node in ast.parse(code).body if isinstance(node, ast.Assign) for target in node.targets]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _last_line(error: Exception) -> str:
    lines = [line for line in without_colours(str(error)).strip().splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__


def write_html(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write an executed notebook as a page of its own, pictures inside; clips are found where the run left them."""
    from nbconvert import HTMLExporter  # slow to import, and only this needs it

    page = deepcopy(notebook)
    _drop_widgets(page)
    body, _ = HTMLExporter().from_notebook_node(page)
    # The notebook names clips as seen from notebooks/; the page is in output/<run>/notebooks/.
    with atomic_write(path) as part:
        part.write_text(body.replace('src="../output/', 'src="../../'), encoding="utf-8")

"""Open the notebooks in JupyterLab; with --copy NAME, copies of your own that no `git pull` touches.

What follows -- goes to Jupyter as it is: python -m lib lab -- --port 9999 --no-browser
"""

import os
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from lib.core import paths

ROOT_ALLOWED = "--allow-root"  # without it, Jupyter refuses to start for root


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--copy", metavar="NAME", type=name, help="work on copies, stored in output/copies/NAME")
    parser.add_argument("options", nargs="*", metavar="-- OPTION", help="options of `jupyter lab`")


def name(text: str) -> str:
    """A folder's name from the command line. Raises ArgumentTypeError for a path."""
    if not text.strip() or text.startswith(".") or Path(text).name != text or "\\" in text:
        raise ArgumentTypeError(f"{text!r} is no name for a folder: give one word, such as mine.")
    return text


def run(args: Namespace) -> int:
    from lib.core import notebooks
    from lib.tools.course import copies

    folder = paths.NOTEBOOKS
    if args.copy:
        folder = paths.OUTPUT / "copies" / args.copy
        added = copies.add_missing(folder)
        kept = len(notebooks.COURSE) - len(added)
        print(f"You work on copies in {folder}: {len(added)} new, {kept} as you left them.", flush=True)
    options = list(args.options)
    if hasattr(os, "geteuid") and os.geteuid() == 0 and ROOT_ALLOWED not in options:
        options.append(ROOT_ALLOWED)
    first = folder / f"{notebooks.COURSE[0]}.ipynb"
    jupyter = subprocess.Popen([sys.executable, "-m", "jupyter", "lab", str(first), *options])
    try:
        return jupyter.wait()
    except KeyboardInterrupt:
        jupyter.terminate()  # it then ends its kernels
        jupyter.wait()
        raise

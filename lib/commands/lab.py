"""Open the notebooks in JupyterLab; with --copy NAME, copies of your own that no `git pull` touches."""

import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

from lib import copies, notebooks, paths

FIRST = f"{notebooks.COURSE[0]}.ipynb"


def add_arguments(parser):
    parser.add_argument("--copy", metavar="NAME", type=name, help="work on copies, kept in output/copies/NAME")


def name(text: str) -> str:
    """A folder's name from the command line. Raises ArgumentTypeError for a path."""
    if not text or text.startswith(".") or Path(text).name != text or "\\" in text:
        raise ArgumentTypeError(f"{text!r} is no name for a folder: give one word, such as mine.")
    return text


def run(args) -> int:
    folder = paths.NOTEBOOKS
    if args.copy:
        folder = paths.OUTPUT / "copies" / args.copy
        added = copies.add_missing(folder)
        kept = len(notebooks.COURSE) - len(added)
        print(f"You work on copies in {folder}: {len(added)} new, {kept} as you left them.", flush=True)
    return subprocess.run([sys.executable, "-m", "jupyter", "lab", str(folder / FIRST)], check=False).returncode

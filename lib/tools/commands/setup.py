"""Install the course's packages, in the pinned versions, into the folder .venv of the project.

Any Python 3.11, 3.12 or 3.13 can run it: it needs nothing beside Python. A second call brings the packages up to date.
"""

import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace

from lib.core import paths
from lib.core.errors import CourseError

VENV = paths.ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
PINNED = ("--require-hashes", "--requirement", "requirements.txt")
COURSE = ("--no-deps", "--editable", ".")


def add_arguments(parser: ArgumentParser) -> None:
    pass


def run(args: Namespace) -> int:
    if not PYTHON.exists():
        _call(sys.executable, "-m", "venv", str(VENV))
    print(f"Installing the course's packages into {VENV.name} (about 3.5 GB, once) ...", flush=True)
    _call(PYTHON, *PIP, *PINNED)
    _call(PYTHON, *PIP, *COURSE)
    if subprocess.run([PYTHON, "-c", "import cv2"]).returncode:
        raise CourseError("OpenCV lacks system libraries. On Debian or Ubuntu: apt-get install libgl1 libglib2.0-0")
    (VENV / "ready").touch()  # last: `make` does an interrupted set-up again
    return 0


def _call(*command: os.PathLike | str) -> None:
    """Run a program in the project's folder. Raises CourseError when it fails; it has said why."""
    if subprocess.run(command, cwd=paths.ROOT).returncode:
        raise CourseError(
            "the set-up is not complete, the lines above tell why: run the same command again; if that does not help, "
            f"delete the folder {VENV} first."
        )

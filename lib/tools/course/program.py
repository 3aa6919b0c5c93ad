"""The program that the core notebooks build, written out as one file that needs nothing of the course."""

import shutil
from pathlib import Path

from lib.core.errors import FileError
from lib.core.files import atomic_write, make_folder, write_json
from lib.lessons import pipeline

NOTEBOOKS = ("01_data_loading", "02_feature_extraction", "03_fine_tuning", "04_evaluation", "05_video_smoothing")
BEGINNING = '''"""Identify the event in a video: load photos, train a classifier, evaluate it, label a clip.

The cells tagged `pipeline` of notebooks 01 to 05, in order. It needs the packages that it imports, `photos/` with one
folder of photos per event, and a video `clip.mp4`. Beside the photos there may be a `manifest.csv` (path, label, group,
split) that says which of them belong together.
"""

fdr, table = "photos", "photos/manifest.csv"
basepath, cardpath = "base.keras", "base.json"
modelpath, jsonpath = "frozen.keras", "frozen.json"
headpath, logpath = "head.weights.h5", "training.csv"
tunedpath, tunedjson, toppath = "fine_tuned.keras", "fine_tuned.json", "top.weights.h5"
videopath, outpath = "clip.mp4", "labelled.avi"
'''
_CHOICES = ("PHOTOS", "BACKBONE", "CLIP")  # parameters of the notebooks that say where things are


def write(folder: Path, backbone: str = "bundled") -> Path:
    """Write the program into a folder, with the base that it starts from.

    Args:
        folder: made when it is not there.
        backbone: a name, or the path of a `.keras` file.

    Returns:
        The program, `program.py`.

    Raises:
        BackboneError: the base cannot be used.
        FileError: a program is there already; it may have been changed.
        NotebookError: a notebook is missing or damaged.
        OSError: the folder cannot be written.
    """
    if (folder / "program.py").exists():
        raise FileError(f"{folder / 'program.py'} is there already: give another folder, or rename it first.")
    make_folder(folder)
    path, card = pipeline.base(backbone, folder)
    with atomic_write(folder / "base.keras") as part:
        shutil.copyfile(path, part)
    write_json(folder / "base.json", card)
    with atomic_write(folder / "program.py") as part:
        part.write_text("\n".join([BEGINNING, *map(_section, NOTEBOOKS)]), encoding="utf-8")
    return folder / "program.py"


def _section(notebook: str) -> str:
    lines = "\n\n".join(pipeline.cells(notebook)).splitlines()
    return "\n".join([f"\n# {notebook}\n", *(line for line in lines if not line.startswith(_CHOICES))]) + "\n"

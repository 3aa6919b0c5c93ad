"""What a notebook needs to open alone: its photos, its clip, and the results of the notebooks before it."""

import os
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lib.core import backbone_files, made, notebooks, paths
from lib.core.files import locked, make_folder
from lib.core.known_backbones import FINE_TUNING_RATES
from lib.core.paths import Run
from lib.lessons import exercises
from lib.lessons.classifier_card import complete_card, photographs_card, split_card, why_stale
from lib.lessons.clip_files import check_clip, clip, scores, truth
from lib.lessons.photo_sets import check_photographs, photographs
from lib.lessons.pipeline import material, repeat
from lib.lessons.stored_results import RECORD, in_range, record, results_file, stored
from lib.photos import Photo, split

# Whose classifiers each notebook uses, in the order in which they are made.
NEEDS = {
    "03_fine_tuning": ("02_feature_extraction",),
    "04_evaluation": ("02_feature_extraction", "03_fine_tuning"),
    "05_video_smoothing": ("03_fine_tuning",),
    "06_before_deep_learning": ("02_feature_extraction", "03_fine_tuning"),
    "13_more_on_fine_tuning": ("02_feature_extraction",),
    "14_more_on_evaluation": ("02_feature_extraction", "03_fine_tuning"),
    "15_more_on_smoothing": ("03_fine_tuning",),
}


def begin(notebook: str, photos: str, backbone: str, seed: int) -> Run:
    """Make sure that a notebook has what it needs, and give its run (where things are).

    Generates the sample photos on first use. When a classifier that the notebook uses is missing, or was made
    from other photos, another backbone or another seed, the earlier notebook is run first, with a progress
    bar. A lock keeps two notebooks from making the same thing at once.

    Args:
        notebook: its name, without `.ipynb`.
        photos: "sample", "real", or the path of a folder of class folders.
        backbone: a name of BACKBONES, or the path of a `.keras` file.
        seed: of the split and of training.

    Returns:
        The run: `photos_folder`, `output`, and `classifier(notebook)` are its paths.

    Raises:
        PhotoError, BackboneError, NotebookError: something is missing and cannot be made.
        OSError: the run's folder cannot be written, or a file of the user's has the name of the classifier.

    Example:
        run = lessons.begin("01_data_loading", "sample", "bundled", 0)
    """
    from lib.core import framework  # loads TensorFlow quietly, before the notebook's own `import keras`
    from lib.plots.style import CORE_STYLE, STYLE, use_style

    framework.check_gpu()
    use_style(CORE_STYLE if notebook in notebooks.CORE else STYLE)
    run = Run(photos, backbone)
    backbone_files.image_size(run.backbone)  # raises for a name that is none, before anything is made for it
    if any(notebook in earlier for earlier in NEEDS.values()):  # it makes a classifier: better refused now than trained
        path = run.classifier(notebook)
        made.claim(f"the classifier of {notebook}", path, path.with_suffix(".json"))
    found = photographs(run)
    split(found, seed)  # too few photos are reported now, not half-way
    make_folder(run.output)
    for earlier in NEEDS.get(notebook, ()):
        _provide(earlier, run, seed, found)
    return run


def writes(*files: Path) -> None:
    """Say that a cell writes these files of the run, with OpenCV or Keras for instance: `reset` may delete them later.

    Args:
        files: the paths.

    Raises:
        FileError: a file of the user's has one of the names.

    Example:
        lessons.writes(run.output / "training.csv")
    """
    made.begin("what this notebook writes", *files)


def will_write(*files: Path) -> tuple[str, ...]:
    """Say that later cells write these files of the run, with OpenCV or Keras: `reset` may delete them later.

    Args:
        files: the paths; their folders are made.

    Returns:
        The paths as strings, as OpenCV and Keras take them.

    Raises:
        FileError: a file of the user's has one of the names.

    Example:
        modelpath, logpath = lessons.will_write(run.output / "model.keras", run.output / "log.csv")
    """
    made.announce("what this notebook writes", *files)
    return tuple(map(str, files))


def check(name: str, answer: object) -> None:
    """Print whether an exercise's answer is right, not tried yet, or what to look at again. Never raises.

    Args:
        name: the exercise.
        answer: a function or value, as the exercise requires.

    Example:
        >>> check("smallest_window", ...)
        smallest_window: not tried yet.
    """
    print(exercises.verdict(name, answer))


def _provide(earlier: str, run: Run, seed: int, found: list[Photo]) -> None:
    path = run.classifier(earlier)
    if not why_stale(path, run, seed, found):
        return
    with locked(path):
        stale = why_stale(path, run, seed, found)  # checked again: the process that held the lock has made it
        if stale:
            print(f"{earlier} runs first: {stale}.", flush=True)
            # That notebook may be in another folder than this one: paths are given from the root.
            photos_given = _from_root(run.photos, paths.PHOTO_SETS)
            backbone_given = _from_root(run.backbone, paths.BACKBONES)
            parameters = {"PHOTOS": photos_given, "BACKBONE": backbone_given, "SEED": seed}
            copy = run.output / "notebooks" / f"{earlier}.ipynb"
            made.claim(f"the executed copy of {earlier}", copy)
            notebooks.execute(earlier, parameters | backbone_parameters(earlier, run.backbone), copy=copy)


def backbone_parameters(notebook: str, backbone: str) -> dict:
    """Give what a notebook is executed with for a backbone, beside the run's choices.

    Args:
        notebook: its name, without `.ipynb`.
        backbone: a name or path, as for `begin`.

    Returns:
        Parameters of the notebook by name; mostly none.

    Example:
        >>> backbone_parameters("03_fine_tuning", "efficientnet_lite0")
        {'LR': 0.001}
    """
    if notebook == "03_fine_tuning" and backbone in FINE_TUNING_RATES:
        return {"LR": FINE_TUNING_RATES[backbone]}
    return {}


def _from_root(choice: str, names: tuple[str, ...]) -> str:
    return choice if choice in names else os.path.abspath(choice)


def requirements() -> dict[str, SpecifierSet]:
    """List the packages that the course needs.

    Returns:
        For each, the versions that the course was written for.

    Example:
        >>> requirements()["tensorflow"].contains("1.0")
        False
    """
    wanted = [Requirement(line) for line in requires("events-in-video") or ()]
    return {item.name: item.specifier for item in wanted if item.marker is None}

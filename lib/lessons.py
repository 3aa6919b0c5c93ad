"""What a notebook needs to open alone: its photographs, its clip, and the results of the notebooks before it."""

import json
import os
import shutil
from importlib.metadata import requires
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lib import backbone_files, exercises, notebooks, paths, photos, scenes
from lib.files import locked, make_folder, read_json, sha256, telling, write_json
from lib.paths import Run
from lib.photos import Photo, PhotoError

# Whose classifiers each notebook uses, in the order in which they are made.
NEEDS = {
    "03_fine_tuning": ("02_feature_extraction",),
    "04_evaluation": ("02_feature_extraction", "03_fine_tuning"),
    "05_video_smoothing": ("03_fine_tuning",),
    "06_before_deep_learning": ("02_feature_extraction", "03_fine_tuning"),
}
RECORD = "record.json"


def begin(notebook: str, photos: str, backbone: str, seed: int) -> Run:
    """Make sure that a notebook has what it needs, and give its run (where things are).

    Draws the sample photographs on first use. When a classifier that the notebook uses is missing, or was made
    from other photographs, another backbone or another seed, the earlier notebook is run first, with a progress
    bar. A lock keeps two notebooks from making the same thing at once. Raises PhotoError, BackboneError,
    NotebookError or, where the run's folder cannot be written, OSError, each in one sentence that says what to do.
    """
    from lib import framework  # noqa: F401  (loads TensorFlow quietly, before the notebook's own `import keras`)

    run = Run(photos, backbone)
    backbone_files.image_size(run.backbone)  # raises for a name that is none, before anything is made for it
    found = photographs(run)
    make_folder(run.output)
    for earlier in NEEDS.get(notebook, ()):
        _provide(earlier, run, seed, found)
    return run


def photographs(run: Run) -> list[Photo]:
    """Find the run's photographs, drawing the sample on first use. Raises PhotoError."""
    folder = run.photos_folder
    if run.photos == "sample" and not (folder / photos.MANIFEST).exists():
        with locked(folder):
            for left in folder.parent.glob(f".part-{folder.name}-*"):  # by a process that was killed while it drew
                shutil.rmtree(left)
            if not (folder / photos.MANIFEST).exists():  # still not, now that nobody else can be drawing
                with telling(folder):
                    scenes.draw_photographs(folder)
    if run.photos == "real" and not any(folder.glob("*/*")):
        raise PhotoError(
            "The real photographs are not on this machine: run `python -m lib fetch` (with `--from FOLDER` when a folder "
            'holds them), or set PHOTOS = "sample".'
        )
    return photos.find(folder)


def clip(name: str, run: Run) -> Path:
    """Give the path of a clip: one of the drawn ones by name, made on first use, or any file by its path.

    Says so when a classifier of photographs is to label a drawn clip, or the other way round. Raises FileNotFoundError, in one sentence, when it is neither.
    """
    if name not in scenes.CLIPS:
        if not Path(name).is_file():
            raise FileNotFoundError(
                f"There is no clip {name}: give one of {', '.join(scenes.CLIPS)}, or the path of a video file."
            )
        _warn_of_strangers("filmed", "filmed" if run.photos != "sample" else "drawn")
        return Path(name)
    _warn_of_strangers("drawn", "drawn" if run.photos == "sample" else "filmed")
    path = paths.EXAMPLE_CLIPS / f"{name}.mp4"
    if not _is_drawn(path):
        with locked(path):
            if not _is_drawn(path):
                scenes.draw_clip(name, paths.EXAMPLE_CLIPS)
    return path


def _is_drawn(clip_path: Path) -> bool:
    return clip_path.exists() and clip_path.with_suffix(".truth.csv").exists()


def _warn_of_strangers(clip_is: str, photographs_are: str) -> None:
    if clip_is != photographs_are:
        print(
            f"Note: the clip is {clip_is}, and the classifier has learnt from pictures that were {photographs_are}. "
            "Expect it to do worse than on a clip of its own kind."
        )


def record(run: Run, notebook: str, **facts) -> None:
    """Keep what a notebook found, for the run's summary page: plain numbers, strings and lists."""
    path = run.output / RECORD
    with locked(path):
        held = read_json(path) if path.exists() else {}
        write_json(path, held | {notebook: facts})


def band(value: float, low: float, high: float = np.inf) -> str:
    """Say whether a trained result lies where it should: "yes", or "no" with the value.

    Training differs a little from machine to machine, so notebooks are compared by bands, never by digits.
    """
    return "yes" if low <= value <= high else f"no ({value:.3f})"


def check(name: str, answer) -> None:
    """Print whether an exercise's answer is right, not tried yet, or what to look at again. Never raises."""
    print(exercises.verdict(name, answer))


def _provide(earlier: str, run: Run, seed: int, found: list[Photo]) -> None:
    path = run.classifier(earlier)
    if not why_stale(path, run, seed, found):
        return
    with locked(path):
        stale = why_stale(path, run, seed, found)  # asked again: whoever held the lock has made it
        if stale:
            print(f"{earlier} runs first: {stale}.", flush=True)
            # That notebook may lie in another folder than this one: paths are given from the root.
            photos_given = _from_root(run.photos, paths.PHOTO_SETS)
            backbone_given = _from_root(run.backbone, paths.BACKBONES)
            parameters = {"PHOTOS": photos_given, "BACKBONE": backbone_given, "SEED": seed}
            notebooks.execute(earlier, parameters, copy=run.output / "notebooks" / f"{earlier}.ipynb")


def _from_root(choice: str, names: tuple[str, ...]) -> str:
    return choice if choice in names else os.path.abspath(choice)


def why_stale(path: Path, run: Run, seed: int, found: list[Photo]) -> str:
    """Say why a classifier cannot be used for this run and seed, or give an empty string when it can."""
    from lib import backbones  # TensorFlow is loaded only where a classifier is needed

    card_path = path.with_suffix(".json")
    if not path.exists() or not card_path.exists():
        return "its classifier is missing"
    card = read_json(card_path)
    if card.get("sha256") != sha256(path):  # killed between the two, or one of them exchanged
        return "its classifier is not the file that its card describes"
    current = {
        "photographs": photos.fingerprint(found),
        "backbone": backbones.fingerprint(run.backbone),
        "seed": seed,
    }
    changed = [name for name in current if json.dumps(current[name]) != json.dumps(_held(card, name))]
    return f"its classifier was made with another choice of {' and '.join(changed)}" if changed else ""


def _held(card: dict, name: str):
    entry = card.get(name)
    return entry.get("fingerprint") if isinstance(entry, dict) else entry


def photographs_card(run: Run) -> dict:
    """What a classifier's card says of its photographs: which set, how many, and a fingerprint of them all."""
    found = photos.find(run.photos_folder)
    return {"set": Path(run.photos).name, "count": len(found), "fingerprint": photos.fingerprint(found)}


def split_card(split: photos.Split) -> dict[str, int]:
    """What a classifier's card says of the split: how many photographs each part holds."""
    return {name: len(part) for name, part in split.parts().items()}


def requirements() -> dict[str, SpecifierSet]:
    """Give the packages that the course names, and the versions of each that it was written for."""
    wanted = [Requirement(line) for line in requires("events-in-video")]
    return {item.name: item.specifier for item in wanted if item.marker is None}

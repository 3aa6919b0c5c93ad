"""What a notebook needs to open alone: its photographs, its clip, and the results of the notebooks before it."""

import json
import os
import re
import shutil
from collections.abc import Sequence
from importlib.metadata import requires
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from lib import photos, sample, timeline, video
from lib.core import backbone_files, made, notebooks, paths
from lib.core.errors import FileError
from lib.core.files import check_name, explain_os_errors, is_part, locked, make_folder, read_json, write_json
from lib.core.hashes import sha256
from lib.core.paths import Run
from lib.lessons import exercises
from lib.lessons.pipeline import complete_card, material, photographs_card, repeat
from lib.photos import Photo, PhotoError, split
from lib.video.scoring import Network

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
RECORD = "record.json"
_OUTSIDE = "no"  # what `in_range` says of a value outside


def begin(notebook: str, photos: str, backbone: str, seed: int) -> Run:
    """Make sure that a notebook has what it needs, and give its run (where things are).

    Generates the sample photographs on first use. When a classifier that the notebook uses is missing, or was made
    from other photographs, another backbone or another seed, the earlier notebook is run first, with a progress
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
    split(found, seed)  # too few photographs are reported now, not half-way
    make_folder(run.output)
    for earlier in NEEDS.get(notebook, ()):
        _provide(earlier, run, seed, found)
    return run


def photographs(run: Run) -> list[Photo]:
    """Find the run's photographs, generating the sample on first use; print what is passed over.

    Args:
        run: from `begin`.

    Returns:
        The photographs, sorted by class and name.

    Raises:
        PhotoError: they are not on this machine, or cannot be used.

    Example:
        found = lessons.photographs(run)
    """
    folder = run.photos_folder
    if run.photos == "sample" and not (folder / photos.MANIFEST).exists():
        with locked(folder):
            for left in sorted(folder.parent.glob(f".part-*-{folder.name}")):  # by a killed process
                if is_part(left.name):
                    shutil.rmtree(left)
            if not (folder / photos.MANIFEST).exists():  # still not, now that no other process can be generating
                _draw_sample(folder)
    if run.photos == "real" and not any(folder.glob("*/*")):
        raise PhotoError(
            "The real photographs are not on this machine: run `python -m lib fetch` (with `--from FOLDER` when a folder "
            'holds them), or set PHOTOS = "sample".'
        )
    return photos.find(folder, say=print)


def check_photographs(run: Run, seed: int) -> None:
    """Find, open and split the run's photographs as the notebooks will. Raises PhotoError where they would stop."""
    found = photographs(run)
    whole = photos.readable(found)
    for label in sorted(set(photos.classes(found)) - set(photos.classes(whole))):
        folder = next(photo.path.parent for photo in found if photo.label == label)
        raise PhotoError(f"No file in {folder} can be read as an image: put whole copies there, or move it away.")
    photos.split(whole, seed)


def _draw_sample(folder: Path) -> None:
    is_empty = folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
    if os.path.lexists(folder) and not is_empty:
        raise PhotoError(
            f"{folder} stays as it is, because something of yours is there: the sample photographs would be drawn there. "
            "Rename it, and give photographs of your own by the path of their folder."
        )
    with explain_os_errors(folder):
        sample.draw_photographs(folder)
    made.record(*(path for path in sorted(folder.rglob("*")) if path.is_file()))


def clip(name: str, run: Run) -> Path:
    """Give the path of a clip: a generated one by name, made on first use, or any file by its path.

    Prints a note when a classifier of photographs is to label a generated clip, or the other way round.

    Args:
        name: a name of `sample.CLIPS`, or the path of a video file.
        run: the run whose classifier will label it.

    Returns:
        The video file; beside a generated one is its truth, `.truth.csv`.

    Raises:
        FileError: it is neither, or the clip cannot be made or labelled under its name.
        VideoError: the file holds no frame that can be read.

    Example:
        clip_path = lessons.clip("sports_day", run)
    """
    if name not in sample.CLIPS:
        if not Path(name).is_file():
            raise FileError(
                f"There is no clip {name}: give one of {', '.join(sample.CLIPS)}, or the path of a video file."
            )
        check_clip(name, run)
        video.VideoInfo.of(name)  # OpenCV, which the notebooks use, would raise no error
        _warn_of_strangers("filmed", "filmed" if run.photos != "sample" else "drawn")
        return Path(name)
    _warn_of_strangers("drawn", "drawn" if run.photos == "sample" else "filmed")
    path = paths.EXAMPLE_CLIPS / f"{name}.mp4"
    if not _is_drawn(path):
        with locked(path):
            if not _is_drawn(path):
                check_clip(name, run)
                sample.draw_clip(name, paths.EXAMPLE_CLIPS)
    return path


def check_clip(name: str, run: Run) -> None:
    """Raises FileError, in one sentence, when a clip cannot be generated or labelled because of a file's name.

    Either a file of the user's has the name of a generated clip that is yet to be made, or of its truth; or the
    labelled copy of a clip given by its path would have too long a name.
    """
    path = paths.EXAMPLE_CLIPS / f"{name}.mp4"
    if name not in sample.CLIPS:
        check_name(run.output / f"{Path(name).stem}_{10**9}.mp4")  # as long as its name can be
    elif not _is_drawn(path):
        way_out = "rename it and give it by its path"
        made.claim(f"the generated clip {name}", path, path.with_suffix(".truth.csv"), way_out=way_out)


def _is_drawn(clip_path: Path) -> bool:
    return clip_path.exists() and clip_path.with_suffix(".truth.csv").exists()


def _warn_of_strangers(clip_is: str, photographs_are: str) -> None:
    if clip_is != photographs_are:
        print(
            f"Note: the clip is {clip_is}, and the classifier has learnt from pictures that were {photographs_are}. "
            "Expect it to do worse than on a clip of its own kind."
        )


def record(run: Run, notebook: str, **facts: object) -> None:
    """Save what a notebook found, for the run's summary page.

    Args:
        run: from `begin`.
        notebook: its name, without `.ipynb`.
        facts: plain numbers, strings and lists.

    Example:
        lessons.record(run, "04_evaluation", accuracy=0.93)
    """
    path = run.output / RECORD
    made.claim("what the notebooks found", path)
    with locked(path):
        held = read_json(path) if path.exists() else {}
        write_json(path, held | {notebook: facts})


def scores(clip: Path, run: Run, model: Network) -> video.FrameScores:
    """Give a classifier's scores of a clip: computed now, or read from the run's folder.

    Args:
        clip: the video file.
        run: the notebook's run.
        model: the classifier.

    Returns:
        Its scores of every frame.

    Raises:
        VideoError: the clip cannot be read.
        FileError: a file of the user's has the name of the scores.

    Example:
        kept = lessons.scores(clip_path, run, model)
    """
    file = run.output / f"{clip.stem}.scores.npz"
    made.claim("the scores of the clip", file)
    return video.score_once(clip, file, model)


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


def truth(clip: str | Path, classes: Sequence[str]) -> np.ndarray | None:
    """Read the true event of each frame of a clip, where it is known.

    Args:
        clip: the video file; its truth lies beside it, as `.truth.csv`.
        classes: the names of the events, in the order of their indices.

    Returns:
        int (frames,), class indices; None without such a file, or where it names other events.

    Raises:
        InputError: the file is there and is something else.

    Example:
        truth = lessons.truth(videopath, labels)
    """
    file = Path(clip).with_suffix(".truth.csv")
    known = timeline.read_truth(file) if file.exists() else None
    return known.labels(classes) if known and set(known.events) <= {"", *classes} else None


def in_range(value: float, low: float, high: float = np.inf) -> str:
    """Say whether a trained result is in its expected range.

    Training differs a little from machine to machine, so notebooks are compared by ranges, never by digits.

    Args:
        value: the result.
        low: the lowest value expected.
        high: the highest.

    Returns:
        "yes", or "no" with the value.

    Example:
        >>> in_range(0.93, 0.8), in_range(0.5, 0.8)
        ('yes', 'no (0.500)')
    """
    return "yes" if low <= value <= high else f"{_OUTSIDE} ({value:.3f})"


def outside_bands(text: str) -> int:
    """Count the values in a cell's printed text that `in_range` found outside their bands."""
    return len(re.findall(rf"\b{_OUTSIDE} \(\S+\)", text))


def check(name: str, answer: object) -> None:
    """Print whether an exercise's answer is right, not tried yet, or what to look at again. Never raises.

    Args:
        name: the exercise.
        answer: a function or value, as the exercise asks for.

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
        stale = why_stale(path, run, seed, found)  # asked again: the process that held the lock has made it
        if stale:
            print(f"{earlier} runs first: {stale}.", flush=True)
            # That notebook may lie in another folder than this one: paths are given from the root.
            photos_given = _from_root(run.photos, paths.PHOTO_SETS)
            backbone_given = _from_root(run.backbone, paths.BACKBONES)
            parameters = {"PHOTOS": photos_given, "BACKBONE": backbone_given, "SEED": seed}
            copy = run.output / "notebooks" / f"{earlier}.ipynb"
            made.claim(f"the executed copy of {earlier}", copy)
            notebooks.execute(earlier, parameters, copy=copy)


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


def _held(card: dict, name: str) -> object:
    entry = card.get(name)
    return entry.get("fingerprint") if isinstance(entry, dict) else entry


def split_card(split: photos.Split) -> dict[str, int]:
    """Describe the split for a classifier's card.

    Args:
        split: from `photos.split`.

    Returns:
        How many photographs each part has.

    Example:
        >>> split_card(photos.Split(train=[], validation=[], test=[], test_name="test"))
        {'training': 0, 'validation': 0, 'test': 0}
    """
    return {name: len(part) for name, part in split.parts().items()}


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


def results_file(name: str) -> Path:
    """Give the file of an experiment's stored results.

    Args:
        name: the experiment.

    Returns:
        The path, whether or not the file exists.

    Example:
        >>> results_file("decay").name
        'decay.json'
    """
    return paths.NOTEBOOKS / "results" / f"{name}.json"


def stored(name: str, photographs: str) -> list[dict]:
    """Read the stored results of an experiment on a set of photographs.

    Args:
        name: the experiment.
        photographs: the set, "sample" or "real".

    Returns:
        One dictionary per case; none for other sets.

    Raises:
        FileError: the experiment was never run.

    Example:
        >>> stored("decay", "photographs of my own")
        []
    """
    file = results_file(name)
    if not file.exists():
        raise FileError(f"There are no figures in {file}: run `python -m lib experiment {name}` once.")
    return [row for row in read_json(file)["cases"] if row.get("photographs", photographs) == photographs]

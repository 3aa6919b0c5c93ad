"""The file of a clip, and the files next to it: its true events, and a classifier's scores."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lib import sample, timeline, video
from lib.core import made, paths
from lib.core.errors import FileError
from lib.core.files import check_name, locked
from lib.core.paths import Run
from lib.video.scoring import Network


def clip(name: str, run: Run) -> Path:
    """Give the path of a clip: a generated one by name, made on first use, or any file by its path.

    Prints a note when a classifier of photos is to label a generated clip, or the other way round.

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
        _warn_of_strangers("real", "real" if run.photos != "sample" else "synthetic")
        return Path(name)
    _warn_of_strangers("synthetic", "synthetic" if run.photos == "sample" else "real")
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
            f"Note: the clip is {clip_is}, but the classifier was trained on {photographs_are} images. "
            "Expect lower accuracy than on a clip of that kind."
        )


def truth(clip: str | Path, classes: Sequence[str]) -> np.ndarray | None:
    """Read the true event of each frame of a clip, where it is known.

    Args:
        clip: the video file; its truth is next to it, as `.truth.csv`.
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

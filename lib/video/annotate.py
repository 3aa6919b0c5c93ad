"""Read a clip again and write it with its labels drawn on."""

import math
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lib.core.colours import NO_EVENT, colours
from lib.core.errors import InputError, VideoWarning
from lib.core.files import check_name, make_folder
from lib.core.progress import progress_bar
from lib.video.copying import CopySink
from lib.video.drawing import draw_on, missing_letters, strip_of
from lib.video.reader import VideoReader
from lib.video.scores import FrameScores
from lib.video.sink import check_suffix

_NO_EVENT = "no event"


def annotate_clip(
    source: str | Path,
    out: str | Path,
    labels: np.ndarray,
    scores: FrameScores | None = None,
    classes: Sequence[str] | None = None,
    progress: bool = True,
    on_frame: Callable[[int], None] = lambda written: None,
    start: float = 0.0,
    end: float = math.inf,
) -> Path:
    """Write every frame of a clip with its label, and everything else as it is (`CopySink`).

    Args:
        source: the clip.
        out: the file to write, .avi or .mp4.
        labels: class index (n,) of each scored frame, -1 for no event; where frames were passed over in scoring
            (stride), a label holds until the next.
        scores: what the bars show, and which frames were scored; without, there are no bars and `labels` has one for
            each frame.
        classes: names, by default those of `scores`.
        progress: show a progress bar.
        on_frame: called after each frame with how many are written, for a progress bar of one's own.
        start: the moment of the first frame, in seconds since the clip's first.
        end: the moment before which the last frame is.

    Returns:
        `out`.

    Raises:
        OSError: the clip cannot be read or `out` written (a VideoError is one); then nothing is written.
        ValueError: the labels do not fit the clip, or `out` is the clip itself; then nothing is written.

    Example:
        video.annotate_clip(clip_path, "labelled.mp4", smooth.argmax(axis=1), scores)
    """
    classes = tuple(classes or (scores.classes if scores else ()))
    stride = scores.stride if scores else 1
    labels = np.asarray(labels)
    if not classes or labels.ndim != 1 or (scores and len(labels) != len(scores.indices)):
        raise ValueError("give a label for each scored frame, and the names of the classes.")
    if scores and len(classes) != len(scores.classes):
        raise ValueError(f"{len(classes)} names for {len(scores.classes)} classes of scores: give one for each.")
    if labels.dtype.kind not in "iu" or not len(labels) or not -1 <= labels.min() <= labels.max() < len(classes):
        raise ValueError(f"labels must be -1 to {len(classes) - 1}, whole numbers, places in {classes}.")
    check_output_path(out, source)
    if absent := missing_letters("".join(classes)):
        what = f"the labels of {out} show ? for {absent}, which no font of OpenCV's has"
        warnings.warn(f"{what}: name the classes in other letters.", VideoWarning, stacklevel=2)
    names = (*classes, _NO_EVENT)  # so that index -1 is the last
    palette = np.array([*colours(classes).values(), NO_EVENT], np.uint8)
    strip = strip_of(labels, palette)
    with VideoReader(source) as reader, CopySink(out, reader.info, end) as sink:
        if start or end < math.inf:
            reader.seek(start, end)
        for frame in progress_bar(
            reader, progress, desc=f"drawing {Path(out).name}", total=reader.info.frames, unit="frame"
        ):
            at = frame.index // stride
            if at >= len(labels):
                raise InputError(f"{source} has more frames than there are labels ({len(labels)}): label it again.")
            label = labels[at]
            bars = dict(zip(classes, scores.scores[at].tolist())) if scores else None
            colour = tuple(palette[label].tolist())
            draw_on(frame.image, names[label], colour, bars, strip, at / max(1, len(labels) - 1))
            sink.write(frame.image, frame.seconds)
            on_frame(sink.written)
        if at + 1 < len(labels):
            raise InputError(f"{source} has fewer frames than there are labels ({len(labels)}): label it again.")
    return Path(out)


def check_output_path(out: str | Path, source: str | Path | None = None) -> None:
    """Raises ValueError when `out` is the clip itself or no .avi or .mp4, OSError when it cannot be written."""
    check_name(out)
    if source and Path(out).exists() and Path(out).samefile(source):
        raise InputError(f"{out} is the clip itself: give another name, so that the clip stays as it is.")
    check_suffix(Path(out))
    make_folder(Path(out).parent, describe_as=out)

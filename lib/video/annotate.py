"""Read a clip again and write it with its labels drawn on."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lib.files import make_folder
from lib.palette import colours
from lib.progress import progress_bar
from lib.video.drawing import draw_on, strip_of
from lib.video.reader import VideoReader
from lib.video.scores import FrameScores
from lib.video.sink import VideoSink, check_suffix

NO_EVENT = "no event"
_GREY = (90, 90, 90)


def annotate_clip(
    source: str | Path,
    out: str | Path,
    labels: np.ndarray,
    scores: FrameScores | None = None,
    classes: Sequence[str] | None = None,
    progress: bool = True,
    on_frame: Callable[[int], None] = lambda written: None,
) -> Path:
    """Write every frame of `source` to `out` (.avi or .mp4) with its label, at the source's size and frame rate.

    Where the source's rate varies, the frames come out evenly spaced, at its mean rate.

    labels: class index (n,) of each scored frame, -1 for no event; where frames were passed over in scoring
    (stride), a label holds until the next. scores: what the bars show, and which frames were scored; without,
    there are no bars and `labels` has one for each frame. classes: names, by default those of `scores`.
    on_frame: called after each frame with how many are written, for a progress bar of one's own.
    Returns `out`. Raises OSError (a VideoError is one) when the clip cannot be read or `out` written, ValueError
    when the labels do not fit the clip or `out` is the clip itself; then nothing is written.
    """
    classes = tuple(classes or (scores.classes if scores else ()))
    stride = scores.stride if scores else 1
    labels = np.asarray(labels)
    if not classes or labels.ndim != 1 or (scores and len(labels) != len(scores.indices)):
        raise ValueError("give a label for each scored frame, and the names of the classes.")
    if not len(labels) or not -1 <= labels.min() <= labels.max() < len(classes):
        raise ValueError(f"labels must be -1 to {len(classes) - 1}, places in {classes}.")
    check_out(out, source)
    names = (*classes, NO_EVENT)  # so that index -1 is the last
    palette = np.array([*colours(classes).values(), _GREY], np.uint8)
    strip = strip_of(labels, palette)
    with VideoReader(source) as reader, VideoSink(out, reader.info.width, reader.info.height, reader.info.rate) as sink:
        for frame in progress_bar(reader, progress, desc=f"drawing {Path(out).name}", total=reader.info.frames, unit="frame"):
            at = frame.index // stride
            if at >= len(labels):
                raise ValueError(f"{source} has more frames than the {len(labels)} labels are for: label it again.")
            label = labels[at]
            bars = dict(zip(classes, scores.scores[at].tolist())) if scores else None
            colour = tuple(palette[label].tolist())
            draw_on(frame.image, names[label], colour, bars, strip, at / max(1, len(labels) - 1))
            sink.write(frame.image)
            on_frame(sink.written)
        if at + 1 < len(labels):
            raise ValueError(f"{source} has fewer frames than the {len(labels)} labels are for: label it again.")
    return Path(out)


def check_out(out: str | Path, source: str | Path) -> None:
    """Raises ValueError when `out` is the clip itself or no .avi or .mp4, OSError when it cannot be written."""
    if Path(out).exists() and Path(out).samefile(source):
        raise ValueError(f"{out} is the clip itself: give another name, so that the clip stays as it is.")
    check_suffix(Path(out))
    make_folder(Path(out).parent, told=out)

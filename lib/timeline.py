"""What happens when: runs of equal labels, how good they are against the truth, and files that hold them.

Labels and truth are integer arrays (n,), one class index a frame. -1 is "no event": frames whose truth is -1 are left
out of frame accuracy, switches and lag, because no prediction of a classifier could be correct there.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from lib.core.errors import InputError
from lib.core.files import atomic_write
from lib.smoothing import RollingMean

NO_EVENT = -1
_COLUMNS = ("frame", "seconds", "event")


@dataclass(frozen=True)
class Segment:
    """A run of equal labels: frames `start` to `stop` - 1."""

    start: int
    stop: int
    label: int


def segments(labels: np.ndarray) -> list[Segment]:
    """Cut labels into runs of equal ones, -1 included.

    Args:
        labels: class indices (n,).

    Returns:
        The runs in their order; none for n = 0.

    Example:
        >>> segments(np.array([0, 0, 1]))
        [Segment(start=0, stop=2, label=0), Segment(start=2, stop=3, label=1)]
    """
    labels = np.asarray(labels)
    if not len(labels):
        return []
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [Segment(start, stop, int(labels[start])) for start, stop in zip(edges, edges[1:])]


def longest_segments(labels: np.ndarray) -> list[Segment]:
    """Give each label's longest segment, of equally long ones the first.

    Args:
        labels: class indices (n,).

    Returns:
        One segment per label, in the order of the labels; none for n = 0.

    Example:
        >>> longest_segments(np.array([0, 0, 1, 0]))
        [Segment(start=0, stop=2, label=0), Segment(start=2, stop=3, label=1)]
    """
    labels = np.asarray(labels)
    if not len(labels):
        return []
    edges = np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1, [len(labels)]])
    longest_first = np.argsort(-np.diff(edges), kind="stable")
    _, first = np.unique(labels[edges[longest_first]], return_index=True)
    return [Segment(int(edges[at]), int(edges[at + 1]), int(labels[edges[at]])) for at in longest_first[first]]


def _known(labels: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels, truth = np.asarray(labels), np.asarray(truth)
    if labels.shape != truth.shape or labels.ndim != 1:
        raise ValueError(f"labels {labels.shape} and truth {truth.shape}: need one of each for every frame.")
    known = truth != NO_EVENT
    return labels[known], truth[known]


def frame_accuracy(labels: np.ndarray, truth: np.ndarray) -> float:
    """Give the fraction of frames whose label is correct.

    Args:
        labels: class indices (n,).
        truth: class indices (n,); frames with -1 are left out.

    Returns:
        0 to 1; 1.0 when there are no frames.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> frame_accuracy(np.array([0, 1, 1, 1]), np.array([0, 0, 1, -1]))
        0.6666666666666666
    """
    labels, truth = _known(labels, truth)
    return float(np.mean(labels == truth)) if len(truth) else 1.0


def surplus_switches(labels: np.ndarray, truth: np.ndarray) -> int:
    """How many switches of the label are too many: those of the labels beyond those of the truth, never below 0.

    A switch is a frame whose label differs from the frame before.
    """
    labels, truth = _known(labels, truth)
    return max(0, int(np.count_nonzero(np.diff(labels))) - int(np.count_nonzero(np.diff(truth))))


def surplus_switches_per_minute(labels: np.ndarray, truth: np.ndarray, rate: float) -> float:
    """`surplus_switches` a minute, `rate` labels being given a second; 0.0 when there are none."""
    frames = len(_known(labels, truth)[1])
    return surplus_switches(labels, truth) * 60 * float(rate) / frames if frames else 0.0


def lags(labels: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Count the frames from each change of the truth until the labels first show the new event.

    0 where they show it at once. Where they never show it before the next change, the length of the new
    segment, as long as one could wait.

    Args:
        labels: class indices (n,).
        truth: class indices (n,); frames with -1 are left out.

    Returns:
        Frames, int64 (m,), for the m changes of the truth.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> lags(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]))
        array([2])
    """
    labels, truth = _known(labels, truth)
    waits = []
    for segment in segments(truth)[1:]:
        right = labels[segment.start : segment.stop] == segment.label
        waits.append(int(right.argmax()) if right.any() else len(right))
    return np.array(waits, np.int64)


def mean_lag(labels: np.ndarray, truth: np.ndarray) -> float:
    """Give the mean of `lags`.

    Args:
        labels: class indices (n,).
        truth: class indices (n,); frames with -1 are left out.

    Returns:
        Frames; 0.0 when the truth never changes.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> mean_lag(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]))
        2.0
    """
    waits = lags(labels, truth)
    return float(waits.mean()) if len(waits) else 0.0


def found_within(labels: np.ndarray, truth: np.ndarray, frames: float) -> float:
    """Give the fraction of the truth's changes near which the labels change to the same event.

    The measure of event spotting at a tolerance: S. Giancola et al., "SoccerNet", CVPR Workshops 2018.

    Args:
        labels: class indices (n,).
        truth: class indices (n,); frames with -1 are left out.
        frames: how far apart the two changes may be, either way; one of the labels' counts for one of the truth's.

    Returns:
        0 to 1; 1.0 when the truth never changes.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> found_within(np.array([0, 0, 0, 1, 2]), np.array([0, 1, 1, 2, 2]), frames=1)
        0.5
    """
    labels, truth = _known(labels, truth)
    left = segments(labels)[1:]
    changes = segments(truth)[1:]
    found = 0
    for change in changes:
        near = [one for one in left if one.label == change.label and abs(one.start - change.start) <= frames]
        if near:
            left.remove(min(near, key=lambda one: abs(one.start - change.start)))
            found += 1
    return found / len(changes) if changes else 1.0


def f1_at_overlap(labels: np.ndarray, truth: np.ndarray, overlap: float) -> float:
    """Compute the F1 of the segments: one is found when a segment of the same event overlaps it enough.

    Overlap is the frames in common over the frames in either; a true segment is found once, further finds count
    as false. Segments of -1 are no segments. After C. Lea et al., "Temporal convolutional networks for action
    segmentation and detection", CVPR 2017; customary overlaps are 0.1, 0.25, 0.5.

    Args:
        labels: class indices (n,).
        truth: class indices (n,).
        overlap: the least overlap of a find, above 0 and at most 1.

    Returns:
        0 to 1; 1.0 when neither has a segment, 0.0 when one has none.

    Raises:
        ValueError: `overlap` is out of its range.

    Example:
        >>> f1_at_overlap(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 0.5)
        1.0
    """
    if not 0 < overlap <= 1:
        raise ValueError(f"overlap={overlap}: need 0 < overlap <= 1.")
    given, true = ([s for s in segments(x) if s.label != NO_EVENT] for x in (labels, truth))
    if not given or not true:
        return float(not given and not true)
    found: set[Segment] = set()
    for segment in given:
        share, best = max(((_overlap(segment, other), other) for other in true), key=lambda pair: pair[0])
        if share >= overlap:
            found.add(best)  # a set: a second find of the same segment adds nothing
    return 2 * len(found) / (len(given) + len(true))


def _overlap(one: Segment, other: Segment) -> float:
    if one.label != other.label:
        return 0.0
    common = min(one.stop, other.stop) - max(one.start, other.start)
    return max(0, common) / (max(one.stop, other.stop) - min(one.start, other.start))


@dataclass(frozen=True, eq=False)
class Curves:
    """What each window size costs and buys, arrays (m,): accuracy 0 to 1, flicker in surplus switches a minute,
    lag in frames (mean over the true changes)."""

    sizes: np.ndarray
    accuracy: np.ndarray
    flicker: np.ndarray
    lag: np.ndarray


def curves(scores: np.ndarray, truth: np.ndarray, sizes: Sequence[int], rate: float) -> Curves:
    """Smooth scores with a RollingMean of each size and measure each result.

    Args:
        scores: (n, k).
        truth: class indices (n,); frames with -1 are left out.
        sizes: m window sizes, in frames.
        rate: scored frames per second.

    Returns:
        Accuracy (0 to 1), flicker (surplus switches per minute) and lag (frames) of each size, arrays (m,).

    Raises:
        ValueError: the scores and the truth do not fit, or a score is NaN.

    Example:
        >>> scores = np.array([[1.0, 0.0], [0.4, 0.6], [0.9, 0.1]])
        >>> curves(scores, np.zeros(3, int), sizes=(1, 3), rate=25).accuracy.round(2)
        array([0.67, 1.  ])
    """
    rows = []
    for size in sizes:
        labels = RollingMean(size)(scores).argmax(axis=1)
        flicker = surplus_switches_per_minute(labels, truth, rate)
        rows.append((frame_accuracy(labels, truth), flicker, mean_lag(labels, truth)))
    return Curves(np.array(sizes), *np.array(rows, float).reshape(-1, 3).T)


@dataclass(frozen=True, eq=False)
class Truth:
    """What a clip shows at every frame: seconds float64 (n,), and the names of the events ("" for none)."""

    seconds: np.ndarray
    events: tuple[str, ...]

    def labels(self, classes: Sequence[str]) -> np.ndarray:
        """Number the event of each frame.

        Args:
            classes: the names of the classes, in their order.

        Returns:
            Class indices, int64 (n,), -1 for no event.

        Raises:
            ValueError: an event is none of the classes.

        Example:
            >>> Truth(np.array([0.0, 0.04]), ("", "b")).labels(("a", "b"))
            array([-1,  1])
        """
        places = {"": NO_EVENT, **{name: place for place, name in enumerate(classes)}}
        unknown = sorted(set(self.events) - set(places))
        if unknown:
            raise InputError(f"the truth names {', '.join(unknown)}, which the classes {', '.join(classes)} do not.")
        return np.array([places[event] for event in self.events], np.int64)


def read_truth(path: str | Path) -> Truth:
    """Read a `.truth.csv` (frame, seconds, event), as `to_csv` writes it.

    Args:
        path: the file.

    Returns:
        The event of every frame.

    Raises:
        ValueError: there is no such file, or it is something else.

    Example:
        truth = timeline.read_truth("example_clips/formula2.truth.csv").labels(model.classes)
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no truth {path}: make the clip again, or write down its events frame by frame.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8: make it again, or save it as one.") from error
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != list(_COLUMNS):
        raise InputError(f"{path} does not begin with the line {','.join(_COLUMNS)}: make it again.")
    try:
        table = [(int(frame), float(seconds), event) for frame, seconds, event in rows]
    except (csv.Error, ValueError) as error:
        raise InputError(f"{path}, line {rows.line_num}: needs a number, seconds and an event.") from error
    if [frame for frame, _, _ in table] != list(range(len(table))):
        raise InputError(f"{path} does not number its frames 0, 1, 2, …: make it again.")
    return Truth(np.array([seconds for _, seconds, _ in table], float), tuple(event for _, _, event in table))


def to_csv(
    path: str | Path,
    labels: np.ndarray,
    seconds: np.ndarray,
    classes: Sequence[str],
    probabilities: np.ndarray | None = None,
    frames: np.ndarray | None = None,
) -> Path:
    """Write labels (n,) and seconds (n,) as frame, seconds, event (no event: empty). The folder is made.

    With `probabilities` (n, k), a column follows for each class. `frames` (n,) are the frames' numbers, 0, 1, 2, … if
    they are not given.
    """
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow([*_COLUMNS, *(() if probabilities is None else classes)])
    more = [[]] * len(labels) if probabilities is None else probabilities.tolist()
    numbers = range(len(labels)) if frames is None else frames.tolist()
    for at, label, time, row in zip(numbers, labels, seconds, more, strict=True):
        rows.writerow([at, f"{time:.3f}", _name(label, classes), *(f"{value:.4f}" for value in row)])
    return _write(path, table.getvalue())


def to_webvtt(path: str | Path, labels: np.ndarray, seconds: np.ndarray, classes: Sequence[str], end: float) -> Path:
    """Write labels (n,) from their seconds (n,) on, the last until `end`, as subtitles (W3C WebVTT)."""
    cues = ["WEBVTT\n"]
    times = [*seconds, end]
    for segment in segments(labels):
        if segment.label != NO_EVENT:
            span = f"{_clock(times[segment.start])} --> {_clock(times[segment.stop])}"
            cues.append(f"{span}\nEvent: {escape(_name(segment.label, classes), quote=False)}\n")
    return _write(path, "\n".join(cues))


def _name(label: int, classes: Sequence[str]) -> str:
    return "" if label == NO_EVENT else classes[label]


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def _write(path: str | Path, text: str) -> Path:
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)

"""What happens when: runs of equal labels, how good they are against the truth, and files that hold them.

Labels and truth are integer arrays (n,), one class index a frame. -1 is "no event": frames whose truth is -1 are left
out of frame accuracy, switches and lag, because no answer of a classifier could be right there.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.files import replacing
from lib.smoothing import RollingMean

NO_EVENT = -1
_COLUMNS = ("frame", "seconds", "event")


@dataclass(frozen=True)
class Segment:
    """A run of equal labels: frames `start` to `stop` - 1."""

    start: int
    stop: int
    label: int


def segments(labels) -> list[Segment]:
    """Cut labels (n,) into runs of equal ones, -1 included; none for n = 0."""
    labels = np.asarray(labels)
    if not len(labels):
        return []
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [Segment(start, stop, int(labels[start])) for start, stop in zip(edges, edges[1:])]


def _known(labels, truth) -> tuple[np.ndarray, np.ndarray]:
    labels, truth = np.asarray(labels), np.asarray(truth)
    if labels.shape != truth.shape or labels.ndim != 1:
        raise ValueError(f"labels {labels.shape} and truth {truth.shape}: need one of each for every frame.")
    known = truth != NO_EVENT
    return labels[known], truth[known]


def frame_accuracy(labels, truth) -> float:
    """The share of frames, 0 to 1, whose label is right; 1.0 when there are none."""
    labels, truth = _known(labels, truth)
    return float(np.mean(labels == truth)) if len(truth) else 1.0


def surplus_switches(labels, truth) -> int:
    """How many switches of the label are too many: those of the labels beyond those of the truth, never below 0.

    A switch is a frame whose label differs from the frame before.
    """
    labels, truth = _known(labels, truth)
    return max(0, int(np.count_nonzero(np.diff(labels))) - int(np.count_nonzero(np.diff(truth))))


def surplus_switches_per_minute(labels, truth, rate: float) -> float:
    """`surplus_switches` a minute, `rate` labels being given a second; 0.0 when there are none."""
    frames = len(_known(labels, truth)[1])
    return surplus_switches(labels, truth) * 60 * float(rate) / frames if frames else 0.0


def lags(labels, truth) -> np.ndarray:
    """For each change of the truth (m,): frames from the change until the labels first show the new event.

    0 where they show it at once. Where they never show it before the next change, the length of the new
    segment, as long as one could wait.
    """
    labels, truth = _known(labels, truth)
    waits = []
    for segment in segments(truth)[1:]:
        right = labels[segment.start : segment.stop] == segment.label
        waits.append(int(right.argmax()) if right.any() else len(right))
    return np.array(waits, np.int64)


def mean_lag(labels, truth) -> float:
    """The mean of `lags` in frames; 0.0 when the truth never changes."""
    waits = lags(labels, truth)
    return float(waits.mean()) if len(waits) else 0.0


def f1_at_overlap(labels, truth, overlap: float) -> float:
    """F1 of the segments, 0 to 1: one is found when a segment of the same event overlaps it enough.

    Overlap is the frames in common over the frames in either; a true segment is found once, further finds count
    as false. Segments of -1 are no segments. Both empty: 1.0; one empty: 0.0. After C. Lea et al., "Temporal
    convolutional networks for action segmentation and detection", CVPR 2017; customary overlaps are 0.1, 0.25, 0.5.
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


def curves(scores, truth, sizes: Sequence[int], rate: float) -> Curves:
    """Smooth scores (n, k) with a RollingMean of each size and measure; `rate` is in scored frames a second."""
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
        """Class indices int64 (n,), -1 for no event. Raises ValueError for an event that is none of the classes."""
        places = {"": NO_EVENT, **{name: place for place, name in enumerate(classes)}}
        unknown = sorted(set(self.events) - set(places))
        if unknown:
            raise ValueError(f"the truth names {', '.join(unknown)}, which the classes {', '.join(classes)} do not.")
        return np.array([places[event] for event in self.events], np.int64)


def read_truth(path: str | Path) -> Truth:
    """Read a `.truth.csv` (frame, seconds, event), as `to_csv` writes it. Raises ValueError when it is no such file."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"There is no truth {path}: make the clip again, or write down its events frame by frame.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8: make it again, or save it as one.") from error
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != list(_COLUMNS):
        raise ValueError(f"{path} does not begin with the line {','.join(_COLUMNS)}: make it again.")
    try:
        table = [(int(frame), float(seconds), event) for frame, seconds, event in rows]
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path}, line {rows.line_num}: needs a number, seconds and an event.") from error
    if [frame for frame, _, _ in table] != list(range(len(table))):
        raise ValueError(f"{path} does not number its frames 0, 1, 2, …: make it again.")
    return Truth(np.array([seconds for _, seconds, _ in table], float), tuple(event for _, _, event in table))


def to_csv(path: str | Path, labels, seconds, classes: Sequence[str]) -> Path:
    """Write labels (n,) and seconds (n,) as frame, seconds, event (no event: empty). The folder is made."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(_COLUMNS)
    rows.writerows((at, f"{time:.3f}", _name(label, classes)) for at, (label, time) in enumerate(zip(labels, seconds)))
    return _write(path, table.getvalue())


def to_webvtt(path: str | Path, labels, seconds, classes: Sequence[str], end: float) -> Path:
    """Write labels (n,) from their seconds (n,) on, the last until `end`, as subtitles (W3C WebVTT)."""
    cues = ["WEBVTT\n"]
    times = [*seconds, end]
    for segment in segments(labels):
        if segment.label != NO_EVENT:
            span = f"{_clock(times[segment.start])} --> {_clock(times[segment.stop])}"
            cues.append(f"{span}\nEvent: {_name(segment.label, classes)}\n")
    return _write(path, "\n".join(cues))


def _name(label: int, classes: Sequence[str]) -> str:
    return "" if label == NO_EVENT else classes[label]


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def _write(path: str | Path, text: str) -> Path:
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)

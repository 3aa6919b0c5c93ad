"""What the explorer looks at: a clip's scores, two sides that smooth them, and how good each side is."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.core.errors import InputError
from lib.core.messages import counted
from lib.smoothing import ExponentialMean, Hysteresis, MajorityVote, RollingMean, viterbi
from lib.timeline import frame_accuracy, lags, mean_lag, surplus_switches
from lib.video import FrameScores

LARGEST = 128  # frames, the end of the sliders
_KEPT = 8  # results that are kept, so that moving one side does not work out the other again


@dataclass(frozen=True)
class Method:
    """A smoother with one number, its size in frames.

    `apply(scores (n, k), size)` gives scores (n, k) or class indices (n,). `words` say what the size means.
    `looks_back`: whether it looks at exactly the last `size` frames.
    """

    apply: Callable[[np.ndarray, int], np.ndarray]
    words: str
    looks_back: bool = False


METHODS = {
    "rolling mean": Method(lambda scores, size: RollingMean(size)(scores), "mean of the last {}", True),
    "exponential mean": Method(lambda scores, size: ExponentialMean(size)(scores), "exponential mean, as old as {}"),
    "majority vote": Method(lambda scores, size: MajorityVote(size)(scores), "majority of the last {}", True),
    "hysteresis": Method(
        lambda scores, size: Hysteresis(shortest=size)(scores), "hysteresis, a label stands for at least {}"
    ),
    # A run of 1 / (1 - stay) frames is expected, the first and `size` more.
    "viterbi": Method(
        lambda scores, size: viterbi(scores, size / (size + 1)), "Viterbi, an event expected to go on for {}"
    ),
}


@dataclass(frozen=True)
class Side:
    """A method, one of METHODS, and its size in frames (1 to LARGEST)."""

    method: str = "rolling mean"
    size: int = 32

    def __str__(self) -> str:
        method = METHODS[self.method]
        if method.looks_back and self.size == 1:
            return "each frame alone"
        return method.words.format(counted(self.size, "frame"))


@dataclass(frozen=True)
class State:
    """What is on show: two sides, and a frame by its place among the scored ones, from 0."""

    a: Side = Side(size=1)
    b: Side = Side(size=32)
    frame: int = 0


@dataclass(frozen=True)
class Metrics:
    """How a label does along a clip. `changes` of the label; the rest is None where there is no truth:
    `accuracy` 0 to 1 of the frames, `surplus` switches beyond those of the truth, mean `lag` in frames, None too where
    the truth never changes."""

    changes: int
    accuracy: float | None = None
    surplus: int | None = None
    lag: float | None = None

    @classmethod
    def of(cls, labels: np.ndarray, truth: np.ndarray | None) -> "Metrics":
        """Measure labels (n,) against the truth (n,), -1 for no event, or None."""
        changes = int(np.count_nonzero(np.diff(labels)))
        if truth is None:
            return cls(changes)
        lag = mean_lag(labels, truth) if len(lags(labels, truth)) else None
        return cls(changes, frame_accuracy(labels, truth), surplus_switches(labels, truth), lag)


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Class indices (n,); the scores (n, k) they are the largest of, or None for methods that give labels only."""

    labels: np.ndarray
    scores: np.ndarray | None
    figures: Metrics


class ClipData:
    """A clip's scores, and its truth where that is known.

    truth: class indices (frames,), one for each frame of the clip, scored or not; -1 for no event.
    Raises ValueError when the scores are empty, or the truth does not fit the clip.
    """

    def __init__(self, scores: FrameScores, truth: np.ndarray | None = None):
        if not len(scores.scores):
            raise InputError(f"{scores.source} has no scored frames: there is nothing to explore.")
        if truth is not None and np.shape(truth) != (scores.frames,):
            raise InputError(
                f"the truth has shape {np.shape(truth)}, and {scores.source} {counted(scores.frames, 'frame')}."
            )
        self.scores = scores
        self.truth = None if truth is None else np.asarray(truth)[scores.indices]
        labels = scores.scores.argmax(axis=1)
        self.raw = Smoothed(labels, scores.scores, Metrics.of(labels, self.truth))
        self._kept: OrderedDict[Side, Smoothed] = OrderedDict()

    def __len__(self) -> int:
        return len(self.scores.scores)

    def smoothed(self, side: Side) -> Smoothed:
        """Smooth the scores as a side does, or give what was worked out a moment ago."""
        if side not in self._kept:
            self._kept[side] = self._smooth(side)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(side)
        return self._kept[side]

    def _smooth(self, side: Side) -> Smoothed:
        given = METHODS[side.method].apply(self.scores.scores, side.size)
        scores = given if given.ndim == 2 else None
        labels = given if scores is None else scores.argmax(axis=1)
        return Smoothed(labels, scores, Metrics.of(labels, self.truth))

    def disagreement_after(self, state: State) -> int | None:
        """The first frame of the next stretch on which the sides differ, after the last one comes the first again.

        None when they agree everywhere.
        """
        differ = self.smoothed(state.a).labels != self.smoothed(state.b).labels
        starts = np.flatnonzero(differ & ~np.concatenate([[False], differ[:-1]]))
        if not len(starts):
            return None
        later = starts[starts > state.frame]
        return int(later[0] if len(later) else starts[0])

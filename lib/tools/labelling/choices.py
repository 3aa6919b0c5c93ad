"""From the scores of frames to labels: the ways of smoothing, by name, and when no event is shown."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from lib.smoothing import ExponentialMean, Hysteresis, MajorityVote, RollingMean, viterbi
from lib.timeline import NO_EVENT

TEMPER = 1 / 16  # the power of the scores that Viterbi sees: neighbouring frames say nearly the same (notebook 15)


@dataclass(frozen=True)
class Choices:
    """How scores become labels.

    Args:
        smooth: one of SMOOTHERS.
        window: in frames (int) or seconds (float).
        unknown: the smoothed probability, 0 to 1, below which no event is shown.
        onset: hysteresis: the score at which an event takes over.
        offset: hysteresis: the score down to which an event stays.
        shortest: hysteresis: frames that an event is shown at least.
    """

    smooth: str = "mean"
    window: int | float = 32
    unknown: float = 0.0
    onset: float = 0.6
    offset: float = 0.4
    shortest: int = 1

    def of_scored(self, stride: int) -> "Choices":
        """Give the same in scored frames, when one of every `stride` frames is scored."""
        window = max(1, round(self.window / stride)) if isinstance(self.window, int) else self.window
        return replace(self, window=window, shortest=max(1, round(self.shortest / stride)))

    def size(self, scored_rate: Fraction) -> int:
        """Give the window in scored frames, at so many per second."""
        return self.window if isinstance(self.window, int) else max(1, round(self.window * float(scored_rate)))

    def labels(self, scores: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Name the event of each frame of a clip.

        Args:
            scores: probabilities, float (n, k).
            size: the window in scored frames.

        Returns:
            Labels, int64 (n,), -1 for no event; and the smoothed probabilities (n, k): means over the window, for
            Viterbi centred on the frame, since its labels are not late.
        """
        if self.smooth == "viterbi":
            labels, smooth = viterbi(scores**TEMPER, stay=size / (size + 1)), _centred_mean(scores, size)
        else:
            smooth, vote = self._mean(size)(scores), self._vote(size)
            labels = vote(scores) if vote else smooth.argmax(axis=1)
        return np.where(smooth[np.arange(len(labels)), labels] < self.unknown, NO_EVENT, labels), smooth

    def stream(self, size: int) -> Callable[[np.ndarray], tuple[int, np.ndarray]]:
        """The same for frames as they come: give a function of one frame's scores (k,) that gives one label and row."""
        mean, vote = self._mean(size), self._vote(size)

        def update(row: np.ndarray) -> tuple[int, np.ndarray]:
            smooth = mean.update(row)
            label = vote.update(row) if vote else int(smooth.argmax())
            return (NO_EVENT if smooth[label] < self.unknown else label), smooth

        return update

    def _mean(self, size: int) -> RollingMean | ExponentialMean:
        return ExponentialMean(size) if self.smooth == "exponential" else RollingMean(size)

    def _vote(self, size: int) -> MajorityVote | Hysteresis | None:
        if self.smooth == "vote":
            return MajorityVote(size)
        return Hysteresis(self.onset, self.offset, self.shortest) if self.smooth == "hysteresis" else None


def _centred_mean(scores: np.ndarray, size: int) -> np.ndarray:
    """The mean over `size` frames around each one, of as many as there are at the ends."""
    total = np.vstack([np.zeros((1, scores.shape[1])), np.cumsum(scores, axis=0, dtype=np.float64)])
    at = np.arange(len(scores))
    first, last = np.maximum(0, at - (size - 1) // 2), np.minimum(len(scores), at + size // 2 + 1)
    return ((total[last] - total[first]) / (last - first)[:, None]).astype(scores.dtype)

"""From flickering frame-by-frame scores to a steady label.

Each method is a stream, `update(row)`, for pictures as they come, and, called on the scores (n, k) of a whole clip,
gives the same for every frame at once. Rows are scores of k classes. The means give smoothed scores, to be followed
by `argmax`; the others give class indices. Ties go to the lowest class index. `reset()` before another clip;
a call on a whole clip neither uses nor changes the stream's memory.

A NaN score raises ValueError with the number of its frame, counted from 0 since the beginning or the last reset.
"""

from collections import deque
from itertools import accumulate
from typing import TypeVar

import numpy as np

from lib.core.checks import whole_number

_BLOCK = 8192  # frames worked on at a time, so that they stay in the processor's cache
_Numbers = TypeVar("_Numbers", float, np.ndarray)


class _Stream:
    """What the methods share: counting frames, and refusing a NaN."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget every row: to be called before another clip."""
        self._frame = 0

    def _checked(self, row: np.ndarray) -> np.ndarray:
        row = _floats(np.array(row))  # a copy, since the caller may use the array again
        if row.ndim != 1 or not row.size:
            raise ValueError(f"a row of scores has shape (k,), not {row.shape}.")
        if np.isnan(row).any():
            raise ValueError(f"a score of frame {self._frame} is not a number.")
        self._frame += 1
        return row


def _floats(scores: np.ndarray) -> np.ndarray:
    scores = np.asarray(scores)
    return scores if scores.dtype in (np.float32, np.float64) else scores.astype(np.float64)


def _clip(scores: np.ndarray) -> np.ndarray:
    scores = _floats(scores)
    if scores.ndim != 2 or not scores.shape[1]:
        raise ValueError(f"the scores of a clip have shape (n, k), not {scores.shape}.")
    faulty = np.isnan(scores).any(axis=1)
    if faulty.any():
        raise ValueError(f"a score of frame {faulty.argmax()} is not a number.")
    return scores


def _size(size: int) -> int:
    return whole_number(size, "size", 1)


class RollingMean(_Stream):
    """The mean of the last `size` rows, or of all there are at the beginning: the lecture's deque.

    Bit for bit what `np.array(deque).mean(axis=0)` gives at every frame, in float32 and float64.

    Args:
        size: rows in the window, 1 or more.

    Raises:
        ValueError: the size is not a whole number above 0.

    Example:
        >>> RollingMean(2)(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
        array([[1. , 0. ],
               [0.5, 0.5],
               [0. , 1. ]])
    """

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        """Forget every row: to be called before another clip."""
        super().reset()
        self._rows: deque[np.ndarray] = deque(maxlen=self.size)

    def update(self, row: np.ndarray) -> np.ndarray:
        """Take the next row.

        Args:
            row: scores (k,).

        Returns:
            The mean of the rows in the window (k,), of the row's dtype.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        self._rows.append(self._checked(row))
        return np.array(self._rows).mean(axis=0)

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Smooth a whole clip.

        Args:
            scores: (n, k).

        Returns:
            The mean at every frame (n, k), float32 or float64 as `scores`.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        scores = _clip(scores)
        if scores.shape[1] == 1:  # NumPy adds up a single column in another order, pairwise
            return self._one_column(scores)
        rows = np.ascontiguousarray(scores.T)
        out = np.empty_like(rows)
        for begin in range(0, rows.shape[1], _BLOCK):
            end = min(begin + _BLOCK, rows.shape[1])
            out[:, begin:end] = self._block(rows, begin, end)
        return np.ascontiguousarray(out.T)

    def _block(self, rows: np.ndarray, begin: int, end: int) -> np.ndarray:
        """The means (k, end - begin): lagged rows added oldest to newest, as NumPy adds them, then divided."""
        total = np.zeros((len(rows), end - begin), rows.dtype)
        for lag in range(min(self.size, end) - 1, -1, -1):
            first = max(begin, lag)  # the first frame that looks back so far
            total[:, first - begin :] += rows[:, first - lag : end - lag]
        held = np.minimum(np.arange(begin, end) + 1, self.size)
        return total / held.astype(rows.dtype)

    def _one_column(self, scores: np.ndarray) -> np.ndarray:
        stream = RollingMean(self.size)
        return np.array([stream.update(row) for row in scores], scores.dtype).reshape(scores.shape)


class ExponentialMean(_Stream):
    """A mean in which a row counts less the older it is; it needs no window, only the last mean.

    Each mean is `last + (row - last) * 2 / (size + 1)`, the first is the first row. With that factor the rows are
    on average as old as those of a RollingMean of `size`: on a steady slope the two lag alike, while after a clean
    change this one turns sooner. Computed in float64.

    Args:
        size: of the RollingMean that lags as much, 1 or more.

    Raises:
        ValueError: the size is not a whole number above 0.

    Example:
        >>> ExponentialMean(3)(np.array([[1.0, 0.0], [0.0, 1.0]]))
        array([[1. , 0. ],
               [0.5, 0.5]])
    """

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        """Forget the mean: to be called before another clip."""
        super().reset()
        self._mean: np.ndarray | None = None

    def _next(self, mean: _Numbers, row: _Numbers) -> _Numbers:
        return mean + (row - mean) * (2 / (self.size + 1))

    def update(self, row: np.ndarray) -> np.ndarray:
        """Take the next row.

        Args:
            row: scores (k,).

        Returns:
            The mean (k,), of the row's dtype.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        row = self._checked(row)
        wide = row.astype(np.float64)
        self._mean = wide if self._mean is None else self._next(self._mean, wide)
        return self._mean.astype(row.dtype)

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Smooth a whole clip.

        Args:
            scores: (n, k).

        Returns:
            The mean at every frame (n, k), float32 or float64 as `scores`.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        scores = _clip(scores)
        columns = [list(accumulate(column, self._next)) for column in scores.T.tolist()]
        return np.array(columns, np.float64).T.astype(scores.dtype, order="C").reshape(scores.shape)


class MajorityVote(_Stream):
    """The class that was on top most often in the last `size` frames.

    Args:
        size: frames that vote, 1 or more.

    Raises:
        ValueError: the size is not a whole number above 0.

    Example:
        >>> MajorityVote(3)(np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]]))
        array([0, 0, 0])
    """

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        """Forget every vote: to be called before another clip."""
        super().reset()
        self._votes: deque[int] = deque(maxlen=self.size)

    def update(self, row: np.ndarray) -> int:
        """Take the next row.

        Args:
            row: scores (k,).

        Returns:
            The class index.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        self._votes.append(int(np.argmax(self._checked(row))))
        return int(np.bincount(self._votes).argmax())

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Label a whole clip.

        Args:
            scores: (n, k).

        Returns:
            Class indices, int64 (n,).

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        scores = _clip(scores)
        votes = np.eye(scores.shape[1], dtype=np.int64)[scores.argmax(axis=1)].cumsum(axis=0)
        votes[self.size :] -= votes[: -self.size]
        return votes.argmax(axis=1)


class Hysteresis(_Stream):
    """A label that stays until another has clearly won: two thresholds, as in a Schmitt trigger.

    The first label is the top class. It changes to the top class when that reaches `onset`, the present label has
    fallen below `offset`, and it has been shown for `shortest` frames at least.
    After the `Binarize` step of H. Bredin et al., "pyannote.audio" (2020), made exclusive.

    Args:
        onset: 0 to 1, not below `offset`.
        offset: 0 to 1.
        shortest: frames, 1 or more.

    Raises:
        ValueError: one of them is out of range.

    Example:
        >>> Hysteresis(onset=0.6, offset=0.4)(np.array([[0.9, 0.1], [0.45, 0.55], [0.3, 0.7]]))
        array([0, 0, 1])
    """

    def __init__(self, onset: float = 0.6, offset: float = 0.4, shortest: int = 1):
        if not 0 <= offset <= onset <= 1:
            raise ValueError(f"offset={offset}, onset={onset}: need 0 <= offset <= onset <= 1.")
        self.onset, self.offset, self.shortest = onset, offset, _size(shortest)
        super().__init__()

    def reset(self) -> None:
        """Forget the label: to be called before another clip."""
        super().reset()
        self._label: int | None = None
        self._shown = 0

    def update(self, row: np.ndarray) -> int:
        """Take the next row.

        Args:
            row: scores (k,).

        Returns:
            The class index.

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        return self._step(self._checked(row).tolist())

    def _step(self, row: list[float]) -> int:
        top = max(row)
        if self._label is None or (
            top >= self.onset and row[self._label] < self.offset and self._shown >= self.shortest
        ):
            self._label, self._shown = row.index(top), 0
        self._shown += 1
        return self._label

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        """Label a whole clip.

        Args:
            scores: (n, k).

        Returns:
            Class indices, int64 (n,).

        Raises:
            ValueError: a score is NaN, or the shape is another.
        """
        stream = Hysteresis(self.onset, self.offset, self.shortest)
        return np.array([stream._step(row) for row in _clip(scores).tolist()], np.int64)


def viterbi(scores: np.ndarray, stay: float = 0.99) -> np.ndarray:
    """Find the most probable sequence of labels of a whole clip, looking back from its end: not for live use.

    Before the first frame all classes are equally probable. Ties go to the lowest class index.
    A. Viterbi, "Error bounds for convolutional codes", IEEE Trans. Inf. Theory 13 (1967), 260-269.

    Args:
        scores: probabilities (n, k).
        stay: the probability, above 0 and below 1, that the next frame shows the same event; the other classes have
            the rest in equal parts.

    Returns:
        Class indices, int64 (n,).

    Raises:
        ValueError: `stay` is out of range, a score is NaN, or the shape is another.

    Example:
        >>> viterbi(np.array([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1]]))
        array([0, 0, 0])
    """
    if not 0 < stay < 1:
        raise ValueError(f"stay={stay}: a probability between 0 and 1, without either.")
    scores = _clip(scores).astype(np.float64)
    n, k = scores.shape
    if n == 0 or k == 1:
        return np.zeros(n, np.int64)
    step = np.full((k, k), np.log((1 - stay) / (k - 1)))  # from row to column
    np.fill_diagonal(step, np.log(stay))
    seen = np.log(np.maximum(scores, np.finfo(np.float64).tiny))
    back = np.zeros((n, k), np.int64)
    best = seen[0]
    for frame in range(1, n):
        paths = best[:, None] + step
        back[frame] = paths.argmax(axis=0)
        best = paths.max(axis=0) + seen[frame]
    labels = np.empty(n, np.int64)
    labels[-1] = best.argmax()
    for frame in range(n - 1, 0, -1):
        labels[frame - 1] = back[frame, labels[frame]]
    return labels

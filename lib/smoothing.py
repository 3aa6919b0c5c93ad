"""From flickering frame-by-frame scores to a steady label.

Each method is a stream, `update(row)`, for pictures as they come, and, called on the scores (n, k) of a whole clip,
gives the same for every frame at once. Rows are scores of k classes. The means give smoothed scores, to be followed
by `argmax`; the others give class indices. Ties go to the lowest class index. `reset()` before another clip;
a call on a whole clip neither uses nor changes the stream's memory.

A NaN score raises ValueError with the number of its frame, counted from 0 since the beginning or the last reset.
"""

from collections import deque
from itertools import accumulate

import numpy as np

_BLOCK = 8192  # frames worked on at a time, so that they stay in the processor's cache


class _Stream:
    """What the methods share: counting frames, and refusing a NaN."""

    def __init__(self):
        self.reset()

    def reset(self) -> None:
        self._frame = 0

    def _checked(self, row) -> np.ndarray:
        row = _floats(np.array(row))  # a copy, since the caller may use the array again
        if row.ndim != 1 or not row.size:
            raise ValueError(f"a row of scores has shape (k,), not {row.shape}.")
        if np.isnan(row).any():
            raise ValueError(f"a score of frame {self._frame} is not a number.")
        self._frame += 1
        return row


def _floats(scores) -> np.ndarray:
    scores = np.asarray(scores)
    return scores if scores.dtype in (np.float32, np.float64) else scores.astype(np.float64)


def _clip(scores) -> np.ndarray:
    scores = _floats(scores)
    if scores.ndim != 2 or not scores.shape[1]:
        raise ValueError(f"the scores of a clip have shape (n, k), not {scores.shape}.")
    faulty = np.isnan(scores).any(axis=1)
    if faulty.any():
        raise ValueError(f"a score of frame {faulty.argmax()} is not a number.")
    return scores


def _size(size: int) -> int:
    if size != int(size) or size < 1:
        raise ValueError(f"size={size}: a window holds 1 frame or more.")
    return int(size)


class RollingMean(_Stream):
    """The mean of the last `size` rows, or of all there are at the beginning: the lecture's deque.

    Bit for bit what `np.array(deque).mean(axis=0)` gives at every frame, in float32 and float64.
    """

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self._rows = deque(maxlen=self.size)

    def update(self, row) -> np.ndarray:
        self._rows.append(self._checked(row))
        return np.array(self._rows).mean(axis=0)

    def __call__(self, scores) -> np.ndarray:
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
    """A mean in which a row counts the less the older it is; it needs no window, only the last mean.

    Each mean is `last + (row - last) * 2 / (size + 1)`, the first is the first row. With that factor the rows are
    on average as old as those of a RollingMean of `size`: on a steady slope the two lag alike, while after a clean
    change this one turns sooner. Reckoned in float64.
    """

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self._mean = None

    def _next(self, mean, row):
        return mean + (row - mean) * (2 / (self.size + 1))

    def update(self, row) -> np.ndarray:
        row = self._checked(row)
        wide = row.astype(np.float64)
        self._mean = wide if self._mean is None else self._next(self._mean, wide)
        return self._mean.astype(row.dtype)

    def __call__(self, scores) -> np.ndarray:
        scores = _clip(scores)
        columns = [list(accumulate(column, self._next)) for column in scores.T.tolist()]
        return np.array(columns, np.float64).T.astype(scores.dtype, order="C").reshape(scores.shape)


class MajorityVote(_Stream):
    """The class that was on top most often in the last `size` frames. Gives class indices."""

    def __init__(self, size: int):
        self.size = _size(size)
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self._votes = deque(maxlen=self.size)

    def update(self, row) -> int:
        self._votes.append(int(np.argmax(self._checked(row))))
        return int(np.bincount(self._votes).argmax())

    def __call__(self, scores) -> np.ndarray:
        scores = _clip(scores)
        votes = np.eye(scores.shape[1], dtype=np.int64)[scores.argmax(axis=1)].cumsum(axis=0)
        votes[self.size :] -= votes[: -self.size]
        return votes.argmax(axis=1)


class Hysteresis(_Stream):
    """Keeps a label until another has clearly won: two thresholds, as in a Schmitt trigger. Gives class indices.

    The first label is the top class. It changes to the top class when that reaches `onset`, the present label has
    fallen below `offset`, and it has been shown for `shortest` frames at least. 0 <= offset <= onset <= 1.
    After the `Binarize` step of H. Bredin et al., "pyannote.audio" (2020), made exclusive.
    """

    def __init__(self, onset: float = 0.6, offset: float = 0.4, shortest: int = 1):
        if not 0 <= offset <= onset <= 1:
            raise ValueError(f"offset={offset}, onset={onset}: need 0 <= offset <= onset <= 1.")
        self.onset, self.offset, self.shortest = onset, offset, _size(shortest)
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self._label = None
        self._shown = 0

    def update(self, row) -> int:
        return self._step(self._checked(row).tolist())

    def _step(self, row: list[float]) -> int:
        top = max(row)
        settled = self._label is not None and (
            top < self.onset or row[self._label] >= self.offset or self._shown < self.shortest
        )
        if not settled:
            self._label, self._shown = row.index(top), 0
        self._shown += 1
        return self._label

    def __call__(self, scores) -> np.ndarray:
        stream = Hysteresis(self.onset, self.offset, self.shortest)
        return np.array([stream._step(row) for row in _clip(scores).tolist()], np.int64)


def viterbi(scores, stay: float = 0.99) -> np.ndarray:
    """The most probable run of labels (n,) for a whole clip, looking back from its end: not for live use.

    scores: probabilities (n, k). stay: how probable it is that the next frame shows the same event (0 < stay < 1);
    the rest is shared by the other classes. Before the first frame all classes are alike.
    A. Viterbi, "Error bounds for convolutional codes", IEEE Trans. Inf. Theory 13 (1967), 260-269. Ties go to the
    lowest class index.
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

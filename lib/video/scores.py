"""The network's scores of each frame of a clip, stored so that it need not run again."""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from lib.core.checks import whole_number
from lib.core.errors import InputError, VideoError
from lib.core.files import atomic_write, read_arrays
from lib.core.messages import counted

_ROUNDING = 1e-3  # by which a probability may be below 0 or above 1


@dataclass(frozen=True, eq=False)
class FrameScores:
    """The scores of the scored frames of one clip.

    Args:
        scores: float32 (n, k), probabilities: a row for each scored frame, a column for each class.
        seconds: float64 (n,), since the clip's first frame; they never run backwards.
        indices: int64 (n,), which frames were scored: 0, stride, 2 · stride, …
        classes: k different names.
        source: the clip's file name.
        rate: the clip's frames per second, above 0.
        stride: every how many frames one was scored.
        frames: how many the clip has.
        fingerprint: of the clip, the classifier and how frames were taken (`score_once`), or empty.
        complete: whether these are all frames; else scoring was interrupted.

    Raises:
        ValueError: one of them is otherwise.

    Example:
        >>> rows = np.array([[0.9, 0.1], [0.2, 0.8]], "float32")
        >>> known = FrameScores(rows, np.array([0, 0.04]), np.arange(2), ("a", "b"), "a.mp4", Fraction(25), 1, 2)
        >>> known.with_scores(rows[::-1]).scores.argmax(axis=1)
        array([1, 0])
    """

    scores: np.ndarray
    seconds: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]
    source: str
    rate: Fraction
    stride: int
    frames: int
    fingerprint: str = ""
    complete: bool = True

    def __post_init__(self) -> None:
        n, k = np.size(self.indices), len(self.classes)
        if self.scores.shape != (n, k) or self.seconds.shape != (n,):
            shapes = f"scores {self.scores.shape} and seconds {self.seconds.shape}"
            raise InputError(f"{self.source}: {shapes} do not fit {counted(n, 'frame')} and {counted(k, 'class')}.")
        for fault in self._faults():
            raise InputError(f"{self.source}: {fault}.")

    def _faults(self) -> Iterator[str]:
        stride, frames = whole_number(self.stride, "stride", 1), whole_number(self.frames, "frames", 0)
        n = len(self.indices)
        if n != -(-frames // stride) or not np.array_equal(self.indices, np.arange(n) * stride):
            yield f"its indices are not those of {frames} frames, scored at a stride of {stride}"
        if not 1e-6 <= self.rate <= 1000:
            yield "its frame rate is not between a millionth and 1000 frames a second"
        if not all(isinstance(name, str) for name in self.classes) or len(set(self.classes)) < len(self.classes):
            yield f"its classes {self.classes} are not different names"
        if self.seconds.dtype.kind != "f" or not np.isfinite(self.seconds).all() or (np.diff(self.seconds) < 0).any():
            yield "its seconds are not numbers that never decrease"
        if self.scores.dtype.kind != "f":
            yield f"its scores are of type {self.scores.dtype}, not float"
        if (faulty := ~((self.scores > -_ROUNDING) & (self.scores < 1 + _ROUNDING)).all(axis=1)).any():
            yield (
                f"a score of frame {self.indices[faulty.argmax()]} is not a number from 0 to 1; "
                "check the weights of the model, the scaling of its input, and that it ends in a softmax"
            )

    @property
    def scored_rate(self) -> Fraction:
        """Scored frames a second: what a window over scores is counted in."""
        return self.rate / self.stride

    def with_scores(self, scores: np.ndarray) -> "FrameScores":
        """Give the same frames with other scores, smoothed ones for instance.

        Args:
            scores: float (n, k), 0 to 1.

        Returns:
            A new FrameScores.

        Raises:
            ValueError: the shape or a value does not fit.

        Example:
            smooth = scores.with_scores(smoothing.RollingMean(32)(scores.scores))
        """
        return replace(self, scores=scores)

    def save(self, path: str | Path) -> Path:
        """Write the scores to a file, completely or not at all.

        Args:
            path: the file, `.npz`.

        Returns:
            `path`.

        Raises:
            OSError: it cannot be written.

        Example:
            scores.save("formula2.scores.npz")
        """
        path = Path(path)
        with atomic_write(path) as part, open(part, "wb") as file:
            np.savez(
                file, scores=self.scores, seconds=self.seconds, indices=self.indices, source=self.source,
                classes=np.array(self.classes, str), rate=str(self.rate), stride=self.stride, frames=self.frames,
                fingerprint=self.fingerprint, complete=self.complete,
            )  # fmt: skip
        return path

    @classmethod
    def load(cls, path: str | Path) -> "FrameScores":
        """Read what `save` wrote.

        Args:
            path: the file, `.npz`.

        Returns:
            The scores.

        Raises:
            VideoError: there is no such file, or it is something else.

        Example:
            scores = video.FrameScores.load("formula2.scores.npz")
        """
        try:
            # Older files lack the last fields.
            defaults = {field.name: field.default for field in fields(cls) if field.default is not MISSING}
            held = defaults | read_arrays(path)
            kept = {field.name: np.asarray(held[field.name]) for field in fields(cls)}
            classes = tuple(kept["classes"].tolist())
        except FileNotFoundError as error:
            raise VideoError(f"There are no scores {path}: score the clip first.") from error
        except (InputError, KeyError, TypeError) as error:
            raise VideoError(f"{path} does not hold the scores of a clip: score the clip again.") from error
        try:
            return cls(
                kept["scores"], kept["seconds"], kept["indices"], classes,
                str(kept["source"]), Fraction(str(kept["rate"])), kept["stride"].item(), kept["frames"].item(),
                str(kept["fingerprint"]), bool(kept["complete"].item()),
            )  # fmt: skip
        except (ValueError, TypeError, ZeroDivisionError) as error:
            why = str(error).rstrip(".")
            raise VideoError(f"{path} does not hold the scores of a clip ({why}): score the clip again.") from error

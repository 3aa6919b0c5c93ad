"""What the network said of each frame of a clip, kept so that it need never be asked again."""

import zipfile
import zlib
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from lib.files import replacing
from lib.video.errors import VideoError


@dataclass(frozen=True, eq=False)
class FrameScores:
    """The scores of the scored frames of one clip.

    scores: float32 (n, k), a row for each scored frame, a column for each class; any NaN raises ValueError.
    seconds: float64 (n,), since the clip's first frame. indices: int64 (n,), which frames were scored.
    classes: k names. source: the clip's file name. rate: the clip's frames a second.
    stride: every how many frames one was scored. frames: how many the clip has.
    """

    scores: np.ndarray
    seconds: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]
    source: str
    rate: Fraction
    stride: int
    frames: int

    def __post_init__(self):
        n, k = len(self.indices), len(self.classes)
        if self.scores.shape != (n, k) or self.seconds.shape != (n,):
            shapes = f"scores {self.scores.shape} and seconds {self.seconds.shape}"
            raise ValueError(f"{self.source}: {shapes} do not fit {n} frames and {k} classes.")
        faulty = np.isnan(self.scores).any(axis=1)
        if faulty.any():
            raise ValueError(
                f"{self.source}: a score of frame {self.indices[faulty.argmax()]} is not a number; "
                "check the weights of the model and the scaling of its input."
            )

    @property
    def scored_rate(self) -> Fraction:
        """Scored frames a second: what a window over scores is counted in."""
        return self.rate / self.stride

    def with_scores(self, scores: np.ndarray) -> "FrameScores":
        """The same frames with other scores (n, k), smoothed ones for instance."""
        return replace(self, scores=scores)

    def hold(self, labels: np.ndarray) -> np.ndarray:
        """Labels of the scored frames (n,) as labels of all frames (frames,): each holds until the next."""
        return np.asarray(labels)[np.arange(self.frames) // self.stride]

    def save(self, path: str | Path) -> Path:
        """Write to `path` (.npz), all or nothing. Raises OSError when it cannot be written."""
        path = Path(path)
        with replacing(path) as part, open(part, "wb") as file:
            np.savez(
                file, scores=self.scores, seconds=self.seconds, indices=self.indices, source=self.source,
                classes=np.array(self.classes, str), rate=str(self.rate), stride=self.stride, frames=self.frames,
            )  # fmt: skip
        return path

    @classmethod
    def load(cls, path: str | Path) -> "FrameScores":
        """Read what `save` wrote. Raises VideoError when there is no such file or it is something else."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                return cls(
                    kept["scores"], kept["seconds"], kept["indices"], tuple(kept["classes"].tolist()),
                    str(kept["source"]), Fraction(str(kept["rate"])), int(kept["stride"]), int(kept["frames"]),
                )  # fmt: skip
        except FileNotFoundError as error:
            raise VideoError(f"There are no scores {path}: score the clip first.") from error
        except (OSError, EOFError, KeyError, TypeError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise VideoError(f"{path} does not hold the scores of a clip: score the clip again.") from error

"""What the explorer in the browser works on, as plain JSON; and the smoothers that it offers, as the library has them."""

import base64
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from lib.core.colours import NO_EVENT, colours, ink_on
from lib.core.errors import InputError
from lib.core.messages import counted
from lib.smoothing import ExponentialMean, Hysteresis, MajorityVote, RollingMean, viterbi
from lib.video import FrameScores

LARGEST = 128  # frames, the largest size

# From scores (n, k) and a size in frames to smoothed scores (n, k), or to class indices (n,) at once.
SMOOTHERS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "mean": lambda scores, size: RollingMean(size)(scores),
    "exponential": lambda scores, size: ExponentialMean(size)(scores),
    "vote": lambda scores, size: MajorityVote(size)(scores),
    "hysteresis": lambda scores, size: Hysteresis(shortest=size)(scores),
    "viterbi": lambda scores, size: viterbi(scores, size / (size + 1)),  # an event lasts 1 / (1 - stay) frames
}


def smooth(scores: np.ndarray, smoother: str, size: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Give the labels (n,) of one side, and the scores (n, k) that they are the largest of, or None."""
    given = SMOOTHERS[smoother](scores, size)
    return (given.argmax(axis=1), given) if given.ndim == 2 else (given, None)


def scored_truth(scores: FrameScores, truth: np.ndarray | None) -> np.ndarray | None:
    """Give the truth of the scored frames alone. Raises InputError when there are no scores, or it does not fit."""
    if not len(scores.scores):
        raise InputError(f"{scores.source} has no scored frames: there is nothing to explore.")
    if truth is not None and np.shape(truth) != (scores.frames,):
        frames = counted(scores.frames, "frame")
        raise InputError(f"the truth has shape {np.shape(truth)}, and {scores.source} {frames}.")
    return None if truth is None else np.asarray(truth)[scores.indices]


def pack(scores: FrameScores, truth: np.ndarray | None = None) -> dict[str, Any]:
    """Pack a clip's scores for the browser as plain JSON, every number exactly as it is (seconds to a millionth).

    Arrays are their bytes, compressed, in base64. Raises InputError as `scored_truth` does.
    """
    known = scored_truth(scores, truth)
    rows = scores.scores if scores.scores.dtype == np.float32 else scores.scores.astype(np.float64)
    palette = [*colours(scores.classes).values(), NO_EVENT]
    return {
        "source": scores.source,
        "classes": list(scores.classes),
        "colours": [f"rgb{colour}" for colour in palette],  # the last is that of no event
        "inks": [f"rgb{ink_on(colour)}" for colour in palette],
        "rate": float(scores.rate),
        "stride": scores.stride,
        "type": rows.dtype.name,
        "rows": _packed(rows),
        "steps": _packed(np.diff(np.rint(scores.seconds * 1e6), prepend=0)),  # whole numbers, which float64 holds
        "truth": None if known is None else _packed(known.astype(np.int16)),
        "logCorrections": _packed(_log_corrections(rows)),
        "logSteps": _packed(_log_steps(len(scores.classes))),
    }


def _packed(array: np.ndarray) -> str:
    little_endian = array.astype(array.dtype.newbyteorder("<"), order="C")
    return base64.b64encode(zlib.compress(little_endian.tobytes(), 9)).decode()


# Viterbi adds up logarithms, and `log` may differ in its last bit between NumPy and a browser, which is enough to
# decide a tie otherwise. So a browser computes a logarithm whose every operation rounds alike everywhere, and receives
# by how many steps of float64 NumPy's differs from it: nearly always by 0 or 1, which takes little room.


def _log_corrections(rows: np.ndarray) -> np.ndarray:
    positive = np.maximum(rows.astype(np.float64), np.finfo(np.float64).tiny)  # as in lib.smoothing.viterbi
    return (np.log(positive).view(np.int64) - _portable_log(positive).view(np.int64)).astype(np.int8)


def _portable_log(values: np.ndarray) -> np.ndarray:
    """The logarithm by the series of atanh, of a part from √½ to √2 and a power of 2; smoothing.js has the same."""
    part, power = np.frexp(values)
    low = part < np.sqrt(0.5)
    part, power = np.where(low, 2 * part, part), power - low
    ratio = (part - 1) / (part + 1)
    square, total = ratio * ratio, np.zeros_like(ratio)
    for odd in range(23, 0, -2):
        total = total * square + 1 / odd
    return 2 * ratio * total + power * 0.6931471805599453  # the logarithm of 2


def _log_steps(classes: int) -> np.ndarray:
    """The logarithms (LARGEST, 2) of staying and of changing to one other class, for each size."""
    stay = np.array([size / (size + 1) for size in range(1, LARGEST + 1)])
    return np.log(np.stack([stay, (1 - stay) / max(1, classes - 1)], axis=1))

"""One step of the slider: another window over scores that are there."""

from statistics import median

import numpy as np

from lib.smoothing import RollingMean
from lib.timeline import frame_accuracy, mean_lag, surplus_switches_per_minute
from lib.tools.benchmarks.measuring import Result, in_turn

FRAMES, RATE = 10_000, 25
SIZES = (8, 32, 128)  # the slider goes so far


def step(repeats: int) -> Result:
    """Smooth the scores of 10,000 frames and reckon the figures; the slowest of several windows counts."""
    truth = np.arange(FRAMES) // 235 % 3  # another event every 9.4 seconds, as in sports_day
    chance = np.random.default_rng(0)
    scores = chance.dirichlet((1, 1, 1), FRAMES) + np.eye(3)[truth]
    scores = (scores / 2).astype(np.float32)

    def figures(size: int) -> tuple[float, float, float]:
        labels = RollingMean(size)(scores).argmax(axis=1)
        return frame_accuracy(labels, truth), surplus_switches_per_minute(labels, truth, RATE), mean_lag(labels, truth)

    ways = {f"window {size}": lambda size=size: figures(size) for size in SIZES}
    runs = in_turn("slider", 10 * repeats, **ways)  # they are short
    slowest = max(median(seconds) for seconds in runs.values())
    note = "the slowest of the windows " + ", ".join(map(str, SIZES))
    return Result(f"a slider step on {FRAMES:,} frames", 1000 * slowest, "ms", 5, False, runs, note)

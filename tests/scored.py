"""Scores that flicker, with their truth: of no clip, or of a generated one."""

from fractions import Fraction

import numpy as np

from lib import timeline
from lib.sample import programmes
from lib.video import FrameScores

CLASSES = ("badminton", "formula1", "volleyball", "golf", "rowing", "chess", "snooker")


def flickering(n: int, classes: int = 3, rate: int = 25, stride: int = 1, scale: float = 1.5, dtype=np.float32, seed=0):
    """Scores of n frames, and the truth of the clip's frames (n * stride,), in which there is no event for a while."""
    truth = np.repeat(np.array([0, 2, 1, -1, 2, 0]) % classes - (np.array([0, 0, 0, 1, 0, 0]) * classes), -(-n // 6))[
        :n
    ]
    truth = np.where(truth < 0, timeline.NO_EVENT, truth)
    return _scores(truth, classes, np.arange(n) * stride / rate, rate, stride, scale, dtype, seed, "clip.mp4")


def ties(n: int, steps: int, seed: int = 0):
    """Scores that are multiples of 1 / steps, so that classes and means of them are often equal."""
    chance = np.random.default_rng(seed)
    rows = chance.multinomial(steps, [1 / 3] * 3, n) / steps
    truth = chance.integers(0, 3, n)
    return _of(rows.astype(np.float32), np.arange(n) / 25, 25, 1, "ties.mp4"), truth


def generated_clip(name: str):
    """Scores of the frames that a generated clip has, as of a network that errs often, and its truth."""
    scenes = programmes.programme(name, np.random.default_rng([0, programmes.CLIPS.index(name)]))
    truth = np.repeat([CLASSES.index(scene.event) for scene in scenes], [scene.frames for scene in scenes])
    seconds = np.arange(len(truth)) / programmes.RATE
    return _scores(truth, 3, seconds, programmes.RATE, 1, 1.5, np.float32, 0, f"{name}.mp4")


def _scores(truth, classes, seconds, rate, stride, scale, dtype, seed, source):
    n = len(truth)
    logits = np.random.default_rng(seed).normal(0, scale, (n, classes))
    logits[np.arange(n), np.maximum(truth, 0)] += 2
    rows = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return _of(rows.astype(dtype), seconds, rate, stride, source), np.repeat(truth, stride)


def _of(rows, seconds, rate, stride, source):
    n, k = rows.shape
    return FrameScores(rows, seconds, np.arange(n) * stride, CLASSES[:k], source, Fraction(rate), stride, n * stride)

"""Poses of a player as plain arrays, so that motion is a weighted mean of two poses.

A pose is (8, 3) metres in the player's own frame (x to the player's right, y ahead, z up; the floor is z = 0):
rows PELVIS, LEAN (radians: ahead, to the right, turn of the shoulders to the left), RIGHT_HAND and LEFT_HAND (from
the base of the neck), RIGHT_FOOT and LEFT_FOOT (ankles, from the floor), RACKET (its direction), GAZE (direction).
"""

import numpy as np

PELVIS, LEAN, RIGHT_HAND, LEFT_HAND, RIGHT_FOOT, LEFT_FOOT, RACKET, GAZE = range(8)
_LEVEL = (0, 1, 0)


def _pose(pelvis, lean, hands, feet, racket=(0.1, 1, 0.4), gaze=_LEVEL) -> np.ndarray:
    return np.array([pelvis, lean, *hands, *feet, racket, gaze], float)


POSES = {
    "stand": _pose(
        (0, 0, 0.93),
        (0.02, 0, 0),
        ((0.27, 0.06, -0.52), (-0.27, 0.06, -0.52)),
        ((0.13, 0, 0.08), (-0.13, 0.03, 0.08)),
        (0.1, 0.7, -1),
    ),
    "hands on hips": _pose(
        (0, 0, 0.93),
        (0, 0.04, 0),
        ((0.3, 0.1, -0.42), (-0.3, 0.1, -0.42)),
        ((0.2, 0, 0.08), (-0.17, 0.03, 0.08)),
        (0.4, 0.6, -1),
    ),
    "ready": _pose(
        (0, -0.05, 0.77),
        (0.45, 0, 0),
        ((0.28, 0.4, -0.2), (-0.28, 0.38, -0.25)),
        ((0.3, 0.12, 0.08), (-0.3, -0.02, 0.08)),
        (-0.2, 1, 0.6),
    ),
    "wind up": _pose(
        (0, -0.05, 0.9),
        (-0.22, 0.1, -0.7),
        ((0.32, -0.22, 0.12), (-0.3, 0.38, 0.42)),
        ((0.22, -0.35, 0.08), (-0.12, 0.3, 0.08)),
        (-0.1, -0.7, 0.55),
        (0, 0.8, 0.7),
    ),
    "smash": _pose(
        (0, 0.05, 0.95),
        (0.12, -0.12, 0.45),
        ((0.22, 0.24, 0.5), (-0.28, 0.25, -0.3)),
        ((0.2, 0.15, 0.1), (-0.15, -0.3, 0.12)),
        (0, 0.45, 1),
        (0, 0.9, 0.4),
    ),
    "follow": _pose(
        (0, 0.1, 0.86),
        (0.5, -0.1, 0.6),
        ((-0.22, 0.42, -0.42), (-0.35, -0.12, -0.3)),
        ((0.18, 0.35, 0.08), (-0.18, -0.3, 0.12)),
        (-0.5, 0.5, -0.8),
    ),
    "clear": _pose(
        (0, 0, 0.92),
        (-0.05, -0.1, 0.2),
        ((0.2, 0.1, 0.56), (-0.38, 0.2, 0.1)),
        ((0.15, -0.3, 0.08), (-0.15, 0.25, 0.08)),
        (0.05, 0.1, 1),
        (0, 0.7, 0.8),
    ),
    "lunge": _pose(
        (0.02, 0, 0.6),
        (0.42, 0.05, -0.2),
        ((0.22, 0.6, -0.02), (-0.42, -0.35, -0.02)),
        ((0.12, 0.72, 0.08), (-0.15, -0.75, 0.1)),
        (0.1, 1, 0.12),
        (0.1, 1, -0.1),
    ),
    "side lunge": _pose(
        (0.1, 0, 0.6),
        (0.25, 0.45, 0.1),
        ((0.6, 0.2, -0.15), (-0.5, 0.05, 0.05)),
        ((0.75, 0.1, 0.08), (-0.62, 0, 0.1)),
        (1, 0.3, -0.05),
        (0.5, 1, -0.2),
    ),
    "backhand": _pose(
        (0, 0, 0.82),
        (0.2, -0.1, 0.8),
        ((-0.3, 0.42, 0.04), (0.1, -0.35, -0.3)),
        ((0.15, 0.45, 0.08), (-0.2, -0.25, 0.08)),
        (-0.9, 0.5, 0.3),
        (-0.4, 1, 0.1),
    ),
    "serve": _pose(
        (0, 0, 0.92),
        (0.1, 0, 0.1),
        ((0.12, 0.32, -0.4), (-0.06, 0.5, -0.28)),
        ((0.1, 0.16, 0.08), (-0.12, -0.16, 0.08)),
        (-0.5, 0.6, -0.5),
        (0, 1, -0.1),
    ),
    "dig": _pose(
        (0, -0.08, 0.66),
        (0.6, 0, 0),
        ((0.04, 0.52, -0.34), (-0.04, 0.52, -0.34)),
        ((0.34, 0.12, 0.08), (-0.34, 0.02, 0.08)),
        gaze=(0, 1, 0.2),
    ),
    "dive": _pose(
        (0, 0.1, 0.42),
        (1.05, 0, 0),
        ((0.08, 0.5, 0.05), (-0.06, 0.52, 0.02)),
        ((0.2, -0.7, 0.1), (-0.3, 0.35, 0.08)),
        gaze=(0, 1, 0.3),
    ),
    "set": _pose(
        (0, 0, 0.88),
        (-0.1, 0, 0),
        ((0.13, 0.16, 0.46), (-0.13, 0.16, 0.46)),
        ((0.18, 0.14, 0.08), (-0.18, -0.1, 0.08)),
        gaze=(0, 0.5, 0.9),
    ),
    "spike up": _pose(
        (0, 0, 0.95),
        (-0.3, 0.05, -0.6),
        ((0.36, -0.18, 0.2), (-0.2, 0.42, 0.42)),
        ((0.15, -0.45, 0.3), (-0.15, -0.32, 0.22)),
        gaze=(0, 0.8, 0.6),
    ),
    "spike": _pose(
        (0, 0.05, 0.95),
        (0.22, -0.1, 0.45),
        ((0.18, 0.28, 0.5), (-0.25, 0.2, -0.3)),
        ((0.16, -0.12, 0.12), (-0.16, -0.28, 0.2)),
        gaze=(0, 0.9, 0.3),
    ),
    "block": _pose(
        (0, 0, 0.95),
        (0.04, 0, 0),
        ((0.2, 0.2, 0.55), (-0.2, 0.2, 0.55)),
        ((0.13, -0.05, 0.1), (-0.13, -0.1, 0.12)),
        gaze=(0, 0.9, 0.4),
    ),
    "toss": _pose(
        (0, 0, 0.92),
        (-0.08, 0, -0.3),
        ((0.3, -0.1, 0.15), (-0.15, 0.4, 0.4)),
        ((0.15, -0.2, 0.08), (-0.15, 0.2, 0.08)),
        gaze=(0, 0.7, 0.8),
    ),
    "cheer": _pose(
        (0, 0, 0.93),
        (-0.12, 0, 0),
        ((0.38, 0.05, 0.46), (-0.38, 0.05, 0.46)),
        ((0.2, 0, 0.08), (-0.2, 0, 0.08)),
        (0.4, 0, 1),
        (0, 1, 0.4),
    ),
    "fist": _pose(
        (0, 0, 0.84),
        (0.25, 0, 0.2),
        ((0.22, 0.36, 0.06), (-0.3, 0.1, -0.4)),
        ((0.25, 0.2, 0.08), (-0.22, -0.2, 0.08)),
        (0.3, 0.3, 1),
        (0, 1, 0.1),
    ),
    "clap": _pose(
        (0, 0, 0.93), (0.05, 0, 0), ((0.04, 0.36, -0.12), (-0.04, 0.36, -0.12)), ((0.15, 0, 0.08), (-0.15, 0, 0.08))
    ),
    "sit": _pose(
        (0, -0.05, 0.52),
        (0.08, 0, 0),
        ((0.2, 0.3, -0.42), (-0.2, 0.3, -0.42)),
        ((0.16, 0.42, 0.08), (-0.16, 0.42, 0.08)),
    ),
    "kneel": _pose(
        (0, 0, 0.5),
        (0.1, 0, 0),
        ((0.3, 0.25, -0.2), (-0.3, 0.25, -0.2)),
        ((0.15, -0.4, 0.06), (-0.18, 0.3, 0.08)),
        (0.3, 0.6, -0.6),
    ),
}


def blend(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    """The pose `share` (0 to 1) of the way from a to b, easing in and out."""
    share = share * share * (3.0 - 2.0 * share)
    return a * (1.0 - share) + b * share


def stride(pose: np.ndarray, phase: float, reach: float) -> np.ndarray:
    """A pose with its feet running on the spot: `phase` in radians, `reach` metres from mid-step to the front foot."""
    pose = pose.copy()
    for foot, hand, turn in ((RIGHT_FOOT, LEFT_HAND, 0.0), (LEFT_FOOT, RIGHT_HAND, np.pi)):
        swing = np.sin(phase + turn)
        pose[foot, 1] += reach * swing - pose[foot, 1] * min(1.0, 2 * reach)
        pose[foot, 2] += max(0.0, 0.7 * reach * np.cos(phase + turn))
        pose[hand, 1] += 0.4 * reach * swing
    pose[PELVIS, 2] += 0.04 * reach * np.cos(2 * phase)
    return pose


def varied(name: str, rng: np.random.Generator, spread: float = 0.05) -> np.ndarray:
    """A named pose as one person happens to hold it."""
    pose = POSES[name] + rng.normal(0.0, spread, (8, 3))
    pose[[RIGHT_FOOT, LEFT_FOOT], 2] = POSES[name][[RIGHT_FOOT, LEFT_FOOT], 2]
    return pose

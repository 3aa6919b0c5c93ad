"""One frame or many: small networks on two questions about drawn blocks of frames, all with the same budget.

"which way": which way do the cars drive? Every block is there as filmed and played backwards. "as filmed": the same
without the blocks played backwards, for twice as many epochs. "which event": which of the three events is it? Of this
the network also classifies every frame of a clip, and TOGETHER of its predictions are averaged: of frames in a row, or
sampled from the whole stretch of one event.
"""

import numpy as np

from lib import smoothing
from lib.core.framework import keras
from lib.sample import blocks
from lib.tools import experiments
from lib.tools.experiments import _fusion

TASKS = {
    "which way": ("single frame", "early fusion", "late fusion", "late, with places", "slow fusion"),
    "as filmed": ("single frame",),
    "which event": ("single frame", "early fusion", "late fusion", "slow fusion", "context and fovea"),
}
CASES = [
    {"seed": seed, "task": task, "network": network}
    for seed in experiments.SEEDS
    for task, networks in TASKS.items()
    for network in networks
]
TOGETHER = (1, 2, 5, 10, 20, 40)  # predictions of a clip that are averaged


def run_case(case: dict) -> dict:
    """Train one network on one task; give its accuracy and, for events, what averaging its predictions brings."""
    seed = case["seed"]
    if case["task"] == "which event":
        task = _fusion.which_event(seed)
    else:
        task = _fusion.which_way(seed, backwards=case["task"] == "which way")
    epochs = _fusion.EPOCHS * (2 if case["task"] == "as filmed" else 1)
    model = _fusion.train(_fusion.NETWORKS[case["network"]], task.train_x, task.train_y, seed, epochs)
    right = _fusion.scores(model, task.held_x).argmax(axis=1) == task.held_y
    trained = _fusion.scores(model, task.train_x).argmax(axis=1) == task.train_y
    row = {"held_out": right.mean(), "training": trained.mean(), "parameters": model.count_params()}
    if case["task"] == "which event":
        away = np.isin(blocks.events(seed)[2][-len(right) :], blocks.CUTAWAYS)
        row |= {"play": right[~away].mean(), "cutaways": right[away].mean()} | _on_a_clip(model, seed)
    return {key: value if isinstance(value, list) else float(value) for key, value in row.items()}


def _on_a_clip(model: "keras.Model", seed: int) -> dict:
    frames, labels, stretches = blocks.programme(seed)
    given = _fusion.scores(model, blocks.latest_blocks(frames))
    row: dict[str, float | list[float]] = {"clip": float((given.argmax(axis=1) == labels).mean())}
    for key, dealt in (("in_a_row", False), ("dealt", True)):
        row[key] = [averaged(given, labels, stretches, count, dealt, seed) for count in TOGETHER]
    return row


def averaged(given: np.ndarray, labels: np.ndarray, stretches: np.ndarray, count: int, dealt: bool, seed: int) -> float:
    """How often a full deque of `count` predictions (n, classes) is correct, in each stretch: in order, or shuffled."""
    chance, right = np.random.default_rng(seed), []
    for stretch in np.unique(stretches):
        inside = np.flatnonzero(stretches == stretch)
        means = smoothing.RollingMean(count)(given[chance.permutation(inside) if dealt else inside])
        right.append(means[count - 1 :].argmax(axis=1) == labels[inside[0]])
    return float(np.concatenate(right).mean())


def summarise(rows: list[dict]) -> str:
    """Print accuracy by question and network, and what averaging brings on a clip."""
    rows = [row | {"photographs": row["task"]} for row in rows]
    of_events = [
        row | {"1": row["in_a_row"][0], "20 in a row": row["in_a_row"][-2], "20 shuffled": row["dealt"][-2]}
        for row in rows
        if row["task"] == "which event"
    ]
    return "\n\n".join(
        [
            experiments.table(rows, "network", ("held_out", "training")),
            experiments.table(of_events, "network", ("play", "cutaways", "1", "20 in a row", "20 shuffled")),
        ]
    )

"""How far chance alone moves an accuracy: one head trained ten times, on one split, and each time on another split."""

from lib import training
from lib.tools import experiments
from lib.tools.experiments import _frozen

SEEDS = range(10)
TRAINING, SPLIT = "training alone", "the split too"  # what chance may decide
CASES = [
    {"photographs": photographs, "seed": seed, "chance": chance}
    for photographs in experiments.SETS
    for chance in (TRAINING, SPLIT)
    for seed in SEEDS
]


def run_case(case: dict) -> dict:
    """Train one head on plain photographs; give its held-out accuracy, and how sure it is on average (0 to 1)."""
    name, seed = case["photographs"], case["seed"]
    train, validation, held_out = _frozen.parts(name, seed if case["chance"] == SPLIT else 0)
    head = training.train_head(train, validation, len(_frozen.classes(name)), seed)
    confidence = head(held_out.x, training=False).numpy().max(axis=1)
    return {"held_out": training.accuracy(head, held_out), "confidence": float(confidence.mean())}


def summarise(rows: list[dict]) -> str:
    """Print accuracy and confidence by photograph set and by what chance may decide."""
    return experiments.table(rows, "chance", ("held_out", "confidence"))

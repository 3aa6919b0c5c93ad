"""How far chance alone moves an accuracy: one head trained ten times, on one split, and each time on another split.

Each head's calibration is measured too, before and after temperature scaling, which is fitted to validation photos.
"""

from lib import evaluation, training
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
    """Train one head on plain photos; give its held-out accuracy, how confident it is on average (0 to 1), its
    calibration error, the temperature that validation chooses, and the calibration error with it."""
    name, seed = case["photographs"], case["seed"]
    train, validation, held_out = _frozen.parts(name, seed if case["chance"] == SPLIT else 0)
    head = training.train_head(train, validation, len(_frozen.classes(name)), seed)
    probabilities = head(held_out.x, training=False).numpy()
    temperature = evaluation.fit_temperature(validation.y, head(validation.x, training=False).numpy())
    return {
        "held_out": training.accuracy(head, held_out),
        "confidence": float(probabilities.max(axis=1).mean()),
        "calibration_error": evaluation.calibration_error(held_out.y, probabilities),
        "temperature": temperature,
        "calibration_error_tempered": evaluation.calibration_error(
            held_out.y, evaluation.tempered(probabilities, temperature)
        ),
    }


def summarise(rows: list[dict]) -> str:
    """Print accuracy and calibration by photo set and by what chance may decide."""
    columns = ("held_out", "confidence", "calibration_error", "temperature", "calibration_error_tempered")
    return experiments.table(rows, "chance", columns)

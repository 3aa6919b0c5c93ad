"""What augmentation buys: a head trained on plain photos, and on 1, 2 and 4 augmented views of each beside them."""

from lib import training
from lib.tools import experiments
from lib.tools.experiments import _frozen

CASES = experiments.cases(many=True, views=[0, 1, 2, 4])


def run_case(case: dict) -> dict:
    """Train one head; give its accuracy on validation and held-out photos."""
    name, seed = case["photographs"], case["seed"]
    train, validation, held_out = _frozen.parts(name, seed, case["views"])
    head = training.train_head(train, validation, len(_frozen.classes(name)), seed)
    return {"validation": training.accuracy(head, validation), "held_out": training.accuracy(head, held_out)}


def summarise(rows: list[dict]) -> str:
    """Print accuracy by photo set and number of views."""
    return experiments.table(rows, "views", ("validation", "held_out"))

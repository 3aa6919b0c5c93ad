"""What augmentation buys: a head trained on plain photographs, and on 1, 2 and 4 augmented views of each beside them."""

from lib import experiments, frozen, heads

CASES = experiments.cases(views=[0, 1, 2, 4])
DEPENDS_ON = ("scenes/photographs", "photos", "backbones", "heads", "frozen")


def run_case(case: dict) -> dict:
    """Train one head; give its accuracy on validation and held-out photographs."""
    name, seed = case["photographs"], case["seed"]
    train, validation, held_out = frozen.parts(name, seed, case["views"])
    head = heads.train_head(train, validation, frozen.classes(name), seed)
    return {"validation": frozen.accuracy(head, validation), "held_out": frozen.accuracy(head, held_out)}


def summarise(rows: list[dict]) -> str:
    """Print accuracy by photograph set and number of views."""
    return experiments.table(rows, "views", ("validation", "held_out"))

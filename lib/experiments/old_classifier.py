"""Can the classifier of the pre-trained network be re-used? A head on its probabilities, beside one on the features.

Both heads are the course's, trained on the same plain photographs.
"""

from lib import experiments, frozen, heads, old_classifier
from lib.heads import Part

CASES = experiments.cases(inputs=["features", "old classifier"])
DEPENDS_ON = ("scenes/photographs", "photos", "backbones", "heads", "frozen", "old_classifier")


def run_case(case: dict) -> dict:
    """Train one head; give its accuracy on validation and held-out photographs."""
    name, seed = case["photographs"], case["seed"]
    parts = frozen.parts(name, seed)
    if case["inputs"] == "old classifier":
        old = old_classifier.load("bundled").model
        parts = [Part(old(part.x).numpy()[:, None, None], part.y) for part in parts]
    train, validation, held_out = parts
    head = heads.train_head(train, validation, frozen.classes(name), seed)
    return {"validation": frozen.accuracy(head, validation), "held_out": frozen.accuracy(head, held_out)}


def summarise(rows: list[dict]) -> str:
    """Print accuracy by photograph set and by what the head is given."""
    return experiments.table(rows, "inputs", ("validation", "held_out"))

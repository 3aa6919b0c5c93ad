"""Can the classifier of the pre-trained network be re-used? A head on its probabilities, beside one on the features.

Both heads are the course's, trained on the same plain photos.
"""

from lib import backbones, training
from lib.tools import experiments
from lib.tools.experiments import _frozen
from lib.training import LabelledArrays

CASES = experiments.cases(inputs=["features", "old classifier"])


def run_case(case: dict) -> dict:
    """Train one head; give its accuracy on validation and held-out photos."""
    name, seed = case["photographs"], case["seed"]
    train, validation, held_out = parts = _frozen.parts(name, seed)
    if case["inputs"] == "old classifier":
        old = backbones.load_old_classifier("bundled")
        assert old is not None  # it comes with the bundled backbone
        train, validation, held_out = (
            LabelledArrays(old.model(part.x).numpy()[:, None, None], part.y) for part in parts
        )
    head = training.train_head(train, validation, len(_frozen.classes(name)), seed)
    return {"validation": training.accuracy(head, validation), "held_out": training.accuracy(head, held_out)}


def summarise(rows: list[dict]) -> str:
    """Print accuracy by photo set and by what the head is given."""
    return experiments.table(rows, "inputs", ("validation", "held_out"))

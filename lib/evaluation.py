"""How good a classifier is: accuracy, the report for each class, the confusion matrix, the worst mistakes."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix, precision_recall_fscore_support


@dataclass(frozen=True)
class Report:
    """Scores of one set of predictions. Arrays have one entry a class, in the order of `classes`.

    `confusion[i, j]` counts the pictures of class i that were called class j.
    """

    classes: tuple[str, ...]
    accuracy: float
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    support: np.ndarray
    confusion: np.ndarray
    text: str

    def as_dict(self) -> dict:
        """Give the scores as plain numbers and lists, for JSON."""
        scores = {name: getattr(self, name).tolist() for name in ("precision", "recall", "f1", "support", "confusion")}
        return {"classes": list(self.classes), "accuracy": self.accuracy, **scores}


def report(truth: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]) -> Report:
    """Score probabilities (n, classes) against true class indices (n,). A tie goes to the lowest class index.

    Raises ValueError when there is nothing to score.
    """
    if len(truth) == 0:
        raise ValueError("There are no pictures to score: give a folder that holds some of each class.")
    predicted, indices = probabilities.argmax(axis=1), np.arange(len(classes))
    scores = precision_recall_fscore_support(truth, predicted, labels=indices, zero_division=0)
    text = classification_report(truth, predicted, labels=indices, target_names=classes, digits=4, zero_division=0)
    matrix = confusion_matrix(truth, predicted, labels=indices)
    return Report(tuple(classes), float((predicted == truth).mean()), *scores, matrix, text)


def confusion_text(result: Report) -> str:
    """Write the confusion matrix as text: a row for each true class, a column for each predicted one."""
    width = max(len(name) for name in result.classes) + 2
    header = " " * width + "".join(f"{name:>{width}}" for name in result.classes)
    rows = [
        f"{name:<{width}}" + "".join(f"{count:>{width}}" for count in row)
        for name, row in zip(result.classes, result.confusion)
    ]
    return "\n".join([header, *rows])


def worst_mistakes(truth: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Give the indices of at most `count` wrong predictions, the most confident first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:count]

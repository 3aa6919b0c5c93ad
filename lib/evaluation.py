"""How good a classifier is: accuracy, the report for each class, the confusion matrix, the worst mistakes."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix, precision_recall_fscore_support

from lib.core.errors import InputError


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
        """Give the scores as plain numbers and lists, for JSON.

        Returns:
            The fields by name, without `text`.
        """
        scores = {name: getattr(self, name).tolist() for name in ("precision", "recall", "f1", "support", "confusion")}
        return {"classes": list(self.classes), "accuracy": self.accuracy, **scores}


def report(truth: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]) -> Report:
    """Score predictions. A tie goes to the lowest class index.

    The averages in the text are over the classes that occur in `truth`; the text names the others.

    Args:
        truth: class indices (n,).
        probabilities: (n, classes), 0 to 1.
        classes: the names, in the order of the columns.

    Returns:
        Accuracy, precision, recall, F1 and support of each class, the confusion matrix, and all of it as text.

    Raises:
        ValueError: n is 0.

    Example:
        >>> result = report(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), ("a", "b"))
        >>> round(result.accuracy, 2), result.confusion.tolist()
        (0.67, [[1, 0], [1, 1]])
    """
    if len(truth) == 0:
        raise InputError("There are no pictures to score: give a folder that holds some of each class.")
    predicted, indices = probabilities.argmax(axis=1), np.arange(len(classes))
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted, labels=indices, zero_division=0)
    there = np.unique(truth)
    names = [classes[index] for index in there]
    text = classification_report(truth, predicted, labels=there, target_names=names, digits=4, zero_division=0)
    absent = [name for name in classes if name not in names]
    if absent:
        text += f"\nNo images of {', '.join(absent)} here: the averages are over the other classes.\n"
    matrix = confusion_matrix(truth, predicted, labels=indices)
    accuracy = float((predicted == truth).mean())
    return Report(tuple(classes), accuracy, precision, recall, f1, support, matrix, text)


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
    """Find the most confident wrong predictions.

    Args:
        truth: class indices (n,).
        probabilities: (n, classes), 0 to 1.
        count: at most how many.

    Returns:
        Their indices, int64 (m,), m <= count, the most confident first.

    Example:
        >>> worst_mistakes(np.array([0, 1, 1]), np.array([[0.4, 0.6], [0.9, 0.1], [0.2, 0.8]]), 5)
        array([1, 0])
    """
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:count]

"""How good a classifier is: accuracy, the report for each class, the confusion matrix, the worst mistakes, calibration, intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

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


def calibration_error(truth: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> float:
    """Compute the expected calibration error: how far confidence and accuracy are apart, over bins of equal width.

    Naeini et al., "Obtaining well calibrated probabilities using Bayesian binning", 2015.

    Args:
        truth: class indices (n,), n > 0.
        probabilities: (n, classes), 0 to 1; the highest of a row is its confidence.
        bins: into how many parts 0 to 1 is divided.

    Returns:
        The mean over all predictions of |accuracy of their bin - mean confidence of their bin|, 0 to 1.

    Example:
        >>> round(calibration_error(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])), 2)
        0.45
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(place, right - confidence, minlength=bins)  # a bin's size × (accuracy - confidence)
    return float(np.abs(gaps).sum() / len(truth))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Divide the logits behind softmax probabilities by a temperature: above 1, every prediction is less confident.

    Args:
        probabilities: (n, classes), 0 to 1.
        temperature: above 0.

    Returns:
        Probabilities of the same shape; the order within each row stays.

    Example:
        >>> tempered(np.array([[0.9, 0.1]]), 2).round(2)
        array([[0.75, 0.25]])
    """
    powered = np.maximum(probabilities, 1e-12) ** (1 / temperature)
    return powered / powered.sum(axis=1, keepdims=True)


def fit_temperature(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Choose the temperature with the lowest cross-entropy, from 201 values between 1/4 and 4.

    Guo et al., "On calibration of modern neural networks", 2017. Fit it to validation photos.

    Args:
        truth: class indices (n,), n > 0.
        probabilities: (n, classes), 0 to 1.

    Returns:
        The temperature, for `tempered`.

    Example:
        >>> fit_temperature(np.array([0, 1]), np.array([[0.9, 0.1], [0.9, 0.1]]))
        4.0
    """
    temperatures = np.geomspace(0.25, 4, 201)
    rows = np.arange(len(truth))
    losses = [-np.log(tempered(probabilities, value)[rows, truth]).mean() for value in temperatures]
    return float(temperatures[np.argmin(losses)])


def exact_interval(correct: int, count: int) -> tuple[float, float]:
    """Compute the exact 95 % confidence interval of a fraction, from the binomial distribution.

    C. Clopper and E. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", 1934.

    Args:
        correct: how many of the trials succeeded.
        count: how many independent trials there were, at least 1.

    Returns:
        Its two ends, 0 to 1.

    Example:
        >>> [round(end, 3) for end in exact_interval(34, 60)]
        [0.432, 0.694]
    """
    return _lower_end(correct, count), 1 - _lower_end(count - correct, count)


def _lower_end(correct: int, count: int) -> float:
    """Find the fraction at which so many or more are correct with a probability of 2.5 %; 0 where none is."""
    low, high = 0.0, 1.0
    for _ in range(60 if correct else 0):
        middle = (low + high) / 2
        as_many = sum(comb(count, k) * middle**k * (1 - middle) ** (count - k) for k in range(correct, count + 1))
        low, high = (middle, high) if as_many < 0.025 else (low, middle)
    return low


# Student's t: 97.5 % are below it, for 1, 2, ... degrees of freedom.
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201)


def paired_interval(differences: Sequence[float] | np.ndarray) -> tuple[float, float]:
    """Compute the 95 % confidence interval of a mean difference, as the paired t-test does.

    Args:
        differences: one per pair (n,), such as two accuracies with the same seed; 2 to 12 of them.

    Returns:
        Its two ends; where 0 is between them, the test finds no difference at the 5 % level.

    Example:
        >>> [round(end, 3) for end in paired_interval([0.04, 0.02, 0.06])]
        [-0.01, 0.09]
    """
    values = np.asarray(differences, float)
    reach = _STUDENT[len(values) - 2] * values.std(ddof=1) / sqrt(len(values))
    return float(values.mean() - reach), float(values.mean() + reach)

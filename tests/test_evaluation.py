import numpy as np
import pytest

from lib import evaluation

CLASSES = ("a", "b", "c")
TRUTH = np.array([0, 0, 0, 1, 1, 2])
SURE = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0.1, 0.9, 0], [0.7, 0.3, 0], [0.5, 0.5, 0]])


def test_report_by_hand():
    report = evaluation.report(TRUTH, SURE, CLASSES)
    assert report.confusion.tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert report.accuracy == 0.5
    np.testing.assert_allclose(report.precision, [0.5, 0.5, 0])
    np.testing.assert_allclose(report.recall, [2 / 3, 0.5, 0])
    assert report.support.tolist() == [3, 2, 1]
    assert "0.6667" in report.text


def test_the_matrix_as_text_has_rows_of_truth():
    lines = evaluation.confusion_text(evaluation.report(TRUTH, SURE, CLASSES)).splitlines()
    assert lines[0].split() == list(CLASSES)
    assert lines[1].split() == ["a", "2", "1", "0"]


def test_the_most_confident_mistakes_come_first():
    assert evaluation.worst_mistakes(TRUTH, SURE, 2).tolist() == [1, 4]
    assert evaluation.worst_mistakes(TRUTH, SURE, 9).tolist() == [1, 4, 5]
    assert evaluation.worst_mistakes(TRUTH[:1], SURE[:1], 9).tolist() == []


def test_a_class_that_is_absent_does_not_count_in_the_averages():
    probabilities = np.eye(3)[[0, 0, 1, 1, 1]]
    report = evaluation.report(TRUTH[:5], probabilities, CLASSES)
    (macro,) = [line.split() for line in report.text.splitlines() if "macro" in line]
    assert macro[2:5] == ["0.8333", "0.8333", "0.8000"]  # of a and b, by hand
    assert "No images of c here: the averages are over the other classes." in report.text
    assert report.confusion.shape == (3, 3) and report.support.tolist() == [3, 2, 0]
    assert "No images" not in evaluation.report(TRUTH, SURE, CLASSES).text


def test_nothing_to_score_is_refused():
    with pytest.raises(ValueError, match="no pictures"):
        evaluation.report(TRUTH[:0], SURE[:0], CLASSES)


def test_the_exact_interval_is_that_of_the_tables():
    """Of 8 in 10: 0.4439 to 0.9748, as published tables have it; of none and of all, one end is the wall."""
    np.testing.assert_allclose(evaluation.exact_interval(8, 10), (0.4439, 0.9748), atol=1e-4)
    np.testing.assert_allclose(evaluation.exact_interval(0, 20), (0, 1 - 0.025 ** (1 / 20)), atol=1e-9)
    np.testing.assert_allclose(evaluation.exact_interval(20, 20), (0.025 ** (1 / 20), 1), atol=1e-9)


def test_the_paired_interval_is_that_of_students_t():
    low, high = evaluation.paired_interval(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose((low, high), (2 - 4.303 / np.sqrt(3), 2 + 4.303 / np.sqrt(3)))
    ten = np.arange(10)
    np.testing.assert_allclose(np.ptp(evaluation.paired_interval(ten)), 2 * 2.262 * ten.std(ddof=1) / np.sqrt(10))

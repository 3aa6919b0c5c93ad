"""Figures are looked at by people; what can be tested is that they hold what they were given."""

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lib import plots
from lib.palette import colours

CLASSES = ("badminton", "formula1", "volleyball")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


def test_events_keep_their_colours_and_others_get_their_own():
    assert colours(("volleyball", "badminton"))["badminton"] == colours(CLASSES)["badminton"]
    four = colours((*CLASSES, "golf", "chess"))
    assert len(set(four.values())) == 5


def test_pictures_are_all_shown_under_their_titles():
    images = [np.full((20, 30, 3), shade, np.uint8) for shade in range(5)]
    figure = plots.pictures(images, list("abcde"), columns=3)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", "d", "e", ""]
    assert [axis.images[0].get_array().max() for axis in figure.axes[:5]] == [0, 1, 2, 3, 4]


def test_confusion_shows_counts_with_the_truth_in_rows():
    figure = plots.confusion(np.array([[5, 1], [0, 7]]), ("a", "b"))
    axis = figure.axes[0]
    assert {(t.get_position(), t.get_text()) for t in axis.texts} == {
        ((0, 0), "5"),
        ((1, 0), "1"),
        ((0, 1), "0"),
        ((1, 1), "7"),
    }
    assert axis.get_ylabel() == "true" and axis.get_xlabel() == "predicted"


def test_learning_curves_mark_the_kept_epoch():
    history = {"loss": [3, 2, 1], "val_loss": [3, 1, 2], "accuracy": [0, 0, 1], "val_accuracy": [0, 1, 0]}
    figure = plots.learning_curves(history, best=1)
    assert all(axis.lines[2].get_xdata()[0] == 2 for axis in figure.axes)


def test_label_strips_have_the_events_colours_and_name_long_runs():
    labels = np.array([0] * 50 + [1] * 2 + [0] * 48)
    figure = plots.label_strips(np.arange(100) / 25, {"one": labels, "two": labels[::-1]}, CLASSES)
    shown = figure.axes[0].images[0].get_array()[0]
    np.testing.assert_allclose(shown[0], np.array(colours(CLASSES)["badminton"]) / 255)
    np.testing.assert_allclose(shown[50], np.array(colours(CLASSES)["formula1"]) / 255)
    assert texts(figure) == ["badminton", "badminton"]


def test_scores_have_a_line_for_each_event():
    scores = np.random.default_rng(0).random((40, 3))
    figure = plots.scores_over_time(np.arange(40) / 25, scores, scores, CLASSES)
    assert [line.get_label() for line in figure.axes[0].lines] == list(CLASSES)
    np.testing.assert_array_equal(figure.axes[0].lines[2].get_ydata(), scores[:, 2])


def test_balance_counts_are_written_out():
    figure = plots.class_balance({"training": {"badminton": 7, "formula1": 5, "volleyball": 3}}, CLASSES)
    assert texts(figure) == ["7", "5", "3"]


def test_rate_is_shown_by_epoch():
    figure = plots.learning_rate(np.arange(10), np.linspace(1, 0.5, 10), steps_per_epoch=5)
    assert figure.axes[0].lines[0].get_xdata()[-1] == 9 / 5

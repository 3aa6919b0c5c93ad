"""Figures are looked at by people; what can be tested is that they hold what they were given."""

import re
import subprocess
import sys
import warnings
from itertools import pairwise

import matplotlib

matplotlib.use("agg")

import numpy as np
import pytest
from matplotlib import font_manager

from lib import evaluation, plots
from lib.core import paths
from lib.core.colours import colours
from lib.plots import fonts, style

CLASSES = ("badminton", "formula1", "volleyball")


pytestmark = pytest.mark.usefixtures("figures_closed")


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


def test_a_map_of_one_channel_does_not_end_in_the_white_of_the_page():
    coarse = np.array([[0.0, 0.5], [0.5, 3.0]], np.float32)
    grey = (255 * coarse / 3).astype(np.uint8)
    shown = [axis.images[0].to_rgba(axis.images[0].get_array()) for axis in plots.pictures([coarse, grey]).axes[:2]]
    strongest, white = shown[0][1, 1, :3], shown[1][1, 1, :3]
    assert white.min() == 1 and strongest.min() < 0.5


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
    assert figure.axes[0].lines[2].get_label() == "kept"
    assert plots.learning_curves(history, 1, "most right").axes[0].lines[2].get_label() == "most right"


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


def test_rates_are_shown_by_epoch_as_a_share_of_the_first():
    figure = plots.learning_rates({"a": np.linspace(4, 2, 10), "b": np.ones(10)}, steps_per_epoch=5)
    falling, constant = figure.axes[0].lines
    assert falling.get_xdata()[-1] == 9 / 5 and falling.get_ydata()[-1] == 0.5
    assert set(constant.get_ydata()) == {1} and falling.get_linestyle() != constant.get_linestyle()


def test_losses_of_several_trainings_share_a_scale():
    history = {"loss": [3, 2, 1], "val_loss": [3, 1, 2]}
    figure = plots.losses({"slow": history, "fast": {"loss": [30, 20], "val_loss": [3, 1]}})
    assert [axis.get_title() for axis in figure.axes] == ["slow", "fast"]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim() and figure.axes[0].get_yscale() == "log"
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_ydata(), history["val_loss"])


def test_a_loss_that_runs_away_leaves_the_others_room():
    figure = plots.losses(
        {"good": {"loss": [1, 0.1], "val_loss": [1, 0.5]}, "bad": {"loss": [1, 1e20], "val_loss": [2, np.nan]}}
    )
    assert figure.axes[0].get_ylim()[1] == figure.axes[1].get_ylim()[1] == 100


ROWS = [{"views": 0, "seed": seed, "right": 0.5 + seed / 10} for seed in range(3)] + [{"views": 4, "other": 0.9}]


def test_a_spread_has_a_circle_for_each_seed_and_a_diamond_for_this_run():
    live = [{"views": 0, "right": 0.55}, {"views": 2, "right": 0.6, "other": 0.7}]
    figure = plots.spread(ROWS, live, "views", {"one": "right", "two": "other"}, "accuracy")
    one, two = figure.axes
    assert [label.get_text() for label in one.get_xticklabels()] == ["0", "4", "2"]
    circles, diamonds = [line for line in one.lines if len(line.get_xdata())]
    np.testing.assert_allclose(circles.get_ydata(), [0.5, 0.6, 0.7])
    assert list(diamonds.get_xdata()) == [0, 2] and list(diamonds.get_ydata()) == [0.55, 0.6]
    assert [(list(line.get_xdata()), list(line.get_ydata())) for line in two.lines if len(line.get_xdata())] == [
        ([1], [0.9]),
        ([2], [0.7]),
    ]
    assert one.get_ylim() == two.get_ylim()


def test_a_spread_does_without_what_was_not_kept_or_not_run():
    assert len(plots.spread(ROWS, [], "views", {"one": "right"}, "accuracy").axes) == 1
    figure = plots.spread([], [{"views": 0, "right": 1}], "views", {"one": "right"}, "accuracy")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["this run"]


def test_runs_have_a_mark_for_each_seed_in_the_row_of_their_way():
    stored = [{"way": way, "seed": seed, "right": seed / 10 + len(way)} for way in ("a", "bb") for seed in range(3)]
    live = [{"way": "bb", "right": 5}, {"way": "c", "right": 6}]
    (axis,) = plots.runs(stored, live, "way", {"one": "right"}, "accuracy", chance=0.5).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "bb", "c"]
    points = [(line.get_marker(), *np.round(line.get_xdata(), 6), *np.round(line.get_ydata())) for line in axis.lines]
    assert points[:4] == [("o", 1.0, 0), ("s", 1.1, 0), ("^", 1.2, 0), ("|", 1.1, 0)]
    assert [line for line in points if line[0] == "D"] == [("D", 5, 6, 1, 2)]
    heights = [line.get_ydata()[0] for line in axis.lines[:3]]
    assert len(set(heights)) == 3, "marks of equal results must not cover each other"
    assert axis.lines[-1].get_xdata() == [0.5, 0.5]
    words = [text.get_text() for text in axis.figure.legends[0].get_texts()]
    assert words == [*(f"stored, seed {seed}" for seed in range(3)), "their mean", "this run", "guessing"]


def test_runs_do_without_what_is_not_stored_or_not_run():
    figure = plots.runs([], [{"way": "a", "right": 1}], "way", {"one": "right", "two": "other"}, "accuracy")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["this run"]
    assert len(plots.runs([{"way": "a", "seed": 0, "right": 1}], [], "way", {"one": "right"}, "x").axes) == 1


def test_later_networks_name_every_box_and_hatch_those_that_mix_time():
    figure = plots.later_networks()
    for axis, mixed in zip(figure.axes, ({"conv 2D"}, {"conv 3D", "pool"}, {"LSTM"}, {"attention"})):
        boxes = [patch for patch in axis.patches if patch.get_edgecolor()[:3] == (0, 0, 0)]
        middles = {(round(b.get_x() + b.get_width() / 2, 3), round(b.get_y() + b.get_height() / 2, 3)) for b in boxes}
        named = {tuple(np.round(text.get_position(), 3)): text.get_text() for text in axis.texts if text.get_text()}
        assert middles <= set(named)
        hatched = [patch for patch in axis.patches if patch.get_hatch()]
        at = {(round(b.get_x() + b.get_width() / 2, 3), round(b.get_y() + b.get_height() / 2, 3)) for b in hatched}
        assert {named[place] for place in at} == mixed
    spoken = figure.get_label()
    assert all(axis.get_title().split(",")[0].lower() in spoken.lower() for axis in figure.axes)


def test_a_label_becomes_the_alternative_text_of_a_figure_in_a_notebook(monkeypatch):
    given = []
    monkeypatch.setattr(style.plt, "get_backend", lambda: "inline")
    monkeypatch.setattr(style.plt, "show", lambda: None)
    monkeypatch.setattr("IPython.display.display", lambda figure, metadata: given.append(metadata["image/png"]["alt"]))
    assert plots.later_networks() is None
    assert len(given) == 1 and "attention, which mixes time" in given[0]


def test_a_tally_names_rows_and_columns_and_leaves_zeros_blank():
    figure = plots.tally(np.array([[3, 0], [1, 2]]), ("a", "b"), ("ice_hockey", "chess"), "called")
    assert texts(figure) == ["3", "", "1", "2"]
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["ice\nhockey", "chess"]


def test_minutes_add_up_from_what_comes_before_the_first_epoch():
    figure = plots.minutes_by_epoch({"always": (0, 2), "once": (2, 0.1)}, epochs=10)
    always, once = figure.axes[0].lines
    assert (always.get_ydata()[-1], once.get_ydata()[0], once.get_ydata()[-1]) == (20, 2, 3)


# Loading


def test_every_place_shows_its_numbers_legibly():
    (axis,) = plots.pixel_values(np.array([[[255, 254, 253], [3, 2, 1]]], np.uint8)).axes
    light, dark = axis.texts
    assert (light.get_text(), light.get_color()) == ("255\n254\n253", "black")
    assert (dark.get_text(), dark.get_color(), dark.get_position()) == ("3\n2\n1", "white", (1, 0))


def test_every_way_to_shrink_has_a_line_of_its_own():
    changes = {"points": [5, 5], "four points": [4, 4], "areas": [3, 1]}
    (axis,) = plots.resizing((64, 32), changes).axes
    assert [(line.get_label(), list(line.get_ydata())) for line in axis.lines] == list(changes.items())
    assert len({(line.get_linestyle(), line.get_marker()) for line in axis.lines}) == 3
    assert [text.get_text() for text in axis.get_xticklabels()] == ["64", "32"]


@pytest.mark.parametrize("same", [[0, 2, 2, 9], []])
def test_distances_are_shares_of_each_kind_of_pair(same):
    (axis,) = plots.distances(np.array(same, int), np.array([30, 31, 31, 40]), close=6).axes
    heights = [[bar.get_height() for bar in bars] for bars in axis.containers]
    assert sum(heights[0]) == pytest.approx(1) and sum(heights[1]) == pytest.approx(int(len(same) > 0))
    assert heights[0][31] == 0.5
    if same:
        assert heights[1][:3] == [0.25, 0, 0.5]
    assert axis.lines[0].get_xdata()[0] == 6.5


def test_the_best_of_many_is_marked_beside_what_it_reaches_elsewhere():
    (axis,) = plots.best_of_many(np.array([0.2, 0.5, 0.4]), 0.3, "validation", "held-out").axes
    assert [line.get_xdata()[0] for line in axis.lines] == [0.5, 0.3]
    assert "validation" in axis.lines[0].get_label() and "held-out" in axis.lines[1].get_label()


# The appendix


def test_how_the_backbone_was_made_is_drawn_from_what_its_card_and_log_hold():
    log = {name: np.linspace(0, 1, 5) for name in ("epoch", "rate", "accuracy", "held_back_accuracy")}
    rate, accuracy = plots.training_log(log).axes
    assert list(rate.lines[0].get_ydata()) == list(log["rate"]) and len(accuracy.lines) == 2
    shown = plots.filters(np.random.default_rng(0).normal(size=(3, 3, 3, 10)), columns=8)
    assert [axis.get_title() for axis in shown.axes if axis.images] == [str(i) for i in range(10)]
    matrix = plots.wide_confusion(np.array([[8, 2], [1, 3]]), ["tennis", "ice_hockey"]).axes[0]
    assert [text.get_text() for text in matrix.texts] == ["80", "75"]
    assert np.nanmax(matrix.images[0].get_array()) == 0.25


def test_reliability_has_a_point_with_its_interval_and_its_count_for_each_bin():
    bins = np.array([[4, 60], [0.55, 0.95], [0.5, 0.9], [0.2, 0.8], [0.8, 0.95]])
    figure = plots.reliability({"before": bins, "after": bins[:, 1:]})
    before, after, counts, _ = figure.axes
    np.testing.assert_allclose(before.lines[1].get_xydata(), [[0.55, 0.5], [0.95, 0.9]])
    segments = before.collections[0].get_segments()
    np.testing.assert_allclose(segments, [[[0.55, 0.2], [0.55, 0.8]], [[0.95, 0.8], [0.95, 0.95]]])
    assert [text.get_text() for text in counts.texts] == ["4", "60"]
    assert (before.get_title(), after.get_title()) == ("before", "after")
    assert before.get_xlim() == after.get_xlim() and before.get_xlim()[0] < 0.55


def test_lines_of_accuracy_are_told_apart_by_their_dashes():
    lines = {"one": np.full(5, 0.9), "two": np.array([1, 0.6, 0.7, 0.8, 0.9])}
    axis = plots.coverage_accuracy(np.linspace(0, 1, 5), lines).axes[0]
    assert [line.get_linestyle() for line in axis.lines] == ["-", "--"]
    assert axis.get_ylim()[0] <= 0.6


def test_intervals_are_written_beside_a_line_at_0():
    figure = plots.intervals({"one": (0.02, -0.01, 0.05), "two": (0.3, 0.2, 0.4)}, "difference")
    (axis,) = figure.axes
    assert texts(figure) == ["+0.020 [-0.010, +0.050]", "+0.300 [+0.200, +0.400]"]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["one", "two"]
    assert [0, 0] in [list(line.get_xdata()) for line in axis.lines] and axis.get_xlim()[0] < 0
    assert list(axis.lines[0].get_xdata()) == [-0.01, 0.05]


def test_a_spotlight_is_bright_where_its_map_is_high():
    image = np.full((40, 40, 3), 200, np.uint8)
    figure = plots.spotlights([image, image], [None, np.array([[1.0, 0.0], [0.0, 0.0]])], ["a", "b"], columns=2)
    plain, lit = (axis.images[0].get_array() for axis in figure.axes)
    assert plain.min() == 200 and lit[0, 0, 0] == 200 and 30 < lit[-1, -1, 0] < 50
    assert len(figure.axes[1].collections) == 1  # the outline: brightness is not the only sign
    dark = plots.spotlights([image], [np.zeros((2, 2))], ["nothing"], columns=1)
    assert dark.axes[0].images[0].get_array().max() == 40


def test_every_draw_is_in_a_bar_and_its_middle_is_marked():
    draws = {"a": np.arange(101) / 100, "b": np.full(50, 0.5)}
    figure = plots.chances(draws, 0.5, "accuracy", step=0.01)
    for axis, values in zip(figure.axes, draws.values()):
        assert sum(bar.get_height() for bar in axis.patches) == len(values)
        np.testing.assert_allclose(axis.lines[0].get_xdata(), np.percentile(values, (2.5, 97.5)))
        assert list(axis.lines[1].get_xdata()) == [0.5, 0.5]
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert heights[:33] == [3] * 33 and sum(heights[33:]) == 2  # whole steps: all alike but for the end
    assert len(plots.chances({"a": np.ones(9)}, 1.0, "accuracy", step=0.1).axes[0].patches) > 0


def test_lanes_hold_each_event_where_it_is_named():
    labels = np.array([0] * 50 + [2] * 30 + [-1] * 20)
    (axis,) = plots.label_lanes(np.arange(100) / 25, {"one": labels}, CLASSES).axes
    boxes = [
        [path.get_extents().bounds for path in collection.get_paths()] for collection in axis.collections
    ]  # left, bottom, width, height
    np.testing.assert_allclose(boxes[0], [(0, 2, 2, 1)])
    assert boxes[1] == []
    assert axis.get_window_extent().height / 3 > 15  # pixels of a lane
    np.testing.assert_allclose(boxes[2], [(2, 0, 1.2, 1)])


def test_each_step_of_a_deque_frames_what_it_holds_and_names_the_mean():
    figure = plots.deque_steps((0.9, 0.2, 0.1, 0.1), 2, ("A", "B"))
    held = [(box.get_x(), box.get_width()) for box in figure.axes[0].patches]
    np.testing.assert_allclose(held, [(-0.45, 0.9), (-0.45, 1.9), (0.55, 1.9), (1.55, 1.9)])
    shown = texts(figure)
    assert [text for text in shown if text in "AB"] == ["A", "A", "B", "B"]
    assert [text for text in shown if len(text) == 4] == ["0.90", "0.55", "0.15", "0.10", "mean"]
    assert figure.axes[0].get_xticklabels()[0].get_text() == "0"  # frames are counted from 0


def test_the_median_of_the_lags_lies_over_the_law():
    lags = np.array([[3, 4, 50], [7, 9, 60]])
    figure = plots.half_window((8, 16), {"clip": lags}, (4, 8))
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines}
    np.testing.assert_array_equal(lines["median"], [4, 9])
    np.testing.assert_array_equal(lines["half the window"], [4, 8])


def test_the_price_of_each_way_has_a_panel_with_its_sizes():
    figure = plots.lag_vs_errors({"mean": ((5, 10), (8, 2)), "vote": ((25, 25), (9, 9))}, (8, 16), rate=25)
    mean, vote, empty = figure.axes
    np.testing.assert_allclose(mean.lines[2].get_xydata(), [(0.2, 8), (0.4, 2)])
    assert {text.get_text() for text in mean.texts} == {"8", "16"}
    assert [text.get_text() for text in vote.texts] == ["8, 16"]  # two sizes at one point
    assert not empty.lines


def test_ways_are_compared_over_one_axis():
    (axis,) = plots.compare((1, 2, 3), {"a": (0.1, 0.2, 0.3), "b": (0.3, 0.2, 0.1)}, "x", "y", marked=[2]).axes
    assert [line.get_label() for line in axis.lines[:2]] == ["a", "b"]
    assert len({line.get_marker() for line in axis.lines[:2]}) == 2
    assert list(axis.lines[2].get_xdata()) == [2, 2]


def test_tables_of_scores_show_each_value_in_its_row_and_column():
    table = {"raw": {"p": 0.25, "r": 1.0}, "mean": {"p": 0.5, "r": 0.75}}
    first, second = plots.score_tables({"one": table, "two": {"raw": {"f": 0.0}, "mean": {"f": 1.0}}}).axes
    assert [text.get_text() for text in first.texts] == ["0.25", "1.00", "0.50", "0.75"]
    assert [label.get_text() for label in first.get_yticklabels()] == ["raw", "mean"]
    assert first.images[0].get_array().max() == second.images[0].get_array().max() == 1
    assert [label.get_text() for label in second.get_xticklabels()] == ["f"]


def test_sizes_of_files_lie_within_the_axis_that_ends_at_a_power_of_ten():
    sizes = {"raw": 34_560_000, "small": 81_000}
    (axis,) = plots.file_sizes(sizes, {"raw": "no player", "small": "browsers"}).axes
    assert axis.get_xlim() == (10_000, 100_000_000)
    assert {text.get_text() for text in axis.texts} == {"34,560 kB", "81 kB"}


def test_a_slow_deque_spans_more_seconds():
    runs = {"every": (np.arange(6) / 10, np.arange(6) / 5), "newest": (np.arange(3) / 5, np.arange(3) / 5 + 0.1)}
    late, spans = plots.label_delay(runs, size=3).axes
    np.testing.assert_allclose(late.lines[0].get_ydata(), np.arange(6) / 10)
    np.testing.assert_allclose(late.lines[1].get_ydata(), [0.1] * 3)
    np.testing.assert_allclose(spans.lines[0].get_ydata(), [0, 0.1, 0.2, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(spans.lines[1].get_ydata(), [0, 0.2, 0.4])


# Fine-tuning


def test_free_shares_mark_the_choice_and_name_each_group_where_it_begins():
    shares = {"stem_conv": 1.0, "block1_conv1": 0.9, "block1_conv2": 0.6, "block2_conv": 0.5}
    (axis,) = plots.free_shares(shares, "block1_conv2").axes
    curve, choice = axis.lines
    assert list(curve.get_ydata()) == list(shares.values())
    assert (list(choice.get_xdata()), list(choice.get_ydata())) == ([2], [0.6])
    ticks = zip(axis.get_xticks(), (label.get_text() for label in axis.get_xticklabels()))
    assert list(ticks) == [(0, "stem"), (1, "block1"), (3, "block2")]


def test_rates_are_shown_as_they_are_over_epochs():
    (axis,) = plots.rates({"up": np.linspace(0, 1, 10), "level": np.ones(10)}, steps_per_epoch=5).axes
    up, level = axis.lines
    assert up.get_xdata()[-1] == 9 / 5 and list(up.get_ydata()) == list(np.linspace(0, 1, 10))
    assert up.get_linestyle() != level.get_linestyle()


def test_first_steps_begin_at_the_start_and_are_told_apart_without_colour():
    runs = {"gentle": ([0.1, 0.2], [1.0, 0.9]), "rough": ([0.3, 0.6], [1.0, 2.0])}
    left, right = plots.first_steps(runs).axes
    assert [list(line.get_ydata()) for line in left.lines] == [[0, 0.1, 0.2], [0, 0.3, 0.6]]
    assert [list(line.get_ydata()) for line in right.lines] == [[1.0, 0.9], [1.0, 2.0]]
    for axis in (left, right):
        assert len({(line.get_linestyle(), line.get_marker()) for line in axis.lines}) == 2


def test_first_steps_of_a_training_that_breaks_leave_the_others_legible():
    runs = {"whole": ([0.1, 0.2], [1.0, 0.9]), "broken": ([0.3, np.nan], [1.0, 9e6])}
    _, right = plots.first_steps(runs).axes
    assert right.get_ylim() == (0, 3)
    runs["broken"] = [0.3, np.nan], [1.0, np.nan]
    assert plots.first_steps(runs).axes[1].get_ylim() == (0, pytest.approx(1.08))


def test_losses_and_gradients_have_a_bar_for_each_head_and_kind_of_picture():
    found = {
        "plain": {"trained": (0.1, 1.0), "fresh": (1.1, 3.0)},
        "changed": {"trained": (0.2, 2.0), "fresh": (1.2, 4)},
    }
    losses, gradients = plots.gradients(found).axes
    assert [[bar.get_height() for bar in bars] for bars in losses.containers] == [[0.1, 0.2], [1.1, 1.2]]
    assert [[bar.get_height() for bar in bars] for bars in gradients.containers] == [[1.0, 2.0], [3.0, 4.0]]
    assert len({bars[0].get_hatch() for bars in losses.containers}) == 2


def test_a_spread_of_different_measures_has_a_scale_each_and_names_this_run_only_where_it_is():
    figure = plots.spread(ROWS, [], "views", {"one": "right", "two": "other"}, "", one_scale=False)
    assert figure.axes[0].get_ylim() != figure.axes[1].get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["stored, one per seed"]


def test_lags_lie_over_what_was_predicted_and_their_medians_stand_out():
    pairs = {"clip": {32: (np.array([10.0, 16, 30]), np.array([9, 15, 40]))}}
    lines = {line.get_label(): line.get_xydata() for line in plots.lag_over_law(pairs).axes[0].lines}
    np.testing.assert_array_equal(lines["window 32"], [(10, 9), (16, 15), (30, 40)])
    np.testing.assert_array_equal(lines["median, 32"], [(16, 15)])
    assert lines["as predicted,\nand a fifth off"][1].tolist() == [44, 44]


def test_a_reached_epoch_is_marked_on_its_own_training_alone():
    history = {"loss": [3, 2, 1], "val_loss": [3, 2, 2]}
    first, second = plots.losses({"slow": history, "fast": history}, {"slow": 2, "fast": np.inf}).axes
    assert [text.get_text() for text in first.texts] == ["epoch 2"] and not second.texts
    assert (2, 2) in [tuple(line.get_xydata()[0]) for line in first.lines]


def test_bars_of_accuracies_are_whole_photographs_wide():
    (axis,) = plots.best_of_many(np.arange(40, 60) / 97, 0.5, "validation", "held-out", step=1 / 97).axes
    assert {round(bar.get_width() * 97, 6) for bar in axis.patches} == {1.0}
    assert {bar.get_height() for bar in axis.patches} == {1}


def test_differences_are_taken_between_runs_of_the_same_seed():
    first = [{"way": "a", "seed": seed, "right": seed} for seed in (0, 1, 2)]
    second = [{"way": "bb", "seed": seed, "right": seed + gain} for seed, gain in ((2, 0.5), (0, 0.1))]
    axis, other = plots.differences([*first, *second], "way", {"test": "right", "x": "right"}).axes
    drawn = [pytest.approx(line.get_xdata()) for line in axis.lines]
    assert drawn == [[0.5], [0.1], [0.3], [0, 0]], "two pairs, their mean, and no interval of so few; the line at 0"
    assert len({line.get_marker() for line in axis.lines[:2]}) == 2
    assert [label.get_text() for label in axis.get_yticklabels()] == ["bb"] and other.get_title() == "x"
    assert [text.get_text() for text in axis.figure.legends[0].get_texts()][-2:] == ["their mean", "no difference"]


def test_many_differences_have_one_sign_and_their_interval():
    gains = {seed: 0.01 * seed for seed in range(10)}
    stored = [{"way": way, "seed": s, "right": s + (way == "bb") * gains[s]} for way in ("a", "bb") for s in gains]
    (axis,) = plots.differences(stored, "way", {"test": "right"}).axes
    dots = [line for line in axis.lines if line.get_marker() == "o"]
    assert sorted(float(line.get_xdata()[0]) for line in dots) == pytest.approx(list(gains.values()))
    low, high = evaluation.paired_interval(list(gains.values()))
    assert [low, high] in [pytest.approx(list(line.get_xdata())) for line in axis.lines]
    words = [text.get_text() for text in axis.figure.legends[0].get_texts()]
    assert words == ["one per seed", "their mean", "no difference", "95 % interval"]


def test_runs_of_many_seeds_have_one_sign():
    stored = [{"way": "a", "seed": seed, "right": seed / 10} for seed in range(10)]
    (axis,) = plots.runs(stored, [], "way", {"one": "right"}, "accuracy").axes
    assert {line.get_marker() for line in axis.lines} == {"o", "|"}
    assert [text.get_text() for text in axis.figure.legends[0].get_texts()] == ["stored, one per seed", "their mean"]


def test_agreement_has_one_scale_of_shades():
    (axis,) = plots.agreement(np.array([[100, 3], [5, 12]]), ("old", "new"), "photographs").axes
    assert texts(axis.figure) == ["100", "3", "5", "12"]
    np.testing.assert_array_equal(axis.images[0].get_array(), np.array([[1, 0.03], [0.05, 0.12]]))
    assert [label.get_text() for label in axis.get_yticklabels()] == ["old: correct", "old: wrong"]


OWN = {
    "long": (
        "synchronised_swimming_duet_technical_routine_women_final_2024",
        "basketball_men",
        "_other",
        "cash$prize$",
    ),
    "lines": ("beach\nvolleyball", "table\ttennis", "golf"),
    "letters": ("Волейбол", "كرة الطائرة", "Überfußball"),
    "many": tuple(f"class number {number}" for number in range(14)),
}


def figures_with_names(classes):
    chance, count, n = np.random.default_rng(0), len(classes), 300
    matrix = chance.integers(0, 40, (count, count))
    labels, seconds = np.repeat(np.arange(count), -(-n // count))[:n], np.arange(n) / 25
    scores = chance.dirichlet(np.ones(count), n)
    strips = {"truth": labels, "each frame": chance.integers(0, count, n)}
    yield plots.confusion(matrix, classes)
    yield plots.confusions({"one": matrix, "two": matrix}, classes)
    yield plots.label_strips(seconds, strips, classes)
    yield plots.label_lanes(seconds, strips, classes)
    yield plots.scores_over_time(seconds, scores, scores, classes)
    yield plots.close_up(np.arange(30), {"scores": scores[:30]}, classes, {"flip": 4})
    yield plots.class_balance({part: dict(zip(classes, matrix[0])) for part in ("training", "test")}, classes)
    yield plots.pictures([np.zeros((36, 64, 3), np.uint8)] * count, [f"frame 7: {name}" for name in classes], 4)


def boxes(texts):
    """Where words lie, after drawing, in pixels; the numbers of an axis may lie beyond its ends, and are not seen."""
    return [(text, text.get_window_extent()) for text in texts if re.search(r"[^\W\d_]", text.get_text())]


@pytest.mark.parametrize("kind", OWN)
def test_names_of_ones_own_fit_into_every_figure(kind):
    """Within the page, not over each other, every one there, and no word of matplotlib's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for figure in figures_with_names(OWN[kind]):
            figure.set_dpi(72)  # a pixel is a point
            figure.canvas.draw()
            height, width = figure.bbox.height, figure.bbox.width
            legends = [*figure.legends, *(axis.get_legend() for axis in figure.axes if axis.get_legend())]
            groups = [legend.get_texts() for legend in legends]
            groups += [[axis.title for axis in figure.axes]]
            groups += [axis.get_yticklabels() for axis in figure.axes]
            groups += [axis.get_xticklabels() for axis in figure.axes]
            for group in groups:
                placed = boxes(group)
                for text, box in placed:
                    assert box.x0 > -2 and box.y0 > -2 and box.x1 < width + 2 and box.y1 < height + 2, text
                for (one, first), (other, second) in pairwise(placed):
                    slanted = one.get_rotation() % 90  # those lie beside each other along their slope
                    assert slanted or first.padded(-1).overlaps(second.padded(-1)) == 0, (one, other)


@pytest.mark.parametrize("kind", OWN)
def test_no_event_is_known_by_its_colour_alone(kind):
    classes, count = OWN[kind], len(OWN[kind])
    labels = np.repeat(np.arange(count), 20)
    figure = plots.label_strips(np.arange(len(labels)) / 25, {"a": labels, "b": labels[::-1]}, classes)
    words = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    assert {style.written(name).replace(r"\$", "$") for name in classes} <= {word.replace(r"\$", "$") for word in words}


def test_a_font_of_the_system_is_used_where_the_usual_one_has_no_glyph(monkeypatch, capsys):
    """As if the machine had a single font more, with signs of mathematics."""
    sign = "⨋"
    entry = next(entry for entry in font_manager.fontManager.ttflist if entry.name == "STIXGeneral")
    monkeypatch.setattr(fonts, "_system_fonts", lambda: [entry])
    monkeypatch.setattr(
        fonts, "_covered", lambda font, letters: letters & {sign} if "stix" in font.fname.lower() else set()
    )
    fonts._families.cache_clear()
    figure = plots.confusion(np.eye(2, dtype=int), (sign, "golf"))
    assert all("STIXGeneral" in label.get_fontfamily() for label in figure.axes[0].get_yticklabels())
    assert capsys.readouterr().out == ""
    fonts._families.cache_clear()


def test_letters_that_no_font_has_are_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(fonts, "_system_fonts", lambda: [])
    fonts._families.cache_clear()
    fonts._say.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            plots.confusion(np.eye(2, dtype=int), ("\U0001f3f8\U0001f3d0", "golf")).canvas.draw()
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "\U0001f3d0\U0001f3f8" in said and "install a font" in said and not told
    fonts._families.cache_clear()


def test_importing_changes_no_setting_of_matplotlib():
    code = "import matplotlib; before = {**matplotlib.rcParams}; from lib import plots; assert before == matplotlib.rcParams"
    subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, check=True)

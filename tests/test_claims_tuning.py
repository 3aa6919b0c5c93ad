"""What notebook 03 says of the kept figures: it must hold for each photograph set, whenever they are measured anew."""

from itertools import pairwise

import numpy as np
import pytest

from lib import experiments

each_set = pytest.mark.parametrize("photographs", experiments.SETS)
DEPTHS = ("last block", "last two blocks", "all")


def by_seed(photographs, way, column):
    """A column's values for one way to train, one a seed."""
    rows = [row for row in experiments.stored("fine_tuning", photographs) if row["way"] == way]
    assert [row["seed"] for row in rows] == list(experiments.SEEDS), (photographs, way)
    return np.array([row[column] for row in rows])


@each_set
def test_a_fresh_head_starts_late_and_distorts_nothing_that_is_measured(photographs):
    late = by_seed(photographs, "all, fresh head", "first_loss") - by_seed(photographs, "all", "first_loss")
    farther = by_seed(photographs, "all, fresh head", "moved") - by_seed(photographs, "all", "moved")
    behind = by_seed(photographs, "all", "held_out") - by_seed(photographs, "all, fresh head", "held_out")
    assert (farther < 0).all() and late.mean() > 0
    if photographs == "sample":
        assert (late > 0).all() and behind.min() < 0 < behind.max()
    else:
        assert (behind > 0).all() and 0.01 < behind.mean() < 0.02


@each_set
def test_free_normalisation_does_no_harm_with_batches_of_32(photographs):
    first, moved, right = (
        by_seed(photographs, "all, free normalisation", column) - by_seed(photographs, "all", column)
        for column in ("first_loss", "moved", "held_out")
    )
    assert (first < 0).all() and (moved < 0).all()
    if photographs == "sample":
        assert (right > 0).all() and right.max() > 0.05
    else:
        assert right.min() < 0 < right.max()


@each_set
def test_overfitting_is_there_in_every_way_but_does_not_grow_with_the_free_layers(photographs):
    for way in ("frozen", *DEPTHS):
        assert (by_seed(photographs, way, "train") - by_seed(photographs, way, "held_out") > 0.01).all(), way
    more = by_seed(photographs, "all", "train") - by_seed(photographs, "last block", "train")
    assert (more < 0).all() if photographs == "sample" else abs(more.mean()) < 0.005


def test_on_real_photographs_more_free_layers_are_better_on_average():
    gains = [gain("real", way) for way in DEPTHS]
    assert all(less.mean() < more.mean() for less, more in pairwise(gains))
    assert (gains[-1] > 0).all() and 0.01 < gains[-1].mean() < 0.02


def test_on_drawn_photographs_no_depth_is_sure_to_gain_and_validation_sees_the_worst():
    gains = np.array([gain("sample", way) for way in DEPTHS])
    assert (gains.min(axis=1) < 0).all()
    worst = gain("sample", "all").argmin()
    assert gain("sample", "all")[worst] < -0.05 and gain("sample", "all", "validation")[worst] < -0.05


@each_set
def test_from_scratch_comes_last_with_every_seed(photographs):
    scratch = by_seed(photographs, "scratch", "held_out")
    assert all((by_seed(photographs, way, "held_out") > scratch + 0.01).all() for way in ("frozen", *DEPTHS))
    seconds = {way: np.median(by_seed(photographs, way, "training_seconds")) for way in ("frozen", "all", "scratch")}
    assert seconds["all"] > 3 * seconds["frozen"] and 0.5 < seconds["scratch"] / seconds["all"] < 2


def gain(photographs, way, column="held_out"):
    """By how much a way is above the frozen base, one a seed."""
    return by_seed(photographs, way, column) - by_seed(photographs, "frozen", column)

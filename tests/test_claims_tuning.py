"""What notebook 03 says of the kept figures: it must hold for each photograph set, whenever they are measured anew."""

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
    if photographs == "sample":
        assert (late > 0).all()
        assert farther.min() < 0 < farther.max()
    else:
        assert late.mean() > 0
        assert (farther < 0).all()
    assert neither_is_ahead_always(photographs, "all, fresh head", "all")


@each_set
def test_free_normalisation_hardly_matters_with_batches_of_32(photographs):
    free, frozen = (by_seed(photographs, way, "first_loss") for way in ("all, free normalisation", "all"))
    assert (free < frozen).all()
    assert neither_is_ahead_always(photographs, "all, free normalisation", "all")


@each_set
def test_overfitting_is_there_in_every_way_but_does_not_grow_with_the_free_layers(photographs):
    for way in ("frozen", *DEPTHS):
        assert (by_seed(photographs, way, "train") - by_seed(photographs, way, "held_out") > 0.01).all(), way
    assert (by_seed(photographs, "all", "train") < by_seed(photographs, "last block", "train")).all()


def test_on_real_photographs_every_depth_gains_about_a_percentage_point():
    gains = [gain("real", way) for way in DEPTHS]
    assert all(0.003 < each.mean() < 0.02 for each in gains)
    assert np.ptp([each.mean() for each in gains]) < 0.01  # none is clearly ahead


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


def neither_is_ahead_always(photographs, way, other):
    difference = by_seed(photographs, way, "held_out") - by_seed(photographs, other, "held_out")
    return (difference >= 0).any() and (difference <= 0).any()

"""What notebook 13 says of the stored figures: it must hold for each photograph set, also when they are measured again."""

from itertools import pairwise

import numpy as np
import stored_figures
from stored_figures import each_set

from lib import lessons

DEPTHS = ("last block", "last two blocks", "all")


def by_seed(photographs, way, column):
    return stored_figures.by_seed("fine_tuning", photographs, column, way=way)


@each_set
def test_a_fresh_head_starts_late_and_distorts_nothing_that_is_measured(photographs):
    late = by_seed(photographs, "all, fresh head", "first_loss") - by_seed(photographs, "all", "first_loss")
    farther = by_seed(photographs, "all, fresh head", "moved") - by_seed(photographs, "all", "moved")
    behind = by_seed(photographs, "all", "held_out") - by_seed(photographs, "all, fresh head", "held_out")
    assert late.mean() > 0
    if photographs == "sample":
        assert farther.min() < 0 < farther.max()
        assert (late > 0).all() and behind.min() < 0 < behind.max()
    else:
        assert (farther < 0).all()
        assert (behind > 0).all() and 0.01 < behind.mean() < 0.02


@each_set
def test_normalisation_that_is_frozen_at_a_fifth_of_the_rate_moves_a_third_as_far_and_ends_as_well(photographs):
    free, frozen = "all", "all, frozen normalisation"
    moved = by_seed(photographs, frozen, "moved") / by_seed(photographs, free, "moved")
    assert (moved > 0.25).all() and (moved < 0.4).all()
    right = by_seed(photographs, frozen, "held_out") - by_seed(photographs, free, "held_out")
    assert right.min() < 0 < right.max()


@each_set
def test_overfitting_is_there_in_every_way_but_does_not_grow_with_the_unfrozen_layers(photographs):
    for way in ("frozen", *DEPTHS):
        assert (by_seed(photographs, way, "train") - by_seed(photographs, way, "held_out") > 0.01).all(), way
    more = by_seed(photographs, "all", "train") - by_seed(photographs, "last block", "train")
    assert abs(more.mean()) < 0.005


def test_on_real_photographs_more_unfrozen_layers_are_better_on_average():
    gains = [gain("real", way) for way in DEPTHS]
    assert all(less.mean() < more.mean() for less, more in pairwise(gains))
    assert (gains[0] > 0).all() and (gains[1] > 0).all()
    assert sum(gains[2] > gains[1]) == 2 and gains[2].min() < 0 and f"{gains[2].mean():.3f}" == "0.013"
    assert (gain("real", "all", "validation") > 0).all()


def test_on_synthetic_photographs_no_depth_gains_in_all_runs():
    gains = np.array([gain("sample", way) for way in DEPTHS])
    assert (gains.min(axis=1) < 0).all() and (gains.mean(axis=1) < 0.001).all()


def test_on_newly_generated_photographs_fine_tuning_gains_with_every_network():
    rows = lessons.stored("drawn_sample", "sample")
    afresh, held_out = (
        np.array([row[f"{kind}fine_tuned"] - row[f"{kind}frozen"] for row in rows]) for kind in ("fresh_", "")
    )
    assert len(rows) == 15 and (afresh > 0).all() and f"{afresh.mean():.2f}" == "0.03"
    assert (held_out > 0).sum() == 10


@each_set
def test_from_scratch_comes_last_in_all_runs(photographs):
    scratch = by_seed(photographs, "scratch", "held_out")
    assert all((by_seed(photographs, way, "held_out") > scratch + 0.01).all() for way in ("frozen", *DEPTHS))
    seconds = {way: np.median(by_seed(photographs, way, "training_seconds")) for way in ("frozen", "all", "scratch")}
    assert seconds["all"] > 3 * seconds["frozen"] and 0.5 < seconds["scratch"] / seconds["all"] < 2


def gain(photographs, way, column="held_out"):
    """By how much a way is above the frozen base, one value per seed."""
    return by_seed(photographs, way, column) - by_seed(photographs, "frozen", column)

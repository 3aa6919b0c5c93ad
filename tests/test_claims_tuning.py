"""What notebook 13 says of the stored figures: it must hold for each photograph set, also when they are measured again."""

import numpy as np
import stored_figures
from stored_figures import each_set

DEPTHS = ("last block", "last two blocks", "all")


def by_seed(photographs, way, column):
    return stored_figures.by_seed("fine_tuning", photographs, column, way=way)


def above(photographs, way, other, column="held_out"):
    """By how much a way is above another, one value per seed."""
    return by_seed(photographs, way, column) - by_seed(photographs, other, column)


@each_set
def test_a_head_that_was_trained_first_is_ahead_and_a_new_one_distorts_nothing_that_is_measured(photographs):
    assert above(photographs, "all, fresh head", "all", "first_loss").mean() > 0
    assert (above(photographs, "all, fresh head", "all", "moved") < 0).all()
    ahead = above(photographs, "all", "all, fresh head")
    assert (ahead > 0).all() and 0.01 < ahead.mean() < 0.03


def test_normalisation_that_is_frozen_at_a_fifth_of_the_rate_moves_less_far_and_ends_about_as_well():
    free, frozen = "all", "all, frozen normalisation"
    moved = [by_seed(name, frozen, "moved") / by_seed(name, free, "moved") for name in ("sample", "real")]
    assert np.max(moved) < 0.6 and np.sum(np.array(moved) < 0.31) == 5
    assert all((abs(above(name, frozen, free)) < 0.0205).all() for name in ("sample", "real"))


def test_the_last_epoch_is_ahead_of_the_one_with_the_lowest_validation_loss():
    ahead = by_seed("sample", "all", "held_out") - by_seed("sample", "all", "held_out_lowest_loss")
    assert (ahead > 0).all() and 0.01 < ahead.mean() < 0.03


@each_set
def test_overfitting_is_there_in_every_way_but_does_not_grow_with_the_unfrozen_layers(photographs):
    for way in ("frozen", *DEPTHS):
        apart = by_seed(photographs, way, "train") - by_seed(photographs, way, "held_out")
        assert (apart > 0.03).all() and (apart < 0.115).all(), way
    assert abs(above(photographs, "all", "last block", "train").mean()) < 0.005


def test_fine_tuning_gains_on_both_sets_and_most_on_the_synthetic_one():
    gains = {name: np.array([above(name, way, "frozen") for way in DEPTHS]) for name in ("sample", "real")}
    assert (gains["sample"] > 0.02).all() and (gains["sample"] < 0.065).all()
    means = {name: gain.mean(axis=1) for name, gain in gains.items()}
    assert (means["sample"] > 0.03).all() and ((means["real"] > 0.005) & (means["real"] < 0.015)).all()
    assert all((np.diff(mean) > 0).all() for mean in means.values())
    for name in gains:  # between the depths the runs disagree
        deeper = above(name, "all", "last block")
        assert deeper.min() < 0 < deeper.max()


@each_set
def test_from_scratch_comes_last_in_each_run(photographs):
    for way in ("frozen", *DEPTHS):
        assert (above(photographs, way, "scratch") > 0.01).all()
    seconds = {way: by_seed(photographs, way, "training_seconds") for way in ("frozen", "all", "scratch")}
    assert np.median(seconds["all"] / seconds["frozen"]) > 10
    assert 0.5 < np.median(seconds["scratch"] / seconds["all"]) < 2

"""What notebook 13 says of the stored figures: it must hold for each photo set, also when they are measured again."""

import numpy as np
import pytest
import stored_figures
from stored_figures import each_set, is_shown

from lib import lessons
from lib.evaluation import paired_interval
from lib.tools.experiments import MANY, SEEDS, SETS

DEPTHS = ("last block", "last two blocks", "all")
TRAINED, NEW = ("all", "all, no warm-up"), ("all, fresh head", "all, fresh head, no warm-up")


def by_seed(photographs, way, column, seeds=None):
    return stored_figures.by_seed("fine_tuning", photographs, column, seeds or MANY[photographs], way=way)


def above(photographs, way, other, column="held_out", seeds=None):
    """By how much a way is above another, one value per seed."""
    return by_seed(photographs, way, column, seeds) - by_seed(photographs, other, column, seeds)


@each_set
@pytest.mark.parametrize("trained, new", zip(TRAINED, NEW))
def test_a_new_head_is_behind_after_an_epoch_and_moves_the_base_less_far(photographs, trained, new):
    assert photographs == "real" or above(photographs, new, trained, "first_loss").mean() > 0.1
    assert (above(photographs, new, trained, "moved") < 0).all()


def test_a_new_head_has_the_higher_loss_after_an_epoch_in_17_of_20_pairs():
    assert sum((above("sample", new, trained, "first_loss") > 0).sum() for trained, new in zip(TRAINED, NEW)) == 17


def test_on_the_sample_a_trained_head_is_ahead_by_a_point_with_a_warm_up_and_the_interval_contains_0():
    ahead = above("sample", "all", "all, fresh head")
    assert not is_shown(ahead) and f"{ahead.mean():.2f}" == "0.01"
    for with_warm_up, without in (TRAINED, NEW):
        gain = above("sample", with_warm_up, without)
        assert not is_shown(gain) and abs(gain.mean()) < 0.005


def test_the_first_three_runs_of_a_trained_head_are_all_ahead():
    assert (above("sample", "all", "all, fresh head", seeds=SEEDS) > 0).all()


def effects(photographs, column="held_out"):
    """The effects of training the head first and of the warm-up, each averaged over the other, seed by seed."""
    trained, no_warm_up, new, neither = (by_seed(photographs, way, column) for way in (*TRAINED, *NEW))
    return (trained + no_warm_up - new - neither) / 2, (trained + new - no_warm_up - neither) / 2


def test_training_the_head_first_gains_nearly_a_point_on_the_sample_and_a_warm_up_nothing_that_is_seen():
    head, warm_up = effects("sample")
    assert is_shown(head) and f"{head.mean():.3f}" == "0.008"
    assert not is_shown(warm_up) and abs(warm_up.mean()) < 0.002
    real, warm_up = effects("real")
    assert ((real > 0.007) & (real < 0.034)).all() and not is_shown(real) and not is_shown(warm_up)


def test_at_equal_rates_freezing_normalisation_makes_no_difference_that_is_seen_and_the_larger_rate_gains_a_little():
    small = "all, a fifth of the rate"
    for photographs in SETS:
        assert not is_shown(above(photographs, "all, frozen normalisation", small))
    low, high = paired_interval(above("sample", "all, frozen normalisation", small))
    assert -0.005 < low and high < 0.011, "a cost of more than half a point is unlikely"
    behind = above("sample", "all, frozen normalisation", small, "first_loss")
    assert behind.mean() > 0.1 and (behind > 0).sum() == 8
    larger = above("sample", "all", small)
    assert (above("real", "all", small) > 0).all()
    assert is_shown(larger) and 0.01 < larger.mean() < 0.013 and paired_interval(larger)[0] < 0.002
    for photographs in SETS:
        assert (by_seed(photographs, "all", "moved") > 2 * by_seed(photographs, small, "moved")).all()


def test_the_last_epoch_is_ahead_of_the_one_with_the_lowest_validation_loss_on_the_sample():
    ahead = by_seed("sample", "all", "held_out") - by_seed("sample", "all", "held_out_lowest_loss")
    assert is_shown(ahead) and 0.01 < ahead.mean() < 0.015 and paired_interval(ahead)[0] < 0.002
    assert not is_shown(by_seed("real", "all", "held_out") - by_seed("real", "all", "held_out_lowest_loss"))
    ways = {row["way"] for row in lessons.stored("fine_tuning", "sample")} - {"frozen"}
    for way in ways:
        seeds = SEEDS if "20 epochs" in way or way in DEPTHS[:2] else MANY["sample"]
        last, lowest = (by_seed("sample", way, key, seeds) for key in ("held_out", "held_out_lowest_loss"))
        assert last.mean() > lowest.mean(), way
    assert len(ways) == 11


@each_set
def test_overfitting_is_there_in_every_way_but_does_not_grow_with_the_unfrozen_layers(photographs):
    for way in ("frozen", *DEPTHS):
        apart = by_seed(photographs, way, "train", SEEDS) - by_seed(photographs, way, "held_out", SEEDS)
        assert (apart > 0.035).all() and (apart < 0.115).all(), way
    assert by_seed(photographs, "frozen", "train").mean() > 0.98, "there is little room above it"
    assert abs(above(photographs, "all", "last block", "train", SEEDS).mean()) < 0.005


def test_the_gap_to_the_test_photographs_does_not_grow_with_the_depth():
    def gap(way, seeds):
        return (by_seed("sample", way, "train", seeds) - by_seed("sample", way, "held_out", seeds)).mean()

    gaps = [gap("frozen", None), gap("last block", SEEDS), gap("all", None)]
    assert [f"{100 * value:.1f}" for value in gaps] == ["9.6", "6.9", "6.3"]


def test_fine_tuning_gains_on_both_sets_and_most_on_the_synthetic_one():
    gain = above("sample", "all", "frozen")
    assert [f"{100 * value:.1f}" for value in (gain.mean(), *paired_interval(gain))] == ["3.5", "2.3", "4.8"]
    assert (gain < 0).sum() == 1 and f"{100 * gain.min():.1f}" == "-0.8"
    assert above("sample", "last block", "frozen", seeds=SEEDS).mean() > 0.03
    real = [above("real", way, "frozen").mean() for way in DEPTHS]
    assert [f"{mean:.2f}" for mean in real] == ["0.01", "0.01", "0.02"]
    deeper = above("sample", "all", "last block", seeds=SEEDS)
    assert deeper.min() < 0 < deeper.max()
    deeper = above("real", "all", "last block")
    deeper = [*deeper, *above("real", "all", "last two blocks")]
    assert (f"{100 * min(deeper):.1f}", f"{100 * max(deeper):.1f}") == ("0.6", "2.0")


@each_set
def test_from_scratch_comes_last_at_ten_epochs(photographs):
    for way in ("frozen", "all"):
        assert (above(photographs, way, "scratch") > 0.01).all()
    for way in DEPTHS:
        assert (above(photographs, way, "scratch", seeds=SEEDS) > 0.01).all()
    assert is_shown(above(photographs, "frozen", "scratch"))
    seconds = {way: by_seed(photographs, way, "training_seconds") for way in ("frozen", "all", "scratch")}
    assert np.median(seconds["all"] / seconds["frozen"]) > 5
    assert 0.5 < np.median(seconds["scratch"] / seconds["all"]) < 2


def test_twenty_epochs_help_a_network_from_scratch_and_not_the_fine_tuned_one():
    longer = above("sample", "scratch, 20 epochs", "scratch", seeds=SEEDS)
    assert [f"{100 * value:.1f}" for value in (longer.min(), longer.max())] == ["2.7", "4.2"]
    assert 0.025 < longer.mean() < 0.04
    assert not is_shown(above("sample", "frozen", "scratch, 20 epochs", seeds=SEEDS))
    longer = above("sample", "all, 20 epochs", "all", seeds=SEEDS)
    assert [f"{100 * value:.1f}" for value in (longer.min(), longer.max())] == ["-1.3", "-0.7"]
    assert (above("sample", "all, 20 epochs", "scratch, 20 epochs", seeds=SEEDS) > 0.04).all()

"""What notebook 12 says of the stored figures: it must hold for each photo set, also when they are measured again."""

from itertools import product

import numpy as np
from stored_figures import by_seed, each_set, is_shown

from lib import lessons
from lib.tools import experiments


@each_set
def test_the_old_classifiers_probabilities_lose_much(photographs):
    for column in ("validation", "held_out"):
        features, old = (
            by_seed("old_classifier", photographs, column, inputs=i) for i in ("features", "old classifier")
        )
        assert (features - old > 0.02).all()
        if column == "held_out":
            low, high = {"sample": (0.125, 0.225), "real": (0.045, 0.105)}[photographs]
            assert ((features - old > low) & (features - old < high)).all()
        assert (old > 0.45).all()  # and yet they are better than guessing


@each_set
def test_features_once_give_the_same_losses_in_less_time(photographs):
    for row in lessons.stored("features_once", photographs):
        np.testing.assert_allclose(row["losses_every_epoch"], row["losses_once"], rtol=1e-3)
        assert row["epoch_with_base"] > 3 * row["epoch_of_head"]


@each_set
def test_the_decay_hardly_matters_at_our_rate_and_saves_the_head_at_twenty_times_it(photographs):
    def column(name, rate, decay):
        return by_seed("decay", photographs, name, rate=rate, decay=decay)

    ours = column("held_out", 1e-2, 1 / 25)
    assert abs((ours - column("held_out", 1e-2, 0)).mean()) < 0.02
    assert column("jump", 1e-2, 1 / 25).mean() < column("jump", 1e-2, 0).mean()
    for decay in (0, 1 / 25):  # the validation loss rises again
        assert (column("last_loss", 1e-2, decay) > 1.05 * column("best_loss", 1e-2, decay)).all()
    diverged, saved = column("last_loss", 2e-1, 0), column("last_loss", 2e-1, 1 / 25)
    assert not (diverged < 1000).any()  # or not a number at all
    assert (saved < 10).all()
    assert (column("last_accuracy", 2e-1, 1 / 25) > 0.85).all()
    left = column("last_accuracy", 2e-1, 0)
    ended = np.isnan(diverged)
    assert ended.sum() == (1 if photographs == "sample" else 3)
    assert (left[ended] < 0.5).all() and (left[~ended] > 0.8).all()


def test_of_twelve_gains_of_augmented_views_one_interval_leaves_out_0():
    def gain(photographs, column, views):
        with_views, without = (
            by_seed("augmentation", photographs, column, experiments.MANY[photographs], views=number)
            for number in (views, 0)
        )
        return with_views - without

    gains = {
        case: gain(*case) for case in product(experiments.SETS, ("validation", "held_out"), (1, 2, 4))
    }  # all twelve
    assert np.concatenate(list(gains.values())).min() < 0
    assert all(-0.0015 < gain.mean() < 0.0175 for gain in gains.values())
    shown = [case for case, gain in gains.items() if is_shown(gain)]
    assert shown == [("sample", "held_out", 4)] and f"{gains[shown[0]].mean():.3f}" == "0.007"


def test_with_the_checkpoint_the_decay_gains_on_real_photographs_at_twenty_times_our_rate():
    gains = {
        name: by_seed("decay", name, "held_out", rate=2e-1, decay=1 / 25)
        - by_seed("decay", name, "held_out", rate=2e-1, decay=0)
        for name in experiments.SETS
    }
    assert ((gains["real"] > 0.055) & (gains["real"] < 0.085)).all()
    assert not is_shown(gains["sample"])


@each_set
def test_wrong_input_costs_what_the_text_says(photographs):
    def price(fault, column):
        right = by_seed("wrong_input", photographs, column, fault="none")
        return right - by_seed("wrong_input", photographs, column, fault=fault)

    for column in ("afterwards", "always"):
        black = price("0 to 1", column)
        assert (black > 0.12).all()
        assert all((black > price(fault, column)).all() for fault in ("blue for red", "mean subtracted"))
    low, high = {"sample": (0.135, 0.19), "real": (0.165, 0.22)}[photographs]
    assert ((price("0 to 1", "always") > low) & (price("0 to 1", "always") < high)).all()
    guessing = by_seed("wrong_input", photographs, "afterwards", fault="0 to 1")
    assert (guessing < 0.4).all()
    low, high = {"sample": (0.165, 0.215), "real": (0.135, 0.165)}[photographs]
    red = price("blue for red", "afterwards")
    assert ((red > low) & (red < high)).all()
    for fault in ("blue for red", "mean subtracted"):
        assert (price(fault, "afterwards") > price(fault, "always")).all()
        assert (price(fault, "always") < 0.045).all()

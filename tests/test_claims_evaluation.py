"""What notebook 14 says of the stored results: it must hold for each set of photos, whenever they are measured again."""

import numpy as np
from stored_figures import by_seed, each_set

from lib.tools.experiments.seeds import SEEDS, SPLIT, TRAINING


def column(photographs, chance, key):
    return by_seed("seeds", photographs, key, SEEDS, chance=chance)


@each_set
def test_the_split_matters_more_than_the_luck_of_training(photographs):
    training, both = (np.ptp(column(photographs, chance, "held_out")) for chance in (TRAINING, SPLIT))
    assert 0.005 < training < both


def surer_than_right(photographs):
    return column(photographs, SPLIT, "confidence") - column(photographs, SPLIT, "held_out")


def test_on_the_sample_a_head_is_surer_than_right_with_some_splits_and_less_sure_with_others():
    apart = surer_than_right("sample")
    assert apart.min() < 0 < apart.max()


def test_on_the_real_photographs_how_sure_and_how_right_are_never_far_apart():
    assert abs(surer_than_right("real")).max() < 0.06

"""What notebook 04 says of the kept figures: it must hold for each photograph set, whenever they are measured anew."""

import numpy as np
import pytest

from lib import experiments
from lib.experiments.seeds import SEEDS, SPLIT, TRAINING


def column(photographs, chance, key):
    """A column's values, one a seed."""
    rows = [row for row in experiments.stored("seeds", photographs) if row["chance"] == chance]
    assert [row["seed"] for row in rows] == list(SEEDS)
    return np.array([row[key] for row in rows])


@pytest.mark.parametrize("photographs", experiments.SETS)
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

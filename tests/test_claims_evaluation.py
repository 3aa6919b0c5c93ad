"""What notebook 14 says of the stored results: it must hold for each set of photos, whenever they are measured again."""

import numpy as np
import pytest
from stored_figures import by_seed, each_set

from lib.evaluation import paired_interval
from lib.tools.experiments.seeds import SEEDS, SPLIT, TRAINING


def column(photographs, chance, key):
    return by_seed("seeds", photographs, key, SEEDS, chance=chance)


@each_set
@pytest.mark.parametrize("chance", (TRAINING, SPLIT))
def test_a_new_training_changes_the_accuracy(photographs, chance):
    assert np.ptp(column(photographs, chance, "held_out")) > 0.005


@each_set
def test_heads_are_overconfident_on_average(photographs):
    low, _ = paired_interval(column(photographs, SPLIT, "confidence") - column(photographs, SPLIT, "held_out"))
    assert low > 0


@each_set
def test_on_the_split_of_seed_0_most_heads_are_underconfident(photographs):
    gap = column(photographs, TRAINING, "confidence") - column(photographs, TRAINING, "held_out")
    assert (gap < 0).sum() == {"sample": 10, "real": 8}[photographs]


def test_on_the_split_of_seed_0_temperature_scaling_raises_the_calibration_error_of_most_heads_on_the_sample():
    before, after = (column("sample", TRAINING, key) for key in ("calibration_error", "calibration_error_tempered"))
    assert (after > before).sum() == 9


@each_set
def test_temperature_scaling_is_not_shown_to_lower_the_calibration_error(photographs):
    before, after = (column(photographs, SPLIT, key) for key in ("calibration_error", "calibration_error_tempered"))
    low, high = paired_interval(after - before)
    assert -0.02 < low < 0 < high < 0.01

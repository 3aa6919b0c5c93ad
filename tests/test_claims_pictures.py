"""What notebook 11 says of the stored figures: it must hold for each photograph set, also when they are measured again."""

import numpy as np

from lib import lessons
from lib.tools import experiments
from lib.tools.experiments.group_leak import DEALT

CLASSIFIERS = ("pixels", "features", "head")


def gains(photographs):
    """By how much each classifier is better with a random split: one value per seed."""
    rows = lessons.stored("group_leak", photographs)
    both = [[row for row in rows if row["dealt"] == dealt] for dealt in DEALT]
    assert [[row["seed"] for row in ours] for ours in both] == [list(experiments.SEEDS)] * 2
    return {name: np.subtract(*([row[name] for row in ours] for ours in both)) for name in CLASSIFIERS}


def fraction_with_twins(photographs):
    return {row["have_twin"] for row in lessons.stored("group_leak", photographs)}


def test_on_the_sample_a_random_split_flatters_what_remembers():
    gain = gains("sample")
    assert (gain["pixels"] > 0.05).all() and (gain["features"] > 0.01).all()
    assert gain["pixels"].mean() > gain["features"].mean() > gain["head"].mean()
    assert min(fraction_with_twins("sample")) > 0.5


def test_on_the_real_photographs_there_is_next_to_nothing_to_remember():
    assert all((abs(gain) < 0.03).all() for gain in gains("real").values())
    assert max(fraction_with_twins("real")) < 1 / 30

"""What notebook 01 says of the kept figures: it must hold for each photograph set, whenever they are measured anew."""

import numpy as np

from lib import lessons
from lib.tools import experiments
from lib.tools.experiments.group_leak import DEALT

JUDGES = ("pixels", "features", "head")


def gains(photographs):
    """By how much each judge is better with photographs dealt at random: one value a seed."""
    rows = lessons.stored("group_leak", photographs)
    both = [[row for row in rows if row["dealt"] == dealt] for dealt in DEALT]
    assert [[row["seed"] for row in ours] for ours in both] == [list(experiments.SEEDS)] * 2
    return {judge: np.subtract(*([row[judge] for row in ours] for ours in both)) for judge in JUDGES}


def share_of_twins(photographs):
    return {row["have_twin"] for row in lessons.stored("group_leak", photographs)}


def test_on_the_sample_whoever_has_met_the_twin_is_flattered():
    gain = gains("sample")
    assert (gain["pixels"] > 0.05).all() and (gain["features"] > 0.01).all()
    assert gain["pixels"].mean() > gain["features"].mean() > gain["head"].mean()
    assert min(share_of_twins("sample")) > 0.5


def test_on_the_real_photographs_there_is_next_to_nothing_to_remember():
    assert all((abs(gain) < 0.03).all() for gain in gains("real").values())
    assert max(share_of_twins("real")) < 1 / 30

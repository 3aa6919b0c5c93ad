"""What notebook 11 says of the stored figures: it must hold for each photo set, also when they are measured again."""

import numpy as np
import pytest

from lib import lessons
from lib.tools import experiments
from lib.tools.experiments.group_leak import DEALT

CLASSIFIERS = ("pixels", "features", "head")


def by_split(photographs):
    """The stored rows of the random split, and those of the split by group, each in the order of the seeds."""
    rows = lessons.stored("group_leak", photographs)
    both = [[row for row in rows if row["dealt"] == dealt] for dealt in DEALT]
    assert [[row["seed"] for row in ours] for ours in both] == [list(experiments.SEEDS)] * 2
    return both


def gains(photographs, end=""):
    """By how much each classifier is better with a random split: one value per seed."""
    both = by_split(photographs)
    return {name: np.subtract(*([row[name + end] for row in ours] for ours in both)) for name in CLASSIFIERS}


def fraction_with_twins(photographs):
    return {row["have_twin"] for row in lessons.stored("group_leak", photographs)}


def test_on_the_sample_a_random_split_flatters_what_remembers():
    gain = gains("sample")
    assert all((each > 0).all() for each in gain.values())
    assert (gain["pixels"] > 0.05).all() and (gain["features"] > 0.01).all()
    assert [f"{100 * gain[name].mean():.0f}" for name in CLASSIFIERS] == ["11", "4", "2"]
    assert min(fraction_with_twins("sample")) > 0.5


def test_the_gain_comes_from_the_photographs_with_a_near_duplicate():
    for photographs in experiments.SETS:
        twins = gains(photographs, "_of_twins")["pixels"]
        fraction = min(fraction_with_twins(photographs))
        others = (gains(photographs)["pixels"] - fraction * twins) / (1 - fraction)
        assert twins.min() > 0.13 and twins.max() < 0.22 and abs(others.mean()) < 0.015
    assert f"{gains('sample', '_of_twins')['pixels'].mean():.2f}" == "0.16"


def test_a_random_split_removes_two_fifths_of_a_nearest_neighbours_errors_and_a_quarter_of_the_heads():
    _, by_group = by_split("sample")
    errors = {name: np.mean([1 - row[name] for row in by_group]) for name in CLASSIFIERS}
    removed = [gains("sample")[name].mean() / errors[name] for name in CLASSIFIERS]
    assert removed == pytest.approx([0.4, 0.44, 0.27], abs=0.02)


def test_on_the_real_photographs_there_is_next_to_nothing_to_remember():
    assert all((abs(gain) < 0.03).all() for gain in gains("real").values())
    assert round(1730 * max(fraction_with_twins("real"))) == 28

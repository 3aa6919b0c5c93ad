"""What notebook 07 says of the stored figures: it must hold whenever they are measured again."""

import numpy as np
import pytest
import stored_figures

from lib import evaluation, lessons
from lib.sample.blocks import CAR_SHOTS
from lib.tools.experiments.fusion import TASKS, TOGETHER

EVENT = TASKS["which event"]


def by_seed(task, network, column="held_out"):
    return stored_figures.by_seed("fusion", "sample", column, task=task, network=network)


def intervals(task, network):
    """The exact 95 % interval of each run, counting shots: the two blocks of a shot are not independent."""
    shots = CAR_SHOTS[1]
    return np.array([evaluation.exact_interval(round(value * shots), shots) for value in by_seed(task, network)])


@pytest.mark.parametrize("network", ["early fusion", "slow fusion"])
def test_early_and_slow_fusion_see_the_way_in_all_three_runs(network):
    assert (by_seed("which way", network) > 0.85).all()
    assert (intervals("which way", network)[:, 0] > 0.7).all()


def test_late_fusion_memorises_and_does_not_differ_from_guessing():
    low, high = intervals("which way", "late fusion").T
    assert (low < 0.5).all() and (high > 0.5).all()
    assert (by_seed("which way", "late fusion", "training") > 0.9).all()


def test_a_single_frame_is_at_one_half_and_as_filmed_above_it_in_most_runs():
    assert (by_seed("which way", "single frame") == 0.5).all()
    low, _ = intervals("as filmed", "single frame").T
    assert (by_seed("as filmed", "single frame") > 0.5).all() and (low > 0.5).sum() == 2


def test_late_fusion_with_places_is_above_guessing_in_two_runs_and_far_behind_early_fusion():
    low, high = intervals("which way", "late, with places").T
    assert (low > 0.5).sum() == 2 and (high > 0.5).all()
    behind = by_seed("which way", "early fusion") - by_seed("which way", "late, with places")
    assert (behind > 0.1).all()


def test_which_event_all_networks_are_close_and_early_and_late_fusion_gain_a_little():
    table = np.array([by_seed("which event", network) for network in EVENT])
    assert (np.ptp(table, axis=0) < 0.09).all()
    gains = {name: row - table[EVENT.index("single frame")] for name, row in zip(EVENT, table)}
    contains_0 = {name for name in EVENT[1:] if np.prod(evaluation.paired_interval(gains[name])) < 0}
    assert contains_0 == {"slow fusion", "context and fovea"}
    assert f"{gains['early fusion'].mean():.2f}" == "0.04" and f"{gains['late fusion'].mean():.2f}" == "0.02"


def test_cutaways_are_worse_and_too_few_to_rank_networks_by():
    play, cutaways = (np.array([by_seed("which event", name, key) for name in EVENT]) for key in ("play", "cutaways"))
    assert ((play - cutaways).mean(axis=0) > 0.1).all()
    assert (np.ptp(cutaways, axis=0) < 0.4).all()


def test_on_a_clip_networks_are_less_accurate_than_on_held_out_blocks_in_nearly_every_run():
    less = np.array([by_seed("which event", name) - by_seed("which event", name, "clip") for name in EVENT])
    assert (less > 0).sum() == less.size - 1 and (less.mean(axis=1) > 0).all() and less.max() > 0.1


def test_outputs_in_a_row_gain_little_and_shuffled_ones_a_lot_in_all_three_runs():
    rows = [row for row in lessons.stored("fusion", "sample") if row["task"] == "which event"]
    for seed in range(3):
        in_a_row, shuffled = (
            np.mean([row[key] for row in rows if row["seed"] == seed], axis=0) for key in ("in_a_row", "dealt")
        )
        one, five, ten, twenty = (in_a_row[TOGETHER.index(count)] for count in (1, 5, 10, 20))
        assert five - one < 0.03 and ten - one < 0.06
        assert shuffled[TOGETHER.index(20)] - twenty > 0.05

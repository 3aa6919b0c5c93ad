"""Blocks of frames, the two questions about them, and the networks that fuse them."""

import ast
import inspect

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from lib import plots
from lib.core import notebooks, paths
from lib.sample import blocks as frame_blocks
from lib.sample.blocks import FRAMES, HEIGHT, WIDTH
from lib.tools.experiments import _fusion
from lib.tools.experiments import fusion as experiment


@pytest.fixture
def few(project, monkeypatch):
    """So few shots that drawing them takes no time, kept in a folder of their own."""
    for module in (frame_blocks, _fusion):
        monkeypatch.setattr(module, "CAR_SHOTS", (2, 1))
        monkeypatch.setattr(module, "EVENT_SHOTS", (1, 1))


@pytest.fixture
def numbered(monkeypatch):
    """Blocks whose pixels are the number of their shot, in the place of drawn ones."""
    monkeypatch.setattr(_fusion, "CAR_SHOTS", (4, 2))
    monkeypatch.setattr(_fusion, "EVENT_SHOTS", (3, 2))

    def blocks(count):
        block = (
            np.zeros((count, FRAMES, 2, 4, 3), np.uint8) + np.arange(count, dtype=np.uint8)[:, None, None, None, None]
        )
        block[:, :, :, 0] += 100  # left is told from right,
        block[:, 0] += 50  # and first from last
        return block

    monkeypatch.setattr(_fusion, "cars", lambda seed: (blocks(6), np.array([0, 1, 0, 0, 1, 0])))
    monkeypatch.setattr(_fusion, "events", lambda seed: (blocks(15), np.arange(15) % 3, np.array(["wide"] * 15)))


def shot_of(block):
    return int(block[1, 0, -1, 0]) if block[1, 0, 0, 0] >= 100 else int(block[1, 0, 0, 0])


# Drawing


def test_blocks_are_drawn_once_and_the_same_again(few):
    blocks, ways = frame_blocks.cars(0)
    assert blocks.shape == (3, FRAMES, HEIGHT, WIDTH, 3) and blocks.dtype == np.uint8 and set(ways) <= {0, 1}
    (file,) = (paths.OUTPUT / "blocks").glob("cars-0.npz")
    drawn = file.stat().st_mtime_ns
    frame_blocks.cars(0)
    assert file.stat().st_mtime_ns == drawn
    file.write_bytes(file.read_bytes()[:-100])  # damaged: drawn again
    again, _ = frame_blocks.cars(0)
    assert np.array_equal(again, blocks)
    assert not np.array_equal(frame_blocks.cars(1)[0], blocks)


def test_a_block_holds_movement_and_no_cut():
    shot, start, _ = frame_blocks.passing_car(np.random.default_rng(0))
    block = frame_blocks.film(shot, start).astype(int)
    steps = np.abs(np.diff(block, axis=0)).mean((1, 2, 3))
    assert steps.min() > 0.1 and steps.max() < 40


@pytest.mark.parametrize("seed", range(4))
def test_the_way_is_that_of_the_first_car_in_the_picture(seed):
    shot, start, way = frame_blocks.passing_car(np.random.default_rng(seed))
    ends = start, start + (FRAMES - 1) / frame_blocks.RATE
    seen = [shot._background(now)[1].project((*shot.car(0, now).place, 0.5))[0] for now in ends]  # the turned camera's
    assert all(0 < x < 2 * WIDTH for x in seen)
    standing = [shot.camera.project((*shot.car(0, now).place, 0.5))[0] for now in ends]
    assert (standing[1] > standing[0]) == bool(way)


def test_both_ways_occur():
    chance = np.random.default_rng(0)
    assert {frame_blocks.passing_car(chance)[2] for _ in range(12)} == {0, 1}


def test_events_come_in_turn(few):
    blocks, labels, kinds = frame_blocks.events(0)
    assert labels.tolist() == [0, 1, 2, 0, 1, 2] and len(kinds) == len(blocks) == 6


def test_the_latest_block_ends_at_its_frame():
    frames = np.arange(20)[:, None, None, None] * np.ones((1, 2, 4, 3), int)
    latest = frame_blocks.latest_blocks(frames)
    assert latest.shape == (20, FRAMES, 2, 4, 3)
    assert latest[12, :, 0, 0, 0].tolist() == list(range(4, 13))
    assert latest[2, :, 0, 0, 0].tolist() == [0] * 6 + [0, 1, 2]


# The two questions


@pytest.mark.parametrize("question", [_fusion.which_way, _fusion.which_event])
def test_no_shot_is_on_both_sides(numbered, question):
    task = question(0)
    held, train = set(map(shot_of, task.held_x)), set(map(shot_of, task.train_x))
    assert not held & train and len(task.train_x) == len(task.train_y) and len(task.held_x) == len(task.held_y)
    assert held | train == set(range(6 if question is _fusion.which_way else 15))


def test_every_shot_goes_either_way_equally_often(numbered):
    task = _fusion.which_way(0)
    for x, y, times in ((task.train_x, task.train_y, 4), (task.held_x, task.held_y, 2)):
        for shot in set(map(shot_of, x)):
            labels = [label for block, label in zip(x, y) if shot_of(block) == shot]
            assert len(labels) == times and np.mean(labels) == 0.5


def test_turning_a_block_round_in_time_or_space_turns_its_way(numbered):
    blocks, ways = _fusion.cars(0)
    task = _fusion.which_way(0)
    of_one = [(x, y) for x, y in zip(task.train_x, task.train_y) if shot_of(x) == 1]
    for turned, changes in (
        (blocks[1], 0), (blocks[1][::-1], 1), (blocks[1][:, :, ::-1], 1), (blocks[1][::-1, :, ::-1], 0),
    ):  # fmt: skip
        assert [y for x, y in of_one if np.array_equal(x, turned)] == [abs(ways[1] - changes)]
    assert len(_fusion.which_way(0, backwards=False).train_x) == 8


def test_a_mirrored_event_is_the_same_event(numbered):
    task = _fusion.which_event(0)
    assert all(label == shot_of(block) % 3 for block, label in zip(task.train_x, task.train_y))


# Networks


@pytest.fixture(scope="module")
def networks():
    _fusion.keras.utils.set_random_seed(0)
    return {name: build(3) for name, build in _fusion.NETWORKS.items()}


SEES = {
    "single frame": {4},
    "early fusion": set(range(9)),
    "late fusion": {0, 8},
    "late, with places": {0, 8},
    "slow fusion": set(range(9)),
    "context and fovea": {4},
}


@pytest.mark.parametrize("name", SEES)
def test_what_frames_a_network_sees(networks, name):
    block = np.random.default_rng(0).integers(0, 256, (1, FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    before = _fusion.scores(networks[name], block)
    assert before.shape == (1, 3) and np.isclose(before.sum(), 1)
    seen = set()
    for frame in range(FRAMES):
        other = block.copy()
        other[0, frame] = 0
        if np.abs(_fusion.scores(networks[name], other) - before).max() > 1e-7:
            seen.add(frame)
    assert seen == SEES[name]


def test_budgets_are_alike(networks):
    counts = [model.count_params() for model in networks.values()]
    assert max(counts) < 1.3 * min(counts)


def test_training_repeats_itself():
    chance = np.random.default_rng(0)
    x, y = chance.integers(0, 256, (6, FRAMES, HEIGHT, WIDTH, 3), np.uint8), np.arange(6) % 2
    first, second = (_fusion.scores(_fusion.train(_fusion.single_frame, x, y, 3, epochs=1), x) for _ in range(2))
    assert np.allclose(first, second, atol=1e-6) and first.shape == (6, 2)


def test_the_notebook_builds_the_same_networks():
    """The experiment's figures are of what the notebook shows."""
    notebook = nbformat.read(notebooks.source("07_beyond_single_frames"), as_version=4)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for function in (_fusion.start, _fusion.conv_stack, _fusion.pooled_features, _fusion.classification_head, *_fusion.NETWORKS.values(),
                     _fusion.both_ways, _fusion.mirrored):  # fmt: skip
        (cell,) = [cell for cell in cells if f"def {function.__name__}(" in cell]
        assert named(function.__name__, inspect.getsource(function)) == named(function.__name__, cell)
    (parameters,) = [cell for cell in cells if cell.startswith("PHOTOS")]
    assert f"EPOCHS = {_fusion.EPOCHS}\n" in parameters + "\n"


def named(name, source):
    """What a function of a source does: without its docstring and types."""
    (function,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name]
    function.body = function.body[ast.get_docstring(function) is not None :]
    for argument in function.args.args:
        argument.annotation = None
    function.returns = None
    return ast.dump(function)


# What is measured, and its figures


def test_shuffled_answers_outvote_a_wrong_shot_and_a_row_does_not():
    right, wrong = [0.4, 0.6], [0.7, 0.3]
    given = np.array(([wrong] * 10 + [right] * 30) * 2)  # two stretches, each begins with a shot that is taken wrong
    labels, stretches = np.ones(80, int), np.repeat([0, 1], 40)
    of = {
        dealt: [experiment.averaged(given, labels, stretches, count, dealt, 0) for count in (1, 10)]
        for dealt in (False, True)
    }
    assert of[False][0] == of[True][0] == 0.75
    assert of[True][1] > of[False][1]
    assert experiment.averaged(given[:40], labels[:40], stretches[:40], 40, True, 0) == 1.0


def test_figures_hold_what_they_were_given():
    block = np.arange(9, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 6, 3), np.uint8)
    strips = plots.film_strips({"one": block, "backwards": block[::-1]}, 4)
    assert [axis.images[0].get_array().max() for axis in strips.axes] == [*range(9), *range(8, -1, -1)]
    pair = plots.one_and_many({"theirs": {"a": (0.4, 0.6)}, "ours": {"a": (0.5, 0.9)}}, "accuracy")
    assert [[*line.get_xdata()] for line in pair.axes[1].lines] == [[0.5, 0.9], [0.5], [0.9]]
    lines = plots.averaging((1, 2), {"dealt": [0.5, 0.7], "row": [0.5, 0.6]}, {"row": [[0.4, 0.5]]}).axes[0].lines
    assert [[*line.get_ydata()] for line in lines] == [[0.5, 0.7], [0.4, 0.5], [0.5, 0.6]]
    assert [axis.get_title() for axis in plots.where_frames_meet().axes] == [
        "single frame", "early fusion", "late fusion", "slow fusion",
    ]  # fmt: skip
    plt.close("all")

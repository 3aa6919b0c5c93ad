"""Bags of visual words: pictures described, a vocabulary found, words counted, a cost chosen."""

import cv2
import numpy as np
import pytest

from lib import photos
from lib.core import paths
from lib.lessons import bag_of_words
from lib.lessons.bag_of_words import LocalFeatures
from lib.tools import experiments


@pytest.fixture
def scene():
    """A picture of bright blobs on dark, uint8 (200, 320, 3)."""
    picture, chance = np.zeros((200, 320, 3), np.uint8), np.random.default_rng(0)
    for x, y in chance.integers(30, (290, 170), (12, 2)):
        cv2.ellipse(picture, (int(x), int(y)), (9, 5), int(chance.integers(180)), 0, 360, (250, 200, 90), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1)


PLAIN = np.full((200, 320, 3), 90, np.uint8)


@pytest.mark.parametrize("shape, shrunk", [((480, 640), (240, 320)), ((900, 300), (320, 107)), ((3, 90), (11, 320))])
def test_shrunk_pictures_have_one_longer_side(shape, shrunk):
    assert bag_of_words.shrink(np.zeros((*shape, 3), np.uint8)).shape == (*shrunk, 3)


def test_key_points_are_where_something_is_and_a_plain_picture_has_none(scene):
    places, descriptors = bag_of_words.at_key_points(scene)
    assert len(places) == len(descriptors) > 10
    assert descriptors.dtype == np.uint8 and descriptors.shape[1] == 128
    near = [scene[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9].max() for x, y, *_ in places]
    assert np.mean(np.array(near) > 100) > 0.8
    for part in bag_of_words.at_key_points(PLAIN):
        assert len(part) == 0
    assert bag_of_words.at_key_points(PLAIN).descriptors.shape == (0, 128)


def test_a_grid_is_described_everywhere_and_upright(scene):
    places, descriptors = bag_of_words.on_grid(scene)
    assert len(places) == len(descriptors) == 20 * 12
    assert set(np.diff(np.unique(places[:, 0]))) == {bag_of_words.GRID_STEP} and not places[:, 3].any()
    assert not bag_of_words.on_grid(PLAIN).descriptors.any()


def test_a_patch_is_what_the_descriptor_looked_at_turned_upright(scene):
    places, descriptors = bag_of_words.at_key_points(scene)
    seen = 0
    for place, descriptor in zip(places, descriptors):
        if place[2] > 6:
            size = round(bag_of_words.REACH * 12)
            cut = cv2.cvtColor(bag_of_words.patch(scene, place, size), cv2.COLOR_RGB2GRAY)
            _, again = cv2.SIFT_create().compute(cut, [cv2.KeyPoint(size / 2, size / 2, 12, 0)])
            a, b = again[0] / np.linalg.norm(again[0]), descriptor / np.linalg.norm(descriptor.astype(float))
            seen += a @ b > 0.85
    assert seen >= 0.7 * (places[:, 2] > 6).sum() > 3


def test_roots_of_shares_have_length_1():
    rows = bag_of_words.hellinger_normalise(np.array([[1, 3, 0], [0, 0, 0], [10, 0, 30]]))
    np.testing.assert_allclose(rows, [[0.5, 0.75**0.5, 0], [0, 0, 0], [0.5, 0, 0.75**0.5]])
    np.testing.assert_allclose(bag_of_words.hellinger_normalise(np.array([[0.1, 0.3]])), rows[:1, :2])


def local(*kinds):
    """A picture's features: for each kind a descriptor near to one of four corners."""
    chance = np.random.default_rng(sum(kinds))
    descriptors = np.zeros((len(kinds), 128), np.uint8)
    for row, kind in zip(descriptors, kinds):
        row[32 * kind : 32 * kind + 32] = chance.integers(190, 200, 32)
    return LocalFeatures(np.zeros((len(kinds), 4), np.float32), descriptors)


def test_words_are_counted_picture_by_picture():
    described = [local(0, 0, 1), local(), local(3, 2, 2, 2), local(1, 1, 1)]
    words = bag_of_words.vocabulary(described, 4, seed=0)
    counts = bag_of_words.histograms(described, words)
    assert counts.shape == (4, 4) and counts.sum(axis=1).tolist() == [3, 0, 4, 3]
    kind = words.predict(local(0, 1, 2, 3).descriptors.astype("float32"))
    assert sorted(kind) == [0, 1, 2, 3]
    assert counts[:, kind].tolist() == [[2, 1, 0, 0], [0, 0, 0, 0], [0, 0, 3, 1], [0, 3, 0, 0]]
    assert bag_of_words.histograms([local(), local()], words).sum() == 0


def test_validation_chooses_the_cost_and_equals_go_to_the_smallest():
    class Toy:
        def __init__(self, cost):
            self.cost = cost

        def fit(self, x, y):
            assert x == "training"
            return self

        def score(self, x, y):
            assert x == "validation"
            return {0.01: 0.5, 0.1: 0.7, 1.0: 0.9, 10.0: 0.9}.get(self.cost, 0.6)

    choice = bag_of_words.select_cost(Toy, "training", None, "validation", None)
    assert (choice.cost, choice.validation, choice.model.cost) == (1.0, 0.9, 1.0)


def test_the_experiment_measures_each_way(project, toy_photos, toy_backbone, fresh_experiments, monkeypatch):
    from lib.tools.experiments import bag_of_words as experiment

    monkeypatch.setattr(paths, "DATA", toy_photos.parent)
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", toy_backbone)
    wanted = {"photographs": "sample", "seed": 0, "words": 10}
    cases = [case for case in experiment.CASES if all(case.get(key, wanted[key]) == wanted[key] for key in wanted)]
    cases = [case | {"photographs": "toy"} for case in cases]
    rows = [case | experiment.run_case(case) for case in cases]
    assert [row["way"] for row in rows] == [*experiment.ALONE, *experiment.PLACES]
    assert rows[0]["held_out"] == 1  # each toy class has a colour
    assert all(0 <= row["held_out"] <= 1 for row in rows)
    assert "toy words on a grid 10" in experiment.summarise(rows)


def test_every_case_names_a_way_and_a_photograph_set():
    from lib.tools.experiments.bag_of_words import ALONE, CASES, PLACES

    assert {case["way"] for case in CASES} == {*ALONE, *PLACES}
    assert {case["photographs"] for case in CASES} == set(experiments.SETS)


def test_a_picture_that_is_gone_is_named(toy_photos):
    photo = photos.find(toy_photos)[0]
    photo.path.unlink()
    with pytest.raises(photos.PhotoError, match=photo.path.name):
        bag_of_words.describe([photo], bag_of_words.on_grid, progress=False)

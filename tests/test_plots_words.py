"""Figures of visual words hold what they were given."""

import matplotlib

matplotlib.use("agg")

import cv2
import numpy as np
import pytest

from lib import plots

CLASSES = ("a", "b", "c")


pytestmark = pytest.mark.usefixtures("figures_closed")


def test_a_descriptors_rays_point_to_where_it_is_brighter():
    """A patch that grows brighter downwards has rays downwards, in every cell: this is about OpenCV's order too."""
    grey = np.repeat(np.linspace(0, 250, 96).astype(np.uint8)[:, None], 96, axis=1)
    _, numbers = cv2.SIFT_create().compute(grey, [cv2.KeyPoint(48, 48, 12, 0)])
    figure = plots.descriptor(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), numbers[0])
    rays = [line.get_xydata() for line in figure.axes[1].lines if len(line.get_xydata()) == 2][-128:]
    longest = sorted(rays, key=lambda ray: -np.linalg.norm(ray[1] - ray[0]))[:16]
    assert all(end[1] > begin[1] + 1 and abs(end[0] - begin[0]) < 1 for begin, end in longest)
    assert len({tuple(begin) for begin, _ in longest}) == 16


def test_key_points_have_their_width_and_direction():
    places = np.array([[10, 20, 8, 90]])
    figure = plots.key_points([np.zeros((40, 30, 3), np.uint8)] * 2, [places, places[:0]], ["one", "none"])
    ring = figure.axes[0].patches[0]
    assert ring.center == (10, 20) and ring.radius == 4
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xydata(), [[10, 20], [10, 24]], atol=1e-9)
    assert not figure.axes[1].patches


def test_patches_stand_in_the_row_of_their_word():
    patch = np.zeros((8, 8, 3), np.uint8)
    figure = plots.word_patches({"word 1": [patch, patch + 9], "word 2": [patch + 50]})
    assert [axis.get_ylabel() for axis in figure.axes] == ["word 1", "", "word 2", ""]
    assert [axis.images[0].get_array().max() if axis.images else None for axis in figure.axes] == [0, 9, 50, None]


def test_bags_stand_beside_their_pictures():
    shares = np.array([[0.25, 0.75], [1.0, 0.0]])
    figure = plots.bags([np.zeros((9, 9, 3), np.uint8)] * 2, shares, ["b", "a"], CLASSES)
    heights = [[bar.get_height() for bar in axis.patches] for axis in figure.axes[1::2]]
    np.testing.assert_allclose(heights, shares)
    assert [axis.get_title(loc="left") for axis in figure.axes[1::2]] == ["b", "a"]


def test_the_chosen_cost_is_ringed():
    figure = plots.costs({"linear": ([0.1, 1, 10], [0.5, 0.9, 1.0], [0.5, 0.8, 0.8])})
    ring = figure.axes[0].lines[2]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (1, 0.8)


def test_ranges_mark_the_medians():
    figure = plots.ranges({"near": np.array([1, 2, 9.0]), "far": np.array([5, 6, 7.0])}, "distance")
    medians = [line.get_xdata() for line in figure.axes[0].lines if line.get_linewidth() == 3]
    np.testing.assert_allclose(medians, [[2, 2], [6, 6]])


def test_ways_stand_side_by_side_with_their_numbers():
    figure = plots.side_by_side({"accuracy": {"x": 0.5, "y": 0.75}, "minutes": {"x": 2, "y": 31.0}}, ("minutes",))
    assert [axis.get_xscale() for axis in figure.axes] == ["linear", "log"]
    written = [[text.get_text() for text in axis.texts] for axis in figure.axes]
    assert written == [["0.5", "0.75"], ["2", "31"]]


def test_who_is_wrong_goes_from_the_easy_to_the_hard_photographs():
    wrong = {"one": np.array([True, False, True, False]), "two": np.array([True, False, False, False])}
    shown = plots.who_is_wrong(wrong, "test").axes[0].images[0].get_array()
    assert shown.sum(axis=0).tolist() == [0, 0, 1, 2]
    assert shown.sum(axis=1).tolist() == [2, 1]


def test_confusions_show_the_counts_of_each_way():
    first, second = np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])
    figure = plots.confusions({"one": first, "two": second}, ("a", "b"))
    written = {axis.get_title(): [int(text.get_text()) for text in axis.texts] for axis in figure.axes}
    assert written == {"one": [1, 2, 3, 4], "two": [5, 6, 7, 8]}

import numpy as np
import pytest

from lib import backbones, training
from lib.core import paths
from lib.core.framework import keras
from lib.tools.experiments import _frozen, wrong_input


@pytest.fixture
def toy(project, toy_photos, toy_backbone, fresh_experiments, monkeypatch):
    """The toy photos in the place of the sample, the toy backbone in the place of the bundled one."""
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", toy_backbone)
    paths.DATA.mkdir()
    toy_photos.rename(paths.DATA / "sample")


def test_views_follow_the_plain_photographs_of_the_training_part_alone(toy):
    plain = _frozen.parts("sample", seed=0)
    viewed = _frozen.parts("sample", seed=0, views=2)
    count = len(plain[0].y)
    assert [len(part.y) for part in viewed] == [3 * count, len(plain[1].y), len(plain[2].y)]
    np.testing.assert_array_equal(viewed[0].x[:count], plain[0].x)
    np.testing.assert_array_equal(viewed[0].y, np.tile(plain[0].y, 3))
    for view in (1, 2):
        assert np.abs(viewed[0].x[view * count : (view + 1) * count] - plain[0].x).mean() > 1e-4
    assert sum(len(part.y) for part in plain) == 60
    assert _frozen.classes("sample") == ("badminton", "formula1", "volleyball")


def test_accuracy_is_the_share_that_is_named_rightly(toy):
    part = _frozen.parts("sample", seed=0)[1]
    always_first = keras.Sequential([keras.Input((1, 1, 4)), keras.layers.Flatten(), keras.layers.Dense(3)])
    always_first.set_weights([np.zeros((4, 3), "float32"), np.array([1, 0, 0], "float32")])
    assert training.accuracy(always_first, part) == (part.y == 0).mean()


def test_a_fault_comes_before_everything_else(toy_backbone):
    backbone = backbones.load(str(toy_backbone))
    pictures = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    right, swapped = (backbone.model(x).numpy() for x in (pictures, pictures[..., ::-1]))
    np.testing.assert_allclose(wrong_input.network(backbone, "none")(pictures), right, atol=1e-6)
    np.testing.assert_allclose(wrong_input.network(backbone, "blue for red")(pictures), swapped, atol=1e-6)
    black = backbone.model(np.zeros_like(pictures)).numpy()
    nearly_black = wrong_input.network(backbone, "0 to 1")(pictures).numpy()
    assert 0 < np.abs(nearly_black - black).max() < np.abs(right - black).max() / 50


def test_a_fault_is_measured_both_ways(toy, monkeypatch):
    monkeypatch.setattr(training, "EPOCHS", 2)
    found = _frozen.photographs("sample")
    features = wrong_input._features("sample", "none")
    plain = backbones.extract(_frozen.backbone(), found[:5], progress=False)
    np.testing.assert_allclose([features[photo.path] for photo in found[:5]], plain, atol=1e-5)
    result = wrong_input.run_case({"photographs": "sample", "seed": 0, "fault": "none"})
    assert result["always"] == pytest.approx(result["afterwards"])

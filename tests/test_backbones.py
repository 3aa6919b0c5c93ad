import json
import shutil

import numpy as np
import pytest

from lib import backbones, paths, photos
from lib.backbones import BackboneError
from lib.framework import keras


@pytest.fixture
def backbone(toy_backbone):
    return backbones.load(str(toy_backbone))


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ("0..255", lambda x: x),
        ("0..1", lambda x: x / 255),
        ("-1..1", lambda x: keras.applications.mobilenet_v2.preprocess_input(x.copy())),
        ("caffe", lambda x: keras.applications.resnet50.preprocess_input(x.copy())),
    ],
)
def test_scaling_layers_give_what_the_network_was_trained_on(scaling, expected):
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    frames = keras.Input((5, 5, 3), dtype="uint8")
    ours = keras.Model(frames, backbones.scaled(frames, scaling))(pictures).numpy()
    np.testing.assert_allclose(ours, expected(pictures.astype("float32")), atol=1e-4)


def test_a_saved_backbone_gives_a_feature_map(backbone):
    assert backbone.model(np.zeros((2, 8, 8, 3), np.uint8)).shape == (2, 3, 3, 4)
    assert backbone.channels == 4 and backbone.image_size == 8 and backbone.last_block == "last"


def test_the_bundled_backbone_is_whole():
    backbone = backbones.load("bundled")
    names = [layer.name for layer in backbone.base.layers]
    assert backbone.last_block in names
    assert paths.BUNDLED_BACKBONE.stat().st_size < 8_000_000
    pictures = np.random.default_rng(0).integers(
        0, 256, (2, backbone.image_size, backbone.image_size, 3), dtype=np.uint8
    )
    features = backbone.model(pictures).numpy()
    assert features.ndim == 4 and np.isfinite(features).all() and features.std() > 0


def test_a_backbone_without_a_card_or_file_is_refused(toy_backbone, tmp_path):
    with pytest.raises(BackboneError, match="nothing.keras"):
        backbones.load(str(tmp_path / "nothing.keras"))
    lonely = shutil.copy(toy_backbone, tmp_path / "lonely.keras")
    with pytest.raises(BackboneError, match="lonely.json"):
        backbones.load(str(lonely))
    (tmp_path / "lonely.json").write_text(json.dumps({"image_size": 8, "last_block": "last", "scaling": "0..7"}))
    with pytest.raises(BackboneError, match="caffe"):
        backbones.load(str(lonely))


def test_features_are_those_of_the_model_and_are_computed_once(project, toy_photos, backbone, monkeypatch):
    found = photos.find(toy_photos)[:10]
    features = backbones.extract(backbone, found, progress=False)
    pictures = photos.load(found, 8, progress=False)
    np.testing.assert_allclose(features[:, 0, 0], backbone.model(pictures).numpy().mean((1, 2)), atol=1e-5)

    monkeypatch.setattr(backbones, "read", lambda path: pytest.fail(f"{path} was read again"))
    again = backbones.extract(backbone, found[::-1], progress=False)
    np.testing.assert_array_equal(again, features[::-1])


def test_a_photograph_that_changed_is_extracted_again(project, toy_photos, backbone):
    found = photos.find(toy_photos)[:4]
    before = backbones.extract(backbone, found, progress=False)
    shutil.copy(found[3].path, found[0].path)
    after = backbones.extract(backbone, found, progress=False)
    np.testing.assert_array_equal(after[0], after[3])
    np.testing.assert_array_equal(after[1:], before[1:])


def augmentation():
    return keras.Sequential([keras.layers.RandomFlip("horizontal", seed=1), keras.layers.RandomBrightness(0.3, seed=2)])


def test_a_view_is_the_same_however_it_was_reached(project, toy_photos, backbone):
    found = photos.find(toy_photos)[:6]
    whole = backbones.extract(backbone, found, augmentation(), view=1, progress=False)
    shutil.rmtree(paths.FEATURES)
    backbones.extract(backbone, found[3:], augmentation(), view=1, progress=False)
    in_parts = backbones.extract(backbone, found, augmentation(), view=1, progress=False)
    np.testing.assert_allclose(in_parts, whole, atol=1e-5)


def test_views_differ_from_each_other_and_from_the_photograph(project, toy_photos, backbone):
    found = photos.find(toy_photos)[:6]
    plain = backbones.extract(backbone, found, progress=False)
    views = [backbones.extract(backbone, found, augmentation(), view, progress=False) for view in (0, 1)]
    assert np.abs(views[0] - plain).max() > 1e-3 and np.abs(views[0] - views[1]).max() > 1e-3

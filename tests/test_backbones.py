import json
import shutil

import h5py
import numpy as np
import pytest
from hostile_hdf5 import HOSTILE, array_for_group, not_a_number

from lib import backbones, photos
from lib.backbones import APPLICATIONS, BackboneError
from lib.core import paths
from lib.core.framework import keras


def scaled(pictures, scaling):
    frames = keras.Input(pictures.shape[1:], dtype="uint8")
    return keras.Model(frames, backbones.scaled(frames, scaling))(pictures).numpy()


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(("scaling", "low", "high"), [("0..255", 0, 255), ("0..1", 0, 1), ("-1..1", -1, 1)])
def test_scaling_layers_keep_the_order_of_colours_and_change_the_range(pictures, scaling, low, high):
    expected = low + pictures / 255 * (high - low)
    np.testing.assert_allclose(scaled(pictures, scaling), expected, atol=1e-4)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_our_layers_give_what_the_applications_own_preprocessing_gives(pictures, name):
    expected = getattr(keras.applications, name).preprocess_input(pictures.astype("float32"))
    np.testing.assert_allclose(scaled(pictures, APPLICATIONS[name].scaling), expected, atol=1e-4)


def test_an_application_is_built_with_the_weights_in_the_folder(project, monkeypatch):
    keras.utils.set_random_seed(0)
    made = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(224, 224, 3))
    file = paths.MODEL / "imagenet" / APPLICATIONS["mobilenet_v2"].file
    file.parent.mkdir(parents=True)
    made.save(file)  # as Keras publishes weights: HDF5, by layers
    stated = APPLICATIONS["mobilenet_v2"]._replace(size=file.stat().st_size, md5="")
    monkeypatch.setitem(APPLICATIONS, "mobilenet_v2", stated)
    keras.utils.set_random_seed(1)
    backbone = backbones.load("mobilenet_v2")
    assert backbone.model.input_shape == (None, 224, 224, 3) and backbone.channels == 1280
    for ours, theirs in zip(backbone.base.get_weights(), made.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)

    file.write_bytes(b"x" * stated.size)  # of the right size, and that is all
    with pytest.raises(BackboneError, match="does not hold the weights of MobileNetV2"):
        backbones.load("mobilenet_v2")


def test_a_saved_backbone_gives_a_feature_map(backbone):
    assert backbone.model(np.zeros((2, 8, 8, 3), np.uint8)).shape == (2, 3, 3, 4)
    assert backbone.channels == 4 and backbone.image_size == 8 and backbone.unfreeze_from == "last"


def test_the_bundled_backbone_is_whole():
    backbone = backbones.load("bundled")
    names = [layer.name for layer in backbone.base.layers]
    assert backbone.unfreeze_from in names
    assert paths.BUNDLED_BACKBONE.stat().st_size < 8_000_000
    pictures = np.random.default_rng(0).integers(
        0, 256, (2, backbone.image_size, backbone.image_size, 3), dtype=np.uint8
    )
    features = backbone.model(pictures).numpy()
    assert features.ndim == 4 and np.isfinite(features).all() and features.std() > 0


def save(network, path, **card):
    network.save(path)
    path.with_suffix(".json").write_text(json.dumps({"image_size": 8, "scaling": "0..255"} | card))
    return str(path)


def residual(depth=3):
    """A network of residual blocks: 3×3 convolutions of 8 channels in pairs, each block's input added to its output."""
    layers = keras.layers
    x = inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(x)
    for block in range(depth):
        y = layers.Conv2D(8, 3, padding="same", name=f"block{block}_1")(x)
        y = layers.BatchNormalization()(y)
        y = layers.Conv2D(8, 3, padding="same", name=f"block{block}_2")(y)
        x = layers.Add()([x, y])
    return keras.Model(inputs, x)


@pytest.mark.parametrize(("depth", "expected"), [(3, "block2_1"), (5, "block3_1")])
def test_where_the_card_does_not_say_fine_tuning_takes_the_shortest_end_with_a_fifth_of_the_weights(
    tmp_path, depth, expected
):
    backbone = backbones.load(save(residual(depth), tmp_path / "residual.keras"))
    assert backbone.unfreeze_from == expected
    end = keras.Model(backbone.base.get_layer(expected).input, backbone.base.output)
    assert 0.2 <= end.count_params() / backbone.base.count_params() < 0.5


def test_a_chain_of_layers_is_cut_anywhere(tmp_path):
    layers = keras.layers
    chain = [layers.Conv2D(8, 3, name=f"conv{number}", padding="same") for number in range(6)]  # of 584 weights each
    network = keras.Sequential([keras.Input((None, None, 8)), *chain, layers.BatchNormalization()])
    path = tmp_path / "chain.keras"
    network.save(path)
    assert backbones.unfreeze_from(keras.models.load_model(path)) == "conv4"


def test_a_layer_that_the_network_does_not_have_is_refused(tmp_path):
    with pytest.raises(BackboneError, match="block9"):
        backbones.load(save(residual(), tmp_path / "residual.keras", unfreeze_from="block9"))


def test_files_that_are_no_backbone_are_refused_in_one_sentence(tmp_path, toy_backbone):
    layers = keras.layers
    inputs = keras.Input((16, 16, 3))
    fixed = keras.Model(inputs, layers.Conv2D(4, 1)(inputs))
    networks = {
        "feature map": keras.Model(inputs, layers.GlobalAveragePooling2D()(inputs)),
        "image_size 8": keras.Model(inputs, layers.Conv2D(4, 1)(layers.Flatten()(inputs)[:, None, None])),
        "inside another": keras.Sequential([keras.Input((8, 8, 3)), residual()]),
        "cannot be loaded": keras.Sequential([keras.Input((8, 8, 3)), layers.Lambda(lambda x: x)]),
    }
    for words, network in networks.items():
        with pytest.raises(BackboneError, match=words) as refused:
            backbones.load(save(network, tmp_path / "odd.keras"))
        assert "odd.keras" in str(refused.value) and "\n" not in str(refused.value)
    (tmp_path / "odd.keras").write_bytes(toy_backbone.read_bytes()[:500])
    with pytest.raises(BackboneError, match="odd.keras cannot be loaded"):
        backbones.load(str(tmp_path / "odd.keras"))
    assert backbones.load(save(fixed, tmp_path / "fixed.keras", image_size=16)).channels == 4


def test_each_kind_of_network_that_does_not_fit_gets_the_advice_that_fits(tmp_path):
    layers = keras.layers

    def network(shape, batch=None, outputs=1):
        inputs = keras.Input(shape, batch_size=batch)
        maps = [layers.Conv2D(4, 1)(inputs) for _ in range(outputs)]
        return keras.Model(inputs, maps if outputs > 1 else maps[0])

    networks = {
        r"begin it with keras.Input\(\(height, width, 3\)\), and save it again": keras.Sequential(
            [layers.Conv2D(4, 1)]
        ),
        "of 1 channel: choose a network for RGB": network((8, 8, 1)),
        "takes 4 channels, not the 3": network((8, 8, 4)),
        "build it with channels last": network((3, 8, 8)),
        "takes only 5 images at a time: begin it with keras.Input": network((8, 8, 3), batch=5),
        "needs one input and one output, and has 1 and 2: save": network((8, 8, 3), outputs=2),
        "names its input or output in a dictionary: save": keras.Model(
            inputs := keras.Input((8, 8, 3)), {"map": layers.Conv2D(4, 1)(inputs)}
        ),
        r"does not take images of 8×8: correct image_size \(Computed output size": keras.Sequential(
            [keras.Input((None, None, 3)), layers.Conv2D(4, 9)]
        ),
        "takes images of 12×8; .* build it for a square": network((8, 12, 3)),
        "takes images of 16×16, and its card states image_size 8: correct the card": network((16, 16, 3)),
        "give it to --model when it is a classifier": keras.Sequential(
            [keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)]
        ),
    }
    for words, odd in networks.items():
        with pytest.raises(BackboneError, match=rf"odd\.keras .*{words}") as refused:
            backbones.load(save(odd, tmp_path / "odd.keras"))
        assert str(refused.value).isprintable()


def test_weights_that_keras_publishes_no_hash_of_are_checked_as_any_others(project, tmp_path, monkeypatch):
    made = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(224, 224, 3))
    file = paths.MODEL / "imagenet" / APPLICATIONS["mobilenet_v2"].file
    file.parent.mkdir(parents=True)
    whole = tmp_path / "whole.h5"
    made.save(whole)
    kernel = "model_weights/Conv1/Conv1/kernel"

    for change in [*HOSTILE[:3], HOSTILE[5], array_for_group, not_a_number]:
        shutil.copy(whole, file)
        with h5py.File(file, "a") as weights:
            change(weights, kernel, tmp_path)
        size = file.stat().st_size
        monkeypatch.setitem(APPLICATIONS, "mobilenet_v2", APPLICATIONS["mobilenet_v2"]._replace(size=size, md5=""))
        with pytest.raises(BackboneError, match="does not hold the weights of MobileNetV2: delete it"):
            backbones.load("mobilenet_v2")


def test_features_are_kept_apart_for_each_scaling(project, toy_photos, tmp_path):
    path, found = tmp_path / "residual.keras", photos.find(toy_photos)[:3]
    features = []
    for scaling in ("0..255", "0..1"):
        save(residual(), path, scaling=scaling)
        features.append(backbones.extract(backbones.load(str(path)), found, progress=False))
    assert np.abs(features[0] - features[1]).max() > 1e-3


def test_features_are_those_of_the_model_and_are_computed_once(project, toy_photos, backbone, monkeypatch):
    found = photos.find(toy_photos)[:10]
    features = backbones.extract(backbone, found, progress=False)
    pictures = photos.load(found, photos.Resize(8), progress=False)
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


@pytest.mark.parametrize("scaling", ["0..1", "-1..1", "caffe"])
def test_a_network_of_whole_numbers_is_given_no_fractions(tmp_path, scaling):
    """Cast to uint8, images of 0 to 1 would be black."""
    inputs = keras.Input((8, 8, 3), dtype="uint8")
    network = keras.Model(inputs, keras.layers.Conv2D(4, 1)(keras.layers.Rescaling(1 / 255)(inputs)))
    with pytest.raises(BackboneError, match=rf"mine\.keras takes uint8 images.*0\.\.255 as its scaling, not {scaling}"):
        backbones.load(save(network, tmp_path / "mine.keras", scaling=scaling))
    assert backbones.load(save(network, tmp_path / "mine.keras", scaling="0..255")).channels == 4


def test_a_network_that_was_saved_frozen_is_unfrozen_from_where_the_same_one_is():
    network = residual()
    block = backbones.unfreeze_from(network)
    network.trainable = False
    assert backbones.unfreeze_from(network) == block != network.layers[-1].name


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_features_of_a_network_of_half_precision_are_stored_and_read(project, toy_photos, tmp_path, precision):
    network = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 1, dtype=precision)])
    backbone = backbones.load(save(network, tmp_path / "half.keras"))
    first, again = (backbones.extract(backbone, photos.find(toy_photos), progress=False) for _ in range(2))
    assert first.dtype == again.dtype == np.float32
    np.testing.assert_array_equal(first, again)

"""Pre-training: what the network sees, resuming, the files that come out, and the shipped backbone."""

import dataclasses
import time
import zipfile

import cv2
import h5py
import numpy as np
import pytest

from lib import photos
from lib.core import paths
from lib.core.files import read_json
from lib.core.framework import keras, tf
from lib.tools.pretraining import augment, network, pictures, result, training
from lib.tools.pretraining.recipes import BEST, VARIANTS, Recipe

TINY = Recipe(image_size=32, train_sizes=(32, 40), stem=(4, 8), widths=(8, 8, 16, 16), squeeze=True, mix=0.5, batch=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixty pictures of three plain colours with noise: easy to tell apart, quick to read."""
    root, rng = tmp_path_factory.mktemp("pretext"), np.random.default_rng(0)
    for channel, name in enumerate(("blue", "green", "red")):
        (root / name).mkdir()
        for i in range(20):
            image = rng.integers(0, 90, (40, 60, 3), dtype=np.uint8)
            image[..., channel] += 150
            cv2.imwrite(str(root / name / f"{i:02d}.jpg"), image)
    return root


@pytest.fixture(scope="module")
def parts(folder):
    return pictures.hold_back(pictures.load(folder))


def test_a_tenth_of_each_class_is_held_back_whatever_the_share(folder, parts):
    train, held_back = parts
    assert held_back.counts() == {"blue": 2, "green": 2, "red": 2}
    half, same = pictures.hold_back(pictures.load(folder), share=0.5)
    assert np.array_equal(same.images, held_back.images)
    assert len(half.labels) == 27 and len(train.labels) == 54


def test_a_folder_without_classes_is_refused(tmp_path):
    with pytest.raises(photos.PhotoError, match="fewer than two"):
        pictures.load(tmp_path)


def test_a_batch_depends_on_its_step_alone(parts):
    train, _ = parts
    first = list(augment.stream(train, TINY, 3, epochs=2).take(12))
    later = list(augment.stream(train, TINY, 3, epochs=2, first_step=3).take(2))
    for (x, y), (again_x, again_y) in zip(first[3:], later):
        assert np.array_equal(x, again_x) and np.array_equal(y, again_y)
    assert not np.array_equal(first[0][0], first[1][0])


def test_pictures_grow_when_the_rate_begins_to_fall(parts):
    recipe = dataclasses.replace(TINY, fall=0.5)
    sizes = [x.shape[1] for x, _ in augment.stream(parts[0], recipe, 0, epochs=2)]
    assert sizes == [32] * 6 + [40] * 6


def test_batches_stay_in_range_and_their_targets_are_shares(parts):
    for x, y in augment.stream(parts[0], dataclasses.replace(TINY, mix=1.0, train_sizes=(32, 32)), 0, epochs=1):
        assert x.shape == (8, 32, 32, 3) and x.dtype == tf.float32
        assert 0 <= x.numpy().min() and x.numpy().max() <= 255
        assert np.allclose(y.numpy().sum(1), 1, atol=1e-5)


def test_whole_crops_without_changes_give_the_picture_or_its_mirror_image(parts):
    images = parts[0].images[:6]
    cut = augment.crop(tf.constant(images), augment.Draw(0, tf.constant(0, tf.int64)), 144, smallest=1.0)
    for picture, seen in zip(images.astype(float), cut.numpy()):
        # The sides may be in a proportion of up to 4:3 but never leave the picture.
        assert abs(seen.mean() - picture.mean()) < 2


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_builds(variant):
    recipe = VARIANTS[variant]
    model = network.backbone(recipe, recipe.image_size)
    assert model.output_shape[1:] == (*[-(-recipe.image_size // 32)] * 2, recipe.widths[-1])
    assert network.FIRST in [layer.name for layer in model.layers]


def test_a_run_that_is_interrupted_and_resumed_ends_the_same(parts, tmp_path, monkeypatch):
    plan = training.Run(tmp_path / "whole", TINY, 3, 1.0, 0, "float32")
    whole = training.train(plan, *parts)

    plan = dataclasses.replace(plan, folder=tmp_path / "interrupted")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training.Bar, "on_epoch_begin", interrupt_in_epoch(2), raising=False)
        training.train(plan, *parts)
    resumed = training.train(plan, *parts)

    for one, other in zip(whole.trainable_weights, resumed.trainable_weights):
        assert np.allclose(one, other, atol=1e-3), one.path
    assert [row["epoch"] for row in training.read_log(plan.folder)] == [1, 2, 3]
    assert len(list(plan.folder.iterdir())) == 3  # recipe, log, checkpoint: nothing half-written


def interrupt_in_epoch(number):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == number:
            raise KeyboardInterrupt

    return on_epoch_begin


def test_another_recipe_does_not_go_on_with_a_run(tmp_path):
    training.Run(tmp_path, TINY, 3, 1.0, 0, "float32").begin()
    training.Run(tmp_path, TINY, 3, 1.0, 0, "float32").begin()
    with pytest.raises(training.RunError, match="another recipe"):
        training.Run(tmp_path, TINY, 3, 1.0, 1, "float32").begin()


def test_a_restart_takes_the_weights_of_a_finished_run_and_starts_the_schedule_anew(parts, tmp_path):
    first = training.Run(tmp_path / training.folder_name("first", 1.0, 0), TINY, 1, 1.0, 0, "float32")
    recipe = dataclasses.replace(TINY, start="first")
    again = training.Run(tmp_path / training.folder_name("again", 1.0, 0), recipe, 1, 1.0, 0, "float32")
    with pytest.raises(training.RunError, match="first run --variant first"):
        training.train(again, *parts)

    model = training.train(first, *parts)
    (first.folder / "sports19.json").write_text("{}")  # its card, written last: the run is finished
    fresh = training.build(again, 3, steps=6)
    training._restart(fresh, again.start_checkpoint())
    assert all(np.allclose(a, b) for a, b in zip(model.get_weights(), fresh.get_weights()))
    assert int(fresh.optimizer.iterations.numpy()) == 0
    training.train(again, *parts)
    assert [row["epoch"] for row in training.read_log(again.folder)] == [1]


def test_half_precision_files_load_as_float32_and_give_the_same(tmp_path):
    model = network.backbone(TINY, 32)
    result.save_half(model, tmp_path / "half.keras")
    loaded = keras.models.load_model(tmp_path / "half.keras", compile=False, safe_mode=True)
    assert {w.dtype for w in loaded.weights} == {"float32"}
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    assert np.allclose(model(x), loaded(x), atol=0.02)
    assert [file.name for file in tmp_path.iterdir()] == ["half.keras"]
    with zipfile.ZipFile(tmp_path / "half.keras") as held, h5py.File(held.open("model.weights.h5")) as weights:
        weights.visititems(lambda name, item: None if isinstance(item, h5py.Group) else _is_half(name, item))


def _is_half(name, item):
    assert item.dtype == np.float16, name


def test_backbone_and_classifier_together_are_the_trained_network():
    model, rng = network.classifier(network.backbone(TINY, None), 3), np.random.default_rng(1)
    for layer in model.layers:  # normalisation that does something, so that folding it shows
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.weights])
    backbone, classifier = result.split(model, TINY)
    assert not any(layer.name.startswith(network.FOLDED) and layer.name.endswith("_norm") for layer in backbone.layers)
    x = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    assert np.allclose(tf.nn.softmax(model(x)), classifier(backbone(x)), atol=1e-5)


def test_the_shipped_backbone_is_what_its_card_says():
    file = paths.MODEL / "backbone" / "sports19.keras"
    card = read_json(file.with_suffix(".json"))
    assert file.stat().st_size <= 8_000_000
    began = time.perf_counter()
    model = keras.models.load_model(file, compile=False, safe_mode=True)
    assert time.perf_counter() - began < 5  # under a second on an idle machine
    assert model.input_shape == (None, card["image_size"], card["image_size"], 3)
    assert list(model.output_shape[1:]) == card["feature_map"]
    assert card["unfreeze_from"] == network.FIRST
    assert card["scaling"] == "0..255" and card["recipe"]["variant"] == BEST
    assert len({row["variant"] for row in card["variants"]}) >= 4
    assert not {"badminton", "formula1", "volleyball"} & set(card["classes"])


def test_the_shipped_classifier_fits_the_shipped_backbone():
    folder = paths.MODEL / "backbone"
    card = read_json(folder / "sports19.json")
    classifier = keras.models.load_model(folder / "sports19_classifier.keras", compile=False, safe_mode=True)
    assert list(classifier.input_shape[1:]) == card["feature_map"]
    assert classifier.output_shape[-1] == len(card["classes"])
    assert (folder / "sports19_classifier.keras").stat().st_size < 200_000


def test_the_rate_rises_stays_and_falls():
    rate = training.Rate(0.1, 1000, fall=0.25)
    values = [float(rate(step)) for step in (0, 25, 50, 400, 750, 875, 1000)]
    assert np.allclose(values, [0, 0.05, 0.1, 0.1, 0.1, 0.05, 0], atol=1e-6)

import numpy as np
import pytest

from lib import photos, training
from lib.core.framework import keras
from lib.training import LabelledArrays


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(training, "EPOCHS", 3)


@pytest.fixture
def given(backbone, toy_photos):
    split = photos.split(photos.find(toy_photos), seed=0)
    classes = photos.classes(split.train)
    parts = (LabelledArrays.read(part, backbone.resize, classes) for part in (split.train, split.validation))
    return [LabelledArrays(training.features(backbone, part.x), part.y) for part in parts]


def loss(model, part):
    probabilities = model.predict(part.x, verbose=0)
    return float(keras.losses.sparse_categorical_crossentropy(part.y, probabilities).numpy().mean())


def test_features_are_the_mean_of_the_map(backbone):
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), np.uint8)
    features = training.features(backbone, images)
    np.testing.assert_allclose(features[:, 0, 0], backbone.model(images).numpy().mean((1, 2)), atol=1e-5)


def test_the_same_seed_gives_the_same_head(given):
    one, same, other = (training.train_head(*given, 3, seed).trainable_weights[0].numpy() for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_features_are_centred_and_of_one_length_on_average():
    seen = np.random.default_rng(0).normal(40, 3, (50, 1, 1, 7)).astype(np.float32)
    seen[..., 2] = 5  # a channel that always says the same
    rows = training.standardise(seen)(seen).numpy()[:, 0, 0]
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-4)
    assert np.linalg.norm(rows, axis=1).mean() == pytest.approx(training.TARGET_NORM, rel=1e-4)
    spread = seen[:, 0, 0].std(axis=0)
    np.testing.assert_allclose(rows.std(axis=0) / spread.max(), spread * (rows.std(axis=0).max() / spread.max() ** 2),
                               atol=1e-4)  # fmt: skip


def test_a_trained_head_takes_features_as_they_are_and_is_saved_with_its_standardising(given, tmp_path):
    far = [LabelledArrays(1000 + 50 * part.x, part.y) for part in given]  # as another network might give them
    head = training.train_head(*far, 3, seed=0)
    plain = training.train_head(*given, 3, seed=0)
    np.testing.assert_allclose(head(far[1].x), plain(given[1].x), atol=0.02)
    head.save(tmp_path / "head.keras")
    again = keras.models.load_model(tmp_path / "head.keras", safe_mode=True)
    np.testing.assert_allclose(again(far[1].x), head(far[1].x), atol=1e-6)


def test_a_copy_gives_the_same_and_is_another(given):
    head = training.train_head(*given, 3, seed=0)
    copy = training.copy_head(head)
    np.testing.assert_array_equal(copy(given[1].x), head(given[1].x))
    copy.trainable_weights[0].assign_add(np.ones(copy.trainable_weights[0].shape))
    assert np.abs(copy(given[1].x) - head(given[1].x)).max() > 1e-3


def test_the_weights_of_the_lowest_validation_loss_are_left(backbone, given):
    keras.utils.set_random_seed(0)
    head = training.build_head(backbone.channels, 3)
    training.compile_model(head, 3.0)  # far too large a rate, so that the last epoch is not the best
    history = training.fit(head, *given, epochs=6)
    assert np.argmin(history["val_loss"]) < 5
    assert loss(head, given[1]) == pytest.approx(min(history["val_loss"]), rel=1e-3)

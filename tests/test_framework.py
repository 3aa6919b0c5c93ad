"""The compiled forward pass gives what the model gives."""

import numpy as np
import pytest

from lib.core.framework import forward, keras


@pytest.fixture
def network():
    """A network with batch normalisation whose running means are not those it was made with."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    frames = keras.Input((8, 8, 3), dtype="uint8")
    x = layers.Conv2D(6, 3, use_bias=False)(layers.Rescaling(1 / 255)(frames))
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.5, name="norm")(x))
    network = keras.Model(frames, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
    for _ in range(3):
        network(pictures(16), training=True)
    return network


def pictures(count):
    return np.random.default_rng(count).integers(0, 256, (count, 8, 8, 3), np.uint8)


@pytest.mark.parametrize("count", (1, 5, 16))
def test_it_gives_what_the_model_gives_in_use_for_any_number_of_pictures(network, count):
    given = forward(network, 8)(pictures(count)).numpy()
    np.testing.assert_allclose(given, network(pictures(count), training=False), atol=1e-6)
    assert np.abs(given - network(pictures(count), training=True)).max() > 1e-4


def test_weights_are_those_of_the_first_call(network):
    infer = forward(network, 8)
    network.get_layer("norm").gamma.assign(2 * np.ones(6))
    first = infer(pictures(4)).numpy()
    np.testing.assert_allclose(first, network(pictures(4), training=False), atol=1e-6)
    network.get_layer("norm").gamma.assign(np.ones(6))
    np.testing.assert_array_equal(infer(pictures(4)), first)
    np.testing.assert_allclose(forward(network, 8)(pictures(4)), network(pictures(4), training=False), atol=1e-6)

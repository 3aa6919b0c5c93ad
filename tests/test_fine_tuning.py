import itertools

import numpy as np
import pytest

from lib import classifier, photos, training
from lib.training import LabelledArrays


@pytest.fixture
def parts(toy_photos):
    split = photos.split(photos.find(toy_photos), seed=0)
    classes = photos.classes(split.train)
    return [LabelledArrays.read(part, photos.Resize(8), classes) for part in (split.train, split.validation)]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(training, "EPOCHS", 3)


def heads_parts(backbone, parts):
    return [LabelledArrays(training.features(backbone, part.x), part.y) for part in parts]


def test_fine_tuning_moves_what_is_free_and_leaves_frozen_layers_alone(backbone, parts):
    head = training.train_head(*heads_parts(backbone, parts), 3, seed=0)
    before = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    training.unfreeze(backbone.base, backbone.unfreeze_from)
    training.train_whole(classifier.join(backbone, head), *parts, epochs=1, seed=0)
    after = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    np.testing.assert_array_equal(before["first"], after["first"])
    assert np.abs(before["last"] - after["last"]).max() > 0


@pytest.mark.parametrize("frozen_norm", (False, True))
def test_only_what_follows_the_named_layer_is_unfrozen_with_or_without_its_normalisation(backbone, frozen_norm):
    training.unfreeze(backbone.base, "last", frozen_norm)
    free = {layer.name for layer in backbone.base.layers if layer.trainable_weights}
    assert free == ({"last"} if frozen_norm else {"last", "norm"})


def test_starting_afresh_forgets_the_backbone_anew_for_each_seed(backbone):
    kernels = [backbone.base.get_layer("first").get_weights()[0].copy()]
    for seed in (1, 2):  # the toy network was made with 0
        training.start_afresh(backbone, seed)
        kernels.append(backbone.base.get_layer("first").get_weights()[0].copy())
    assert min(np.abs(a - b).max() for a, b in itertools.combinations(kernels, 2)) > 0.05

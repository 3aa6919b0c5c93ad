import itertools

import numpy as np
import pytest

from lib import backbones, heads, photos, transfer
from lib.heads import Part


@pytest.fixture
def parts(toy_photos):
    split = photos.split(photos.find(toy_photos), seed=0)
    return [Part(photos.load(part, 8, progress=False), photos.labels(part)) for part in (split.train, split.validation)]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(heads, "EPOCHS", 3)
    monkeypatch.setattr(transfer, "TUNE_EPOCHS", 1)


@pytest.fixture
def backbone(toy_backbone):
    return backbones.load(str(toy_backbone))


def heads_parts(backbone, parts):
    return [Part(heads.features(backbone, part.x), part.y) for part in parts]


def test_fine_tuning_that_names_fewer_rightly_is_undone(backbone, parts, monkeypatch):
    monkeypatch.setattr(transfer, "TUNE_RATE", 30.0)  # so that it ends worse than it began
    features = heads_parts(backbone, parts)
    head = heads.train_head(*features, 3, seed=0)
    first, before = backbone.base.get_layer("first").get_weights()[0], transfer.accuracy(head, features[1])
    last = backbone.base.get_layer("last").get_weights()[0]
    model = transfer.fine_tune(backbone, head, *parts, seed=0)
    assert transfer.accuracy(model, parts[1]) == before > 1 / 3
    np.testing.assert_array_equal(backbone.base.get_layer("first").get_weights()[0], first)
    np.testing.assert_array_equal(backbone.base.get_layer("last").get_weights()[0], last)


def test_fine_tuning_moves_what_is_free_and_leaves_frozen_layers_alone(backbone, parts, monkeypatch):
    head = heads.train_head(*heads_parts(backbone, parts), 3, seed=0)
    monkeypatch.setattr(transfer, "accuracy", lambda model, part: 1.0)  # as good as before: the new one is kept
    before = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    transfer.fine_tune(backbone, head, *parts, seed=0)
    after = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    np.testing.assert_array_equal(before["first"], after["first"])
    assert np.abs(before["last"] - after["last"]).max() > 0


def test_only_what_follows_the_named_layer_is_unfrozen_without_its_normalisation(backbone):
    transfer.unfreeze(backbone.base, "last")
    free = {layer.name for layer in backbone.base.layers if layer.trainable_weights}
    assert free == {"last"}


def test_from_scratch_forgets_the_backbone_anew_for_each_seed(backbone, parts):
    kernels = [backbone.base.get_layer("first").get_weights()[0].copy()]
    for seed in (1, 2):  # the toy network was made with 0
        transfer.from_scratch(backbone, *parts, 3, seed)
        kernels.append(backbone.base.get_layer("first").get_weights()[0].copy())
    assert min(np.abs(a - b).max() for a, b in itertools.combinations(kernels, 2)) > 0.05

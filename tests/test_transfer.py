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


def test_fine_tuning_moves_what_is_free_and_leaves_frozen_layers_alone(backbone, parts):
    head = heads.train_head(*heads_parts(backbone, parts), 3, seed=0)
    before = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    transfer.fine_tune(backbone, head, *parts, seed=0)
    after = {name: backbone.base.get_layer(name).get_weights()[0] for name in ("first", "last")}
    np.testing.assert_array_equal(before["first"], after["first"])
    assert np.abs(before["last"] - after["last"]).max() > 0


@pytest.mark.parametrize("frozen_norm", (False, True))
def test_only_what_follows_the_named_layer_is_unfrozen_with_or_without_its_normalisation(backbone, frozen_norm):
    transfer.unfreeze(backbone.base, "last", frozen_norm)
    free = {layer.name for layer in backbone.base.layers if layer.trainable_weights}
    assert free == ({"last"} if frozen_norm else {"last", "norm"})


def test_from_scratch_forgets_the_backbone_anew_for_each_seed(backbone, parts):
    kernels = [backbone.base.get_layer("first").get_weights()[0].copy()]
    for seed in (1, 2):  # the toy network was made with 0
        transfer.from_scratch(backbone, *parts, 3, seed)
        kernels.append(backbone.base.get_layer("first").get_weights()[0].copy())
    assert min(np.abs(a - b).max() for a, b in itertools.combinations(kernels, 2)) > 0.05

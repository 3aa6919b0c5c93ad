import json
import shutil

import numpy as np
import pytest

from lib import backbones
from lib.backbones import BackboneError
from lib.core.framework import keras


@pytest.fixture
def with_classifier(toy_backbone, tmp_path):
    """A copy of the toy backbone with a classifier of two old classes beside it: which of channels 0 and 1 is stronger."""
    path = tmp_path / "net.keras"
    shutil.copy(toy_backbone, path)
    card = json.loads(toy_backbone.with_suffix(".json").read_text()) | {"classes": ["chess", "golf"]}
    path.with_suffix(".json").write_text(json.dumps(card))
    maps = keras.Input((3, 3, 4))
    scores = keras.layers.Dense(2, "softmax", use_bias=False)
    model = keras.Model(maps, scores(keras.layers.GlobalAveragePooling2D()(maps)))
    scores.set_weights([np.eye(4, 2, dtype="float32") * 5])
    model.save(path.with_name("net_classifier.keras"))
    return path


def test_it_names_the_old_classes_of_maps_of_any_size(with_classifier):
    old = backbones.load_old_classifier(str(with_classifier))
    assert old.classes == ("chess", "golf")
    for size in (1, 3, 5):
        maps = np.zeros((2, size, size, 4), "float32")
        maps[0, ..., 0] = maps[1, ..., 1] = 1
        assert old.model(maps).numpy().argmax(axis=1).tolist() == [0, 1]


def test_there_may_be_none(toy_backbone):
    assert backbones.load_old_classifier(str(toy_backbone)) is None
    assert backbones.load_old_classifier("resnet50") is None


@pytest.mark.parametrize("classes", [["chess"], None])
def test_a_card_that_does_not_name_its_classes_is_refused(with_classifier, classes):
    with_classifier.with_suffix(".json").write_text(json.dumps({"classes": classes} if classes else {}))
    with pytest.raises(BackboneError, match=r"net_classifier.keras has 2 classes and net.json lists [01]: correct"):
        backbones.load_old_classifier(str(with_classifier))


def test_one_that_was_cut_short_is_refused(with_classifier):
    path = with_classifier.with_name("net_classifier.keras")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(BackboneError, match="net_classifier.keras cannot be loaded .* put a whole copy in its place"):
        backbones.load_old_classifier(str(with_classifier))


@pytest.mark.parametrize(
    "classes", [["chess", None], ["chess", "chess"], "ab", {"chess": 0, "golf": 1}, ["chess", "\x1b[2J"], 2]
)
def test_classes_that_are_no_names_are_refused(with_classifier, classes):
    with_classifier.with_suffix(".json").write_text(json.dumps({"classes": classes}))
    with pytest.raises(
        BackboneError, match=r"net.json must state classes \(a list of names, each once\): correct"
    ) as refused:
        backbones.load_old_classifier(str(with_classifier))
    assert str(refused.value).isprintable()


def test_another_kind_of_network_beside_a_backbone_is_refused(with_classifier, toy_backbone):
    shutil.copy(toy_backbone, with_classifier.with_name("net_classifier.keras"))
    with pytest.raises(BackboneError, match="net_classifier.keras does not turn feature maps into class probabilities"):
        backbones.load_old_classifier(str(with_classifier))

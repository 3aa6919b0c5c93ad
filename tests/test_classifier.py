import json
import shutil

import numpy as np
import pytest

from lib import backbones, classifier, photos
from lib.classifier import ClassifierError
from lib.core import paths
from lib.core.framework import keras


def test_saved_and_loaded_it_gives_the_same_probabilities(project, toy_backbone):
    backbone = backbones.load(str(toy_backbone))
    head = keras.Sequential(
        [keras.Input((None, None, 4)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2, "softmax")]
    )
    model = classifier.join(backbone, head)
    pictures = np.random.default_rng(0).integers(0, 256, (35, 8, 8, 3), dtype=np.uint8)
    path = classifier.save(model, paths.MODEL / "a" / "x.keras", backbone, ("one", "two"), seed=3)
    loaded = classifier.load(path)
    ours = loaded.predict(pictures)
    assert ours.shape == (35, 2) and ours.dtype == np.float32
    np.testing.assert_allclose(ours, model(pictures).numpy(), atol=1e-6)
    assert loaded.classes == ("one", "two") and loaded.card["seed"] == 3
    assert sorted(p.name for p in path.parent.iterdir()) == ["x.json", "x.keras"]


def test_any_number_of_frames(toy_classifier):
    model = classifier.load(toy_classifier)
    for count in (0, 1, 15, 16, 17, 40):
        assert model.predict(np.zeros((count, 8, 8, 3), np.uint8)).shape == (count, 3)


def test_frames_that_would_be_misread_are_refused(toy_classifier):
    model, frames = classifier.load(toy_classifier), np.zeros((2, 8, 8, 3), np.uint8)
    for wrong in (frames / 255, frames.astype(np.int64), frames[0], frames[:, :4], frames[..., :1]):
        with pytest.raises(ClassifierError, match="03_fine_tuning.keras takes uint8 frames .* leave scaling"):
            model.predict(wrong)


def test_photographs_are_classified_as_their_arrays_are(toy_classifier, toy_photos):
    model, found = classifier.load(toy_classifier), photos.find(toy_photos)
    probabilities = model.predict_photos(found, progress=False)
    np.testing.assert_array_equal(probabilities, model.predict(photos.load(found, photos.Resize(8), progress=False)))
    assert (probabilities.argmax(axis=1) == photos.labels(found, photos.classes(found))).all()


def test_the_newest_is_found(toy_classifier):
    card = json.loads(toy_classifier.with_suffix(".json").read_text())
    older = toy_classifier.with_name("02_feature_extraction.keras")
    older.write_bytes(toy_classifier.read_bytes())
    older.with_suffix(".json").write_text(json.dumps(card | {"made": "2001-01-01T00:00:00+00:00"}))
    assert classifier.newest() == toy_classifier
    older.with_suffix(".json").write_text(json.dumps(card | {"made": "2999-01-01T00:00:00+00:00"}))
    assert classifier.newest() == older


def test_no_classifier_at_all(project):
    with pytest.raises(ClassifierError, match="make course"):
        classifier.newest()


def test_what_is_missing_altered_or_cut_short_is_refused_by_name(toy_classifier):
    card = toy_classifier.with_suffix(".json")
    content, facts = toy_classifier.read_bytes(), card.read_text()
    toy_classifier.write_bytes(content[: len(content) // 2])
    with pytest.raises(ClassifierError, match="03_fine_tuning.keras is not the file that its card describes"):
        classifier.load(toy_classifier)
    card.write_text(json.dumps(json.loads(facts) | {"sha256": classifier.sha256(toy_classifier)}))
    with pytest.raises(ClassifierError, match="cannot be loaded"):
        classifier.load(toy_classifier)
    card.write_text(facts[:20])
    with pytest.raises(ValueError, match="03_fine_tuning.json"):
        classifier.load(toy_classifier)
    card.unlink()
    with pytest.raises(ClassifierError, match="03_fine_tuning.json"):
        classifier.load(toy_classifier)
    toy_classifier.unlink()
    with pytest.raises(ClassifierError, match="03_fine_tuning.keras"):
        classifier.load(toy_classifier)


def test_code_in_a_model_is_refused(project, toy_backbone, tmp_path):
    backbone = backbones.load(str(toy_backbone))
    frames = keras.Input((8, 8, 3), dtype="uint8")
    hidden = keras.Model(frames, keras.layers.Lambda(lambda x: x, output_shape=(8, 8, 3))(frames))
    path = classifier.save(hidden, tmp_path / "hostile.keras", backbone, ("one", "two"))
    with pytest.raises(ClassifierError, match="hostile.keras"):
        classifier.load(path)


# Models of other people


def saved(path, network, **card):
    """Save a network, with a card when facts for it are given."""
    network.save(path)
    if card:
        card = {"classes": ["a", "b", "c"], "image_size": 8, "sha256": classifier.sha256(path)} | card
        path.with_suffix(".json").write_text(json.dumps(card))
    return path


def network(shape=(8, 8, 3), dtype="uint8", batch=None, outputs=1, units=3, activation="softmax"):
    layers = keras.layers
    inputs = keras.Input(shape, batch_size=batch, dtype=dtype)
    means = layers.GlobalAveragePooling2D()(layers.Rescaling(1 / 255)(inputs))
    heads = [layers.Dense(units, activation=activation)(means) for _ in range(outputs)]
    return keras.Model(inputs, heads if outputs > 1 else heads[0])


FOREIGN = {
    "takes float32 images whose scaling is not known: begin it with keras.Input": {"dtype": "float32"},
    "takes int32 images": {"dtype": "int32"},
    "takes grey images, of 1 channel": {"shape": (8, 8, 1)},
    "takes images with their channels first": {"shape": (3, 8, 8)},
    "takes only 4 images at a time": {"batch": 4},
    "needs one input and one output, and has 1 and 2": {"outputs": 2},
    "has a single output: end it with one output for each class": {"units": 1, "activation": "sigmoid"},
    "takes images of 12×8": {"shape": (8, 12, 3)},
}


@pytest.mark.parametrize("words", FOREIGN)
@pytest.mark.parametrize("card", [{}, {"seed": 0}], ids=["no card", "with card"])
def test_each_kind_of_model_that_does_not_fit_gets_the_advice_that_fits(tmp_path, words, card):
    path = saved(tmp_path / "foreign.keras", network(**FOREIGN[words]), **card)
    with pytest.raises(
        ClassifierError, match=rf"foreign\.keras (has no card foreign\.json beside it and )?{words}"
    ) as refused:
        classifier.load(path)
    assert str(refused.value).isprintable() and "notebooks" not in str(refused.value)


def test_a_backbone_and_a_sequential_without_an_input_are_no_classifiers(tmp_path, toy_backbone):
    with pytest.raises(ClassifierError, match="toy.keras is a backbone, not a classifier: choose it as BACKBONE"):
        classifier.load(toy_backbone)
    lonely = shutil.copy(toy_backbone, tmp_path / "lonely.keras")
    with pytest.raises(ClassifierError, match="gives a feature map, so it is a backbone: choose it as BACKBONE"):
        classifier.load(lonely)
    path = saved(tmp_path / "odd.keras", keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3)]))
    with pytest.raises(ClassifierError, match="does not state its input: begin it with keras.Input"):
        classifier.load(path)


@pytest.mark.parametrize("name", ["sportsV1.hdf5", "sportsV1.h5"])
def test_a_file_of_the_lecture_is_sent_to_import(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ClassifierError, match=f"python -m lib import .*{name} --classes"):
        classifier.load(tmp_path / name)


def test_the_card_that_a_message_proposes_makes_a_foreign_model_a_classifier(tmp_path):
    path = saved(tmp_path / "foreign.keras", network((None, None, 3)))
    with pytest.raises(ClassifierError, match="for a model of your own, write one") as refused:
        classifier.load(path)
    proposed = "{" + str(refused.value).partition("{")[2].removesuffix(".")
    path.with_suffix(".json").write_text(proposed)
    loaded = classifier.load(path)
    assert loaded.image_size == 224 and loaded.predict(np.zeros((2, 224, 224, 3), np.uint8)).shape == (2, 3)


def test_the_layer_that_a_message_proposes_makes_a_grey_model_take_rgb(tmp_path):
    grey, layers = network((8, 8, 1), "float32"), keras.layers
    frames = keras.Input((8, 8, 3), dtype="uint8")
    mean = layers.Conv2D(1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(1 / 3))
    path = saved(tmp_path / "grey.keras", keras.Model(frames, grey(mean(layers.Rescaling(1.0)(frames)))), seed=0)
    assert classifier.load(path).predict(np.zeros((2, 8, 8, 3), np.uint8)).shape == (2, 3)


@pytest.mark.parametrize("activation", [None, "sigmoid", "exponential"])
def test_scores_that_are_no_probabilities_are_refused(tmp_path, activation):
    path = saved(tmp_path / "logits.keras", network(activation=activation), seed=0)
    with pytest.raises(
        ClassifierError, match="logits.keras gives scores that are no probabilities .*: end it with softmax"
    ):
        classifier.load(path).predict(np.full((2, 8, 8, 3), 255, np.uint8))

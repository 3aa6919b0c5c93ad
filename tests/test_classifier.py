import json

import numpy as np
import pytest

from lib import backbones, classifier, paths, photos
from lib.classifier import ClassifierError
from lib.framework import keras


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
    np.testing.assert_array_equal(probabilities, model.predict(photos.load(found, 8, progress=False)))
    assert (probabilities.argmax(axis=1) == photos.labels(found)).all()


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

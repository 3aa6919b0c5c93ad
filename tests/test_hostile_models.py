"""Model files that are cut short, of another version, of another run, or hold code: refused in one sentence."""

import base64
import json
import shutil
import sys
import time
import zipfile

import h5py
import numpy as np
import pytest
from hostile_hdf5 import HOSTILE as HOSTILE_HDF5
from hostile_hdf5 import not_a_number

from lib import backbones, classifier, lessons, photos
from lib.__main__ import main
from lib.classifier import ClassifierError
from lib.core import cards, paths
from lib.core.framework import keras
from lib.core.paths import Run

WAY_OUT = ": train it again with notebooks 02 and 03."


def card_of(path, **facts):
    """Give a classifier's file a card that fits it, so that nothing but its content can be refused."""
    card = {
        "classes": ["badminton", "formula1", "volleyball"],
        "image_size": 8,
        "sha256": classifier.sha256(path),
        **facts,
    }
    path.with_suffix(".json").write_text(json.dumps(card))
    return path


def told(path) -> str:
    """What the user reads when a classifier is loaded: one line that names the file and says what to do."""
    with pytest.raises(ClassifierError) as refused:
        classifier.load(path)
    sentence = str(refused.value)
    assert sentence.startswith(str(path)) and sentence.endswith(WAY_OUT) and "\n" not in sentence
    return sentence.removeprefix(f"{path} ").removesuffix(WAY_OUT)


def rewritten(path, change) -> None:
    """Save a `.keras` file again, its config (`config.json`) and metadata changed by `change(config, metadata)`."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config, metadata = json.loads(parts["config.json"]), json.loads(parts["metadata.json"])
    change(config, metadata)
    parts |= {"config.json": json.dumps(config).encode(), "metadata.json": json.dumps(metadata).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


# Not whole, or something else


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_cut_short(toy_classifier, share):
    content = toy_classifier.read_bytes()
    toy_classifier.write_bytes(content[: int(len(content) * share)])
    assert told(toy_classifier) == "is not the file that its card describes"
    assert told(card_of(toy_classifier)) == "cannot be loaded (no whole .keras file)"


def test_damaged_in_the_middle(toy_classifier):
    content = bytearray(toy_classifier.read_bytes())
    with zipfile.ZipFile(toy_classifier) as archive:
        weights = archive.getinfo("model.weights.h5")
    content[weights.header_offset + 100 : weights.header_offset + 600] = bytes(500)
    toy_classifier.write_bytes(content)
    assert told(card_of(toy_classifier)).startswith("cannot be loaded (")


@pytest.mark.parametrize("name", ["h5_called.keras", "real.h5"])
def test_another_format_under_either_name(toy_classifier, name):
    path = toy_classifier.with_name(name)
    keras.models.load_model(toy_classifier, compile=False).save(path.with_suffix(".h5"))
    path.with_suffix(".h5").rename(path)
    assert told(card_of(path)) == "cannot be loaded (no whole .keras file)"


def test_a_folder_in_its_place(toy_classifier):
    toy_classifier.unlink()
    toy_classifier.mkdir()
    with pytest.raises(ClassifierError, match=f"There is no classifier {toy_classifier}: make one with"):
        classifier.load(toy_classifier)


# Of another version


def from_tomorrow(config, metadata):
    metadata["keras_version"] = "9.9.0"
    config["config"]["layers"][1]["class_name"] = "RescalingOfTomorrow"


def test_of_another_version(toy_classifier):
    rewritten(toy_classifier, from_tomorrow)
    sentence = told(card_of(toy_classifier))
    assert "RescalingOfTomorrow" in sentence
    assert sentence.endswith(f"; Keras 9.9.0 saved it, and here is Keras {keras.__version__})")


def test_another_version_that_can_be_loaded_is(toy_classifier):
    rewritten(toy_classifier, lambda config, metadata: metadata.update(keras_version="3.0.0"))
    assert classifier.load(card_of(toy_classifier)).predict(np.zeros((1, 8, 8, 3), np.uint8)).shape == (1, 3)


# The card


@pytest.mark.parametrize(
    "facts", [{"classes": ["badminton", "formula1"]}, {"classes": list("abcd")}, {"image_size": 16}], ids=str
)
def test_a_card_of_another_model(toy_classifier, facts):
    with pytest.raises(
        ClassifierError, match=r"03_fine_tuning\.keras (has 3 classes|takes images of 8×8).*correct the card"
    ):
        classifier.load(card_of(toy_classifier, **facts))


HASH = "0" * 64
BAD_FACTS = [
    {"classes": None}, {"classes": "abc"}, {"classes": []}, {"classes": [1, None]}, {"classes": ["a", "a", "b"]},
    {"classes": ["a", " ", "b"]}, {"classes": ["a", "\x1b[2J", "b"]}, {"classes": ["a", "b\nc", "d"]}, {"classes": {"a": 0}},
    {"classes": ["a", "\u202eb", "c"]}, {"classes": ["a", "\udce9", "c"]}, {"classes": ["a", ["b"], "c"]},
    {"image_size": "8"}, {"image_size": True}, {"image_size": 0}, {"image_size": -8}, {"image_size": 8.0}, {"image_size": 10**9},
    {"sha256": 7}, {"sha256": ""}, {"sha256": HASH[1:] + "g"}, {"sha256": None}, {"sha256": HASH + "\n"},
    {"made": 5}, {"made": "yesterday"}, {"made": None}, {"made": []}, {"made": "\x1b]0;x\x07"},
    {"photographs": "sample"}, {"photographs": None}, {"photographs": [1]}, {"photographs": {"set": ["sample"]}},
    {"backbone": "bundled"}, {"backbone": {"name": 5}}, {"imported": "x"},
]  # fmt: skip


@pytest.mark.parametrize("facts", BAD_FACTS, ids=ascii)
def test_a_card_with_a_wrong_entry_is_refused_by_name_and_passed_over(toy_classifier, facts, capsys):
    bad = card_of(shutil.copy(toy_classifier, toy_classifier.with_name("bad.keras")), **facts)
    with pytest.raises(ClassifierError) as refused:
        classifier.load(bad)
    sentence = str(refused.value)
    assert (
        sentence.startswith(f"{bad.with_suffix('.json')} must state {next(iter(facts))} (") and sentence.isprintable()
    )
    assert classifier.newest() == toy_classifier
    printed = capsys.readouterr().out
    assert f"passed over. {sentence}" in printed and len(printed.splitlines()) == 1
    toy_classifier.unlink()
    with pytest.raises(ClassifierError, match="No classifier has been trained yet"):
        classifier.newest()


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"\xff\xfe", b"[" * 100_000, b'{"made": ' + b"9" * 5000 + b"}"], ids=lambda c: str(c[:9])
)
def test_a_card_that_cannot_be_read_stops_no_other_classifier(toy_classifier, content, capsys):
    bad = shutil.copy(toy_classifier, toy_classifier.with_name("bad.keras"))
    bad.with_suffix(".json").write_bytes(content)
    assert classifier.newest() == toy_classifier
    assert str(bad.with_suffix(".json")) in capsys.readouterr().out


def test_a_model_that_was_exchanged_stops_no_other_classifier(toy_classifier, capsys):
    other = card_of(shutil.copy(toy_classifier, toy_classifier.with_name("other.keras")), made="9999-01-01")
    assert classifier.newest() == other
    other.write_bytes(b"exchanged")
    assert classifier.newest() == toy_classifier
    assert f"{other} is not the file that its card describes" in capsys.readouterr().out


def test_a_backbone_among_the_classifiers_is_none_of_them(toy_classifier, toy_backbone, capsys):
    for ending in (".json", ".keras"):
        shutil.copy(toy_backbone.with_suffix(ending), toy_classifier.with_name(f"backbone{ending}"))
    assert classifier.newest() == toy_classifier and capsys.readouterr().out == ""


def test_classes_that_no_card_may_name_are_refused_before_anything_is_saved(project, toy_backbone):
    backbone = backbones.load(str(toy_backbone))
    with pytest.raises(ClassifierError, match="x.keras needs classes"):
        classifier.save(backbone.model, project / "x.keras", backbone, ["a", "b\x1b[2J"])
    assert not list(project.glob("x.*"))


def test_names_in_any_script_are_names():
    assert cards.CLASSES.holds(["Côte d'Ivoire", "バドミントン\u3000大会", "می\u200cدود", "👩\u200d🚀"])


@pytest.mark.parametrize("content", ["", "{", "[1]", "7", "\0\0", '"classes"'])
def test_a_card_that_is_no_card(toy_classifier, content):
    card = toy_classifier.with_suffix(".json")
    card.write_text(content)
    with pytest.raises(ClassifierError, match=r"03_fine_tuning\.json is not whole JSON .*: correct it, or train it"):
        classifier.load(toy_classifier)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_card_that_an_editor_of_windows_saved(toy_classifier, encoding):
    card = toy_classifier.with_suffix(".json")
    card.write_text(card.read_text(), encoding=encoding)
    assert classifier.load(toy_classifier).classes == ("badminton", "formula1", "volleyball")


def test_no_card(toy_classifier):
    toy_classifier.with_suffix(".json").unlink()
    with pytest.raises(
        ClassifierError, match="has no card 03_fine_tuning.json beside it: train it again with"
    ) as refused:
        classifier.load(toy_classifier)
    stated = json.loads("{" + str(refused.value).partition("{")[2].removesuffix("."))
    toy_classifier.with_suffix(".json").write_text(json.dumps(stated))
    assert classifier.load(toy_classifier).classes == ("class 1", "class 2", "class 3")


def test_a_card_without_a_date_is_the_oldest(toy_classifier):
    other = card_of(shutil.copy(toy_classifier, toy_classifier.with_name("other.keras")))
    assert "made" not in json.loads(other.with_suffix(".json").read_text())
    assert classifier.newest() == toy_classifier


# Of another run


@pytest.fixture
def made(project, toy_photos, toy_backbone, toy_classifier):
    """A run and its classifier, whose card is that of the run."""
    run = Run(str(toy_photos), str(toy_backbone))
    path = run.classifier("02_feature_extraction")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(toy_classifier, path)
    card_of(
        path, seed=0, photographs=lessons.photographs_card(run),
        backbone={"name": "toy", "fingerprint": backbones.fingerprint(run.backbone)},
    )  # fmt: skip
    return run, path


def stale(made) -> str:
    run, path = made
    return lessons.why_stale(path, run, 0, photos.find(run.photos_folder))


def test_a_run_whose_class_was_renamed_is_made_anew(made):
    assert stale(made) == ""
    folder = made[0].photos_folder
    (folder / "badminton").rename(folder / "tennis")
    assert stale(made) == "its classifier was made with another choice of photos"


def test_a_model_that_is_not_its_cards_is_made_anew(made):
    made[1].write_bytes(b"another")
    assert stale(made) == "its classifier is not the file that its card describes"


@pytest.mark.parametrize("entry, word", [("photographs", "photos"), ("backbone", "backbone"), ("seed", "seed")])
def test_a_card_that_does_not_say_what_of_is_made_anew(made, entry, word):
    card = made[1].with_suffix(".json")
    facts = json.loads(card.read_text())
    for instead in (None, {}, []):
        card.write_text(json.dumps(facts | {entry: instead}))
        assert stale(made) == f"its classifier was made with another choice of {word}"


def test_photographs_of_classes_that_the_model_does_not_know(toy_classifier, toy_photos, capsys):
    (toy_photos / "formula1").rename(toy_photos / "golf")
    assert main(["evaluate", str(toy_photos)]) == 1
    assert capsys.readouterr().err.endswith(
        f"{toy_photos} holds golf, which {toy_classifier} does not know: it knows badminton, formula1, volleyball.\n"
    )


# With code in it


REASONS = {
    "lambda_layer": "Lambda",
    "a_function_of_the_system": "Could not locate function 'system'",
    "a_download": "get_file",
    "a_module_to_be_imported": "Could not locate class 'Layer'",
    "a_class_of_the_system": "Could not locate class 'Popen'",
    "a_tensorflow_graph": "TFSMLayer",
}


def lambda_layer(config, proof):
    """A layer of Python's own code, as Keras saves it; the code itself is of no matter here."""
    code = {
        "class_name": "__lambda__",
        "config": {"code": base64.b64encode(b"x").decode(), "defaults": None, "closure": None},
    }
    return {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": code}}


def a_function_of_the_system(config, proof):
    function = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
    call = {"name": "l", "function": function, "arguments": {"command": f"touch {proof}"}}
    return {"module": "keras.layers", "class_name": "Lambda", "config": call}


def a_download(config, proof):
    function = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
    call = {"name": "l", "function": function, "arguments": {"origin": f"file://{proof}.from", "fname": str(proof)}}
    return {"module": "keras.layers", "class_name": "Lambda", "config": call}


def a_module_to_be_imported(config, proof):
    return {
        "module": "hostile_module",
        "class_name": "Layer",
        "config": {"name": "l"},
        "registered_name": "hostile>Layer",
    }


def a_class_of_the_system(config, proof):
    return {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["touch", str(proof)]},
        "registered_name": None,
    }


def a_tensorflow_graph(config, proof):
    return {
        "module": "keras.layers",
        "class_name": "TFSMLayer",
        "config": {"name": "l", "filepath": str(proof.parent / "g")},
    }


HOSTILE = [
    lambda_layer,
    a_function_of_the_system,
    a_download,
    a_module_to_be_imported,
    a_class_of_the_system,
    a_tensorflow_graph,
]


def hostile(path, kind, proof) -> None:
    """Put a hostile layer in the place of a model's second."""

    def change(config, metadata):
        layer = config["config"]["layers"][1]
        layer |= {"registered_name": None} | kind(config, proof)

    rewritten(path, change)


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A module that leaves a file when it is imported; the file that no hostile model may make."""
    proof = tmp_path / "it_ran"
    (tmp_path / "hostile_module.py").write_text(f"open({str(proof)!r}, 'w')\nclass Layer: pass\n")
    (tmp_path / "it_ran.from").write_text("downloaded")
    monkeypatch.syspath_prepend(tmp_path)
    yield proof
    sys.modules.pop("hostile_module", None)


@pytest.mark.parametrize("kind", HOSTILE)
def test_code_in_a_classifier_is_refused_and_not_run(toy_classifier, trap, kind):
    hostile(toy_classifier, kind, trap)
    sentence = told(card_of(toy_classifier))
    assert sentence.startswith("cannot be loaded (") and REASONS[kind.__name__] in sentence
    assert not trap.exists() and "hostile_module" not in sys.modules


@pytest.mark.parametrize("kind", HOSTILE)
def test_code_in_a_backbone_is_refused_and_not_run(toy_backbone, tmp_path, trap, kind):
    path = tmp_path / "backbone.keras"
    shutil.copy(toy_backbone.with_suffix(".json"), path.with_suffix(".json"))
    shutil.copy(toy_backbone, path)
    hostile(path, kind, trap)
    with pytest.raises(backbones.BackboneError, match="backbone.keras"):
        backbones.load(str(path))
    assert not trap.exists() and "hostile_module" not in sys.modules


@pytest.fixture
def own_lambda(tmp_path, toy_classifier, trap):
    """A model with a layer of Python's own code, saved by Keras itself; the code leaves a file when it is run."""
    proof = str(trap)
    leave = keras.layers.Lambda(lambda x: (open(proof, "w").close(), x[:, 0, 0])[1])
    frames = keras.Input((8, 8, 3), dtype="uint8")
    keras.Model(frames, leave(frames)).save(tmp_path / "own.keras")
    trap.unlink()  # it was run to build the model
    return card_of(tmp_path / "own.keras")


def test_a_lambda_that_keras_itself_saved_is_refused(own_lambda, trap):
    assert "Requested the deserialization of a `Lambda`" in told(own_lambda)
    assert not trap.exists()


def test_safe_mode_is_on_even_where_keras_was_told_otherwise(own_lambda, trap):
    """A notebook that switches it off switches it off for itself."""
    from keras.src.backend.common import global_state  # which has no other way back

    keras.config.enable_unsafe_deserialization()
    try:
        assert "Requested the deserialization of a `Lambda`" in told(own_lambda)
    finally:
        global_state.set_global_attribute("safe_mode_saving", None)
    assert not trap.exists()


# Archives that hold, or declare, something else than a small model


def parts_of(path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, parts, compression=zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, content)


def change_weights(change):
    """Give a way to damage an archive: change(file, name of an array, folder) is applied to the weights in it."""

    def damage(path, folder):
        inner = folder / "inner.h5"
        parts = parts_of(path)
        inner.write_bytes(parts["model.weights.h5"])
        with h5py.File(inner, "a") as file:
            change(file, "layers/dense/vars/0", folder)
        packed(path, parts | {"model.weights.h5": inner.read_bytes()})

    damage.__name__ = change.__name__
    return damage


def config_of(name, **values):
    """Give a way to damage an archive: in its config.json, the layer of a class gets other values."""

    def damage(path, folder):
        def change(config, metadata):
            layers = [layer for layer in config["config"]["layers"] if layer["class_name"] == name]
            layers[0]["config"].update(values)
            layers[0].pop("build_config", None)

        rewritten(path, change)

    damage.__name__ = f"{name} {list(values)}"
    return damage


def with_layer(class_name, **config):
    """Give a way to damage an archive: another layer is put in the place of its second."""

    def damage(path, folder):
        def change(content, metadata):
            layer = content["config"]["layers"][1]
            layer |= {"class_name": class_name, "config": {"name": "l", **config}, "registered_name": None}
            layer.pop("build_config", None)

        rewritten(path, change)

    damage.__name__ = class_name
    return damage


def zip_bomb(path, folder):
    packed(path, parts_of(path) | {"model.weights.h5": bytes(100_000_000)}, zipfile.ZIP_DEFLATED)


def long_config(path, folder):
    packed(path, parts_of(path) | {"config.json": b" " * 10_000_000}, zipfile.ZIP_DEFLATED)


def deep_config(path, folder):
    packed(path, parts_of(path) | {"config.json": b"[" * 200_000})


def config_of_a_list(path, folder):
    packed(path, parts_of(path) | {"config.json": b"[]"})


def config_of_a_layer(path, folder):
    layer = {"module": "keras.layers", "class_name": "Flatten", "config": {"name": "f"}, "registered_name": None}
    packed(path, parts_of(path) | {"config.json": json.dumps(layer)})


def version_with_escape_codes(path, folder):
    rewritten(
        path, lambda config, metadata: (from_tomorrow(config, metadata), metadata.update(keras_version="\x1b[2J"))
    )


def name_with_escape_codes(path, folder):
    rewritten(path, lambda config, metadata: config["config"]["layers"][1].update(class_name="\x1b[2J" * 1000))


def asset_outside(path, folder):
    packed(path, parts_of(path) | {"../outside": b"x"})


def asset(path, folder):
    packed(path, parts_of(path) | {"assets/x": b"x"})


def without_weights(path, folder):
    packed(path, {name: content for name, content in parts_of(path).items() if name != "model.weights.h5"})


def weights_twice(path, folder):
    parts = list(parts_of(path).items())
    packed(path, [*parts, parts[-1]])


def encrypted(path, folder):
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02")  # the last entry of the directory
    path.write_bytes(content[: at + 8] + b"\x01" + content[at + 9 :])


LARGE = 500_000_000
DAMAGED = [
    *map(change_weights, HOSTILE_HDF5), change_weights(not_a_number), config_of("Dense", units=LARGE),
    config_of("InputLayer", batch_shape=[None, LARGE, LARGE, 3]),
    with_layer("Conv2D", filters=LARGE, kernel_size=[3, 3]), with_layer("Dense", units=LARGE),
    with_layer("DepthwiseConv2D", depth_multiplier=LARGE, kernel_size=[1, 1]),
    with_layer("Embedding", input_dim=LARGE, output_dim=3), zip_bomb, long_config, deep_config, config_of_a_list,
    config_of_a_layer, version_with_escape_codes, name_with_escape_codes, asset_outside, asset, without_weights, weights_twice, encrypted,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.__name__)
def test_an_archive_that_is_no_plain_model_is_refused_at_once(toy_classifier, tmp_path, damage):
    (tmp_path / "aside").mkdir()
    damage(toy_classifier, tmp_path / "aside")
    card_of(toy_classifier)
    before, start = peak(), time.perf_counter()
    with pytest.raises(ClassifierError) as refused:
        classifier.load(toy_classifier)
    assert time.perf_counter() - start < 20 and peak() - before < 300
    sentence = str(refused.value)
    assert sentence.startswith(str(toy_classifier)) and sentence.isprintable() and len(sentence) < 600
    assert not (tmp_path / "outside").exists()


def peak() -> float:
    """The most memory that this process has held, in MB."""
    resource = pytest.importorskip("resource")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform != "darwin" else 1 << 20)


def test_an_archive_that_was_packed_again_is_loaded(toy_classifier):
    packed(toy_classifier, dict(sorted(parts_of(toy_classifier).items())), zipfile.ZIP_DEFLATED)
    assert classifier.load(card_of(toy_classifier)).predict(np.zeros((1, 8, 8, 3), np.uint8)).shape == (1, 3)


def test_variables_are_built_as_before_after_a_refusal(toy_classifier, tmp_path):
    create = keras.Variable.__init__
    config_of("Dense", units=LARGE)(toy_classifier, tmp_path)
    assert "declares more weights than the 9 that it holds" in told(card_of(toy_classifier))
    assert keras.Variable.__init__ is create
    keras.layers.Dense(4).build((None, 10**6))


# Backbones


@pytest.fixture
def backbone(toy_backbone, tmp_path):
    """A copy of the toy backbone, with its card."""
    for ending in (".json", ".keras"):
        shutil.copy(toy_backbone.with_suffix(ending), tmp_path / f"mine{ending}")
    return tmp_path / "mine.keras"


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def of_another_version(path):
    rewritten(path, from_tomorrow)


def of_another_format(path):
    keras.models.load_model(path, compile=False).save(path.with_suffix(".h5"))
    path.with_suffix(".h5").rename(path)


def damaged(path):
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("model.weights.h5").header_offset
    content[at + 100 : at + 600] = bytes(500)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [cut, empty, of_another_version, of_another_format, damaged])
def test_a_backbone_that_cannot_be_loaded_is_refused_in_one_sentence(backbone, spoil):
    spoil(backbone)
    with pytest.raises(backbones.BackboneError) as refused:
        backbones.load(str(backbone))
    sentence = str(refused.value)
    assert sentence.startswith(f"{backbone} cannot be loaded (") and "\n" not in sentence
    assert sentence.endswith("): save the model again, built of Keras's own layers, as a .keras file.")


@pytest.mark.parametrize("content", [b"", b"PK", None])
def test_kept_features_that_are_damaged_are_named_or_made_again(project, toy_photos, backbone, content):
    """Only a disk that fails leaves half a file, since features are moved into place when they are whole."""
    found, loaded = photos.find(toy_photos), backbones.load(str(backbone))
    features = backbones.extract(loaded, found, progress=False)
    (kept,) = paths.FEATURES.rglob("*.npz")
    kept.write_bytes(kept.read_bytes()[:1000] if content is None else content)
    try:
        again = backbones.extract(loaded, found, progress=False)
    except (OSError, ValueError) as error:
        assert str(error) == f"{kept} does not hold stored features: delete it, and they are extracted again."
    else:
        np.testing.assert_array_equal(again, features)

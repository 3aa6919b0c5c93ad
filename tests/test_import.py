"""A classifier of the lecture's, made with the lecture's calls as Keras 3 still runs them, and brought over."""

import logging
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hostile_hdf5 import HOSTILE

from lib import classifier
from lib.__main__ import main
from lib.core import made, paths

CLASSES = ["badminton", "formula1", "volleyball"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The lecture's model with random weights, its files, three frames and the probabilities that it gives them."""
    from lib.core.framework import keras

    logging.getLogger("absl").setLevel(logging.ERROR)  # which warns of HDF5 files

    keras.utils.set_random_seed(0)
    base = keras.applications.ResNet50(weights=None, include_top=False, input_tensor=keras.Input(shape=(224, 224, 3)))

    def create_model():
        h = base.output
        h = keras.layers.AveragePooling2D(pool_size=(7, 7))(h)
        h = keras.layers.Flatten(name="flatten")(h)
        h = keras.layers.Dense(512, activation="relu")(h)
        h = keras.layers.Dropout(0.5)(h)
        h = keras.layers.Dense(len(CLASSES), activation="softmax")(h)
        model = keras.Model(inputs=base.input, outputs=h)
        for layer in base.layers:
            layer.trainable = False
        model.compile(
            loss="categorical_crossentropy",
            optimizer=keras.optimizers.SGD(learning_rate=1e-4, momentum=0.9),
            metrics=["accuracy"],
        )
        return model

    _, model_go = create_model(), create_model()  # one to train, one to test
    frames = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    frames[1, :, :, 0] //= 4  # of different colours, so that a change of their order shows
    frames[2] //= np.uint8([1, 4, 16])
    floats = frames.astype("float32")
    floats -= np.array([123.68, 116.779, 103.939], dtype="float32")
    for layer in base.layers:  # so that no two layers of one shape hold the same numbers, as after training
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([np.random.uniform(0.8, 1.2, weight.shape) for weight in layer.weights])
    # Random weights are sure of themselves; a head to scale gives probabilities in which a change shows.
    logits = keras.Model(model_go.inputs, model_go.layers[-2].output).predict(floats, verbose=0) @ (
        kernel := model_go.layers[-1].get_weights()[0]
    )
    model_go.layers[-1].set_weights([kernel / logits.std(axis=0), -logits.mean(axis=0) / logits.std(axis=0)])

    folder = tmp_path_factory.mktemp("lecture")
    model_go.save(folder / "sportsV1.hdf5")
    model_go.save_weights(folder / "today.weights.h5")
    with h5py.File(folder / "sportsV1.hdf5") as whole, h5py.File(folder / "weights_2021.h5", "w") as only:
        layers = sorted(whole["model_weights"])  # not in the network's order
        numbered = dict(zip((layer.name for layer in model_go.layers[-3::2]), ("dense_9", "dense_10")))
        only.attrs["layer_names"] = [numbered.get(name, name).encode() for name in layers]
        for name in layers:
            own, arrays = numbered.get(name, name), {}
            whole["model_weights"][name].visititems(lambda path, item, arrays=arrays: arrays.update({path: item}))
            group = only.create_group(own)
            for path, item in arrays.items():
                if isinstance(item, h5py.Dataset):
                    group[f"{own}/{path.split('/')[-1]}:0"] = item[()]  # the weights' names as Keras 2 wrote them

    return SimpleNamespace(folder=folder, frames=frames, probabilities=model_go.predict(floats, verbose=0))


def bring_over(weights, *classes):
    return main(["import", str(weights), "--classes", *(classes or CLASSES)])


@pytest.mark.parametrize("name", ["sportsV1.hdf5", "today.weights.h5", "weights_2021.h5"])
def test_it_gives_the_probabilities_that_it_gave_in_the_lecture(project, trained, name, capsys):
    assert bring_over(trained.folder / name, "volleyball", "badminton", "formula1") == 0
    path = paths.MODEL / "imported" / f"{name.split('.')[0]}.keras"
    assert str(path) in capsys.readouterr().out
    imported = classifier.load(path)
    assert imported.classes == tuple(CLASSES)  # sorted, as the lecture's label binarizer sorts them
    probabilities = imported.predict(trained.frames)
    np.testing.assert_allclose(probabilities, trained.probabilities, atol=1e-5)
    assert (
        0.1 < np.ptp(trained.probabilities, axis=0).min() and trained.probabilities.max() < 0.99
    )  # they say something
    assert classifier.newest() == path
    assert imported.card["imported"]["file"] == name


def test_another_file_of_the_same_name_does_not_replace_it(project, trained, capsys):
    path = paths.MODEL / "imported" / "sportsV1.keras"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"imported before")
    path.with_suffix(".json").write_text('{"imported": {"sha256": "of another file"}}')
    made.record(path, path.with_suffix(".json"))
    assert bring_over(trained.folder / "sportsV1.hdf5") == 1
    assert "sportsV1.keras was made of another file" in capsys.readouterr().err
    assert path.read_bytes() == b"imported before"
    source = classifier.sha256(trained.folder / "sportsV1.hdf5")
    path.with_suffix(".json").write_text(f'{{"imported": {{"sha256": "{source}"}}}}')
    made.record(path.with_suffix(".json"))
    assert bring_over(trained.folder / "sportsV1.hdf5") == 0
    assert classifier.load(path).classes == tuple(CLASSES)


def refusal(capsys, weights, *classes):
    assert bring_over(weights, *classes) == 1
    error = capsys.readouterr().err.strip()
    assert len(error.splitlines()) == 1 and weights.name in error
    assert not (paths.MODEL / "imported").exists()
    return error


@pytest.mark.parametrize("name", ["sportsV1.hdf5", "today.weights.h5"])
def test_another_number_of_classes_is_told(project, trained, name, capsys):
    assert "has 3 classes, and --classes lists 2" in refusal(capsys, trained.folder / name, *CLASSES[:2])


def test_classes_are_named_once_each(project, trained, capsys):
    assert bring_over(trained.folder / "sportsV1.hdf5", "badminton", "badminton", "formula1") == 1
    assert "each once" in capsys.readouterr().err


def test_what_is_no_hdf5_file_or_not_there_is_told(project, tmp_path, capsys):
    (tmp_path / "sportsV1.pickle").write_bytes(b"\x80\x04.")
    assert "not an HDF5 file" in refusal(capsys, tmp_path / "sportsV1.pickle")
    assert "There is no file" in refusal(capsys, tmp_path / "nothing.hdf5")


def altered(trained, folder, change):
    """A copy of the lecture's file of 2021 in which something is changed."""
    path = folder / "altered.h5"
    path.write_bytes((trained.folder / "weights_2021.h5").read_bytes())
    with h5py.File(path, "a") as file:
        change(file)
    return path


def drop_a_layer(file):
    del file["conv3_block2_2_conv"]


def add_a_layer(file):
    file["dense_8/dense_8/kernel:0"] = np.zeros((3, 3), "float32")


def add_layers(file):
    for number in (5, 3, 8, 2, 7, 4):
        file[f"dense_{number}/dense_{number}/kernel:0"] = np.zeros((3, 3), "float32")


def change_a_shape(file):
    del file["conv1_conv/conv1_conv/kernel:0"]
    file["conv1_conv/conv1_conv/kernel:0"] = np.zeros((3, 3, 3, 64), "float32")


def drop_a_weight(file):
    del file["conv1_bn/conv1_bn/gamma:0"]


@pytest.mark.parametrize(
    ("change", "words"),
    [(drop_a_layer, "conv3_block2_2_conv is missing"), (add_a_layer, "dense_8"),
     (add_layers, "head is dense_2, dense_3, dense_4, dense_5, dense_7, dense_8, dense_9, dense_10"),
     (change_a_shape, "conv1_conv"), (drop_a_weight, "gamma"), (lambda file: file.clear(), "is missing")],
)  # fmt: skip
def test_other_layers_than_the_lectures_are_told(project, trained, tmp_path, capsys, change, words):
    assert words in refusal(capsys, altered(trained, tmp_path, change))


def test_weights_of_another_network_as_keras_3_saves_them_are_told(project, tmp_path, capsys):
    from lib.core.framework import keras

    inputs = keras.Input((8,))
    keras.Model(inputs, keras.layers.Dense(3)(inputs)).save_weights(tmp_path / "small.weights.h5")
    assert "layers/conv2d/vars/0" in refusal(capsys, tmp_path / "small.weights.h5")


def test_a_file_that_is_cut_short_is_told(project, trained, tmp_path, capsys):
    whole = (trained.folder / "sportsV1.hdf5").read_bytes()
    (tmp_path / "short.hdf5").write_bytes(whole[: len(whole) // 2])
    assert "short.hdf5" in refusal(capsys, tmp_path / "short.hdf5")


KERNEL = "conv1_conv/conv1_conv/kernel:0"


SOME = [change for change in HOSTILE if change.__name__ in (
    "external_storage", "external_link", "cycle", "group_for_array", "array_for_group", "terabytes", "text")]  # fmt: skip


@pytest.mark.parametrize("change", SOME, ids=lambda change: change.__name__)
def test_a_hostile_file_is_refused_before_its_weights_are_read(project, trained, tmp_path, capsys, monkeypatch, change):
    path = altered(trained, tmp_path, lambda file: change(file, KERNEL, tmp_path))
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda *_: pytest.fail("a weight was read"))
    error = refusal(capsys, path)
    assert "does not hold the lecture's network" in error and error.endswith(".hdf5 or .h5.")


def set_values(value):
    def change(file):
        file[KERNEL][0, 0, 0, 0] = value

    return change


def whole_numbers(file):
    del file[KERNEL]
    file[KERNEL] = np.zeros((7, 7, 3, 64), "int32")


def too_large_for_float32(file):
    del file[KERNEL]
    file[KERNEL] = np.full((7, 7, 3, 64), 1e300)


def a_single_number(file):
    del file["dense_9/dense_9/kernel:0"]
    file["dense_9/dense_9/kernel:0"] = np.float32(1)


@pytest.mark.parametrize(
    ("change", "words"),
    [(set_values(np.nan), "NaN or infinite"), (set_values(-np.inf), "NaN or infinite"), (whole_numbers, "int32, not float32"),
     (too_large_for_float32, "NaN or infinite"), (a_single_number, "does not hold the lecture's network")],
)  # fmt: skip
def test_numbers_that_are_no_weights_are_refused(project, trained, tmp_path, capsys, change, words):
    assert words in refusal(capsys, altered(trained, tmp_path, change))


def test_a_name_in_the_file_does_not_reach_the_terminal_as_it_is(project, trained, tmp_path, capsys):
    path = altered(
        trained, tmp_path, lambda file: file.create_dataset("\x1b[2Jlayer/kernel:0", data=np.zeros((3, 3), "f4"))
    )
    assert refusal(capsys, path).isprintable()


def test_a_model_without_a_card_is_not_replaced(project, trained, capsys):
    path = paths.MODEL / "imported" / "sportsV1.keras"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"of a user")
    assert bring_over(trained.folder / "sportsV1.hdf5") == 1
    assert "stays as it is" in capsys.readouterr().err and path.read_bytes() == b"of a user"

"""HDF5 files of weights that are more than groups and arrays are refused before a number of them is read."""

import h5py
import numpy as np
import pytest
from hostile_hdf5 import HOSTILE

from lib.core import weight_files

NAME = "layers/dense/vars/0"


@pytest.fixture
def weights(tmp_path):
    """A file like those that Keras 3 writes, with two arrays."""
    path = tmp_path / "x.weights.h5"
    with h5py.File(path, "w") as file:
        file[NAME] = np.random.default_rng(0).normal(size=(64, 32)).astype("float32")
        file["layers/dense/vars/1"] = np.zeros(32, "float32")
    return path


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
def test_what_keras_never_writes_is_refused(weights, tmp_path, change):
    with h5py.File(weights, "a") as file:
        change(file, NAME, tmp_path)
    if change.__name__ in ("group_for_array", "array_for_group"):  # the array is missing
        with h5py.File(weights) as file:
            assert NAME not in weight_files.arrays(file, weights.stat().st_size)
    else:
        with pytest.raises(ValueError) as refused:
            weight_files.check(weights)
        assert len(str(refused.value)) < 100


@pytest.mark.parametrize(
    "how", [{}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}, {"chunks": (8, 8)}]
)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int64", "bool"])
def test_arrays_of_numbers_are_found_by_their_path(weights, how, dtype):
    with h5py.File(weights, "a") as file:
        del file[NAME]
        file.create_dataset(NAME, data=np.random.default_rng(0).integers(0, 9, (64, 32)).astype(dtype), **how)
    with h5py.File(weights) as file:
        found = weight_files.arrays(file, weights.stat().st_size)
        assert set(found) == {NAME, "layers/dense/vars/1"} and found[NAME].shape == (64, 32)


def test_more_items_than_any_network_has_are_refused(weights, monkeypatch):
    monkeypatch.setattr(weight_files, "_ITEMS", 4)
    with pytest.raises(ValueError, match="more than 4 items"):
        weight_files.check(weights)

"""Weights files in PyTorch's old format, made here without PyTorch: five pickle streams, then the numbers."""

import io
import os
import pickle
import sys
from collections import OrderedDict
from types import ModuleType

import numpy as np
import pytest

from lib.core import torch_weights
from lib.core.hashes import sha256


class Storage:
    """What a tensor's numbers lie in: written as a reference to (class, key, length)."""

    def __init__(self, kind, key, numbers):
        self.kind, self.key, self.numbers = kind, key, numbers


class Tensor:
    """Pickles as PyTorch's tensors do: a call of _rebuild_tensor_v2."""

    def __init__(self, storage, offset, shape, strides):
        self.saved = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.saved


class Writer(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return "storage", value.kind, value.key, "cpu", len(value.numbers), None


@pytest.fixture
def torch(monkeypatch):
    """Stand-ins that pickle under the names that PyTorch gives them."""
    module, utils = ModuleType("torch"), ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage", "HalfStorage"):
        setattr(module, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        raise AssertionError("nothing of the file is called")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return module


def dump(value) -> bytes:
    data = io.BytesIO()
    Writer(data, protocol=2).dump(value)
    return data.getvalue()


def write(path, tensors, storages, magic=0x1950A86A20F9469CFC6C, version=1001):
    streams = [
        dump(magic),
        dump(version),
        dump({"little_endian": True}),
        dump(tensors),
        dump([s.key for s in storages]),
    ]
    numbers = [len(s.numbers).to_bytes(8, "little") + s.numbers.tobytes() for s in storages]
    path.write_bytes(b"".join(streams + numbers))
    return path


@pytest.fixture
def saved(torch, tmp_path):
    """A file with three tensors: whole, a transposed view with an offset, and a single whole number."""
    floats = Storage(torch.FloatStorage, "a", np.arange(12, dtype="<f4"))
    longs = Storage(torch.LongStorage, "b", np.array([7], "<i8"))
    tensors = OrderedDict(
        plain=Tensor(floats, 0, (3, 4), (4, 1)),
        turned=Tensor(floats, 4, (4, 2), (1, 4)),
        count=Tensor(longs, 0, (), ()),
    )
    return write(tmp_path / "weights.pth", tensors, [floats, longs])


def read(path):
    return torch_weights.read(path, sha256(path))


def test_tensors_come_back_with_their_shapes_and_strides(saved):
    tensors, whole = read(saved), np.arange(12, dtype="float32").reshape(3, 4)
    assert list(tensors) == ["plain", "turned", "count"]
    np.testing.assert_array_equal(tensors["plain"], whole)
    np.testing.assert_array_equal(tensors["turned"], whole[1:].T)
    assert tensors["count"].shape == () and tensors["count"].dtype == np.int64 and tensors["count"] == 7


def test_another_file_is_refused_before_it_is_parsed(saved, monkeypatch):
    monkeypatch.setattr(torch_weights, "_Reader", None)
    with pytest.raises(ValueError, match="SHA-256"):
        torch_weights.read(saved, "0" * 64)


class Call:
    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("function", [os.system, eval, exec, getattr, __import__, os.remove, np.load, pickle.loads])
def test_a_stream_that_names_another_function_is_refused_and_nothing_runs(function, tmp_path):
    victim = tmp_path / "victim"
    victim.touch()
    path = write(tmp_path / "weights.pth", Call(function, f"rm {victim}"), [])
    with pytest.raises(ValueError, match=rf"it names \w+\.{function.__name__}, which no weights need"):
        read(path)
    assert victim.exists()


def test_a_type_of_numbers_that_is_not_known_is_refused(torch, tmp_path):
    halves = Storage(torch.HalfStorage, "a", np.zeros(2, "<f2"))
    with pytest.raises(ValueError, match=r"torch\.HalfStorage"):
        read(write(tmp_path / "weights.pth", {"x": Tensor(halves, 0, (2,), (1,))}, [halves]))


def test_a_file_cut_short_anywhere_is_refused(saved):
    data = saved.read_bytes()
    for length in (0, 1, 20, 100, len(data) // 2, len(data) - 100, len(data) - 9, len(data) - 1):
        saved.write_bytes(data[:length])
        with pytest.raises(ValueError):
            read(saved)


@pytest.mark.parametrize(
    "offset, shape, strides",
    [(0, (13,), (1,)), (9, (4,), (1,)), (-1, (2,), (1,)), (0, (2, 2), (-1, 1)), (0, (2, 2), (12, 1)), (0, (2,), (1, 1)),
     (0, (50, 50), (0, 0)), (0, (-1, -3), (1, 1))],
)  # fmt: skip
def test_a_tensor_that_reaches_beyond_its_numbers_is_refused(torch, tmp_path, offset, shape, strides):
    floats = Storage(torch.FloatStorage, "a", np.arange(12, dtype="<f4"))
    path = write(tmp_path / "weights.pth", {"x": Tensor(floats, offset, shape, strides)}, [floats])
    with pytest.raises(ValueError):
        read(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip archive", b"<html>", b"\x80\x02", pickle.dumps([1, 2])])
def test_what_is_no_weights_file_is_refused(tmp_path, content):
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError):
        read(path)


def test_another_magic_number_or_version_is_refused(torch, tmp_path):
    for wrong in ({"magic": 1}, {"version": 1002}):
        with pytest.raises(ValueError, match="no weights file"):
            read(write(tmp_path / "weights.pth", {}, [], **wrong))

"""Read the arrays of a PyTorch weights file with NumPy alone, and without running what the file says.

Files that PyTorch wrote before version 1.6 are a few pickle streams (a magic number, a version, facts of the machine,
the names and shapes of the tensors, the order of their storages) and then the raw numbers. A pickle may name any
function of Python and have it called. So a file is parsed only if it has the expected SHA-256, and the reader knows
the four names that weights need; it refuses every other one.
"""

import pickle
from collections import OrderedDict
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lib.core.hashes import sha256

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_NAMES = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
    ("torch._utils", "_rebuild_tensor_v2"): lambda storage, offset, shape, strides, *_: (
        storage,
        offset,
        shape,
        strides,
    ),
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows `_NAMES` alone, and keeps of each storage its key, dtype and length."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise ValueError(f"it names {module}.{name}, which no weights need")
        return _NAMES[module, name]

    def persistent_load(self, saved: tuple) -> tuple[str, np.dtype, int]:
        _, dtype, key, _, length, _ = saved
        return key, dtype, length


def read(path: str | Path, expected_sha256: str) -> dict[str, np.ndarray]:
    """Read every tensor of a weights file.

    Args:
        path: a file in the format of PyTorch before 1.6 (a "state dict").
        expected_sha256: the hash of the file in hexadecimal; it is compared before anything is parsed.

    Returns:
        Arrays of float32 or int64 by the names of the tensors, in the order of the file.

    Raises:
        ValueError: the file is another one, names anything that weights do not need, or is cut short.
        OSError: it cannot be read.
    """
    if sha256(path) != expected_sha256:
        raise ValueError("its SHA-256 is not the expected one")
    try:
        with open(path, "rb") as file:
            magic, version, _, tensors, keys = (_Reader(file).load() for _ in range(5))
            if (magic, version) != (_MAGIC, _VERSION):
                raise ValueError("it is no weights file of PyTorch")
            dtypes = {storage[0]: storage[1] for storage, *_ in tensors.values()}
            numbers = {key: _numbers(file, dtypes[key]) for key in keys}
            return {name: _array(numbers, *tensor) for name, tensor in tensors.items()}
    except (pickle.UnpicklingError, EOFError, AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"it is damaged ({type(error).__name__})") from error


def _numbers(file: BinaryIO, dtype: np.dtype) -> np.ndarray:
    """Read one storage: how many numbers it has, in 8 bytes, and then these."""
    length = int.from_bytes(file.read(8), "little")
    data = file.read(length * dtype.itemsize)
    return np.frombuffer(data, dtype, length)  # ValueError where the file is cut short


def _array(numbers: dict[str, np.ndarray], storage: tuple, offset: int, shape: tuple, strides: tuple) -> np.ndarray:
    """Cut one tensor out of its storage; strides are counted in numbers."""
    held = numbers[storage[0]]
    last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides, strict=True))
    if min(offset, *shape, *strides, 0) < 0 or prod(shape) > held.size or last >= held.size:
        raise ValueError("one of its tensors reaches beyond its storage")
    steps = [stride * held.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(held[offset:], shape, steps, writeable=False).copy()

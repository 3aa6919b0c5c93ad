"""Files of weights, checked before anything is read from them: HDF5 files, and the `.keras` archives that hold one.

HDF5 can send its reader to other files, around in circles, or to terabytes that are not there. What Keras writes is far
less: groups, and in them arrays of numbers, stored in the file itself.
"""

import io
import zipfile
from pathlib import Path

import h5py
import numpy as np

WEIGHTS = "model.weights.h5"
_ENTRIES = ["config.json", "metadata.json", WEIGHTS]
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF}
_ITEMS = 50_000  # the largest networks of keras.applications have a tenth of them
_EXPANSION = 10  # the most that compression may save: weights are close to noise, and shrink by a tenth
_SMALL = 1 << 20  # bytes that may be compressed by any factor
_TEXT = 1 << 22  # the most bytes of a JSON entry; the largest networks of keras.applications have a fifth of them


def arrays(group: h5py.Group, size: int) -> dict[str, h5py.Dataset]:
    """Find every array under a group of an HDF5 file, and check that it is plain; no number is read.

    Args:
        group: where to begin, such as the open file.
        size: of the file, in bytes.

    Returns:
        The arrays by their path from the group, such as "conv1/kernel:0".

    Raises:
        ValueError: in a few words, when there is anything but groups and arrays of numbers, a link to elsewhere, an
            array whose numbers are not in this file, or more numbers than the file has room for.
    """
    found, seen, waiting = {}, set(), [("", group)]
    while waiting:
        path, item = waiting.pop()
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            raise ValueError(f"{path} is in it twice")
        seen.add(address)
        if len(seen) > _ITEMS:
            raise ValueError(f"it has more than {_ITEMS} items")
        if isinstance(item, h5py.Group):
            waiting += [(f"{path}/{name}".lstrip("/"), _linked(item, name)) for name in item]
        else:
            found[path] = _plain(path, item)
    if sum(array.nbytes for array in found.values()) > _SMALL + _EXPANSION * size:
        raise ValueError("its arrays are larger than the file")
    return found


def _linked(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset:
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is a link to elsewhere")
    return group[name]


def _plain(path: str, item: h5py.Dataset) -> h5py.Dataset:
    if not isinstance(item, h5py.Dataset) or item.shape is None:
        raise ValueError(f"{path} is no array")
    if item.external or item.is_virtual:
        raise ValueError(f"the numbers of {path} are in another file")
    try:
        kind = item.dtype
    except TypeError:  # a type that NumPy does not have
        kind = np.dtype("O")
    if kind.kind not in "fiub" and kind != np.dtype("V2"):  # bfloat16, as Keras stores it
        raise ValueError(f"{path} holds no numbers")
    if item.size and not item.id.get_storage_size():
        raise ValueError(f"the numbers of {path} are missing")
    made = item.id.get_create_plist()
    if not {made.get_filter(i)[0] for i in range(made.get_nfilters())} <= _FILTERS:
        raise ValueError(f"{path} is compressed in an unusual way")
    return item


def check(path: str | Path) -> None:
    """Check an HDF5 file of weights before it is given to Keras. Raises ValueError, in a few words, or OSError."""
    with h5py.File(path) as file:
        arrays(file, Path(path).stat().st_size)


def check_archive(path: str | Path) -> int:
    """Check a `.keras` archive before Keras builds what it declares, and count the numbers among its weights.

    Raises ValueError, in a few words, when it holds anything but a model as Keras saves it, or unpacks to far more than
    its size; and other exceptions of zipfile and h5py when it is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sorted(entry.filename for entry in entries) != _ENTRIES:
            raise ValueError("it does not hold exactly what Keras saves: " + ", ".join(_ENTRIES))
        for entry in entries:
            if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"its {entry.filename} is encrypted, or compressed in an unusual way")
            most = _SMALL + _EXPANSION * entry.compress_size if entry.filename == WEIGHTS else _TEXT
            if entry.file_size > most:
                raise ValueError(f"its {entry.filename} unpacks to {entry.file_size:,} bytes")
        weights = archive.read(WEIGHTS)
    with h5py.File(io.BytesIO(weights)) as file:
        return sum(array.size for array in arrays(file, len(weights)).values())

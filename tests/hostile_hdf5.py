"""Ways to make an HDF5 file of weights hostile: each changes one array, of float32, of an open file.

`HOSTILE` holds functions (file, name, folder): the open file, the array's path in it, a folder for other files.
"""

import h5py
import numpy as np


def _replaced(file, name, **instead):
    shape = file[name].shape
    del file[name]
    return file.create_dataset(name, **({"shape": shape} | instead))


def external_storage(file, name, folder):
    size = file[name].nbytes
    (folder / "secret").write_bytes(bytes(size))
    _replaced(file, name, dtype="float32", external=[(str(folder / "secret"), 0, size)])


def virtual(file, name, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        source = h5py.VirtualSource(other.create_dataset("x", data=file[name][()]))
    layout = h5py.VirtualLayout(file[name].shape, "float32")
    layout[...] = source
    del file[name]
    file.create_virtual_dataset(name, layout)


def external_link(file, name, folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["x"] = file[name][()]
    del file[name]
    file[name] = h5py.ExternalLink(str(folder / "other.h5"), "x")


def soft_link(file, name, folder):
    file.move(name, "elsewhere")
    file[name] = h5py.SoftLink("/elsewhere")


def linked_to_nothing(file, name, folder):
    del file[name]
    file[name] = h5py.SoftLink("/nothing")


def cycle(file, name, folder):
    file[name].parent["again"] = file["/"]


def twice(file, name, folder):
    """Two names for one group on each of many levels would be 2 to their number of paths."""
    file[f"{name}_again"] = file[name].parent


def group_for_array(file, name, folder):
    del file[name]
    file.create_group(name)


def array_for_group(file, name, folder):
    parent = file[name].parent.name
    del file[parent]
    file[parent] = np.zeros(3, "float32")


def named_type(file, name, folder):
    del file[name]
    file[name] = np.dtype("float32")


def nothing_at_all(file, name, folder):
    del file[name]
    file[name] = h5py.Empty("float32")


def never_written(file, name, folder):
    _replaced(file, name, dtype="float32")


def terabytes(file, name, folder):
    _replaced(file, name, shape=(1 << 20, 1 << 20), dtype="float32", chunks=(1 << 10, 1 << 10))[0, 0] = 1


def zeros_that_unpack(file, name, folder):
    _replaced(file, name, shape=(1 << 13, 1 << 12), dtype="float32", compression="gzip", chunks=True)[0] = 0


def unknown_filter(file, name, folder):
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    shape = file[name].shape
    made.set_chunk(shape)
    made.set_filter(32_015, h5py.h5z.FLAG_OPTIONAL)
    del file[name]
    space = h5py.h5s.create_simple(shape)
    made_here = h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_FLOAT, space, made)
    h5py.Dataset(made_here)[...] = 0


def time_of_day(file, name, folder):
    """A type that NumPy does not have."""
    shape = file[name].shape
    del file[name]
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.UNIX_D32LE, h5py.h5s.create_simple(shape))


def _of_type(title, dtype):
    def change(file, name, folder):
        array = _replaced(file, name, dtype=dtype)
        if title in ("references", "text"):
            array[...] = file.ref if title == "references" else b"x"
        elif title not in ("numbers_of_any_count", "array_in_array"):  # h5py cannot write these in one call
            array[...] = np.zeros(array.shape, array.dtype)

    change.__name__ = title
    return change


def not_a_number(file, name, folder):
    file[name][0] = np.nan


HOSTILE = [
    external_storage, virtual, external_link, soft_link, linked_to_nothing, cycle, twice, group_for_array, array_for_group,
    named_type, nothing_at_all, never_written, terabytes, zeros_that_unpack, unknown_filter, time_of_day,
    _of_type("compound", [("a", "f4"), ("b", "i8")]), _of_type("opaque", "V7"), _of_type("bytes", "S4"),
    _of_type("text", h5py.string_dtype()), _of_type("references", h5py.ref_dtype), _of_type("complex", "complex64"),
    _of_type("numbers_of_any_count", h5py.vlen_dtype("float32")), _of_type("array_in_array", np.dtype(("f4", (2, 2)))),
]  # fmt: skip

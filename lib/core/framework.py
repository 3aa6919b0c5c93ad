"""Import TensorFlow and Keras without the page of messages that TensorFlow prints while it starts.

Import the two from here: `from lib.core.framework import keras, tf`.
"""

import json
import math
import os
import platform
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lib.core import memory, weight_files
from lib.core.errors import CourseError
from lib.core.messages import brief, without_colours
from lib.core.quiet import standard_error_muted

_UNSAVED = 100_000  # numbers that Keras makes for a model and does not save, such as seeds, by a wide margin

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Rounding differs with oneDNN on and off; pinned, so that the same machine repeats its results.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Take of a GPU's memory what is needed, not all of it: two notebooks may be open.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ["KERAS_BACKEND"] = "tensorflow"  # regardless of the settings of the user's other projects


class TensorFlowError(CourseError, RuntimeError):
    """TensorFlow cannot be imported; the message says why, as far as it is known, and what to do."""


_SET_UP = "run the set-up again (`python -m pip install --require-hashes -r requirements.txt`)"
_NEEDS = {
    "Windows": "on Windows it needs the Microsoft Visual C++ Redistributable (x64), 2015 to 2022: install it, restart, "
    f"and if that is not enough, {_SET_UP}",
    "Darwin": f"on a Mac it needs macOS 12 or later and a Python for Apple silicon (arm64): with these, {_SET_UP}",
    "Linux": "on Linux it needs glibc 2.27 or later, and an x86-64 processor with AVX or an ARM64 one: with these, "
    f"{_SET_UP}",
}


def import_failure(error: Exception, system: str) -> TensorFlowError | memory.NotEnoughMemory:
    """Say why TensorFlow cannot be imported and what to do, on a system as `platform.system()` names it."""
    if memory.ran_out(error):
        return memory.NotEnoughMemory(f"There is not enough memory to start TensorFlow: {memory.WAY_OUT}.")
    # TensorFlow puts a whole traceback into its message; the line of it that says why begins like `ImportError: `.
    reason = (re.findall(r"^\w*Error: (.+)$", str(error), re.MULTILINE) or [first_sentence(error)])[-1]
    # Without its files, or with half of them, the system is not to blame.
    half = isinstance(error, (ModuleNotFoundError, AttributeError)) or system not in _NEEDS
    way_out = f"the set-up is not complete: {_SET_UP}" if half else _NEEDS[system]
    return TensorFlowError(f"TensorFlow cannot be imported ({brief(reason)}): {way_out}.")


def check_processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """Raise TensorFlowError on an x86-64 processor without AVX, where TensorFlow would end Python without a word.

    `cpuinfo` is where Linux describes the processor; on other systems this is not known.
    """
    flags = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.is_file() else None
    if flags and "avx" not in flags[1].split():
        raise TensorFlowError(
            "TensorFlow cannot run on this processor, which lacks AVX: use another computer, or in a virtual machine "
            "choose the host's processor type."
        )


def first_sentence(error: Exception) -> str:
    """Give the first sentence of what Keras or TensorFlow says, as a message quotes it."""
    # Keras says first where it happened.
    innermost = re.split(r"Exception encountered[^\n]*?(?:: |\n)", without_colours(str(error)))[-1]
    return brief(innermost.strip().partition("\n")[0].partition(". ")[0].rstrip(".")) or type(error).__name__


check_processor()
try:
    with standard_error_muted():
        import tensorflow as tf

        tf.config.list_physical_devices()  # starts the devices, which prints more

    import keras  # after TensorFlow, its backend

    keras.config.set_image_data_format("channels_last")  # regardless of the user's keras.json
    keras.config.set_floatx("float32")
    from keras.src.saving.serialization_lib import SafeModeScope
except Exception as error:  # a package that is half installed, or does not suit the system, raises anything
    raise import_failure(error, platform.system()) from error


def load_model(path: str | Path) -> "keras.Model":
    """Load a saved `.keras` model, not compiled; code inside it is never run (Keras's safe mode).

    Raises ValueError, in a few words that say why, when it is cut short, something else, of another version, holds
    code, or declares more weights than it holds; NotEnoughMemory when memory runs out; TensorFlowError when a GPU
    cannot compute.
    """
    check_gpu()
    if Path(path).suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError("no whole .keras file")
    with memory.named(f"load {path}"):
        try:
            held = weight_files.check_archive(path)
        except Exception as error:  # zipfile and h5py can raise anything
            raise ValueError(first_sentence(error)) from error
        try:
            # The scope, unlike `safe_mode`, is not lifted by `keras.config.enable_unsafe_deserialization()`.
            with SafeModeScope(True), _at_most(held):
                model = keras.models.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # and so can Keras
            raise ValueError(first_sentence(error) + _saved_by_another(path)) from error
        if not isinstance(model, keras.Model):
            raise ValueError("it holds no model")
        check_finite(model)
        return model


@contextmanager
def _at_most(held: int) -> Iterator[None]:
    """Refuse, before they take memory, variables of more numbers than an archive holds; Keras builds all, then reads."""
    create, left = keras.Variable.__init__, held + _UNSAVED

    def counting(self: "keras.Variable", initializer: Any, shape: Any = None, *others: Any, **named: Any) -> None:
        nonlocal left
        left -= math.prod(shape or ())
        if left < 0:
            raise ValueError(f"its config.json declares more weights than the {held} that it holds")
        create(self, initializer, shape, *others, **named)

    keras.Variable.__init__ = counting
    try:
        yield
    finally:
        keras.Variable.__init__ = create


def check_finite(model: "keras.Model") -> None:
    """Raise ValueError, in a few words, when weights of a model are NaN or infinite: all that it gives would be."""
    for weight in model.weights:
        if "float" in weight.dtype and not np.isfinite(weight.numpy()).all():
            raise ValueError(f"weights of its layer {brief(weight.path)} are NaN or infinite")


def _saved_by_another(path: str | Path) -> str:
    """Say so when another Keras saved a model, or give an empty string."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
    except (KeyError, TypeError, ValueError, RecursionError, zipfile.BadZipFile, zlib.error):
        return ""
    if not isinstance(version, str) or version == keras.__version__:
        return ""
    return f"; Keras {brief(version)} saved it, and here is Keras {keras.__version__}"


def forward(model: "keras.Model", size: int) -> "Callable[[np.ndarray | tf.Tensor], tf.Tensor]":
    """Compile a model's inference: a function of uint8 RGB pictures (n, size, size, 3), n any number, to a float32
    tensor, regardless of the precision that the model computes in.

    Called on single frames it is far quicker than `model.predict`, and it is traced once for every n. Weights are made
    constants, as they are at the first call: only then does TensorFlow fold batch normalisation into the convolutions,
    and join these with what follows them.
    """
    pictures = tf.TensorSpec((None, size, size, 3), tf.uint8)

    @cache
    def compiled() -> "Callable[[tf.Tensor], tf.Tensor]":
        variables = model.trainable_variables, model.non_trainable_variables
        weights = [[variable.numpy() for variable in some] for some in variables]

        def infer(frames: "tf.Tensor") -> "tf.Tensor":
            constants = ([tf.constant(weight) for weight in some] for some in weights)
            return tf.cast(model.stateless_call(*constants, frames, training=False)[0], tf.float32)

        return tf.function(infer, input_signature=[pictures], autograph=False).get_concrete_function()

    def run(frames: "np.ndarray | tf.Tensor") -> "tf.Tensor":
        with memory.named(f"run {model.name} on images of {size}×{size}"):
            return compiled()(tf.convert_to_tensor(frames))

    return run


def check_gpu() -> None:
    """Compute a little on the GPU, where TensorFlow finds one. Raises TensorFlowError when it cannot."""
    try:
        if tf.config.list_physical_devices("GPU"):
            tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2))).numpy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise TensorFlowError(
            f"TensorFlow finds a GPU here but cannot compute on it ({first_sentence(error)}): set the environment "
            "variable CUDA_VISIBLE_DEVICES=-1, which leaves it out, and start again."
        ) from error

"""Import TensorFlow and Keras without the page of messages that TensorFlow prints while it starts.

The messages come from C++ and go to file descriptor 2, where no Python logger stops them.
Import the two from here: `from lib.framework import keras, tf`.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Rounding differs with oneDNN on and off; pinned, so that the same machine repeats its results.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# Take of a GPU's memory what is needed, not all of it: two notebooks may be open.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")


@contextmanager
def _standard_error_muted() -> Iterator[None]:
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


with _standard_error_muted():
    import tensorflow as tf

    tf.config.list_physical_devices()  # starts the devices, which prints more

import keras  # noqa: E402  (after TensorFlow, its backend)
from keras.src.saving.serialization_lib import SafeModeScope  # noqa: E402

__all__ = ["forward", "keras", "load_model", "tf"]


def load_model(path: str | Path) -> "keras.Model":
    """Load a saved `.keras` model, not compiled; code that it holds is never run (Keras's safe mode).

    Raises ValueError, in a few words that say why, when it is cut short, something else, of another version, or
    holds code.
    """
    if Path(path).suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ValueError("no whole .keras file")
    try:
        with SafeModeScope(True):  # which `keras.config.enable_unsafe_deserialization()` cannot lift, as it could safe_mode
            return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever it met
        raise ValueError(_first_sentence(error) + _saved_by_another(path)) from error


def _saved_by_another(path: str | Path) -> str:
    """Say so when another Keras saved a model, or give an empty string."""
    try:
        with zipfile.ZipFile(path) as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return ""
    return "" if version == keras.__version__ else f"; Keras {version} saved it, and here is Keras {keras.__version__}"


def _first_sentence(error: Exception) -> str:
    innermost = str(error).rpartition("Exception encountered: ")[2]  # Keras tells first what could not be done for it
    return innermost.strip().partition("\n")[0].partition(". ")[0].rstrip(".") or type(error).__name__


def forward(model: "keras.Model", size: int):
    """Compile a model's inference: a function of uint8 RGB pictures (n, size, size, 3), n any number, to a tensor.

    Called on single frames it is far quicker than `model.predict`, and it is traced once for every n. Weights are made
    constants, as they are at the first call: only then does TensorFlow fold batch normalisation into the convolutions,
    and join these with what follows them.
    """
    pictures = tf.TensorSpec((None, size, size, 3), tf.uint8)

    @cache
    def compiled():
        variables = model.trainable_variables, model.non_trainable_variables
        weights = [[variable.numpy() for variable in some] for some in variables]

        def infer(frames):
            constants = ([tf.constant(weight) for weight in some] for some in weights)
            return model.stateless_call(*constants, frames, training=False)[0]

        return tf.function(infer, input_signature=[pictures], autograph=False).get_concrete_function()

    return lambda frames: compiled()(tf.convert_to_tensor(frames))


def check_gpu() -> None:
    """Compute a little on the GPU, where TensorFlow finds one. Raises RuntimeError, in one sentence, when it cannot."""
    try:
        if tf.config.list_physical_devices("GPU"):
            tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2))).numpy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise RuntimeError(
            f"TensorFlow finds a GPU here but cannot compute on it ({_first_sentence(error)}): set the environment "
            "variable CUDA_VISIBLE_DEVICES=-1, which leaves it out, and start again."
        ) from error


check_gpu()

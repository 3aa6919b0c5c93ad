"""Import TensorFlow and Keras without the page of messages that TensorFlow prints while it starts.

The messages come from C++ and go to file descriptor 2, where no Python logger stops them.
Import the two from here: `from lib.framework import keras, tf`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Rounding differs with oneDNN on and off; pinned, so that the same machine repeats its results.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


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

__all__ = ["forward", "keras", "tf"]


def forward(model: "keras.Model", size: int):
    """Compile a model's inference: a function of uint8 RGB pictures (n, size, size, 3), n any number, to a tensor.

    Called on single frames it is far quicker than `model.predict`, and it is traced once for every n.
    """
    pictures = tf.TensorSpec((None, size, size, 3), tf.uint8)
    return tf.function(lambda x: model(x, training=False), input_signature=[pictures], autograph=False)

"""How a Keras model is compiled, for the checks of notebooks 02 and 03."""

from typing import Any

from lib.lessons.exercises import expect


def expect_compiled(model: Any) -> None:
    """Raise a hint unless a Keras model is compiled with SGD and categorical cross-entropy."""
    from lib.core.framework import keras  # TensorFlow is loaded only where a model is checked

    expect(model.compiled, "The model is not compiled: call `model.compile(...)` before you return it.")
    optimizer = type(model.optimizer).__name__
    expect(isinstance(model.optimizer, keras.optimizers.SGD), f"The optimizer should be SGD, not {optimizer}.")
    loss = model.loss if isinstance(model.loss, str) else getattr(model.loss, "__name__", type(model.loss).__name__)
    right = loss.lower().replace("_", "") == "categoricalcrossentropy"
    expect(right, f"The loss should be categorical_crossentropy, not {loss}.")

"""Too little memory is named as that: Python, NumPy, TensorFlow and C++ each report it in another way."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from lib.core.errors import CourseError

_SIGNS = ("bad_alloc", "Cannot allocate memory", "OOM when allocating", "failed to allocate memory", "MemoryError",
          "ResourceExhaustedError")  # fmt: skip
WAY_OUT = "close other programs and notebooks (each open kernel holds about 1 GB), and try again"


class NotEnoughMemory(CourseError, RuntimeError):
    """The memory of this machine, or of its GPU, is too small; the message names the step and the way out."""


def ran_out(error: BaseException | None) -> bool:
    """Whether an exception, or one that led to it, says that memory ran out."""
    while error is not None:
        known = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"  # TensorFlow's
        if known or getattr(error, "errno", None) == errno.ENOMEM or any(sign in str(error) for sign in _SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def named(step: str) -> Iterator[None]:
    """Turn any exception that says that memory ran out into NotEnoughMemory, about a step such as "load x.keras"."""
    try:
        yield
    except NotEnoughMemory:
        raise
    except Exception as error:
        if not ran_out(error):
            raise
        raise NotEnoughMemory(f"There is not enough memory to {step}: {WAY_OUT}.") from error

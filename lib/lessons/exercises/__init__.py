"""The exercises' self-checks: "not tried yet", "right", or a hint for the likely mistake.

Each module here holds the checks of one notebook, and of its deeper one. A check tries an answer (a function that the
student has written, or a value) on plain and on edge cases, and says what to look at again; it never looks at the
source. A check never raises, so that *Run All* always finishes.

    @exercise
    def one_hot(answer):
        expect(answer([1], 3)[0][1] == 1, "Label 1 should give a 1 in column 1, counted from 0.")

In a notebook: `lessons.check("one_hot", one_hot)`. A function whose body is still `...`, and a value that is still
`...`, is not tried yet. A function that fails with an error of its own, or gives nothing back, is told so, with what
it was given and the error's words.
"""

import dis
import reprlib
from collections.abc import Callable
from importlib import import_module
from numbers import Real
from pkgutil import iter_modules
from typing import Any

import numpy as np

CHECKS: dict[str, Callable] = {}


class Hint(Exception):
    """What to look at again, in one sentence to the student."""


class AnswerError(Exception):
    """The student's own function has raised an error."""


def exercise(check: Callable) -> Callable:
    """Register the check of the exercise that is named as the function is."""
    CHECKS[check.__name__] = check
    return check


def expect(holds: bool | np.bool, hint: str) -> None:
    """Raise the hint unless something holds."""
    if not holds:
        raise Hint(hint)


def expect_number(answer: object, hint: str = "Give a number.") -> None:
    """Raise the hint unless the answer is one number."""
    expect(isinstance(answer, Real) and not isinstance(answer, bool), hint)


def is_uneven(error: Exception) -> bool:
    """Tell whether an error is NumPy's about pieces of several lengths, in an array or stacked."""
    words = str(error.__cause__ or error)
    return "inhomogeneous" in words or "must have the same shape" in words


def verdict(name: str, answer: object) -> str:
    """Try an answer and give one line: "NAME: right.", "NAME: not tried yet.", or a hint. Raises KeyError alone."""
    load()
    check = CHECKS[name]
    if answer is ... or _does_nothing(answer):
        return f"{name}: not tried yet."
    if answer is None:
        return f"{name}: not yet. The answer is None: a call such as print(...) or a_list.append(...) has no result."
    try:
        check(_Guarded(answer) if callable(answer) else answer)
    except (Hint, AnswerError) as what:
        return f"{name}: not yet. {what}"
    except Exception as error:  # an answer of an unforeseen kind: whatever the check stumbles over is said
        return f"{name}: not yet. The check could not use the answer ({type(error).__name__}: {error})."
    return f"{name}: right."


def _does_nothing(answer: object) -> bool:
    """Tell whether this is a function whose body is `...`, a docstring or `pass` alone."""
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    steps = [(step.opname, step.argval) for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP")]
    return steps in ([("LOAD_CONST", None), ("RETURN_VALUE", None)], [("RETURN_CONST", None)])  # Python 3.11; 3.12 on


class _Guarded:
    """A student's function, whose errors are told from those of the check."""

    def __init__(self, function: Callable):
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        given = ", ".join(map(_in_short, arguments))
        try:
            result = self._function(*arguments)
        except Exception as error:
            raise AnswerError(f"Given {given}, it stops with {type(error).__name__}: {error}.") from error
        if result is None or result is ...:
            raise AnswerError(f"Given {given}, it gives nothing back: is a `return` missing?")
        return result


def _in_short(argument: object) -> str:
    if isinstance(argument, np.ndarray) and argument.size > 8:
        return f"an array of shape {argument.shape}"
    return " ".join(reprlib.repr(argument).split())


def load() -> None:
    """Fill CHECKS from the modules of this package."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")

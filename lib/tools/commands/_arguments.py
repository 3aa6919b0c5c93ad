"""What the command line takes: each value is checked while it is read, before anything else is loaded."""

import argparse
import math
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

LARGEST = 1_000_000_000  # frames, more than a year of them; Python's deque takes not much more


class Parser(argparse.ArgumentParser):
    """The parser of one command. No value may be empty: as a path, an empty text is the current folder."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.register("type", None, text)
        self.register("type", Path, lambda given: Path(text(given)))


def text(given: str) -> str:
    """Give a value as it is. Raises ArgumentTypeError when it is empty, as that of `PHOTOS=` is."""
    if not given.strip():
        raise ArgumentTypeError("the value is empty: give one.")
    return given


def whole_number(given: str, what: str, highest: int, lowest: int = 0) -> int:
    """Give a number from the command line. Raises ArgumentTypeError, whose sentence argparse prints, for other text."""
    # Python refuses to convert thousands of digits.
    if not given.isdecimal() or len(given) > 20 or not lowest <= int(given) <= highest:
        raise ArgumentTypeError(f"{given!r} is no {what}: give a whole number from {lowest} to {highest}.")
    return int(given)


def window(given: str) -> int:
    """A deque's size. Raises ArgumentTypeError for any other text."""
    return whole_number(given, "window size in frames", LARGEST, 1)


def seed(given: str) -> int:
    """A seed. Raises ArgumentTypeError for what Keras and scikit-learn do not take."""
    return whole_number(given, "seed", 2**32 - 1)


def pixels(given: str) -> int:
    """An image size. Raises ArgumentTypeError for any other text."""
    return whole_number(given, "image size in pixels", LARGEST, 1)


def processes(given: str) -> int:
    """How many processes run at once. Raises ArgumentTypeError for any other text."""
    return whole_number(given, "number of processes", 61, 1)  # Windows cannot wait for more


def stride(given: str) -> int:
    """One of how many frames is scored. Raises ArgumentTypeError for any other text."""
    return whole_number(given, "number of frames", 10_000, 1)


def count(given: str) -> int:
    """How many times something is done. Raises ArgumentTypeError for any other text."""
    return whole_number(given, "number of times", 10_000, 1)


def fraction(given: str) -> float:
    """A fraction of a whole that is not nothing. Raises ArgumentTypeError for any other text."""
    number = _number(given)
    if not 0 < number <= 1:  # nor is NaN
        raise ArgumentTypeError(f"{given!r} is no fraction: give a number above 0 and at most 1, such as 0.25.")
    return number


def window_of_time(given: str) -> int | float:
    """A window in frames (`32`), or in seconds (`0.8s`). Raises ArgumentTypeError for any other text."""
    if not given.endswith("s"):
        return window(given)
    number = _number(given[:-1])
    if not 0 < number <= LARGEST:
        raise ArgumentTypeError(f"{given!r} is no window size: give frames, such as 32, or seconds, such as 0.8s.")
    return number


def seconds(given: str) -> float:
    """A time in seconds: `90`, `90.5`, `1:30`, `1:01:30`. Raises ArgumentTypeError for any other text."""
    parts = [_number(part) for part in given.split(":")]
    if len(parts) > 3 or not all(0 <= part <= LARGEST for part in parts) or any(part >= 60 for part in parts[1:]):
        raise ArgumentTypeError(f"{given!r} is no time: give seconds, such as 90, or minutes and seconds, as in 1:30.")
    return sum(part * 60**place for place, part in enumerate(reversed(parts)))


def probability(given: str) -> float:
    """A probability from 0 to 1. Raises ArgumentTypeError for any other text."""
    number = _number(given)
    if not 0 <= number <= 1:
        raise ArgumentTypeError(f"{given!r} is no probability: give a number from 0 to 1, such as 0.5.")
    return number


def _number(given: str) -> float:
    """Give a number, NaN for any other text."""
    try:
        return float(given)
    except ValueError:
        return math.nan

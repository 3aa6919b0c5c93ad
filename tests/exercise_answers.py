"""What the tests of the exercises' checks have in common: an answer is right, or it gets the hint for its mistake."""

from collections.abc import Sequence

from lib.lessons import exercises


def names(cases: Sequence[tuple]) -> list[str]:
    """The ids of cases that begin with the name of an exercise, which may occur more than once."""
    return [f"{name}-{number}" for number, (name, *_) in enumerate(cases)]


def is_right(name: str, answer: object) -> None:
    exercises.load()
    assert exercises.verdict(name, answer) == f"{name}: right."


def gets_hint(name: str, answer: object, words: str) -> None:
    exercises.load()
    told = exercises.verdict(name, answer)
    assert told.startswith(f"{name}: not yet. ") and words in told, told
    assert "could not use the answer" not in told

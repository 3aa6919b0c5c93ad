"""Arguments that a caller can get wrong, and the one sentence that says so."""

from numbers import Real

MOST_PIXELS = 200_000_000  # of a photo: what the largest cameras of telephones give


def whole_number(value: float | Real, name: str, lowest: int) -> int:
    """Give a whole number as an int.

    Args:
        value: any number; an array's element is one too.
        name: of the argument, for the message.
        lowest: the smallest number that makes sense.

    Returns:
        The number.

    Raises:
        ValueError: for anything else, such as 1.5, True, NaN, None or a text.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or value // 1 != value or value < lowest:
        shown = value if isinstance(value, Real) else repr(value)
        raise ValueError(f"{name}={shown}: give a whole number, {lowest} or more.")
    return int(value)  # type: ignore[call-overload]  # the stubs of Real lack __int__, which its whole numbers have

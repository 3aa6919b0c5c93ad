"""Names of one's own in pictures: on one line, and with … in the middle where there is no room for all of it."""

import unicodedata
from bisect import bisect
from collections.abc import Callable


def columns(text: str) -> int:
    """How wide a text is in columns of a terminal: Chinese, Japanese and Korean characters and emoji take two each."""
    return sum(
        2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text if not unicodedata.combining(letter)
    )


def one_line(text: str) -> str:
    """The text without breaks of the line, tabs and control characters."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def fitted(text: str, room: float, wide: Callable[[str], float] = columns) -> str:
    """Give a name on one line, its middle replaced by … where it is wider than the room.

    Args:
        text: the name; beginning and end stay, since names often differ there.
        room: how wide it may be.
        wide: measures a text, in the unit of `room`.
    """
    text = one_line(text)
    if wide(text) <= room:
        return text

    def cut(kept: int) -> str:
        return text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]

    return cut(max(0, bisect(range(len(text)), room, key=lambda kept: wide(cut(kept))) - 1))

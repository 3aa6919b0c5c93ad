"""The words of messages: numbers with their nouns, and text from elsewhere, made safe to print.

A terminal carries out the escape codes in what is printed.
"""

import re
import unicodedata

_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # reverse the order of the text after them
_LONGEST = 200  # characters of text from a file that a message quotes


def counted(number: int, noun: str) -> str:
    """Write a number with a noun in the right form: "1 frame", "2 frames", "0 classes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{'es' if noun.endswith('s') else 's'}"


def without_colours(text: str) -> str:
    """Give text without the codes that colour it in a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def is_printable(text: str) -> bool:
    """Whether text is without control characters, line breaks, halves of characters and changes of direction.

    `str.isprintable` refuses more: the joiners in Persian words and the wide space of Japanese, for example.
    """
    return all(map(_is_plain, text))


def printable(text: str) -> str:
    """Give text with each character that must not reach a terminal written as its escape, such as `\\x1b`."""
    return "".join(c if _is_plain(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def brief(text: str) -> str:
    """Give text as a message quotes it: printable, and cut after 200 characters."""
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _is_plain(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") and character not in _BIDI


def without_password(address: str) -> str:
    """Give an address (such as rtsp://name:password@host/) without the user's name and password."""
    return re.sub(r"//[^/@]*@", "//", address)

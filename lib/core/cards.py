"""What a card, the JSON file beside a model, must look like: checked once, when it is read.

Cards come with models from anywhere. What follows may rely on the types that are checked here.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from lib.core.messages import is_printable

LARGEST = 4096  # pixels; more than any network for photos takes
SQUASH, CROP = "squash", "crop"  # how images of any shape become squares; a card that does not say means the first
_NAME = 255  # characters, as many as a folder's name can have


class Rule(NamedTuple):
    """What one entry of a card must be: a check, and the same in words."""

    holds: Callable[[object], bool]
    words: str


def is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) and len(value) <= _NAME and is_printable(value)


def _is_class_list(value: object) -> bool:
    return isinstance(value, list) and all(map(is_name, value)) and len(value) == len(set(value)) >= 1


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        time(value)
    except (ValueError, OverflowError):
        return False
    return True


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(key, ""), str) for key in ("set", "name", "fingerprint")
    )


CLASSES = Rule(_is_class_list, "a list of names, each once")
SHAPING = Rule((SQUASH, CROP).__contains__, f"{SQUASH} or {CROP}")
IMAGE_SIZE = Rule(_is_size, f"a whole number of pixels from 1 to {LARGEST}")
SHA256 = Rule(_is_digest, "the 64 hexadecimal digits of the model file's SHA-256, in lower case")
DATE = Rule(_is_date, "a date and time such as 2026-01-31T12:00:00+00:00")
TABLE = Rule(_is_table, "an object whose set, name and fingerprint are texts")


def faults(card: dict, required: dict[str, Rule], optional: dict[str, Rule]) -> str:
    """Say what is wrong with a card, or give an empty string.

    Args:
        card: as read from its file.
        required: the rule for each entry that must be there.
        optional: the rule for each entry that may be there. Any other entry may be anything.

    Returns:
        Words that follow the card's name, such as "must state classes (two names or more, ...)".
    """
    wrong = [(name, rule) for name, rule in required.items() if name not in card or not rule.holds(card[name])]
    wrong += [(name, rule) for name, rule in optional.items() if name in card and not rule.holds(card[name])]
    return "must state " + " and ".join(f"{name} ({rule.words})" for name, rule in wrong) if wrong else ""


def time(text: str) -> datetime:
    """Read the date and time of a card; without a time zone it is taken as UTC. Raises ValueError or TypeError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)

"""Every kind of shot of every event, and how often each occurs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lib.sample.shots import court, portraits, race, spectators, still_lifes

EVENTS = ("badminton", "formula1", "volleyball")

# shots that show little or nothing of the game: the same painters serve every event, so only small things tell them apart
CUTAWAYS = {
    "crowd": spectators.crowd,
    "portrait": portraits.portrait,
    "group": portraits.group,
    "scoreboard": still_lifes.scoreboard,
    "empty": still_lifes.empty,
    "thing": still_lifes.thing,
}
# kinds of shot in a deck of forty: about one in six shows little or nothing of the game
_HARD = {"crowd": 1, "portrait": 1, "group": 1, "scoreboard": 1, "empty": 1}
_BADMINTON = {"wide": 11, "side": 5, "corner": 7, "behind": 4, "close": 6, "at net": 1, "thing": 1} | _HARD
_VOLLEYBALL = {"wide": 11, "side": 5, "corner": 7, "behind": 4, "close": 3, "at net": 4, "thing": 1} | _HARD
_RACE = {
    "corner": 5,
    "head on": 6,
    "hill": 4,
    "grid": 3,
    "side": 6,
    "chase": 4,
    "on board": 3,
    "close": 3,
    "thing": 1,
} | _HARD
DECKS = {"badminton": _BADMINTON, "formula1": _RACE, "volleyball": _VOLLEYBALL}


def deal_kinds(event: str, rng: np.random.Generator) -> Iterator[str]:
    """Kinds of shot for ever: the event's deck, shuffled again whenever it is used up."""
    deck = [kind for kind, count in DECKS[event].items() for _ in range(count)]
    while True:
        for index in rng.permutation(len(deck)):
            yield deck[index]


def make_occasion(event: str, rng: np.random.Generator) -> court.Match | race.Race:
    """One match or one race, of which several shots may be taken."""
    return race.Race(rng) if event == "formula1" else court.Match(event, rng)


def make_shot(event: str, kind: str, size: tuple[int, int], rng: np.random.Generator, occasion: Any = None) -> Any:
    """Make a shot of an event: called with a time in seconds, it gives a picture.

    Args:
        event: one of EVENTS.
        kind: of shot, such as "portrait": one of the event's in DECKS.
        size: of the pictures, (width, height) in pixels.
        rng: what chance decides about the shot is taken from it.
        occasion: the match or race that it shows, from `make_occasion`; without one, a new one.

    Returns:
        The shot: a function from seconds to uint8 RGB (height, width, 3). Its `moments` are times at which there is
        something to see.

    Example:
        shot = make_shot("badminton", "portrait", (320, 240), np.random.default_rng(0))
        picture = shot(shot.moments[0])
    """
    if kind in CUTAWAYS:
        return CUTAWAYS[kind](event, size, rng)
    occasion = occasion or make_occasion(event, rng)
    if event == "formula1":
        return race.RaceShot(occasion, kind, size, rng)
    return court.CourtShot(occasion, kind, size, rng)

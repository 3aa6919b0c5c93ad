"""Colours and names that the drawings share, so that no class gives itself away by a colour of its own."""

import numpy as np

from lib.sample.painting.cars import Livery
from lib.sample.painting.people import Kit

# (inside the lines, around the court); both hall sports draw from the same list
FLOORS = (
    ((38, 128, 92), (30, 100, 74)),
    ((44, 140, 100), (190, 70, 60)),
    ((36, 92, 160), (26, 66, 120)),
    ((60, 120, 190), (216, 120, 60)),
    ((222, 126, 64), (52, 140, 110)),
    ((206, 110, 58), (58, 110, 170)),
    ((204, 160, 108), (204, 160, 108)),
    ((186, 138, 88), (160, 112, 70)),
    ((214, 176, 128), (96, 60, 110)),
    ((30, 110, 110), (206, 60, 110)),
    ((86, 64, 140), (40, 36, 84)),
    ((92, 100, 108), (64, 70, 78)),
    ((180, 60, 56), (120, 40, 44)),
    ((60, 150, 130), (40, 60, 120)),
    ((232, 190, 90), (60, 96, 150)),
)
# what each event is played on more often than not, as positions in FLOORS, and in which style of hall
USUAL_FLOORS = {"badminton": (0, 0, 1, 2, 9, 13), "volleyball": (3, 4, 4, 5, 6, 8)}
WALLS = (
    (28, 30, 44),
    (44, 40, 62),
    (20, 24, 30),
    (70, 84, 110),
    (150, 160, 168),
    (196, 186, 164),
    (222, 216, 200),
    (120, 150, 170),
    (92, 110, 96),
    (168, 120, 92),
    (60, 70, 130),
    (110, 40, 50),
    (40, 90, 130),
    (205, 200, 150),
)
STRONG = (
    (206, 36, 44),
    (20, 74, 164),
    (240, 200, 40),
    (18, 120, 84),
    (240, 120, 30),
    (245, 245, 245),
    (28, 30, 36),
    (110, 46, 140),
    (30, 160, 190),
    (230, 90, 140),
    (120, 190, 60),
    (130, 24, 48),
    (70, 90, 110),
)
SKINS = ((244, 206, 178), (228, 180, 146), (206, 154, 116), (172, 118, 82), (132, 88, 60), (94, 62, 44))
HAIRS = ((24, 20, 20), (48, 34, 26), (92, 60, 36), (150, 104, 56), (206, 170, 104), (120, 50, 28), (150, 150, 150))
TYRES = ((226, 40, 44), (244, 214, 50), (240, 240, 240), (40, 160, 70))
SPONSORS = (
    "KORTEX",
    "NORDA",
    "VELOX",
    "SUNRIA",
    "ALTO 9",
    "PULSE",
    "MERIDIA",
    "OKAPI",
    "TRITON",
    "LUMEN",
    "ZEPHYR",
    "FJORD",
)
TEAMS = ("NOR", "KAI", "BEL", "SOL", "VEG", "ARA", "LUX", "MIR", "TAN", "ORO", "PIA", "QUE")


def pick(options, rng: np.random.Generator):
    """One of the options."""
    return options[int(rng.integers(len(options)))]


def usual_floor(event: str, rng: np.random.Generator, usual: float = 0.85) -> tuple:
    """The floor within and around a court; with probability `usual` one that the event is mostly played on."""
    if event == "formula1":
        return (98, 99, 104), (120, 122, 126)
    return FLOORS[pick(USUAL_FLOORS[event], rng)] if rng.random() < usual else pick(FLOORS, rng)


def jitter(value, rng: np.random.Generator, spread: float = 10.0) -> tuple:
    """A colour near a given one."""
    return tuple(np.clip(np.asarray(value, float) + rng.normal(0, spread, 3), 0, 255))


def pair(rng: np.random.Generator, apart: float = 150.0) -> tuple:
    """Two strong colours that can be told apart."""
    while True:
        one, other = pick(STRONG, rng), pick(STRONG, rng)
        if np.abs(np.subtract(one, other)).sum() > apart:
            return jitter(one, rng), jitter(other, rng)


def teams(rng: np.random.Generator, size: int) -> list[list[Kit]]:
    """Two teams of `size` in kits that differ: a list of kits for each team."""
    first, second = pair(rng, 220.0)
    both = []
    for shirt in (first, second):
        look = {
            "shirt": shirt,
            "shorts": pick((shirt, *STRONG), rng),
            "trim": pick(((250, 250, 250), (24, 24, 28), *STRONG), rng),
            "socks": pick(((245, 245, 245), (30, 30, 34), shirt), rng),
            "sleeves": pick((0.0, 0.3, 0.5, 0.6, 1.0), rng),
            "knee_pads": bool(rng.random() < 0.35),
            "skirt": bool(rng.random() < 0.2),
        }
        women = rng.random() < 0.5
        both.append([person(rng, look, women) for _ in range(size)])
    return both


def person(rng: np.random.Generator, look: dict | None = None, woman: bool | None = None) -> Kit:
    """A person, in the given kit or in clothes of their own."""
    look = look or {"shirt": jitter(pick(STRONG, rng), rng), "shorts": pick(STRONG, rng), "trim": pick(STRONG, rng)}
    woman = rng.random() < 0.5 if woman is None else woman
    return Kit(
        **look,
        skin=jitter(pick(SKINS, rng), rng, 6),
        hair=jitter(pick(HAIRS, rng), rng, 6),
        shoes=pick(STRONG, rng),
        long_hair=bool(woman and rng.random() < 0.8),
        number=int(rng.integers(1, 20)),
    )


def livery(rng: np.random.Generator) -> Livery:
    """A car's paint."""
    main, second = pair(rng)
    return Livery(
        main, second, pick(STRONG, rng), jitter(pick(STRONG, rng), rng), pick(TYRES, rng), int(rng.integers(1, 99))
    )

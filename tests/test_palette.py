"""Colours: any number of events, each its own, apart for colour-blind eyes too, and text on them legible."""

import numpy as np
import pytest

from lib.core import colours as palette
from lib.core.colours import EVENT_COLOURS, NO_EVENT, colours, ink_on


def kinds(count):
    return [f"kind {number}" for number in range(count)]


def apart(chosen):
    """The smallest distance (CIELAB, for the eyes that tell least) between any two colours."""
    seen = palette._looks(np.array(chosen))
    pairs = np.linalg.norm(seen[:, :, None] - seen[:, None], axis=3).min(axis=0)
    return pairs[~np.eye(len(chosen), dtype=bool)].min()


@pytest.mark.parametrize("known", [(), tuple(EVENT_COLOURS), ("volleyball",)])
@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 7, 12, 60, 300])
def test_any_number_of_events_has_different_colours_and_none_that_of_no_event(known, count):
    given = colours([*kinds(count), *known])
    chosen = list(given.values())
    assert len(set(chosen)) == len(given) == count + len(known)
    assert {name: given[name] for name in known} == {name: EVENT_COLOURS[name] for name in known}
    assert apart([*chosen, NO_EVENT]) > (15 if count <= 12 else 3)
    for colour in chosen:
        assert all(isinstance(part, int) and 0 <= part <= 255 for part in colour)


def test_a_further_class_leaves_the_colours_of_the_others():
    many = colours(kinds(40))
    for count in (1, 5, 8, 20):
        assert all(many[name] == colour for name, colour in colours(kinds(count)).items())


def test_text_is_legible_on_every_colour():
    def luminance(colour):
        return palette._luminance(colour) + 0.05

    for colour in (*colours([*kinds(100), *EVENT_COLOURS]).values(), NO_EVENT):
        bright, dark = sorted((luminance(colour), luminance(ink_on(colour))), reverse=True)
        assert bright / dark >= 3

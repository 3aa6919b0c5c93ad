"""One colour for each event, the same in every figure and on every labelled frame.

The colours are those of Okabe and Ito, "Color Universal Design" (2008), which stay apart for
colour-blind readers. Colour is never the only sign: names are always written out beside it.
"""

EVENT_COLOURS = {
    "badminton": (0, 114, 178),
    "formula1": (213, 94, 0),
    "volleyball": (0, 158, 115),
}
_MORE = ((204, 121, 167), (230, 159, 0), (86, 180, 233), (120, 94, 240), (90, 90, 90))


def colours(classes) -> dict[str, tuple[int, int, int]]:
    """Give each class its RGB colour (0 to 255): the event's own, or one of the spare colours in turn."""
    spare = [name for name in classes if name not in EVENT_COLOURS]
    return {
        name: EVENT_COLOURS[name] if name in EVENT_COLOURS else _MORE[spare.index(name) % len(_MORE)]
        for name in classes
    }

"""Fonts for names in any letters: those of the system where the figures' own font has no glyph."""

import warnings
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

_EMPTY = (
    "Last Resort",
    ".LastResort",
    "LastResort",
    "Adobe Blank",
    "Adobe NotDef",
)  # fonts that have a box for every letter


def give_glyphs(figure: plt.Figure) -> None:
    """Let a figure's texts use fonts of the system, where their own has no glyph for a letter.

    Prints a line, once for the same letters, where no font has one; that letter is a box then.
    """
    for axis in figure.axes:
        axis.get_xticklabels(), axis.get_yticklabels()  # which makes those whose text is written only when it is drawn
    texts = figure.findobj(Text)
    letters = {letter for text in texts for letter in text.get_text() if not letter.isascii() and letter.isprintable()}
    if not letters:
        return
    families = _families(frozenset(letters))
    for text in texts if families else ():
        text.set_fontfamily([*plt.rcParams["font.family"], *families])


@cache
def _families(letters: frozenset[str]) -> list[str]:
    """The fonts of the system that have what the usual one has not."""
    usual = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    missing = letters - _covered(usual, letters)
    chosen = []
    for entry in _system_fonts() if missing else ():
        found = _covered(font_manager.get_font(font_manager.FontPath(entry.fname, entry.index)), missing)
        if found:
            chosen.append(entry.name)
            missing -= found
    if missing:
        _say("".join(sorted(missing)))
    return chosen


@cache
def _say(missing: str) -> None:
    warnings.filterwarnings("ignore", "Glyph .* missing from")  # matplotlib's own words, for each letter each time
    print(
        f"No font on this computer has {missing}, which figures show as boxes: install a font that has them, or name "
        "the classes in other letters."
    )


def _covered(font: FT2Font, letters: frozenset[str]) -> frozenset[str]:
    return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))


def _system_fonts() -> list[font_manager.FontEntry]:
    """One upright font of each family, those without serifs first."""
    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    for path in set(font_manager.findSystemFonts()) - known:  # installed after matplotlib made its list
        try:
            manager.addfont(path)
        except (OSError, RuntimeError, ValueError, LookupError):  # not of a kind that matplotlib reads
            continue
    plain = {
        entry.name: entry
        for entry in manager.ttflist
        if entry.style == "normal" and entry.weight in (400, "normal", "regular")
        if not entry.name.startswith(_EMPTY) and Path(entry.fname).exists()
    }
    return sorted(plain.values(), key=lambda entry: ("sans" not in entry.name.lower(), entry.name))

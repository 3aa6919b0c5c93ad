"""Names in pictures: on one line, within their room, both ends still there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.names import columns, fitted, one_line


@given(st.text(), st.integers(0, 30))
def test_any_text_fits_on_one_line(text, room):
    short = fitted(text, room)
    assert columns(short) <= max(room, 1) and short.isprintable()


@given(st.text(alphabet="ab羽 ", max_size=20))
def test_what_fits_stays(text):
    assert fitted(text, 40) == one_line(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text, room, wanted",
    [
        ("synchronised swimming", 11, "synch…mming"),
        ("women's final 2023", 8, "wome…023"),
        ("羽毛球羽毛球羽毛球", 8, "羽毛…球"),
        ("a\nb\tc\x1b[31m", 20, "a b c[31m"),
        ("abc", 1, "…"),
    ],
)
def test_the_middle_goes(text, room, wanted):
    assert fitted(text, room) == wanted


def test_a_very_long_name_is_cut_at_once():
    assert fitted("x" * 1_000_000, 5) == "xx…xx"

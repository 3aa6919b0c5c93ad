import pytest

from lib.core.messages import counted, without_colours


@pytest.mark.parametrize("number, noun, words", [(0, "frame", "0 frames"), (1, "frame", "1 frame"), (2, "frame", "2 frames"),
                                                 (1, "class", "1 class"), (3, "class", "3 classes"),
                                                 (1, "distinct photo", "1 distinct photo")])  # fmt: skip
def test_one_is_one_and_all_else_is_many(number, noun, words):
    assert counted(number, noun) == words


def test_colours_are_taken_out_and_nothing_else():
    assert without_colours("\x1b[0;31mError\x1b[0m [31m \x1b]0;title") == "Error [31m \x1b]0;title"

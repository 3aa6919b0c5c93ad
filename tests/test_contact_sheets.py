"""The README's animation: which seconds of a clip it shows, and what is drawn on them."""

import cv2
import numpy as np
import pytest
from clips import write as write_clip

from lib.core import paths
from lib.core.colours import colours
from lib.tools import contact_sheets

CLASSES = ("badminton", "formula1", "volleyball")
TITLES = {"each": np.array([0, 1, 0, 0]), "mean": np.array([0, 0, 0, 0])}


@pytest.mark.parametrize(
    "labels, length, first",
    [([0, 0, 0, 1, 0, 1, 1, 1], 4, 2), ([0, 1, 0, 0, 0, 1, 0], 3, 0), ([0, 0, 0], 3, 0), ([0, 0, 1], 2, 1)],
)
def test_the_stretch_with_the_most_changes_is_shown(labels, length, first):
    assert contact_sheets.busiest(np.array(labels), length) == range(first, first + length)


def test_both_halves_show_the_same_frame_each_with_its_own_label():
    image = np.full((225, 400, 3), 120, np.uint8)
    left, right = np.array_split(contact_sheets.side_by_side(image, TITLES, CLASSES, at=1), 2, axis=1)
    events = [colours(CLASSES)[name] for name in ("formula1", "badminton")]
    assert [
        tuple(half[contact_sheets.TITLE + 20, 10]) for half in (left, right[:, contact_sheets.GAP // 2 :])
    ] == events
    assert (image == 120).all()


def test_an_animation_of_a_clip_is_written(project, monkeypatch, capsys):
    from fractions import Fraction

    from lib import video

    monkeypatch.setattr(paths, "ROOT", project)
    monkeypatch.setattr(contact_sheets, "SECONDS", 1)
    frames = [np.full((90, 160, 3), 40 + at, np.uint8) for at in range(50)]
    clip = write_clip(project / "clip.avi", frames)
    scores = np.eye(3, dtype="float32")[[at % 2 if 20 <= at < 45 else 0 for at in range(50)]]
    scored = video.FrameScores(scores, np.arange(50) / 25, np.arange(50), CLASSES, "clip.avi", Fraction(25), 1, 50)
    contact_sheets._write_animation(project / "a.webp", clip, scored)
    read, animation = cv2.imreadanimation(str(project / "a.webp"))
    assert read and len(animation.frames) == 13 and set(animation.durations) == {80}
    assert "13 frames, from second 0.8 on" in capsys.readouterr().out

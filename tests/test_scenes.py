"""The drawn photos: the same for the same seed, whole or not there at all, and what the manifest says they are."""

import csv
import hashlib
from collections import Counter

import cv2
import numpy as np
import pytest

from lib.core.errors import FileError
from lib.sample import draw_crowds, draw_photographs, photographs
from lib.sample.shots import catalogue

PER_CLASS = 8


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "sample"
    draw_photographs(folder, seed=3, per_class=PER_CLASS, progress=False)
    return folder


@pytest.fixture(scope="module")
def rows(sample):
    with open(sample / "manifest.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_same_seed_gives_the_same_bytes(sample, rows, tmp_path):
    draw_photographs(tmp_path / "again", seed=3, per_class=PER_CLASS, progress=False)
    draw_photographs(tmp_path / "other", seed=4, per_class=PER_CLASS, progress=False)
    manifest = (sample / "manifest.csv").read_bytes()
    assert (tmp_path / "again" / "manifest.csv").read_bytes() == manifest
    assert all((tmp_path / "again" / row["path"]).read_bytes() == (sample / row["path"]).read_bytes() for row in rows)
    assert (tmp_path / "other" / "manifest.csv").read_bytes() != manifest


def test_manifest_agrees_with_the_files(sample, rows):
    assert list(rows[0]) == ["path", "label", "sha256", "bytes", "width", "height", "group", "split"]
    found = sorted(str(path.relative_to(sample).as_posix()) for path in sample.glob("*/*"))
    assert [row["path"] for row in rows] == found
    for row in rows:
        data = (sample / row["path"]).read_bytes()
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        height, width = (0, 0) if picture is None else picture.shape[:2]
        assert (int(row["width"]), int(row["height"]), int(row["bytes"])) == (width, height, len(data))
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert row["label"] == row["path"].split("/")[0]
        assert row["split"] == ("test" if row["path"].split("/")[1].startswith("test_") else "")


def test_each_event_has_its_pictures_and_their_sizes(rows):
    readable = [row for row in rows if int(row["width"])]
    distinct = {row["sha256"]: row["label"] for row in readable}
    assert Counter(distinct.values()) == {event: 2 * PER_CLASS for event in catalogue.EVENTS}
    tests = Counter(row["label"] for row in rows if row["split"] == "test")
    assert tests == {event: PER_CLASS for event in catalogue.EVENTS}
    assert all(int(row["width"]) >= 320 and int(row["height"]) >= 240 for row in readable)


def test_planted_faults_are_there(sample, rows):
    pictures = {row["path"]: cv2.imread(str(sample / row["path"]), cv2.IMREAD_UNCHANGED) for row in rows}
    unreadable = [path for path, picture in pictures.items() if picture is None]
    grey = [path for path, picture in pictures.items() if picture is not None and picture.ndim == 2]
    clear = [
        path
        for path, picture in pictures.items()
        if picture is not None and picture.ndim == 3 and picture.shape[2] == 4
    ]
    assert [len(unreadable), len(grey), len(clear)] == [1, 1, 1]
    assert clear[0].endswith(".png") and pictures[clear[0]][..., 3].min() < 255
    twins = Counter(row["sha256"] for row in rows).most_common(2)
    assert [count for _, count in twins] == [2, 1]
    assert len({row["group"] for row in rows if row["sha256"] == twins[0][0]}) == 1


def test_groups_hold_near_duplicates_of_one_event(sample, rows):
    groups = {}
    for row in rows:
        if int(row["width"]):
            groups.setdefault(row["group"], []).append(row)
    assert any(len(members) > 1 for members in groups.values())
    assert all(len({row["label"] for row in members}) == 1 for members in groups.values())
    assert len(groups) > len(rows) / 3
    assert all(len({row["split"] for row in members}) == 1 for members in groups.values())


def test_one_picture_in_six_is_hard():
    for event, deck in catalogue.DECKS.items():
        hard = sum(deck[kind] for kind in ("crowd", "portrait", "group", "scoreboard", "empty", "thing"))
        assert 0.12 <= hard / sum(deck.values()) <= 0.22, event


@pytest.mark.parametrize("event", catalogue.EVENTS)
def test_every_kind_of_shot_moves_and_shows_something(event):
    for kind in catalogue.DECKS[event]:
        shot = catalogue.make_shot(event, kind, (320, 240), np.random.default_rng(5))
        first, later = shot(shot.moments[0]), shot(shot.moments[0] + 0.4)
        assert (shot(shot.moments[0]) == first).all(), f"{kind}: a frame depends on what was painted before"
        assert first.shape == (240, 320, 3) and first.dtype == np.uint8, kind
        assert first.std() > 10, kind
        assert (first != later).any(), kind


def test_interrupted_draw_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(photographs, "_plant_faults", interrupt)
    with pytest.raises(KeyboardInterrupt):
        draw_photographs(tmp_path / "sample", per_class=2, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_users_is_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileError, match="not empty"):
        draw_photographs(tmp_path, per_class=2, progress=False)
    with pytest.raises(ValueError, match="at least 2"):
        draw_photographs(tmp_path / "new", per_class=1, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_crowds_are_images_of_no_class_and_the_same_for_the_same_seed():
    crowds, again, other = draw_crowds(4, seed=1), draw_crowds(4, seed=1), draw_crowds(4, seed=2)
    assert all(image.dtype == np.uint8 and image.shape[2] == 3 for image in crowds)
    assert all((one == two).all() for one, two in zip(crowds, again))
    assert not any(one.shape == two.shape and (one == two).all() for one, two in zip(crowds, other))

"""The drawn clips: programmes of the promised lengths, a truth for every frame, and motion without jumps."""

import csv
import itertools

import av
import numpy as np
import pytest

from lib.sample import CLIPS, clips, draw_clip, programmes
from lib.sample.programmes import RATE, SIZE, Scene


@pytest.fixture
def short(monkeypatch):
    """Two seconds of programme in place of a minute: the wiring is what is tested here."""
    scenes = [
        Scene("badminton", "wide", 0.4, 0, 0.0, whip=True),
        Scene("badminton", "crowd", 0.4, 0, 0.4, wipe=True),
        Scene("badminton", "close", 0.4, 0, 0.8, speed=0.5),
        Scene("formula1", "side", 0.4, 1, 0.0),
        Scene("volleyball", "corner", 0.4, 2, 0.0),
    ]
    monkeypatch.setattr(clips, "programme", lambda name, rng: scenes)
    return scenes


def _read(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)], stream.codec_context.name


def test_truth_has_a_row_for_each_frame(short, tmp_path):
    path = draw_clip("sports_day", tmp_path, progress=False)
    pictures, codec = _read(path)
    with open(tmp_path / "sports_day.truth.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert path == tmp_path / "sports_day.mp4" and codec == "h264"
    assert list(rows[0]) == ["frame", "seconds", "event"]
    assert len(rows) == len(pictures) == sum(scene.frames for scene in short)
    assert pictures[0].shape == (SIZE[1], SIZE[0], 3)
    assert [row["frame"] for row in rows] == [str(index) for index in range(len(rows))]
    assert all(float(row["seconds"]) == pytest.approx(index / RATE, abs=1e-3) for index, row in enumerate(rows))
    assert [row["event"] for row in rows] == [scene.event for scene in short for _ in range(scene.frames)]


def test_same_seed_gives_the_same_frames(short, tmp_path):
    first, second, other = (
        _read(draw_clip("badminton", tmp_path / name, seed, progress=False))[0]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_unknown_name_names_the_choices(tmp_path):
    with pytest.raises(ValueError, match="tennis.*sports_day_2"):
        draw_clip("tennis", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_clip_leaves_nothing(short, tmp_path, monkeypatch):
    def breaks(scenes, rng):
        yield np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        raise KeyboardInterrupt

    monkeypatch.setattr(clips, "frames", breaks)
    with pytest.raises(KeyboardInterrupt):
        draw_clip("badminton", tmp_path / "clips", progress=False)
    assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("seed", range(4))
def test_programmes_are_as_long_as_promised(name, seed):
    scenes = programmes.programme(name, np.random.default_rng([seed, CLIPS.index(name)]))
    seconds = sum(scene.frames for scene in scenes) / RATE
    changes = sum(a.event != b.event for a, b in itertools.pairwise(scenes))
    if name.startswith("sports_day"):
        assert 50 <= seconds <= 70 and changes >= 6
    else:
        assert 10 <= seconds <= 25 and {scene.event for scene in scenes} == {"formula1" if "formula" in name else name}
    assert any(scene.kind in ("crowd", "portrait", "scoreboard", "group") for scene in scenes)
    assert any(scene.speed < 1 for scene in scenes) and any(scene.wipe for scene in scenes)
    assert all(scene.frames >= 7 for scene in scenes)


@pytest.mark.parametrize(
    "event, kind", [("badminton", "wide"), ("volleyball", "corner"), ("formula1", "head on"), ("formula1", "chase")]
)
def test_no_jumps_within_a_shot(event, kind):
    """From frame to frame the picture changes little; across a cut it changes much."""
    scenes = [Scene(event, kind, 1.2, 0, 3.0), Scene(event, "crowd", 0.4, 0, 4.2)]
    pictures = [picture[::4, ::4].astype(float) for picture in programmes.frames(scenes, np.random.default_rng(2))]
    steps = np.array([np.abs(a - b).mean() for a, b in itertools.pairwise(pictures)])
    cut = scenes[0].frames - 1
    assert steps[cut] > 2.5 * steps[:cut].max()
    assert steps[:cut].min() > 0.5

from pathlib import Path

import numpy as np
import pytest
from clips import plain, write

from lib import photos, training
from lib.__main__ import main
from lib.core import paths
from lib.core.files import read_json
from lib.photos import Photo
from lib.tools import trials


@pytest.mark.parametrize("height, width", [(90, 160), (160, 90), (700, 1300), (2000, 300)])
def test_a_window_moves_across_a_photograph_of_any_shape(height, width):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    frames = list(trials.pan(image, np.random.default_rng(1)))
    assert {frame.shape for frame in frames} == {(trials.HEIGHT, trials.WIDTH, 3)} and len(frames) == trials.RATE
    assert (frames[0] != frames[-1]).any()


def numbered(count, classes=("a", "b", "c")):
    return [Photo(Path(f"{name}/{at}.png"), name, f"{name}{at}") for name in classes for at in range(count)]


def test_a_reel_shows_one_event_after_another_and_no_photograph_twice():
    chosen = trials.reel(numbered(30), ("a", "b", "c"), seed=0)
    assert [photo.label for photo in chosen] == [name for name in "abcabc" for _ in range(trials.PHOTOS)]
    assert len(set(chosen)) == len(chosen)
    assert chosen != trials.reel(numbered(30), ("a", "b", "c"), seed=1)
    assert len(set(trials.reel(numbered(3), ("a", "b", "c"), seed=0))) == 9  # where there are few, all of them


def test_as_many_photographs_of_each_class_are_chosen():
    found = numbered(30)[25:]  # five of a, and all of b and c
    labels = [photo.label for photo in trials.some_of_each(found, 15, seed=0)]
    assert {name: labels.count(name) for name in "abc"} == {"a": 5, "b": 5, "c": 5}


def test_a_trial_measures_reel_thresholds_noise_others_and_clips(
    project, toy_photos, toy_backbone, monkeypatch, capsys
):
    others = project / "others"
    for name in ("chess", "golf"):
        (others / name).mkdir(parents=True)
        for at in range(3):
            photos.cv2.imwrite(str(others / name / f"{at}.png"), np.full((24, 32, 3), 60 * at, np.uint8))
    clip = write(project / "blue.mp4", [plain(30)] * 3)
    for name, value in (("NOISE", 40), ("OF_A_CLIP", 2), ("PHOTOS", 2), ("RATE", 3)):
        monkeypatch.setattr(trials, name, value)
    monkeypatch.setattr(training, "EPOCHS", 30)
    choices = ["--backbone", str(toy_backbone), "--seeds", "2", "--others", str(others)]
    assert main(["trial", str(toy_photos), *choices, "--clips", f"{clip}=badminton"]) == 0
    printed = capsys.readouterr().out
    first, second = read_json(paths.OUTPUT / "trial" / "toy.json")["rows"]
    assert first["thresholds"] != second["thresholds"]
    none_of_these = {"a clip of noise", "other photos", "a clip of other photos"}
    for row in (first, second):
        assert set(row["reel"]) == set(trials.WAYS)
        assert set(row["no event"]) - set(row["accuracy"]) == none_of_these
        assert set(row["accuracy"]) == {"test photos", "reel", "blue.mp4"}
        assert all(name in printed for name in row["no event"])
        for title in ("no event", "accuracy"):
            rising = [list(of.values()) for of in row[title].values()]
            assert all(sorted(some, reverse=title == "accuracy") == some for some in rising)
        for of in row["no event"].values():
            assert of["0.0"] == 0
        lost = {float(key): threshold for key, threshold in row["thresholds"].items()}
        assert list(lost.values()) == sorted(lost.values()) and lost[0.1] > 1 / 3


def test_a_clip_of_an_event_without_photographs_is_refused(toy_photos, project, capsys):
    clip = write(project / "blue.mp4", [plain(30)] * 3)
    assert main(["trial", str(toy_photos), "--clips", f"{clip}=chess"]) == 1
    assert "No photos are of chess: give one of badminton" in capsys.readouterr().err

"""`python -m lib explore`: a page and a clip that browsers play, in a folder or in one file."""

import base64
import json
import re

import clips
import numpy as np
import pytest
import scored

from lib import timeline
from lib.__main__ import main
from lib.core import paths
from lib.video import FrameScores
from lib.video.playable import is_playable


@pytest.fixture
def clip(project):
    """A clip of 20 frames, its stored scores, and its truth."""
    path = clips.write(project / "my clip.mp4", [clips.plain(number) for number in range(20)], rate=25)
    scores, truth = scored.flickering(20)
    scores.save(path.with_suffix(".scores.npz"))
    timeline.to_csv(path.with_suffix(".truth.csv"), truth, scores.seconds, scores.classes)
    return path


def explore(clip, *options):
    return main(["explore", str(clip), "--scores", str(clip.with_suffix(".scores.npz")), *map(str, options)])


def data_of(page):
    return json.loads(re.search(r'id="explorer-data">(.*?)</script>', page.read_text(encoding="utf-8"))[1])


def test_a_folder_holds_the_page_and_the_clip_and_nothing_else(clip, capsys):
    assert explore(clip) == 0
    folder = paths.OUTPUT / "explorer" / "my clip"
    assert sorted(file.name for file in folder.iterdir()) == ["clip.mp4", "index.html"]
    assert (folder / "clip.mp4").read_bytes() == clip.read_bytes()
    data = data_of(folder / "index.html")
    assert data["video"] == "clip.mp4" and data["truth"] and str(folder / "index.html") in capsys.readouterr().out


def test_a_single_file_holds_both(clip, project):
    assert explore(clip, "--single-file", "--out", project / "page.html") == 0
    head, content = data_of(project / "page.html")["video"].split(",")
    assert head == "data:video/mp4;base64" and base64.b64decode(content) == clip.read_bytes()
    assert sorted(file.name for file in project.glob("*")) == [
        "my clip.mp4",
        "my clip.scores.npz",
        "my clip.truth.csv",
        "page.html",
    ]


def test_another_kind_of_clip_becomes_h264(clip, project):
    other = clips.write(project / "other.avi", [clips.plain(number) for number in range(20)], rate=25)
    clip.with_suffix(".scores.npz").rename(other.with_suffix(".scores.npz"))
    assert explore(other, "--out", project / "pages") == 0
    assert is_playable(project / "pages" / "clip.mp4")
    assert data_of(project / "pages" / "index.html")["truth"] is None


def test_the_newest_classifier_scores_the_clip_once(toy_classifier, project, capsys):
    clip = clips.write(project / "clip.mp4", [clips.plain(number) for number in range(5)], rate=25)
    assert main(["explore", str(clip)]) == 0
    scores = FrameScores.load(paths.OUTPUT / "labelled" / "clip.scores.npz")
    assert len(scores.scores) == 5
    assert main(["explore", str(clip), "--stride", "1"]) == 0
    assert "the network does not run" in capsys.readouterr().out
    assert data_of(paths.OUTPUT / "explorer" / "clip" / "index.html")["classes"] == list(scores.classes)


def test_a_truth_that_does_not_fit_is_left_out_with_a_warning(clip, capsys):
    timeline.to_csv(clip.with_suffix(".truth.csv"), np.zeros(7, int), np.arange(7) / 25, scored.CLASSES)
    assert explore(clip) == 0
    assert "without the truth" in capsys.readouterr().out
    assert data_of(paths.OUTPUT / "explorer" / "my clip" / "index.html")["truth"] is None


def test_the_page_is_opened(clip, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert explore(clip, "--open") == 0
    assert opened == [(paths.OUTPUT / "explorer" / "my clip" / "index.html").resolve().as_uri()]


def test_files_of_the_users_stay_as_they_are(clip, project, capsys):
    for name in ("index.html", "clip.mp4"):
        folder = project / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text("mine")
        assert explore(clip, "--out", folder) == 1
        assert [file.read_text() for file in folder.iterdir()] == ["mine"]
        assert "stays as it is" in capsys.readouterr().err
    (project / "page.html").write_text("mine")
    assert explore(clip, "--single-file", "--out", project / "page.html") == 1
    assert (project / "page.html").read_text() == "mine"


def test_an_earlier_explorer_in_the_users_folder_is_replaced(clip, project):
    for _ in range(2):
        assert explore(clip, "--out", project / "pages") == 0


def test_the_clip_itself_is_not_replaced(project, clip, capsys):
    folder = project / "pages"
    assert explore(clip, "--out", folder) == 0
    own = folder / "clip.mp4"
    clip.with_suffix(".scores.npz").rename(own.with_suffix(".scores.npz"))
    assert explore(own, "--out", folder) == 1
    assert "is the clip itself" in capsys.readouterr().err and own.read_bytes() == clip.read_bytes()


@pytest.mark.parametrize(
    "options", [["--out", "pages.txt", "--single-file"], ["--scores", "none.npz"], ["--model", "none.keras"]]
)
def test_what_cannot_be_used_is_reported(clip, project, options, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["explore", str(clip), *options]) == 1
    assert options[1] in capsys.readouterr().err and not list(project.rglob("*.html"))


def test_what_is_no_clip_is_reported(project, capsys):
    (project / "text.mp4").write_text("no clip")
    assert main(["explore", str(project / "text.mp4")]) == 1
    assert "text.mp4 is not a video" in capsys.readouterr().err

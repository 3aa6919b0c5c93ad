import json
import re

import pytest

from lib import lessons, photos
from lib import sample as scenes
from lib.core import files, notebooks, paths
from lib.core.backbone_files import BackboneError
from lib.core.errors import FileError
from lib.core.paths import Run


@pytest.fixture
def executed(run, toy_classifier, monkeypatch):
    """Which notebooks were executed; executing one leaves a classifier with a true card, as the real one does."""
    names = []

    def execute(name, parameters, copy):
        from lib import backbones

        names.append(name)
        path = run.classifier(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(toy_classifier.read_bytes())
        card = json.loads(toy_classifier.with_suffix(".json").read_text()) | {
            "photographs": lessons.photographs_card(run),
            "backbone": {"name": "toy", "fingerprint": backbones.fingerprint(parameters["BACKBONE"])},
            "seed": parameters["SEED"],
        }
        path.with_suffix(".json").write_text(json.dumps(card))

    monkeypatch.setattr(notebooks, "execute", execute)
    return names


def begin(run, notebook, seed=0):
    return lessons.begin(notebook, run.photos, run.backbone, seed)


def test_a_missing_result_is_made_once(run, executed):
    assert begin(run, "04_evaluation") == run
    begin(run, "04_evaluation")
    assert executed == ["02_feature_extraction", "03_fine_tuning"]


def test_what_was_deleted_beside_a_later_result_is_made_again(run, executed):
    begin(run, "06_before_deep_learning")
    run.classifier("02_feature_extraction").unlink()
    begin(run, "06_before_deep_learning")
    assert executed == ["02_feature_extraction", "03_fine_tuning", "02_feature_extraction"]


@pytest.mark.parametrize("photographs, backbone", [("smaple", "bundled"), ("sample", "resnet"), ("real", "bundled")])
def test_a_choice_that_is_none_leaves_nothing_behind(project, photographs, backbone):
    with pytest.raises((photos.PhotoError, BackboneError)):
        lessons.begin("00_start_here", photographs, backbone, 0)
    assert not (paths.OUTPUT / Run(photographs, backbone).name).exists()


def test_the_first_notebooks_need_nothing(run, executed):
    for name in ("00_start_here", "01_data_loading", "02_feature_extraction"):
        begin(run, name)
    assert executed == []


@pytest.mark.parametrize("change", ["photographs", "backbone", "seed"])
def test_a_result_of_another_choice_is_made_anew_and_said_so(run, executed, change, capsys, monkeypatch):
    begin(run, "03_fine_tuning")
    seed = 0
    if change == "photographs":
        next(run.photos_folder.glob("badminton/*")).unlink()
    elif change == "backbone":
        from lib import backbones

        monkeypatch.setattr(backbones, "fingerprint", lambda backbone: "another")
    else:
        seed = 1
    begin(run, "03_fine_tuning", seed)
    assert executed == ["02_feature_extraction"] * 2
    assert change in capsys.readouterr().out.splitlines()[-1]


def test_a_run_keeps_to_its_own_folders():
    sample, real = Run("sample", "bundled"), Run("real", "bundled")
    assert sample.output != real.output and sample.classifier("x") != real.classifier("x")
    own = [Run(photos, "else/where/net.keras").name for photos in ("some/where/photos", "some/photos", "sample")]
    assert len(set(own)) == 3 and all(re.fullmatch(r"(photos_\w{6}|sample)-net_\w{6}", name) for name in own)
    assert Run("elsewhere/sample", "bundled").output != sample.output


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "🏸"])
def test_a_run_of_long_names_has_folders_of_its_own(project, letter):
    name = letter * (248 // len(letter.encode()))
    one, other = (Run(name + end, f"{name}.keras") for end in "ab")
    for run in (one, other):
        files.make_folder(run.output)
    assert one.name != other.name


def test_no_real_photographs_is_said_with_the_way_out(project):
    with pytest.raises(photos.PhotoError, match="fetch"):
        lessons.photographs(Run("real", "bundled"))


def test_the_sample_is_drawn_on_first_use_only(project, toy_photos, monkeypatch):
    drawn = []

    def draw(folder):
        drawn.append(folder)
        toy_photos.rename(folder)
        (folder / "manifest.csv").write_text(",".join(photos.MANIFEST_COLUMNS) + "\n")

    monkeypatch.setattr(scenes, "draw_photographs", draw)
    assert len(lessons.photographs(Run("sample", "bundled"))) == 60
    lessons.photographs(Run("sample", "bundled"))
    assert drawn == [paths.DATA / "sample"]


def test_a_clip_is_a_drawn_one_or_a_file(project, tmp_path, monkeypatch, capsys):
    def draw(name, folder):
        folder.mkdir(exist_ok=True)
        for ending in (".mp4", ".truth.csv"):
            (folder / f"{name}{ending}").touch()

    monkeypatch.setattr(scenes, "draw_clip", draw)
    sample, real = Run("sample", "bundled"), Run("real", "bundled")
    assert lessons.clip("formula2", sample) == paths.EXAMPLE_CLIPS / "formula2.mp4"
    own = tmp_path / "own.mp4"
    own.touch()
    assert lessons.clip(str(own), real) == own
    assert capsys.readouterr().out == ""
    lessons.clip("formula2", real)
    lessons.clip(str(own), sample)
    assert ["drawn" in line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [True, False]
    with pytest.raises(FileError, match="nothing.mp4"):
        lessons.clip("nothing.mp4", sample)


def test_records_of_several_notebooks_are_kept_together(run):
    lessons.record(run, "04_evaluation", accuracy=0.5)
    lessons.record(run, "05_video_smoothing", window=32)
    lessons.record(run, "04_evaluation", accuracy=0.6)
    held = json.loads((run.output / lessons.RECORD).read_text())
    assert held == {"04_evaluation": {"accuracy": 0.6}, "05_video_smoothing": {"window": 32}}


def test_bands():
    assert lessons.in_range(0.9, 0.8) == "yes" and lessons.in_range(0.8, 0.8) == "yes"
    assert lessons.in_range(0.7, 0.8) == "no (0.700)" and lessons.in_range(0.9, 0.1, 0.8) == "no (0.900)"


def test_the_requirements_are_the_projects():
    wanted = lessons.requirements()
    assert "tensorflow" in wanted and "pytest" not in wanted

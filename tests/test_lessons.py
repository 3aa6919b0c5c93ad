import json
import re
from pathlib import Path

import clips
import numpy as np
import pytest

from lib import classifier, lessons, photos, timeline
from lib import sample as scenes
from lib.core import files, known_backbones, notebooks, paths
from lib.core.backbone_files import BackboneError
from lib.core.errors import FileError, InputError, VideoError
from lib.core.paths import Run
from lib.tools.experiments import core


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


def test_a_backbone_is_fine_tuned_at_its_own_rate(run, executed, monkeypatch):
    given, execute = {}, notebooks.execute
    monkeypatch.setattr(lessons, "FINE_TUNING_RATES", {run.backbone: 2e-3})
    monkeypatch.setattr(
        notebooks,
        "execute",
        lambda name, parameters, copy: given.update({name: parameters}) or execute(name, parameters, copy),
    )
    begin(run, "04_evaluation")
    assert "LR" not in given["02_feature_extraction"] and given["03_fine_tuning"]["LR"] == 2e-3


def test_the_rates_are_those_that_were_measured():
    assert core.RATES == known_backbones.FINE_TUNING_RATES
    assert lessons.backbone_parameters("03_fine_tuning", "bundled") == {}
    parameters = next(
        cell for cell in notebooks.read(notebooks.source("03_fine_tuning")).cells if "LR =" in cell.source
    )
    assert "LR" in notebooks.assigned(parameters.source) and "parameters" in parameters.metadata.tags


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


def test_the_first_notebooks_and_their_deeper_ones_need_nothing(run, executed):
    for name in ("00_start_here", "01_data_loading", "02_feature_extraction", "11_more_on_data", "12_more_on_features"):
        begin(run, name)
    assert executed == []


def test_more_on_fine_tuning_needs_the_head_alone(run, executed):
    begin(run, "13_more_on_fine_tuning")
    assert executed == ["02_feature_extraction"]


@pytest.mark.parametrize("change", ["photos", "backbone", "seed"])
def test_a_result_of_another_choice_is_made_anew_and_said_so(run, executed, change, capsys, monkeypatch):
    begin(run, "03_fine_tuning")
    seed = 0
    if change == "photos":
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
    own = clips.write(tmp_path / "own.mp4", [clips.plain(0)])
    assert lessons.clip(str(own), real) == own
    assert capsys.readouterr().out == ""
    lessons.clip("formula2", real)
    lessons.clip(str(own), sample)
    assert ["synthetic" in line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == [True, False]
    with pytest.raises(FileError, match="nothing.mp4"):
        lessons.clip("nothing.mp4", sample)


def test_a_file_that_is_not_a_video_is_reported_before_a_notebook_opens_it(tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("not a video")
    with pytest.raises(VideoError, match=r"notes\.mp4"):
        lessons.clip(str(text), Run("real", "bundled"))


def test_records_of_several_notebooks_are_kept_together(run):
    lessons.record(run, "04_evaluation", accuracy=0.5)
    lessons.record(run, "05_video_smoothing", window=32)
    lessons.record(run, "04_evaluation", accuracy=0.6)
    held = json.loads((run.output / lessons.RECORD).read_text())
    assert held == {"04_evaluation": {"accuracy": 0.6}, "05_video_smoothing": {"window": 32}}


def test_what_a_notebook_will_write_has_its_folder_and_is_given_as_strings(run):
    given = lessons.will_write(run.classifier("02_feature_extraction"), run.output / "log.csv")
    assert given == (str(run.classifier("02_feature_extraction")), str(run.output / "log.csv"))
    assert run.classifier("02_feature_extraction").parent.is_dir() and run.output.is_dir()
    assert not any(Path(path).exists() for path in given)


def test_the_truth_of_a_clip_is_its_events_in_the_order_of_the_classes(tmp_path):
    clip, classes = tmp_path / "clip.mp4", ["formula1", "badminton", "volleyball"]
    assert lessons.truth(clip, classes) is None
    timeline.to_csv(tmp_path / "clip.truth.csv", [1, 1, 0], np.arange(3) / 25, ["badminton", "volleyball"])
    assert lessons.truth(str(clip), classes).tolist() == [2, 2, 1]
    assert lessons.truth(clip, ["badminton", "golf"]) is None
    (tmp_path / "clip.truth.csv").write_text("no table")
    with pytest.raises(InputError):
        lessons.truth(clip, classes)


def test_a_completed_card_shows_that_the_classifier_belongs_to_the_run(run, toy_classifier):
    path = run.classifier("02_feature_extraction")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(toy_classifier.read_bytes())
    written = {"classes": ["badminton", "formula1", "volleyball"], "image_size": 8, "shaping": "squash"}
    path.with_suffix(".json").write_text(json.dumps(written))
    found = photos.find(run.photos_folder)
    assert "not the file" in lessons.why_stale(path, run, 0, found)
    lessons.complete_card(run, "02_feature_extraction", 0, {"training": 3}, kept="head only", scores={"x": 0.5})
    assert lessons.why_stale(path, run, 0, found) == ""
    assert "seed" in lessons.why_stale(path, run, 1, found)
    card = json.loads(path.with_suffix(".json").read_text())
    assert written.items() <= card.items()
    assert (card["split"], card["kept"], card["scores"]) == ({"training": 3}, "head only", {"x": 0.5})
    assert classifier.load(path).classes == tuple(written["classes"])


def test_bands():
    assert lessons.in_range(0.9, 0.8) == "yes" and lessons.in_range(0.8, 0.8) == "yes"
    assert lessons.in_range(0.7, 0.8) == "no (0.700)" and lessons.in_range(0.9, 0.1, 0.8) == "no (0.900)"


def test_the_requirements_are_the_projects():
    wanted = lessons.requirements()
    assert "tensorflow" in wanted and "pytest" not in wanted


def test_a_chain_of_layers_is_cut_where_its_card_says_without_a_note(run, capsys):
    run.output.mkdir(parents=True, exist_ok=True)
    card = json.loads(Path(lessons.material(run).cardpath).read_text())
    assert card["unfreeze_from"] == "last"
    assert capsys.readouterr().out == ""

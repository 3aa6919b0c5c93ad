import shutil

import clips
import numpy as np
import pytest
import toys

from lib import lessons, photos, video
from lib.__main__ import main
from lib.core import notebooks, paths
from lib.core.errors import FileError
from lib.tools.command_line import NAMES
from lib.tools.commands import course, fetch


def test_every_command_says_what_it_does(capsys):
    for name in NAMES:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert name in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["no-such-command"], [], ["label"], ["label", "x.mp4", "--window", "0"],
                                       ["label", "x.mp4", "--window", "-1"], ["label", "x.mp4", "--window", "3.5"],
                                       ["label", "x.mp4", "--window", "text"]])  # fmt: skip
def test_what_the_command_line_does_not_take(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence_and_status_1(project, capsys):
    assert main(["label", "no_such_clip.mp4"]) == 1
    assert main(["evaluate", "no_such_folder"]) == 1
    assert main(["fetch", "--from", "no_such_folder"]) == 1
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 3
    assert "no_such_clip.mp4" in errors[0] and all("no_such_folder" in line for line in errors[1:])


# fetch


@pytest.fixture
def target(tmp_path, toy_photos):
    """A folder with a manifest of the toy photos, and none of them."""
    target = tmp_path / "target"
    target.mkdir()
    names = [path.relative_to(toy_photos).as_posix() for path in sorted(toy_photos.glob("*/*.png"))]
    rows = [{"path": name, "sha256": photos.sha256(toy_photos / name), "split": "train"} for name in names]
    toys.write_manifest(target, rows)
    return target


def test_fetch_takes_what_is_whole_and_names_the_rest(toy_photos, target):
    (toy_photos / "badminton" / "00.png").unlink()
    (toy_photos / "formula1" / "01.png").write_bytes(b"another picture")
    missing, altered, used = fetch.fetch(toy_photos, target, progress=False)
    assert (missing, altered, used) == (["badminton/00.png"], ["formula1/01.png"], 58)
    found = photos.find(target)
    assert len(found) == 58 and all(photo.split == "train" for photo in found)


def test_fetched_photographs_are_not_fetched_again_but_damaged_ones_are(toy_photos, target, monkeypatch):
    monkeypatch.setattr(paths, "DATA", target.parent)
    fetch.fetch(toy_photos, target, progress=False)
    (target / "badminton" / "00.png").write_bytes(b"damaged")
    copied = []
    copy = shutil.copyfile
    monkeypatch.setattr(fetch.shutil, "copyfile", lambda source, to: copied.append(source.name) or copy(source, to))
    assert fetch.fetch(toy_photos, target, progress=False) == ([], [], 60)
    assert copied == ["00.png"]


@pytest.mark.parametrize(
    "name", ["../x.png", "/etc/x.png", "a/../../x.png", "a/b/x.png", "x.png", "a\\..\\x.png", "c:/x.png"]
)
def test_a_name_in_the_manifest_cannot_leave_the_folder(name):
    with pytest.raises(photos.PhotoError):
        fetch.safe_name(name)


def test_the_real_manifest_is_the_lectures():
    rows = photos.read_manifest(paths.ROOT / "data" / "real")
    assert len(rows) == 2307 and sum(row["split"] == "test" for row in rows) == 577
    assert {row["label"] for row in rows} == {"badminton", "formula1", "volleyball"}
    for row in rows:
        fetch.safe_name(row["path"])


# evaluate and label


def test_evaluate_reports_on_any_folder(toy_classifier, toy_photos, capsys):
    (toy_photos / "badminton" / "broken.jpg").write_bytes(b"")
    assert main(["evaluate", str(toy_photos)]) == 0
    printed = capsys.readouterr().out
    assert "03_fine_tuning.keras" in printed and "Accuracy 1.0000 on 60 photos" in printed
    assert "1 of 61 photos cannot be read" in printed and "Confusion matrix" in printed


def test_evaluate_refuses_classes_that_the_classifier_does_not_know(toy_classifier, toy_photos, capsys):
    (toy_photos / "formula1").rename(toy_photos / "golf")
    assert main(["evaluate", str(toy_photos)]) == 1
    assert "golf" in capsys.readouterr().err


@pytest.mark.parametrize("size", [(64, 48), (48, 80)])
def test_label_writes_a_frame_for_a_frame_and_prints_the_shares(toy_classifier, tmp_path, capsys, size):
    with video.VideoSink(tmp_path / "clip.mp4", *size, 25) as sink:
        for number in range(40):
            frame = np.zeros((size[1], size[0], 3), np.uint8)
            frame[..., 2 if number < 20 else 0] = 200  # blue, then red
            sink.write(frame)
    assert main(["label", str(tmp_path / "clip.mp4"), "--window", "8", "--out", str(tmp_path / "out.mp4")]) == 0
    printed = capsys.readouterr().out
    assert "03_fine_tuning.keras" in printed and "synthetic images" in printed
    assert "badminton" in printed and "60.0%" in printed and "40.0%" in printed  # red comes 4 frames late
    with video.VideoReader(tmp_path / "out.mp4") as reader:
        assert sum(frame.image.shape == (size[1], size[0], 3) for frame in reader) == 40


@pytest.mark.parametrize("out", ["out.mov", "file/out.mp4", "clip.mp4"])
def test_label_refuses_a_file_that_it_cannot_write_before_the_work(toy_classifier, tmp_path, capsys, monkeypatch, out):
    with video.VideoSink(tmp_path / "clip.mp4", 64, 48, 25) as sink:
        sink.write(np.zeros((48, 64, 3), np.uint8))
    (tmp_path / "file").touch()
    monkeypatch.setattr(video, "score_once", lambda *given: pytest.fail("it was scored"))
    assert main(["label", str(tmp_path / "clip.mp4"), "--out", str(tmp_path / out)]) == 1


@pytest.mark.parametrize(("letters", "fits"), [(242, True), (244, True), (245, False), (250, False)])
def test_a_clips_name_is_too_long_before_the_work_or_not_at_all(
    toy_classifier, tmp_path, capsys, monkeypatch, letters, fits
):
    clip = clips.write(tmp_path / "clip.mp4", [clips.plain(0)]).rename(tmp_path / ("a" * letters + ".mp4"))
    if not fits:
        monkeypatch.setattr(video, "score_once", lambda *given: pytest.fail("it was scored"))
    assert main(["label", str(clip)]) == (0 if fits else 1)
    assert fits or "choose a shorter name" in capsys.readouterr().err
    monkeypatch.setattr(course, "chosen_backbone", lambda args: "bundled")
    monkeypatch.setattr("lib.core.notebooks.execute", lambda *given: pytest.fail("a notebook ran"))
    assert main(["course", "--clip", str(clip)]) == 1  # its labelled copies have longer names
    assert "choose a shorter name" in capsys.readouterr().err


# course


@pytest.mark.parametrize(
    ("given", "backbone"),
    [("", "bundled"), ("--photos real", "efficientnet_lite0"), ("--photos {mine}", "efficientnet_lite0"),
     ("--photos real --backbone bundled", "bundled")],
)  # fmt: skip
def test_real_photographs_get_a_backbone_with_imagenet_weights(tmp_path, monkeypatch, capsys, given, backbone):
    chosen = []
    monkeypatch.setattr(course, "chosen_backbone", lambda args: chosen.append(args.backbone) or "bundled")
    monkeypatch.setattr(course, "chosen_clip", lambda given: pytest.fail("far enough"))
    with pytest.raises(pytest.fail.Exception, match="far enough"):
        main(["course", *given.format(mine=tmp_path).split()])
    assert chosen == [backbone]
    assert ("No backbone is named" in capsys.readouterr().out) == (backbone != "bundled")


def test_03_alone_gets_the_learning_rate_of_its_backbone(tmp_path, monkeypatch):
    given = {}
    monkeypatch.setattr(paths, "OUTPUT", tmp_path)
    monkeypatch.setattr(course, "chosen_clip", lambda given: "sports_day")
    for check in ("check_clip", "check_photographs"):
        monkeypatch.setattr(lessons, check, lambda *given: None)
    monkeypatch.setattr(
        notebooks, "execute", lambda name, parameters, *rest, **options: given.update({name: parameters})
    )
    monkeypatch.setattr(notebooks, "write_html", lambda *given: None)
    monkeypatch.setattr("lib.tools.course.summary.write", lambda *given: tmp_path)
    assert main(["course", "--backbone", "efficientnet_lite0"]) == 0
    assert {name: parameters.get("LR") for name, parameters in given.items() if "LR" in parameters} == {
        "03_fine_tuning": 1e-3
    }
    assert len(given) == len(notebooks.CORE)


def test_choices_that_are_paths_become_absolute_and_names_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").mkdir()
    (tmp_path / "mine").mkdir()
    names = ("sample", "real")
    assert course.choice("real", names, "photographs") == "real"
    assert course.choice("./real", names, "photographs") == str(tmp_path / "real")
    assert course.choice("mine", names, "photographs") == str(tmp_path / "mine")
    with pytest.raises(FileError, match="photographs yours"):
        course.choice("yours", names, "photographs")


def test_the_named_backbones_are_those_that_can_be_loaded():
    from lib.core import known_backbones

    assert set(paths.BACKBONES) == {"bundled", *known_backbones.PACKAGED, *known_backbones.APPLICATIONS}

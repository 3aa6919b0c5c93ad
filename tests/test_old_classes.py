"""The command that counts what the classifier of the pre-training predicts."""

import keras
import numpy as np

from lib import backbones
from lib.__main__ import main
from lib.core.files import read_json, write_json


def add_old_classifier(path):
    """A classifier of six classes for the toy backbone: its first class is always the least probable one."""
    channels = backbones.load(str(path)).channels
    dense = keras.layers.Dense(6, activation="softmax")
    model = keras.Sequential([keras.Input((None, None, channels)), keras.layers.GlobalAveragePooling2D(), dense])
    dense.set_weights([np.zeros((channels, 6)), np.array([-9.0, 1, 2, 3, 4, 5])])
    model.save(path.with_name(f"{path.stem}_classifier.keras"))
    card = read_json(path.with_suffix(".json"))
    write_json(path.with_suffix(".json"), card | {"classes": ["never", "one", "two", "three", "four", "five"]})


def test_each_folder_lists_the_classes_most_often_among_the_first_five(
    project, toy_photos, toy_backbone, tmp_path, capsys
):
    for suffix in (".keras", ".json"):
        (tmp_path / f"old{suffix}").write_bytes(toy_backbone.with_suffix(suffix).read_bytes())
    add_old_classifier(tmp_path / "old.keras")
    assert main(["old_classes", str(toy_photos), "--backbone", str(tmp_path / "old.keras")]) == 0
    printed = capsys.readouterr().out
    assert printed.count("20 photos: among the first 5 of 6 classes") == 3
    assert "never" not in printed and printed.count("100.0%") == 15
    lines = printed.split("formula1, 20 photos")[1].splitlines()[1:6]
    assert [line.split()[1] for line in lines] == ["one", "two", "three", "four", "five"]


def test_a_backbone_without_its_classifier_is_one_sentence(project, toy_photos, toy_backbone, capsys):
    assert main(["old_classes", str(toy_photos), "--backbone", str(toy_backbone)]) == 1
    assert "was pre-trained with is here: choose efficientnet_lite0 or bundled." in capsys.readouterr().err

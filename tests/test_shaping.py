import shutil
from pathlib import Path

import numpy as np
import pytest
from clips import plain, write

from lib import backbones, classifier, training
from lib.__main__ import main
from lib.core import paths
from lib.core.files import read_json, write_json
from lib.photos import shaping
from lib.tools.pretraining import shapes


def numbered(height, width):
    """A picture whose pixels say where they are: (row, column, 0)."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, np.zeros_like(rows)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize(
    "height, width, rows, columns",
    [
        (90, 120, 90, 120),
        (120, 90, 120, 90),
        (100, 100, 100, 100),
        (90, 160, 90, 120),
        (160, 90, 120, 90),
        (90, 210, 90, 120),
    ],
)
def test_a_crop_is_at_most_4_to_3_and_centred(height, width, rows, columns):
    cut = shaping.crop(numbered(height, width))
    assert cut.shape == (rows, columns, 3)
    assert tuple(cut[0, 0, :2]) == ((height - rows) // 2, (width - columns) // 2)


def test_a_crop_may_lie_at_either_end():
    assert shaping.crop(numbered(90, 160), 0.0)[0, 0, 1] == 0
    assert shaping.crop(numbered(90, 160), 1.0)[0, -1, 1] == 159
    assert shaping.crop(numbered(160, 90), 1.0)[-1, 0, 0] == 159


@pytest.mark.parametrize("height, width, padded", [(90, 160, (120, 160)), (160, 90, (160, 120)), (90, 120, (90, 120))])
def test_grey_is_added_until_a_picture_is_4_to_3(height, width, padded):
    picture = numbered(height, width)
    wide = shaping.pad(picture)
    assert wide.shape == (*padded, 3)
    top, left = (padded[0] - height) // 2, (padded[1] - width) // 2
    np.testing.assert_array_equal(wide[top : top + height, left : left + width], picture)
    assert (
        wide.sum(axis=(0, 1)) - picture.sum(axis=(0, 1)) == shaping.GREY * (padded[0] * padded[1] - height * width)
    ).all()


def test_a_picture_may_be_padded_to_a_square():
    assert shaping.pad_square(numbered(90, 160)).shape == (160, 160, 3)


@pytest.mark.parametrize("shape", shapes.SHAPES.values())
def test_a_frame_of_a_shape_is_as_large_as_its_photograph_allows(shape):
    for height, width in ((90, 120), (120, 90), (90, 160)):
        frame = shapes.cut(numbered(height, width), shape, np.random.default_rng(0))
        assert frame.shape[0] == height or frame.shape[1] == width
        assert frame.shape[1] / frame.shape[0] == pytest.approx(shape, rel=0.02)


def test_views_that_look_the_same_are_computed_once(toy_backbone):
    extract = shapes.Extractor(str(toy_backbone))
    assert len(extract._views(numbered(90, 120))[1]) == 2  # whole, and padded to a square
    assert len(extract._views(numbered(90, 210))[1]) == 6


def test_the_study_measures_each_way_and_stores_its_features(project, toy_photos, toy_backbone, monkeypatch, capsys):
    clip = write(project / "blue.mp4", [plain(30)] * 3)
    arguments = [
        "shapes",
        str(toy_photos),
        "--backbone",
        str(toy_backbone),
        "--seeds",
        "1",
        "--clips",
        f"{clip}=badminton:1",
    ]
    monkeypatch.setattr(shapes.training, "EPOCHS", 3)
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    [row] = read_json(paths.OUTPUT / "shapes" / "toy.json")["rows"]
    assert set(row) == set(shapes.WAYS) and all(way in printed for way in shapes.WAYS)
    for figures in row.values():
        assert set(figures) == {"photographs", *shapes.SHAPES, "blue.mp4"}
        assert all(0 <= figure <= 1 for figure in figures.values())
    monkeypatch.setattr(shapes.Extractor, "__call__", lambda *_: pytest.fail("extracted again"))
    assert main(arguments[:6]) == 0


@pytest.mark.parametrize("height, width", [(90, 160), (160, 90), (90, 120), (480, 854)])
def test_the_resize_of_a_network_shapes_first_and_then_shrinks(height, width):
    picture = numbered(height, width)
    np.testing.assert_array_equal(shaping.Resize(16, "crop")(picture), shaping.Resize(16)(shaping.crop(picture)))
    assert shaping.Resize(16, "crop")(picture).shape == shaping.Resize(16)(picture).shape == (16, 16, 3)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"size": 8.5}, {"size": 8, "shaping": "stretch"}])
def test_a_resize_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="size=.*whole number|shaping='stretch': give one of squash, crop"):
        shaping.Resize(**wrong)


def with_card(toy_backbone, folder, **stated):
    """A copy of the toy backbone whose card states more."""
    folder.mkdir()
    path = Path(shutil.copy(toy_backbone, folder))
    write_json(path.with_suffix(".json"), read_json(toy_backbone.with_suffix(".json")) | stated)
    return backbones.load(str(path))


def saved_classifier(backbone, path):
    head = training.build_head(backbone.channels, 2)
    return classifier.save(classifier.join(backbone, head), path, backbone, ["a", "b"])


def test_a_backbone_shapes_images_as_its_card_states_and_its_classifiers_do_too(toy_backbone, tmp_path):
    for name in ("squash", "crop"):
        backbone = with_card(toy_backbone, tmp_path / name, shaping=name)
        path = saved_classifier(backbone, tmp_path / f"{name}.keras")
        assert backbone.resize == classifier.load(path).resize == shaping.Resize(8, name)


def test_a_card_that_says_nothing_of_shaping_means_squash_and_one_that_says_nonsense_is_refused(toy_backbone, tmp_path):
    backbone = with_card(toy_backbone, tmp_path / "old")
    assert backbone.shaping == "squash"
    path = saved_classifier(backbone, tmp_path / "old.keras")
    card = read_json(path.with_suffix(".json"))
    del card["shaping"]
    write_json(path.with_suffix(".json"), card)
    assert classifier.load(path).resize == shaping.Resize(8, "squash")
    write_json(path.with_suffix(".json"), card | {"shaping": "stretch"})
    with pytest.raises(classifier.ClassifierError, match=r"must state shaping \(squash or crop\)"):
        classifier.load(path)
    with pytest.raises(backbones.BackboneError, match=r"must state shaping \(squash or crop\)"):
        with_card(toy_backbone, tmp_path / "new", shaping="stretch")


def test_features_of_another_shaping_are_not_taken_for_these(toy_backbone, tmp_path):
    before, after = (
        with_card(toy_backbone, tmp_path / f"{i}", **more) for i, more in enumerate(({}, {"shaping": "crop"}))
    )
    assert backbones._store_path(before, None, 0) != backbones._store_path(after, None, 0)

"""Cross-validation on toys: what is reported, and that the fold that is set aside has no say in anything."""

import re
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lib import backbones, photos
from lib.__main__ import main
from lib.tools.pretraining import crossvalidation


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(crossvalidation, "HEAD_EPOCHS", 3)
    monkeypatch.setattr(crossvalidation, "USUAL", replace(crossvalidation.USUAL, epochs=2))
    monkeypatch.setattr(crossvalidation, "FOLDS", 2)


@pytest.fixture
def maps(toy_photos, toy_backbone, tmp_path):
    found = photos.find(toy_photos)
    crossvalidation.save_maps(found, str(toy_backbone), tmp_path / "maps.npy")
    return found, tmp_path / "maps.npy"


def test_what_enters_the_unfrozen_end_is_kept_for_every_view(maps, toy_backbone):
    found, path = maps
    held, backbone = np.load(path), backbones.load(str(toy_backbone))
    images = photos.load(found, photos.Resize(8), progress=False)
    trunk, end = crossvalidation.parts(backbone)
    assert held.shape == (crossvalidation.CHANGED + 2, len(found), 3, 3, 6)
    assert np.allclose(held[crossvalidation.PLAIN], trunk(images), atol=1e-2)
    assert np.allclose(held[crossvalidation.MIRRORED], trunk(images[:, :, ::-1]), atol=1e-2)
    assert np.abs(held[crossvalidation.CHANGED].astype(float) - held[crossvalidation.CHANGED + 1]).max() > 0.01
    assert np.allclose(end(trunk(images)), backbone.model(images), atol=1e-4)


def test_the_fold_that_is_set_aside_has_no_say(maps, toy_backbone, monkeypatch):
    found, path = maps
    seen = []
    for name in ("train_head", "tune"):
        plain = getattr(crossvalidation.Transfer, name)

        def noted(self, *arguments, plain=plain):
            seen.extend(row for part in arguments if isinstance(part, np.ndarray) for row in part)
            return plain(self, *arguments)

        monkeypatch.setattr(crossvalidation.Transfer, name, noted)
    scores = crossvalidation.score_fold(found, str(toy_backbone), path, seed=0, fold=1, tuned=True)
    _, aside = list(photos.folds(found, 0, 2))[1]
    assert set(*photos.positions(found, aside)).isdisjoint(seen) and seen
    assert set(scores) == {"frozen", "fine-tuned"}
    for accuracy, rate, epochs in scores.values():
        assert 0 <= accuracy <= 1 and rate > 0 and 0 <= epochs <= 3


def test_a_head_takes_the_rate_and_the_epochs_of_the_least_loss():
    losses = {0.1: [3.0, 2.0, 2.5], 0.3: [4.0, 1.0, 9.0]}
    assert crossvalidation.least_loss(losses.__getitem__, [0.1, 0.3]) == (0.3, 1)


@pytest.mark.parametrize(("before", "chosen"), [(0.8, (0.3, 5)), (0.9, (0.3, 5)), (0.95, (0.3, 0))])
def test_fine_tuning_takes_the_most_accurate_rate_or_is_left_out(before, chosen):
    reached = {0.1: 0.85, 0.3: 0.9}
    assert (
        crossvalidation.all_or_none(lambda rate, epochs: reached[rate] if epochs else before, [0.1, 0.3], 5) == chosen
    )


def test_fine_tuning_mixes_about_half_of_the_batches(maps, toy_backbone, monkeypatch):
    monkeypatch.setattr(crossvalidation, "BATCH", 2)
    found, path = maps
    held, targets = np.load(path), photos.labels(found, photos.classes(found))
    trained = crossvalidation.Transfer(str(toy_backbone), held, targets, seed=1)
    rows = list(range(0, len(found), 2))
    plain, seen = 0, 0
    for view in (crossvalidation.CHANGED, crossvalidation.CHANGED + 1):
        for inputs, shares in trained._mixed(rows, view):
            seen += len(inputs)
            assert np.allclose(shares.numpy().sum(axis=1), 1)
            found_at = [np.flatnonzero((held[view] == one).all(axis=(1, 2, 3))) for one in inputs.numpy()]
            if all(map(len, found_at)):
                plain += 1
                assert [targets[at[0]] for at in found_at] == shares.numpy().argmax(axis=1).tolist()
    assert seen == 2 * len(rows)
    assert 8 <= plain <= 22  # of 30


def test_the_command_reports_every_fold_and_the_mean(project, toy_photos, toy_backbone, capsys, monkeypatch):
    class AtOnce:
        """Runs jobs in this process, where the quick settings are."""

        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def submit(self, function, *arguments):
            job = Future()
            job.set_result(function(*arguments))
            return job

    monkeypatch.setattr("lib.tools.commands.crossval.ProcessPoolExecutor", AtOnce)
    assert main(["crossval", str(toy_photos), "--backbone", str(toy_backbone), "--seeds", "1"]) == 0
    printed = capsys.readouterr().out
    each = [float(x) for x in re.findall(r"seed 0 fold \d fine-tuned (\d\.\d+)", printed)]
    assert len(each) == 2
    assert f"fine-tuned mean {np.mean(each):.4f}" in printed


def test_maps_that_the_disk_cannot_hold_are_not_begun(toy_photos, toy_backbone, tmp_path, monkeypatch):
    monkeypatch.setattr(crossvalidation.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(OSError, match="TMPDIR"):
        crossvalidation.save_maps(photos.find(toy_photos), str(toy_backbone), tmp_path / "kept" / "maps.npy")
    assert not list((tmp_path / "kept").iterdir())

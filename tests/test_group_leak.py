"""The experiment on groups: the two ways to deal differ in nothing but where near-duplicates lie."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import toys

from lib import photos
from lib.core import paths
from lib.tools.experiments import group_leak


@pytest.fixture
def twins(project, fresh_experiments):
    """A folder of 2 × 20 pictures of noise, each of them twice: only who has met the twin can name a picture."""
    chance, rows = np.random.default_rng(0), []
    for label in ("chess", "golf"):
        folder = paths.DATA / "sample" / label
        folder.mkdir(parents=True)
        for number in range(40):
            if number % 2 == 0:
                picture = chance.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            cv2.imwrite(str(folder / f"{number:02d}.png"), picture)
            rows.append({"path": f"{label}/{number:02d}.png", "label": label, "group": f"{label} {number // 2}"})
    toys.write_manifest(paths.DATA / "sample", rows)
    return photos.find(paths.DATA / "sample")


def straddling(found, rest, fold):
    return {found[at].group for at in rest} & {found[at].group for at in fold}


def test_by_group_nobody_meets_a_twin_and_at_random_many_do(twins):
    for dealt, meet in (("at random", True), ("by group", False)):
        folds = list(group_leak.deals(twins, dealt, seed=0))
        assert sorted(at for _, fold in folds for at in fold) == list(range(len(twins)))
        assert all(bool(straddling(twins, rest, fold)) == meet for rest, fold in folds)


def test_twins_are_those_whose_group_is_shared(twins):
    assert group_leak.twins(twins).all()
    single = [replace(twins[0], group="alone"), *twins[1:]]
    assert list(group_leak.twins(single)[:3]) == [False, False, True]


def test_the_leak_is_measured(twins, toy_backbone, monkeypatch):
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", toy_backbone)
    monkeypatch.setattr(group_leak, "EPOCHS", 2)
    rows = []
    for dealt in group_leak.DEALT:
        case = {"photographs": "sample", "seed": 0, "dealt": dealt}
        rows.append(case | json.loads(json.dumps(group_leak.run_case(case))))
    at_random, by_group = rows
    assert at_random["have_twin"] == 1 and at_random["pixels"] == at_random["pixels_of_twins"]
    assert at_random["pixels"] > 0.7 > by_group["pixels"]
    assert all(0 <= row[judge] <= 1 for row in rows for judge in ("features", "head", "head_of_twins"))
    told = group_leak.summarise(rows)
    assert "sample: 100% of the photos" in told and "real" not in told

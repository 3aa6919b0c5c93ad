"""The card of a classifier that a notebook trains: what it was made from, and whether a run can use it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib import photos
from lib.core import backbone_files, environment
from lib.core.files import read_json, write_json
from lib.core.hashes import sha256
from lib.core.paths import Run
from lib.photos import Photo


def complete_card(run: Run, notebook: str, seed: int, split: dict[str, int], **facts: Any) -> None:
    """Complete the card of the classifier that a notebook has saved, so that the whole course can use it.

    The program writes classes, image size and shaping; this adds what the classifier was made from, the hash of its
    file, and versions.

    Args:
        run: from `lessons.begin`.
        notebook: the name of the notebook that made it.
        seed: of the split and of training.
        split: how many photos each part has.
        facts: what else the card states, as JSON can.

    Raises:
        FileError: the classifier or its card is missing or damaged.

    Example:
        lessons.complete_card(run, "02_feature_extraction", SEED, split, scores={"validation_accuracy": 0.9})
    """
    path = run.classifier(notebook)
    fingerprint = backbone_files.fingerprint(run.backbone)
    card = read_json(path.with_suffix(".json")) | {
        "backbone": {"name": Path(run.backbone).name, "fingerprint": fingerprint},
        "photographs": photographs_card(run),
        "split": split,
        "seed": seed,
        **facts,
        "sha256": sha256(path),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": environment.versions(),
    }
    write_json(path.with_suffix(".json"), card)


def photographs_card(run: Run) -> dict:
    """Describe the run's photos for a classifier's card.

    Args:
        run: from `begin`.

    Returns:
        Which set, how many, and a fingerprint of them all.

    Raises:
        PhotoError: they cannot be found.

    Example:
        lessons.photographs_card(run)["count"]
    """
    found = photos.find(run.photos_folder)
    return {"set": Path(run.photos).name, "count": len(found), "fingerprint": photos.fingerprint(found)}


def split_card(split: photos.Split) -> dict[str, int]:
    """Describe the split for a classifier's card.

    Args:
        split: from `photos.split`.

    Returns:
        How many photos each part has.

    Example:
        >>> split_card(photos.Split(train=[], validation=[], test=[], test_name="test"))
        {'training': 0, 'validation': 0, 'test': 0}
    """
    return {name: len(part) for name, part in split.parts().items()}


def why_stale(path: Path, run: Run, seed: int, found: list[Photo]) -> str:
    """Say why a classifier cannot be used for this run and seed, or give an empty string when it can."""
    from lib import backbones  # TensorFlow is loaded only where a classifier is needed

    card_path = path.with_suffix(".json")
    if not path.exists() or not card_path.exists():
        return "its classifier is missing"
    card = read_json(card_path)
    if card.get("sha256") != sha256(path):  # killed between the two, or one of them exchanged
        return "its classifier is not the file that its card describes"
    choices = {
        "photos": (_held(card, "photographs"), photos.fingerprint(found)),
        "backbone": (_held(card, "backbone"), backbones.fingerprint(run.backbone)),
        "seed": (_held(card, "seed"), seed),
    }
    changed = [name for name, (then, now) in choices.items() if json.dumps(then) != json.dumps(now)]
    return f"its classifier was made with another choice of {' and '.join(changed)}" if changed else ""


def _held(card: dict, name: str) -> object:
    entry = card.get(name)
    return entry.get("fingerprint") if isinstance(entry, dict) else entry

"""Make the bundled backbone from scratch, from a folder of photos of other sports."""

import dataclasses
import shutil
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from lib.core import paths
from lib.core.errors import FileError, InputError
from lib.core.files import atomic_write, read_json, write_json
from lib.core.messages import counted
from lib.tools.commands._arguments import count, fraction, seed
from lib.tools.pretraining.recipes import BEST, NAME, VARIANTS

if TYPE_CHECKING:
    from lib.core.framework import keras
    from lib.tools.pretraining import pictures, training


def _runs() -> Path:
    return paths.OUTPUT / "pretrain"


def _shipped() -> Path:
    return paths.BUNDLED_BACKBONE.parent


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, help="photos, one folder per sport")
    parser.add_argument("--variant", choices=VARIANTS, default=BEST, help="which recipe (default: %(default)s)")
    parser.add_argument("--epochs", type=count, default=76, help="passes over the photos (default: %(default)s)")
    parser.add_argument("--share", type=fraction, default=1.0, help="part of the training photos (default: all)")
    parser.add_argument("--seed", type=seed, default=0, help="of the order and of training (default: %(default)s)")
    parser.add_argument("--precision", choices=("float32", "bfloat16"), default="float32",
                        help="bfloat16 is quicker where the processor knows it")  # fmt: skip
    parser.add_argument(
        "--ship", action="store_true", help="put the finished backbone and its card into model/backbone"
    )
    parser.add_argument("--speed", type=Path, metavar="OTHER.keras",
                        help="train nothing; time the shipped backbone beside another, on one core")  # fmt: skip


def run(args: Namespace) -> int:
    if args.speed:
        return _speed(args.speed)
    if not args.folder:
        raise InputError("give the folder of photos to pre-train on, or --speed OTHER.keras.")
    from lib.tools.pretraining import pictures, training

    folder = _runs() / training.folder_name(args.variant, args.share, args.seed)
    plan = training.Run(folder, VARIANTS[args.variant], args.epochs, args.share, args.seed, args.precision)
    train, held_back = pictures.hold_back(pictures.load(args.folder), args.share, args.seed)
    model = training.train(plan, train, held_back)
    card = _finish(plan, args.variant, model, train, held_back)
    print(
        f"{folder.name}: held-back accuracy {card['accuracy']['held_back']:.4f}, {counted(round(card['minutes']), 'minute')}"
    )
    if args.ship:
        _ship(plan, card)
    return 0


def _finish(
    plan: "training.Run", variant: str, model: "keras.Model", train: "pictures.Pictures", held_back: "pictures.Pictures"
) -> dict:
    """Write the backbone, its classifier and the card into the run's folder; accuracy is that of the saved files."""
    import numpy as np

    from lib.core.framework import keras, tf
    from lib.tools.pretraining import network, result, training

    backbone, classifier = result.split(model, plan.recipe)
    files = [plan.folder / f"{NAME}.keras", plan.folder / f"{NAME}_classifier.keras"]
    for part, file in zip((backbone, classifier), files):
        result.save_half(part, file)
    backbone, classifier = (keras.saving.load_model(file, compile=False) for file in files)
    counts = result.confusions(
        backbone, classifier, training.whole(held_back, plan.recipe.image_size)[0], held_back.labels
    )
    log = training.history(plan)
    card = {
        "name": NAME,
        "image_size": plan.recipe.image_size,
        "scaling": "0..255",
        "feature_map": list(backbone.output_shape[1:]),
        "unfreeze_from": network.FIRST,
        "parameters": backbone.count_params(),
        "classes": list(train.names),
        "data": {
            "what": "photos of 19 sports; the course's three events are not among them",
            "source": "github.com/jurjsorinliviu/Sports-Type-Classifier, collected from an image search by A. Maity",
            "training": train.counts(),
            "held_back": held_back.counts(),
        },
        "recipe": {"variant": variant, **dataclasses.asdict(plan.recipe), "epochs": plan.epochs, "seed": plan.seed,
                   "share": plan.share, "precision": plan.precision},
        "accuracy": {
            "held_back": round(float(counts.trace() / counts.sum()), 4),
            "training_with_augmentation": round(log[-1]["accuracy"], 4),
        },
        "confusions": counts.tolist(),
        "minutes": round(sum(row["seconds"] for row in log) / 60, 1),
        "made": date.today().isoformat(),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }  # fmt: skip
    write_json(plan.folder / f"{NAME}.json", card)
    return card


def _ship(plan: "training.Run", card: dict) -> None:
    """Put a finished run into model/backbone: the files, the log, and the card with every finished variant in it."""
    from lib.tools.pretraining import training

    for name in (f"{NAME}.keras", f"{NAME}_classifier.keras"):
        with atomic_write(_shipped() / name) as part:
            shutil.copyfile(plan.folder / name, part)
    training.write_log(training.history(plan), _shipped() / f"{NAME}_log.csv")
    write_json(_shipped() / f"{NAME}.json", {**card, "variants": _variants()})
    print(f"{plan.folder.name} is now in {_shipped().relative_to(paths.ROOT)}")


def _variants() -> list[dict]:
    """One row for every finished run: the longest first, then the best. Of its recipe, what is not the plain one's."""
    plain, rows = dataclasses.asdict(VARIANTS["plain"]), []
    for file in sorted(_runs().glob(f"*/{NAME}.json")):
        card = read_json(file)
        recipe = {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}
        changed = {key: value for key, value in card["recipe"].items() if value != recipe.get(key)}
        rows.append({**changed, **card["accuracy"], "minutes": card["minutes"], "parameters": card["parameters"]})
    return sorted(rows, key=lambda row: (-row["epochs"] * row.get("share", 1), -row["held_back"]))


def _speed(other: Path) -> int:
    """Print frames a second of the shipped backbone and of another, on one core, in turn."""
    from lib.core.framework import keras
    from lib.tools.pretraining import result
    from lib.tools.pretraining.crossvalidation import one_thread

    if not other.is_file():
        raise FileError(f"There is no model {other}: give the path of a .keras file.")
    one_thread()
    files = [_shipped() / f"{NAME}.keras", other]
    rates = result.frames_per_second([keras.saving.load_model(file, compile=False) for file in files])
    for file, rate in zip(files, rates):
        print(f"{file.name:28s} {median(rate):6.0f} frames/s (median of {len(rate)}; batches of 16, one core)")
    print(f"ratio {median(a / b for a, b in zip(*rates)):.2f}")
    return 0

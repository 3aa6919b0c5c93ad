"""Measure how well a backbone carries over to a folder of photographs: five folds, frozen and fine-tuned.

Each fold in turn is set aside and only reported. In the rest, a validation part chooses the learning rates, a
head's number of epochs, and whether fine-tuning is kept; then everything outside the fold is trained on with what
was chosen. Photographs that share a group are never on both sides.
"""

import hashlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lib import backbone_files, experiments, paths, photos
from lib.commands.course import add_backbone_arguments, chosen_backbone
from lib.files import read_json, write_json
from lib.progress import progress_bar


def add_arguments(parser) -> None:
    parser.add_argument("folder", type=Path, help="photographs, one folder a class")
    add_backbone_arguments(parser)
    parser.add_argument("--seeds", type=int, default=3, help="how many ways of folding (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="folds at a time, each on one core (default: %(default)s)")
    parser.add_argument("--frozen", action="store_true", help="leave out the fine-tuning")


def run(args) -> int:
    from lib.pretraining.transfer import FOLDS

    found = [photo for photo in photos.readable(photos.find(args.folder)) if photo.split != "test"]
    list(photos.folds(found, 0, FOLDS))  # too few photographs are told of now
    backbone, names = chosen_backbone(args), ", ".join(photos.classes(found))
    print(f"{len(found)} photographs of {names}; backbone {args.backbone}; {FOLDS} folds by group", flush=True)
    stages = ["frozen"] if args.frozen else ["frozen", "fine-tuned"]
    scores = {stage: np.zeros((args.seeds, FOLDS)) for stage in stages}
    pairs = [(seed, fold) for seed in range(args.seeds) for fold in range(FOLDS)]
    for (seed, fold), held in _measured(found, backbone, pairs, stages, args.jobs):
        for stage in stages:
            scores[stage][seed, fold], rate, epochs = held[stage]
            print(
                f"seed {seed} fold {fold} {stage:10s} {held[stage][0]:.4f}  (rate {rate:g}, {epochs} epochs)",
                flush=True,
            )
    for stage in stages:
        _report(stage, scores[stage])
    return 0


def _measured(found, backbone: str, pairs, stages, jobs: int):
    """Measure the (seed, fold) pairs; give each with {stage: (accuracy, rate, epochs)}, in the order of `pairs`.

    Each is kept as it comes, so that an interrupted run goes on where it stopped.
    """
    from lib.pretraining.transfer import one_thread, save_maps, score_fold

    kept = paths.OUTPUT / "crossval" / f"{_mark(found, backbone)[:16]}.json"
    rows = read_json(kept) if kept.exists() else {}
    missing = [pair for pair in pairs if not set(stages) <= set(rows.get(_key(pair), {}))]
    if missing:
        with TemporaryDirectory() as folder, ProcessPoolExecutor(jobs, get_context("spawn"), one_thread) as pool:
            maps = Path(folder) / "maps.npy"
            save_maps(found, backbone, maps, "fine-tuned" in stages)
            running = {
                pool.submit(score_fold, found, backbone, maps, *pair, "fine-tuned" in stages): pair for pair in missing
            }
            for job in progress_bar(as_completed(running), desc="folds", total=len(running), unit="fold"):
                rows[_key(running[job])] = job.result()
                write_json(kept, rows)
    for pair in pairs:
        yield pair, rows[_key(pair)]


def _key(pair: tuple[int, int]) -> str:
    return f"seed {pair[0]} fold {pair[1]}"


def _mark(found, backbone: str) -> str:
    """One SHA-256 for what the figures come from: the photographs, the backbone, the code that trains and divides."""
    code = experiments.code_mark(["pretraining/transfer", "transfer", "heads", "photos"])
    return hashlib.sha256(
        "\n".join([photos.fingerprint(found), backbone_files.fingerprint(backbone), code]).encode()
    ).hexdigest()


def _report(stage: str, scores: np.ndarray) -> None:
    """Print the mean over all folds, each seed's mean, and the spread (standard deviation) of both."""
    seeds = scores.mean(axis=1)
    each = " ".join(f"{score:.4f}" for score in seeds)
    print(f"{stage:10s} mean {scores.mean():.4f}  by seed {each}"
          f"  spread of seeds {seeds.std():.4f}, of folds {scores.std():.4f}")  # fmt: skip

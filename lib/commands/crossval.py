"""Measure how well a backbone carries over to a folder of photographs: five folds, frozen and fine-tuned.

Each fold in turn is set aside and only reported. In the rest, a validation part chooses learning rate and
number of epochs by its loss; then everything outside the fold is trained on with what was chosen. Photographs
that share a group are never on both sides.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from lib import photos


def add_arguments(parser) -> None:
    parser.add_argument("folder", type=Path, help="photographs, one folder a class")
    parser.add_argument("--backbone", default="bundled", help="a backbone's name, or a .keras file with a card")
    parser.add_argument("--seeds", type=int, default=3, help="how many ways of folding (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="folds at a time, each on one core (default: %(default)s)")
    parser.add_argument("--frozen", action="store_true", help="leave out the fine-tuning")


def run(args) -> int:
    from lib.pretraining.transfer import FOLDS, one_thread, save_maps, score_fold

    found = [photo for photo in photos.find(args.folder) if photo.split != "test"]
    list(photos.folds(found, 0, FOLDS))  # too few photographs are told of now
    names = ", ".join(photos.classes(found))
    print(f"{len(found)} photographs of {names}; backbone {args.backbone}; {FOLDS} folds by group", flush=True)
    stages = ["frozen"] if args.frozen else ["frozen", "fine-tuned"]
    scores = {stage: np.zeros((args.seeds, FOLDS)) for stage in stages}
    pairs = [(seed, fold) for seed in range(args.seeds) for fold in range(FOLDS)]
    with TemporaryDirectory() as folder:
        maps = Path(folder) / "maps.npy"
        save_maps(found, args.backbone, maps)
        with ProcessPoolExecutor(args.jobs, get_context("spawn"), one_thread) as pool:
            jobs = [pool.submit(score_fold, found, args.backbone, maps, *pair, not args.frozen) for pair in pairs]
            for (seed, fold), job in zip(pairs, jobs):
                for stage, (accuracy, rate, epochs) in job.result().items():
                    scores[stage][seed, fold] = accuracy
                    chosen = f"rate {rate:g}, {epochs} epochs"
                    print(f"seed {seed} fold {fold} {stage:10s} {accuracy:.4f}  ({chosen})", flush=True)
    for stage in stages:
        _report(stage, scores[stage])
    return 0


def _report(stage: str, scores: np.ndarray) -> None:
    """Print the mean over all folds, each seed's mean, and the spread (standard deviation) of both."""
    seeds = scores.mean(axis=1)
    each = " ".join(f"{score:.4f}" for score in seeds)
    print(f"{stage:10s} mean {scores.mean():.4f}  by seed {each}"
          f"  spread of seeds {seeds.std():.4f}, of folds {scores.std():.4f}")  # fmt: skip

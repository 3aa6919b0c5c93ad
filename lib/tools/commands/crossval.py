"""Measure how well a backbone carries over to a folder of photos: five folds, frozen and fine-tuned.

Each fold in turn is set aside and only reported. In the rest, a validation part chooses the learning rates, a
head's number of epochs, and whether fine-tuning is kept; then everything outside the fold is trained on with what
was chosen. Photos that share a group are never on both sides.
"""

import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import active_children, get_context, resource_tracker
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lib.core import made, paths
from lib.core.files import read_json, write_json
from lib.core.hashes import text_sha256
from lib.core.messages import counted
from lib.tools.commands._arguments import count, processes
from lib.tools.commands._backbone import add_backbone_arguments, chosen_backbone

if TYPE_CHECKING:
    import numpy as np

    from lib import photos


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="photos, one folder per class")
    add_backbone_arguments(parser)
    parser.add_argument("--seeds", type=count, default=3, help="how many ways of folding (default: %(default)s)")
    parser.add_argument(
        "--jobs", type=processes, default=1, help="folds at a time, each on one core (default: %(default)s)"
    )
    parser.add_argument("--frozen", action="store_true", help="leave out the fine-tuning")


def run(args: Namespace) -> int:
    import numpy as np

    from lib import photos

    found = [photo for photo in photos.readable(photos.find(args.folder, say=print)) if photo.split != "test"]
    from lib.tools.pretraining.crossvalidation import FOLDS  # TensorFlow: after what can be refused without it

    list(photos.folds(found, 0, FOLDS))  # too few photos are reported now
    backbone, names = chosen_backbone(args), ", ".join(photos.classes(found))
    print(f"{len(found)} photos of {names}; backbone {args.backbone}; {FOLDS} folds by group", flush=True)
    stages = ["frozen"] if args.frozen else ["frozen", "fine-tuned"]
    scores = {stage: np.zeros((args.seeds, FOLDS)) for stage in stages}
    pairs = [(seed, fold) for seed in range(args.seeds) for fold in range(FOLDS)]
    for (seed, fold), held in _measured(found, backbone, pairs, stages, args.jobs):
        for stage in stages:
            scores[stage][seed, fold], rate, epochs = held[stage]
            print(
                f"seed {seed} fold {fold} {stage:10s} {held[stage][0]:.4f}  (rate {rate:g}, {counted(epochs, 'epoch')})",
                flush=True,
            )
    for stage in stages:
        _report(stage, scores[stage])
    return 0


def _measured(
    found: "list[photos.Photo]", backbone: str, pairs: list[tuple[int, int]], stages: list[str], jobs: int
) -> Iterator[tuple[tuple[int, int], dict]]:
    """Measure the (seed, fold) pairs; give each with {stage: (accuracy, rate, epochs)}, in the order of `pairs`.

    Each is kept as it comes, so that an interrupted run goes on where it stopped.
    """
    from lib.core.progress import progress_bar
    from lib.tools.pretraining.crossvalidation import save_maps, score_fold

    kept = paths.OUTPUT / "crossval" / f"{_mark(found, backbone)[:16]}.json"
    made.claim("the folds measured", kept)
    rows = read_json(kept) if kept.exists() else {}
    missing = [pair for pair in pairs if not set(stages) <= set(rows.get(_key(pair), {}))]
    if missing:
        with TemporaryDirectory() as folder, _workers(jobs) as pool:
            maps = Path(folder) / "maps.npy"
            save_maps(found, backbone, maps, "fine-tuned" in stages)
            with _ctrl_c_held_back():
                running = {
                    pool.submit(score_fold, found, backbone, maps, *pair, "fine-tuned" in stages): pair
                    for pair in missing
                }
            for job in progress_bar(as_completed(running), desc="folds", total=len(running), unit="fold"):
                rows[_key(running[job])] = job.result()
                write_json(kept, rows)
    for pair in pairs:
        yield pair, rows[_key(pair)]


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Give processes that work on one core each; when this one is stopped, they are ended in the middle of their work."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin_work) as pool:
        try:
            yield pool
        except BaseException:
            for process in active_children():
                process.terminate()
            raise


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Let Ctrl-C wait until the end of the block; a process that starts in it never receives Ctrl-C."""
    resource_tracker.ensure_running()  # which would lift this when it starts
    held = {signal.SIGINT} if hasattr(signal, "pthread_sigmask") else set()  # not on Windows
    if held:
        signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        if held:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, held)


def _begin_work() -> None:
    """Leave Ctrl-C, which comes to every process of a terminal, to the one that gives out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from lib.tools.pretraining.crossvalidation import one_thread

    one_thread()


def _key(pair: tuple[int, int]) -> str:
    return f"seed {pair[0]} fold {pair[1]}"


def _mark(found: "list[photos.Photo]", backbone: str) -> str:
    """One SHA-256 for what the figures come from: the photos, the backbone, the code that trains and divides."""
    from lib import photos
    from lib.core import backbone_files
    from lib.tools.experiments._marks import code_mark

    code = code_mark("lib.tools.pretraining.crossvalidation")
    return text_sha256(photos.fingerprint(found), backbone_files.fingerprint(backbone), code)


def _report(stage: str, scores: "np.ndarray") -> None:
    """Print the mean over all folds, each seed's mean, and the spread (standard deviation) of both."""
    seeds = scores.mean(axis=1)
    each = " ".join(f"{score:.4f}" for score in seeds)
    print(f"{stage:10s} mean {scores.mean():.4f}  by seed {each}"
          f"  spread of seeds {seeds.std():.4f}, of folds {scores.std():.4f}")  # fmt: skip

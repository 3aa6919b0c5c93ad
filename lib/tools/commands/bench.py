"""Time the course's ways beside the lecture's: clips, head training, memory; about half an hour.

Nothing else should run meanwhile. The table is printed; every single time is kept in output/bench.json.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lib.core import environment, made, paths
from lib.core.files import write_json
from lib.core.paths import Run

REPEATS = 5
SEASON = "season"
# Frames of sports_day with each network and in HD, of the short and the long clip whose memory is taken; photos.
WHOLE = {"bundled": None, "resnet50": 100, "hd": 250, "short": 500, "long": 10_000, "photographs": None}
QUICK = {"bundled": 50, "resnet50": 16, "hd": 25, "short": 50, "long": 100, "photographs": 64}
# Clips of a season, frames of each, tasks that do nothing.
WHOLE |= {"clips": 50, "frames": 100, "tasks": 10_000}
QUICK |= {"clips": 12, "frames": 16, "tasks": 50}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=[SEASON], help="only many clips on dask workers (default: all else)")
    parser.add_argument("--quick", action="store_true", help="once, and on little: shows that it runs, not how fast")


def run(args: Namespace) -> int:
    from lib.tools.benchmarks import measuring

    repeats, much = (1, QUICK) if args.quick else (REPEATS, WHOLE)
    if args.what == SEASON:
        from lib.tools.season import cluster

        cluster.check_installed()
    name = "_".join(["bench", *filter(None, [args.what, "quick" if args.quick else ""])])
    path = paths.OUTPUT / f"{name}.json"
    made.claim("the times measured", path)
    results = []
    with TemporaryDirectory() as folder:
        measure = _measure_season if args.what == SEASON else _measure
        for result in measure(repeats, much, Path(folder)):
            results.append(result)
            told = f" ({result.note})" if result.note else ""
            print(f"{result.what}: {result.measured:.3g} {result.unit}{told}", flush=True)
    write_json(path, {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": environment.machine(),
        "versions": environment.versions("av"),
        "repeats": repeats,
        "quick": args.quick,
        "results": [result.as_json() for result in results],
    })  # fmt: skip
    print(f"\nMedians of {repeats}, run in turn.\n{measuring.table(results)}")
    print(f"Every single time: {path}")
    return 0


def _measure(repeats: int, much: dict, folder: Path) -> Iterator:
    """Run every benchmark, with its files in `folder`, and give the lines of the table as they come."""
    from lib import lessons, photos
    from lib.tools.benchmarks import clips, memory, networks, training

    run = Run("sample", "bundled")
    day, split = lessons.clip("sports_day", run), photos.split(photos.readable(lessons.photographs(run)))
    bundled, resnet50 = networks.bundled(folder), networks.resnet50()
    whole = clips.piece(day, folder / "day.mp4", much["bundled"]) if much["bundled"] else day
    part = clips.piece(day, folder / "part.mp4", much["resnet50"])
    hd = clips.piece(day, folder / "hd.mp4", much["hd"], (1280, 720))
    train, validation = (some[:: max(1, len(some) // much["photographs"])] if much["photographs"] else some
                         for some in (split.train, split.validation))  # fmt: skip
    yield clips.against_the_loop("bundled backbone", whole, bundled, 8, repeats, folder)
    yield clips.against_the_loop("ResNet50", part, networks.untrained(resnet50, folder), 2.3, repeats, folder)
    yield from clips.beside_copying(hd, bundled, repeats, folder)
    yield networks.forward_pass(resnet50, repeats)
    if memory.is_supported():
        yield memory.long_and_short(day, bundled.path, repeats, folder, much["short"], much["long"])
    else:
        print("Peak memory is left out: this system does not tell it.")
    yield from training.head_training(resnet50, train, validation, repeats)


def _measure_season(repeats: int, much: dict, folder: Path) -> Iterator:
    """Run the benchmarks of a season, with their files in `folder`, and give the lines of the table as they come."""
    from lib import lessons
    from lib.tools.benchmarks import networks, season

    yield season.sizes(folder)
    yield season.scheduling(much["tasks"], 1, folder)
    clips = season.cut(lessons.clip("sports_day", Run("sample", "bundled")), folder, much["clips"], much["frames"])
    yield from season.against_the_loop(clips, networks.bundled(folder), repeats, folder, much["frames"])

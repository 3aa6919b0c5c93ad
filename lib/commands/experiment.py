"""Run an experiment over all its seeds and keep its figures in notebooks/results/NAME.json.

A case that was measured is kept at once, so that an interrupted experiment goes on where it stopped. Cases on the
real photographs are left as they are where these are not at hand (`python -m lib fetch`).
"""

import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from lib import experiments, lessons, paths
from lib.files import read_json, write_json
from lib.paths import Run
from lib.photos import PhotoError
from lib.progress import progress_bar

NAMES = sorted(module.name for module in iter_modules(experiments.__path__))


def add_arguments(parser):
    parser.add_argument("name", choices=NAMES, help="which experiment")
    parser.add_argument(
        "--cases", type=int, help="only the first so many cases; nothing is written to notebooks/results"
    )


def run(args) -> int:
    experiment = import_module(f"lib.experiments.{args.name}")
    mark, tracked = experiments.mark(args.name), experiments.results_file(args.name)
    counts = {
        name: _count(name)
        for name in sorted({case["photographs"] for case in experiment.CASES if "photographs" in case})
    }
    cases = [case for case in experiment.CASES if counts.get(case.get("photographs"), 1)]
    rows = _measured(args.name, mark)
    for case in progress_bar(cases[: args.cases], desc=args.name, unit="case"):
        if not _find(case, rows):
            start = time.perf_counter()
            result = experiment.run_case(case)
            count = {"count": counts[case["photographs"]]} if "photographs" in case else {}
            rows.append(case | count | result | {"seconds": round(time.perf_counter() - start, 1), "code": mark})
            write_json(_kept(args.name), {"cases": rows})
    if len(cases) < len(experiment.CASES):
        print("The real photographs are not here (`python -m lib fetch`): figures on them stay as they were kept.")
        rows = rows + (read_json(tracked)["cases"] if tracked.exists() else [])
    rows = [row for case in experiment.CASES if (row := _find(case, rows))]
    print(experiment.summarise(rows))
    if args.cases is None:
        write_json(tracked, {"machine": experiments.machine(), "cases": rows})
        print(f"Kept in {tracked.relative_to(paths.ROOT)}")
    return 0


def _count(photographs: str) -> int:
    """How many photographs of a set are on this machine: the sample is drawn if need be, real ones may be missing."""
    try:
        return len(lessons.photographs(Run(photographs, "bundled")))
    except PhotoError:
        return 0


def _kept(name: str) -> Path:
    return paths.OUTPUT / "experiments" / f"{name}.json"


def _measured(name: str, mark: str) -> list[dict]:
    """What was measured with the code and data as they are: by an interrupted run, or by whoever kept the figures."""
    files = [file for file in (_kept(name), experiments.results_file(name)) if file.exists()]
    return [row for file in files for row in read_json(file)["cases"] if row.get("code") == mark]


def _find(case: dict, rows: list[dict]) -> dict | None:
    return next((row for row in rows if all(row.get(key) == case[key] for key in case)), None)

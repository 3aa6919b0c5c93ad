"""Run an experiment over all its seeds and store its figures in notebooks/results/NAME.json.

A case that was measured is stored at once, so that an interrupted experiment goes on where it stopped. Cases on the
real photos are left as they are where these are not on this machine (`python -m lib fetch`).
"""

import time
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from lib.core import environment, made, paths
from lib.core.errors import PhotoError
from lib.core.files import read_json, write_json
from lib.core.messages import counted
from lib.core.paths import Run
from lib.tools.commands._arguments import count

_MODULES = (module.name for module in iter_modules([str(Path(__file__).parents[1] / "experiments")]))
NAMES = sorted(name for name in _MODULES if not name.startswith("_"))


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", choices=NAMES, help="which experiment")
    parser.add_argument(
        "--cases", type=count, help="only the first so many cases; nothing is written to notebooks/results"
    )


def run(args: Namespace) -> int:
    from lib import lessons
    from lib.core.progress import progress_bar
    from lib.tools import experiments

    experiment = import_module(f"lib.tools.experiments.{args.name}")
    mark, tracked = experiments.mark(args.name), lessons.results_file(args.name)
    counts = {
        name: _count(name)
        for name in sorted({case["photographs"] for case in experiment.CASES if "photographs" in case})
    }
    cases = [case for case in experiment.CASES if counts.get(case.get("photographs"), 1)]
    made.claim("the cases measured", _kept(args.name))
    rows = _measured(args.name, mark)
    missing = [case for case in cases[: args.cases] if not _find(case, rows)]
    if missing:
        print(f"{counted(len(missing), 'case')} to measure{_time_taken(tracked)}", flush=True)
    for case in progress_bar(missing, desc=args.name, unit="case"):
        start = time.perf_counter()
        result = experiment.run_case(case)
        count = {"count": counts[case["photographs"]]} if "photographs" in case else {}
        rows.append(case | count | result | {"seconds": round(time.perf_counter() - start, 1), "code": mark})
        write_json(_kept(args.name), {"cases": rows})
    if len(cases) < len(experiment.CASES):
        print("The real photos are not here (`python -m lib fetch`): figures on them stay as they are stored.")
        rows = rows + (read_json(tracked)["cases"] if tracked.exists() else [])
    rows = [row for case in experiment.CASES if (row := _find(case, rows))]
    print(experiment.summarise(rows))
    if args.cases is None:
        measured_with = environment.machine() | environment.versions("scikit-learn")
        write_json(tracked, {"machine": measured_with, "cases": rows})
        print(f"Stored in {tracked.relative_to(paths.ROOT)}")
    return 0


def _time_taken(tracked: Path) -> str:
    """Say how long the stored cases took, on the machine that they were measured on."""
    seconds = [row["seconds"] for row in read_json(tracked)["cases"]] if tracked.exists() else []
    return f": the {len(seconds)} that are stored took {sum(seconds) / 60:.0f} minutes" if seconds else ""


def _count(photographs: str) -> int:
    """How many photos of a set are on this machine: the sample is drawn if need be, real ones may be missing."""
    from lib import lessons

    try:
        return len(lessons.photographs(Run(photographs, "bundled")))
    except PhotoError:
        return 0


def _kept(name: str) -> Path:
    return paths.OUTPUT / "experiments" / f"{name}.json"


def _measured(name: str, mark: str) -> list[dict]:
    """What was measured with the code and data as they are: by an interrupted run, or stored with the course."""
    from lib import lessons

    files = [file for file in (_kept(name), lessons.results_file(name)) if file.exists()]
    return [row for file in files for row in read_json(file)["cases"] if row.get("code") == mark]


def _find(case: dict, rows: list[dict]) -> dict | None:
    return next((row for row in rows if all(row.get(key) == case[key] for key in case)), None)

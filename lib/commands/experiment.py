"""Run an experiment over all its seeds and keep its figures in notebooks/results/NAME.json.

A case that was measured is kept at once, so that an interrupted experiment goes on where it stopped.
"""

import os
import platform
import time
from importlib import import_module
from importlib.metadata import version
from pkgutil import iter_modules

from lib import experiments, paths
from lib.files import read_json, write_json
from lib.progress import progress_bar

NAMES = sorted(module.name for module in iter_modules(experiments.__path__))


def add_arguments(parser):
    parser.add_argument("name", choices=NAMES, help="which experiment")
    parser.add_argument(
        "--cases", type=int, help="only the first so many cases; nothing is written to notebooks/results"
    )


def run(args) -> int:
    experiment = import_module(f"lib.experiments.{args.name}")
    cases = experiment.CASES[: args.cases]
    mark = _mark(args.name, experiment.DEPENDS_ON)
    kept = paths.OUTPUT / "experiments" / f"{args.name}.json"
    rows = read_json(kept) if kept.exists() else {}
    if rows.get("code") != mark:  # figures of other code or another backbone are of no use
        rows = {"code": mark, "cases": []}
    for case in progress_bar(cases, desc=args.name, unit="case"):
        if not any(all(row[key] == case[key] for key in case) for row in rows["cases"]):
            start = time.perf_counter()
            result = experiment.run_case(case)
            rows["cases"].append(case | result | {"seconds": round(time.perf_counter() - start, 1)})
            write_json(kept, rows)
    measured = rows["cases"][: len(cases)]
    print(experiment.summarise(measured))
    if args.cases is None:
        path = paths.NOTEBOOKS / "results" / f"{args.name}.json"
        write_json(path, rows | {"machine": _machine()})
        print(f"Kept in {path.relative_to(paths.ROOT)}")
    return 0


def _mark(name: str, modules: tuple[str, ...]) -> str:
    """What figures depend on: the experiment, the modules of the library that it names, the bundled backbone."""
    return experiments.code_mark(modules, paths.ROOT / "lib" / "experiments" / f"{name}.py", paths.BUNDLED_BACKBONE)


def _machine() -> dict:
    names = ("tensorflow", "keras", "numpy", "opencv-python", "scikit-learn")
    return {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()} | {
        name: version(name) for name in names
    }

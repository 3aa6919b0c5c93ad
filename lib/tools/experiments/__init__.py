"""Experiments: what the course claims, measured over several seeds.

Each module here is one experiment, except `marks` and `definitions`. It has `CASES` (what is varied, a list of
dictionaries), `run_case(case)` (one case measured: a dictionary of plain numbers and lists) and `summarise(rows)` (the
text that is printed). A case with the key "photographs" ("sample" or "real") is measured on those; the others bring
pictures of their own.

`python -m lib experiment NAME` measures them and stores the figures in `notebooks/results/NAME.json`, from where the
notebooks take them, each row with a mark of what it depends on: when that changes, the row is old.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from lib import photos, sample
from lib.core import paths
from lib.core.hashes import sha256, text_sha256
from lib.lessons import pipeline
from lib.tools.experiments._marks import code_mark

SETS = ("sample", "real")
SEEDS = range(3)
MANY = {"sample": range(10), "real": SEEDS}  # with three, a sign-flip test cannot give p below 0.25
CORE = ("01_data_loading", "02_feature_extraction", "03_fine_tuning")  # what "core" runs


def cases(many: bool = False, **varied: Iterable) -> list[dict]:
    """Give one case for each photo set, seed (`MANY` on the sample, if asked) and combination of what else is varied."""
    seeds = MANY if many else dict.fromkeys(SETS, SEEDS)
    rows = [{"photographs": photographs, "seed": seed} for photographs in SETS for seed in seeds[photographs]]
    for key, values in varied.items():
        rows = [row | {key: value} for row in rows for value in values]
    return rows


def mark(name: str) -> str:
    """Give one SHA-256 for what an experiment's figures depend on: when it changes, they are old.

    That is the code that its `run_case` uses, for "core" the program in the notebooks too, what the sample shows, the
    bundled backbone, and the list of the real photos. `CASES` and `summarise` do not count: a stored case is found by its values, and printing changes none.
    """
    data = [sha256(paths.BUNDLED_BACKBONE), sha256(paths.ROOT / "data" / "real" / photos.MANIFEST)]
    program = [source for notebook in CORE for source in pipeline.cells(notebook)] if name == "core" else []
    return text_sha256(code_mark(f"{__name__}.{name}", "run_case"), f"drawing {sample.VERSION}", *data, *program)


def spread(values: Sequence[float] | np.ndarray, digits: int = 3) -> str:
    """Write the mean of some values, and the lowest and the highest."""
    return f"{sum(values) / len(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(rows: list[dict], by: str | None, columns: Iterable[str]) -> str:
    """Give figures as text: for each photo set and value of `by`, each column's mean and range over the seeds."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        groups.setdefault((row["photographs"], str(row[by]) if by else ""), []).append(row)
    lines = [f"{'':<32}" + "".join(f"{column:<28}" for column in columns)]
    for names, group in groups.items():
        spreads = [spread([row[column] for row in group], 4) for column in columns]
        lines.append(f"{' '.join(names):<32}" + "".join(f"{text:<28}" for text in spreads))
    return "\n".join(line.rstrip() for line in lines)

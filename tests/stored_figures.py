"""The stored figures that notebooks quote, as arrays."""

from collections.abc import Sequence

import numpy as np
import pytest

from lib import lessons
from lib.evaluation import paired_interval
from lib.tools import experiments

each_set = pytest.mark.parametrize("photographs", experiments.SETS)


def by_seed(name: str, photographs: str, column: str, seeds: Sequence[int] = experiments.SEEDS, **wanted) -> np.ndarray:
    """A column's values, one for each of some seeds, of the rows of an experiment that have the wanted values."""
    rows = [row for row in lessons.stored(name, photographs) if all(row.get(key) == wanted[key] for key in wanted)]
    rows = [row for row in rows if row["seed"] in seeds]
    assert [row["seed"] for row in rows] == list(seeds), (name, photographs, wanted)
    return np.array([row[column] for row in rows])


def is_shown(gain: np.ndarray) -> bool:
    """Whether the 95 % interval of a mean difference leaves out 0."""
    low, high = paired_interval(gain)
    return low > 0 or high < 0

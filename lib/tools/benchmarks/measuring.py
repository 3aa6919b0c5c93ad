"""Time things in turn, and hold the result against what is wanted of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from lib.core.progress import progress_bar


@dataclass(frozen=True)
class Result:
    """One line of the table.

    measured and bound are in `unit`; `least` says whether the bound is the least or the most that is wanted.
    runs: every single time (seconds) or size (bytes), by what was run. note: what the reader must know of it.
    """

    what: str
    measured: float
    unit: str
    bound: float
    least: bool
    runs: dict[str, list[float]] = field(default_factory=dict)
    note: str = ""

    @property
    def wanted(self) -> str:
        return f"at {'least' if self.least else 'most'} {self.bound:g} {self.unit}"

    @property
    def holds(self) -> bool:
        return self.measured >= self.bound if self.least else self.measured <= self.bound

    def as_json(self) -> dict:
        return {"what": self.what, "measured": self.measured, "unit": self.unit, "wanted": self.wanted,
                "holds": self.holds, "note": self.note, "runs": self.runs}  # fmt: skip


def in_turn(what: str, repeats: int, **ways: Callable[[], object]) -> dict[str, list[float]]:
    """Run the ways in turn, `repeats` times over, and give the seconds of every run.

    In turn, because what else the machine is at then slows all of them alike. A bar named `what` is shown.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in progress_bar(range(repeats), desc=what, unit="round"):
        for name, way in ways.items():
            start = perf_counter()
            way()
            seconds[name].append(perf_counter() - start)
    return seconds


def ratio(runs: dict[str, list[float]], one: str, other: str) -> float:
    """The median of one way's runs over that of another's."""
    return median(runs[one]) / median(runs[other])


def table(results: list[Result]) -> str:
    """The results as lines of text: what, measured, wanted, holds."""
    rows = [("", "measured", "wanted", "holds")]
    rows += [(r.what, f"{r.measured:.3g} {r.unit}", r.wanted, "yes" if r.holds else "NO") for r in results]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)

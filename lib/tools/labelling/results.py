"""What `label` writes beside a labelled clip: segments (.json), frames (.csv), captions (.vtt), and the list of all."""

import csv
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib import timeline
from lib.core.errors import FileError, InputError
from lib.core.files import atomic_write, check_name, write_json
from lib.tools.labelling.sources import ENDINGS, SCORES, Source, identify, read_report, with_ending

TOLERANCES = (1.0, 2.0, 5.0)  # seconds
OVERLAP = 0.5
UNKNOWN = "no event"
_SAME = 1e-3  # seconds


@dataclass(frozen=True, eq=False)
class Labelled:
    """The labels of the scored frames of one source.

    Args:
        labels: class indices, int (n,), -1 for no event.
        probabilities: smoothed, float (n, k).
        seconds: float (n,), since the first frame of the source.
        classes: k names.
        end: the time at which the last frame ends, in seconds.
        stride: one of how many frames was scored.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    seconds: np.ndarray
    classes: tuple[str, ...]
    end: float
    stride: int = 1

    def fractions(self) -> dict[str, float]:
        """The fraction of the frames of each event; that of no event last, if there are any."""
        counts = np.bincount(self.labels + 1, minlength=len(self.classes) + 1) / len(self.labels)
        fractions = dict(zip(self.classes, counts[1:].tolist()))
        fractions |= {UNKNOWN: float(counts[0])} if counts[0] else {}
        return {name: round(fraction, 4) for name, fraction in fractions.items()}

    def _probability(self) -> np.ndarray:
        """The probability of each frame's event; of no event, that of the most probable one."""
        of_label = self.probabilities[np.arange(len(self.labels)), self.labels]
        return np.where(self.labels == timeline.NO_EVENT, self.probabilities.max(axis=1), of_label)

    def summary(self) -> list[str]:
        """A line for each class: its fraction of the frames, and its mean probability there."""
        lines, probability = [], self._probability()
        for name, fraction in self.fractions().items():
            label = timeline.NO_EVENT if name == UNKNOWN else self.classes.index(name)
            of_event = probability[self.labels == label]
            mean = f", mean probability {of_event.mean():.2f}" if len(of_event) else ""
            lines.append(f"  {name:<12} {fraction:6.1%} of the frames{mean}")
        return lines

    def segments(self) -> list[dict]:
        """Runs of equal labels: start and end in seconds, the event (None: no event), its mean probability."""
        times, probability = [*self.seconds.tolist(), self.end], self._probability()
        return [
            {
                "start": round(times[run.start], 3),
                "end": round(times[run.stop], 3),
                "event": None if run.label == timeline.NO_EVENT else self.classes[run.label],
                "probability": round(float(probability[run.start : run.stop].mean()), 4),
            }
            for run in timeline.segments(self.labels)
        ]


def check_free(stem: Path, source: Source, copy: Path | None) -> list[Path]:
    """Give the files that will be written, the copy among them if its name is not the user's choice.

    Raises FileError when one is there that no report lists as a result of the same source.
    """
    files = [*_beside(stem), *([copy] if copy else [])]
    scores = with_ending(stem, SCORES)
    check_name(scores)  # the longest name
    report = read_report(stem)
    listed = report["files"] if report.get("clip") == identify(source) else []
    for file in files:
        if os.path.lexists(file) and file.name not in listed:
            raise FileError(
                f"{file} stays as it is, because nothing shows that it is a result of {source}: rename it, or choose "
                "another folder with --out."
            )
    return [*files, scores]


def _beside(stem: Path) -> list[Path]:
    return [with_ending(stem, ending) for ending in ENDINGS]


def write(stem: Path, labelled: Labelled, source: Source, copy: Path | None, facts: dict) -> None:
    """Write STEM.json, STEM.csv and STEM.vtt.

    The report comes first, since it lists all files: after an interruption it shows whose the others are. Captions
    begin with the labelled copy, at 0; all other times are those of the source.
    """
    report, frames, captions = files = _beside(stem)
    listed = [file.name for file in (*files, *([copy] if copy else []))]
    measured = {"fractions": labelled.fractions(), "segments": labelled.segments()}
    write_json(report, {"clip": identify(source), "files": listed} | facts | measured)
    numbers = np.arange(len(labelled.labels)) * labelled.stride
    seconds, begin = labelled.seconds, float(labelled.seconds[0])
    timeline.to_csv(frames, labelled.labels, seconds, labelled.classes, labelled.probabilities, numbers)
    timeline.to_webvtt(captions, labelled.labels, seconds - begin, labelled.classes, labelled.end - begin)


def compare(clip: Path, labelled: Labelled, rate: float, say: Callable[[str], None]) -> dict[str, float]:
    """Compare labels with the truth beside a clip, NAME.truth.csv; `say` receives a sentence where that cannot be done.

    Args:
        clip: the clip.
        labelled: its labels.
        rate: scored frames per second.
        say: receives why a truth cannot be used.

    Returns:
        Measures by names that people read; none without a truth.
    """
    file = clip.with_suffix(".truth.csv")
    if not file.exists():
        return {}
    try:
        truth = timeline.read_truth(file)
        events = truth.labels(labelled.classes)
    except InputError as error:
        say(f"Warning: no comparison with the truth. {file}: {error}")
        return {}
    at = truth.seconds.searchsorted(labelled.seconds - _SAME)  # the truth's frame at each scored one
    if at[-1] >= len(events):
        say(f"Warning: no comparison with the truth. {file} ends before the clip.")
        return {}
    labels, events = labelled.labels, events[at]
    found = {
        "frame accuracy": timeline.frame_accuracy(labels, events),
        "surplus switches a minute": timeline.surplus_switches_per_minute(labels, events, rate),
        "mean lag in seconds": timeline.mean_lag(labels, events) / rate,
        f"F1 at overlap {OVERLAP}": timeline.f1_at_overlap(labels, events, OVERLAP),
    }
    for tolerance in TOLERANCES:
        found[f"changes found within {tolerance:g} s"] = timeline.found_within(labels, events, tolerance * rate)
    return {name: round(value, 4) for name, value in found.items()}


def check_index(path: Path) -> None:
    """Raises FileError when a file that is no list of clips is in its place."""
    if path.exists():
        first = path.read_bytes().split(b"\n", 1)[0]
        if not (first.startswith(b"clip,") and first.endswith(b",state")):
            raise FileError(
                f"{path} stays as it is, because it is no list of clips: rename it, or choose another --out."
            )


def write_index(path: Path, rows: Sequence[dict]) -> None:
    """Write a line per source; the columns are those of all rows, in their order, `state` last."""
    columns = list(dict.fromkeys(["clip", *(name for row in rows for name in row if name != "state")]))
    table = io.StringIO()
    writer = csv.DictWriter(table, [*columns, "state"], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with atomic_write(path) as part:
        # A file name that is not valid text, which Linux allows, is written as its bytes.
        part.write_text(table.getvalue(), encoding="utf-8", errors="surrogateescape", newline="\n")

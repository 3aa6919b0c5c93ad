"""What a worker does with a clip or a span of one. An error is part of the outcome, and never passes the scheduler."""

import ctypes
import errno
import math
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from lib.core import paths
from lib.core.environment import versions
from lib.core.errors import CourseError, InputError
from lib.core.hashes import sha256, text_sha256
from lib.core.messages import brief, printable
from lib.tools.labelling import clip as labelling
from lib.tools.labelling.clip import Request
from lib.tools.labelling.results import write
from lib.tools.labelling.sources import ENDINGS, identify, with_ending
from lib.tools.season import folder
from lib.video import FrameScores, VideoError, VideoWarning, score_once, scoring, spans
from lib.video.spans import Span

if TYPE_CHECKING:
    from lib.classifier import Classifier

_PACKAGES = ("av", "dask", "distributed")
_FREE = 10.0  # seconds between two times that memory is given back
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Setup:
    """What all tasks of a season have in common.

    Args:
        request: what the user wants of every clip.
        model: the classifier's file.
        facts: `facts(model)` of the client, which those of a worker must equal.
        season: the hidden folder beside the results.
        work: the client's own folder in it.
        threads: for TensorFlow on each host, by the host's name in the addresses of its workers.
        length: of a span, at least, in seconds.
    """

    request: Request
    model: Path
    facts: tuple[tuple[str, str], ...]
    season: Path
    work: Path
    threads: tuple[tuple[str, int], ...]
    length: float


@dataclass(frozen=True)
class Job:
    """A clip, the path of its results without an ending, its labelled copy, and the fingerprint and state it failed with."""

    clip: Path
    stem: Path
    copy: Path | None
    failed: tuple[str, str] | None = None


@dataclass
class Outcome:
    """What came of a task.

    Args:
        row: the clip's line in the list; empty when the clip is not finished.
        spans: into which the clip is to be cut.
        is_whole: whether the clip cannot be cut after all.
        fingerprint: of the clip's scores.
        is_lasting: whether the clip will fail again.
        is_known: whether it was not tried, because it failed before.
        stop: why no clip can be labelled.
        frames: how many were scored now.
        warnings: sentences for the user.
        worker: the worker's address.
        memory: bytes that its process has.
    """

    row: dict = field(default_factory=dict)
    spans: Sequence[Span] = ()
    is_whole: bool = False
    fingerprint: str = ""
    is_lasting: bool = False
    is_known: bool = False
    stop: str = ""
    frames: int = 0
    warnings: list[str] = field(default_factory=list)
    worker: str = ""
    memory: int = 0


def facts(model: Path) -> tuple[tuple[str, str], ...]:
    """Give what must be the same on all machines: versions, and the hashes of `lib` and the classifier."""
    held = versions(*_PACKAGES) | {"lib": _lib_hash()}
    held["classifier"] = sha256(model) if model.is_file() else f"no file {model}"
    return tuple(held.items())


@cache
def _lib_hash() -> str:
    files = sorted((paths.ROOT / "lib").rglob("*.py"), key=lambda file: file.as_posix())
    return text_sha256(*(f"{file.relative_to(paths.ROOT).as_posix()} {sha256(file)}" for file in files))


def difference(here: tuple[tuple[str, str], ...], there: tuple[tuple[str, str], ...]) -> str:
    """Say in a few words what differs between two machines, or give an empty string."""
    theirs = dict(there)
    different = [(name, value, theirs.get(name, "none")) for name, value in here if theirs.get(name) != value]
    return "; ".join(
        f"{name} {there[:12] if len(there) == 64 else there}, here {here[:12]}" for name, here, there in different
    )


def cores() -> int:
    """Count the cores that this process may use."""
    from dask.system import CPU_COUNT

    return CPU_COUNT


def label(setup: Setup, job: Job, cut: Sequence[Span] | None = None) -> Outcome:
    """Label a clip: score it, if its scores are not there, and write its results, if they are not.

    Args:
        setup: what all tasks have in common.
        job: the clip.
        cut: spans that have been scored; none to score the clip in one pass; None to cut it if it is long.

    Returns:
        The clip's line of the list, or the spans that must be scored first.
    """

    def run(network: "Classifier", outcome: Outcome) -> None:
        request = setup.request
        wanted = scoring.fingerprint(job.clip, network, request.stride, request.start, request.end)
        outcome.fingerprint = wanted
        if job.failed and job.failed[0] == wanted:
            outcome.row, outcome.is_known = {"clip": identify(job.clip), "state": job.failed[1]}, True
            return
        labelling.check_results(job.clip, job.stem, job.copy, is_chosen=False, is_own=request.is_own)
        file = labelling.scores_file(job.stem, request)
        if request.is_own:
            labelling.claim(file)
        with TemporaryDirectory(dir=setup.work) as name:
            scores, part = spans.saved(file, wanted), Path(name, file.name)
            if not scores:
                with _lasting(outcome):
                    scores = _score(setup, job, cut, network, part, outcome)
                if not scores:
                    return
                folder.publish(part, file)
                folder.delete_spans(setup.season, wanted)
            outcome.row = _write(setup, job, scores, Path(name), outcome.warnings.append)

    return _outcome(setup, job, run)


@contextmanager
def _lasting(outcome: Outcome) -> Iterator[None]:
    """Scoring depends on nothing but the clip and the classifier: what fails here fails again."""
    try:
        yield
    except Exception as error:
        outcome.is_lasting = isinstance(error, VideoError) or not isinstance(error, (CourseError, OSError))
        raise


def _score(
    setup: Setup, job: Job, cut: Sequence[Span] | None, network: "Classifier", file: Path, outcome: Outcome
) -> FrameScores | None:
    """Save and give the scores of a clip; none when spans must be scored first, or cannot be joined."""
    request, wanted = setup.request, outcome.fingerprint
    if cut:
        parts = [
            spans.saved(folder.span_file(setup.season, wanted, span), spans.span_fingerprint(wanted, span))
            for span in cut
        ]
        known = [part for part in parts if part]
        joined = spans.join(known, wanted) if len(known) == len(cut) else None
        outcome.is_whole = not joined
        if joined:
            joined.save(file)
        return joined
    if cut is None and request.start == 0 and request.end == math.inf:
        outcome.spans = spans.plan(job.clip, request.stride, setup.length)
        if outcome.spans:
            return None
    scores = score_once(job.clip, file, network, request.stride, request.start, request.end, progress=False)
    outcome.frames = len(scores.indices)
    return scores


def score_span(setup: Setup, job: Job, span: Span, fingerprint: str, cut: Sequence[Span]) -> Outcome:
    """Score a span of the clip with this fingerprint, if its scores are not there. `cut` are all of its spans."""

    def run(network: "Classifier", outcome: Outcome) -> None:
        outcome.fingerprint = fingerprint
        file = folder.span_file(setup.season, fingerprint, span)
        if not spans.saved(file, spans.span_fingerprint(fingerprint, span)):
            with TemporaryDirectory(dir=setup.work) as name:
                with _lasting(outcome):
                    scores = spans.score(job.clip, network, setup.request.stride, span, fingerprint)
                outcome.is_whole = not scores
                if scores:
                    folder.publish(scores.save(Path(name, file.name)), file)
                    outcome.frames = len(scores.indices)

    return _outcome(setup, job, run)


def _write(setup: Setup, job: Job, scores: FrameScores, work: Path, say: Callable[[str], None]) -> dict:
    """Write the results of a clip, unless the very same are there; give its line of the list.

    The report comes first and what is no longer true goes before it: so a report with all its files shows, after a
    kill too, that these are its own.
    """
    labelled, facts = labelling.label_scores(job.clip, scores, setup.request, say)
    facts = labelling.report(labelled, facts, setup.request)
    copy = work / job.copy.name if job.copy else None
    write(work / job.stem.name, labelled, job.clip, copy, facts)
    report, *others = [with_ending(job.stem, ending) for ending in ENDINGS] + ([job.copy] if job.copy else [])
    is_same = report.exists() and report.read_bytes() == (work / report.name).read_bytes()
    if not (is_same and all(file.exists() for file in others)):
        if copy:
            labelling.draw(job.clip, copy, labelled, scores, setup.request, progress=False)
        for file in others if not is_same else ():
            file.unlink(missing_ok=True)
        for file in (report, *others):
            folder.publish(work / file.name, file)
    return labelling.row(job.clip, labelled, facts)


def _outcome(setup: Setup, job: Job, run: Callable[["Classifier", Outcome], None]) -> Outcome:
    """Run a task, and put what goes wrong into its outcome."""
    import distributed
    import psutil

    outcome = Outcome(worker=distributed.get_worker().address)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", VideoWarning)
        try:
            network = _start(setup, outcome.worker)
            run(network, outcome)
        except Exception as error:
            _explain(error, outcome, job)
    outcome.warnings += [str(given.message) for given in caught if issubclass(given.category, VideoWarning)]
    _memory.free()
    outcome.memory = psutil.Process().memory_info().rss
    return outcome


class _Memory:
    """Gives memory that is free back to the system, where the C library can (glibc): at most once in some seconds, since
    the next clip asks for it again."""

    def __init__(self) -> None:
        self._freed = time.monotonic()

    def free(self) -> None:
        """Free memory, unless it has just been done."""
        if time.monotonic() - self._freed > _FREE:
            with suppress(OSError, AttributeError):
                ctypes.CDLL("libc.so.6").malloc_trim(0)
            self._freed = time.monotonic()


_memory = _Memory()


def _explain(error: Exception, outcome: Outcome, job: Job) -> None:
    sentence = printable(" ".join(str(error).splitlines()))
    if full := _full(error):
        outcome.is_lasting = False
        outcome.stop = (
            f"The results cannot be written to {job.stem.parent} ({full}): make room on the disk, and try again."
        )
    elif isinstance(error, _Stop):
        outcome.stop = sentence
    elif not isinstance(error, (CourseError, OSError)):
        sentence = (
            f"{job.clip} cannot be labelled because of a fault of the course ({type(error).__name__}: {brief(str(error))}): "
            "label it alone with --traceback, which shows where."
        )
    outcome.row = {"clip": identify(job.clip), "state": sentence}


class _Stop(CourseError):
    """This worker can label no clip at all."""


def _full(error: BaseException | None) -> str:
    """How the system says that the disk is full, if it is that; else an empty string."""
    while error is not None:
        if (number := getattr(error, "errno", None)) in _FULL:
            return os.strerror(number)
        error = error.__cause__
    return ""


def _start(setup: Setup, address: str) -> "Classifier":
    """Give the classifier, loaded once by each worker."""
    threads = dict(setup.threads).get(urlparse(address).hostname or "", 1)
    try:
        return _load(setup.model, setup.facts, threads)
    except (CourseError, OSError) as error:
        raise _Stop(f"The worker {address}: {error}") from error


@lru_cache(maxsize=1)
def _load(model: Path, wanted: tuple[tuple[str, str], ...], threads: int) -> "Classifier":
    if differs := difference(wanted, facts(model)):
        raise InputError(f"it differs from this machine ({differs}): make them the same, and start it again.")
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(name, str(threads))  # which TensorFlow reads when it starts
    from lib import classifier

    return classifier.load(model)

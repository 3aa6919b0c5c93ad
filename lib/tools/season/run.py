"""Label a season: hand clips and spans to workers, and say how far they are."""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lib import classifier
from lib.core.errors import FileError
from lib.core.messages import counted, printable
from lib.core.paths import six_characters
from lib.core.progress import progress_bar
from lib.tools.labelling.clip import Request
from lib.tools.labelling.results import write_index
from lib.tools.labelling.sources import INDEX, find_stem, identify, with_ending
from lib.tools.season import cluster, folder, tasks
from lib.tools.season.progress import Progress
from lib.tools.season.tasks import Job, Outcome, Setup
from lib.video import scoring
from lib.video.spans import LENGTH, Span

if TYPE_CHECKING:
    from distributed import Client, Future

_COUNT = 1.0  # seconds, after which workers are counted again: they come and go
_RESTART = 50  # clips and spans, after which a worker whose memory has grown is restarted
_GROWN = 1.5  # times what it had after its first


def label_season(
    clips: Sequence[Path],
    target: Path,
    request: Request,
    model: Path,
    workers: int | None = None,
    address: str | None = None,
    retry_failed: bool = False,
    length: float = LENGTH,
) -> int:
    """Label clips on workers.

    Args:
        clips: the clips.
        target: the folder of the results.
        request: what the user wants of every clip.
        model: the classifier's file.
        workers: how many processes to start on this machine.
        address: of a cluster that runs already, instead.
        retry_failed: whether clips that failed in an earlier call are tried again.
        length: of the spans into which a long clip is cut, at least, in seconds.

    Returns:
        The exit status: 0, or 1 when a clip is not labelled.

    Raises:
        InputError: there is no such cluster, or a worker differs from this machine.
        FileError: the disk is full, or the cluster is gone.
    """
    target, model = target.absolute(), model.absolute()
    hidden = target / folder.NAME
    jobs = _jobs([clip.absolute() for clip in clips], target, request, hidden, retry_failed)
    rows: dict[Path, dict] = {}
    with folder.working(hidden) as work, cluster.connected(workers, address) as client:
        facts = tasks.facts(model)
        threads = cluster.threads_of_hosts(client, model, facts)
        print(f"{counted(len(jobs), 'clip')}, {cluster.describe(client, threads)}", flush=True)
        setup = Setup(request, model, facts, hidden, work, threads, length)
        try:
            Season(client, setup, [Task(job) for job in jobs], rows).run()
        finally:
            if rows and len(jobs) > 1:
                write_index(target / INDEX, [rows[job.clip] for job in jobs if job.clip in rows])
                print(f"All of them: {printable(str(target / INDEX))}")
    return int(any(row["state"] != "labelled" for row in rows.values()))


def _jobs(clips: Sequence[Path], target: Path, request: Request, hidden: Path, retry_failed: bool) -> list[Job]:
    """Give each clip the names of its results, as `label` gives them to one clip after the other."""
    jobs: list[Job] = []
    taken: set[Path] = set()
    for clip in clips:
        stem = find_stem(clip, target)
        if stem in taken:
            stem = stem.with_name(f"{clip.stem}_{six_characters(identify(clip))}")
        taken.add(stem)
        if retry_failed:
            folder.forget_failure(hidden, clip)
        copy = with_ending(stem, ".mp4") if request.video else None
        jobs.append(Job(clip, stem, copy, folder.failure(hidden, clip)))
    return jobs


@dataclass(frozen=True)
class Task:
    """One call of a function of `tasks` on a worker."""

    job: Job
    function: Callable[..., Outcome] = tasks.label
    arguments: tuple = ()


class Season:
    """The tasks of a season: one for each worker is under way, so that a worker that dies takes no other clip along."""

    def __init__(self, client: "Client", setup: Setup, first: Sequence[Task], rows: dict[Path, dict]):
        self._client, self._setup, self._rows = client, setup, rows
        self._waiting = deque(first)
        self._running: dict[Future, Task] = {}
        self._missing: dict[Path, set[Span]] = {}  # spans of each long clip that have yet to be scored
        self._memory: dict[str, tuple[int, int]] = {}  # of each worker after its first task, and its number of tasks
        clips = [task.job.clip for task in first]
        self._progress = Progress({clip: clip.stat().st_size for clip in clips if clip.exists()})
        self._bar = progress_bar(None, desc="labelling", total=len(clips), unit="clip")
        self._workers, self._counted = 0, -math.inf  # when they were

    def run(self) -> None:
        """Run all tasks. Raises FileError when no clip can be labelled any more."""
        from distributed import CancelledError, wait

        try:
            with self._bar:
                while self._waiting or self._running:
                    self._submit()
                    if not self._running:
                        self._bar.set_postfix_str("waiting for a worker: all are gone")
                        time.sleep(_COUNT)
                        continue
                    with suppress(TimeoutError):
                        for future in wait(list(self._running), _COUNT, "FIRST_COMPLETED").done:
                            self._take(future)
        except FileError:
            raise
        except (CancelledError, OSError) as error:  # such as CommClosedError
            raise FileError("The cluster is gone: start it again, and then this command, which goes on.") from error
        finally:
            if self._running and self._client.status == "running":
                self._client.cancel(list(self._running), force=True)
        print(self._progress.summary(), flush=True)

    def _submit(self) -> None:
        if time.monotonic() - self._counted > _COUNT:
            self._workers, self._counted = len(self._client.nthreads()), time.monotonic()
        while self._waiting and len(self._running) < self._workers:
            task = self._waiting.popleft()
            future = self._client.submit(task.function, self._setup, task.job, *task.arguments, pure=False)
            self._running[future] = task

    def _take(self, future: "Future") -> None:
        """See what came of a task, and what is to be done next."""
        from distributed import KilledWorker

        task = self._running.pop(future)
        clip = task.job.clip
        try:
            outcome: Outcome = future.result()
        except KilledWorker:
            outcome = self._killed(task.job)
        future.release()
        if outcome.stop:
            raise FileError(outcome.stop)
        for sentence in outcome.warnings:
            self._bar.write(f"Warning: {printable(sentence)}")
        self._progress.frames += outcome.frames
        if clip not in self._rows:  # else another span of it has failed
            if outcome.row:
                self._finish(task.job, outcome)
            else:
                self._go_on(task, outcome)
        self._bar.set_postfix_str(self._progress.words())
        self._look_at_memory(outcome)

    def _killed(self, job: Job) -> Outcome:
        """What is said of a clip on which workers died again and again."""
        card = classifier.read_card(self._setup.model)
        network = classifier.Classifier(None, card, self._setup.model)
        request = self._setup.request
        sentence = f"{job.clip} ended every worker that labelled it: see whether `label` can label it alone."
        wanted = scoring.fingerprint(job.clip, network, request.stride, request.start, request.end)
        return Outcome({"clip": identify(job.clip), "state": sentence}, fingerprint=wanted, is_lasting=True)

    def _go_on(self, task: Task, outcome: Outcome) -> None:
        """Take the next step with a clip that is not finished; the sooner it is, the sooner its spans are deleted."""
        job, missing = task.job, self._missing.get(task.job.clip)
        if outcome.spans:
            self._missing[job.clip] = set(outcome.spans)
            arguments = [(span, outcome.fingerprint, outcome.spans) for span in outcome.spans]
            self._waiting.extendleft(Task(job, tasks.score_span, given) for given in reversed(arguments))
        elif outcome.is_whole and (missing is not None or task.function is tasks.label):
            self._forget_spans(job)
            self._waiting.appendleft(Task(job, tasks.label, ((),)))
        elif missing is not None:
            span, _, cut = task.arguments
            missing.discard(span)
            if not missing:
                self._forget_spans(job)
                self._waiting.appendleft(Task(job, tasks.label, (cut,)))

    def _finish(self, job: Job, outcome: Outcome) -> None:
        state = outcome.row["state"]
        self._rows[job.clip] = outcome.row
        self._forget_spans(job)
        is_labelled = state == "labelled"
        self._progress.finish(job.clip, float(outcome.row.get("seconds", 0)), is_labelled)
        if not is_labelled:
            before = " It failed before; --retry-failed tries it again." if outcome.is_known else ""
            self._bar.write(f"{printable(state)}{before}")
        if outcome.is_lasting:
            is_own = self._setup.request.is_own
            folder.remember_failure(self._setup.season, job.clip, outcome.fingerprint, state, is_own)
        elif is_labelled and job.failed:
            folder.forget_failure(self._setup.season, job.clip)
        self._bar.update()

    def _forget_spans(self, job: Job) -> None:
        if self._missing.pop(job.clip, None):  # some are waiting
            self._waiting = deque(task for task in self._waiting if task.job != job)

    def _look_at_memory(self, outcome: Outcome) -> None:
        """Restart a worker whose memory has grown for long; it has nothing to do at this moment."""
        if outcome.worker:
            first, number = self._memory.get(outcome.worker, (outcome.memory, 0))
            self._memory[outcome.worker] = first, number + 1
            if number >= _RESTART and outcome.memory > _GROWN * first:
                cluster.restart(self._client, outcome.worker)
                del self._memory[outcome.worker]

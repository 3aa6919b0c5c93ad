"""A season of clips by a plain loop, by one worker and by two; what the scheduler costs; a worker's memory."""

import io
import os
import shutil
from collections.abc import Sequence
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from lib.classifier import Classifier
from lib.core.progress import progress_bar
from lib.tools.benchmarks.measuring import Result, in_turn, ratio
from lib.tools.benchmarks.networks import CLASSES
from lib.tools.labelling.choices import Choices
from lib.tools.labelling.clip import Request, label_scores, report, scores_file
from lib.tools.labelling.results import write
from lib.tools.season import cluster
from lib.tools.season.run import Season, Task, label_season
from lib.tools.season.tasks import Job, Outcome, Setup
from lib.video import FrameScores, VideoReader, VideoSink, score_once

if TYPE_CHECKING:
    from distributed import Client

_RATE = 25  # frames a second
_SETTLED = 10  # clips, after which a worker has all the memory that it needs


def cut(clip: Path, folder: Path, number: int, frames: int) -> list[Path]:
    """Cut a clip into so many clips of so many frames; where it is at its end, its first frames come again."""
    with VideoReader(clip) as reader:
        images = [frame.image for frame in islice(reader, number * frames)]
        info = reader.info
    coming, made = cycle(images), []
    for at in progress_bar(range(number), desc="cutting clips", unit="clip"):
        with VideoSink(folder / f"match_{at:02d}.mp4", info.width, info.height, info.rate) as sink:
            for image in islice(coming, frames):
                sink.write(image)
        made.append(sink.path)
    return made


def plain_loop(clips: Sequence[Path], out: Path, model: Classifier, request: Request) -> None:
    """Label clips as `label` does, one after the other in this process."""
    out.mkdir()
    for clip in clips:
        stem = out / clip.stem
        scores = score_once(clip, scores_file(stem, request), model, progress=False)
        labelled, facts = label_scores(clip, scores, request, say=print)
        write(stem, labelled, clip, None, report(labelled, facts, request))


def decode(clips: Sequence[Path], model: Classifier) -> None:
    """Decode clips and resize their frames, as before scoring."""
    for clip in clips:
        with VideoReader(clip) as reader:
            for frame in reader:
                model.resize(frame.image)


def on_workers(clips: Sequence[Path], out: Path, request: Request, model: Path, client: "Client") -> None:
    """Label clips on a cluster that runs. Raises RuntimeError when one fails."""
    with redirect_stdout(io.StringIO()):
        status = label_season(clips, out, request, model, address=str(client.scheduler_info()["address"]))
    if status:
        raise RuntimeError("a clip of the benchmark could not be labelled.")


def against_the_loop(clips: Sequence[Path], model: Classifier, repeats: int, folder: Path, frames: int) -> list[Result]:
    """Time a plain loop, one worker with all cores and two workers with half of them each; and a worker's memory.

    The workers run already and have loaded the classifier: a season is long.
    """
    request = Request(Choices(), str(model.path), video=False)
    out = folder / "results"

    def into_empty_folder(way: "partial[None]") -> None:
        shutil.rmtree(out, ignore_errors=True)
        way()

    with cluster.connected(1, None) as one, cluster.connected(2, None) as two:
        memory = _memory(clips, folder / "memory", request, model.path, one)
        on_workers(clips[:4], folder / "first", request, model.path, two)
        plain_loop(clips[:4], folder / "plain", model, request)
        ways = {
            "plain loop": partial(plain_loop, clips, out, model, request),
            "one worker": partial(on_workers, clips, out, request, model.path, one),
            "two workers": partial(on_workers, clips, out, request, model.path, two),
            "decoding alone": partial(decode, clips, model),
        }
        runs = in_turn("season", repeats, **{name: partial(into_empty_folder, way) for name, way in ways.items()})
    rates = {name: len(clips) * frames / median(seconds) for name, seconds in runs.items()}
    note = "frames a second: " + ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items())
    return [
        Result(f"{len(clips)} clips by one worker, over a plain loop", ratio(runs, "one worker", "plain loop"), "times",
               1.1, False, runs, note),
        Result(f"{len(clips)} clips by a plain loop, over two workers", ratio(runs, "plain loop", "two workers"), "times",
               1.0, True),
        memory,
    ]  # fmt: skip


def _memory(clips: Sequence[Path], out: Path, request: Request, model: Path, client: "Client") -> Result:
    """A worker's memory after all clips over that after the first ten."""
    sizes = []
    for part in (clips[:_SETTLED], clips[_SETTLED:]):
        on_workers(part, out, request, model, client)
        sizes.append(float(*client.run(_resident).values()))
    few, many = sizes
    note = f"{few / 1e6:.0f} and {many / 1e6:.0f} MB"
    what = f"memory of a worker after {len(clips)} clips, over that after {_SETTLED}"
    runs = {f"{_SETTLED} clips": [few], f"{len(clips)} clips": [many]}
    return Result(what, many / few, "times", 1.1, False, runs, note)


def _resident() -> int:
    """Bytes of memory of this process."""
    import psutil  # comes with distributed

    return psutil.Process(os.getpid()).memory_info().rss


def scheduling(number: int, repeats: int, folder: Path) -> Result:
    """What a task costs that does nothing, in the loop that hands out clips, with two workers."""
    setup = Setup(Request(Choices(), ""), folder, (), folder, folder, (), 0.0)
    given = [Task(Job(folder / str(at), folder, None), nothing) for at in range(number)]

    def hand_out(tasks: Sequence[Task]) -> None:
        with redirect_stdout(io.StringIO()):
            Season(client, setup, tasks, {}).run()

    with cluster.connected(2, None) as client:
        hand_out(given[:10])  # after which the workers have imported what they need
        runs = in_turn("scheduling", repeats, tasks=partial(hand_out, given))
    took = 1000 * median(runs["tasks"]) / number
    return Result(f"scheduling, {number:,} tasks that do nothing", took, "ms a task", 20, False, runs)


def sizes(folder: Path) -> Result:
    """How large the results of an hour of video are, of three classes and without a labelled copy."""
    n = 3600 * _RATE
    rows = np.random.default_rng(0).dirichlet(np.ones(len(CLASSES)), n).astype(np.float32)
    scores = FrameScores(rows, np.arange(n) / _RATE, np.arange(n), CLASSES, "hour.mp4", Fraction(_RATE), 1, n)
    request = Request(Choices(), "", video=False)
    stem = folder / "hour"
    labelled, facts = label_scores(stem, scores, request, say=print)
    write(stem, labelled, stem, None, report(labelled, facts, request))
    scores.save(scores_file(stem, request))
    held = {file.name: file.stat().st_size / 1e6 for file in sorted(folder.glob("hour.*"))}
    note = ", ".join(f"{name} {size:.1f}" for name, size in held.items())
    return Result(f"results of an hour at {_RATE} frames a second", sum(held.values()), "MB", 20, False, {}, note)


def nothing(setup: Setup, job: Job) -> Outcome:
    """A task that does nothing."""
    return Outcome(row={"clip": job.clip.name, "state": "labelled"})

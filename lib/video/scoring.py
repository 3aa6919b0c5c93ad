"""Run the network once on every frame of a clip."""

import hashlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from lib.core.checks import whole_number
from lib.core.errors import FileError, InputError, VideoError
from lib.core.hashes import sha256
from lib.core.progress import progress_bar
from lib.photos.shaping import Resize
from lib.video.reader import Frame, VideoReader
from lib.video.scores import FrameScores

Predict = Callable[[np.ndarray], np.ndarray]  # uint8 RGB (n, size, size, 3) -> float32 (n, k)
BATCH = 16  # frames that the network scores at a time
_EVERY = 10.0  # seconds, after which the scores so far are saved, in case of an interruption


class Network(Protocol):
    """What scores frames: a `lib.classifier.Classifier`, for instance. `fingerprint` identifies it."""

    @property
    def classes(self) -> Sequence[str]: ...

    @property
    def resize(self) -> Resize: ...

    @property
    def fingerprint(self) -> str: ...

    def predict(self, frames: np.ndarray) -> np.ndarray: ...


def score_clip(
    path: str | Path,
    predict: Predict,
    resize: Resize,
    classes: Sequence[str],
    batch: int = BATCH,
    stride: int = 1,
    progress: bool = True,
) -> FrameScores:
    """Score every `stride`-th frame of a clip, `batch` at a time; only a batch of frames is in memory.

    While `predict` works on one batch, a thread decodes the next (on 2 cores a third of the time less).

    Args:
        path: the video file.
        predict: takes uint8 RGB frames (n, size, size, 3), n <= batch, and gives probabilities, float32 (n, k).
        resize: how frames become squares: `resize` of the classifier that predicts.
        classes: the k names of what `predict` gives.
        batch: frames at a time.
        stride: 1 scores every frame, 2 every second one, ...
        progress: show a progress bar.

    Returns:
        The scores of the frames 0, stride, 2 · stride, …

    Raises:
        VideoError: the clip cannot be read.
        ValueError: `predict` gives another shape or no probabilities, or an argument is wrong.

    Example:
        scores = video.score_clip(clip_path, model.predict, model.resize, model.classes)
    """
    rows = Rows(Path(path).name, classes, whole_number(stride, "stride", 1))
    with VideoReader(path, stride=stride) as reader:
        for _ in rows.score(reader, predict, resize, whole_number(batch, "batch", 1), progress):
            pass
        return rows.scores(reader.came)


def score_once(
    path: str | Path,
    file: str | Path,
    network: Network,
    stride: int = 1,
    start: float = 0.0,
    end: float = math.inf,
    progress: bool = True,
    say: Callable[[str], None] = lambda sentence: None,
) -> FrameScores:
    """Give the scores of a clip from a file where it holds them; else score the clip, and save them there.

    An interrupted scoring goes on where it stopped.

    Args:
        path: the clip.
        file: where the scores are saved, `.npz`.
        network: what scores frames.
        stride: 1 scores every frame, 2 every second one, ...
        start: the moment of the first frame, in seconds since the clip's first.
        end: the moment before which the last frame is.
        progress: whether a bar is shown.
        say: receives one sentence when scores are there.

    Returns:
        The scores; frames are counted from `start` on.

    Raises:
        VideoError: the clip cannot be read, or has no frame in that range.
        FileError: something else is in the place of the file.
        ValueError: an argument is wrong.

    Example:
        scores = score_once("match.mp4", run.output / "match.scores.npz", classifier.load(path))
    """
    path, file = Path(path), Path(file)
    wanted = fingerprint(path, network, stride, start, end)
    rows = Rows(path.name, network.classes, whole_number(stride, "stride", 1), wanted)
    known = read_saved(file, wanted)
    if known and known.complete:
        say(f"The scores are in {file}: the network does not run.")
        return known
    if known:
        rows.go_on(known)
        say(f"Scoring goes on at frame {rows.begin}, where it was interrupted.")
    with VideoReader(path, start=rows.begin, stride=stride) as reader:
        if start or end < math.inf:
            reader.seek(start, end)
        try:
            last = time.monotonic()
            for _ in rows.score(reader, network.predict, network.resize, BATCH, progress):
                if time.monotonic() - last > _EVERY:
                    rows.scores().save(file)
                    last = time.monotonic()
        except BaseException:
            if rows.count:
                rows.scores().save(file)
            raise
        if not rows.count:
            until = "on" if end == math.inf else f"to {end:g} s"
            raise VideoError(f"{path} has no frame from {start:g} s {until}: choose other moments.")
        scores = rows.scores(reader.came)
    scores.save(file)
    return scores


def fingerprint(path: Path, network: Network, stride: int, start: float, end: float) -> str:
    """Identify the scores of a clip by all that they depend on.

    Args:
        path: the clip.
        network: what scores frames.
        stride: one of how many frames is scored.
        start: the moment of the first frame, in seconds since the clip's first.
        end: the moment before which the last frame is.

    Returns:
        A SHA-256.

    Raises:
        FileError: the clip cannot be read.
    """
    facts = sha256(path), network.fingerprint, tuple(network.classes), network.resize, stride, start, end
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def read_saved(file: Path, wanted: str) -> FrameScores | None:
    """Read the scores in a file, complete or not, if they are of this fingerprint. Raises FileError for another file."""
    if not file.exists():
        return None
    try:
        scores = FrameScores.load(file)
    except VideoError as error:
        raise FileError(f"{file} is in the way, and holds no scores of a clip: rename it, or delete it.") from error
    return scores if scores.fingerprint == wanted else None


class Rows:
    """The scores of a clip as they come."""

    def __init__(self, name: str, classes: Sequence[str], stride: int, fingerprint: str = ""):
        self._name, self._classes, self._stride, self._fingerprint = name, tuple(classes), stride, fingerprint
        self._scores: list[np.ndarray] = []
        self._seconds: list[float] = []
        self._rate = Fraction(0)

    @property
    def count(self) -> int:
        return len(self._seconds)

    @property
    def begin(self) -> int:
        """The next frame to be scored."""
        return self.count * self._stride

    def go_on(self, known: FrameScores) -> None:
        """Begin with known scores except the last, so that at least one frame is left to score."""
        self._scores, self._seconds = [known.scores[:-1]], known.seconds[:-1].tolist()

    def score(
        self, reader: VideoReader, predict: Predict, resize: Resize, batch: int, progress: bool
    ) -> Iterator[None]:
        """Score what comes from a reader, and yield after each batch."""
        self._rate = reader.info.rate
        total = reader.info.frames and -(-reader.info.frames // self._stride)
        small = (replace(frame, image=resize(frame.image)) for frame in reader)
        bar = progress_bar(None, progress, desc=f"scoring {self._name}", total=total, initial=self.count, unit="frame")
        with ThreadPoolExecutor(1) as thread, bar:
            for frames in _batches(small, batch, thread):
                rows = np.asarray(predict(np.stack([frame.image for frame in frames])), np.float32)
                if rows.shape != (len(frames), len(self._classes)):
                    wanted = (len(frames), len(self._classes))
                    raise InputError(f"{self._name}: predict gave scores of shape {rows.shape}, not {wanted}.")
                self._scores.append(rows)
                self._seconds += [frame.seconds for frame in frames]
                bar.update(len(frames))
                yield

    def scores(self, frames: int | None = None) -> FrameScores:
        """Give all that were scored, of so many frames; without their number, scoring is not at its end."""
        seen = (self.count - 1) * self._stride + 1
        return FrameScores(
            np.concatenate(self._scores), np.array(self._seconds), np.arange(self.count) * self._stride, self._classes,
            self._name, self._rate, self._stride, frames or seen, self._fingerprint, frames is not None,
        )  # fmt: skip


def _batches(frames: Iterator[Frame], size: int, thread: ThreadPoolExecutor) -> Iterator[list[Frame]]:
    """Yield lists of `size` frames, the last may be shorter; the thread takes the next while one is in use."""

    def take() -> list[Frame]:
        return list(islice(frames, size))

    coming = thread.submit(take)
    while batch := coming.result():
        coming = thread.submit(take)
        yield batch

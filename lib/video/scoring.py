"""Ask the network once about every frame of a clip."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from lib.photos import resize
from lib.progress import progress_bar
from lib.video.reader import Frame, VideoReader
from lib.video.scores import FrameScores

Predict = Callable[[np.ndarray], np.ndarray]  # uint8 RGB (n, size, size, 3) -> float32 (n, k)


def score_clip(
    path: str | Path,
    predict: Predict,
    image_size: int,
    classes: Sequence[str],
    batch: int = 16,
    stride: int = 1,
    progress: bool = True,
) -> FrameScores:
    """Score every `stride`-th frame of a clip, `batch` at a time; only a batch of frames is held.

    `predict` takes uint8 RGB frames (n, image_size, image_size, 3), n <= batch, and gives probabilities (n, k).
    While it works on one batch, a thread decodes the next (on 2 cores a third of the time less).
    Raises VideoError when the clip cannot be read, ValueError when `predict` gives another shape or a NaN.
    """
    name = Path(path).name
    scores, seconds, indices = [], [], []
    with VideoReader(path, stride=stride) as reader, ThreadPoolExecutor(1) as thread:
        total = reader.info.frames and -(-reader.info.frames // stride)
        small = (replace(frame, image=resize(frame.image, image_size)) for frame in reader)
        with progress_bar(shown=progress, desc=f"scoring {name}", total=total, unit="frame") as bar:
            for frames in _batches(small, batch, thread):
                rows = np.asarray(predict(np.stack([frame.image for frame in frames])), np.float32)
                if rows.shape != (len(frames), len(classes)):
                    wanted = (len(frames), len(classes))
                    raise ValueError(f"{name}: predict gave scores of shape {rows.shape}, not {wanted}.")
                scores.append(rows)
                seconds += [frame.seconds for frame in frames]
                indices += [frame.index for frame in frames]
                bar.update(len(frames))
        return FrameScores(
            np.concatenate(scores), np.array(seconds), np.array(indices), tuple(classes),
            name, reader.info.rate, stride, reader.came,
        )  # fmt: skip


def _batches(frames: Iterator[Frame], size: int, thread: ThreadPoolExecutor) -> Iterator[list[Frame]]:
    """Yield lists of `size` frames, the last may be shorter; the thread takes the next while one is in use."""

    def take() -> list[Frame]:
        return list(islice(frames, size))

    coming = thread.submit(take)
    while batch := coming.result():
        coming = thread.submit(take)
        yield batch

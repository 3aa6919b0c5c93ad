"""A clip labelled the lecture's way and ours, from file to file."""

from collections import deque
from pathlib import Path

import cv2
import numpy as np

from lib.classifier import Classifier
from lib.smoothing import RollingMean
from lib.tools.benchmarks.measuring import Result, in_turn, ratio
from lib.video import VideoInfo, VideoReader, VideoSink, annotate_clip, score_clip

WINDOW = 32
CLOSE = 1e-4  # two scores nearer than this may change places by rounding


def lecture_loop(clip: Path, out: Path, classifier: Classifier) -> np.ndarray:
    """Label a clip as the lecture does: one frame at a time is read, scored, averaged, written on and written.

    Gives the mean scores of every frame, (n, k). Only the resizing is the course's own, so that both networks
    see the same.
    """
    reader, writer = cv2.VideoCapture(str(clip)), None
    window: deque[np.ndarray] = deque(maxlen=WINDOW)
    means = []
    while True:
        came, frame = reader.read()
        if not came:
            break
        picture = classifier.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        window.append(classifier.model.predict(np.expand_dims(picture, 0), verbose=0)[0])
        means.append(np.array(window).mean(axis=0))
        output, text = frame.copy(), f"Event: {classifier.classes[means[-1].argmax()]}"
        cv2.putText(output, text, (10, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.25, (0, 255, 0), 5, cv2.LINE_AA)
        if writer is None:
            size = (frame.shape[1], frame.shape[0])
            fourcc, rate = cv2.VideoWriter.fourcc(*"MJPG"), reader.get(cv2.CAP_PROP_FPS)
            writer = cv2.VideoWriter(str(out), fourcc, rate, size, True)
        writer.write(output)
    if writer is not None:
        writer.release()
    reader.release()
    return np.array(means)


def our_way(clip: Path, out: Path, classifier: Classifier) -> np.ndarray:
    """Label a clip as the course does: score, smooth, draw. Gives the mean scores of every frame, (n, k)."""
    scores = score_clip(clip, classifier.predict, classifier.resize, classifier.classes, progress=False)
    means = RollingMean(WINDOW)(scores.scores)
    annotate_clip(clip, out, means.argmax(axis=1), classes=classifier.classes, progress=False)
    return means


def copy(clip: Path, out: Path) -> None:
    """Decode a clip and encode it again, with nothing between."""
    with VideoReader(clip) as reader, VideoSink(out, reader.info.width, reader.info.height, reader.info.rate) as sink:
        for frame in reader:
            sink.write(frame.image)


def against_the_loop(name: str, clip: Path, classifier: Classifier, bound: float, repeats: int, folder: Path) -> Result:
    """Both ways with one clip and one classifier, to Motion JPEG; first, do they say the same?

    Raises RuntimeError when a label differs where the two best scores do not nearly tie.
    """
    theirs, ours = folder / "lecture.avi", folder / "ours.avi"
    print(f"{name}: do both ways give every frame the same label?", flush=True)
    frames, ties = same_labels(lecture_loop(clip, theirs, classifier), our_way(clip, ours, classifier))
    if described(theirs) != described(ours):
        raise RuntimeError(f"the lecture's loop wrote {described(theirs)}, ours {described(ours)}: times tell nothing.")
    runs = in_turn(
        f"{name}: loop and ours", repeats,
        lecture=lambda: lecture_loop(clip, theirs, classifier), ours=lambda: our_way(clip, ours, classifier),
    )  # fmt: skip
    note = f"{frames} frames to Motion JPEG, labels the same ({ties} near ties apart)"
    times = ratio(runs, "lecture", "ours")
    return Result(f"the lecture's loop over ours, {name}", times, "times", bound, True, runs, note)


def same_labels(theirs: np.ndarray, ours: np.ndarray) -> tuple[int, int]:
    """Compare scores (n, k) by their labels; give the frames, and how many were left out as near ties.

    Raises RuntimeError when the number of frames or any other label differs.
    """
    if theirs.shape != ours.shape:
        raise RuntimeError(f"the lecture's loop scored {len(theirs)} frames, ours {len(ours)}: times tell nothing.")
    second, first = np.sort(theirs, axis=1)[:, -2:].T
    clear = first - second > CLOSE
    wrong = np.flatnonzero(clear & (theirs.argmax(axis=1) != ours.argmax(axis=1)))
    if wrong.size:
        raise RuntimeError(f"{wrong.size} labels differ from the lecture's, first at frame {wrong[0]}.")
    return len(theirs), int((~clear).sum())


def described(clip: Path) -> tuple:
    """Codec, width, height, frames and frame rate of an .avi, as its header has them."""
    reader = cv2.VideoCapture(str(clip))
    fields = ("FOURCC", "FRAME_WIDTH", "FRAME_HEIGHT", "FRAME_COUNT", "FPS")
    held = tuple(round(reader.get(getattr(cv2, f"CAP_PROP_{name}")), 3) for name in fields)
    reader.release()
    return held


def beside_copying(clip: Path, classifier: Classifier, repeats: int, folder: Path) -> list[Result]:
    """Our way with a clip beside decoding and encoding it alone, to both kinds of file."""
    results = []
    for suffix in (".avi", ".mp4"):
        ours, copied = folder / f"ours{suffix}", folder / f"copy{suffix}"
        our_way(clip, ours, classifier)
        runs = in_turn(
            f"HD {suffix}: ours and a copy", repeats,
            ours=lambda: our_way(clip, ours, classifier), copying=lambda: copy(clip, copied),
        )  # fmt: skip
        what = f"1280×720 to {suffix}, over decoding and encoding alone"
        results.append(Result(what, ratio(runs, "ours", "copying"), "times", 1.8, False, runs))
    return results


def piece(clip: Path, out: Path, frames: int, size: tuple[int, int] | None = None) -> Path:
    """Write a clip's first frames, over again when it has fewer, to another, at (width, height) where that is given."""
    info = VideoInfo.of(clip)
    size = size or (info.width, info.height)
    with VideoSink(out, *size, info.rate) as sink:
        while sink.written < frames:
            with VideoReader(clip, end=frames - sink.written) as reader:
                for frame in reader:
                    sink.write(cv2.resize(frame.image, size))
    return out

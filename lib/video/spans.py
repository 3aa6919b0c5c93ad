"""A long clip scored in spans, by several processes, with the very scores of one pass.

Three things make a span's scores those of one pass, to the bit. It begins with a whole batch, since the network's
output for a frame depends on the number of frames in its batch by rounding. Its first frames are the same pictures:
a decoder that begins at a key frame may give others for a while, so they are compared with those that it gives when
it has begun a key frame earlier. And whether frames were lost is seen when spans are joined. Where one of these fails,
the clip is scored in one pass.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np

from lib.video.info import VideoInfo, duration_of
from lib.video.opening import open_video
from lib.video.reader import VideoReader
from lib.video.scores import FrameScores
from lib.video.scoring import BATCH, Network, Rows, read_saved

LENGTH = 600.0  # seconds
_AFTER_KEY = 2  # frames: a deinterlacer looks at the neighbours of each, so a span does not begin with the key frame
_ROUNDING = 1e-6  # seconds


@dataclass(frozen=True)
class Span:
    """A part of a clip, in seconds since its first frame: the first frame's, the one before which the last is, and
    that of a key frame from which decoding has settled at `begin`."""

    begin: float
    end: float
    settled_from: float


def saved(file: Path, wanted: str) -> FrameScores | None:
    """Read the scores in a file, if they are complete and of this fingerprint. Raises FileError for another file."""
    known = read_saved(file, wanted)
    return known if known and known.complete else None


def plan(path: Path, stride: int, length: float = LENGTH) -> list[Span]:
    """Cut a clip into spans.

    Args:
        path: the clip.
        stride: one of how many frames is scored.
        length: of a span, at least, in seconds.

    Returns:
        Spans from the first frame to the last; none when the clip is short or cannot be cut.

    Raises:
        VideoError: it cannot be read.
    """
    container, stream = open_video(path)
    with container:
        if (duration_of(container, stream) or 0) < 1.5 * length:
            return []
    times, keys = _time_stamps(path, VideoInfo.of(path))
    unit, borders = BATCH * stride, [0]
    before = [0.0]
    while True:
        later = np.flatnonzero(keys & (times >= times[borders[-1]] + length)) if len(times) else np.empty(0, int)
        if not len(later):
            break
        border = -(-(later[0] + _AFTER_KEY) // unit) * unit
        if border >= len(times) or times[-1] - times[border] < length / 2:
            break
        earlier = np.flatnonzero(keys[: later[0]])
        borders.append(int(border))
        before.append(float(times[earlier[-1]]) if len(earlier) else 0.0)
    ends = [*times[borders[1:]].tolist(), math.inf]
    return [Span(float(times[border]), *rest) for border, *rest in zip(borders, ends, before)] if borders[1:] else []


def _time_stamps(path: Path, info: VideoInfo) -> tuple[np.ndarray, np.ndarray]:
    """Give the seconds of all frames in the order of showing, and which are key frames; none when that is not known."""
    stamps: dict[int, bool] = {}
    container, stream = open_video(path)
    with container:
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_discard:
                    if packet.pts is None or packet.pts in stamps:
                        return np.empty(0), np.empty(0, bool)
                    stamps[packet.pts] = packet.is_keyframe
        except av.FFmpegError:
            return np.empty(0), np.empty(0, bool)
        ordered = sorted(stamps)
        seconds = np.array(ordered, float) * float(stream.time_base or 0) - info.begin
        shown = seconds > -_ROUNDING
        return seconds[shown], np.array([stamps[stamp] for stamp in ordered], bool)[shown]


def score(path: Path, network: Network, stride: int, span: Span, wanted: str) -> FrameScores | None:
    """Score a span.

    Args:
        path: the clip.
        network: what scores frames.
        stride: one of how many frames is scored.
        span: which part.
        wanted: the clip's fingerprint.

    Returns:
        Its scores, with a fingerprint of the span; None when the clip cannot be cut here.

    Raises:
        VideoError: the clip cannot be read.
    """
    if not _is_settled(path, span):
        return None
    rows = Rows(path.name, network.classes, stride, span_fingerprint(wanted, span))
    with VideoReader(path, stride=stride) as reader:
        reader.seek(span.begin, span.end)
        for _ in rows.score(reader, network.predict, network.resize, BATCH, progress=False):
            pass
        return rows.scores(reader.came) if rows.count else None


def span_fingerprint(wanted: str, span: Span) -> str:
    """Identify the scores of a span of the clip with this fingerprint."""
    return hashlib.sha256(repr((wanted, span)).encode()).hexdigest()


def _is_settled(path: Path, span: Span) -> bool:
    """Whether the first frames of a span are the same when decoding begins earlier, and of the clip's first size."""
    if not span.begin:
        return True
    with VideoReader(path) as near, VideoReader(path) as far:
        near.seek(span.begin)
        far.seek(span.settled_from)
        later = (frame for frame in far if frame.seconds > span.begin - _ROUNDING)
        pairs = list(islice(zip(near, later), BATCH))
        size = (near.info.height, near.info.width, 3)
        return bool(pairs) and all(
            one.seconds == other.seconds and one.image.shape == size and np.array_equal(one.image, other.image)
            for one, other in pairs
        )


def join(parts: Sequence[FrameScores], wanted: str) -> FrameScores | None:
    """Join the scores of all spans of a clip.

    Args:
        parts: in the order of the clip.
        wanted: the clip's fingerprint.

    Returns:
        The scores of the clip; None when frames are missing in a span, so that one pass has other batches.
    """
    first, stride = parts[0], parts[0].stride
    seconds = np.concatenate([part.seconds for part in parts])
    if any(part.frames % (BATCH * stride) for part in parts[:-1]) or (np.diff(seconds) < 0).any():
        return None
    return FrameScores(
        np.concatenate([part.scores for part in parts]), seconds, np.arange(len(seconds)) * stride,
        first.classes, first.source, first.rate, stride, sum(part.frames for part in parts), wanted,
    )  # fmt: skip

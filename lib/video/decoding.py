"""From an open file to its pictures: decoded, deinterlaced, upright, each with its moment."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.filter import Graph
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from lib.video.opening import open_video

_JUMP = 1.0  # seconds back that are no disorder of neighbouring pictures
_TICK = Fraction(1, 90_000)  # seconds, where a stream does not say


def pictures(
    container: InputContainer, stream: VideoStream, on_fault: Callable[[], None] = lambda: None
) -> Iterator[av.VideoFrame]:
    """Yield the pictures in the order of showing, interlaced ones deinterlaced.

    `on_fault()` is called for each that cannot be decoded.
    """
    return _deinterlaced(_decoded(container, stream, on_fault))


def _decoded(container: InputContainer, stream: VideoStream, on_fault: Callable[[], None]) -> Iterator[av.VideoFrame]:
    for packet in _packets(container, stream, on_fault):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            on_fault()


def _packets(container: InputContainer, stream: VideoStream, on_fault: Callable[[], None]) -> Iterator[av.Packet]:
    try:
        yield from container.demux(stream)
    except av.FFmpegError:  # what cannot even be taken apart ends the clip
        on_fault()


def _deinterlaced(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield as many pictures as come; from the first interlaced one on, each made of whole lines (FFmpeg's bwdif)."""
    graph, size = None, None
    for frame in frames:
        if graph and size != (frame.width, frame.height, frame.format.name):
            yield from _filtered(graph, None)
            graph = None
        if not graph and frame.interlaced_frame:
            graph, size = _deinterlacer(frame), (frame.width, frame.height, frame.format.name)
        if graph:
            yield from _filtered(graph, frame)
        else:
            yield frame
    if graph:
        yield from _filtered(graph, None)


def _deinterlacer(frame: av.VideoFrame) -> Graph:
    graph = Graph()
    filters = [
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base),
        graph.add("bwdif", "mode=send_frame:deint=interlaced"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*filters).configure()
    return graph


def _filtered(graph: Graph, frame: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
    """Put a picture into a filter, None after the last, and yield what comes out."""
    graph.push(frame)
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):  # it needs another picture, or there is none left
            return


class Clock:
    """Seconds since the first picture, from the clip's time stamps; from the rate where a picture has none."""

    def __init__(self, rate: Fraction, begin: float | None = None):
        self._rate = rate
        self.begin = begin  # the first picture's time stamp
        self.seconds = 0.0

    def __call__(self, index: int, picture: av.VideoFrame) -> float:
        if picture.time is None:
            seconds = float(index / self._rate)
        else:
            self.begin = picture.time if self.begin is None else self.begin
            seconds = picture.time - self.begin
            if seconds < self.seconds - _JUMP:  # time begins again, as where two recordings were joined
                self.begin -= self.seconds + float(1 / self._rate) - seconds
                seconds = picture.time - self.begin
        self.seconds = max(self.seconds, seconds)
        return self.seconds


class TimedPictures:
    """The pictures of a file in the order of showing: an iterator of (seconds since the first, picture).

    Args:
        path: the file.
        rate: frames a second, for the seconds of pictures without a time stamp.
        on_fault: is called for each picture that cannot be decoded.

    Raises:
        VideoError: the file cannot be opened.
    """

    def __init__(self, path: str | Path, rate: Fraction, on_fault: Callable[[], None] = lambda: None):
        self._path, self._rate, self._on_fault = path, rate, on_fault
        self._opened: tuple[InputContainer, VideoStream] | None = None
        self._rewind()

    def _rewind(self) -> None:
        """Open the file at its beginning; when the last reference to the old one goes, its file is closed."""
        self._opened = open_video(self._path)
        self._clock = Clock(self._rate)
        self._coming: Iterator[tuple[float, av.VideoFrame]] = self._timed(*self._opened)

    def _timed(self, container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, av.VideoFrame]]:
        for index, picture in enumerate(pictures(container, stream, self._on_fault)):
            yield self._clock(index, picture), picture

    def __iter__(self) -> Iterator[tuple[float, av.VideoFrame]]:
        return self

    def __next__(self) -> tuple[float, av.VideoFrame]:
        return next(self._coming)

    @property
    def seconds(self) -> float:
        """Those of the last picture that came; 0.0 before the first."""
        return self._clock.seconds

    def seek(self, seconds: float) -> None:
        """Go on from the last key frame at or before a moment, or from the beginning where the file cannot be searched."""
        if self._clock.begin is None:
            self._rewind()
            next(self._coming, None)  # tells where the clip's time begins
        if self._opened and self._clock.begin is not None and seconds > 0:
            container, stream = self._opened
            begin, self._clock = self._clock.begin, Clock(self._rate, self._clock.begin)
            with suppress(av.FFmpegError):
                container.seek(int((begin + seconds) / (stream.time_base or _TICK)), stream=stream)
            self._coming = self._timed(container, stream)
            first = next(self._coming, None)
            if first is not None and first[0] <= seconds:
                self._coming = chain([first], self._coming)
                return
        self._rewind()

    def close(self) -> None:
        """Close the file; no picture comes after this."""
        self._coming = iter(())
        if self._opened:
            self._opened[0].close()
        self._opened = None  # the decoder's threads end with it


class ToRGB:
    """Turn decoded pictures into upright RGB arrays, all of the size of the first."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()  # keeps its tables from one picture to the next
        self._size: tuple[int, int] | None = None
        self.resized = 0  # pictures that came in another size

    def __call__(self, picture: av.VideoFrame) -> np.ndarray:
        """Give the picture as uint8 RGB (height, width, 3), C-contiguous and the caller's own."""
        axes = shown_axes(picture)
        size = shown_size(picture)
        self._size = self._size or size
        self.resized += size != self._size
        width, height = self._size[::-1] if is_transposed(axes) else self._size
        image = self._reformatter.reformat(picture, width, height, "rgb24").to_ndarray()
        return np.ascontiguousarray(_upright(image, axes))


def shown_axes(picture: av.VideoFrame) -> np.ndarray:
    """Where a picture's right and its lower edge point when it is shown: rows (x, y), float (2, 2), of length 1.

    They come from the file's display matrix, which turns a picture, mirrors it, or both; [[1, 0], [0, 1]] shows it as
    it is stored. Angles within a degree of a right one are right ones, as FFmpeg has it.
    """
    data = picture.side_data.get("DISPLAYMATRIX")
    if data is None:
        return np.eye(2)
    # Side data is a buffer, though PyAV's stubs do not say so.
    axes = np.frombuffer(data, np.int32).reshape(3, 3)[:2, :2].astype(float)  # type: ignore[call-overload]
    lengths = np.linalg.norm(axes, axis=1, keepdims=True)
    if not lengths.all() or abs(np.linalg.det(axes / lengths)) < 0.5:  # it would show a line or nothing: a fault
        return np.eye(2)
    axes /= lengths
    right = np.rint(axes)
    return right if np.abs(axes - right).max() < np.sin(np.radians(1)) else axes


def shown_size(picture: av.VideoFrame) -> tuple[int, int]:
    """Width and height of a picture as it is shown."""
    size = picture.width, picture.height
    return size[::-1] if is_transposed(shown_axes(picture)) else size


def is_transposed(axes: np.ndarray) -> bool:
    """Whether height and width are exchanged when a picture with these `shown_axes` is shown."""
    return axes[0, 0] == axes[1, 1] == 0


def _upright(image: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """The picture (h, w, 3) with its edges as `axes` say, perhaps as a view; between right angles, turned about its
    middle within its own size, as FFmpeg does it."""
    if not np.array_equal(axes, np.rint(axes)):
        height, width = image.shape[:2]
        middle = np.array([width - 1, height - 1]) / 2
        turn = np.column_stack([axes.T, middle - middle @ axes])
        return cv2.warpAffine(image, turn, (width, height))
    if is_transposed(axes):
        image = image.swapaxes(0, 1)
    leftwards, upwards = axes.sum(axis=0) < 0
    return image[:: -1 if upwards else 1, :: -1 if leftwards else 1]

"""Frames of a clip or a camera, one at a time: what every later stage reads."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from lib.video.decoding import ToRGB, open_video, pictures
from lib.video.errors import VideoError, VideoWarning
from lib.video.info import VideoInfo
from lib.video.live import Camera, LiveSource, Newest


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame: which one of those that came (from 0), seconds since the first, uint8 RGB (h, w, 3)."""

    index: int
    seconds: float
    image: np.ndarray


class VideoReader:
    """The frames `start`, `start + stride`, … before `end` of a file or a live source, as an iterator of Frame.

    A context manager; frames are decoded as they are asked for, so memory does not grow with the clip.

    source: a file; a number (a camera, as in `cv2.VideoCapture(0)`); or a LiveSource such as `PlayedLive(path)`.
    policy: for live sources, "newest" passes over the frames that came during slow work (index tells the gap),
        "every" gives each one that the source still holds.

    `seconds` are the clip's own time stamps, so a variable frame rate comes out right; they never run backwards.
    Frames are upright (rotation applied) and of one size. `came` counts the frames that came, those that `stride`
    passes over included (not those that "newest" does), `undecodable` those that did not. A clip that ends before its
    header says (`ended_early`), holds undecodable frames or changes its size is told by a VideoWarning at the end, and
    is as right as it can be.
    Raises VideoError when the source cannot be opened or a file ends before `start`, ValueError for a wrong range.
    """

    def __init__(
        self,
        source: str | Path | int | LiveSource,
        start: int = 0,
        end: int | None = None,
        stride: int = 1,
        policy: Literal["newest", "every"] = "newest",
    ):
        if start < 0 or stride < 1 or (end is not None and end <= start):
            raise ValueError(f"start={start}, end={end}, stride={stride}: need 0 <= start < end and stride >= 1.")
        if policy not in ("newest", "every"):
            raise ValueError(f'policy={policy!r}: choose "newest" or "every".')
        self.start, self.end, self.stride = start, end, stride
        self.came = self.undecodable = 0
        self.ended_early = False
        if isinstance(source, (str, Path)):
            self.info = VideoInfo.of(source)
            container, stream = open_video(source)
            self._frames, self._close = self._of_file(container, stream), container.close
        else:
            live = Camera(source) if isinstance(source, int) else source
            live = Newest(live) if policy == "newest" else live
            self.info = live.info
            self._frames, self._close = self._of_live(live), live.close

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        return self

    def __next__(self) -> Frame:
        return next(self._frames)

    def close(self) -> None:
        """Let go of the file or camera; no frame comes after this."""
        self._frames.close()
        self._close()

    def _wanted(self, position: int) -> bool:
        return position >= self.start and (position - self.start) % self.stride == 0

    def _of_live(self, source: LiveSource) -> Iterator[Frame]:
        for position, (index, seconds, image) in enumerate(source):
            if position == self.end:
                return
            self.came += 1
            if self._wanted(position):
                yield Frame(index, seconds, image)

    def _of_file(self, container: InputContainer, stream: VideoStream) -> Iterator[Frame]:
        image, clock = ToRGB(), _Clock(self.info)
        for index, picture in enumerate(pictures(container, stream, self._count_fault)):
            if index == self.end:
                return
            self.came += 1
            seconds = clock(index, picture)
            if self._wanted(index):
                yield Frame(index, seconds, image(picture))
        self._tell(clock.seconds, image.resized)

    def _count_fault(self) -> None:
        self.undecodable += 1

    def _tell(self, last: float, resized: int) -> None:
        """Say at the end of a file what was wrong with it."""
        info = self.info
        if self.came <= self.start:
            raise VideoError(f"{info.name} has {self.came} frames: choose a start before that, not {self.start}.")
        missing = (info.duration or 0.0) - last - float(1 / info.rate)
        self.ended_early = missing > max(0.5, 0.02 * (info.duration or 0.0))
        told = [
            (self.ended_early, f"it ends {missing:.1f} s before its header says (cut short? copy it again)"),
            (self.undecodable, f"{self.undecodable} frames cannot be decoded and are left out"),
            (resized, f"its size changes on the way; {resized} frames were scaled to the first one's"),
            (not info.rate_given, f"it gives no frame rate; {info.rate} frames a second are assumed"),
        ]
        if any(wrong for wrong, _ in told):
            what = "; ".join(words for wrong, words in told if wrong)
            warnings.warn(f"{info.name}: {what}. {self.came} frames came.", VideoWarning, stacklevel=4)


class _Clock:
    """Seconds since the first picture, from the clip's time stamps; from the rate where a picture has none."""

    def __init__(self, info: VideoInfo):
        self._rate = info.rate
        self._begin: float | None = None
        self.seconds = 0.0

    def __call__(self, index: int, picture: av.VideoFrame) -> float:
        if picture.time is None:
            seconds = float(index / self._rate)
        else:
            self._begin = picture.time if self._begin is None else self._begin
            seconds = picture.time - self._begin
        self.seconds = max(self.seconds, seconds)
        return self.seconds

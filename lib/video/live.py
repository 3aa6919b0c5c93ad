"""Live pictures: a camera, or a file played as if it were one, and the choice of every frame or the newest."""

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from threading import Condition, Thread
from typing import Protocol

import cv2
import numpy as np

from lib.video.decoding import ToRGB, open_video, pictures
from lib.video.errors import VideoError
from lib.video.info import USUAL_RATE, VideoInfo

LiveFrame = tuple[int, float, np.ndarray]  # count, seconds since the first, uint8 RGB (h, w, 3)


class LiveSource(Protocol):
    """What plays live: an iterable of LiveFrame that gives each frame when it happens, not before."""

    info: VideoInfo

    def __iter__(self) -> Iterator[LiveFrame]: ...

    def close(self) -> None: ...


class Camera:
    """Camera `number` of this computer (0 is the first), through OpenCV."""

    def __init__(self, number: int):
        self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            self._capture.release()
            raise VideoError(
                f"Camera {number} does not open: see that it is plugged in and not in use by another program, "
                "or give a video file instead."
            )
        width, height = (int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        rate = Fraction(rate).limit_denominator(1001) if 0 < rate <= 1000 else USUAL_RATE
        self.info = VideoInfo(None, width, height, rate)

    def __iter__(self) -> Iterator[LiveFrame]:
        begin, index = None, 0
        while True:
            came, image = self._capture.read()
            if not came:
                return
            now = time.monotonic()
            begin = now if begin is None else begin
            yield index, now - begin, cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
            index += 1

    def close(self) -> None:
        self._capture.release()


class PlayedLive:
    """A file played at its own pace, as if a camera gave it: for trying out a live set-up without a camera."""

    def __init__(self, path: str | Path):
        self.info = VideoInfo.of(path)
        self._container, self._stream = open_video(path)

    def __iter__(self) -> Iterator[LiveFrame]:
        image, begin = ToRGB(), time.monotonic()
        for index, picture in enumerate(pictures(self._container, self._stream)):
            seconds = float(index / self.info.rate)
            time.sleep(max(0.0, begin + seconds - time.monotonic()))
            yield index, seconds, image(picture)

    def close(self) -> None:
        self._container.close()


class Newest:
    """Hands on only the newest frame of a live source, so that slow work never lags behind what happens now.

    A thread takes every frame as it comes and keeps the last one. `skipped` counts those that nobody took.
    An exception in the source is raised where frames are taken.
    """

    def __init__(self, source: LiveSource):
        self.info = source.info
        self.skipped = 0
        self._source = source
        self._frame: LiveFrame | None = None
        self._error: BaseException | None = None
        self._over = self._closing = False
        self._change = Condition()
        self._thread = Thread(target=self._take, name="newest frame", daemon=True)
        self._thread.start()

    def _take(self) -> None:
        error = None
        try:
            for frame in self._source:
                with self._change:
                    if self._closing:
                        break
                    self.skipped += self._frame is not None
                    self._frame = frame
                    self._change.notify()
        except Exception as caught:
            error = caught
        with self._change:
            self._error, self._over = error, True
            self._change.notify()

    def __iter__(self) -> Iterator[LiveFrame]:
        while True:
            with self._change:
                while self._frame is None and not self._over:
                    self._change.wait(0.1)  # a limit, so that Ctrl-C is heard on Windows too
                frame, self._frame = self._frame, None
            if frame is None:
                if self._error:
                    raise self._error
                return
            yield frame

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        self._source.close()

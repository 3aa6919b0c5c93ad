"""Live pictures: a camera, or a file played as if it were one, and the choice of every frame or the newest."""

import time
import warnings
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from numbers import Integral
from pathlib import Path
from threading import Condition, Thread
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from lib.core.errors import InputError, VideoError, VideoWarning
from lib.core.messages import without_password
from lib.core.quiet import standard_error_muted
from lib.video.decoding import Clock, TimedPictures, ToRGB, pictures
from lib.video.info import HDR, USUAL_RATE, VideoInfo
from lib.video.opening import open_address

_CAMERAS = 100  # OpenCV reads a hundred and more as another driver, and crashes below 0
LiveFrame = tuple[int, float, np.ndarray]  # count, seconds since the first, uint8 RGB (h, w, 3)


@runtime_checkable
class LiveSource(Protocol):
    """What plays live: an iterable of LiveFrame that gives each frame when it happens, not before."""

    info: VideoInfo

    def __iter__(self) -> Iterator[LiveFrame]: ...

    def close(self) -> None: ...


class Camera:
    """Camera `number` of this computer (0 to 99; 0 is the first), through OpenCV.

    Raises ValueError for what is no such number, VideoError when the camera does not open.
    """

    def __init__(self, number: int | Integral):
        # The stubs of Integral do not compare it with int.
        if isinstance(number, bool) or not isinstance(number, Integral) or not 0 <= number < _CAMERAS:  # type: ignore[operator]
            raise InputError(
                f"{number!r} is no source of frames: give a video file, the number of a camera (0 is the first), or a "
                "live source such as SimulatedCamera."
            )
        with standard_error_muted():  # each way to a camera that OpenCV tries in vain prints its own lines
            self._capture = cv2.VideoCapture(int(number))
        if not self._capture.isOpened():
            self._capture.release()
            raise VideoError(
                f"Camera {number} does not open: see that it is plugged in and not in use by another program, "
                "or give a video file instead."
            )
        width, height = (int(self._capture.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        rate: float | Fraction = self._capture.get(cv2.CAP_PROP_FPS)
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


class SimulatedCamera:
    """A file played at its own pace, as if a camera gave it: for trying out a live set-up without a camera.

    Args:
        path: the video file.

    Raises:
        VideoError: it cannot be opened.

    Example:
        with video.VideoReader(video.SimulatedCamera(clip_path)) as reader:
            newest = [frame.index for frame in reader]
    """

    def __init__(self, path: str | Path):
        self.info = VideoInfo.of(path)
        self._pictures = TimedPictures(path, self.info.rate)

    def __iter__(self) -> Iterator[LiveFrame]:
        image, begin = ToRGB(), time.monotonic()
        for index, (seconds, picture) in enumerate(self._pictures):
            time.sleep(max(0.0, begin + seconds - time.monotonic()))
            yield index, seconds, image(picture)

    def close(self) -> None:
        self._pictures.close()


class Address:
    """Pictures from an address (rtsp://, http://, https://), as they arrive.

    A connection that breaks, and frames that cannot be decoded, give a VideoWarning at the end.

    Args:
        address: of a camera on the network, or of a clip.

    Raises:
        VideoError: it gives no pictures.
    """

    def __init__(self, address: str):
        self._container, stream = open_address(address)
        self._faults = 0
        coming = pictures(self._container, stream, self._count_fault)
        first = next(coming, None)
        name = without_password(address)
        if first is None:
            self._container.close()
            raise VideoError(f"No picture from {name} can be decoded: check the address.")
        self.info = VideoInfo.seen(first, self._container, stream, None, name)
        self._pictures = chain([first], coming)

    def __iter__(self) -> Iterator[LiveFrame]:
        image, clock = ToRGB(), Clock(self.info.rate)
        for index, picture in enumerate(self._pictures):
            yield index, clock(index, picture), image(picture)
        missing = self.info.missing_after(clock.seconds)
        faults = [
            (missing, f"it ends {missing:.1f} s before its header says (did the connection break?)"),
            (self._faults, f"errors of the connection, or frames that cannot be decoded: {self._faults}"),
            (self.info.is_hdr, HDR),
        ]
        if what := "; ".join(words for wrong, words in faults if wrong):
            warnings.warn(f"{self.info.name}: {what}.", VideoWarning, stacklevel=2)

    def _count_fault(self) -> None:
        self._faults += 1

    def close(self) -> None:
        self._container.close()


class LatestFrameSource:
    """Hands on only the newest frame of a live source, so that slow work never lags behind what happens now.

    A thread takes every frame as it comes and keeps the last one. `skipped` counts those that were never used.
    An exception in the source is raised where frames are taken.
    """

    CLOSING = 2.0  # seconds to wait for a camera that is just giving a frame

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
        finally:
            self._source.close()  # here, since a camera may not be closed while this thread waits for a frame of it
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
        """Stop taking frames. A camera that is stuck in the middle of a frame is left to its thread, which closes it."""
        self._closing = True
        self._thread.join(self.CLOSING)

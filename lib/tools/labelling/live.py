"""Label a live source: a camera or an address. Each frame's label depends on the frames before it only."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import numpy as np

from lib.core.colours import NO_EVENT, colours
from lib.core.progress import progress_bar
from lib.core.signals import handled
from lib.tools.labelling.choices import Choices
from lib.tools.labelling.results import UNKNOWN, Labelled
from lib.video import Address, VideoError, VideoReader, draw_label
from lib.video.copying import CopySink
from lib.video.scoring import Network

_STOP = (ord("q"), 27)  # Esc


class _Stop:
    """Whether a signal to end has come. It interrupts the wait for a frame, but never the work on one: the encoder would
    lose it otherwise."""

    came = busy = False

    def __call__(self, number: int, stack: object) -> None:
        self.came = True
        if not self.busy:
            raise KeyboardInterrupt


def label_live(source: int | str, network: Network, choices: Choices, out: Path | None) -> tuple[Labelled, bool]:
    """Label frames as they arrive, until the source ends, Ctrl-C, or q in the window.

    Args:
        source: the number of a camera, or an address.
        network: what scores frames.
        choices: how scores become labels.
        out: the labelled copy to write, or None.

    Returns:
        The labels of the frames that arrived, and whether Ctrl-C ended it.

    Raises:
        VideoError: the source does not open, or gives no frame.
    """
    reader = VideoReader(source) if isinstance(source, int) else _of_address(source)
    update = choices.stream(choices.size(reader.info.rate))
    labels: list[int] = []
    rows: list[np.ndarray] = []
    seconds: list[float] = []
    stop = _Stop()
    with ExitStack() as stack:
        stack.enter_context(handled(("SIGINT", "SIGTERM"), stop))
        stack.enter_context(reader)
        show = stack.enter_context(_window(reader.info.name)) if has_screen() else lambda image: True
        sink = stack.enter_context(CopySink(out, reader.info)) if out else None
        try:
            for frame in progress_bar(reader, desc=f"labelling {reader.info.name}", unit="frame"):
                stop.busy = True
                label, smooth = update(network.predict(network.resize(frame.image)[None])[0])
                image = _labelled(frame.image, label, smooth, network.classes)
                if sink:
                    sink.write(image, frame.seconds)
                labels.append(label)
                rows.append(smooth)
                seconds.append(frame.seconds)
                if not show(image) or stop.came:
                    break
                stop.busy = False
        except KeyboardInterrupt:
            if not labels:
                raise
        stop.busy = True
    end = seconds[-1] + float(1 / reader.info.rate)
    return Labelled(np.array(labels), np.array(rows), np.array(seconds), tuple(network.classes), end), stop.came


def _of_address(address: str) -> VideoReader:
    """A camera on the network is followed as it happens; of a clip every frame is taken."""
    return VideoReader(Address(address), policy="newest" if address.lower().startswith("rtsp") else "every")


def _labelled(image: np.ndarray, label: int, smooth: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    name = UNKNOWN if label < 0 else classes[label]
    colour = NO_EVENT if label < 0 else colours(classes)[name]
    return draw_label(image, name, colour, dict(zip(classes, smooth.tolist())))


def has_screen() -> bool:
    """Whether a window can be shown. On Linux, OpenCV's windows need X11."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY"))


@contextmanager
def _window(title: str) -> Iterator[Callable[[np.ndarray], bool]]:
    """Give a function that shows an RGB image in a window, and returns whether to go on: q, Esc and closing it end it."""

    def show(image: np.ndarray) -> bool:
        try:
            cv2.imshow(title, cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        except cv2.error as error:
            raise VideoError("No window can be shown: unset the environment variable DISPLAY to do without.") from error
        return cv2.waitKey(1) & 0xFF not in _STOP and cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) >= 1

    try:
        yield show
    finally:
        cv2.destroyAllWindows()

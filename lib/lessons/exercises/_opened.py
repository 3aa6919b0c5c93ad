"""Which readers and writers of clips a solution opens, and whether it releases them, for the check of its loop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import cv2


class _Noting:
    """A class of OpenCV whose new objects are noted. (A subclass of one of OpenCV's makes Python crash.)"""

    def __init__(self, kind: Any, opened: list):
        self._kind, self._opened = kind, opened

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._opened.append(self._kind(*arguments, **named))
        return self._opened[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)


@contextmanager
def noted() -> Iterator[list]:
    """Note each reader and writer that is opened meanwhile, and release them all at the end.

    Python releases what no variable refers to any more, so that a forgotten `release` would not show.
    """
    opened: list = []
    reader, writer = _Noting(cv2.VideoCapture, opened), _Noting(cv2.VideoWriter, opened)
    try:
        with patch.multiple(cv2, VideoCapture=reader, VideoWriter=writer):
            yield opened
    finally:
        for one in opened:
            one.release()

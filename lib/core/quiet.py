"""Silence for libraries that write past Python: from C++ to file descriptor 2, where no logger stops them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

_LOCK = RLock()  # two threads at once would each put back what the other has put there


@contextmanager
def standard_error_muted() -> Iterator[None]:
    """Drop what is written to file descriptor 2, by any thread, until the block ends."""
    with _LOCK:
        try:
            kept = os.dup(2)
        except OSError:  # it is closed (a service, a Windows program without a console): it is silent already
            yield
            return
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(null)

"""Take over the signals that ask a process to end, for a while."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def handled(names: Iterable[str], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let a function handle signals until the end of the block.

    A signal that this process was started to ignore (by `nohup`, say) stays ignored, and one that this system lacks is
    left out. In other threads than the main one, which alone may choose what signals do, nothing changes.

    Args:
        names: of signals, such as "SIGINT".
        handler: receives the number of the signal and the frame that it interrupts.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)

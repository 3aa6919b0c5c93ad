"""How much of a season is done: what stands beside the bar, and at the end."""

import time
from pathlib import Path

from lib.core.messages import counted


class Progress:
    """Counts clips, hours of video and frames. The time left goes by the bytes of clips, which are known beforehand.

    Args:
        sizes: of the clips, in bytes.
    """

    def __init__(self, sizes: dict[Path, int]):
        self._sizes, self._begin = sizes, time.monotonic()
        self._left, self._done = sum(sizes.values()), 0
        self._clips = self._failed = self._before = 0
        self._seconds = 0.0  # of video
        self.frames = 0  # scored in this call

    def finish(self, clip: Path, seconds: float, is_labelled: bool) -> None:
        """Count a clip, of so many seconds."""
        size = self._sizes.get(clip, 0)
        self._clips += 1
        self._failed += not is_labelled
        self._seconds += seconds
        self._left -= size
        if self.frames > self._before:  # the network has run since: it was not merely there
            self._done += size
        self._before = self.frames

    def words(self) -> str:
        """Hours of video, frames per second over all workers, and the time left, as far as it is known."""
        took = time.monotonic() - self._begin
        words = f"{self._seconds / 3600:.2f} h of video, {self.frames / took:.0f} frames/s"
        return f"{words}, {took * self._left / self._done / 3600:.2f} h left" if self._done else words

    def summary(self) -> str:
        """One line for the end."""
        took = time.monotonic() - self._begin
        return (
            f"{counted(self._clips, 'clip')}, {self._failed or 'none'} failed; {self._seconds / 3600:.2f} h of video; "
            f"{counted(self.frames, 'frame')} scored in {took / 60:.1f} minutes, {self.frames / took:.0f} a second"
        )

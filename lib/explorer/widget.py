"""The explorer in a notebook: a widget in JupyterLab, VS Code and Colab, and a still picture where no kernel runs."""

import base64
import io
from inspect import unwrap
from pathlib import Path
from threading import Event, Thread
from typing import Any

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from IPython.display import display

from lib import plots
from lib.core import made, paths
from lib.explorer import page
from lib.explorer.data import pack, scored_truth, smooth
from lib.plots.style import STYLE
from lib.video import FrameScores, annotate_clip
from lib.video.playable import playable_bytes

_LARGEST, _WIDEST = 50_000_000, 640  # bytes of a clip in a notebook; pixels of a larger one's copy
STILL = "A still picture of the explorer: run this cell to move it, or write a page: python -m lib explore CLIP"


class SmoothingExplorer(anywidget.AnyWidget):
    """Two ways of smoothing the scores of a clip, side by side, from the first frame that they label differently.

    Args:
        scores: of the clip, from `video.score_clip`; the network itself is not needed.
        clip: the video file, to play it and write it labelled; without, there are strips, curves and figures only.
        truth: class indices (frames,), -1 for no event; without, the table gives switches only.
        folder: where videos are written, by default `output/explorer`.

    Raises:
        ValueError: scores and truth do not fit.
        VideoError: the clip cannot be read.

    Example:
        explorer.SmoothingExplorer(scores, clip_path, truth)
    """

    _esm = page.SCRIPT
    _css = page.STYLE
    data = traitlets.Dict().tag(sync=True)
    clip = traitlets.Bytes().tag(sync=True)
    can_write = traitlets.Bool().tag(sync=True)
    still = traitlets.Unicode().tag(sync=True)  # the end of the still picture, which the live explorer hides
    state = traitlets.Unicode().tag(sync=True)  # as in the address of a page: a=1&b=32&t=4.2
    status = traitlets.Unicode().tag(sync=True)
    progress = traitlets.Float(None, allow_none=True).tag(sync=True)  # 0 to 1, while a video is written

    def __init__(
        self,
        scores: FrameScores,
        clip: str | Path | None = None,
        truth: np.ndarray | None = None,
        folder: str | Path | None = None,
    ):
        self._scores, self._truth = scores, scored_truth(scores, truth)
        self._source, self._folder = Path(clip) if clip else None, Path(folder or paths.OUTPUT / "explorer")
        self._cancelled, self._writer = Event(), Thread()
        film = playable_bytes(self._source, _LARGEST, _WIDEST) if self._source else b""
        super().__init__(data=pack(scores, truth), clip=film, can_write=clip is not None)
        if clip and not film:
            self.status = f"{scores.source} is too large to be played here: write a page with python -m lib explore."
        self.on_msg(self._on_message)

    def _ipython_display_(self) -> None:
        """Show a still picture, for where no kernel runs, and the live explorer, which hides it."""
        picture = base64.b64encode(self._still()).decode()
        self.still = picture[-48:]  # distinguishes it from other images
        display({"image/png": picture, "text/plain": STILL}, raw=True)
        bundle, metadata = self._repr_mimebundle_()  # type: ignore[misc]  # None is only for what has no view
        del bundle["text/plain"]
        display(bundle, metadata=metadata, raw=True)

    def _still(self) -> bytes:
        """The strips of labels as PNG."""
        k, truth = len(self._scores.classes), self._truth
        strips = {} if truth is None else {"truth": np.where(truth < 0, k, truth)}
        strips |= {f"deque of {size}": smooth(self._scores.scores, "mean", size)[0] for size in (1, 32)}
        memory = io.BytesIO()
        with plt.rc_context(STYLE):
            figure = unwrap(plots.label_strips)(self._scores.seconds, strips, (*self._scores.classes, "no event"))
            figure.supxlabel(STILL, fontsize=12)  # above, it would be under a legend
            figure.savefig(memory, format="png", dpi=100)
            plt.close(figure)
        return memory.getvalue()

    def _on_message(self, _: Any, content: dict[str, Any], buffers: list) -> None:
        """Write a video, in a thread, so that the kernel goes on with other cells; or cancel that."""
        if content.get("cancel"):
            self._cancelled.set()
        elif not self._writer.is_alive():
            self._cancelled.clear()
            self._writer = Thread(target=self._write, args=(content["smoother"], content["size"]), daemon=True)
            self._writer.start()

    def _write(self, smoother: str, size: int) -> None:
        """Write the clip with the labels of a smoother (a key of SMOOTHERS) of a size; `status` says how it ended."""
        assert self._source  # without a clip there is no button to write it
        out = self._folder / f"{self._source.stem}_{smoother}_{size}.mp4"
        labels, means = smooth(self._scores.scores, smoother, size)
        bars = self._scores if means is None else self._scores.with_scores(means)
        self.status, self.progress = f"Writing {out.name} ...", 0.0
        try:
            made.claim("the labelled clip", out)
            annotate_clip(self._source, out, labels, bars, progress=False, on_frame=self._count)
            self.status = f"Written: {out.name}, in {out.parent.name}."
        except (OSError, ValueError) as error:
            self.status = str(error)
        finally:
            self.progress = None

    def _count(self, written: int) -> None:
        if self._cancelled.is_set():
            raise InterruptedError("The video is not written.")
        self.progress = round(written / self._scores.frames, 2)

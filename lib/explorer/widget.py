"""The explorer as a widget: controls, and what happens when one is moved."""

import asyncio
import time
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np

from lib.core import made, paths
from lib.core.colours import colours
from lib.explorer import page
from lib.explorer.drawing import Drawing, draw, png
from lib.explorer.frames import ClipFrames
from lib.explorer.state import LARGEST, METHODS, ClipData, Side, State
from lib.video import FrameScores, VideoError, annotate_clip

_PICTURES_A_SECOND = 12  # while playing; faster than this the frames between are passed over
_LARGEST_SHOWN = 50_000_000  # bytes of a video that is shown in the page as well
_ROW, _SIDE = "explorer-row", "explorer-side"


class SideControls(widgets.VBox):
    """One side: its words, its frame, and the controls of its method and size. `value` is the Side that they show."""

    def __init__(self, name: str, side: Side, has_clip: bool):
        self.name = name
        self.words = widgets.HTML()
        self.picture = widgets.Image(format="png")
        limits = {"min": 1, "max": LARGEST, "value": side.size}
        self.size = widgets.IntSlider(
            **limits, readout=False, description=f"{name} size", tooltip=f"Size of side {name}, in frames"
        )
        self.typed = widgets.BoundedIntText(
            **limits, description=f"{name} frames", tooltip=f"Size of side {name}, typed, in frames"
        )
        self.method = widgets.Dropdown(
            options=[(method.replace("viterbi", "Viterbi"), method) for method in METHODS],
            value=side.method,
            description=f"{name} method",
            tooltip=f"Method of side {name}",
        )
        self.write = widgets.Button(
            description=f"Write {name} as a video", icon="film", tooltip=f"Write the clip as side {name} labels it"
        )
        widgets.link((self.size, "value"), (self.typed, "value"))
        self.typed.layout.width, self.method.layout.width = "130px", "220px"
        sizes = widgets.HBox([self.size, self.typed]).add_class(_ROW)
        choice = widgets.HBox([self.method, self.write] if has_clip else [self.method]).add_class(_ROW)
        super().__init__([self.words, *([self.picture] if has_clip else []), sizes, choice])
        self.add_class(_SIDE)

    @property
    def value(self) -> Side:
        return Side(self.method.value, self.size.value)


class SmoothingExplorer(widgets.VBox):
    """Two ways of smoothing the scores of a clip, side by side, redrawn at every move of a control.

    It begins at the first frame that A and B label differently.

    Args:
        scores: of the clip, from `video.score_clip`; the network itself is not needed.
        clip: the video file, to show its frames and write it labelled; without, there are strips, curves and figures
            only.
        truth: class indices (frames,), -1 for no event; without, the table gives changes of the label only.
        folder: where videos are written, by default `output/explorer`.

    Raises:
        ValueError: scores and truth do not fit.
        VideoError: the clip cannot be read.

    Example:
        explorer.SmoothingExplorer(scores, clip_path, truth)
    """

    _frames: ClipFrames | None = None  # without a clip, and where __init__ raised

    def __init__(
        self,
        scores: FrameScores,
        clip: str | Path | None = None,
        truth: np.ndarray | None = None,
        folder: str | Path | None = None,
    ):
        self._material = ClipData(scores, truth)
        self._clip, self._folder = clip, Path(folder or paths.OUTPUT / "explorer")
        self._frames = ClipFrames(clip, scores.seconds) if clip else None
        start = State()
        self.a = SideControls("A", start.a, clip is not None)
        self.b = SideControls("B", start.b, clip is not None)
        self._make_shared_controls(self._material.disagreement_after(start) or 0)
        super().__init__(self._arranged())
        self.add_class(page.BOX)
        self._listen()
        self._redraw()

    def close(self) -> None:
        """Take it off the page, and let go of the clip."""
        if self._frames:
            self._frames.close()
        super().close()

    @property
    def state(self) -> State:
        """What the controls show."""
        return State(self.a.value, self.b.value, self.frame.value)

    def _make_shared_controls(self, first: int) -> None:
        self.play = widgets.ToggleButton(description="Play", icon="play", tooltip="Play the clip, or pause it")
        self.back = widgets.Button(description="Back", icon="step-backward", tooltip="One frame back")
        self.step = widgets.Button(description="Step", icon="step-forward", tooltip="One frame on")
        self.differ = widgets.Button(
            description="Next disagreement", icon="forward", tooltip="Go to where A and B next differ"
        )
        self.frame = widgets.IntSlider(
            first, 0, len(self._material) - 1, readout=False, description="Frame", tooltip="Frame of the clip"
        )
        self.moment = widgets.HTML()
        self.axis = widgets.Image(format="png")
        self.table = widgets.HTML()
        self.progress = widgets.IntProgress(layout={"display": "none", "width": "auto"}, tooltip="Writing the video")
        self.status = widgets.HTML(page.status(""))
        self.video = widgets.VBox()

    def _arranged(self) -> list[widgets.Widget]:
        def row(*controls: widgets.Widget) -> widgets.HBox:
            return widgets.HBox(controls).add_class(_ROW)

        return [
            widgets.HTML(page.STYLE),
            row(self.a, self.b),
            row(self.frame, self.moment),
            row(self.play, self.back, self.step, self.differ),
            widgets.VBox([self.axis, self.table]),
            self.progress,
            self.status,
            self.video,
        ]

    def _listen(self) -> None:
        for control in (self.a.size, self.a.method, self.b.size, self.b.method, self.frame):
            control.observe(lambda change: self._redraw(), "value")
        self.play.observe(self._on_play, "value")
        self.back.on_click(lambda button: self._go(self.frame.value - 1))
        self.step.on_click(lambda button: self._go(self.frame.value + 1))
        self.differ.on_click(lambda button: self._next_disagreement())
        for side in (self.a, self.b):
            side.write.on_click(lambda button, side=side: self._write(side))

    def _redraw(self) -> None:
        """Smooth what has changed, draw, and show it."""
        state, scores = self.state, self._material.scores
        drawing = self.drawing()
        for at, side in enumerate((self.a, self.b)):
            label = drawing.labels[at]
            side.words.value = page.caption(side.name, side.value, label, colours(scores.classes)[label])
            if drawing.frames:
                side.picture.value = png(drawing.frames[at])
        self.axis.value = png(drawing.axis)
        self.table.value = page.table(drawing.figures, float(scores.scored_rate))
        self.moment.value = page.moment(state.frame, len(self._material), scores.seconds[state.frame])

    def drawing(self) -> Drawing:
        """The present state, drawn."""
        return draw(self._material, self.state, self._image())

    def _image(self) -> np.ndarray | None:
        """The present frame of the clip; a black one, and a word, where the file is damaged."""
        if self._frames is None:
            return None
        try:
            return self._frames[self.frame.value]
        except VideoError as error:
            self._say(str(error))
            return self._frames.black()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live widget, and a picture of it for where no kernel runs."""
        bundle = super()._repr_mimebundle_(**options)
        bundle["text/plain"] = "The explorer: two sizes of the deque side by side. Run this cell to move them."
        bundle["image/png"] = png(self.drawing().whole(), compression=9)
        return bundle

    # Moving along the clip

    def _go(self, frame: int) -> None:
        self.play.value = False
        self.frame.value = min(max(frame, 0), self.frame.max)

    def _next_disagreement(self) -> None:
        frame = self._material.disagreement_after(self.state)
        if frame is None:
            self._say("A and B name every frame alike.")
            return
        self._go(frame)
        self._say(f"Frame {frame + 1}: A says {self._label(self.a)}, B says {self._label(self.b)}.")

    def _label(self, side: SideControls) -> str:
        label = self._material.smoothed(side.value).labels[self.frame.value]
        return self._material.scores.classes[label]

    def _say(self, text: str) -> None:
        self.status.value = page.status(text)

    def _on_play(self, change: dict[str, Any]) -> None:
        self.play.description, self.play.icon = ("Pause", "pause") if change["new"] else ("Play", "play")
        if change["new"]:
            self._playing = asyncio.get_running_loop().create_task(self._play())
        else:
            self._playing.cancel()

    async def _play(self) -> None:
        """Move on in the clip's own time, from the beginning when it stands at the end."""
        seconds, last = self._material.scores.seconds, self.frame.max
        shown = self.frame.value = self.frame.value if self.frame.value < last else 0
        began = time.monotonic() - seconds[shown]
        while self.frame.value < last:
            await asyncio.sleep(1 / _PICTURES_A_SECOND)
            if self.frame.value != shown:  # somebody moved the slider meanwhile: play on from there
                began = time.monotonic() - seconds[self.frame.value]
            shown = self.frame.value = int(np.searchsorted(seconds, time.monotonic() - began, side="right")) - 1
        self.play.value = False

    # Writing

    def _write(self, side: SideControls) -> None:
        """Write the clip as this side labels it; what goes wrong is told in the status line."""
        assert self._clip is not None  # without a clip there is no button to write it
        self.play.value = False
        chosen, scores = side.value, self._material.scores
        smoothed = self._material.smoothed(chosen)
        out = self._folder / f"{Path(self._clip).stem}_{chosen.method.replace(' ', '_')}_{chosen.size}.mp4"
        bars = scores if smoothed.scores is None else scores.with_scores(smoothed.scores)
        self._busy(True)
        self._say(f"Writing {out.name} ...")
        try:
            made.claim("the labelled clip", out)
            annotate_clip(self._clip, out, smoothed.labels, bars, progress=False, on_frame=self._count)
        except (OSError, ValueError) as error:
            self._say(str(error))
        else:
            self._show_video(out)
        finally:
            self._busy(False)

    def _busy(self, busy: bool) -> None:
        self.a.write.disabled = self.b.write.disabled = busy
        self.progress.value = 0
        self.progress.layout.display = None if busy else "none"

    def _count(self, written: int) -> None:
        self.progress.value = 100 * written // self._material.scores.frames

    def _show_video(self, path: Path) -> None:
        self._say(f"Written: {path.name}, in {path.parent.name}.")
        if path.stat().st_size <= _LARGEST_SHOWN:
            film = widgets.Video.from_file(path, autoplay=False, loop=True)
            self.video.children = [widgets.HTML(page.film(path.name)), film]

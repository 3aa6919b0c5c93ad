"""A diagram of four kinds of networks for video that came after 2014, layer by layer.

Example:
    plots.later_networks()
"""

from typing import Any, NamedTuple

import matplotlib.pyplot as plt

from lib.plots.style import shown

# The box types of the lecture's diagrams, light enough for black letters, and two that they do not have.
_KINDS = {
    "conv": "#f4a6a0",
    "norm": "#a9d8a4",
    "pool": "#a8c8ef",
    "dense": "#f5e08a",
    "LSTM": "#dddddd",
    "attention": "#dddddd",
    "average": "white",
}
_TIME = "////"  # hatches the boxes in which time is mixed


class _Box(NamedTuple):
    """A layer: what is written in it, its kind, where it stands, and whether time is mixed in it."""

    text: str
    kind: str
    x: float
    y: float
    width: float
    time: bool = False


class _Panel(NamedTuple):
    """One network: its title, its inputs (name, x, width), its boxes, and its arrows (x, y) to (x, y)."""

    title: str
    inputs: list[tuple[str, float, float]]
    boxes: list[_Box]
    arrows: list[tuple[tuple[float, float], tuple[float, float]]]


_HIGH = 0.62  # of a box


def _tower(x: float, width: float, time: bool = False) -> list[_Box]:
    """Stack convolution, normalisation and pooling; with `time`, the convolution mixes it."""
    return [
        _Box("conv 2D", "conv", x, 1, width, time),
        _Box("norm", "norm", x, 1.7, width),
        _Box("pool", "pool", x, 2.4, width),
    ]


def _up(x: float, *levels: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Give arrows straight up, from the top of each level to the foot of the next one."""
    return [((x, low + _HIGH), (x, high)) for low, high in zip(levels, levels[1:])]


_PANELS = [
    _Panel(
        "two-stream, 2014",
        [("one\nframe", 0, 1.9), ("flow of\n10 frames", 2.1, 1.9)],
        [
            *_tower(0, 1.9),
            *_tower(2.1, 1.9, time=True),
            _Box("dense", "dense", 0, 3.3, 1.9),
            _Box("dense", "dense", 2.1, 3.3, 1.9),
            _Box("average", "average", 1.05, 4.3, 1.9),
        ],
        [*_up(0.95, 0.1, 1), *_up(3.05, 0.1, 1), *_up(0.95, 2.4, 3.3), *_up(3.05, 2.4, 3.3),
         ((0.95, 3.92), (1.6, 4.3)), ((3.05, 3.92), (2.4, 4.3))],
    ),
    _Panel(
        "3-D convolution, 2015",
        [("16 frames", 0, 4)],
        [
            _Box("conv 3D", "conv", 0, 1, 4, True),
            _Box("pool", "pool", 0, 1.7, 4, True),
            _Box("dense", "dense", 0, 2.6, 4),
        ],
        [*_up(2, 0.1, 1), *_up(2, 1.7, 2.6)],
    ),
    _Panel(
        "recurrent, 2015",
        [(f"frame {number}", 1.4 * (number - 1), 1.2) for number in (1, 2, 3)],
        [
            *(box for x in (0, 1.4, 2.8) for box in _tower(x, 1.2)),
            *(_Box("LSTM", "LSTM", x, 3.3, 1.2, True) for x in (0, 1.4, 2.8)),
            _Box("dense", "dense", 2.8, 4.3, 1.2),
        ],
        [*(arrow for x in (0.6, 2, 3.4) for arrow in (*_up(x, 0.1, 1), *_up(x, 2.4, 3.3))),
         ((1.2, 3.61), (1.4, 3.61)), ((2.6, 3.61), (2.8, 3.61)), *_up(3.4, 3.3, 4.3)],
    ),
    _Panel(
        "transformer, 2021",
        [("patches of 8 frames", 0, 4)],
        [
            _Box("dense", "dense", 0, 1, 4),
            _Box("norm", "norm", 0, 1.9, 4),
            _Box("attention", "attention", 0, 2.6, 4, True),
            _Box("dense", "dense", 0, 3.3, 4),
            _Box("dense", "dense", 0, 4.3, 4),
        ],
        [*_up(2, 0.1, 1), *_up(2, 1, 1.9), *_up(2, 3.3, 4.3)],
    ),
]  # fmt: skip


@shown
def later_networks() -> plt.Figure:
    """Show two-stream, 3-D convolutional, recurrent and transformer networks, from the input below to the top layer.

    Each box names its layer; those in which time is mixed are hatched. The type of a layer is its colour, too: that
    of the lecture's diagrams.

    Returns:
        The figure, or None in a notebook, where it is shown. Its label is its alternative text.
    """
    figure, axes = plt.subplots(1, len(_PANELS), figsize=(11, 4.6), sharey=True)
    for axis, panel in zip(axes, _PANELS):
        for text, x, width in panel.inputs:
            axis.add_patch(plt.Rectangle((x, 0.1), width, _HIGH, facecolor="0.25"))
            axis.text(x + width / 2, 0.1 + _HIGH / 2, text, color="white", ha="center", va="center", fontsize=9)
        for box in panel.boxes:
            look: dict[str, Any] = {"facecolor": _KINDS[box.kind], "edgecolor": "black", "linewidth": 1.2}
            axis.add_patch(plt.Rectangle((box.x, box.y), box.width, _HIGH, **look))
            if box.time:
                hatched: dict[str, Any] = {"fill": False, "hatch": _TIME, "edgecolor": "0.35", "linewidth": 0}
                axis.add_patch(plt.Rectangle((box.x, box.y), box.width, _HIGH, **hatched))
            patch: dict[str, Any] = {"boxstyle": "square,pad=0.15", "facecolor": _KINDS[box.kind], "edgecolor": "none"}
            middle = box.x + box.width / 2, box.y + _HIGH / 2
            axis.text(*middle, box.text, ha="center", va="center", fontsize=10, bbox=patch)
        for foot, head in panel.arrows:
            axis.annotate("", head, foot, arrowprops={"arrowstyle": "->", "shrinkA": 0, "shrinkB": 0})
        axis.set(title=panel.title, xlim=(-0.1, 4.1), ylim=(0, 5.1), xticks=[], yticks=[])
        axis.grid(visible=False)
        axis.spines[:].set_visible(False)
    hatched_sign = plt.Rectangle((0, 0), 1, 1, facecolor="white", edgecolor="0.35", hatch=_TIME)
    figure.legend([hatched_sign], ["time is mixed here"], loc="outside lower center", frameon=False)
    figure.set_label(_SPOKEN)
    return figure


_SPOKEN = (
    "Four diagrams side by side, each from the input below to the last layer above. Two-stream: one frame goes through "
    "convolution, normalisation, pooling and a dense layer; the optical flow of ten frames through a second such tower, "
    "whose first convolution mixes time; the scores are averaged. 3-D convolution: 16 frames go through 3-D convolution "
    "and pooling, which both mix time, then a dense layer. Recurrent: each frame goes through the same convolutional "
    "tower; LSTM cells, linked from left to right, mix time; a dense layer follows the last. Transformer: patches of eight frames "
    "go through a dense layer, normalisation, attention, which mixes time, and dense layers."
)

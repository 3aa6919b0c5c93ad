"""What a pre-training run varies: the network, what it sees, and the schedule.

`VARIANTS` names the combinations that were compared; each has a row in the card. `BEST` is the one that the shipped
backbone was made with.
"""

from dataclasses import dataclass, replace
from typing import Any

NAME = "sports19"


@dataclass(frozen=True)
class Recipe:
    """One way of making a backbone. Sizes are in pixels, widths in channels.

    Args:
        image_size: side of the square pictures that the finished network takes.
        train_sizes: side of the augmented pictures until the rate falls, and from then on: small pictures are
            quicker. Both may be smaller than `image_size`, because a random crop shows things larger than a
            whole picture does (Touvron et al., "Fixing the train-test resolution discrepancy", 2019).
        stem: channels of the two convolutions, stride 2 each, that come first.
        widths: channels of the four stages.
        depths: residual blocks of the four stages; every stage but the first halves height and width.
        squeeze: with squeeze-and-excite in every block (Hu et al., 2018).
        mix: share of the batches in which two pictures are blended or pasted together: half of them by
            mixup (Zhang et al., 2018), half by CutMix (Yun et al., 2019).
        smallest_crop: least share of a picture's area that a random crop keeps.
        rate: peak learning rate of SGD with Nesterov momentum 0.9, reached after a twentieth of the steps.
        fall: last part of the run in which the rate falls to 0, along half a cosine; before, it stays
            (Hägele et al., "Scaling laws and compute-optimal training beyond fixed training durations", 2024).
        decay: weight decay, decoupled, per unit of learning rate; not on biases and normalisation.
        smoothing: label smoothing (Szegedy et al., 2016).
        start: the variant whose finished run it begins with, at the peak rate again ("warm restart", Loshchilov
            and Hutter, "SGDR", 2017); "" for random weights.
        mean_with_start: the result is the mean of the last weights and of those that it began with (Izmailov et
            al., "Averaging weights leads to wider optima and better generalization", 2018).
    """

    image_size: int = 112
    train_sizes: tuple[int, int] = (112, 112)
    stem: tuple[int, int] = (24, 48)
    widths: tuple[int, ...] = (48, 96, 192, 384)
    depths: tuple[int, ...] = (1, 1, 1, 1)
    squeeze: bool = False
    mix: float = 0.0
    smallest_crop: float = 0.35
    rate: float = 0.1
    fall: float = 0.95
    decay: float = 5e-3
    smoothing: float = 0.1
    batch: int = 64
    start: str = ""
    mean_with_start: bool = False


SLENDER: dict[str, Any] = {"stem": (16, 32), "widths": (32, 80, 160, 384), "depths": (1, 1, 2, 1)}
LARGE = Recipe(144, (112, 128), squeeze=True, mix=0.5, smoothing=0.0, rate=0.08, fall=0.45, **SLENDER)
RESTARTED = replace(LARGE, start="large", rate=0.06)
VARIANTS = {
    "plain": Recipe(),
    "finer": Recipe(image_size=128),
    "squeezed": Recipe(image_size=128, squeeze=True),
    "slender": Recipe(image_size=128, squeeze=True, **SLENDER),
    "large": LARGE,
    "restarted": RESTARTED,
    "two_cycles": replace(RESTARTED, mean_with_start=True),
}
BEST = "large"

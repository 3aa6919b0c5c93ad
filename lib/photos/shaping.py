"""From an image of any shape to the square that a network takes: shaping, then resizing.

ImageNet networks were trained on images and crops of about 3:4 to 4:3. A video frame of 16:9, or one filmed upright, is
far from that: squashed to a square, what it shows is half as wide, or half as high, as the network has learnt it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from lib.core import cards
from lib.core.checks import whole_number

WIDEST = 4 / 3  # the longer side over the shorter one
GREY = 127


def squash(image: np.ndarray) -> np.ndarray:
    """Leave a picture (height, width, 3) as it is: resizing to a square will change its proportions."""
    return image


def crop(image: np.ndarray, where: float = 0.5) -> np.ndarray:
    """Cut a picture (height, width, 3) to at most 4:3 (or 3:4); `where` is 0 for its left or upper end, 1 for the other."""
    height, width = image.shape[:2]
    rows, columns = _most(height, width)
    top, left = round(where * (height - rows)), round(where * (width - columns))
    return image[top : top + rows, left : left + columns]


def pad(image: np.ndarray) -> np.ndarray:
    """Put grey bands beside a picture (height, width, 3) until it is at most 4:3 (or 3:4)."""
    height, width = image.shape[:2]
    return _centred(image, max(height, round(width / WIDEST)), max(width, round(height / WIDEST)))


def pad_square(image: np.ndarray) -> np.ndarray:
    """Put grey bands beside a picture (height, width, 3) until it is square."""
    return _centred(image, max(image.shape[:2]), max(image.shape[:2]))


def _most(height: int, width: int) -> tuple[int, int]:
    return min(height, round(width * WIDEST)), min(width, round(height * WIDEST))


def _centred(image: np.ndarray, height: int, width: int) -> np.ndarray:
    top, left = (height - image.shape[0]) // 2, (width - image.shape[1]) // 2
    canvas = np.full((height, width, 3), GREY, image.dtype)
    canvas[top : top + image.shape[0], left : left + image.shape[1]] = image
    return canvas


SHAPINGS = {cards.SQUASH: squash, cards.CROP: crop}  # what a card may state


@dataclass(frozen=True)
class Resize:
    """The one resize of the course: training, evaluation and video use that of their network, so they cannot disagree.

    Args:
        size: height and width of the result, in pixels.
        shaping: "squash" changes the proportions; "crop" first cuts to the central 4:3 (or 3:4) at most.

    Raises:
        ValueError: the size is not a whole number above 0, or there is no such shaping.

    Example:
        >>> Resize(32)(np.zeros((90, 160, 3), np.uint8)).shape
        (32, 32, 3)
    """

    size: int
    shaping: str = cards.SQUASH

    def __post_init__(self) -> None:
        whole_number(self.size, "size", 1)
        if self.shaping not in SHAPINGS:
            raise ValueError(f"shaping={self.shaping!r}: give one of {', '.join(SHAPINGS)}.")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Shape and resize an image or frame.

        Args:
            image: (height, width, 3), uint8 or float.

        Returns:
            (size, size, 3), of the same dtype.
        """
        return resize(SHAPINGS[self.shaping](image), self.size)


def resize(image: np.ndarray, size: int) -> np.ndarray:
    """Resize an image (height, width, 3) to (size, size, 3), dtype kept.

    Shrinking averages areas, so that nothing thin (a racket, a net) falls between the samples. What has four times
    the size or more is halved first while it can be: for HD that takes a third of the time, and differs from one
    step by less than one of 255 grey levels on average.
    """
    height, width = image.shape[:2]
    while min(height, width) >= 4 * size and height % 2 == width % 2 == 0:  # only exact halves are fast
        height, width = height // 2, width // 2
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    shrinks = size < min(height, width)
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)

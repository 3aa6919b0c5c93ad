"""What all shots away from the game share: a still background that sways a little, and things that move on it."""

import cv2
import numpy as np

from lib.sample.painting import halls, tracks
from lib.sample.painting.camera import Camera

MOMENTS = (0.0, 0.4, 0.9, 1.3)


class Cutaway:
    """A still background on which a few things move: `paint(picture, now)` draws them at each moment."""

    moments = MOMENTS

    def __init__(self, background: np.ndarray, paint, graphics: list, sway: float):
        self.background, self.paint, self.graphics, self.sway = background, paint, graphics, sway

    def __call__(self, now: float) -> np.ndarray:
        """The picture at `now` seconds, (height, width, 3) uint8."""
        height, width = self.background.shape[:2]
        grown = 1.03 + 0.015 * np.sin(0.7 * now + 9 * self.sway)
        shift = (
            np.array([np.sin(0.6 * now + 5 * self.sway), np.sin(0.5 * now)]) * 0.008 * width
            - (grown - 1) * np.array([width, height]) / 2
        )
        warp = np.array([[grown, 0, shift[0]], [0, grown, shift[1]]])
        picture = cv2.warpAffine(self.background, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)
        self.paint(picture, now)
        for lay in self.graphics:
            lay(picture, now)
        return picture


def backdrop(event: str, size, rng, blur: float) -> np.ndarray:
    """A place out of focus: a hall for the hall sports and, now and then, for a race too; else the trackside."""
    if event == "formula1" and rng.random() < 0.9:
        track = tracks.build(rng)
        spot = rng.uniform(40, 200)
        camera = Camera.looking(
            (*track.at(spot, 0), 2.0), (*track.at(spot + 20, rng.choice((-1, 1)) * 18), 3.0), 1.1, size
        )
        picture = tracks.paint(track, camera, size, fine=False)
    else:
        hall = halls.build(rng, 8, 6, event)
        camera = Camera.looking(
            (rng.uniform(-3, 3), -4, 1.7), (rng.uniform(-6, 6), 8, 2.2), rng.uniform(0.8, 1.6), size
        )
        picture = halls.paint(hall, camera, size)
        halls.light_floor(picture, hall, camera)
    return cv2.GaussianBlur(picture, (0, 0), blur * size[0] / 400) if blur else picture


def laid(rng, *chances) -> list:
    """Graphics by chance: (probability, maker), ..."""
    return [make(rng) for chance, make in chances if rng.random() < chance]

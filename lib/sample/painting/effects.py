"""What a camera and a web page do to a picture: blur, exposure, colour, noise, vignette."""

import cv2
import numpy as np


def develop(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give an RGB uint8 picture (height, width, 3) the look of a photo from any camera."""
    if rng.random() < 0.12:
        picture = motion_blur(picture, rng.uniform(0.005, 0.016), rng.uniform(0, np.pi))
    elif rng.random() < 0.12:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.3))
    if rng.random() < 0.25:
        picture = crop(picture, rng)
    return noisy(grade(picture, rng), min(rng.exponential(1.5) + 0.8, 7.0), rng)


def motion_blur(picture: np.ndarray, length: float, angle: float) -> np.ndarray:
    """Smear along a line: `length` in picture widths, `angle` in radians."""
    size = max(3, int(length * picture.shape[1]) | 1)
    kernel = np.zeros((size, size), np.float32)
    reach = (size - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, end = (size - 1) / 2 - reach, (size - 1) / 2 + reach
    cv2.line(kernel, np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist(), 1.0)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def crop(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Keep a part of the picture, enlarged to the same size: players and cars are cut by the edge."""
    height, width = picture.shape[:2]
    share = rng.uniform(0.66, 0.95)
    left, top = rng.uniform(0, 1 - share, 2) * (width, height)
    warp = np.array([[1 / share, 0, -left / share], [0, 1 / share, -top / share]])
    return cv2.warpAffine(picture, warp, (width, height), flags=cv2.INTER_LINEAR)


def grade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure, contrast, colour cast and a darker rim."""
    levels = np.linspace(0.0, 1.0, 256)
    gamma, contrast, light = rng.uniform(0.7, 1.24), rng.uniform(0.88, 1.18), rng.uniform(0.85, 1.18)
    cast = 1.0 + rng.normal(0, 0.03, 3)
    curve = (levels**gamma - 0.5) * contrast + 0.5
    table = np.clip(255 * light * curve[:, None] * cast, 0, 255).astype(np.uint8)
    picture = cv2.LUT(picture, table[None])
    height, width = picture.shape[:2]
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    rim = 1.0 - rng.uniform(0.0, 0.28) * (x[None] ** 2 + y[:, None] ** 2) / 2
    return cv2.multiply(picture, cv2.merge([rim] * 3), dtype=cv2.CV_8U)


def noisy(picture: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Sensor noise of standard deviation `sigma` levels, in grains slightly larger than a pixel."""
    height, width = picture.shape[:2]
    grain = rng.standard_normal((height * 3 // 4 + 1, width * 3 // 4 + 1, 3), np.float32) * (1.4 * sigma)
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.add(picture, grain, dtype=cv2.CV_8U)


class Grain:
    """Noise for many frames, cheaply: a few large fields of it, each laid at a new place."""

    def __init__(self, size: tuple[int, int], sigma: float, rng: np.random.Generator):
        self.size, self.rng = size, rng
        field = rng.normal(0.0, sigma, (size[1] + 64, size[0] + 64, 3))
        self.lighter = np.clip(field, 0, 255).astype(np.uint8)
        self.darker = np.clip(-field, 0, 255).astype(np.uint8)

    def over(self, picture: np.ndarray) -> np.ndarray:
        """The picture with noise."""
        x, y = (int(v) for v in self.rng.integers(0, 64, 2))
        width, height = self.size
        part = np.s_[y : y + height, x : x + width]
        return cv2.subtract(cv2.add(picture, self.lighter[part]), self.darker[part])

"""A pinhole camera: from metres in the world to pixels in the picture.

World: x to the right, y away from the usual camera, z up, in metres. Picture: x right, y down, in pixels.
"""

from dataclasses import dataclass

import numpy as np

NEAR = 0.2  # metres: what is nearer than this to the camera's plane is cut off


@dataclass(frozen=True)
class Camera:
    """Where the camera stands, which way it looks (rows right, down, forward) and its lens."""

    position: np.ndarray  # (3,)
    axes: np.ndarray  # (3, 3)
    focal: float  # pixels
    centre: tuple[float, float]  # pixels: where the optical axis meets the picture

    @classmethod
    def looking(cls, position, target, focal: float, size: tuple[int, int], roll: float = 0.0) -> "Camera":
        """Look from `position` at `target` (metres); `focal` in picture widths, `size` (width, height), roll in radians."""
        position, target = np.asarray(position, float), np.asarray(target, float)
        forward = (target - position) / np.linalg.norm(target - position)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        cos, sin = np.cos(roll), np.sin(roll)
        axes = np.array([cos * right + sin * down, cos * down - sin * right, forward])
        return cls(position, axes, focal * size[0], (size[0] / 2, size[1] / 2))

    def moved(self, zoom: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)) -> "Camera":
        """The same camera after zooming about the origin of the picture and then shifting it, in pixels.

        What this camera sees is exactly what the first one saw, scaled and shifted: so a background is drawn once.
        """
        centre = (zoom * self.centre[0] + shift[0], zoom * self.centre[1] + shift[1])
        return Camera(self.position, self.axes, zoom * self.focal, centre)

    def see(self, points) -> np.ndarray:
        """World points (..., 3) in the camera's own axes: right, down, forward."""
        return (np.asarray(points, float) - self.position) @ self.axes.T

    def to_picture(self, seen: np.ndarray) -> np.ndarray:
        """Points (..., 3) in the camera's axes as pixels (..., 2). Those behind the camera are held at NEAR."""
        return seen[..., :2] * (self.focal / np.maximum(seen[..., 2:], NEAR)) + self.centre

    def project(self, points) -> np.ndarray:
        """World points (..., 3) as pixels (..., 2)."""
        return self.to_picture(self.see(points))

    def scale(self, point) -> float:
        """Pixels that one metre takes at a world point."""
        return self.focal / max(float(self.see(point)[2]), NEAR)

    def outline(self, corners) -> np.ndarray:
        """A flat polygon (n, 3) as pixels (m, 2), cut where it passes behind the camera; m may be 0."""
        seen = self.see(corners)
        depth = seen[:, 2] - NEAR
        if (depth > 0).all():
            return self.to_picture(seen)
        kept = []
        for here, there, a, b in zip(seen, np.roll(seen, -1, 0), depth, np.roll(depth, -1)):
            if a > 0:
                kept.append(here)
            if (a > 0) != (b > 0):
                kept.append(here + (there - here) * (a / (a - b)))
        return self.to_picture(np.array(kept)) if kept else np.empty((0, 2))

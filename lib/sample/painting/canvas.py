"""Drawing with soft edges on RGB uint8 pictures: polygons, limbs, discs, gradients, shadows, textures.

Coordinates are pixels and may be fractions; colours are RGB, 0 to 255. Everything is drawn in place.
"""

import cv2
import numpy as np

_SHIFT = 4  # OpenCV takes fractions of pixels as integers: sixteenths
_FAR = 20_000  # pixels: OpenCV's fixed point overflows far outside the picture
_TURN = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
_HALF = np.stack([np.cos(np.linspace(-np.pi / 2, np.pi / 2, 8)), np.sin(np.linspace(-np.pi / 2, np.pi / 2, 8))], axis=1)
CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
_GRID = np.hypot(*np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64)))
_SPOT = np.round(255 * np.clip(1.0 - _GRID, 0, 1) ** 2).astype(np.uint8)  # a soft spot of light


def colour(value) -> tuple[float, float, float]:
    """An RGB colour as OpenCV wants it."""
    return float(value[0]), float(value[1]), float(value[2])


def mix(a, b, share: float) -> np.ndarray:
    """The colour `share` of the way from a to b."""
    return np.asarray(a, float) * (1.0 - share) + np.asarray(b, float) * share


def shade(value, light: float) -> np.ndarray:
    """A colour made lighter (`light` above 1) or darker, 0 to 255."""
    return np.clip(np.asarray(value, float) * light, 0, 255)


def _fixed(points) -> np.ndarray:
    return np.round(np.clip(points, -_FAR, _FAR) * (1 << _SHIFT)).astype(np.int32)


def polygon(picture, points, fill) -> None:
    """Fill a polygon (n, 2); nothing if it has fewer than three corners."""
    if len(points) > 2:
        cv2.fillPoly(picture, [_fixed(points)], colour(fill), cv2.LINE_AA, _SHIFT)


def convex(picture, points, fill) -> None:
    """Fill the convex hull of points (n, 2)."""
    hull = cv2.convexHull(np.asarray(points, np.float32))
    cv2.fillConvexPoly(picture, _fixed(hull), colour(fill), cv2.LINE_AA, _SHIFT)


def line(picture, points, stroke, width: float = 1.0, closed: bool = False) -> None:
    """Draw a line through points (n, 2), at least one pixel wide."""
    cv2.polylines(picture, [_fixed(points)], closed, colour(stroke), max(1, round(float(width))), cv2.LINE_AA, _SHIFT)


def disc(picture, centre, radius: float, fill) -> None:
    """Fill a circle."""
    x, y = _fixed(centre)
    cv2.circle(
        picture, (int(x), int(y)), round(float(max(radius, 0.4)) * (1 << _SHIFT)), colour(fill), -1, cv2.LINE_AA, _SHIFT
    )


def oval(picture, centre, radii, angle: float, fill) -> None:
    """Fill an ellipse; `angle` in radians, clockwise on the screen."""
    middle, axes = (np.round(np.asarray(pair, float) * (1 << _SHIFT)).astype(int).tolist() for pair in (centre, radii))
    cv2.ellipse(picture, middle, axes, float(np.degrees(angle)), 0, 360, colour(fill), -1, cv2.LINE_AA, _SHIFT)


def oval_outline(centre, radii, angle: float) -> np.ndarray:
    """The corners (24, 2) of an ellipse."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(centre) + (CIRCLE * radii) @ np.array([[cos, sin], [-sin, cos]])


def limb(picture, a, b, radius_a: float, radius_b: float, fill) -> None:
    """A tapered limb with round ends from a to b. Thin ones are plain thick lines, which are quicker."""
    if radius_a < 2.2:
        ends = (np.array([a, b]) * (1 << _SHIFT)).astype(np.int32)
        width = max(1, int(radius_a + radius_b + 0.5))
        cv2.line(picture, ends[0].tolist(), ends[1].tolist(), colour(fill), width, cv2.LINE_AA, _SHIFT)
        return
    x, y = float(b[0] - a[0]), float(b[1] - a[1])
    length = (x * x + y * y) ** 0.5
    cos, sin = (x / length, y / length) if length > 1e-6 else (1.0, 0.0)
    cap = _HALF @ np.array([[cos, sin], [-sin, cos]])
    outline = np.concatenate([b + radius_b * cap, a - radius_a * cap])
    cv2.fillConvexPoly(picture, (outline * (1 << _SHIFT)).astype(np.int32), colour(fill), cv2.LINE_AA, _SHIFT)


def fade(size: tuple[int, int], top, bottom) -> np.ndarray:
    """A new picture (height, width, 3) that goes from one colour at the top to another at the bottom."""
    width, height = size
    share = np.linspace(0.0, 1.0, height)[:, None, None]
    rows = np.asarray(top, float) * (1 - share) + np.asarray(bottom, float) * share
    return np.repeat(rows, width, axis=1).astype(np.uint8)


def shadow(picture, points, strength: float, blur: float) -> None:
    """Darken a polygon (n, 2) with a soft edge; `blur` in pixels."""
    low, high = bounds(picture, points, int(2 * blur) + 2)
    if (high - low < 2).any():
        return
    mask = np.full((high - low)[::-1].tolist(), 255, np.uint8)
    cv2.fillPoly(mask, [_fixed(points - low)], int(255 * (1 - strength)), cv2.LINE_AA, _SHIFT)
    if blur > 0.5:
        side = (2 * int(blur) + 1,) * 2
        mask = cv2.blur(cv2.blur(mask, side), side)
    patch = picture[low[1] : high[1], low[0] : high[0]]
    cv2.multiply(patch, cv2.cvtColor(mask, cv2.COLOR_GRAY2RGB), patch, 1 / 255)


def glow(picture, centre, radii, light, strength: float) -> None:
    """Add a soft oval of light; `radii` (x, y) in pixels at which it has gone."""
    spread = np.array([-np.asarray(radii), np.asarray(radii)], float) + centre
    low, high = bounds(picture, spread, 0)
    if (high - low < 2).any():
        return
    source = len(_SPOT) / (2.0 * np.asarray(radii, float))
    warp = np.array([[1 / source[0], 0, spread[0, 0] - low[0]], [0, 1 / source[1], spread[0, 1] - low[1]]])
    spot = cv2.warpAffine(_SPOT, warp, (high - low).tolist(), flags=cv2.INTER_LINEAR)
    patch = picture[low[1] : high[1], low[0] : high[0]]
    tone = np.asarray(light, float) * strength
    cv2.add(patch, cv2.multiply(cv2.cvtColor(spot, cv2.COLOR_GRAY2RGB), (*tone, 0.0), scale=1 / 255), patch)


def wall(picture, camera, texture, corner, along, up) -> None:
    """Map a texture (h, w, 3) onto a flat wall in the world: its lower left `corner`, `along` it and `up` it (metres)."""
    corner, along, up = (np.asarray(vector, float) for vector in (corner, along, up))
    outline = camera.outline([corner, corner + along, corner + along + up, corner + up])
    if len(outline) < 3:
        return
    low, high = bounds(picture, outline, 1)
    if (high - low < 2).any():
        return
    height, width = texture.shape[:2]
    x, y = np.array(camera.centre) - low
    lens = np.array([[camera.focal, 0, x], [0, camera.focal, y], [0, 0, 1.0]])
    plane = np.stack([along / width, -up / height, corner + up - camera.position], axis=1)
    warp = lens @ camera.axes @ plane
    size = (high - low).tolist()
    moved = cv2.warpPerspective(texture, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(size[::-1], np.uint8)
    cv2.fillConvexPoly(mask, _fixed(outline - low), 255, cv2.LINE_8, _SHIFT)
    cv2.copyTo(moved, mask, picture[low[1] : high[1], low[0] : high[0]])


def paste(picture, texture, left: float, top: float, width: float, height: float) -> None:
    """Stretch a texture over an upright box that may reach over the picture's edge."""
    warp = np.array([[width / texture.shape[1], 0, left], [0, height / texture.shape[0], top]])
    low, high = bounds(picture, np.array([[left, top], [left + width, top + height]]), 0)
    if (high - low < 1).any():
        return
    warp[:, 2] -= low
    size = (high - low).tolist()
    picture[low[1] : high[1], low[0] : high[0]] = cv2.warpAffine(texture, warp, size, borderMode=cv2.BORDER_REPLICATE)


def bounds(picture, points, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of a picture (low, high; each x, y) that is within `spread` pixels of the points' bounding box."""
    size = picture.shape[1], picture.shape[0]
    low = np.clip(np.floor(np.min(points, 0) - spread), 0, size).astype(int)
    return low, np.clip(np.ceil(np.max(points, 0) + spread), 0, size).astype(int)


def text(picture, words: str, corner, height: float, ink, weight: int = 1) -> None:
    """Write words (Hershey letters, so no font is needed) with their lower left corner at `corner`."""
    size = height / 22.0
    place = round(float(corner[0])), round(float(corner[1]))
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_DUPLEX, size, colour(ink), weight, cv2.LINE_AA)


def text_width(words: str, height: float, weight: int = 1) -> int:
    """How many pixels wide `text` writes the words."""
    return cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, height / 22.0, weight)[0][0]

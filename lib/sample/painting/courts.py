"""The two courts: their lines, their nets and posts, in metres as the rules give them."""

from dataclasses import dataclass

import cv2
import numpy as np

from lib.sample.painting import canvas
from lib.sample.painting.camera import Camera


@dataclass(frozen=True)
class Court:
    """A court centred on the origin, the net along y = 0."""

    wide: float
    long: float
    net_top: float
    net_bottom: float
    line: float  # width of the painted lines
    marks: tuple  # pairs of end points (x, y)
    mesh: float  # metres between the cords that are drawn


def _badminton_marks() -> tuple:
    half, end = 3.05, 6.7
    marks = [((-half, y), (half, y)) for s in (-1, 1) for y in (s * end, s * (end - 0.76), s * 1.98)]
    marks += [((x, -end), (x, end)) for x in (-half, half, -half + 0.46, half - 0.46)]
    return tuple(marks + [((0, s * 1.98), (0, s * end)) for s in (-1, 1)])


def _volleyball_marks() -> tuple:
    half, end = 4.5, 9.0
    marks = [((-half, y), (half, y)) for y in (-end, -3.0, 0.0, 3.0, end)]
    return tuple(marks + [((x, -end), (x, end)) for x in (-half, half)])


COURTS = {
    "badminton": Court(6.1, 13.4, 1.55, 0.79, 0.05, _badminton_marks(), 0.12),
    "volleyball": Court(9.0, 18.0, 2.43, 1.43, 0.06, _volleyball_marks(), 0.2),
}


def paint_floor(picture, court: Court, camera: Camera, inside, ink=(246, 246, 242), front=None) -> None:
    """The court's surface and its lines; `front` is the colour of the zone near the net, where it has one of its own."""
    for reach, tone in ((court.long / 2, inside), (3.0, front)):
        if tone is not None:
            x = court.wide / 2
            canvas.polygon(
                picture, camera.outline([(-x, -reach, 0), (x, -reach, 0), (x, reach, 0), (-x, reach, 0)]), tone
            )
    for start, end in court.marks:
        _line_on_floor(picture, camera, np.array(start, float), np.array(end, float), court.line, ink)


def _line_on_floor(picture, camera, start, end, width, ink) -> None:
    """A painted line as a thin strip; where it is thinner than a pixel, as a line that is fainter instead."""
    way = (end - start) / np.linalg.norm(end - start)
    side = np.array([-way[1], way[0]]) * width / 2
    strip = [start + side, end + side, end - side, start - side]
    outline = camera.outline([(*corner, 0.0) for corner in strip])
    if len(outline) < 3:
        return
    canvas.polygon(picture, outline, ink)
    if len(outline) == 4:
        canvas.line(picture, np.array([(outline[0] + outline[3]) / 2, (outline[1] + outline[2]) / 2]), ink, 1)


def paint_net(picture, court: Court, camera: Camera, tone=(30, 32, 36), tape=(250, 250, 250)) -> None:
    """Net, tape and posts over what has been drawn so far. The mesh is a veil, with cords where they can be seen."""
    half = court.wide / 2 + (0.0 if court.net_top < 2 else 0.4)
    outline = camera.outline(
        [(-half, 0, court.net_bottom), (half, 0, court.net_bottom), (half, 0, court.net_top), (-half, 0, court.net_top)]
    )
    if len(outline) < 3:
        return
    _veil(picture, outline, tone, 0.3)
    scale = camera.scale((0, 0, court.net_top))
    if court.mesh * scale > 3:
        _cords(picture, court, camera, half, tone)
    strips = [(court.net_top, 0.075)] + ([(court.net_bottom + 0.05, 0.05)] if court.net_top > 2 else [])
    for height, depth in strips:
        strip = [(-half, 0, height), (half, 0, height), (half, 0, height - depth), (-half, 0, height - depth)]
        edge = camera.outline(strip)
        canvas.polygon(picture, edge, tape)
        if len(edge) == 4:
            canvas.line(picture, edge[:2], tape, max(1, 0.06 * scale))
    _posts(picture, court, camera, half)


def _veil(picture, outline, tone, strength: float) -> None:
    low = np.clip(outline.min(0).astype(int) - 1, 0, (picture.shape[1], picture.shape[0]))
    high = np.clip(outline.max(0).astype(int) + 2, 0, (picture.shape[1], picture.shape[0]))
    patch = picture[low[1] : high[1], low[0] : high[0]]
    if patch.size:
        veil = patch.copy()
        canvas.polygon(veil, outline - low, tone)
        cv2.addWeighted(veil, strength, patch, 1 - strength, 0, patch)


def _cords(picture, court, camera, half, tone) -> None:
    heights = np.arange(court.net_bottom, court.net_top, court.mesh)
    across = np.arange(-half, half, court.mesh)
    ends = [((-half, 0, z), (half, 0, z)) for z in heights] + [
        ((x, 0, court.net_bottom), (x, 0, court.net_top)) for x in across
    ]
    seen = camera.see(np.array(ends))
    kept = seen[(seen[..., 2] > 0.3).all(1)]
    if len(kept):
        lines = (camera.to_picture(kept).clip(-9000, 9000) * 16).astype(np.int32)
        cv2.polylines(picture, list(lines), False, canvas.colour(tone), 1, cv2.LINE_AA, 4)


def _posts(picture, court, camera, half) -> None:
    for side in (-1, 1):
        x = side * (half + (0.02 if court.net_top < 2 else 0.5))
        seen = camera.see([(x, 0, 0), (x, 0, court.net_top + 0.02)])
        if seen[:, 2].min() < 0.5:
            continue
        foot, top = camera.to_picture(seen)
        scale = camera.scale((x, 0, 1))
        canvas.limb(picture, foot, top, 0.05 * scale, 0.05 * scale, (70, 74, 80))
        canvas.limb(
            picture, foot - [0.015 * scale, 0], top - [0.015 * scale, 0], 0.018 * scale, 0.018 * scale, (190, 194, 200)
        )
        if court.net_top > 2:
            for step in range(8):  # the antennas, red and white
                ends = [(side * court.wide / 2, 0, court.net_bottom + 0.225 * (step + i)) for i in (0, 1)]
                a, b = camera.project(ends)
                canvas.limb(picture, a, b, 0.02 * scale, 0.02 * scale, ((220, 40, 40), (250, 250, 250))[step % 2])

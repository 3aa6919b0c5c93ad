"""People: a skeleton whose limbs bend, drawn as shaded, tapered limbs in true perspective."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from lib.sample.painting import canvas, faces
from lib.sample.painting.camera import Camera
from lib.sample.painting.poses import GAZE, LEAN, LEFT_FOOT, LEFT_HAND, PELVIS, RACKET, RIGHT_FOOT, RIGHT_HAND

_THIGH, _SHIN, _UPPER, _FORE, _SPINE = 0.46, 0.45, 0.30, 0.30, 0.52  # metres, of a person 1.75 m tall
_DETAIL = 55.0  # pixels a metre: below this, highlights and faces would not be seen


@dataclass
class Kit:
    """What a person wears and looks like; colours RGB."""

    shirt: tuple
    shorts: tuple
    trim: tuple
    skin: tuple
    hair: tuple
    shoes: tuple
    socks: tuple = (240, 240, 240)
    long_hair: bool = False
    knee_pads: bool = False
    sleeves: float = 0.45  # share of the upper arm that the shirt covers
    number: int = 0
    skirt: bool = False


@dataclass
class Figure:
    """A person somewhere in the world: floor position (x, y, height of a jump), heading (radians, 0 looks along y)."""

    kit: Kit
    pose: np.ndarray
    place: np.ndarray
    heading: float = 0.0
    tall: float = 1.0
    racket: tuple | None = None  # its colour
    blur: float = field(default=0.0)  # how far the racket's swing smears, 0 to 1


def _bend(start: np.ndarray, end: np.ndarray, first: float, second: float, pole) -> tuple[np.ndarray, np.ndarray]:
    """The position of the joint between two bones (towards `pole`), and of the end, moved closer if it is out of reach."""
    way = end - start
    distance = np.sqrt(way @ way) + 1e-9
    way = way / distance
    reach = min(distance, 0.995 * (first + second))
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    side = np.asarray(pole, float) - (way @ pole) * way
    side = side / (np.sqrt(side @ side) + 1e-9)
    off = np.sqrt(max(first**2 - along**2, 0.0))
    return start + along * way + off * side, start + reach * way


def skeleton(pose: np.ndarray) -> dict[str, np.ndarray]:
    """The joints of a pose, metres in the person's own frame, each (3,)."""
    ahead, right, turn = pose[LEAN]
    spine = np.array([np.sin(right), np.sin(ahead), np.cos(ahead) * np.cos(right)])
    spine /= np.linalg.norm(spine)
    across = np.array([np.cos(turn), np.sin(turn), -0.6 * np.sin(right)])
    pelvis = pose[PELVIS]
    neck = pelvis + _SPINE * spine
    joints = {"pelvis": pelvis, "neck": neck, "chest": pelvis + 0.62 * _SPINE * spine}
    facing = np.array([-np.sin(turn), np.cos(turn), 0.0])
    gaze = pose[GAZE] / np.linalg.norm(pose[GAZE])
    joints["head"] = neck + 0.2 * spine + 0.05 * facing + np.array([0, 0, 0.02])
    joints["gaze"] = np.array(
        [gaze[0] * facing[1] + gaze[1] * facing[0], gaze[1] * facing[1] - gaze[0] * facing[0], gaze[2]]
    )
    hips = np.array([np.cos(0.4 * turn), np.sin(0.4 * turn), 0.0])
    for side, hand, foot in ((1, RIGHT_HAND, RIGHT_FOOT), (-1, LEFT_HAND, LEFT_FOOT)):
        name = "right" if side > 0 else "left"
        shoulder = neck + 0.19 * side * across - 0.05 * spine
        raised = max(0.0, pose[hand, 2])  # a raised arm takes its shoulder with it
        shoulder = shoulder + np.array([0, 0, 0.14 * raised])
        elbow, wrist = _bend(shoulder, neck + pose[hand], _UPPER, _FORE, np.array([0.7 * side, -0.8, -0.6]))
        hip = pelvis + 0.1 * side * hips
        knee, ankle = _bend(hip, pose[foot], _THIGH, _SHIN, np.array([0.25 * side, 1.0, 0.15]))
        joints |= {
            f"{name} {part}": at
            for part, at in (
                ("shoulder", shoulder),
                ("elbow", elbow),
                ("hand", wrist),
                ("hip", hip),
                ("knee", knee),
                ("ankle", ankle),
            )
        }
        joints[f"{name} toe"] = ankle + np.array([0.04 * side, 0.17, -0.05 - 0.3 * max(0.0, ankle[2] - 0.1)])
    racket = pose[RACKET] / (np.linalg.norm(pose[RACKET]) + 1e-9)
    joints["racket"] = racket
    return joints


def draw(picture: np.ndarray, camera: Camera, figure: Figure) -> None:
    """Draw one person; parts farther from the camera are drawn first."""
    joints = skeleton(figure.pose)
    names = list(joints)
    local = np.array([joints[name] for name in names])
    cos, sin = np.cos(figure.heading), np.sin(figure.heading)
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1.0]])
    world = figure.tall * (local @ turn) + figure.place
    seen = camera.see(world)
    if seen[:, 2].min() < 0.4:
        return
    flat = camera.to_picture(seen)
    height, width = picture.shape[:2]
    scale = figure.tall * camera.focal / seen[0, 2]
    if (
        (flat.max(0) < -0.5 * scale).any()
        or flat[:, 0].min() > width + 0.5 * scale
        or flat[:, 1].min() > height + 0.5 * scale
    ):
        return
    at = dict(zip(names, flat))
    depth = dict(zip(names, seen[:, 2]))
    _Painter(picture, camera, figure, at, depth, scale, turn, joints).paint()


class _Painter:
    """Draws the parts of one person, knowing where every joint is in the picture and how far away."""

    def __init__(self, picture, camera, figure, at, depth, scale, turn, joints):
        self.picture, self.camera, self.figure, self.kit = picture, camera, figure, figure.kit
        self.at, self.depth, self.scale, self.turn, self.joints = at, depth, scale, turn, joints
        self.fine = scale > _DETAIL

    def paint(self) -> None:
        parts = [(self.depth["chest"], self.torso), (self.depth["head"] - 0.02, self.head)]
        for side in ("right", "left"):
            arm = 0.5 * (self.depth[f"{side} elbow"] + self.depth[f"{side} hand"])
            leg = 0.5 * (self.depth[f"{side} knee"] + self.depth[f"{side} ankle"])
            parts += [(arm, lambda side=side: self.arm(side)), (leg + 0.08, lambda side=side: self.leg(side))]
        for _, part in sorted(parts, key=lambda part: -part[0]):
            part()

    def bone(self, a: str, b: str, thick: float, thin: float, fill) -> None:
        """One limb, radii in metres, with a lighter side towards the lamps."""
        p, q, s = self.at[a], self.at[b], self.scale
        self.tube(p, q, thick * s, thin * s, fill)

    def tube(self, p, q, r, t, fill) -> None:
        if not self.fine:
            canvas.limb(self.picture, p, q, max(r, 0.7), max(t, 0.6), fill)
            return
        canvas.limb(self.picture, p, q, r, t, canvas.shade(fill, 0.76))
        lift = np.array([-0.22, -0.3])
        canvas.limb(self.picture, p + r * lift, q + t * lift, 0.72 * r, 0.72 * t, fill)
        if self.scale > 2.2 * _DETAIL:
            canvas.limb(
                self.picture, p + 1.6 * r * lift, q + 1.6 * t * lift, 0.3 * r, 0.3 * t, canvas.shade(fill, 1.16)
            )

    def arm(self, side: str) -> None:
        kit = self.kit
        shoulder, elbow, hand = (self.at[f"{side} {part}"] for part in ("shoulder", "elbow", "hand"))
        holds = side == "right" and self.figure.racket is not None
        if holds and self.depth["right hand"] > self.depth["chest"]:
            self.racket()
        self.bone(f"{side} shoulder", f"{side} elbow", 0.055, 0.045, kit.skin)
        self.bone(f"{side} elbow", f"{side} hand", 0.046, 0.031, kit.skin)
        cuff = shoulder + kit.sleeves * (elbow - shoulder)
        self.tube(shoulder, cuff, 0.072 * self.scale, 0.066 * self.scale, kit.shirt)
        if self.fine and kit.sleeves < 1:
            canvas.limb(
                self.picture, cuff, cuff + 0.01 * (elbow - shoulder), 0.06 * self.scale, 0.058 * self.scale, kit.trim
            )
        if kit.sleeves > 0.9:
            self.tube(elbow, elbow + 0.9 * (hand - elbow), 0.055 * self.scale, 0.042 * self.scale, kit.shirt)
        if holds and self.depth["right hand"] <= self.depth["chest"]:
            self.racket()
        self.hand(elbow, hand)

    def hand(self, elbow, hand) -> None:
        s = self.scale
        way = (hand - elbow) / (np.hypot(*(hand - elbow)) + 1e-6)
        canvas.limb(self.picture, hand, hand + 0.07 * s * way, max(0.042 * s, 0.7), 0.034 * s, self.kit.skin)
        if s > 3 * _DETAIL and self.figure.racket is None:
            side = np.array([-way[1], way[0]])
            for spread in (-0.5, -0.17, 0.17, 0.5):
                tip = hand + s * (0.16 * way + 0.09 * spread * side)
                canvas.limb(
                    self.picture,
                    hand + s * (0.06 * way + 0.06 * spread * side),
                    tip,
                    0.013 * s,
                    0.011 * s,
                    self.kit.skin,
                )

    def leg(self, side: str) -> None:
        kit, s = self.kit, self.scale
        hip, knee, ankle, toe = (self.at[f"{side} {part}"] for part in ("hip", "knee", "ankle", "toe"))
        self.bone(f"{side} hip", f"{side} knee", 0.092, 0.06, kit.skin)
        self.bone(f"{side} knee", f"{side} ankle", 0.06, 0.042, kit.skin)
        sock = knee + 0.55 * (ankle - knee)
        self.tube(sock, ankle, 0.052 * s, 0.045 * s, kit.socks)
        if kit.knee_pads:
            self.tube(knee - 0.15 * (ankle - knee), knee + 0.2 * (ankle - knee), 0.075 * s, 0.068 * s, kit.shoes)
        canvas.limb(
            self.picture,
            ankle + 0.02 * s * np.array([0, 1.0]),
            toe,
            max(0.052 * s, 0.8),
            max(0.042 * s, 0.7),
            kit.shoes,
        )
        if self.fine:
            canvas.line(
                self.picture, np.array([ankle + [0, 0.075 * s], toe + [0, 0.04 * s]]), (245, 245, 245), 0.02 * s
            )
        hem = hip + (0.5 if kit.skirt else 0.58) * (knee - hip)
        self.tube(hip, hem, 0.115 * s, (0.12 if kit.skirt else 0.1) * s, kit.shorts)

    def torso(self) -> None:
        at, s, kit = self.at, self.scale, self.kit
        turn = canvas.CIRCLE[::3]
        hips = np.concatenate([at[f"{side} hip"] + 0.1 * s * turn for side in ("right", "left")])
        waist = at["pelvis"] + 0.22 * (at["neck"] - at["pelvis"])
        shoulders = [at[f"{side} shoulder"] + 0.075 * s * turn for side in ("right", "left")]
        neck = at["neck"] + 0.05 * s * turn
        canvas.convex(self.picture, np.concatenate([hips, waist + 0.11 * s * turn]), canvas.shade(kit.shorts, 0.92))
        self.tube(at["neck"], at["head"], 0.058 * s, 0.055 * s, canvas.shade(kit.skin, 0.86))
        body = np.concatenate([*shoulders, neck, waist + 0.14 * s * turn])
        canvas.convex(self.picture, body, canvas.shade(kit.shirt, 0.8 if self.fine else 1.0))
        if self.fine:
            self.shirt(body)

    def shirt(self, body: np.ndarray) -> None:
        """A lighter upper side, a panel and a number: what makes a flat shape a shirt."""
        at, s, kit = self.at, self.scale, self.kit
        middle = body.mean(0)
        canvas.convex(self.picture, middle + 0.84 * (body - middle) + s * np.array([-0.022, -0.03]), kit.shirt)
        facing = self.facing()
        waist = at["pelvis"] + 0.25 * (at["neck"] - at["pelvis"])
        for side in ("right", "left"):
            edge = at[f"{side} shoulder"]
            stripe = np.array(
                [edge * 0.8 + at["neck"] * 0.2, waist * 0.55 + at[f"{side} hip"] * 0.45 + (edge - at["neck"]) * 0.2]
            )
            canvas.limb(self.picture, stripe[0], stripe[1], 0.016 * s, 0.026 * s, kit.trim)
        if kit.number and s > 1.4 * _DETAIL:
            words = str(kit.number)
            height = 0.16 * s * (1.0 if facing < 0 else 0.6)
            spot = at["chest"] - [canvas.text_width(words, height, max(1, int(height / 9))) / 2, -0.55 * height]
            canvas.text(self.picture, words, spot, height, kit.trim, max(1, int(height / 9)))

    def facing(self) -> float:
        """How far the chest is turned to the camera: 1 towards it, -1 away."""
        ahead = np.array([-np.sin(self.figure.pose[LEAN, 2]), np.cos(self.figure.pose[LEAN, 2]), 0]) @ self.turn
        return float(-(ahead @ self.camera.axes[2]))

    def head(self) -> None:
        gaze = self.joints["gaze"] @ self.turn
        faces.draw_head(self.picture, self.at["head"], 0.118 * self.scale, gaze @ self.camera.axes.T, self.kit)

    def racket(self) -> None:
        """Grip, shaft and strung head, in perspective."""
        hand, way = self.joints["right hand"], self.joints["racket"]
        side = np.cross(way, (0.35, 0.4, 0.85))
        side /= np.linalg.norm(side) + 1e-9
        grow = self.figure.tall

        def to_world(points):
            return grow * (np.asarray(points) @ self.turn) + self.figure.place

        grip, throat = self.camera.project(to_world([hand - 0.05 * way, hand + 0.44 * way]))
        ring = hand + 0.6 * way + canvas.CIRCLE[:, :1] * 0.16 * way + canvas.CIRCLE[:, 1:] * 0.13 * side
        ring = self.camera.project(to_world(ring))
        s, tone = self.scale, self.figure.racket
        self.strings(ring)
        canvas.line(self.picture, ring, tone, max(1.0, min(0.024 * s, 0.1 * np.ptp(ring, 0).max())), closed=True)
        canvas.line(self.picture, np.array([self.at["right hand"], throat]), tone, max(1.0, 0.016 * s))
        middle = grip + 0.35 * (throat - grip)
        canvas.limb(self.picture, grip, middle, 0.018 * s, 0.016 * s, (40, 40, 44))

    def strings(self, ring: np.ndarray) -> None:
        x0, y0 = np.maximum(ring.min(0).astype(int) - 1, 0)
        x1, y1 = ring.max(0).astype(int) + 2
        patch = self.picture[y0:y1, x0:x1]
        if patch.size == 0:
            return
        veil = patch.copy()
        canvas.polygon(veil, ring - [x0, y0], (235, 238, 235))
        cv2.addWeighted(veil, 0.4, patch, 0.6, 0, patch)
        if self.scale > 2 * _DETAIL:
            count = len(ring)
            for step in range(1, 12):
                for a, b in ((step, -step), (count // 4 + step, count // 4 - step)):
                    canvas.line(self.picture, ring[[a % count, b % count]], (225, 228, 225), 1)


def cast_shadow(picture: np.ndarray, camera: Camera, figure: Figure, strength: float = 0.35) -> None:
    """The soft pool of shadow under a person; fainter as they jump."""
    pose = figure.pose
    spread = 0.32 + 0.35 * np.abs(pose[RIGHT_FOOT, :2] - pose[LEFT_FOOT, :2]).max()
    circle = np.concatenate([canvas.CIRCLE * [spread, spread], np.zeros((len(canvas.CIRCLE), 1))], 1)
    place = np.array([figure.place[0], figure.place[1], 0.0])
    outline = camera.outline(circle + place)
    if len(outline):
        faint = strength / (1.0 + 1.5 * figure.place[2])
        canvas.shadow(picture, outline, faint, 0.06 * camera.scale(place))

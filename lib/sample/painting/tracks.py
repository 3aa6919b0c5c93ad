"""Race tracks: a ribbon of asphalt with kerbs through a landscape, under a sky at some time of day."""

from dataclasses import dataclass

import numpy as np

from lib.sample.painting import canvas, crowds, materials
from lib.sample.painting.camera import Camera

STEP = 2.0  # metres between points of the centre line

# name: sky above, sky at the horizon, land, asphalt, light
MOODS = {
    "noon": ((70, 130, 210), (190, 215, 235), (86, 140, 62), (104, 105, 110), 1.0),
    "overcast": ((150, 158, 168), (206, 210, 214), (88, 118, 70), (96, 98, 102), 0.92),
    "evening": ((64, 70, 130), (246, 176, 110), (110, 112, 60), (92, 86, 88), 0.9),
    "night": ((6, 8, 20), (24, 28, 48), (28, 52, 36), (84, 86, 94), 0.85),
    "rain": ((104, 110, 120), (160, 166, 172), (62, 92, 60), (66, 70, 78), 0.8),
    "desert": ((120, 170, 220), (236, 222, 196), (206, 176, 128), (120, 116, 112), 1.05),
}
RUNOFF = ((196, 178, 140), (60, 110, 190), (200, 60, 60), (60, 150, 110), (124, 126, 130), None)
KERBS = (
    ((210, 40, 44), (245, 245, 245)),
    ((40, 90, 190), (245, 245, 245)),
    ((240, 200, 40), (40, 120, 70)),
    ((210, 40, 44), (250, 215, 60)),
)


@dataclass
class Track:
    """Centre line and surroundings; lengths in metres, colours RGB."""

    line: np.ndarray  # (n, 2), STEP apart
    mood: str
    half: float  # half the width of the road
    runoff: tuple | None
    kerbs: tuple
    boards: tuple
    sponsors: tuple
    stands: list[tuple[float, int]]  # where they begin along the line, and on which side
    trees: np.ndarray  # (k, 3): along, across, height
    crowd: np.ndarray
    hills: np.ndarray
    wet: bool

    def at(self, along, across=0.0) -> np.ndarray:
        """World point (..., 2) at a distance along the line and to the right of it."""
        along = np.asarray(along, float)
        marks = np.arange(len(self.line)) * STEP
        place = np.stack([np.interp(along, marks, self.line[:, i]) for i in (0, 1)], -1)
        heading = self.heading(along)
        return place + np.stack([np.cos(heading), np.sin(heading)], -1) * np.asarray(across)[..., None]

    def heading(self, along) -> np.ndarray:
        """The direction of the road (radians; 0 is along y, positive to the left)."""
        way = np.diff(self.line, axis=0)
        turn = np.unwrap(np.arctan2(-way[:, 0], way[:, 1]))
        return np.interp(along, (np.arange(len(turn)) + 0.5) * STEP, turn)


def build(rng: np.random.Generator) -> Track:
    """A track at random: 400 m, first straight, then a bend or two."""
    marks = np.arange(0, 400, STEP)
    bend = rng.choice((-1, 1)) * rng.uniform(0.012, 0.03)
    curvature = np.where((marks > 110) & (marks < 190), bend, 0) + np.where(
        (marks > 215) & (marks < 290), -0.8 * bend, 0
    )
    curvature = np.convolve(curvature, np.ones(15) / 15, "same")
    heading = np.cumsum(curvature) * STEP
    line = np.cumsum(np.stack([-np.sin(heading), np.cos(heading)], 1), 0) * STEP
    mood = materials.pick(tuple(MOODS), rng)
    trees = np.stack(
        [rng.uniform(0, 400, 46), rng.choice((-1, 1), 46) * rng.uniform(24, 60, 46), rng.uniform(5, 13, 46)], 1
    )
    light = 0.8 * MOODS[mood][4]
    crowd = crowds.seats(
        rng, 9, (120, 122, 130), materials.pick(materials.STRONG, rng), float(rng.choice((0.5, 0.9, 0.97))), light
    )
    stands = [(float(start), int(rng.choice((-1, 1)))) for start in rng.permutation(np.arange(10, 330, 45))[:5]]
    return Track(
        line,
        mood,
        rng.uniform(5.5, 7),
        materials.pick(RUNOFF, rng),
        materials.pick(KERBS, rng),
        materials.pair(rng),
        tuple(rng.choice(materials.SPONSORS, 4, replace=False)),
        stands,
        trees,
        crowd,
        rng.uniform(0, 6.3, 4),
        mood == "rain",
    )


def paint(track: Track, camera: Camera, size: tuple[int, int], fine: bool = True) -> np.ndarray:
    """The track without cars, (height, width, 3) uint8. `fine` adds what cannot be seen at speed."""
    picture = _sky(track, camera, size)
    _ground(picture, track, camera)
    _behind(picture, track, camera)
    _barriers(picture, track, camera, fine)
    return picture


def _sky(track, camera, size) -> np.ndarray:
    """Sky, sun or stars, hills at the horizon, and the land below it."""
    above, low, land, _, _ = MOODS[track.mood]
    width, height = size
    ahead = np.array([camera.axes[2, 0], camera.axes[2, 1], 0.0])
    ahead /= np.linalg.norm(ahead)
    horizon = float(camera.project(camera.position + 4000 * ahead)[1])
    row = int(np.clip(horizon, 1, height - 1))
    picture = np.empty((height, width, 3), np.uint8)
    picture[:row] = canvas.fade((width, row), canvas.mix(low, above, min(1.0, row / (0.6 * height))), low)
    picture[row:] = canvas.fade((width, height - row), canvas.mix(low, land, 0.75), canvas.shade(land, 0.9))
    turn = np.arctan2(-ahead[0], ahead[1])
    x = np.linspace(0, width, 40)
    angle = turn - (x - camera.centre[0]) / camera.focal
    tall = (
        0.035
        + 0.03 * np.sin(3 * angle + track.hills[0])
        + 0.016 * np.sin(9 * angle + track.hills[1])
        + 0.006 * np.sin(31 * angle + track.hills[2])
    )
    ridge = np.stack([x, horizon - camera.focal * np.maximum(tall, 0)], 1)
    canvas.polygon(
        picture,
        np.concatenate([ridge, [[width, horizon + 1], [0, horizon + 1]]]),
        canvas.mix(low, canvas.shade(land, 0.55), 0.55),
    )
    if track.mood in ("noon", "evening", "desert"):
        sun = np.array(
            [
                camera.centre[0] + camera.focal * np.tan(np.clip(turn - 0.4 * np.sin(track.hills[3]), -1.2, 1.2)),
                horizon - 0.22 * camera.focal,
            ]
        )
        canvas.glow(picture, sun, (0.3 * width, 0.3 * width), (255, 236, 190), 0.7)
    return picture


def _strip(track, camera, near, far, first: float, last: float, height: float = 0.0) -> np.ndarray:
    """The outline in the picture of a strip of ground from `near` to `far` metres across, between two distances along."""
    along = np.arange(first, last + 0.1, 2 * STEP)
    edges = np.concatenate([track.at(along, near), track.at(along[::-1], far)])
    return camera.outline(np.column_stack([edges, np.full(len(edges), height)]))


def _ground(picture, track, camera) -> None:
    """Run-off, asphalt, the darker racing line, white edges and kerbs."""
    asphalt, half = np.array(MOODS[track.mood][3], float), track.half
    if track.runoff is not None:
        tone = canvas.shade(track.runoff, 0.9 * MOODS[track.mood][4])
        canvas.polygon(picture, _strip(track, camera, -half - 9, half + 9, 0, 396), tone)
    canvas.polygon(picture, _strip(track, camera, -half, half, 0, 396), asphalt)
    for across, wide, tone in ((-0.3 * half, 0.22 * half, 0.86), (0.25 * half, 0.16 * half, 0.92)):
        canvas.polygon(picture, _strip(track, camera, across - wide, across + wide, 0, 396), asphalt * tone)
    for side in (-1, 1):
        canvas.polygon(
            picture, _strip(track, camera, side * (half - 0.25), side * (half - 0.05), 0, 396), (236, 236, 232)
        )
    if track.wet:
        _wet(picture, track, camera)
    _kerbs(picture, track, camera)
    _grid(picture, track, camera)


def _wet(picture, track, camera) -> None:
    """A wet road shows the sky: lighter streaks along it."""
    sky = np.array(MOODS[track.mood][1], float)
    for across in (-0.6, 0.05, 0.6):
        canvas.polygon(
            picture,
            _strip(track, camera, (across - 0.1) * track.half, (across + 0.1) * track.half, 0, 396),
            canvas.mix(MOODS[track.mood][3], sky, 0.35),
        )


def _kerbs(picture, track, camera) -> None:
    along = np.arange(96.0, 300.0, 2.0)
    for side in (-1, 1):
        inner, outer = track.at(along, side * track.half), track.at(along, side * (track.half + 1.1))
        seen_in = camera.see(np.column_stack([inner, np.full(len(along), 0.02)]))
        seen_out = camera.see(np.column_stack([outer, np.full(len(along), 0.05)]))
        ahead = (seen_in[:, 2] > 0.5) & (seen_out[:, 2] > 0.5)
        a, b = camera.to_picture(seen_in), camera.to_picture(seen_out)
        for index in np.flatnonzero(ahead[:-1] & ahead[1:]):
            canvas.polygon(picture, np.array([a[index], a[index + 1], b[index + 1], b[index]]), track.kerbs[index % 2])


def _grid(picture, track, camera) -> None:
    """Places painted on the straight, two by two, and the line before them."""
    for index in range(12):
        start, side = 84.0 - 6 * index, (-1, 1)[index % 2]
        across = side * 0.45 * track.half
        for a, b, c, d in (
            (across - 1.2, across + 1.2, start, start + 0.25),
            (across - 1.2, across - 1.0, start - 1.6, start),
            (across + 1.0, across + 1.2, start - 1.6, start),
        ):
            corners = track.at(np.array([c, c, d, d]), np.array([a, b, b, a]))
            canvas.polygon(picture, camera.outline(np.column_stack([corners, np.zeros(4)])), (232, 232, 228))
    for row in range(3):
        for column in range(10):
            if (row + column) % 2:
                x = track.half * (column / 5 - 1)
                corners = track.at(
                    np.array([90, 90, 90.6, 90.6]) + 0.6 * row, np.array([x, x + track.half / 5] * 2)[[0, 1, 3, 2]]
                )
                canvas.polygon(picture, camera.outline(np.column_stack([corners, np.zeros(4)])), (240, 240, 240))


def _behind(picture, track, camera) -> None:
    """Trees and grandstands, the farther ones first."""
    things = [(camera.see(np.array([*track.at(a, c), 0]))[2], ("tree", a, c, h)) for a, c, h in track.trees]
    things += [
        (camera.see(np.array([*track.at(a + 18, side * 26), 0]))[2], ("stand", a, side, 0)) for a, side in track.stands
    ]
    for depth, (what, along, across, tall) in sorted(things, key=lambda thing: -thing[0]):
        if what == "stand":
            _stand(picture, track, camera, along, across)
        elif depth > 12 and abs(across) > 20:
            _tree(picture, track, camera, np.array([*track.at(along, across), 0.0]), tall)


def _tree(picture, track, camera, foot, tall) -> None:
    at, scale = camera.project(foot), camera.scale(foot)
    if not -60 < at[0] < picture.shape[1] + 60 or scale * tall < 3:
        return
    leaf = canvas.shade((58, 98, 50), MOODS[track.mood][4] * (0.5 if track.mood == "night" else 1.0))
    canvas.limb(picture, at, at - [0, 0.5 * tall * scale], 0.25 * scale, 0.2 * scale, (70, 54, 40))
    for x, y, r, light in (
        (-0.2, 0.5, 0.24, 0.75),
        (0.2, 0.52, 0.24, 0.7),
        (0, 0.72, 0.28, 0.95),
        (-0.08, 0.8, 0.18, 1.15),
    ):
        canvas.disc(picture, at + tall * scale * np.array([x, -y]), r * tall * scale, canvas.shade(leaf, light))


def _stand(picture, track, camera, along: float, side: int) -> None:
    """A grandstand 36 m long beside the road, with its crowd, a roof and pillars."""
    near, far = track.half + 13.0, track.half + 24.0
    ends = track.at(np.array([along, along + 36.0]), np.array([side * near] * 2))
    back = track.at(np.array([along, along + 36.0]), np.array([side * far] * 2))
    if side > 0:
        ends, back = ends[::-1], back[::-1]
    low, high = np.column_stack([ends, [1.6] * 2]), np.column_stack([back, [8.5] * 2])
    if camera.see((low[0] + high[1]) / 2)[2] < 4:
        return
    light = MOODS[track.mood][4]
    foot = [(*ends[0], 0), (*ends[1], 0), low[1], low[0]]
    canvas.polygon(picture, camera.outline(foot), canvas.shade((110, 114, 124), light))
    canvas.wall(picture, camera, track.crowd, low[0], low[1] - low[0], high[0] - low[0])
    lift = np.array([0, 0, 4.0])
    canvas.polygon(
        picture, camera.outline([high[0], high[1], high[1] + lift, high[0] + lift]), canvas.shade((60, 64, 74), light)
    )
    canvas.polygon(
        picture,
        camera.outline([high[0] + lift, high[1] + lift, low[1] + 2 * lift + [0, 0, 2], low[0] + 2 * lift + [0, 0, 2]]),
        canvas.shade(track.boards[0], 0.75 * light),
    )


def _barriers(picture, track, camera, fine: bool) -> None:
    """Boards along both sides, and the wire fence above them."""
    length = 12.0
    order = []
    for side in (-1, 1):
        for index, start in enumerate(np.arange(0, 384, length)):
            ends = track.at(np.array([start, start + length]), np.array([side * (track.half + 10.0)] * 2))
            seen = camera.see(np.column_stack([ends, [0.5] * 2]))
            if seen[:, 2].max() > 0.5:
                order.append((-seen[:, 2].mean(), index, ends if side < 0 else ends[::-1]))
    for depth, index, ends in sorted(order, key=lambda item: item[0]):
        low = np.column_stack([ends, [0.0] * 2])
        tone = canvas.shade(track.boards[index % 2], MOODS[track.mood][4])
        outline = camera.outline([low[0], low[1], low[1] + [0, 0, 1.1], low[0] + [0, 0, 1.1]])
        canvas.polygon(picture, outline, tone)
        if -depth < 80 and len(outline) == 4:
            faces = (low[1] - low[0])[1] * (camera.position - low[0])[0] - (low[1] - low[0])[0] * (
                camera.position - low[0]
            )[1] > 0
            words = (
                crowds.boards(track.sponsors[index % 4 :] + track.sponsors, track.boards, 2) if fine and faces else None
            )
            if words is not None:
                canvas.wall(picture, camera, words, low[0], low[1] - low[0], (0, 0, 1.1))
            posts = np.linspace(low[0], low[1], 5)
            for post in camera.project(np.stack([posts + [0, 0, 1.1], posts + [0, 0, 3.2]], 1)):
                canvas.line(picture, post, (150, 154, 160))
            for high in (1.8, 2.5, 3.2):
                canvas.line(picture, camera.project(low + [0, 0, high]), (150, 154, 160))

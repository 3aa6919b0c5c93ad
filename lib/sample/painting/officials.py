"""Who sits and stands around a court: umpire, line judges, the benches. Painted once, into the background."""

import numpy as np

from lib.sample.painting import canvas, materials
from lib.sample.painting import people as figures
from lib.sample.painting.camera import Camera
from lib.sample.painting.courts import Court
from lib.sample.painting.poses import varied


def paint(picture: np.ndarray, event: str, court: Court, camera: Camera, rng: np.random.Generator) -> None:
    """The umpire's chair beside the net; line judges round a badminton court, benches beside a volleyball court."""
    look = {
        "shirt": materials.jitter((44, 54, 84), rng, 20),
        "shorts": (36, 36, 42),
        "trim": (240, 240, 240),
        "sleeves": 1.0,
        "socks": (36, 36, 42),
    }
    side = court.wide / 2
    people = [_seated(rng, look, (side + 1.1, 0.0), np.pi / 2, 0.9)]
    if event == "badminton":
        spots = (
            (-side - 1.4, 4.5, -np.pi / 2),
            (side + 1.4, 5.5, np.pi / 2),
            (-1.2, court.long / 2 + 1.5, np.pi),
            (1.8, court.long / 2 + 1.5, np.pi),
        )
        people += [_seated(rng, look, (x, y), heading, 0.0) for x, y, heading in spots]
    else:
        for team in materials.teams(rng, 5):
            half = -1 if people[-1].place[1] > 0 else 1
            for index, kit in enumerate(team):
                pose = varied(str(rng.choice(("stand", "clap", "hands on hips", "stand"))), rng, 0.03)
                place = np.array([-side - 2.6 + rng.normal(0, 0.2), half * (2.2 + 0.9 * index), 0.0])
                people.append(figures.Figure(kit, pose, place, -np.pi / 2 + rng.normal(0, 0.3), rng.normal(1.05, 0.04)))
    for person in sorted(people, key=lambda person: -camera.see(person.place)[2]):
        if camera.see(person.place)[2] > 3:
            _chair(picture, camera, person)
            figures.cast_shadow(picture, camera, person, 0.3)
            figures.draw(picture, camera, person)


def _seated(rng, look: dict, place: tuple, heading: float, raised: float) -> figures.Figure:
    return figures.Figure(materials.person(rng, look), varied("sit", rng, 0.02), np.array([*place, raised]), heading)


def _chair(picture, camera: Camera, person: figures.Figure) -> None:
    """A seat and its legs, down to the floor however high it stands; nothing for people who stand."""
    if person.pose[0, 2] > 0.7:
        return
    x, y, z = person.place
    feet = np.array([(x + a, y + b, 0.0) for a in (-0.25, 0.25) for b in (-0.25, 0.25)])
    tops = feet + (0, 0, z + 0.42)
    scale = camera.scale((x, y, z))
    for foot, top in zip(camera.project(feet), camera.project(tops)):
        canvas.limb(picture, foot, top, max(0.03 * scale, 0.5), max(0.03 * scale, 0.5), (120, 124, 132))
    canvas.convex(picture, camera.project(tops), (70, 74, 84))

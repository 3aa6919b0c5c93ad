"""What the sample shows, compared with stored small copies: the drawing code cannot change without a new VERSION.

`python tests/test_sample_pictures.py` draws the copies again, and prints ORDER.
"""

import hashlib
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from lib.sample import CLIPS, draw_photographs, programmes
from lib.sample.shots import catalogue

COPIES = Path(__file__).with_name("sample_pictures.png")
WIDTH, HEIGHT, COLUMNS = 32, 24, 8
AVERAGE, LARGEST = 1, 24  # grey levels by which a copy, and a pixel of one, may differ: processors round differently
SHOTS = [
    (event, kind) for event in catalogue.EVENTS for kind in catalogue.DECKS[event] if kind not in catalogue.CUTAWAYS
]
SHOTS += zip(cycle(catalogue.EVENTS), catalogue.CUTAWAYS)
ORDER = "11b51059335c9758"  # a hash of which shots are drawn, and in which order
WAY_OUT = (
    "If that is intended, raise VERSION in lib/sample/__init__.py, draw the copies again (`python "
    "tests/test_sample_pictures.py`, and change ORDER to what it prints), and measure the stored figures again "
    "(`python -m lib experiment NAME`, for each of them)."
)


def photographs():
    """Yield photos as the sample's folder has them, and their names."""
    with TemporaryDirectory() as folder:
        draw_photographs(Path(folder) / "sample", per_class=3, progress=False)
        for path in sorted(Path(folder).glob("sample/*/*")):
            if (picture := cv2.imread(str(path))) is not None:  # one is broken on purpose
                yield f"photo {path.parent.name}/{path.name}", picture[..., ::-1]


def each_shot():
    for number, (event, kind) in enumerate(SHOTS):  # each with colours of its own
        shot = catalogue.make_shot(event, kind, (320, 240), np.random.default_rng(number))
        yield f"{event}, {kind}", shot(shot.moments[0])


def clip():
    """Yield some frames of a clip's part that has a fast pan, a wipe and a replay."""
    scenes = programmes.programme("sports_day", np.random.default_rng(7))[10:12]
    for scene in scenes:
        scene.seconds = 0.4
    frames = enumerate(programmes.frames(scenes, np.random.default_rng(7)))
    yield from ((f"frame {number} of a clip", picture) for number, picture in frames if number % 5 == 2)


def thumbnails() -> dict[str, np.ndarray]:
    pictures = [*photographs(), *each_shot(), *clip()]
    return {name: cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for name, picture in pictures}


def stored() -> np.ndarray:
    """Read the copies: uint8 (n, HEIGHT, WIDTH, 3)."""
    sheet = cv2.imread(str(COPIES))[..., ::-1]
    return sheet.reshape(-1, HEIGHT, COLUMNS, WIDTH, 3).swapaxes(1, 2).reshape(-1, HEIGHT, WIDTH, 3)


def store() -> None:
    tiles = list(thumbnails().values())
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    sheet = np.vstack([np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)])
    cv2.imwrite(str(COPIES), sheet[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


def order() -> str:
    kinds = [list(islice(catalogue.deal_kinds(event, np.random.default_rng(7)), 80)) for event in catalogue.EVENTS]
    clips = [programmes.programme(name, np.random.default_rng(7)) for name in CLIPS]
    scenes = [f"{s.event} {s.kind} {s.frames} {s.stretch} {s.speed} {s.wipe} {s.whip}" for clip in clips for s in clip]
    return hashlib.sha256(repr((kinds, scenes)).encode()).hexdigest()[:16]


def test_the_sample_looks_as_it_did_when_the_stored_figures_were_measured():
    drawn, copies = thumbnails(), stored()
    assert len(drawn) <= len(copies) < len(drawn) + COLUMNS
    changes = {name: np.abs(drawn[name].astype(int) - copy) for name, copy in zip(drawn, copies)}
    changed = [name for name, change in changes.items() if change.mean() > AVERAGE or change.max() > LARGEST]
    assert not changed, f"Drawn differently: {'; '.join(changed)}. {WAY_OUT}"


def test_the_same_shots_are_drawn_in_the_same_order():
    assert order() == ORDER, WAY_OUT


if __name__ == "__main__":
    store()
    print(order())

"""What the ways of `lib.photos.shaping` are worth: heads on frozen features, five folds by group, frames of four
shapes.

Heads are trained on the photos outside a fold, shaped in one way, and run on the fold: on its photos, and on
one frame of each shape cut out of every second one at a random position, as a clip of that shape would show it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from lib import backbones, photos, training, video
from lib.core import made, paths
from lib.core.files import atomic_write, read_arrays
from lib.core.framework import forward, keras
from lib.core.progress import progress_bar
from lib.photos import Photo, read, shaping
from lib.smoothing import RollingMean
from lib.training import LabelledArrays

FOLDS = 5
SHAPES = {"9:16": 9 / 16, "4:3": 4 / 3, "16:9": 16 / 9, "21:9": 21 / 9}
# Each way: what heads are trained on, and what is averaged over on the fold.
VIEWS: dict[str, Callable] = {
    "squash": shaping.squash,
    "crop": shaping.crop,
    "pad": shaping.pad,
    "pad_square": shaping.pad_square,
    "first": lambda image: shaping.crop(image, 0.0),
    "last": lambda image: shaping.crop(image, 1.0),
}
WAYS = {
    "squash": ("squash", ("squash",)),
    "crop to 4:3": ("crop", ("crop",)),
    "pad to 4:3": ("pad", ("pad",)),
    "pad to a square": ("pad_square", ("pad_square",)),
    "two crops": ("crop", ("first", "last")),
    "three crops": ("crop", ("first", "crop", "last")),
    "squash, trained on crops": ("crop", ("squash",)),
}
BATCH = 32
EVERY = 2  # of so many photos one gives frames


_Views = tuple[dict[str, int], list[np.ndarray]]  # of a picture: which of the shaped ones each view is, and these


class Extractor:
    """Gives features, float32 (n, channels), of pictures by the views of VIEWS. What looks the same is computed once."""

    def __init__(self, name: str):
        self.backbone = backbones.load(name)
        self._network = forward(self.backbone.model, self.backbone.image_size)

    def __call__(self, pictures: Iterable[np.ndarray], total: int, progress: str = "") -> dict[str, np.ndarray]:
        found: dict[str, list[np.ndarray]] = {view: [] for view in VIEWS}
        bar = progress_bar(total=total, desc=progress, unit="image", leave=False)
        batch: list[_Views] = []
        for picture in pictures:
            batch.append(self._views(picture))
            bar.update()
            if len(batch) == BATCH // 4:
                self._run(batch, found)
        self._run(batch, found)
        bar.close()
        return {view: np.array(rows) for view, rows in found.items()}

    def _views(self, picture: np.ndarray) -> _Views:
        """Give the different shaped pictures, and which of them each view is."""
        images: list[np.ndarray] = []
        known, which = {}, {}
        for view, shape in VIEWS.items():
            shaped = shape(picture)
            key = shaped.tobytes() if shaped.shape != picture.shape else "whole"
            if key not in known:
                known[key] = len(images)
                images.append(shaping.resize(np.ascontiguousarray(shaped), self.backbone.image_size))
            which[view] = known[key]
        return which, images

    def _run(self, batch: list[_Views], found: dict[str, list[np.ndarray]]) -> None:
        if not batch:
            return
        maps = self._network(np.stack([image for _, images in batch for image in images])).numpy().mean((1, 2))
        start = 0
        for which, images in batch:
            for view, position in which.items():
                found[view].append(maps[start + position])
            start += len(images)
        batch.clear()


def cut(picture: np.ndarray, shape: float, rng: np.random.Generator) -> np.ndarray:
    """Cut the largest window of a shape (width over height) out of a picture, at a random position."""
    height, width = picture.shape[:2]
    rows, columns = min(height, round(width / shape)), min(width, round(height * shape))
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    return picture[top : top + rows, left : left + columns]


def features(name: str, found: Sequence[Photo]) -> dict[str, dict[str, np.ndarray]]:
    """Extract features of all views of the photos ("photographs") and of a frame of each shape: {kind: {view: array}}.

    They are stored in `output/shapes/`, so that an interrupted run goes on.
    """
    extract, kinds, mark = None, {}, photos.fingerprint(found)[:12]
    for kind in ("photographs", *SHAPES):
        path = paths.OUTPUT / "shapes" / f"{Path(name).stem}-{mark}-{kind.replace(':', 'x')}.npz"
        if not path.exists():
            extract = extract or Extractor(name)
            some = found if kind == "photographs" else found[::EVERY]
            pictures = (read(photo.path) for photo in some)
            if kind in SHAPES:
                seeds = np.random.default_rng(0).spawn(len(some))
                pictures = (cut(picture, SHAPES[kind], rng) for picture, rng in zip(pictures, seeds))
            made.claim("features of shaped images", path)
            with atomic_write(path) as part:
                np.savez(part, **extract(pictures, len(some), f"{name}, {kind}"))  # type: ignore[arg-type]  # no flags
        kinds[kind] = read_arrays(path)
    return kinds


def score(
    found: Sequence[Photo], kinds: dict, seed: int, clips: dict[str, tuple[str, dict[str, np.ndarray]]]
) -> dict[str, dict[str, float]]:
    """Give the accuracy of each way: {way: {kind: accuracy}}, over five folds; of clips, with a deque of 32 (see `clip`).

    Args:
        found: the photos.
        kinds: what `features` gave for them.
        seed: of the folds and the training.
        clips: of each clip its event and features, {name: (event, {view: (frames, channels)})}.
    """
    names = photos.classes(found)
    targets = photos.labels(found, names)
    hits: dict[str, dict[str, list]] = {way: {kind: [] for kind in (*kinds, *clips)} for way in WAYS}
    for rest, fold in photos.folds(found, seed, FOLDS):
        fitted, validation, rows = photos.positions(found, *next(photos.folds(rest, seed)), fold)
        trained = {}
        for way, (view, shown) in WAYS.items():
            if view not in trained:
                x = kinds["photographs"][view][:, None, None, :]
                train, held = (LabelledArrays(x[part], targets[part]) for part in (fitted, validation))
                trained[view] = training.train_head(train, held, len(names), seed)
            head = trained[view]
            for kind, views in kinds.items():
                every = 1 if kind == "photographs" else EVERY
                some = rows[rows % every == 0]
                hits[way][kind] += (_mean(head, views, shown, some // every).argmax(axis=1) == targets[some]).tolist()
            for clip, (event, views) in clips.items():
                smooth = RollingMean(32)(_mean(head, views, shown))
                hits[way][clip].append(float((smooth.argmax(axis=1) == names.index(event)).mean()))
    return {way: {kind: float(np.mean(hit)) for kind, hit in of.items()} for way, of in hits.items()}


def _mean(
    head: "keras.Model", views: dict[str, np.ndarray], shown: Sequence[str], rows: np.ndarray | slice = slice(None)
) -> np.ndarray:
    """Give the mean of the probabilities, float32 (n, classes), over the views shown."""
    return np.mean([head(views[view][rows][:, None, None, :], training=False).numpy() for view in shown], axis=0)


def clip(name: str, path: Path, seconds: float) -> dict[str, np.ndarray]:
    """Extract features of the first `seconds` of a clip, by view."""
    return Extractor(name)(frames_of(path, seconds), 0, path.name)


def frames_of(path: Path, seconds: float) -> Iterator[np.ndarray]:
    """Give the frames of the first `seconds` of a clip, uint8 RGB (height, width, 3)."""
    with video.VideoReader(path) as reader:
        yield from (frame.image for frame in reader if frame.seconds < seconds)

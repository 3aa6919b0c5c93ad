"""Clips made of photos, whose true events are known: where smoothing and the threshold for "no event" are tried.

Each photo is shown for a second, in a window of 16:9 that moves across it. Heads are trained on frozen features,
one per seed; only the validation photos choose the threshold.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from lib import backbones, photos, training
from lib.backbones import Backbone
from lib.core.framework import forward
from lib.core.progress import progress_bar
from lib.photos import Photo
from lib.timeline import NO_EVENT, frame_accuracy
from lib.tools.labelling.choices import Choices

WIDTH, HEIGHT, RATE = 640, 360, 25
STRETCHES, PHOTOS = 6, 10  # of the reel: stretches of one event, and photos in each
OTHERS, OF_A_CLIP = 760, 60  # photos of none of the events that are tried, and those of them in a clip
NOISE = 250  # frames
LOST = (0.02, 0.05, 0.1)  # fractions of the validation photos that a threshold turns into "no event"
WAYS = {"each frame": Choices(window=1), "deque of 32": Choices(window=32), "Viterbi": Choices("viterbi", 128)}


@dataclass(frozen=True)
class Material:
    """Features of what is tried, float32 (n, 1, 1, channels): photos or frames, and whether they are a clip's.

    `truth` is the index of their event, -1 for none of them, or one index each.
    """

    features: np.ndarray
    truth: int | np.ndarray
    is_clip: bool


def pan(image: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Give a second of frames, uint8 RGB (HEIGHT, WIDTH, 3), of a window that moves across an image."""
    scale = 1.2 * max(WIDTH / image.shape[1], HEIGHT / image.shape[0])
    width, height = (int(np.ceil(scale * side)) for side in image.shape[1::-1])
    large = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    begin, end = rng.uniform(0, (width - WIDTH, height - HEIGHT), (2, 2))
    for along in np.linspace(0, 1, RATE):
        left, top = np.round(begin + along * (end - begin)).astype(int)
        yield large[top : top + HEIGHT, left : left + WIDTH]


def panned(found: Sequence[Photo], seed: int) -> Iterator[np.ndarray]:
    """Give the frames of photos that are shown one after another."""
    rng = np.random.default_rng(seed)
    for photo in found:
        yield from pan(photos.read(photo.path), rng)


def noise(seed: int) -> Iterator[np.ndarray]:
    """Give frames, uint8 RGB (HEIGHT, WIDTH, 3), of which every value is random."""
    rng = np.random.default_rng(seed)
    return (rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8) for _ in range(NOISE))


def reel(found: Sequence[Photo], classes: Sequence[str], seed: int) -> list[Photo]:
    """Choose the photos of a reel: stretches of one event after another; again from the first when there are few."""
    rng = np.random.default_rng(seed)
    of = [[photo for photo in found if photo.label == name] for name in classes]
    shuffled = [[some[at] for at in rng.permutation(len(some))] for some in of]
    chosen = []
    for stretch in range(STRETCHES):
        some, begin = shuffled[stretch % len(classes)], stretch // len(classes) * PHOTOS
        chosen += [some[at % len(some)] for at in range(begin, begin + PHOTOS)]
    return chosen


def some_of_each(found: Sequence[Photo], count: int, seed: int) -> list[Photo]:
    """Choose `count` photos, about as many of each class, in random order."""
    rng = np.random.default_rng(seed)
    shuffled = [found[at] for at in rng.permutation(len(found))]
    rank: dict[str, int] = {}
    ranked = []
    for photo in shuffled:
        rank[photo.label] = rank.get(photo.label, 0) + 1
        ranked.append((rank[photo.label], photo))
    ranked.sort(key=lambda pair: pair[0])  # the first of each class, then the second of each
    return [photo for _, photo in ranked[:count]]


class Extractor:
    """Gives features, float32 (n, 1, 1, channels), of frames as they come."""

    def __init__(self, backbone: Backbone):
        self.backbone, self._network = backbone, forward(backbone.model, backbone.image_size)

    def __call__(self, frames: Iterable[np.ndarray], what: str) -> np.ndarray:
        images = map(self.backbone.resize, progress_bar(frames, desc=what, unit="frame", leave=False))
        batches = iter(lambda: list(islice(images, training.BATCH)), [])
        maps = (self._network(np.stack(batch)).numpy() for batch in batches)
        return np.concatenate([batch.mean((1, 2), keepdims=True) for batch in maps])


def tried(extract: Extractor, found: Sequence[Photo], materials: dict[str, Material], seed: int) -> dict:
    """Train a head and try it: on a reel of test photos, and for each threshold on all materials.

    Args:
        extract: gives the features of the backbone that is tried.
        found: photos of the events.
        materials: what else it is run on, by name.
        seed: of the split, the training and the reel.

    Returns:
        {"reel": {way: accuracy}, "thresholds": {fraction lost: P}, "no event": {material: {fraction lost: fraction}},
        "accuracy": {material: {fraction lost: accuracy}} for those that show an event; 0 is without a threshold.
    """
    classes = photos.classes(found)
    split = photos.split(found, seed)
    train, validation, test = (
        training.LabelledArrays(backbones.extract(extract.backbone, part), photos.labels(part, classes))
        for part in (split.train, split.validation, split.test)
    )
    head = training.train_head(train, validation, len(classes), seed)
    confidence = head.predict(validation.x, verbose=0).max(axis=1)
    thresholds = {0.0: 0.0} | {lost: float(np.quantile(confidence, lost)) for lost in LOST}
    shown = reel(split.test, classes, seed)
    frames = extract(panned(shown, seed), f"reel {seed}")
    truth = np.repeat(photos.labels(shown, classes), RATE)
    materials = {"test photos": Material(test.x, test.y, False)} | materials
    materials["reel"] = Material(frames, truth, True)
    scores = {key: head.predict(material.features, verbose=0) for key, material in materials.items()}
    result: dict = {"reel": {}, "thresholds": thresholds, "no event": {}, "accuracy": {}}
    for way, choices in WAYS.items():
        result["reel"][way] = frame_accuracy(choices.labels(scores["reel"], int(choices.window))[0], truth)
    for key, material in materials.items():
        labels = {lost: _labels(scores[key], threshold, material.is_clip) for lost, threshold in thresholds.items()}
        result["no event"][key] = {lost: float((some == NO_EVENT).mean()) for lost, some in labels.items()}
        if np.max(material.truth) != NO_EVENT:
            result["accuracy"][key] = {lost: float((some == material.truth).mean()) for lost, some in labels.items()}
    return result


def _labels(scores: np.ndarray, threshold: float, is_clip: bool) -> np.ndarray:
    window = 32 if is_clip else 1
    return Choices(window=window, unknown=threshold).labels(scores, window)[0]

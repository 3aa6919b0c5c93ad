"""Pictures as bags of visual words: local features, a vocabulary of them, a histogram a picture, and an SVM.

After J. Sivic and A. Zisserman ("Video Google", 2003) and G. Csurka and others ("Visual categorization with bags of
keypoints", 2004). Notebook 06 holds the same steps in full; here they are for what is measured over many seeds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.cluster import MiniBatchKMeans
from sklearn.svm import SVC, LinearSVC

from lib import photos
from lib.progress import progress_bar

LONGER_SIDE = 320  # pixels; finer detail is mostly grain, and takes longer
KEY_POINTS = 300  # the strongest of a picture
GRID_STEP, GRID_WIDTH = 16, 6  # pixels; about as many places as there are key points
REACH = 6  # a descriptor looks at a square that is so many times as wide as its key point
SAMPLED = 20_000  # descriptors that make a vocabulary
COSTS = (0.01, 0.1, 1.0, 10.0, 100.0)


class LocalFeatures(NamedTuple):
    """Of one picture: its key points, float32 (n, 4), as x, y, width and angle; descriptors, uint8 (n, 128)."""

    places: np.ndarray
    descriptors: np.ndarray


@dataclass(frozen=True)
class Choice:
    """A classifier, the cost C that validation chose for it, and its accuracy there."""

    model: ClassifierMixin
    cost: float
    validation: float


def shrink(picture: np.ndarray) -> np.ndarray:
    """Resize a picture (height, width, 3) so that its longer side has LONGER_SIDE pixels."""
    height, width = picture.shape[:2]
    share = LONGER_SIDE / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)


def at_key_points(picture: np.ndarray) -> LocalFeatures:
    """Describe a picture, uint8 RGB, at the key points that SIFT finds (D. Lowe, 2004)."""
    found, descriptors = cv2.SIFT_create(KEY_POINTS).detectAndCompute(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), None)
    return _local_features(found, descriptors)


def on_grid(picture: np.ndarray) -> LocalFeatures:
    """Describe a picture, uint8 RGB, on a regular grid, upright, whatever is to be seen there."""
    height, width = picture.shape[:2]
    rows, columns = (np.arange(GRID_STEP / 2, length, GRID_STEP) for length in (height, width))
    grid = [cv2.KeyPoint(x, y, GRID_WIDTH, 0) for y in rows for x in columns]
    return _local_features(*cv2.SIFT_create().compute(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), grid))


def _local_features(found: Sequence[cv2.KeyPoint], descriptors: np.ndarray | None) -> LocalFeatures:
    places = np.array([(*point.pt, point.size, point.angle) for point in found], "float32").reshape(-1, 4)
    return LocalFeatures(places, np.zeros((0, 128), "uint8") if descriptors is None else descriptors.astype("uint8"))


def describe(
    found: Sequence[photos.Photo], at: Callable[[np.ndarray], LocalFeatures], progress: bool = True
) -> list[LocalFeatures]:
    """Read photographs and describe each with `at_key_points` or `on_grid`. Raises PhotoError."""
    bar = progress_bar(found, progress, desc="describing photographs")
    return [at(shrink(photos.read(photo.path))) for photo in bar]


def patch(picture: np.ndarray, place: np.ndarray, size: int = 48) -> np.ndarray:
    """Cut out what the descriptor of a place (x, y, width, angle) looks at, upright: uint8 RGB (size, size, 3)."""
    x, y, width, angle = map(float, place)
    turn = cv2.getRotationMatrix2D((x, y), angle, size / (REACH * width))
    turn[:, 2] += size / 2 - x, size / 2 - y
    return cv2.warpAffine(picture, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def rooted(rows: np.ndarray) -> np.ndarray:
    """Divide each row of counts or shares by its sum and take square roots: float (n, k), each row of length 1.

    The distance between two such rows is Hellinger's between their shares. A row of zeros stays one.
    """
    sums = rows.sum(axis=1, keepdims=True)
    return np.sqrt(rows / np.where(sums > 0, sums, 1))


def vocabulary(described: Iterable[LocalFeatures], words: int, seed: int) -> MiniBatchKMeans:
    """Find so many words: the centres of as many clusters of descriptors, SAMPLED of all at random."""
    every = np.concatenate([local.descriptors for local in described])
    some = np.random.default_rng(seed).permutation(len(every))[:SAMPLED]
    means = MiniBatchKMeans(words, batch_size=2048, max_iter=20, n_init=1, random_state=seed)
    return means.fit(every[some].astype("float32"))


def histograms(described: Sequence[LocalFeatures], words: MiniBatchKMeans) -> np.ndarray:
    """Count the words of each picture: int64 (n, words)."""
    every = np.concatenate([local.descriptors for local in described])
    picture = np.repeat(np.arange(len(described)), [len(local.descriptors) for local in described])
    counts = np.zeros((len(described), words.n_clusters), int)
    if len(every):
        np.add.at(counts, (picture, words.predict(every.astype("float32"))), 1)
    return counts


def linear(cost: float) -> LinearSVC:
    return LinearSVC(C=cost, max_iter=20_000, random_state=0)


def rbf(cost: float) -> SVC:
    return SVC(C=cost, kernel="rbf", gamma="scale")


def choose(make: Callable[[float], ClassifierMixin], x, y, validation_x, validation_y) -> Choice:
    """Fit one classifier for each of COSTS; give the one with the highest validation accuracy, of equals the first."""
    choices = []
    for cost in COSTS:
        model = make(cost).fit(x, y)
        choices.append(Choice(model, cost, float(model.score(validation_x, validation_y))))
    return max(choices, key=lambda choice: choice.validation)

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
from lib.core.progress import progress_bar

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
    """Resize an image so that its longer side has LONGER_SIDE pixels.

    Args:
        picture: uint8 (height, width, 3).

    Returns:
        The resized image, of the same dtype.

    Example:
        >>> shrink(np.zeros((400, 640, 3), np.uint8)).shape
        (200, 320, 3)
    """
    height, width = picture.shape[:2]
    share = LONGER_SIDE / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)


def at_key_points(picture: np.ndarray) -> LocalFeatures:
    """Describe an image at the key points that SIFT finds.

    D. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60 (2004), 91-110.

    Args:
        picture: uint8 RGB (height, width, 3).

    Returns:
        About KEY_POINTS local features at most; none in an image without detail.

    Example:
        >>> at_key_points(np.zeros((80, 80, 3), np.uint8)).descriptors.shape
        (0, 128)
    """
    found, descriptors = cv2.SIFT_create(KEY_POINTS).detectAndCompute(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), None)  # type: ignore[attr-defined]  # not in the stubs
    return _local_features(found, descriptors)


def on_grid(picture: np.ndarray) -> LocalFeatures:
    """Describe an image on a regular grid of upright SIFT descriptors, independent of its content.

    Args:
        picture: uint8 RGB (height, width, 3).

    Returns:
        The local features, one for every GRID_STEP pixels across and down.

    Example:
        >>> on_grid(np.zeros((80, 80, 3), np.uint8)).places.shape
        (25, 4)
    """
    height, width = picture.shape[:2]
    rows, columns = (np.arange(GRID_STEP / 2, length, GRID_STEP) for length in (height, width))
    grid = [cv2.KeyPoint(x, y, GRID_WIDTH, 0) for y in rows for x in columns]
    return _local_features(*cv2.SIFT_create().compute(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), grid))  # type: ignore[attr-defined]  # not in the stubs


def _local_features(found: Sequence[cv2.KeyPoint], descriptors: np.ndarray | None) -> LocalFeatures:
    places = np.array([(*point.pt, point.size, point.angle) for point in found], "float32").reshape(-1, 4)
    return LocalFeatures(places, np.zeros((0, 128), "uint8") if descriptors is None else descriptors.astype("uint8"))


def describe(
    found: Sequence[photos.Photo], at: Callable[[np.ndarray], LocalFeatures], progress: bool = True
) -> list[LocalFeatures]:
    """Read photos and describe each.

    Args:
        found: n photos.
        at: `at_key_points` or `on_grid`.
        progress: show a progress bar.

    Returns:
        The local features of each, at most LONGER_SIDE pixels wide or high.

    Raises:
        PhotoError: one of them cannot be read.

    Example:
        train = bag_of_words.describe(split.train, bag_of_words.at_key_points)
    """
    bar = progress_bar(found, progress, desc="describing photos")
    return [at(shrink(photos.read(photo.path))) for photo in bar]


def patch(picture: np.ndarray, place: np.ndarray, size: int = 48) -> np.ndarray:
    """Cut out what the descriptor at a key point covers, turned upright.

    Args:
        picture: uint8 RGB (height, width, 3).
        place: x, y and width in pixels, angle in degrees, clockwise.
        size: height and width of the result, in pixels.

    Returns:
        uint8 RGB (size, size, 3).

    Example:
        >>> patch(np.zeros((80, 80, 3), np.uint8), np.array([40, 40, 6, 0])).shape
        (48, 48, 3)
    """
    x, y, width, angle = map(float, place)
    turn = cv2.getRotationMatrix2D((x, y), angle, size / (REACH * width))
    turn[:, 2] += np.array([size / 2 - x, size / 2 - y])
    return cv2.warpAffine(picture, turn, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def hellinger_normalise(rows: np.ndarray) -> np.ndarray:
    """Divide each row by its sum and take square roots: Euclidean distances between rows are then Hellinger's.

    R. Arandjelović and A. Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012.

    Args:
        rows: counts or fractions (n, k), none below 0.

    Returns:
        float64 (n, k), each row of length 1; a row of zeros stays one.

    Example:
        >>> hellinger_normalise(np.array([[1, 3], [0, 0]])).round(2)
        array([[0.5 , 0.87],
               [0.  , 0.  ]])
    """
    sums = rows.sum(axis=1, keepdims=True)
    return np.sqrt(rows / np.where(sums > 0, sums, 1))


def vocabulary(described: Iterable[LocalFeatures], words: int, seed: int) -> MiniBatchKMeans:
    """Find the visual words: cluster centres of SAMPLED descriptors, by mini-batch k-means.

    D. Sculley, "Web-scale k-means clustering", WWW 2010.

    Args:
        described: local features of each image of the training set.
        words: how many.
        seed: of the sample and of the first centres.

    Returns:
        The fitted clusters; `cluster_centers_` (words, 128) are the words.

    Example:
        means = bag_of_words.vocabulary(train, 200, seed=0)
    """
    every = np.concatenate([local.descriptors for local in described])
    some = np.random.default_rng(seed).permutation(len(every))[:SAMPLED]
    means = MiniBatchKMeans(words, batch_size=2048, max_iter=20, n_init=1, random_state=seed)
    return means.fit(every[some].astype("float32"))


def histograms(described: Sequence[LocalFeatures], words: MiniBatchKMeans) -> np.ndarray:
    """Count the words of each image.

    Args:
        described: local features of n images.
        words: from `vocabulary`.

    Returns:
        Counts, int64 (n, words).

    Example:
        x = bag_of_words.hellinger_normalise(bag_of_words.histograms(train, means))
    """
    every = np.concatenate([local.descriptors for local in described])
    picture = np.repeat(np.arange(len(described)), [len(local.descriptors) for local in described])
    counts = np.zeros((len(described), words.n_clusters), int)
    if len(every):
        np.add.at(counts, (picture, words.predict(every.astype("float32"))), 1)
    return counts


def linear(cost: float) -> LinearSVC:
    """Make a linear SVM.

    Args:
        cost: C, above 0: a larger one fits the training set more closely.

    Returns:
        The classifier, not yet fitted.

    Example:
        >>> linear(0.1).C
        0.1
    """
    return LinearSVC(C=cost, max_iter=20_000, random_state=0)


def rbf(cost: float) -> SVC:
    """Make an SVM with a Gaussian kernel.

    Args:
        cost: C, above 0: a larger one fits the training set more closely.

    Returns:
        The classifier, not yet fitted.

    Example:
        >>> rbf(10.0).kernel
        'rbf'
    """
    return SVC(C=cost, kernel="rbf", gamma="scale")


def select_cost(
    make: Callable[[float], ClassifierMixin],
    x: np.ndarray,
    y: np.ndarray,
    validation_x: np.ndarray,
    validation_y: np.ndarray,
) -> Choice:
    """Fit one classifier for each of COSTS and select by validation accuracy.

    Args:
        make: `linear` or `rbf`.
        x: rows of the training set (n, k).
        y: their class indices (n,).
        validation_x: rows of the validation set (m, k).
        validation_y: their class indices (m,).

    Returns:
        The classifier with the highest accuracy, of equal ones that of the lowest cost.

    Example:
        >>> x, y = np.array([[0.0], [1.0], [0.1], [0.9]]), np.array([0, 1, 0, 1])
        >>> select_cost(rbf, x, y, x, y).validation
        1.0
    """
    choices = []
    for cost in COSTS:
        model = make(cost).fit(x, y)
        choices.append(Choice(model, cost, float(model.score(validation_x, validation_y))))
    return max(choices, key=lambda choice: choice.validation)

"""The documents' pictures: 48 synthetic photos, 24 frames of the clips, a clip's labels, and the README's animation."""

from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np

from lib import lessons, photos, plots, sample, smoothing, timeline, video
from lib.core import paths
from lib.core.colours import colours
from lib.core.files import atomic_write
from lib.core.paths import Run
from lib.plots.style import use_style

WINDOWS = (32, 64)
GAP = 4  # pixels of white between pictures
SECONDS, EVERY = 6, 2  # of the animation: its length, and every how many frames of the clip it has one
PANE, TITLE = (400, 225), 26  # pixels: each half of the animation, and the height of the line above it


def targets() -> tuple[Path, ...]:
    """Give where the documents show them: photos, frames, labels, animation."""
    clips = paths.EXAMPLE_CLIPS
    names = "contact_sheet.jpg", "label_strips.png", "raw_and_smoothed.webp"
    return paths.DATA / "contact_sheet.jpg", *(clips / name for name in names)


def make() -> None:
    """Write the pictures where the documents show them."""
    photographs, frames, strips, animation = targets()
    run = Run("sample", "bundled")
    _write(
        photographs,
        _photographs(photos.readable(lessons.photographs(run), progress=False)),
        columns=8,
        size=(160, 120),
    )
    clips = [lessons.clip(name, run) for name in sample.CLIPS]
    _write(frames, [image for clip in clips for image in _frames(clip, 4)], columns=4, size=(320, 180))
    clip = lessons.clip("sports_day", run)
    scored = _scores(clip)
    _write_strips(strips, clip, scored)
    _write_animation(animation, clip, scored)


def _photographs(found: list[photos.Photo], per_class: int = 16) -> list[np.ndarray]:
    """Choose by chance, from different shots, as many of each class; a class fills two rows."""
    rng = np.random.default_rng(0)
    shown = []
    for name in photos.classes(found):
        of_shot = {photo.group: photo for photo in found if photo.label == name}
        shown += [photos.read(of_shot[group].path) for group in rng.choice(sorted(of_shot), per_class, replace=False)]
    return shown


def _frames(clip: Path, count: int) -> list[np.ndarray]:
    """Give `count` frames of a clip, equal times apart."""
    with video.VideoReader(clip) as reader:
        total = reader.info.frames
    assert total is not None  # our own clips say how many frames they have
    wanted = {round(total * (i + 0.5) / count) for i in range(count)}
    with video.VideoReader(clip) as reader:
        return [frame.image for frame in reader if frame.index in wanted]


def _write(path: Path, images: list[np.ndarray], columns: int, size: tuple[int, int]) -> None:
    """Write pictures as one JPEG, each cut to the tiles' proportions and scaled to `size` (width, height)."""
    tiles = [np.pad(_tile(image, *size), ((GAP, 0), (GAP, 0), (0, 0)), constant_values=255) for image in images]
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    sheet = cv2.cvtColor(np.vstack(rows)[GAP:, GAP:], cv2.COLOR_RGB2BGR)
    with atomic_write(path) as part:
        part.write_bytes(cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes())
    print(f"{path.relative_to(paths.ROOT)}: {len(images)} pictures")


def _tile(image: np.ndarray, width: int, height: int) -> np.ndarray:
    have_height, have_width = image.shape[:2]
    scale = max(width / have_width, height / have_height)
    image = cv2.resize(image, (round(have_width * scale), round(have_height * scale)), interpolation=cv2.INTER_AREA)
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def _scores(clip: Path) -> video.FrameScores:
    """Score a clip with the classifier of notebook 03, which is trained first where it is missing."""
    from lib import classifier  # loads TensorFlow, which other commands need not wait for

    run = lessons.begin("05_video_smoothing", "sample", "bundled", seed=0)
    model = classifier.load(run.classifier("03_fine_tuning"))
    return video.score_clip(clip, model.predict, model.resize, model.classes)


def _write_strips(path: Path, clip: Path, scored: video.FrameScores) -> None:
    """Write the labels of a clip as strips: the truth, each frame alone, two deques'."""
    strips = {
        "truth": timeline.read_truth(clip.with_suffix(".truth.csv")).labels(scored.classes),
        "each frame": scored.scores.argmax(axis=1),
    }
    strips |= {f"deque of {size}": smoothing.RollingMean(size)(scored.scores).argmax(axis=1) for size in WINDOWS}
    use_style()
    plt.switch_backend("agg")  # a notebook's, inherited from the cell that runs this, would keep no figure
    figure = plots.label_strips(scored.seconds, strips, scored.classes)
    assert figure is not None  # only a notebook's backend shows it instead
    with atomic_write(path) as part:
        figure.savefig(part, dpi=100, bbox_inches="tight")
    print(f"{path.relative_to(paths.ROOT)}: {len(scored.scores)} frames")


def _write_animation(path: Path, clip: Path, scored: video.FrameScores) -> None:
    """Write some seconds of a clip twice, side by side: with the label of each frame alone, and with the deque's."""
    shown = busiest(scored.scores.argmax(axis=1), round(SECONDS * scored.rate))
    smoothed = smoothing.RollingMean(WINDOWS[0])(scored.scores)
    labels = {
        "Each frame alone": scored.scores.argmax(axis=1)[shown],
        f"Mean of the last {WINDOWS[0]} frames' scores": smoothed.argmax(axis=1)[shown],
    }
    with video.VideoReader(clip) as reader:
        images = [_tile(frame.image, *PANE) for frame in reader if frame.index in shown]
    animation = cv2.Animation()
    animation.frames = [
        cv2.cvtColor(side_by_side(images[at], labels, scored.classes, at), cv2.COLOR_RGB2BGR)
        for at in range(0, len(images), EVERY)
    ]
    animation.durations = [round(1000 * EVERY / scored.rate)] * len(animation.frames)
    with atomic_write(path) as part:
        cv2.imwriteanimation(str(part), animation, [cv2.IMWRITE_WEBP_QUALITY, 60])
    print(
        f"{path.relative_to(paths.ROOT)}: {len(animation.frames)} frames, from second {scored.seconds[shown[0]]:.1f} on"
    )


def busiest(labels: np.ndarray, length: int) -> range:
    """Find the stretch of a clip in which the label changes most often, the first of several.

    Args:
        labels: int (n,), the label of each frame.
        length: frames of the stretch, at most n.

    Returns:
        The indices of its frames.

    Example:
        >>> busiest(np.array([0, 0, 0, 1, 0, 1, 1, 1]), 4)
        range(2, 6)
    """
    changes = np.convolve(np.diff(labels) != 0, np.ones(length - 1), "valid")
    first = int(changes.argmax())
    return range(first, first + length)


def side_by_side(image: np.ndarray, labels: dict[str, np.ndarray], classes: tuple[str, ...], at: int) -> np.ndarray:
    """Draw one frame as often as there are ways to label it, with a title above each.

    Args:
        image: uint8 RGB (h, w, 3).
        labels: for each title, int (n,): the label of every frame of the stretch, which are the strip below.
        classes: the names of the events.
        at: which of the n frames it is.

    Returns:
        uint8 RGB, as wide as all of them and the gaps between.
    """
    palette = colours(classes)
    panes = []
    for title, each in labels.items():
        name = classes[each[at]]
        strip = video.strip_of(each, np.array([*palette.values(), (0, 0, 0)], np.uint8))
        pane = video.draw_label(image, name, palette[name], strip=strip, position=at / (len(each) - 1))
        above = np.full((TITLE, image.shape[1], 3), 255, np.uint8)
        cv2.putText(above, title, (2, TITLE - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA)
        panes += [np.full((TITLE + image.shape[0], GAP, 3), 255, np.uint8), np.vstack([above, pane])]
    return np.hstack(panes[1:])

"""The README's pictures: 48 photographs of the drawn sample, 24 frames of its clips, and a clip's labels."""

from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np

from lib import lessons, photos, plots, sample, smoothing, timeline, video
from lib.core import paths
from lib.core.files import atomic_write
from lib.core.paths import Run
from lib.plots.style import use_style

WINDOWS = (32, 64)
GAP = 4  # pixels of white between pictures


def targets() -> tuple[Path, Path, Path]:
    """Give where the README shows them: photographs, frames, labels."""
    clips = paths.EXAMPLE_CLIPS
    return paths.DATA / "contact_sheet.jpg", clips / "contact_sheet.jpg", clips / "label_strips.png"


def make() -> None:
    """Write the three pictures where the README shows them."""
    photographs, frames, strips = targets()
    run = Run("sample", "bundled")
    _write(
        photographs,
        _photographs(photos.readable(lessons.photographs(run), progress=False)),
        columns=8,
        size=(160, 120),
    )
    clips = [lessons.clip(name, run) for name in sample.CLIPS]
    _write(frames, [image for clip in clips for image in _frames(clip, 4)], columns=4, size=(320, 180))
    _write_strips(strips, lessons.clip("sports_day", run))


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


def _write_strips(path: Path, clip: Path) -> None:
    """Write the labels of a clip as strips: the truth, each frame alone, two deques'."""
    from lib import classifier  # loads TensorFlow, which other commands need not wait for

    run = lessons.begin("05_video_smoothing", "sample", "bundled", seed=0)
    model = classifier.load(run.classifier("03_fine_tuning"))
    kept = video.score_clip(clip, model.predict, model.resize, model.classes)
    strips = {
        "truth": timeline.read_truth(clip.with_suffix(".truth.csv")).labels(model.classes),
        "each frame": kept.scores.argmax(axis=1),
    }
    strips |= {f"deque of {size}": smoothing.RollingMean(size)(kept.scores).argmax(axis=1) for size in WINDOWS}
    use_style()
    plt.switch_backend("agg")  # a notebook's, inherited from the cell that runs this, would keep no figure
    figure = plots.label_strips(kept.seconds, strips, model.classes)
    assert figure is not None  # only a notebook's backend shows it instead
    with atomic_write(path) as part:
        figure.savefig(part, dpi=100, bbox_inches="tight")
    print(f"{path.relative_to(paths.ROOT)}: {len(kept.scores)} frames")

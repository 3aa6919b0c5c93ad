"""Make the README's pictures: 48 photographs of the drawn sample, 24 frames of its clips, and a clip's labels."""

from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np

from lib import lessons, paths, photos, plots, scenes, smoothing, timeline, video
from lib.files import replacing
from lib.paths import Run

PHOTOGRAPHS = paths.DATA / "contact_sheet.jpg"
FRAMES = paths.EXAMPLE_CLIPS / "contact_sheet.jpg"
STRIPS = paths.EXAMPLE_CLIPS / "label_strips.png"
WINDOWS = (32, 64)
GAP = 4  # pixels of white between pictures


def add_arguments(parser) -> None:
    pass


def run(args) -> int:
    sample = Run("sample", "bundled")
    _write(
        PHOTOGRAPHS,
        _photographs(photos.readable(lessons.photographs(sample), progress=False)),
        columns=8,
        size=(160, 120),
    )
    clips = [lessons.clip(name, sample) for name in scenes.CLIPS]
    _write(FRAMES, [image for clip in clips for image in _frames(clip, 4)], columns=4, size=(320, 180))
    _write_strips(lessons.clip("sports_day", sample))
    return 0


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
    wanted = {round(total * (i + 0.5) / count) for i in range(count)}
    with video.VideoReader(clip) as reader:
        return [frame.image for frame in reader if frame.index in wanted]


def _write(path: Path, images: list[np.ndarray], columns: int, size: tuple[int, int]) -> None:
    """Write pictures as one JPEG, each cut to the tiles' proportions and scaled to `size` (width, height)."""
    tiles = [np.pad(_tile(image, *size), ((GAP, 0), (GAP, 0), (0, 0)), constant_values=255) for image in images]
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    sheet = cv2.cvtColor(np.vstack(rows)[GAP:, GAP:], cv2.COLOR_RGB2BGR)
    with replacing(path) as part:
        part.write_bytes(cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 82])[1])
    print(f"{path.relative_to(paths.ROOT)}: {len(images)} pictures")


def _tile(image: np.ndarray, width: int, height: int) -> np.ndarray:
    have_height, have_width = image.shape[:2]
    scale = max(width / have_width, height / have_height)
    image = cv2.resize(image, (round(have_width * scale), round(have_height * scale)), interpolation=cv2.INTER_AREA)
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def _write_strips(clip: Path) -> None:
    """Write the labels of a clip as strips: the truth, each frame alone, two deques'."""
    from lib import classifier  # loads TensorFlow, which other commands need not wait for

    run = lessons.begin("05_video_smoothing", "sample", "bundled", seed=0)
    model = classifier.load(run.classifier("03_fine_tuning"))
    kept = video.score_clip(clip, model.predict, model.image_size, model.classes)
    strips = {
        "truth": timeline.read_truth(clip.with_suffix(".truth.csv")).labels(model.classes),
        "each frame": kept.scores.argmax(axis=1),
    }
    strips |= {f"deque of {size}": smoothing.RollingMean(size)(kept.scores).argmax(axis=1) for size in WINDOWS}
    plt.switch_backend("agg")  # a notebook's, inherited from the cell that runs this, would keep no figure
    figure = plots.label_strips(kept.seconds, strips, model.classes)
    with replacing(STRIPS) as part:
        figure.savefig(part, dpi=100, bbox_inches="tight")
    print(f"{STRIPS.relative_to(paths.ROOT)}: {len(kept.scores)} frames")

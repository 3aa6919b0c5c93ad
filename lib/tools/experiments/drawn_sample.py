"""Is the drawn sample as hard as it should be? Three drawing seeds, five training seeds each.

Photographs are split by group (training, validation, held-out); held-out figures choose nothing. Since few are held
out, all networks also predict a newly generated sample, made with another drawing seed. On the clips the deque's size
is chosen on `sports_day_2` and reported on `sports_day`.
"""

from functools import cache
from pathlib import Path

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

from lib import backbones, classifier, photos, sample, smoothing, timeline, training, video
from lib.core import paths
from lib.core.framework import forward, keras
from lib.evaluation import report
from lib.tools.experiments import spread
from lib.training import LabelledArrays

CASES = [{"drawing": drawing, "seed": seed} for drawing in range(3) for seed in range(5)]
FRESH = 100  # is added to a drawing seed for the sample that no network has seen
SIZES = (1, 8, 16, 24, 32, 40, 48, 64, 96, 128)


def _folder(drawing: int) -> Path:
    """Where the sample of a drawing seed lies, as drawn by this version of the drawing code."""
    return paths.OUTPUT / "experiments" / f"drawing-{drawing}-version-{sample.VERSION}"


@cache
def _photographs(drawing: int) -> list[photos.Photo]:
    """The readable photographs of a drawing seed, drawn on first use."""
    folder = _folder(drawing) / "photos"
    if not (folder / photos.MANIFEST).exists():
        sample.draw_photographs(folder, seed=drawing)
    return photos.readable(photos.find(folder), progress=False)


@cache
def _clips(drawing: int) -> dict[str, Path]:
    """Both sports days of a drawing seed, drawn on first use."""
    folder, names = _folder(drawing), ("sports_day", "sports_day_2")
    for name in names:
        if not (folder / f"{name}.truth.csv").exists():
            sample.draw_clip(name, folder, seed=drawing)
    return {name: folder / f"{name}.mp4" for name in names}


def run_case(case: dict) -> dict:
    """Measure one drawing seed and training seed."""
    drawing, seed = case["drawing"], case["seed"]
    found, backbone = _photographs(drawing), backbones.load("bundled")
    classes, split = photos.classes(found), photos.split(found, seed)
    train, validation, held_out, fresh = (
        LabelledArrays.read(part, backbone.resize, classes)
        for part in (split.train, split.validation, split.test, _photographs(FRESH + drawing))
    )
    seen, checked = (LabelledArrays(training.features(backbone, part.x), part.y) for part in (train, validation))
    head = training.train_head(seen, checked, len(classes), seed)
    frozen = classifier.join(backbone, head)
    result = {"pixels": nearest_neighbour(train, held_out), "classes": list(classes)}
    result |= {"frozen": training.accuracy(frozen, held_out), "fresh_frozen": training.accuracy(frozen, fresh)}
    tuned = training.fine_tune(backbone, head, train, validation, seed)
    scored = report(held_out.y, tuned.predict(held_out.x, verbose=0), classes)
    result |= {
        "fine_tuned": scored.accuracy,
        "fresh_fine_tuned": training.accuracy(tuned, fresh),
        "confusion": scored.confusion.tolist(),
    }
    result |= sports_days(_clips(drawing), tuned, backbone.resize, classes)
    again = backbones.load("bundled")
    scratch, _ = training.from_scratch(again, train, validation, len(classes), training.TUNE_EPOCHS, seed)
    return result | {
        "scratch": training.accuracy(scratch, held_out),
        "fresh_scratch": training.accuracy(scratch, fresh),
    }


def nearest_neighbour(train: LabelledArrays, held_out: LabelledArrays) -> float:
    """Accuracy of calling a picture what the nearest training picture is, by 32×32 pixels."""
    small_size = photos.Resize(32)
    small = [np.stack([small_size(image).ravel() for image in part.x]) / 255.0 for part in (train, held_out)]
    return float(KNeighborsClassifier(1).fit(small[0], train.y).score(small[1], held_out.y))


def sports_days(clips: dict[str, Path], model: "keras.Model", resize: photos.Resize, classes: tuple[str, ...]) -> dict:
    """Frame by frame and smoothed: accuracy, surplus switches a minute, mean lag in frames."""
    network = forward(model, resize.size)
    scored, truths, rates = {}, {}, {}
    for name, clip in clips.items():
        held = video.score_clip(clip, lambda frames: network(frames).numpy(), resize, classes, progress=False)
        scored[name], rates[name] = held.scores, float(held.rate)
        truths[name] = timeline.read_truth(clip.with_suffix(".truth.csv")).labels(classes)
    choice = timeline.curves(scored["sports_day_2"], truths["sports_day_2"], SIZES, rates["sports_day_2"])
    size = calmest_of_the_best(choice)
    return {"window": size} | {
        name: _measured(scored["sports_day"], truths["sports_day"], window, rates["sports_day"])
        for name, window in (("raw", 1), ("chosen", size), ("deque_32", 32), ("deque_128", 128))
    }


def calmest_of_the_best(curves: timeline.Curves, tolerance: float = 0.01) -> int:
    """Choose the size with the fewest surplus switches among those whose accuracy is within `tolerance` of the best.

    Near its top the accuracy hardly depends on the size, so that the very best is chosen by chance.
    """
    near = np.flatnonzero(curves.accuracy >= curves.accuracy.max() - tolerance)
    return int(curves.sizes[near[curves.flicker[near].argmin()]])


def _measured(scores: np.ndarray, truth: np.ndarray, size: int, rate: float) -> dict:
    labels = smoothing.RollingMean(size)(scores).argmax(axis=1)
    return {
        "accuracy": timeline.frame_accuracy(labels, truth),
        "surplus_per_minute": timeline.surplus_switches_per_minute(labels, truth, rate),
        "lag": timeline.mean_lag(labels, truth),
    }


def summarise(rows: list[dict]) -> str:
    """Print what was measured beside what was wanted, mean and range over all cases."""

    def values(*path: str) -> np.ndarray:
        found = rows
        for key in path:
            found = [row[key] for row in found]
        return np.array(found, float)

    def line(what: str, measured: str, wanted: str, good: bool | np.bool) -> str:
        return f"{what:<47} {measured:<28} {wanted:<28} {'yes' if good else 'NO'}"

    def tuning(prefix: str) -> list[str]:
        """The lines on fine-tuning: on what was held out, or, with the prefix "fresh_", on what was newly generated."""
        frozen, tuned, scratch = (values(prefix + name) for name in ("frozen", "fine_tuned", "scratch"))
        gain, needed = tuned - frozen, round(0.8 * len(rows))
        return [
            line("  fine-tuned", spread(tuned), "", True),
            line("  above frozen", f"in {(gain > 0).sum()} of {len(rows)}", f"in {needed}", (gain > 0).sum() >= needed),
            line("  mean gain", f"{gain.mean():+.4f}", "at least +0.01", gain.mean() >= 0.01),
            line("  random weights, same training", spread(scratch), "0.05 below fine-tuned", (tuned - scratch).mean() >= 0.05),
        ]  # fmt: skip

    pixels, frozen = values("pixels"), values("frozen")
    raw, chosen = values("raw", "accuracy"), values("chosen", "accuracy")
    flicker, calm = values("raw", "surplus_per_minute"), values("chosen", "surplus_per_minute")
    lag_32, lag_128 = values("deque_32", "lag"), values("deque_128", "lag")
    slow = values("deque_128", "accuracy")
    pairs = _confused(rows)
    most = max(pairs, key=pairs.__getitem__)
    lines = [
        line("measured on the drawn sample", "mean (lowest to highest)", "wanted", True)[:-4] + " holds",
        line("nearest neighbour on 32×32 pixels", spread(pixels), "at most 0.75", pixels.mean() <= 0.75),
        line("backbone frozen + head, held-out", spread(frozen), "0.88 to 0.97", 0.88 <= frozen.mean() <= 0.97),
        *tuning(""),
        line("newly generated: frozen + head", spread(values("fresh_frozen")), "", True),
        *tuning("fresh_"),
        line("most confused pair", " and ".join(most), "badminton and volleyball", set(most) == {"badminton", "volleyball"}),
        line("sports_day, frame by frame: accuracy", spread(raw), "0.70 to 0.92", 0.70 <= raw.mean() <= 0.92),
        line("  surplus switches a minute", spread(flicker, 1), "at least 20", flicker.mean() >= 20),
        line("sports_day, chosen deque: accuracy", spread(chosen), "0.05 above", (chosen - raw).mean() >= 0.05),
        line("  surplus switches a minute", spread(calm, 1), "at most a fifth", calm.mean() <= flicker.mean() / 5),
        line("  size chosen on sports_day_2", spread(values("window"), 0), "", True),
        line("sports_day, deque 128: lag in frames", spread(lag_128, 1), "twice that of 32", lag_128.mean() >= 2 * lag_32.mean()),
        line("  lag of deque 32", spread(lag_32, 1), "", True),
        line("  accuracy of deque 128", spread(slow), "below that of 32", slow.mean() < values("deque_32", "accuracy").mean()),
    ]  # fmt: skip
    return "\n".join(lines)


def _confused(rows: list[dict]) -> dict[tuple[str, str], int]:
    """How often each pair of classes was taken for one another, over all cases."""
    total = np.sum([row["confusion"] for row in rows], axis=0)
    names = rows[0]["classes"]
    return {
        (names[i], names[j]): int(total[i, j] + total[j, i])
        for i in range(len(names))
        for j in range(i + 1, len(names))
    }

"""A process that runs jobs of the course in processes of their own, and kills those when it is told to.

TensorFlow takes seconds to be imported: here that happens once, and each job is a fork, made while TensorFlow has
not begun to compute. One line of JSON comes in for a job, one goes out when it has ended.
"""

import json
import os
import select
import signal
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lib import backbones, classifier, lessons, photos, smoothing, training, video
from lib.core import notebooks, paths
from lib.core.framework import keras
from lib.core.paths import Run

PATIENCE = 120  # seconds that a job may take


def features(project: Path, begin) -> np.ndarray:
    """Extract and keep features with a network that is none: four sums over the picture."""
    was_read = []
    read = backbones.read
    backbones.read = lambda path: was_read.append(path) or read(path)
    backbones.forward = lambda model, size: (
        lambda images: SimpleNamespace(numpy=lambda: images.reshape(len(images), 1, 1, -1)[..., :4].astype(np.float32))
    )
    backbone = SimpleNamespace(name="toy", fingerprint="toy", image_size=8, resize=photos.Resize(8), model=None)
    begin()
    made = backbones.extract(backbone, photos.find(project / "toy"), progress=False)
    (project / "was_read").write_text(str(len(was_read)))
    return made


def execute(name: str, parameters: dict, copy: Path, **options: bool) -> None:
    """What the notebook of this name does, as far as its classifier is concerned."""
    keras.utils.set_random_seed(parameters["SEED"])
    run = Run(parameters["PHOTOS"], parameters["BACKBONE"])
    split, backbone = photos.split(photos.find(run.photos_folder)), backbones.load(run.backbone)
    parts, classes = (split.train, split.validation), photos.classes(split.train)
    if name == "02_feature_extraction":
        features = [backbones.extract(backbone, part, progress=False) for part in parts]
        seen = [training.LabelledArrays(x, photos.labels(part, classes)) for x, part in zip(features, parts)]
        model = classifier.join(backbone, training.train_head(*seen, 3, seed=0))
    else:
        seen = [training.LabelledArrays.read(part, photos.Resize(8), classes) for part in parts]
        head = classifier.load(run.classifier("02_feature_extraction")).model.get_layer("head")
        training.unfreeze(backbone.base, backbone.unfreeze_from)
        model = classifier.join(backbone, training.copy_head(head))
        training.train_whole(model, *seen, epochs=2, seed=0)
    facts = {"photographs": lessons.photographs_card(run), "seed": 0}
    classifier.save(model, run.classifier(name), backbone, classes, **facts)


def train(notebook: str, needed: str, project: Path, begin) -> np.ndarray:
    """Open `notebook`, which needs the classifier of `needed`, and give that classifier's probabilities."""
    notebooks.execute = execute
    begin()
    run = lessons.begin(notebook, str(project / "toy"), str(project / "toy.keras"), 0)
    found = photos.find(run.photos_folder)
    return classifier.load(run.classifier(needed)).predict_photos(found, progress=False)


def clip(project: Path, begin) -> np.ndarray:
    """Score a clip, smooth, and write its labelled copy."""

    def predict(frames):
        means = frames.reshape(len(frames), -1, 3).mean(axis=1)
        return (means / means.sum(axis=1, keepdims=True)).astype(np.float32)

    begin()
    scores = video.score_clip(project / "clip.mp4", predict, photos.Resize(8), ("a", "b", "c"), progress=False)
    smooth = smoothing.RollingMean(4)(scores.scores)
    out = paths.OUTPUT / "labelled.mp4"
    video.annotate_clip(project / "clip.mp4", out, smooth.argmax(axis=1), scores.with_scores(smooth), progress=False)
    with video.VideoReader(out) as reader:
        return np.stack([frame.image for frame in reader])


def save(project: Path, begin) -> np.ndarray:
    """Save a classifier over another one, and be killed at the call of os.replace whose number lies in `at`."""
    at, calls, replace = json.loads((project / "at").read_text()), [], os.replace

    def counted(*arguments):
        if len(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        calls.append(arguments)
        replace(*arguments)

    os.replace = counted
    model = SimpleNamespace(save=lambda path: path.write_bytes(b"the new model"))
    backbone = SimpleNamespace(name="toy", fingerprint="toy", image_size=8, shaping="squash")
    begin()
    classifier.save(model, project / "model.keras", backbone, ["a", "b"])
    return np.array(len(calls))


JOBS = {
    "features": features,
    "head": partial(train, "03_fine_tuning", "02_feature_extraction"),
    "tuning": partial(train, "04_evaluation", "03_fine_tuning"),
    "clip": clip,
    "save": save,
}


def child(job: str, project: Path, begun: int) -> None:
    """Do a job in `project`, and leave what came of it in `result.npy`."""
    for name in ("DATA", "MODEL", "EXAMPLE_CLIPS", "OUTPUT"):
        setattr(paths, name, project / name.lower())
    paths.FEATURES = paths.OUTPUT / "features"
    np.save(project / "result.npy", JOBS[job](project, lambda: os.write(begun, b".")))


def run(job: str, project: str, after: float | None) -> dict:
    """Do a job in a fork and kill it `after` so many seconds; tell whether it was killed, and how long it took."""
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.dup2(2, 1)  # this process's own output is for lines of JSON
            child(job, Path(project), writer)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writer)
    select.select([reader], [], [], PATIENCE)
    os.close(reader)
    begin = time.monotonic()
    status = _wait(process, PATIENCE if after is None else after)
    if status is None:
        os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return {"killed": code == -signal.SIGKILL, "failed": code > 0, "seconds": time.monotonic() - begin}


def _wait(process: int, seconds: float) -> int | None:
    """Wait for a process at most so long, and give its status, or None when it still runs."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        time.sleep(min(0.002, max(0.0, end - time.monotonic())))
    return None


if __name__ == "__main__":
    training.EPOCHS = 4
    training.augmentation = lambda seed: keras.layers.RandomFlip("horizontal", seed=seed)  # others take long to trace
    backbones.BATCH = 1  # so that features are kept more than once on the way
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)

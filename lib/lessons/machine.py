"""What this machine has: cores, GPU, disk, network, and how much of the course is on it already."""

import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from queue import Empty, SimpleQueue
from threading import Thread

import numpy as np

from lib import photos, sample
from lib.backbones import Backbone
from lib.core import backbone_files, paths
from lib.core.framework import forward, tf
from lib.core.known_backbones import APPLICATIONS
from lib.core.paths import Run

# Where the two things that can be downloaded come from.
SOURCES = {
    "the real photos": "https://raw.githubusercontent.com",
    "the ImageNet weights": "https://storage.googleapis.com",
}
DISK = 1e9  # bytes that the course's photos, clips, features and classifiers take at most
# What the core notebooks put through the whole backbone, for each photo. 02: all once, the validation set again
# (1.2). 03: all of them and the augmented training set (0.64) through what is below the last block, 0.72 of all
# multiplications (1.2); a training step of the block counts as 1.2, for 1.28 maps in two trials of three epochs and a
# training of eight (21.5), whose validation adds 0.7; predictions (0.6). 04: the test set through two models (0.4).
PICTURES_PER_PHOTOGRAPH = 25
# 05 labels the clip's 1,682 frames one at a time, each of which takes as long as three in a batch, and then in batches.
PICTURES_OF_THE_CLIP = 1_682 * (3 + 1)
MINUTES_BESIDE = 1.8  # kernels that start, figures, video files: what was left of 2.5 minutes, at 500 images per second
SPREAD = 1.6  # a machine does other things too, and not all parts of the course slow down alike


def survey() -> dict[str, str]:
    """Describe the machine and what of the course is on it already.

    Returns:
        A few words for each of: cores, graphics card, disk, photos, clips, backbones.

    Example:
        for what, words in machine.survey().items():
            print(f"{what}: {words}")
    """
    cards = tf.config.list_physical_devices("GPU")
    free = shutil.disk_usage(paths.ROOT).free
    return {
        "cores": str(_cores()),
        "graphics card": f"{len(cards)}, and TensorFlow uses it"
        if cards
        else "none that TensorFlow sees; none is needed",
        "disk": f"{free / 1e9:.0f} GB free; " + ("enough" if free > DISK else f"{DISK / 1e9:.0f} GB would be better"),
        "sample photos": _photographs("sample", "generated on first use"),
        "real photos": _photographs("real", "not here: python -m lib fetch"),
        "clips": _clips(),
        "backbones": _backbones(),
    }


def _cores() -> int:
    """How many cores this process may use; in a container that is fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _photographs(name: str, otherwise: str) -> str:
    folder = Run(name, "bundled").photos_folder
    listed = len(photos.read_manifest(folder)) if (folder / photos.MANIFEST).exists() else 0
    here = sum(1 for path in folder.glob("*/*") if not path.name.startswith("."))
    return f"{here} of {listed} here" if here else otherwise


def _clips() -> str:
    here = [name for name in sample.CLIPS if (paths.EXAMPLE_CLIPS / f"{name}.mp4").exists()]
    return _told(here, [name for name in sample.CLIPS if name not in here], "generated on first use")


def _backbones() -> str:
    here = [name for name in paths.BACKBONES if backbone_files.is_available(name)]
    others = [name for name in APPLICATIONS if name not in here]
    return _told(here, others, "downloaded when chosen")


def _told(here: list[str], others: list[str], how: str) -> str:
    return f"{', '.join(here) or 'none'} here" + (f"; {how}: {', '.join(others)}" if others else "")


def network(seconds: float = 3.0) -> dict[str, bool]:
    """Test whether each of SOURCES can be reached, all at once. Nothing is downloaded.

    Args:
        seconds: how long to wait at most.

    Returns:
        For each source, whether it responded; a refusal is a response too.

    Example:
        machine.network(seconds=3.0)
    """
    answers: SimpleQueue[tuple[str, bool]] = SimpleQueue()
    deadline = time.monotonic() + seconds
    for what, address in SOURCES.items():
        # A thread, since the look-up of a name has no time-out of its own; a daemon, so that nothing waits for it.
        Thread(target=_ask, args=(what, address, seconds, answers), daemon=True).start()
    found = dict.fromkeys(SOURCES, False)
    try:
        for _ in SOURCES:
            found.update([answers.get(timeout=max(0.0, deadline - time.monotonic()))])
    except Empty:
        pass  # a source that has not answered by now counts as silent
    return found


def _ask(what: str, address: str, seconds: float, answers: SimpleQueue[tuple[str, bool]]) -> None:
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=seconds).close()
        answered = True
    except urllib.error.HTTPError:
        answered = True
    except (OSError, ValueError, http.client.HTTPException):
        answered = False
    answers.put((what, answered))


def seconds_per_picture(backbone: Backbone, pictures: int = 16) -> float:
    """Time one image through a backbone: the median of five batches, after one that is not counted.

    Args:
        backbone: from `backbones.load`.
        pictures: images in a batch.

    Returns:
        Seconds per image.

    Example:
        seconds = machine.seconds_per_picture(backbones.load("bundled"))
    """
    network = forward(backbone.model, backbone.image_size)
    batch = np.zeros((pictures, backbone.image_size, backbone.image_size, 3), np.uint8)
    times = []
    for _ in range(6):
        start = time.perf_counter()
        network(batch).numpy()
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:])) / pictures


def course_minutes(seconds: float, photographs: int) -> tuple[int, int]:
    """Estimate how long the core notebooks compute.

    Args:
        seconds: per image, from `seconds_per_picture`.
        photographs: how many.

    Returns:
        The lowest and the highest estimate, in minutes.

    Example:
        machine.course_minutes(seconds, len(found))
    """
    pictures = photographs * PICTURES_PER_PHOTOGRAPH + PICTURES_OF_THE_CLIP
    minutes = MINUTES_BESIDE + pictures * seconds / 60
    return max(1, round(minutes / SPREAD)), round(minutes * SPREAD)

"""The files behind the choice BACKBONE, without loading a network: weights of keras.applications, cards, fingerprints.

ImageNet weights are looked for in `model/imagenet/`, a folder that can be handed round on a stick, and in Keras's own
cache (`~/.keras/models`, or `models` in the folder that KERAS_HOME names). What is in neither is downloaded into the first.

A saved Keras model is a backbone when its card says what its network was trained on. The card lies beside it, a `.json`
of the same name; what is said on the command line instead is kept in `model/cards/`, so that it is said only once.
"""

import errno
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from lib import paths
from lib.files import read_json, replacing, sha256, write_json
from lib.progress import progress_bar

SCALINGS = ("0..255", "0..1", "-1..1", "caffe")
TIMEOUT = 30  # seconds of silence after which a download is given up
PIECE = 1 << 18  # bytes


class BackboneError(ValueError):
    """A backbone cannot be had; the message names it and the ways out."""


class Application(NamedTuple):
    """A network of keras.applications: its function, what it takes, from which layer to unfreeze, its weights' file.

    `size` is the file's, in bytes. `md5` is what Keras checks; it knows none for MobileNetV2, of whose file only the
    size, the layers and their shapes can be checked.
    """

    function: str
    image_size: int
    scaling: str
    unfreeze_from: str
    address: str
    size: int
    md5: str = ""

    @property
    def file(self) -> str:
        return self.address.rpartition("/")[2]


_KERAS = "https://storage.googleapis.com/tensorflow/keras-applications"
APPLICATIONS = {
    "resnet50": Application(
        "ResNet50", 224, "caffe", "conv5_block3_1_conv",
        f"{_KERAS}/resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        94_765_736, "4d473c1dd8becc155b73f8504c6f6626",
    ),
    "vgg16": Application(
        "VGG16", 224, "caffe", "block5_conv1",
        f"{_KERAS}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        58_889_256, "6d6bbae143d832006294945121d1f1fc",
    ),
    "mobilenet_v2": Application(
        "MobileNetV2", 224, "-1..1", "block_16_expand",
        f"{_KERAS}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        9_406_464,
    ),
}  # fmt: skip


def prepare(backbone: str) -> None:
    """Make sure that a backbone's weights, or its file and card, are at hand. Raises BackboneError when they are not."""
    if backbone in APPLICATIONS:
        weights(backbone)
    else:
        read_card(file(backbone))


def image_size(backbone: str) -> int:
    """Give the size of the pictures that a backbone takes, without loading it. Raises BackboneError."""
    if backbone in APPLICATIONS:
        return APPLICATIONS[backbone].image_size
    return read_card(file(backbone))["image_size"]


def fingerprint(backbone: str) -> str:
    """Tell backbones apart without loading them: by their weights, and by how a file's card says they are used."""
    if backbone in APPLICATIONS:
        application = APPLICATIONS[backbone]
        return f"keras.applications {application.function} imagenet {application.md5 or application.size}"
    path = file(backbone)
    card = read_card(path)
    return ", ".join([sha256(path), *(str(card.get(key)) for key in ("image_size", "scaling", "unfreeze_from"))])


def file(backbone: str) -> Path:
    """Give the file of "bundled", or of a path."""
    return paths.BUNDLED_BACKBONE if backbone == "bundled" else Path(backbone)


# ImageNet weights


def is_here(backbone: str) -> bool:
    """Say whether a backbone's file is on this machine, without opening it or fetching anything."""
    if backbone not in APPLICATIONS:
        return os.path.isfile(file(backbone))
    name = APPLICATIONS[backbone].file
    return any(os.path.isfile(folder / name) for folder in (paths.MODEL / "imagenet", _keras_cache()))


def weights(name: str) -> Path:
    """Find the ImageNet weights of one of APPLICATIONS, or download them, and give the file, which is whole.

    Raises BackboneError when they cannot be had or the file in `model/imagenet/` is another, OSError when that
    folder cannot be written.
    """
    application = APPLICATIONS[name]
    ours = paths.MODEL / "imagenet" / application.file
    if os.path.isfile(ours):  # False, where Path.is_file raises: in a folder that one may not look into
        if not _is_whole(ours, application):
            raise BackboneError(
                f"{ours} is not the file that Keras publishes: delete it, or put a whole copy in its place."
            )
        return ours
    cached = _keras_cache() / application.file
    if os.path.isfile(cached):
        if _is_whole(cached, application):
            return cached
        print(f"Note: {cached} is not the file that Keras publishes, and is passed over.")
    _download(application, ours)
    return ours


def _keras_cache() -> Path:
    return Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")) / "models"


def _is_whole(path: Path, application: Application) -> bool:
    if path.stat().st_size != application.size:
        return False
    with path.open("rb") as held:
        return application.md5 in ("", hashlib.file_digest(held, "md5").hexdigest())


def _download(application: Application, path: Path) -> None:
    with replacing(path) as part:
        try:
            _receive(application, part)
            why = "" if _is_whole(part, application) else "another file came, perhaps a network's log-in page"
        except urllib.error.URLError as error:
            why = getattr(error.reason, "strerror", None) or error.reason
        except (OSError, http.client.HTTPException) as error:
            if getattr(error, "errno", None) == errno.ENOSPC:  # `replacing` says that the disk is full
                raise
            why = error
        if why:
            raise BackboneError(
                f"The ImageNet weights of {application.function} are not on this machine and could not be downloaded "
                f"({why}): connect to a network once, or put {application.file} into {path.parent}, "
                "or choose BACKBONE=bundled."
            )


def _receive(application: Application, path: Path) -> None:
    answer = urllib.request.urlopen(application.address, timeout=TIMEOUT)
    bar = progress_bar(total=application.size, unit="B", unit_scale=True, desc=f"{application.function}'s weights")
    with answer, bar, path.open("wb") as target:
        while piece := answer.read(PIECE):
            target.write(piece)
            bar.update(len(piece))


# Cards


def read_card(path: Path) -> dict:
    """Read the card of a saved backbone: `image_size` in pixels, `scaling` (one of SCALINGS), perhaps `unfreeze_from`.

    Raises BackboneError when the file is missing, or when neither the card beside it nor what was said on the command
    line before states image size and scaling.
    """
    card = _read(_said_file(path)) | _read(path.with_suffix(".json"))
    size = card.get("image_size")
    if not isinstance(size, int) or size < 1 or card.get("scaling") not in SCALINGS:
        raise BackboneError(
            f"{path} needs a card {path.stem}.json beside it that states image_size (in pixels) and scaling (one of "
            f"{', '.join(SCALINGS)}), or --image-size and --scaling on the command line: nothing of this is guessed."
        )
    return card


def say(path: Path, **said: int | str | None) -> Path:
    """Keep what the command line says of a backbone's file (`image_size`, `scaling`; None: nothing), and give where.

    Raises BackboneError when there is no such file or the card beside it says otherwise.
    """
    said = {key: value for key, value in said.items() if value is not None}
    kept = _said_file(path)
    beside = path.with_suffix(".json")
    card = _read(beside)
    for key, value in said.items():
        if card.get(key, value) != value:
            raise BackboneError(
                f"{beside} states {key} {card[key]}, not {value}: leave the option out, or correct the card."
            )
    write_json(kept, _read(kept) | said)
    return kept


def _read(card: Path) -> dict:
    try:
        return read_json(card) if card.is_file() else {}
    except ValueError as error:
        raise BackboneError(
            f'{card} should read like {{"image_size": 224, "scaling": "-1..1"}}: correct it.'
        ) from error


def _said_file(path: Path) -> Path:
    if not path.is_file():
        names = ", ".join(paths.BACKBONES)
        raise BackboneError(f"There is no backbone {path}: give one of {names}, or the path of a .keras file.")
    return paths.MODEL / "cards" / f"{path.stem}-{sha256(path)[:12]}.json"

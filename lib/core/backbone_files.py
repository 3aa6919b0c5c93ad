"""The files behind the choice BACKBONE, without loading a network: weights of keras.applications, cards, fingerprints.

The weights of EfficientNet-Lite0 are in a package of the environment (`lib.core.efficientnet` builds the network).
Those of keras.applications are looked for in `model/imagenet/`, a folder that can be handed round on a stick, and in
Keras's own cache (`~/.keras/models`, or `models` in the folder that KERAS_HOME names). What is in neither is downloaded
into the first.

A saved Keras model is a backbone when its card says what its network was trained on. The card is next to it, a `.json`
of the same name; what is said on the command line instead is kept in `model/cards/`, so that it is said only once.
"""

import hashlib
import importlib.util
import os
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from lib.core import cards, downloads, made, paths
from lib.core.errors import CourseError
from lib.core.files import atomic_write, explain_os_errors, make_folder, read_json, temporary, write_json
from lib.core.hashes import sha256
from lib.core.known_backbones import APPLICATIONS, IMAGENET_SHAPING, PACKAGED, SCALINGS, Application
from lib.core.messages import brief
from lib.core.progress import progress_bar

# What a saved backbone's card states, and what it may state.
REQUIRED = {
    "image_size": cards.IMAGE_SIZE,
    "scaling": cards.Rule(SCALINGS.__contains__, f"one of {', '.join(SCALINGS)}"),
}
OPTIONAL = {
    "unfreeze_from": cards.Rule(lambda name: name is None or cards.is_name(name), "the name of a layer"),
    "shaping": cards.SHAPING,
}


class BackboneError(CourseError, ValueError):
    """A backbone cannot be had; the message names it and the ways out."""


def prepare(backbone: str) -> None:
    """Make sure that a backbone's weights, or its file and card, are available. Raises BackboneError when they are not."""
    if backbone in APPLICATIONS:
        weights(backbone)
    elif backbone in PACKAGED:
        packaged_weights(backbone)
    else:
        read_card(file(backbone))


def image_size(backbone: str) -> int:
    """Look up the size of the images that a backbone takes, without loading it.

    Args:
        backbone: a name, or the path of a `.keras` file with its card.

    Returns:
        Height and width, in pixels.

    Raises:
        BackboneError: there is no such backbone, or its card is wrong.

    Example:
        >>> image_size("resnet50")
        224
    """
    if backbone in APPLICATIONS | PACKAGED:
        return (APPLICATIONS | PACKAGED)[backbone].image_size
    return read_card(file(backbone))["image_size"]


def fingerprint(backbone: str) -> str:
    """Tell backbones apart without loading them: by their weights, and by how a file's card says they are used."""
    if backbone in APPLICATIONS:
        application = APPLICATIONS[backbone]
        return f"keras.applications {application.function} imagenet {application.md5 or application.size}, {IMAGENET_SHAPING}"
    if backbone in PACKAGED:
        packaged = PACKAGED[backbone]
        return f"{backbone} {packaged.sha256}, {packaged.scaling}, {packaged.unfreeze_from}, {IMAGENET_SHAPING}"
    path = file(backbone)
    card = read_card(path)
    stated = [str(card.get(key)) for key in ("image_size", "scaling", "unfreeze_from")]
    return ", ".join([sha256(path), *stated, *([card["shaping"]] if "shaping" in card else [])])


def file(backbone: str) -> Path:
    """Give the file of "bundled", of a network of PACKAGED, or of a path."""
    if backbone in PACKAGED:
        return paths.MODEL / "imagenet" / f"{backbone}.keras"
    return paths.BUNDLED_BACKBONE if backbone == "bundled" else Path(backbone)


def packaged_weights(backbone: str) -> Path:
    """Give the weights' file of a network of PACKAGED. Raises BackboneError when its package is not installed."""
    packaged = PACKAGED[backbone]
    try:
        # Typed for packages in an archive too, where a file has no path.
        path: Path | None = Path(distribution(packaged.package).locate_file(packaged.file))  # type: ignore[arg-type]
    except PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        raise BackboneError(
            f"The package {packaged.package}, which carries the weights of {backbone}, is not installed: run the set-up of "
            "the README again."
        )
    return path


# ImageNet weights


def is_available(backbone: str) -> bool:
    """Say whether a backbone's file is on this machine, without opening it or downloading anything.

    Args:
        backbone: a name, or the path of a `.keras` file.

    Returns:
        True if it is.

    Example:
        >>> is_available("bundled")
        True
    """
    if backbone in PACKAGED:
        return importlib.util.find_spec(PACKAGED[backbone].file.partition("/")[0]) is not None
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
    made.claim(f"the weights of {application.function}", ours)
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
    bar = progress_bar(total=application.size, unit="B", unit_scale=True, desc=f"{application.function}'s weights")
    with explain_os_errors(path), temporary(path) as folder, bar:
        make_folder(folder, path)
        try:
            known_hash = f"md5:{application.md5}" if application.md5 else None
            downloads.download(application.address, folder / path.name, known_hash, bar)
            why: str | downloads.DownloadError = (
                ""
                if _is_whole(folder / path.name, application)
                else "another file came, perhaps a network's log-in page"
            )
        except downloads.DownloadError as error:
            why = error
        if why:
            raise BackboneError(
                f"The ImageNet weights of {application.function} are not on this machine and could not be downloaded "
                f"({why}): connect to a network once, or put {application.file} into {path.parent}, "
                "or choose BACKBONE=bundled."
            )
        with atomic_write(path) as part:
            shutil.copyfile(folder / path.name, part)


# Cards


def read_card(path: Path) -> dict:
    """Read the card of a saved backbone: `image_size` in pixels, `scaling` (one of SCALINGS), perhaps `unfreeze_from`
    and `shaping` (how images of any shape become squares; without it they are squashed).

    Raises BackboneError when the file is missing, or when neither the card beside it nor what was said on the command
    line before states image size and scaling.
    """
    beside = path.with_suffix(".json")
    card = _read(_said_file(path)) | _read(beside)
    if "sha256" in card and "scaling" not in card:
        raise BackboneError(
            f"{path} is a classifier, not a backbone: give it to --model, or choose as backbone the network that it was "
            "trained on."
        )
    if cards.faults(card, REQUIRED, {}):
        raise BackboneError(
            f"{path} needs a card {path.stem}.json beside it that states image_size (in pixels) and scaling (one of "
            f"{', '.join(SCALINGS)}), or --image-size and --scaling on the command line: nothing of this is guessed."
        )
    if faults := cards.faults(card, {}, OPTIONAL):
        raise BackboneError(f"{beside} {faults}: correct it, or leave it out.")
    return card


def save_overrides(path: Path, **said: int | str | None) -> Path:
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
                f"{beside} states {key} {brief(str(card[key]))}, not {value}: leave the option out, or correct the card."
            )
    made.claim("what you say of the backbone", kept)
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

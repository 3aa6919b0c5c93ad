"""Where things are. The root is found from the package, never from the working directory."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from lib.core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
MODEL = ROOT / "model"
EXAMPLE_CLIPS = ROOT / "example_clips"
OUTPUT = ROOT / "output"

FEATURES = OUTPUT / "features"
BUNDLED_BACKBONE = MODEL / "backbone" / "sports19.keras"

# The choices that are names; everything else that is chosen is a path.
PHOTO_SETS = ("sample", "real")
BACKBONES = ("bundled", "efficientnet_lite0", "resnet50", "vgg16", "mobilenet_v2")
_LONGEST = 100  # bytes of a path's last part in a run's name; two of them and the rest must fit into 255


@dataclass(frozen=True)
class Run:
    """One choice of photos and backbone. What it makes is stored apart from every other choice.

    Args:
        photos: a name of PHOTO_SETS, or the path of a folder of class folders.
        backbone: a name of BACKBONES, or the path of a `.keras` file.

    Raises:
        ValueError: one is empty.

    Example:
        >>> Run("sample", "bundled").name
        'sample-bundled'
    """

    photos: str
    backbone: str

    def __post_init__(self) -> None:
        if not (self.photos.strip() and self.backbone.strip()):  # as a path, an empty text is the current folder
            raise InputError("PHOTOS and BACKBONE must not be empty: give each a name or a path.")

    @property
    def name(self) -> str:
        """Names as they are; what is a path by its last part, cut to fit, and six signs that tell it from all others."""
        return f"{_short(self.photos, PHOTO_SETS)}-{_short(self.backbone, BACKBONES)}"

    @property
    def photos_folder(self) -> Path:
        return DATA / self.photos if self.photos in PHOTO_SETS else Path(self.photos)

    @property
    def output(self) -> Path:
        """The run's own folder for clips, reports and executed copies."""
        return OUTPUT / self.name

    def classifier(self, notebook: str) -> Path:
        """Give the file of the classifier that a notebook makes.

        Args:
            notebook: its name, without `.ipynb`.

        Returns:
            The `.keras` file, whether or not it exists.

        Example:
            >>> Run("sample", "bundled").classifier("02_feature_extraction").name
            '02_feature_extraction.keras'
        """
        return MODEL / self.name / f"{notebook}.keras"


def _short(choice: str, names: tuple[str, ...]) -> str:
    if choice in names:
        return choice
    path = os.path.abspath(choice)
    name = Path(path).name.removesuffix(".keras")
    while len(os.fsencode(name)) > _LONGEST:
        name = name[:-1]
    return f"{name}_{six_characters(path)}"


def six_characters(path: str) -> str:
    """Identify an absolute path among others whose last part is the same."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:6]

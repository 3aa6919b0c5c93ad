"""Where things are. The root is found from the package, never from the working directory."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
MODEL = ROOT / "model"
EXAMPLE_CLIPS = ROOT / "example_clips"
OUTPUT = ROOT / "output"

FEATURES = OUTPUT / "features"
BUNDLED_BACKBONE = MODEL / "backbone" / "sports19.keras"

# The choices that are names; everything else that is chosen is a path.
PHOTO_SETS = ("sample", "real")
BACKBONES = ("bundled", "resnet50", "vgg16", "mobilenet_v2")


@dataclass(frozen=True)
class Run:
    """One choice of photographs and backbone. What it makes is kept apart from every other choice.

    Both are a name (of PHOTO_SETS, of BACKBONES) or the path of a folder or a `.keras` file.
    """

    photos: str
    backbone: str

    @property
    def name(self) -> str:
        """Names as they are; what is a path by its last part and six signs that tell it from others of that name."""
        return f"{_short(self.photos, PHOTO_SETS)}-{_short(self.backbone, BACKBONES)}"

    @property
    def photos_folder(self) -> Path:
        return DATA / self.photos if self.photos in PHOTO_SETS else Path(self.photos)

    @property
    def output(self) -> Path:
        """The run's own folder for clips, reports and executed copies."""
        return OUTPUT / self.name

    def classifier(self, notebook: str) -> Path:
        """The classifier that the named notebook makes."""
        return MODEL / self.name / f"{notebook}.keras"


def _short(choice: str, names: tuple[str, ...]) -> str:
    if choice in names:
        return choice
    path = os.path.abspath(choice)
    return f"{Path(path).name.removesuffix('.keras')}_{hashlib.sha256(os.fsencode(path)).hexdigest()[:6]}"

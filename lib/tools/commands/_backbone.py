"""How several commands let their user choose a backbone."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lib.core import backbone_files
from lib.core.errors import FileError, InputError
from lib.core.known_backbones import SCALINGS
from lib.core.paths import BACKBONES
from lib.tools.commands._arguments import pixels

IMAGENET = "efficientnet_lite0"  # its weights are installed; 5 points ahead of the bundled one on real photos (docs/results.md)


def add_backbone_arguments(parser: ArgumentParser, by_photographs: bool = False) -> None:
    """Add --backbone, and what may be said of a file that has no card: --image-size and --scaling.

    Its default is "bundled", or None where `usual_backbone` chooses by the photos.
    """
    usual = f'bundled for "sample", else {IMAGENET}' if by_photographs else "bundled"
    parser.add_argument(
        "--backbone",
        default=None if by_photographs else usual,
        help=f"{', '.join(BACKBONES)}, or a .keras file (default: {usual})",
    )
    parser.add_argument("--image-size", type=pixels, metavar="PIXELS", help="what a .keras file without a card takes")
    parser.add_argument("--scaling", choices=SCALINGS, help="and what its pixels are scaled to")


def usual_backbone(photos: str) -> str:
    """Choose a backbone where none is named: for real photos that with ImageNet weights, and say so."""
    if photos == "sample":
        return "bundled"
    print(f"No backbone is named: for real photos it is {IMAGENET}, with ImageNet weights.", flush=True)
    return IMAGENET


def chosen_backbone(args: Namespace) -> str:
    """Give the backbone that the command line names, with its weights or its card available.

    What is said of a file is kept as its card. Raises BackboneError and FileNotFoundError.
    """
    backbone = choice(args.backbone, BACKBONES, "backbone")
    if (args.image_size, args.scaling) != (None, None):
        if backbone in BACKBONES:
            raise InputError(f"--image-size and --scaling are for a .keras file; {backbone} has its own.")
        card = backbone_files.save_overrides(Path(backbone), image_size=args.image_size, scaling=args.scaling)
        print(f"What you state about {Path(backbone).name} is stored in {card}", flush=True)
    backbone_files.prepare(backbone)
    return backbone


def choice(given: str, names: tuple[str, ...], what: str) -> str:
    """Give a name as it is, and a path as an absolute one, since notebooks run in another folder.

    Raises FileError, when it is neither.
    """
    if given in names:
        return given
    if not given.strip() or not Path(given).exists():
        raise FileError(f"There is no {what} {given or '(it is empty)'}: give one of {', '.join(names)}, or a path.")
    return str(Path(given).resolve())

"""Run the course: every notebook in order on fresh kernels, then one page that sums the run up."""

import time
from pathlib import Path

from lib import backbone_files, comparison, notebooks, summary
from lib.commands.label import LARGEST, whole_number, window
from lib.paths import BACKBONES, PHOTO_SETS, Run
from lib.progress import progress_bar
from lib.scenes import CLIPS
from lib.video import VideoInfo


def add_arguments(parser):
    parser.add_argument(
        "--photos", default="sample", help='"sample", "real", or a folder of class folders (default: sample)'
    )
    add_backbone_arguments(parser)
    parser.add_argument("--window", type=window, default=32, help="the deque's size, in frames (default: 32)")
    parser.add_argument("--clip", default="formula2", help="a drawn clip's name, or a video file (default: formula2)")
    parser.add_argument("--seed", type=seed, default=0, help="of the split and of training (default: 0)")
    parser.add_argument(
        "--compare", action="store_true", help="write a page that shows what changed since the committed notebooks"
    )


def add_backbone_arguments(parser) -> None:
    """Add --backbone, and what may be said of a file that has no card: --image-size and --scaling."""
    parser.add_argument(
        "--backbone", default="bundled", help=f"{', '.join(BACKBONES)}, or a .keras file (default: bundled)"
    )
    parser.add_argument("--image-size", type=pixels, metavar="PIXELS", help="what a .keras file without a card takes")
    parser.add_argument("--scaling", choices=backbone_files.SCALINGS, help="and what its pixels are scaled to")


def seed(text: str) -> int:
    """A seed from the command line. Raises ArgumentTypeError for what Keras and scikit-learn do not take."""
    return whole_number(text, "seed", 2**32 - 1)


def pixels(text: str) -> int:
    """An image size from the command line. Raises ArgumentTypeError for any other text."""
    return whole_number(text, "image size in pixels", LARGEST, 1)


def chosen_backbone(args) -> str:
    """Give the backbone that the command line names, with its weights or its card at hand.

    What is said of a file is kept as its card. Raises BackboneError and FileNotFoundError.
    """
    backbone = choice(args.backbone, BACKBONES, "backbone")
    if (args.image_size, args.scaling) != (None, None):
        if backbone in BACKBONES:
            raise ValueError(f"--image-size and --scaling are for a .keras file; {backbone} has its own.")
        card = backbone_files.say(Path(backbone), image_size=args.image_size, scaling=args.scaling)
        print(f"What you say of {Path(backbone).name} is kept in {card}", flush=True)
    backbone_files.prepare(backbone)
    return backbone


def run(args) -> int:
    run = Run(choice(args.photos, PHOTO_SETS, "folder of photographs"), chosen_backbone(args))
    parameters = {
        "PHOTOS": run.photos,
        "BACKBONE": run.backbone,
        "WINDOW": args.window,
        "CLIP": chosen_clip(args.clip),
        "SEED": args.seed,
    }
    minutes, changed = {}, {}
    with progress_bar(notebooks.COURSE, desc="course", unit="notebook") as bar:
        for name in bar:
            bar.set_description(name)
            start = time.perf_counter()
            copy = run.output / "notebooks" / f"{name}.ipynb"
            notebook = notebooks.execute(name, parameters, copy)
            notebooks.write_html(notebook, copy.with_suffix(".html"))
            if args.compare:
                changed[name] = list(comparison.changes(notebooks.read(notebooks.source(name)), notebook))
            minutes[name] = (time.perf_counter() - start) / 60
            bar.write(f"{name:<24} {minutes[name]:5.1f} minutes")
    page = summary.write(run, parameters, minutes)
    print(f"Executed notebooks: {run.output / 'notebooks'}\nSummary page:       {page}")
    if args.compare:
        report = run.output / "compare.html"
        comparison.write(changed, summary.said(parameters), report)
        total = [change for found in changed.values() for change in found]
        print("Since the committed notebooks: " + ", ".join(f"{n} {what}" for what, n in comparison.counts(total).items()))
        print(f"What changed:       {report}")
    return 0


def chosen_clip(given: str) -> str:
    """Give the clip that the command line names. Raises VideoError now, not after the training, when it is no video."""
    clip = choice(given, CLIPS, "clip")
    if clip not in CLIPS:
        VideoInfo.of(clip)
    return clip


def choice(given: str, names: tuple[str, ...], what: str) -> str:
    """Give a name as it is, and a path as an absolute one, since notebooks run in another folder.

    Raises FileNotFoundError when it is neither.
    """
    if given in names:
        return given
    if not Path(given).exists():
        raise FileNotFoundError(f"There is no {what} {given}: give one of {', '.join(names)}, or a path.")
    return str(Path(given).resolve())

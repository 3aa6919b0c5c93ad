"""Run the course: every notebook in order on fresh kernels, then one page that sums the run up."""

import time
from pathlib import Path

from lib import notebooks, summary
from lib.commands.label import window
from lib.paths import BACKBONES, PHOTO_SETS, Run
from lib.progress import progress_bar
from lib.scenes import CLIPS


def add_arguments(parser):
    parser.add_argument(
        "--photos", default="sample", help='"sample", "real", or a folder of class folders (default: sample)'
    )
    parser.add_argument(
        "--backbone", default="bundled", help="bundled, resnet50, vgg16, mobilenet_v2, or a .keras file"
    )
    parser.add_argument("--window", type=window, default=32, help="the deque's size, in frames (default: 32)")
    parser.add_argument("--clip", default="formula2", help="a drawn clip's name, or a video file (default: formula2)")
    parser.add_argument("--seed", type=int, default=0, help="of the split and of training (default: 0)")


def run(args) -> int:
    run = Run(choice(args.photos, PHOTO_SETS, "photographs"), choice(args.backbone, BACKBONES, "backbone"))
    parameters = {
        "PHOTOS": run.photos,
        "BACKBONE": run.backbone,
        "WINDOW": args.window,
        "CLIP": choice(args.clip, CLIPS, "clip"),
        "SEED": args.seed,
    }
    minutes = {}
    with progress_bar(notebooks.COURSE, desc="course", unit="notebook") as bar:
        for name in bar:
            bar.set_description(name)
            start = time.perf_counter()
            copy = run.output / "notebooks" / f"{name}.ipynb"
            notebook = notebooks.execute(name, parameters, copy)
            notebooks.write_html(notebook, copy.with_suffix(".html"))
            minutes[name] = (time.perf_counter() - start) / 60
            bar.write(f"{name:<24} {minutes[name]:5.1f} minutes")
    page = summary.write(run, parameters, minutes)
    print(f"Executed notebooks: {run.output / 'notebooks'}\nSummary page:       {page}")
    return 0


def choice(given: str, names: tuple[str, ...], what: str) -> str:
    """Give a name as it is, and a path as an absolute one, since notebooks run in another folder.

    Raises FileNotFoundError when it is neither.
    """
    if given in names:
        return given
    if not Path(given).exists():
        raise FileNotFoundError(f"There is no {what} {given}: give one of {', '.join(names)}, or a path.")
    return str(Path(given).resolve())

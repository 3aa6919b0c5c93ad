"""Run the course: every notebook in order on fresh kernels, then one page that sums the run up."""

import time
from pathlib import Path

from lib import notebooks, summary
from lib.commands.label import window
from lib.paths import Run
from lib.progress import progress_bar


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
    run = Run(_absolute(args.photos), _absolute(args.backbone))
    parameters = {
        "PHOTOS": run.photos,
        "BACKBONE": run.backbone,
        "WINDOW": args.window,
        "CLIP": _absolute(args.clip),
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


def _absolute(choice: str) -> str:
    """A path as an absolute one, since notebooks run in another folder; a name as it is."""
    return str(Path(choice).resolve()) if Path(choice).exists() and not choice.isidentifier() else choice

"""Run the core of the course, notebooks 00 to 05, or with --all every notebook, then write a page that sums it up."""

import time
from argparse import ArgumentParser, Namespace

from lib.core import made
from lib.core.paths import PHOTO_SETS, Run
from lib.tools.commands._arguments import seed, window
from lib.tools.commands._backbone import add_backbone_arguments, choice, chosen_backbone, usual_backbone

OF_THE_DEEPER = ("sports_day", "sports_day_2")  # the clips that notebook 15 uses besides the chosen one


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--photos", default="sample", help='"sample", "real", or a folder of class folders (default: sample)'
    )
    add_backbone_arguments(parser, by_photographs=True)
    parser.add_argument("--window", type=window, default=32, help="the deque's size, in frames (default: 32)")
    parser.add_argument(
        "--clip", default="sports_day", help="a generated clip's name, or a video file (default: sports_day)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="of the split and of training (default: 0)")
    parser.add_argument("--all", action="store_true", help="run every notebook: also 06, 07, 11 to 15 and 90")
    parser.add_argument(
        "--compare", action="store_true", help="write a page that shows what changed since the committed notebooks"
    )


def run(args: Namespace) -> int:
    from lib import lessons
    from lib.core import notebooks
    from lib.core.progress import progress_bar
    from lib.tools.course import comparison, summary

    found = choice(args.photos, PHOTO_SETS, "folder of photos")
    if args.backbone is None:
        args.backbone = usual_backbone(found)
    run = Run(found, chosen_backbone(args))
    parameters = {
        "PHOTOS": run.photos,
        "BACKBONE": run.backbone,
        "WINDOW": args.window,
        "CLIP": chosen_clip(args.clip),
        "SEED": args.seed,
    }
    names = notebooks.COURSE if args.all else notebooks.CORE
    for clip in (parameters["CLIP"], *(OF_THE_DEEPER if args.all else ())):  # now, not after the training
        lessons.check_clip(clip, run)
    copies = [run.output / "notebooks" / f"{name}{end}" for name in names for end in (".ipynb", ".html")]
    pages = [run.output / "index.html", run.output / lessons.RECORD, *[run.output / "compare.html"] * args.compare]
    playable = summary.playable_copy(run, parameters["CLIP"])
    made.claim("this run's copy or page", *copies, *pages, playable)
    lessons.check_photographs(run, args.seed)
    minutes, changed = {}, {}
    with progress_bar(names, desc="course", unit="notebook") as bar:
        for name in bar:
            bar.set_description(name)
            start = time.perf_counter()
            copy = run.output / "notebooks" / f"{name}.ipynb"
            own = lessons.backbone_parameters(name, run.backbone)
            notebook = notebooks.execute(name, parameters | own, copy, stored=args.compare)
            notebooks.write_html(notebook, copy.with_suffix(".html"))
            if args.compare:
                changed[name] = list(
                    comparison.changes(notebooks.read(notebooks.source(name)), notebooks.without_noise(notebook))
                )
            minutes[name] = (time.perf_counter() - start) / 60
            bar.write(f"{name:<24} {minutes[name]:5.1f} minutes")
    page = summary.write(run, parameters, minutes)
    print(f"Executed notebooks: {run.output / 'notebooks'}\nSummary page:       {page}")
    if args.compare:
        report = run.output / "compare.html"
        comparison.write(changed, summary.said(parameters), report)
        total = [change for found in changed.values() for change in found]
        print(
            "Since the committed notebooks: " + ", ".join(f"{n} {what}" for what, n in comparison.counts(total).items())
        )
        print(f"What changed:       {report}")
    return 0


def chosen_clip(given: str) -> str:
    """Give the clip that the command line names. Raises VideoError now, not after the training, when it is no video."""
    from lib.sample import CLIPS
    from lib.video import VideoInfo

    clip = choice(given, CLIPS, "clip")
    if clip not in CLIPS:
        VideoInfo.of(clip)
    return clip

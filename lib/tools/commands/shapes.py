"""Measure what ways of shaping frames are worth: squashed, cropped, padded; in five folds, for frames of four shapes.

A head is trained on the frozen features of the photos outside each fold, shaped in one way. It is run on the
fold's photos, on one frame of each shape (9:16, 4:3, 16:9, 21:9) cut out of every second one, and on the clips given.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lib.core import made, paths
from lib.core.files import write_json
from lib.tools.commands._arguments import count
from lib.tools.commands._backbone import add_backbone_arguments, chosen_backbone
from lib.tools.commands._clips import add_clips_argument, check_events


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="photos, one folder per class")
    add_backbone_arguments(parser)
    parser.add_argument("--seeds", type=count, default=3, help="how many ways of folding (default: %(default)s)")
    add_clips_argument(parser)


def run(args: Namespace) -> int:
    from lib import photos
    from lib.tools.pretraining import shapes

    found = [photo for photo in photos.readable(photos.find(args.folder, say=print)) if photo.split != "test"]
    backbone, classes = chosen_backbone(args), photos.classes(found)
    check_events(args.clips, classes)
    table = paths.OUTPUT / "shapes" / f"{Path(backbone).stem}.json"
    made.claim("the accuracies measured", table)
    kinds = shapes.features(backbone, found)
    clips = {clip.path.name: (clip.event, shapes.clip(backbone, clip.path, clip.seconds)) for clip in args.clips}
    rows = [shapes.score(found, kinds, seed, clips) for seed in range(args.seeds)]
    write_json(table, {"rows": rows})
    print(f"\n{len(found)} photos, backbone {args.backbone}, {args.seeds} seeds: mean accuracy (lowest to highest)")
    _print(rows, [*kinds, *clips])
    return 0


def _print(rows: list[dict], columns: list[str]) -> None:
    print(f"{'':26}" + "".join(f"{column:>24}" for column in columns))
    for way in rows[0]:
        values = [[row[way][column] for row in rows] for column in columns]
        print(f"{way:26}" + "".join(f"{sum(x) / len(x):10.4f} ({min(x):.3f}-{max(x):.3f})" for x in values))

"""Try smoothing and the threshold for "no event" on clips made of photos, whose true events are known.

One head per seed is trained on frozen features. Each threshold P is the one below which a given fraction of the
validation photos lies. It is tried on the test photos, on a reel of them, on noise, on photos of other
things (--others) and on clips of one event each (--clips), these with a deque of 32.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.core import made, paths
from lib.core.files import write_json
from lib.core.messages import counted
from lib.tools.commands._arguments import count
from lib.tools.commands._backbone import add_backbone_arguments, chosen_backbone
from lib.tools.commands._clips import add_clips_argument, check_events

if TYPE_CHECKING:
    from lib.tools.trials import Extractor


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="photos of the events, one folder per class")
    add_backbone_arguments(parser)
    parser.add_argument("--seeds", type=count, default=3, help="how many splits and heads (default: %(default)s)")
    parser.add_argument("--others", type=Path, metavar="FOLDER", help="photos of none of the events, in folders")
    add_clips_argument(parser)


def run(args: Namespace) -> int:
    from lib import photos

    found = photos.readable(photos.find(args.folder, say=print))
    others = photos.readable(photos.find(args.others, say=print)) if args.others else []
    check_events(args.clips, photos.classes(found))
    backbone = chosen_backbone(args)
    table = paths.OUTPUT / "trial" / f"{Path(backbone).stem}.json"
    made.claim("the figures measured", table)
    from lib import backbones  # TensorFlow: after what can be refused without it
    from lib.tools import trials

    extract = trials.Extractor(backbones.load(backbone))
    materials = _materials(extract, photos.classes(found), others, args.clips)
    rows = [trials.tried(extract, found, materials, seed) for seed in range(args.seeds)]
    write_json(table, {"rows": rows})
    print(f"\n{counted(len(found), 'photo')}, backbone {args.backbone}, {counted(args.seeds, 'seed')}")
    _print(rows)
    return 0


def _materials(extract: "Extractor", classes: tuple[str, ...], others: list, clips: list) -> dict:
    """Extract the features of what is the same for every seed."""
    from lib import backbones
    from lib.timeline import NO_EVENT
    from lib.tools import trials
    from lib.tools.pretraining.shapes import frames_of

    given = {"a clip of noise": trials.Material(extract(trials.noise(0), "noise"), NO_EVENT, True)}
    if others:
        some = trials.some_of_each(others, trials.OTHERS, 0)
        given["other photos"] = trials.Material(backbones.extract(extract.backbone, some), NO_EVENT, False)
        features = extract(trials.panned(some[: trials.OF_A_CLIP], 0), "a clip of other photos")
        given["a clip of other photos"] = trials.Material(features, NO_EVENT, True)
    for clip in clips:
        features = extract(frames_of(clip.path, clip.seconds), clip.path.name)
        given[clip.path.name] = trials.Material(features, classes.index(clip.event), True)
    return given


def _print(rows: list[dict]) -> None:
    def mean(*path: object) -> str:
        values = []
        for row in rows:
            for key in path:
                row = row[key]
            values.append(row)
        return f"{sum(values) / len(values):.3f} ({min(values):.3f}-{max(values):.3f})"  # type: ignore[arg-type,type-var]

    print("\nAccuracy on the reel, mean over the seeds (lowest-highest)")
    for way in rows[0]["reel"]:
        print(f"  {way:30}{mean('reel', way)}")
    lost = list(rows[0]["thresholds"])
    print("\nBelow P is, of the validation photos" + "".join(f"{f'{some:.0%}':>24}" for some in lost))
    print(f"  {'P':42}" + "".join(f"{mean('thresholds', some):>24}" for some in lost))
    for title in ("no event", "accuracy"):
        print(f"{title}, fraction of the photos or frames")
        for key in rows[0][title]:
            print(f"  {key:42}" + "".join(f"{mean(title, key, some):>24}" for some in lost))

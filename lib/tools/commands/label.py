"""Label clips, folders of clips, cameras and addresses: a copy with the event's name on it, and files for programs.

For each clip it writes NAME.mp4 (sound and time stamps as they are), NAME.csv (each frame), NAME.vtt (captions),
NAME.json (segments) and NAME.scores.npz, so that another window or smoother never runs the network again.
"""

import math
import warnings
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.core import made, paths
from lib.core.errors import CourseError, InputError
from lib.core.files import make_folder
from lib.core.messages import counted, printable
from lib.tools.commands._arguments import fraction, probability, processes, seconds, stride, window_of_time
from lib.tools.labelling import SMOOTHERS, sources

if TYPE_CHECKING:
    from lib.classifier import Classifier
    from lib.tools.labelling.clip import Request
    from lib.tools.labelling.results import Labelled


def add_arguments(parser: ArgumentParser) -> None:
    def add(name: str, metavar: str, help: str, **options: Any) -> None:
        parser.add_argument(f"--{name}", metavar=metavar, help=help, **options)

    parser.add_argument("source", nargs="+", help="clips, folders, patterns, the number of a camera, addresses")
    add("out", "PATH", "a folder, or one .mp4 or .avi (default: output/labelled)", type=Path)
    add("model", "FILE", "a classifier, .keras (default: the newest)", type=Path)
    parser.add_argument("--no-video", action="store_true", help="write no labelled copy")
    add("start", "TIME", "where to begin: seconds, or m:ss", type=seconds, default=0.0)
    add("end", "TIME", "where to end", type=seconds, default=math.inf)
    add("stride", "N", "score one of N frames (default: 1)", type=stride, default=1)
    add("smooth", "WAY", f"{', '.join(SMOOTHERS)} (default: mean)", choices=SMOOTHERS, default="mean")
    add("window", "SIZE", "in frames, or seconds: 0.8s (default: 32)", type=window_of_time, default=32)
    add("unknown", "P", 'below this probability: "no event"', type=probability, default=0.0)
    add("onset", "P", "hysteresis: a score that takes over (0.6)", type=fraction, default=0.6)
    add("offset", "P", "hysteresis: a score that stays (0.4)", type=fraction, default=0.4)
    add("shortest", "N", "hysteresis: frames shown at least (1)", type=stride, default=1)
    among = parser.add_mutually_exclusive_group()
    among.add_argument("--workers", metavar="N", help="label with N processes at once", type=processes)
    among.add_argument("--cluster", metavar="ADDRESS", help="label on a dask cluster, tcp://HOST:8786")
    parser.add_argument("--retry-failed", action="store_true", help="with these, try clips again that failed")


def run(args: Namespace) -> int:
    from lib.video import VideoWarning

    is_season = bool(args.workers or args.cluster)
    found = sources.find(args.source)
    target = _target(args, found)
    if found.passed_over:
        print(f"Passed over, no clips: {printable(', '.join(path.name for path in found.passed_over))}.")
    if is_season:
        from lib.tools.season import cluster

        cluster.check_installed()  # before TensorFlow is loaded
    elif len(found.clips) == 1:
        _files(found.clips[0], target, args)  # what is in the way is reported before TensorFlow is loaded
    from lib import classifier

    path = args.model or classifier.newest()
    card = classifier.read_card(path)
    model = None if is_season else classifier.load(path)
    print(f"Classifier: {printable(str(path))}")
    if card.get("photographs", {}).get("set") == "sample":
        print("Warning: it was trained on synthetic images, not on photos; on a real clip, expect little of it.")
    if model is None:
        from lib.tools.season.run import label_season

        return label_season(
            found.clips, target, _request(path, args), path, args.workers, args.cluster, args.retry_failed
        )
    with warnings.catch_warnings():
        warnings.simplefilter("once", VideoWarning)  # a clip is read twice
        return _label_all(found.all(), target, model, args)


def _request(model: Path, args: Namespace) -> "Request":
    from lib.tools.labelling.choices import Choices
    from lib.tools.labelling.clip import Request

    choices = Choices(args.smooth, args.window, args.unknown, args.onset, args.offset, args.shortest)
    return Request(choices, str(model), args.start, args.end, args.stride, not args.no_video, not args.out)


def _target(args: Namespace, found: sources.Sources) -> Path:
    """The folder or file to write. Raises InputError, FileError for choices that do not go together or are in use."""
    from lib.tools.labelling.results import check_index

    target = args.out or paths.OUTPUT / "labelled"
    several = len(found.all()) > 1
    if args.start >= args.end:
        raise InputError(f"--start {args.start:g} is not before --end {args.end:g}: choose an earlier start.")
    if args.offset > args.onset:
        raise InputError(f"--offset {args.offset:g} is above --onset {args.onset:g}: choose a lower one.")
    if found.live and (args.smooth == "viterbi" or args.start or args.end < math.inf or args.stride > 1):
        raise InputError("A camera or an address takes no --start, --end, --stride or --smooth viterbi: omit them.")
    if found.live and not isinstance(args.window, int):
        raise InputError("The frame rate of a camera or an address varies: give --window in frames.")
    if args.retry_failed and not (args.workers or args.cluster):
        raise InputError("--retry-failed goes with --workers or --cluster: without them every clip is tried again.")
    if (args.workers or args.cluster) and (found.live or _is_file(target)):
        raise InputError(
            "--workers and --cluster label clips into a folder: omit cameras, addresses and an --out FILE."
        )
    if _is_file(target) and several:
        raise InputError(f"--out {target} is one file for several sources: give a folder.")
    if not _is_file(target):
        make_folder(target)
    if several:
        check_index(target / sources.INDEX)
        if not args.out:
            made.claim("a result", target / sources.INDEX, way_out="choose another folder with --out")
    return target


def _is_file(target: Path) -> bool:
    return target.suffix.lower() in sources.CLIPS and not target.is_dir()


def _files(source: sources.Source, target: Path, args: Namespace) -> tuple[Path, Path | None]:
    """Give the results' path without an ending, and the labelled copy's. Raises OSError, InputError when one is in use."""
    from lib.tools.labelling.clip import check_results

    stem = target.with_suffix("") if _is_file(target) else sources.find_stem(source, target)
    copy = None if args.no_video else target if _is_file(target) else sources.with_ending(stem, ".mp4")
    check_results(source, stem, copy, is_chosen=copy == target, is_own=not args.out)
    return stem, copy


def _label_all(given: list[sources.Source], target: Path, model: "Classifier", args: Namespace) -> int:
    """Label every source; of several, one that cannot be labelled is reported and passed over."""
    if len(given) == 1:
        _label(given[0], target, model, args)
        return 0
    from lib.tools.labelling.results import write_index

    rows: list[dict] = []
    try:
        for source in given:
            try:
                row, stopped = _label(source, target, model, args)
            except (CourseError, OSError) as error:
                message = printable(" ".join(str(error).splitlines()))
                print(message)
                row, stopped = {"clip": sources.identify(source), "state": message}, False
            rows.append(row)
            if stopped:
                break
    finally:
        write_index(target / sources.INDEX, rows)
        print(f"All of them: {printable(str(target / sources.INDEX))}")
    return int(any(row["state"] != "labelled" for row in rows))


def _label(source: sources.Source, target: Path, model: "Classifier", args: Namespace) -> tuple[dict, bool]:
    """Label one source; give its line of the list, and whether Ctrl-C ended it."""
    from lib.tools.labelling.live import label_live

    stem, copy = _files(source, target, args)
    request = _request(model.path, args)
    if isinstance(source, Path):
        labelled, facts = _label_clip(source, stem, copy, model, request)
        return _report(source, stem, copy, labelled, facts, request), False
    if copy and isinstance(source, str):
        print("The copy has no sound: it is copied from files only.")
    labelled, stopped = label_live(source, model, request.choices, copy)
    return _report(source, stem, copy, labelled, {"frames": len(labelled.labels)}, request), stopped


def _label_clip(
    clip: Path, stem: Path, copy: Path | None, model: "Classifier", request: "Request"
) -> tuple["Labelled", dict]:
    """Label a clip; give the labels, how many frames it has and, where its truth is known, how good the labels are."""
    from lib import video
    from lib.tools.labelling.clip import claim, draw, label_scores, scores_file

    file = scores_file(stem, request)
    if request.is_own:
        claim(file)
    scores = video.score_once(clip, file, model, request.stride, request.start, request.end, say=_say)
    labelled, facts = label_scores(clip, scores, request, say=_say)
    if copy:
        draw(clip, copy, labelled, scores, request)
    return labelled, facts


def _say(sentence: str) -> None:
    print(printable(sentence))


def _report(
    source: sources.Source, stem: Path, copy: Path | None, labelled: "Labelled", facts: dict, request: "Request"
) -> dict:
    """Write the results of one source, print them, and give its line of the list."""
    from lib.tools.labelling.clip import report, row
    from lib.tools.labelling.results import write

    facts = report(labelled, facts, request)
    write(stem, labelled, source, copy, facts)
    where = printable(str(copy or sources.with_ending(stem, ".csv")))
    seconds, smooth, window = facts["seconds"], facts["smooth"], facts["window"]
    print(f"{counted(facts['frames'], 'frame')}, {seconds:g} s, {smooth}, window {window}: {where}")
    for line in labelled.summary():
        print(line)
    for name, value in facts.get("measures", {}).items():
        print(f"  {name}: {value:g}")
    return row(source, labelled, facts)

"""Write the explorer of a clip as a page that needs no kernel: two ways of smoothing its labels, side by side.

The page opens from disk, by mail, or on any web server. A folder holds index.html and clip.mp4; a single file holds all.
"""

import base64
import webbrowser
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.core import made, paths
from lib.core.errors import FileError, InputError
from lib.core.files import make_folder, temporary
from lib.core.messages import printable
from lib.tools.commands._arguments import stride

if TYPE_CHECKING:
    from lib.video import FrameScores

PAGE, CLIP = "index.html", "clip.mp4"
_MARK = b'id="explorer-data"'  # of a page that this command wrote


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("clip", type=Path, help="a video file")
    parser.add_argument("--out", type=Path, metavar="PATH", help="a folder, or an .html (default: in output/explorer)")
    parser.add_argument("--single-file", action="store_true", help="write one .html with the clip in it")
    parser.add_argument("--model", type=Path, metavar="FILE", help="a classifier, .keras (default: the newest)")
    parser.add_argument("--scores", type=Path, metavar="FILE", help="stored scores of the clip, .scores.npz")
    parser.add_argument("--stride", type=stride, default=1, metavar="N", help="score one of N frames (default: 1)")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def run(args: Namespace) -> int:
    from lib.explorer import write_page
    from lib.tools.course import explorer
    from lib.video.playable import write_playable

    page, video = _files(args)
    scores = _scores(args)
    data = explorer.pack(args.clip, scores, _say)
    if video:
        write_playable(args.clip, video)
        write_page(page, data, video.name)
    else:
        with temporary(page.with_suffix(".mp4")) as part:
            write_playable(args.clip, part)
            content = base64.b64encode(part.read_bytes()).decode()
        write_page(page, data, f"data:video/mp4;base64,{content}")
    _say(f"The explorer: {page}")
    if args.open:
        webbrowser.open(page.resolve().as_uri())
    return 0


def _files(args: Namespace) -> tuple[Path, Path | None]:
    """Give the page and the copy of the clip, None in a single file. Raises FileError, InputError when one is in use."""
    from lib.video import VideoInfo

    VideoInfo.of(args.clip)
    own = paths.OUTPUT / "explorer" / args.clip.stem
    if args.single_file:
        page, video = args.out or own.with_name(f"{own.name}.html"), None
        if page.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"--out {page} is no page: give a name that ends in .html, or omit --single-file.")
    else:
        folder = args.out or own
        page, video = folder / PAGE, folder / CLIP
        if video.exists() and video.samefile(args.clip):
            raise InputError(f"{video} is the clip itself: choose another folder with --out.")
    make_folder(page.parent, describe_as=page)
    files = [page, *([video] if video else [])]
    if not args.out:
        made.claim("the explorer", *files, way_out="choose another place with --out")
    elif not (page.is_file() and _MARK in page.read_bytes()):
        for file in files:
            if file.exists():
                raise FileError(
                    f"{file} stays as it is, because no explorer wrote it: choose another place with --out."
                )
    return page, video


def _scores(args: Namespace) -> "FrameScores":
    """The stored scores, or those of a classifier, stored where `label` stores them."""
    from lib import video

    if args.scores:
        return video.FrameScores.load(args.scores)
    from lib import classifier
    from lib.tools.labelling import clip, sources
    from lib.tools.labelling.choices import Choices

    model = classifier.load(args.model or classifier.newest())
    _say(f"Classifier: {model.path}")
    request = clip.Request(Choices(), str(model.path), stride=args.stride)
    file = clip.scores_file(sources.find_stem(args.clip, paths.OUTPUT / "labelled"), request)
    made.claim("the scores of the clip", file)
    return video.score_once(args.clip, file, model, args.stride, say=_say)


def _say(sentence: str) -> None:
    print(printable(sentence))

"""Write a labelled copy of any clip, smoothed over a window of frames, and print each event's share of them."""

from argparse import ArgumentTypeError
from pathlib import Path

import numpy as np

from lib import paths, smoothing, video

LARGEST = 1_000_000_000  # frames, more than a year of them; Python's deque takes not much more


def add_arguments(parser):
    parser.add_argument("clip", type=Path, help="a video file")
    parser.add_argument("--window", type=window, default=32, help="the deque's size, in frames (default: 32)")
    parser.add_argument("--model", type=Path, help="a classifier (.keras); the newest when not given")
    parser.add_argument("--out", type=Path, help="the file to write, .mp4 or .avi (default: in output/labelled/)")


def window(text: str) -> int:
    """A deque's size from the command line. Raises ArgumentTypeError for any other text."""
    return whole_number(text, "size of a deque", LARGEST, 1)


def whole_number(text: str, what: str, highest: int, lowest: int = 0) -> int:
    """Give a number from the command line. Raises ArgumentTypeError, whose sentence argparse prints, for other text."""
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise ArgumentTypeError(f"{text!r} is no {what}: give a whole number from {lowest} to {highest}.")
    return int(text)


def run(args) -> int:
    from lib import classifier  # loads TensorFlow, which other commands need not wait for

    if not args.clip.is_file():
        raise FileNotFoundError(f"There is no clip {args.clip}: give the path of a video file.")
    out = args.out or paths.OUTPUT / "labelled" / f"{args.clip.stem}_{args.window}.mp4"
    video.check_out(out, args.clip)  # before the work, not after it
    model = classifier.load(args.model or classifier.newest())
    print(f"Classifier: {model.path}")
    if model.card.get("photographs", {}).get("set") == "sample":
        print("Warning: it was trained on drawn pictures, not on photographs; on a real clip, expect little of it.")
    scores = video.score_clip(args.clip, model.predict, model.image_size, model.classes)
    smooth = smoothing.RollingMean(args.window)(scores.scores)
    labels = smooth.argmax(axis=1)
    video.annotate_clip(args.clip, out, labels, scores.with_scores(smooth))
    shares = np.bincount(labels, minlength=len(model.classes)) / len(labels)
    print(f"{len(labels)} frames, window {args.window}: {out}")
    for name, share in zip(model.classes, shares):
        print(f"  {name:<12} {share:6.1%} of the frames")
    return 0

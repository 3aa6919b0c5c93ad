"""Write the program that notebooks 01 to 05 build as one file, which runs without this course."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from lib.tools.commands._backbone import add_backbone_arguments, chosen_backbone


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where to write program.py and its base")
    add_backbone_arguments(parser)


def run(args: Namespace) -> int:
    from lib.tools.course import program

    written = program.write(args.folder, chosen_backbone(args))
    print(
        f"The program: {written}\nPut photos/ (one folder per event) and clip.mp4 beside it, and run it there: "
        "python program.py"
    )
    return 0

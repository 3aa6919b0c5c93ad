"""Copy the notebooks for a class: without outputs, solutions and what is for instructors, into output/handout."""

from argparse import ArgumentParser, Namespace

from lib.core import paths


def add_arguments(parser: ArgumentParser) -> None:
    pass


def run(args: Namespace) -> int:
    from lib.tools.course import copies

    written = copies.hand_out(paths.OUTPUT / "handout")
    print(f"{len(written)} notebooks without outputs and solutions: {written[0].parent}")
    return 0

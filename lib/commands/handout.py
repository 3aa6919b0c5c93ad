"""Copy the notebooks for a class: without outputs, solutions and what is for instructors, into output/handout."""

from lib import copies, paths


def add_arguments(parser):
    pass


def run(args) -> int:
    written = copies.hand_out(paths.OUTPUT / "handout")
    print(f"{len(written)} notebooks without outputs and solutions: {written[0].parent}")
    return 0

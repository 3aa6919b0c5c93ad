"""Execute the committed notebooks in place, in order, and leave out what varies from run to run."""

from argparse import ArgumentParser, Namespace

from lib.core.errors import InputError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="only these, such as 03_fine_tuning; all when not given"
    )


def run(args: Namespace) -> int:
    from lib.core import notebooks
    from lib.core.progress import progress_bar

    unknown = sorted(set(args.names) - set(notebooks.COURSE))
    if unknown:
        raise InputError(f"There is no notebook {', '.join(unknown)}: give some of {', '.join(notebooks.COURSE)}.")
    for name in progress_bar(args.names or notebooks.COURSE, desc="notebooks", unit="notebook"):
        notebook = notebooks.execute(name, stored=True)
        notebooks.write(notebooks.without_noise(notebook), notebooks.source(name))
    return 0

"""Make the documents' pictures: 48 synthetic photos, 24 frames of the clips, a clip's labels, the README's animation."""

from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    pass


def run(args: Namespace) -> int:
    from lib.core import made
    from lib.tools import contact_sheets, git

    pictures = contact_sheets.targets()
    committed = git.listed("--cached", *pictures) - git.listed("--modified", *pictures)
    made.record(*committed)  # they are the course's own
    made.claim("a picture of the documents", *pictures)
    contact_sheets.make()
    return 0

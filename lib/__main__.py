"""`python -m lib COMMAND …`: one file a command, in `lib/commands`."""

import argparse
import sys
from importlib import import_module
from pkgutil import iter_modules

from lib import commands

NAMES = sorted(module.name for module in iter_modules(commands.__path__))


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit status: 0, or 1 after one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m lib", description="The course's commands.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in NAMES:
        module = import_module(f"lib.commands.{name}")
        first_line = module.__doc__.strip().splitlines()[0]
        subparser = subparsers.add_parser(name, help=first_line, description=module.__doc__)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    chosen = parser.parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except (ValueError, OSError, RuntimeError) as error:
        # Whatever the user can mend is raised as one of these, in one sentence.
        print(f"{parser.prog} {chosen.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{parser.prog} {chosen.command}: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

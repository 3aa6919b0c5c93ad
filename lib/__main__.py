"""`python -m lib COMMAND …`: one file a command, in `lib/commands`."""

import argparse
import sys
from importlib import import_module
from pkgutil import iter_modules

from lib import commands

# The file of `import` is import_.py, since Python has the word for itself.
MODULES = {module.name.rstrip("_"): module.name for module in iter_modules(commands.__path__)}
NAMES = sorted(MODULES)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit status: 0, or 1 after one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m lib", description="The course's commands.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in NAMES:
        module = import_module(f"lib.commands.{MODULES[name]}")
        first_line = module.__doc__.strip().splitlines()[0]
        subparser = subparsers.add_parser(name, help=first_line, description=module.__doc__)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run)
    chosen = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    try:
        return chosen.run(chosen) or 0
    except (ValueError, OSError, RuntimeError) as error:
        # Whatever the user can mend is raised as one of these, in one sentence.
        print(f"{parser.prog} {chosen.command}: {' '.join(str(error).splitlines())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{parser.prog} {chosen.command}: stopped.", file=sys.stderr)
        return 130


def _joined(arguments: list[str]) -> list[str]:
    """Write `--scaling -1..1` as `--scaling=-1..1`, since argparse takes what begins with a dash for an option."""
    if "--scaling" in arguments[:-1]:
        at = arguments.index("--scaling")
        return [*arguments[:at], f"--scaling={arguments[at + 1]}", *arguments[at + 2 :]]
    return arguments


if __name__ == "__main__":
    sys.exit(main())

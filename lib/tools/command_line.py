"""The command line: one file per command, in `lib/tools/commands`.

Only the file of the command that is given is imported, and what the command works with only when it runs: help and the
refusal of a wrong argument do not wait for TensorFlow, OpenCV or Jupyter.
"""

import argparse
import ast
from importlib import import_module
from pathlib import Path

from lib.core import paths
from lib.tools.commands._arguments import Parser

PROGRAM = "python -m lib"
FOLDER = Path(__file__).with_name("commands")
# The file of `import` is import_.py, since Python has the word for itself.
MODULES = {file.stem.rstrip("_"): file.stem for file in sorted(FOLDER.glob("*.py")) if not file.stem.startswith("_")}
NAMES = sorted(MODULES)


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read the arguments of a command, its name first.

    Args:
        arguments: what stands behind `python -m lib`.

    Returns:
        The command's choices, and `run`, the function that they are for.

    Raises:
        SystemExit: after help, the version (status 0), or a wrong argument (status 2).
    """
    name = arguments[0] if arguments else ""
    if name not in MODULES:
        return _overview().parse_args(arguments)
    module = import_module(f"lib.tools.commands.{MODULES[name]}")
    parser = Parser(prog=f"{PROGRAM} {name}", description=_description(name))
    module.add_arguments(parser)
    parser.add_argument("--traceback", action="store_true", help="show where in the code an error arose")
    parser.set_defaults(run=module.run)
    return parser.parse_args(_joined(arguments[1:]))


def _overview() -> argparse.ArgumentParser:
    """Give what parses a command line without a command: it lists them all, and imports none."""
    import tomllib

    parser = argparse.ArgumentParser(prog=PROGRAM, description="The course's commands.")
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parser.add_argument("--version", action="version", version=f"{project['name']} {project['version']}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in NAMES:
        commands.add_parser(name, help=_description(name).splitlines()[0])
    return parser


def _description(name: str) -> str:
    """Read what a command's file says of itself. From the source: with PYTHONOPTIMIZE=2, Python does not keep it."""
    source = (FOLDER / f"{MODULES[name]}.py").read_text(encoding="utf-8")
    return ast.get_docstring(ast.parse(source)) or ""


def _joined(arguments: list[str]) -> list[str]:
    """Write `--scaling -1..1` as `--scaling=-1..1`, since argparse takes what begins with a dash for an option."""
    if "--scaling" in arguments[:-1]:
        at = arguments.index("--scaling")
        return [*arguments[:at], f"--scaling={arguments[at + 1]}", *arguments[at + 2 :]]
    return arguments

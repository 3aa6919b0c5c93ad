"""Marks of code: one SHA-256 for all definitions of `lib` that a result is computed with.

From a first definition, the code is searched for the names of others, and so on (`lib.tools.experiments._definitions`).
With a module's first definition its set-up code counts too: statements that define nothing, such as
`cv2.setNumThreads(1)`.

A mark changes with what is computed. It stays the same when a definition moves to another module or is imported in
another way, and when docstrings, comments, annotations or the messages of exceptions change.
"""

import ast

from lib.core.hashes import text_sha256
from lib.tools.experiments import _definitions as definitions
from lib.tools.experiments._definitions import COMPREHENSIONS, FUNCTIONS, IMPORTS, Names

# Modules and packages that cannot change a figure and are not followed, each by one part of its dotted name.
PLUMBING = {
    "errors", "messages",  # what is said
    "cards", "checks", "fitting", "memory", "weight_files",  # only refuse what cannot be used
    "progress", "quiet",  # what is shown meanwhile
    "files", "hashes", "made", "paths",  # where files are, how they are written safely and told apart
}  # fmt: skip
DRAWING = "sample"  # a package that is not followed either: its constant VERSION counts in its place
ALL, SET_UP = "(all)", "(set-up)"  # in the place of a name: every definition of a module, and its set-up code

Key = tuple[str, str]  # a module and a name in it, such as ("lib.photos", "load")


def code_mark(module: str, name: str = ALL) -> str:
    """Hash the code that a definition uses.

    Args:
        module: its module, such as "lib.tools.experiments.seeds".
        name: its name; without it, all definitions of the module count.

    Returns:
        A SHA-256, the same on every version of Python.
    """
    found = _closure(module, name)
    lines = set()
    for text, used in (code for codes in found.values() for code in codes):
        # A text names other definitions without their modules: with their texts, two of the same name differ.
        lines.add("\n".join([text, *sorted(other for key in used for other, _ in found.get(key, ()))]))
    return text_sha256(*sorted(lines))


def reached(module: str, name: str = ALL) -> set[Key]:
    """List what counts in a mark.

    Args:
        module: as for `code_mark`.
        name: as for `code_mark`.

    Returns:
        Pairs of a module and a name in it, such as ("lib.photos", "load").
    """
    return {key for key, codes in _closure(module, name).items() if codes}


def _closure(module: str, name: str) -> dict[Key, list[tuple[str, set[Key]]]]:
    """Give, for a definition and all that it uses, the text of each statement and the definitions named in it."""
    definitions.module.cache_clear()  # files may have changed since the last call
    start = (module, name)
    found: dict[Key, list[tuple[str, set[Key]]]] = {}
    waiting = [start]
    while waiting:
        module, name = key = waiting.pop()
        if key in found or PLUMBING & set(module.split(".")):
            continue
        held, found[key] = definitions.module(module), []
        if name == ALL:
            waiting += [(module, each) for each in held.definitions]
        for statement in held.set_up if name == SET_UP else held.definitions.get(name, ()):
            used: set[Key] = set()
            found[key].append((_text(statement, held.names, used), used))
            waiting += used
        waiting.append((module, SET_UP))
    if not any(found.values()):
        raise ValueError(f"There is no {start[1]} in {start[0]}, or PLUMBING leaves it out.")
    return found


def _text(node: object, names: Names, used: set[Key]) -> str:
    """Write a syntax tree as text, with what imported names stand for, and without imports.

    Unlike `ast.dump` it leaves out what is empty, since newer Pythons add such fields.

    Args:
        node: a tree, or a list or value in one.
        names: what names stand for in its scope.
        used: receives the definitions that it names.
    """
    if isinstance(node, list):
        return f"[{', '.join(_text(part, names, used) for part in node if not isinstance(part, IMPORTS))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if target := definitions.target(node, names):
        return f"Name(id={_written(target, used)!r}, ctx=Load())"
    inner = names | definitions.bound(node) if isinstance(node, FUNCTIONS + COMPREHENSIONS) else names
    if isinstance(node, COMPREHENSIONS):
        _text(node.generators[0].iter, names, used)  # is evaluated outside
    outer = {"args", "decorator_list"} if isinstance(node, FUNCTIONS) else set()
    texts = [
        f"{field}={_text(value, names if field in outer else inner, used)}"
        for field, value in ast.iter_fields(node)
        if value is not None and value != []
    ]
    return f"{type(node).__name__}({', '.join(texts)})"


def _written(target: tuple[str, ...], used: set[Key]) -> str:
    """Write a name in full, but one of `lib` without its module, and add that definition to those used."""
    if not definitions.is_ours(target[0]):
        return ".".join(target)
    module, *rest = definitions.resolved(*target)
    packages = module.split(".")
    if DRAWING in packages:
        used.add((".".join(packages[: packages.index(DRAWING) + 1]), "VERSION"))
        return ".".join(rest)
    used.add((module, rest[0] if rest else ALL))
    known = definitions.module(module).names.get(rest[0]) if rest else ()
    if known and not definitions.is_ours(known[0]):  # such as `keras` of `lib.core.framework`
        return ".".join([*known, *rest[1:]])
    return ".".join(rest)

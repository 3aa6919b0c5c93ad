"""Reads modules of `lib` with `ast`: what each defines, and what the names in it stand for. Nothing is imported or run.

A definition is a function, a class or an assigned name at the top level of a module. What a name stands for is a tuple:
a module and names in it, such as ("lib.photos", "load") or ("numpy",).
"""

import ast
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, TypeGuard

from lib.core import paths

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
IMPORTS = (ast.Import, ast.ImportFrom)

Names = dict[str, tuple[str, ...]]


class Module(NamedTuple):
    """What the names at the top level of a module stand for, the statements that define each, and all others."""

    names: Names
    definitions: dict[str, list[ast.stmt]]
    set_up: list[ast.stmt]


@cache
def module(dotted: str) -> Module:
    """Read a module, or the `__init__` of a package; what does not exist is empty."""
    path = paths.ROOT.joinpath(*dotted.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = trimmed(ast.parse(file.read_text(encoding="utf-8") if file.is_file() else ""))
    held = Module(bound(tree), {}, [])
    for statement in tree.body:
        defined = _defined(statement)
        for name in defined:
            held.definitions.setdefault(name, []).append(statement)
            held.names[name] = (dotted, name)
        if not defined and not isinstance(statement, IMPORTS):
            held.set_up.append(statement)
    return held


def exists(dotted: str) -> bool:
    """Say whether there is such a module or package."""
    path = paths.ROOT.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def is_ours(dotted: str) -> bool:
    """Say whether a module is one of `lib`."""
    return dotted.partition(".")[0] == "lib"


def trimmed(tree: ast.Module) -> ast.Module:
    """Take what changes no result out of a syntax tree: docstrings, annotations, and what is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        body = getattr(node, "body", None)
        if isinstance(body, list) and not isinstance(node, ast.ClassDef):  # in a class, an annotation makes a field
            body[:] = [_unannotated(statement) for statement in body]
        for annotation in {"annotation", "returns"} & set(node._fields):
            setattr(node, annotation, None)
        if isinstance(node, ast.Raise):
            node.exc = node.cause = None
        if isinstance(node, ast.JoinedStr):  # Python 3.12 puts empty texts into some
            node.values = [part for part in node.values if getattr(part, "value", None) != ""]
    return tree


def _unannotated(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value:
        return ast.Assign([statement.target], statement.value)
    return statement


def _defined(statement: ast.stmt) -> list[str]:
    """Give the names that a statement at the top level of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return []
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [node.id for target in targets for node in ast.walk(target) if _is_assigned(node)]


def _is_assigned(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def bound(scope: ast.AST) -> Names:
    """Give what the names bound in a module, a function or a comprehension stand for; () for a local variable."""
    names: Names = {}
    shared: set[str] = set()
    for node in _inside(scope):
        if _is_assigned(node):
            names[node.id] = ()
        elif isinstance(node, ast.arg):
            names[node.arg] = ()
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
            names[node.name] = ()
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = (alias.name if alias.asname else first,)
        elif isinstance(node, ast.Global):
            shared.update(node.names)
    return {name: target for name, target in names.items() if name not in shared}


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, but not those of the scopes in it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            yield from _inside(node)


def target(node: ast.AST, names: Names) -> tuple[str, ...]:
    """Give what a name, or a chain of attributes such as `lib.photos.load`, stands for; () for anything else."""
    attributes: tuple[str, ...] = ()
    while isinstance(node, ast.Attribute):
        attributes = (node.attr, *attributes)
        node = node.value
    known = names.get(node.id, ()) if isinstance(node, ast.Name) and not _is_assigned(node) else ()
    return known and known + attributes


def resolved(dotted: str, *rest: str) -> tuple[str, ...]:
    """Follow imports, re-exports included, to the module of `lib` in which a name is defined.

    Args:
        dotted: a module.
        rest: a name in it, or a module below it, and so on.

    Returns:
        The module, and what remains of `rest`: the definition's name first. A name that a module of `lib` only imports
        from elsewhere, such as `keras` of `lib.core.framework`, stays one of that module.
    """
    while rest and rest[0] not in module(dotted).definitions:
        imported, below = module(dotted).names.get(rest[0]), f"{dotted}.{rest[0]}"
        if imported and is_ours(imported[0]) and imported != (dotted, rest[0]):
            return resolved(*imported, *rest[1:])
        if not exists(below):
            break
        dotted, rest = below, rest[1:]
    return dotted, *rest

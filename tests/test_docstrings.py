"""What notebooks call of `lib` is documented: types, arguments, result; and the examples give what they say."""

import ast
import doctest
from functools import cache
from importlib import import_module

import pytest

from lib.core import notebooks, paths


@cache
def tree_of(module):
    """Parse a module, such as ("photos", "shaping") for lib.photos.shaping; None where there is none."""
    path = paths.ROOT.joinpath("lib", *module)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else None


def imported(tree):
    """The names that code imports from lib: each with its module and its name there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("lib."):
            for alias in node.names:
                yield alias.asname or alias.name, (tuple(node.module.split(".")[1:]), alias.name)


def resolve(module, name):
    """Follow a name of a module to where it is defined: the module, and the definition or None for a module."""
    if tree_of((*module, name)):
        return (*module, name), None
    for node in tree_of(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return module, node
    origin = dict(imported(tree_of(module))).get(name)
    return resolve(*origin) if origin else (module, None)


def used_by(code, known):
    """Follow the names that a cell imports and the attributes that it takes of them. `known` remembers the imports."""
    tree = ast.parse(code)
    known.update(imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in known:
            yield resolve(*known[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            module, definition = resolve(*known[node.value.id])
            if definition is None and tree_of(module):
                yield resolve(module, node.attr)


def methods(module, names):
    """The public methods of a module's classes that are called by one of the names; calling an object is one too."""
    for definition in tree_of(module).body:
        is_contract = any(ast.unparse(base) == "Protocol" for base in getattr(definition, "bases", ()))
        if isinstance(definition, ast.ClassDef) and not definition.name.startswith("_") and not is_contract:
            for node in definition.body:
                is_property = any(ast.unparse(d) == "property" for d in getattr(node, "decorator_list", ()))
                if isinstance(node, ast.FunctionDef) and node.name in names - {"__init__"} and not is_property:
                    yield f"{definition.name}.{node.name}", node


def called_by_notebooks():
    """Everything of lib that a code cell of a notebook calls: {"lib.module.name": definition}."""
    found, modules, names = {}, set(), {"__call__"}
    for notebook in notebooks.COURSE:
        known = {}
        for cell in notebooks.read(notebooks.source(notebook)).cells:
            if cell.cell_type == "code":
                calls = [node.func for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
                names |= {call.attr for call in calls if isinstance(call, ast.Attribute)}
                for module, definition in used_by(cell.source, known):
                    modules.add(module)
                    if definition:
                        found[".".join(("lib", *module, definition.name))] = definition
    for module in modules:
        found |= {".".join(("lib", *module, name)): node for name, node in methods(module, names)}
    return found


CALLED = called_by_notebooks()


def arguments(definition):
    """The arguments of a function, or of what makes an object of a class; and those that lack a type."""
    if isinstance(definition, ast.ClassDef):
        own = {node.name: node for node in definition.body if isinstance(node, ast.FunctionDef)}
        if "__init__" in own:
            return arguments(own["__init__"])
        fields = [node.target.id for node in definition.body if isinstance(node, ast.AnnAssign)]
        return (fields if any("dataclass" in ast.unparse(d) for d in definition.decorator_list) else []), []
    every = [*definition.args.posonlyargs, *definition.args.args, *definition.args.kwonlyargs]
    every += [one for one in (definition.args.vararg, definition.args.kwarg) if one]
    every = [one for one in every if one.arg not in ("self", "cls")]
    return [one.arg for one in every], [one.arg for one in every if one.annotation is None]


def faults(definition):
    """What a definition's types and docstring lack."""
    text = ast.get_docstring(definition) or ""
    names, untyped = arguments(definition)
    sections = {part.partition("\n")[0]: part for part in text.split("\n\n")}
    yield from (f"no type of {name}" for name in untyped)
    yield from (f"no {name} under Args" for name in names if f"\n    {name}: " not in sections.get("Args:", ""))
    if isinstance(definition, ast.FunctionDef):
        if definition.returns is None:
            yield "no type of the result"
        elif ast.unparse(definition.returns) != "None" and "Returns:" not in sections:
            yield "no Returns"
    if not text:
        yield "no docstring"


def test_what_notebooks_call_is_found():
    names = {"lib.photos.photo.classes", "lib.plots.common.pictures", "lib.video.sink.VideoSink.write"}
    assert names | {"lib.smoothing.RollingMean.__call__", "lib.lessons.begin"} <= set(CALLED) and len(CALLED) > 120


@pytest.mark.parametrize("name", sorted(CALLED))
def test_what_notebooks_call_is_documented(name):
    assert not list(faults(CALLED[name]))


@pytest.mark.parametrize(
    "code, fault",
    [
        ("def f(x: int) -> None: pass", "no docstring"),
        ("def f(x) -> None:\n 'F.\\n\\n Args:\\n     x: a number.'", "no type of x"),
        ("def f(x: int, y: int) -> None:\n 'F.\\n\\n Args:\\n     x: a number.'", "no y under Args"),
        ("def f() -> int:\n 'F.'", "no Returns"),
        ("def f():\n 'F.'", "no type of the result"),
        ("@dataclass\nclass C:\n 'C.'\n x: int", "no x under Args"),
    ],
)
def test_what_is_missing_is_noticed(code, fault):
    assert fault in list(faults(ast.parse(code).body[0]))


EXAMPLES = [
    "lib.core.backbone_files", "lib.core.paths", "lib.evaluation", "lib.lessons", "lib.lessons.bag_of_words",
    "lib.lessons.classifier_card", "lib.lessons.stored_results", "lib.photos", "lib.photos.photo", "lib.photos.shaping",
    "lib.sample.blocks", "lib.smoothing", "lib.timeline", "lib.tools.contact_sheets", "lib.video.scores",
]  # fmt: skip


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_give_what_they_say(module):
    failed, tried = doctest.testmod(import_module(module))
    assert tried and not failed


def test_every_module_with_examples_is_tried():
    found = [path for path in (paths.ROOT / "lib").rglob("*.py") if "    >>> " in path.read_text(encoding="utf-8")]
    names = (path.relative_to(paths.ROOT).with_suffix("").as_posix().replace("/", ".") for path in found)
    assert {name.removesuffix(".__init__") for name in names} == set(EXAMPLES)

"""Experiments: what the course claims, measured over several seeds.

Each module here is one experiment. It has `CASES` (what is varied, a list of dictionaries), `DEPENDS_ON` (the modules
of `lib` whose change makes its figures old), `run_case(case)` (one case measured: a dictionary of plain numbers and
lists) and `summarise(rows)` (the text that is printed). A case with the key "photographs" ("sample" or "real") is
measured on those; the others bring pictures of their own.

`python -m lib experiment NAME` measures them and keeps the figures in `notebooks/results/NAME.json`, from where the
notebooks take them.
"""

import ast
import hashlib
import os
import platform
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from lib import paths, photos
from lib.files import read_json, sha256

SETS = ("sample", "real")
SEEDS = range(3)


def cases(**varied: Iterable) -> list[dict]:
    """Give one case for each photograph set, seed and combination of what else is varied."""
    rows = [{"photographs": photographs, "seed": seed} for photographs in SETS for seed in SEEDS]
    for key, values in varied.items():
        rows = [row | {key: value} for row in rows for value in values]
    return rows


def results_file(name: str) -> Path:
    return paths.NOTEBOOKS / "results" / f"{name}.json"


def stored(name: str, photographs: str) -> list[dict]:
    """Give the kept figures of an experiment on a photograph set: one dictionary a case, none for other sets.

    Raises FileNotFoundError, in one sentence, when the experiment was never run.
    """
    file = results_file(name)
    if not file.exists():
        raise FileNotFoundError(f"There are no figures in {file}: run `python -m lib experiment {name}` once.")
    return [row for row in read_json(file)["cases"] if row.get("photographs", photographs) == photographs]


def mark(name: str) -> str:
    """Give one SHA-256 for what an experiment's figures depend on: when it changes, they are old.

    That is the experiment and the modules that it names, the bundled backbone, and the list of the real photographs.
    """
    modules = (f"experiments/{name}", *import_module(f"lib.experiments.{name}").DEPENDS_ON)
    data = [paths.BUNDLED_BACKBONE, paths.ROOT / "data" / "real" / photos.MANIFEST]
    return hashlib.sha256("".join([code_mark(modules), *map(sha256, data)]).encode()).hexdigest()


def code_mark(modules: Iterable[str]) -> str:
    """Give one SHA-256 for modules of the library, by name. What is only for readers (comments, docstrings) is left out.

    A package stands for all its modules, and a module in a package for itself and those of the package that it uses:
    "scenes/photographs" for all that draws photographs, and nothing that cuts clips.
    """
    files = []
    for module in modules:
        path = paths.ROOT / "lib" / module
        files += sorted(path.rglob("*.py")) if path.is_dir() else sorted(_used(path.with_suffix(".py")))
    return hashlib.sha256("\n".join(_code(file.read_text(encoding="utf-8")) for file in files).encode()).hexdigest()


def _used(module: Path, seen: frozenset[Path] = frozenset()) -> frozenset[Path]:
    """Give a module's file and, where it is in a package of `lib`, those of that package that it imports, and so on."""
    seen |= {module}
    package = f"lib.{module.parent.name}"
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{package}."):
            names = [node.module.rpartition(".")[2], *(alias.name for alias in node.names)]
            for file in (module.with_name(f"{name}.py") for name in names):
                if file.exists() and file not in seen:
                    seen = _used(file, seen)
    return seen


def _code(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.JoinedStr):  # Python 3.12 puts empty texts into some
            node.values = [part for part in node.values if getattr(part, "value", None) != ""]
    return _dump(tree)


def _dump(node) -> str:
    """Write a syntax tree as text. Unlike ast.dump it leaves out what is empty, since newer Pythons add such fields."""
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
    return f"{type(node).__name__}({', '.join(f'{name}={_dump(value)}' for name, value in fields)})"


def table(rows: list[dict], by: str | None, columns: Iterable[str]) -> str:
    """Give figures as text: for each photograph set and value of `by`, each column's mean and range over the seeds."""
    groups = {}
    for row in rows:
        groups.setdefault((row["photographs"], str(row[by]) if by else ""), []).append(row)
    lines = [f"{'':<32}" + "".join(f"{column:<28}" for column in columns)]
    for names, group in groups.items():
        values = [[row[column] for row in group] for column in columns]
        spreads = [f"{sum(x) / len(x):.4f} ({min(x):.4f} to {max(x):.4f})" for x in values]
        lines.append(f"{' '.join(names):<32}" + "".join(f"{spread:<28}" for spread in spreads))
    return "\n".join(line.rstrip() for line in lines)


def machine() -> dict:
    """Say what figures were measured with: processor, cores, versions."""
    names = ("tensorflow", "keras", "numpy", "opencv-python", "scikit-learn")
    return {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()} | {
        name: version(name) for name in names
    }

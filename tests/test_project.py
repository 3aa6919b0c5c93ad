"""The files at the top: the same packages everywhere, no address, no import that goes upwards."""

import ast
import re
import subprocess
import sys
import tomllib

import nbformat
import pytest
from packaging.requirements import Requirement

from lib.core import notebooks, paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]

# Lower first, in a folder of `lib` (the first is `lib` itself): a module may import only what stands before it there.
# Where a folder has no order here, its modules may import each other.
ORDER = {
    "": ("core", "photos", "video", "sample", "backbones", "classifier", "training",
         "smoothing", "evaluation", "timeline", "plots", "explorer", "lessons", "tools", "__main__"),
    "core": ("errors", "messages", "hashes", "paths", "memory", "made", "files", "templating", "checks", "quiet",
             "cards", "weight_files", "colours", "names", "environment", "progress", "signals", "downloads", "framework", "fitting", "torch_weights",
             "imagenet", "known_backbones", "backbone_files", "efficientnet", "notebooks"),
    "lessons": ("exercises", "machine", "bag_of_words", "stored_results", "photo_sets", "clip_files", "classifier_card",
                "pipeline"),
    "sample": ("painting", "shots", "photographs", "programmes", "blocks", "clips"),
    "tools": ("git", "lecture_weights", "pretraining", "experiments", "contact_sheets", "course",
              "labelling", "season", "benchmarks", "trials", "commands", "command_line"),
}  # fmt: skip


def named():
    lines = [*PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])]
    return {Requirement(line).name: Requirement(line) for line in lines}


def test_environment_names_the_same_packages_with_a_reason():
    text = (paths.ROOT / "environment.yml").read_text()
    reasons = dict(re.findall(r"^#   ([\w-]+) +(\S.*)$", text, re.M))
    assert set(reasons) == set(named())
    assert "--requirement requirements.txt" in text


def test_requirements_pin_them_all_with_hashes_and_without_addresses():
    text = (paths.ROOT / "requirements.txt").read_text()
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M)
    for name, requirement in named().items():
        versions = [version for pinned, version in pins if pinned == name]
        assert len(versions) == 1, f"{name}: another Python would get another version"
        assert requirement.specifier.contains(versions[0]), name
    assert len(pins) == len(re.findall(r"^[\w.-]+==.*\\\n    --hash=sha256:", text, re.M))
    for file in ("requirements.txt", "pyproject.toml", "environment.yml"):
        assert "://" not in (paths.ROOT / file).read_text(), file


def imports(path):
    """The modules of the course that a file imports, inside functions too: where they are, from `lib` inwards."""
    yield from imports_of(path.read_text())


def imports_of(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("lib."):
            yield from ((*node.module.split(".")[1:], alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")[1:]) for alias in node.names if alias.name.startswith("lib."))


def test_imports_go_downwards_only():
    library = paths.ROOT / "lib"
    for path in library.rglob("*.py"):
        own = path.relative_to(library).with_suffix("").parts
        for other in set(imports(path)):
            apart = next((at for at, (one, two) in enumerate(zip(own, other)) if one != two), None)
            if apart is None or own[apart] == "__init__":  # of its own folder
                continue
            order = ORDER.get("/".join(own[:apart]))
            assert not order or order.index(other[apart]) < order.index(own[apart]), f"{path} imports {'.'.join(other)}"


def test_the_sample_is_drawn_with_the_ground_and_the_clips_alone():
    used = {other[0] for path in (paths.ROOT / "lib" / "sample").rglob("*.py") for other in imports(path)}
    assert used <= {"core", "video", "sample"}


def test_no_notebook_imports_tools():
    for name in notebooks.COURSE:
        for cell in notebooks.read(notebooks.source(name)).cells:
            if cell.cell_type == "code":
                assert "tools" not in {other[0] for other in imports_of(cell.source) if other}, f"{name}: {cell.source}"


def test_tensorflow_is_imported_through_the_framework_alone():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        code = re.findall(r"^\s*(?:import|from) (?:tensorflow|keras)\b", path.read_text(), re.M)
        assert not code or path.relative_to(paths.ROOT).as_posix() == "lib/core/framework.py", path


def docstring_lines(tree):
    """Count the lines of a module's docstrings, of which one reads those that one looks up."""
    first = [node.body[0] for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list) and node.body]
    texts = [node for node in first if isinstance(node, ast.Expr) and is_text(node.value)]
    return sum(node.end_lineno - node.lineno + 1 for node in texts)


def test_modules_stay_readable_in_one_sitting():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        code = path.read_text(encoding="utf-8")
        assert len(code.splitlines()) - docstring_lines(ast.parse(code)) <= 300, path.name


def test_smoothing_and_the_explorers_imports_do_not_wait_for_tensorflow():
    code = "import sys; from lib import smoothing, timeline, video, plots, explorer, lessons; print('tensorflow' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/").stdout
    assert printed.strip() == "False"


def test_commands_do_not_wait_for_tensorflow_before_they_need_it():
    code = (
        "import sys; from importlib import import_module; from lib.tools.command_line import MODULES\n"
        "for name in MODULES.values(): import_module(f'lib.tools.commands.{name}')\n"
        "print('tensorflow' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.ROOT
    ).stdout
    assert printed.strip() == "False"


def test_no_pickle_and_safe_mode_never_off():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        code = path.read_text()
        if path.name == "torch_weights.py":  # its reader knows four names, compares the hash first, and runs nothing
            code = (
                code.replace("import pickle", "").replace("pickle.Unpickler", "").replace("pickle.UnpicklingError", "")
            )
        assert not re.search(r"\bpickle\.|import pickle|allow_pickle=True|safe_mode=False", code), path.name


# Ties are ordered by the processor's vector width unless a sort is stable, and files as the disk happens to hold them.

LISTINGS = {"glob", "iglob", "rglob", "iterdir", "listdir", "scandir", "list_images", "list_files"}
NO_ORDER_NEEDED = {"sorted", "any", "all", "sum", "len", "set"}
# Files that are deleted one by one, and cards of which the newest is looked for.
IN_ANY_ORDER = {
    "folder.glob(f'{_PART}*')",
    "folder.parent.glob(f'.part-{folder.name}-*')",
    "paths.FEATURES.glob(f'{OWN}-*')",
    "paths.MODEL.glob(pattern)",
}


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def chance_orders(code, listings=True):
    """Give each call of some code whose result may be in another order on another machine."""
    tree = ast.parse(code)
    sorted_anyway = {
        id(inner) for node in ast.walk(tree) if called(node) in NO_ORDER_NEEDED for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        stable = any(ast.unparse(k) in ("kind='stable'", "stable=True") for k in getattr(node, "keywords", ()))
        unstable = (
            (called(node) == "argsort" and not stable)
            or called(node) == "argpartition"
            or (called(node) == "partition" and not is_text(node.args[0]))  # of a string it is another thing
        )
        unsorted = listings and called(node) in LISTINGS and id(node) not in sorted_anyway
        if unstable or (unsorted and ast.unparse(node) not in IN_ANY_ORDER):
            yield ast.unparse(node)


def code_of(path):
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")


def test_no_order_is_left_to_the_processor_or_the_disk():
    tests = paths.ROOT / "tests"  # which compare what is in a folder, and use no order of it
    files = [*map(notebooks.source, notebooks.COURSE), *(paths.ROOT / "lib").rglob("*.py"), *tests.rglob("*.py")]
    found = {
        str(path): list(chance_orders(code_of(path), listings=tests not in path.parents)) for path in sorted(files)
    }
    found = {path: calls for path, calls in found.items() if calls}
    assert not found, 'write argsort(kind="stable") and sorted(folder.glob(...))'


@pytest.mark.parametrize(
    "code",
    [
        "x.argsort()[::-1]",
        "np.argsort(x, axis=1)",
        "np.argsort(x, kind='quicksort')",
        "np.argpartition(x, 3)[:3]",
        "x.argpartition(3)",
        "np.partition(x, 3)",
        "x.partition(3)",
        "[p for p in folder.glob('*')]",
        "for name in os.listdir(folder): pass",
        "next(Path().iterdir())",
    ],
)
def test_an_order_by_chance_is_found(code):
    assert list(chance_orders(code))


@pytest.mark.parametrize(
    "code",
    [
        "(-x).argsort(kind='stable')",
        "np.argsort(x, kind='stable')",
        "np.sort(x)",
        "line.partition(': ')",
        "sorted(p for p in folder.glob('*') if p.is_file())",
        "any(folder.iterdir())",
    ],
)
def test_an_order_that_is_the_same_everywhere_is_not(code):
    assert not list(chance_orders(code))

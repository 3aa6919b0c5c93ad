"""The files at the top: the same packages everywhere, no address, no import that goes upwards."""

import ast
import re
import subprocess
import sys
import tomllib

from packaging.requirements import Requirement

from lib import paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]

# Lower first: a module may import only what stands before it.
ORDER = ("paths", "files", "palette", "progress", "downloads", "framework", "photos", "bag_of_words", "video",
         "scenes", "backbone_files", "backbones", "old_classifier", "classifier", "heads", "transfer", "frozen", "lecture",
         "frame_blocks", "fusion", "pretraining", "evaluation", "smoothing", "timeline", "machine", "experiments", "plots", "explorer",
         "notebooks", "copies", "comparison", "exercises", "lessons", "summary", "benchmarks", "commands", "__main__")  # fmt: skip


def named():
    lines = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
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
    """The modules of the course that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "lib":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lib."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("lib."))


def test_imports_go_downwards_only():
    library = paths.ROOT / "lib"
    for path in library.rglob("*.py"):
        own = path.relative_to(library).parts[0].removesuffix(".py")
        if own == "__init__":
            continue
        for other in set(imports(path)) - {own}:
            assert ORDER.index(other) < ORDER.index(own), f"{path.name} imports {other}"


def test_modules_stay_readable_in_one_sitting():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 320, path.name


def test_smoothing_and_the_explorers_imports_do_not_wait_for_tensorflow():
    code = "import sys; from lib import smoothing, timeline, video, plots, explorer, lessons; print('tensorflow' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/").stdout
    assert printed.strip() == "False"


def test_commands_do_not_wait_for_tensorflow_before_they_need_it():
    code = (
        "import sys; from importlib import import_module; from lib.__main__ import MODULES\n"
        "for name in MODULES.values(): import_module(f'lib.commands.{name}')\n"
        "print('tensorflow' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=paths.ROOT).stdout
    assert printed.strip() == "False"


def test_no_pickle_and_safe_mode_never_off():
    for path in (paths.ROOT / "lib").rglob("*.py"):
        code = path.read_text()
        assert not re.search(r"\bpickle\.|import pickle|allow_pickle=True|safe_mode=False", code), path.name

"""What git says of the project's files."""

import os
import subprocess
from pathlib import Path

from lib.core import paths


def listed(which: str, *folders: Path) -> set[Path]:
    """Files in these folders that git tracks (--cached), or that differ from its own (--modified); without git, none."""
    try:
        listed = run("ls-files", "-z", which, "--", *map(str, folders)) if folders else ""
    except (OSError, subprocess.CalledProcessError):
        return set()
    return {paths.ROOT / path for path in listed.split("\0") if path}


def run(*arguments: str) -> str:
    """Run git in the project's folder and give what it prints. Raises OSError and CalledProcessError."""
    command = ["git", "--literal-pathspecs", *arguments]
    return os.fsdecode(subprocess.run(command, cwd=paths.ROOT, capture_output=True, check=True).stdout)

"""What a result was made with: the machine, and the versions of Python and of its packages."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

STORED_DPI = "STORED_DPI"  # a variable: at which resolution a notebook draws, where it is executed to be committed


def machine() -> dict[str, str | int | None]:
    """Name the system and the processor, and count the cores."""
    listed = Path("/proc/cpuinfo")  # Linux; elsewhere Python knows the processor's name
    named = re.search(r"model name\s*: (.+)", listed.read_text()) if listed.exists() else None
    return {
        "system": platform.system(),
        "processor": named[1] if named else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
    }


def versions(*others: str) -> dict[str, str]:
    """Give the versions of Python, of the packages that all results depend on, and of others, by name."""
    names = ("tensorflow", "keras", "numpy", "opencv-python", *others)
    return {"python": platform.python_version()} | {name: version(name) for name in names}

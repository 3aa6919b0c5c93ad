"""SHA-256, in hexadecimal: the identity of files and texts."""

import hashlib
from pathlib import Path

from lib.core.errors import FileError


def sha256(path: str | Path) -> str:
    """Compute the SHA-256 of a file's bytes.

    Args:
        path: the file.

    Returns:
        64 hexadecimal digits.

    Raises:
        FileError: it cannot be read.

    Example:
        sha256(clip_path)[:12]
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}): put it back, or begin again without it.") from error


def text_sha256(*lines: str) -> str:
    """Hash a text, in UTF-8."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()

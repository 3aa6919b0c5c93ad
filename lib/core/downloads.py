"""One file over HTTP or HTTPS: pooch downloads it, compares its hash and tries again after a temporary failure."""

from pathlib import Path
from typing import Any

import pooch
from tqdm.auto import tqdm

from lib.core.messages import brief

TIMEOUT = 5, 15  # seconds to connect, and between two pieces of a file
RETRIES = 2  # after 1 and 2 seconds
TRY_LATER = (408, 425, 429)  # any other refusal from 400 to 499 is final
PIECE = 1 << 16  # bytes

pooch.get_logger().setLevel("ERROR")  # what users should know is in DownloadError


class DownloadError(Exception):
    """A file could not be downloaded; the message is the reason, in a few words. Pooch does not retry after it."""


def download(address: str, path: Path, known_hash: str | None, bar: tqdm | bool = False) -> None:
    """Download a file; a temporary failure and a wrong hash are tried again.

    Args:
        address: Where the file is, by HTTP or HTTPS.
        path: Where it belongs, in a temporary folder: pooch leaves a file there when the process is killed.
        known_hash: Its SHA-256, or "md5:" and its MD5, in hexadecimal; with None, any bytes are accepted.
        bar: A progress bar in bytes.

    Raises:
        DownloadError: The connection failed, the server refused, or other bytes arrived.
        OSError: The file cannot be written.
    """
    http = pooch.HTTPDownloader(bar, PIECE, timeout=TIMEOUT)

    def attempt(*request: Any) -> None:
        try:
            http(*request)
        except OSError as error:
            status = getattr(getattr(error, "response", None), "status_code", 0)
            if 400 <= status < 500 and status not in TRY_LATER:
                raise DownloadError(_reason(error)) from error
            raise

    files = pooch.create(
        path.parent, "", registry={path.name: known_hash}, urls={path.name: address}, retry_if_failed=RETRIES
    )
    try:
        files.fetch(path.name, downloader=attempt)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) is not None:  # of the disk: errors of requests, OSErrors too, have no number
            raise
        raise DownloadError(_reason(error)) from error


def _reason(error: BaseException) -> str:
    if (response := getattr(error, "response", None)) is not None:
        return brief(f"HTTP {response.status_code} {response.reason}")
    if not isinstance(error, OSError):
        return "other bytes arrived, perhaps the log-in page of the network"
    while error.__context__ is not None:  # down to the system's own words, such as "Connection refused"
        error = error.__context__
    return brief(f"connection failed: {getattr(error, 'strerror', None) or error}")

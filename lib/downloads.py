"""Downloads over HTTP and HTTPS: every file is checked by size and SHA-256, and is there whole or not at all."""

import hashlib
import http.client
import ssl
import time
import urllib.request
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from lib.files import replacing, sha256
from lib.progress import progress_bar

AT_ONCE = 8
TIMEOUT = 15.0  # seconds to connect, and between two pieces of an answer
SLOWEST = 1000  # bytes a second; an answer that trickles more slowly than this is given up
ATTEMPTS = 4
WAIT = 1.0  # seconds before the second attempt; doubled before each further one
LONGEST_WAIT = 60.0  # seconds that a server may ask us to wait
IN_A_ROW = 16  # so many files failed one after another: the rest is not tried
PIECE = 1 << 16  # bytes held in memory for each file
TRY_LATER = (408, 425, 429, 500, 502, 503, 504)  # any other refusal would be the same again
LISTEN = 0.2  # seconds: on Windows, Ctrl-C is seen only between two waits


@dataclass(frozen=True)
class Download:
    """One file to fetch: from where, to where, and what its bytes must be (`sha256` hexadecimal, `size` in bytes)."""

    address: str
    path: Path
    sha256: str
    size: int


def fetch(wanted: Sequence[Download], progress: bool = True, desc: str = "fetching") -> dict[Download, str]:
    """Fetch files, AT_ONCE at a time; give those that did not come, each with the reason, and nothing when all did.

    A file that is there with the right bytes is not fetched again, so a call that was interrupted goes on where it
    stopped. What fails is tried again, ATTEMPTS times in all, with growing waits, unless the answer is final (404).
    When the server cannot be reached, or IN_A_ROW files fail one after another, the rest is not tried.
    After Ctrl-C what is whole stays, and nothing else. Raises OSError, in one sentence, when a file cannot be written.
    """
    files = list({one.path: one for one in wanted}.values())  # two threads must not write the same file
    todo = [one for one in files if not _is_whole(one)]
    failed, succeeded, in_a_row = {}, set(), 0
    total, ahead = (sum(one.size for one in some) for some in (files, todo))
    bar = progress_bar(
        shown=progress and bool(todo), total=total, initial=total - ahead, desc=desc, unit="B", unit_scale=True
    )
    with bar, _crew(todo) as news:
        while len(succeeded) + len(failed) < len(todo):
            try:
                one, report = news.get(timeout=LISTEN)
            except Empty:
                bar.refresh()
                continue
            if isinstance(report, int):
                bar.update(report)
            elif report is None:
                succeeded.add(one)
                in_a_row = 0
            elif isinstance(report, _Failed):
                failed[one] = report.reason
                in_a_row += 1
                if report.unreachable or in_a_row == IN_A_ROW:
                    failed = {one: report.reason} | failed  # what ended it is told first
                    break
            else:
                raise report
    left = (one for one in todo if one not in succeeded and one not in failed)
    return failed | {one: "not tried after the others had failed" for one in left if not _is_whole(one)}


def _is_whole(one: Download) -> bool:
    return one.path.is_file() and one.path.stat().st_size == one.size and sha256(one.path) == one.sha256


class _Failed(Exception):
    """An attempt failed. `again`: another may succeed, `wait` seconds later at the earliest."""

    def __init__(self, reason: str, again: bool = True, wait: float = 0.0, unreachable: bool = False):
        super().__init__(reason)
        self.reason, self.again, self.wait, self.unreachable = reason, again, wait, unreachable


@contextmanager
def _crew(todo: Sequence[Download]) -> Iterator[SimpleQueue]:
    """Let AT_ONCE threads fetch; give the queue of their news: pairs of a file and a report.

    A report is a number of bytes that came (negative: that are thrown away), None for a file that is whole and in
    place, or an exception. On leaving, files that are not whole are removed and the threads are let go: they are
    daemons, since nothing can wake one that waits for a name server or for a connection.
    """
    shared = _Shared(deque(todo))
    threads = []
    try:
        for _ in range(min(AT_ONCE, len(todo))):
            thread = Thread(target=shared.work, daemon=True)
            thread.start()
            threads.append(thread)
        yield shared.news
    finally:
        shared.stop()
        last = time.monotonic() + 0.5  # for those that are just moving a file into place
        for thread in threads:
            thread.join(max(0.0, last - time.monotonic()))


class _Shared:
    """What the threads of one call share."""

    def __init__(self, todo: deque[Download]):
        self.todo, self.news = todo, SimpleQueue()
        self.opener = _opener()
        self.stopped = Event()
        self.lock = Lock()  # held to write, so that stopping never comes between
        self.parts: dict[BinaryIO, Path] = {}  # files that are being written

    def stop(self) -> None:
        with self.lock:
            self.stopped.set()
            for file, part in self.parts.items():
                with suppress(OSError):  # the next is to be removed all the same
                    file.close()  # Windows removes no open file
                    part.unlink(missing_ok=True)

    def work(self) -> None:
        while not self.stopped.is_set():
            try:
                one = self.todo.popleft()
            except IndexError:
                return
            try:
                self.try_to_get(one)
            except Exception as error:  # whatever it is, the caller is told
                self.news.put((one, error))
            else:
                self.news.put((one, None))

    def try_to_get(self, one: Download) -> None:
        """Raises _Failed when no attempt succeeds."""
        wait = WAIT
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.answer(one) as answer:
                    return self.keep(answer, one)
            except _Failed as failure:
                if not failure.again or attempt == ATTEMPTS or self.stopped.wait(max(wait, failure.wait)):
                    raise
                wait *= 2

    def answer(self, one: Download) -> http.client.HTTPResponse:
        """Ask for a file. Raises _Failed."""
        host = urlsplit(one.address).hostname
        request = urllib.request.Request(one.address, headers={"User-Agent": "events-in-video"})
        try:
            return self.opener.open(request, timeout=TIMEOUT)
        except HTTPError as error:
            error.close()  # it holds the connection
            raise _refused(error) from error
        except URLError as error:
            if isinstance(error.reason, str):  # of urllib's own: not HTTP, or no host
                raise _Failed(f"a redirection that leads nowhere: {_words(error.reason)}", again=False) from error
            again = not isinstance(error.reason, ssl.SSLCertVerificationError)
            raise _Failed(f"{host} cannot be reached: {_words(error.reason)}", again, unreachable=True) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _Failed(f"{host} gave no answer: {_words(error)}") from error

    def keep(self, answer: http.client.HTTPResponse, one: Download) -> None:
        """Write an answer to its place if its bytes are the right ones. Raises _Failed, and OSError."""
        stated = answer.headers.get("Content-Length")
        if stated not in (None, str(one.size)):
            raise _wrong(answer, "a file of another size came in its place")
        digest, received = hashlib.sha256(), 0
        try:
            with replacing(one.path) as part, self.writing(part) as file:
                for piece in _pieces(answer, one):
                    received += len(piece)
                    self.news.put((one, len(piece)))
                    if received > one.size:
                        raise _wrong(answer, "a file of another size came in its place")
                    digest.update(piece)
                    self.write(piece, file)
                if received < one.size:
                    raise _wrong(answer, "the answer was cut short")
                if digest.hexdigest() != one.sha256:
                    raise _wrong(answer, "a file with other bytes came in its place")
        except _Failed:
            self.news.put((one, -received))
            raise

    @contextmanager
    def writing(self, part: Path) -> Iterator[BinaryIO]:
        with part.open("wb") as file:
            with self.lock:
                self.go_on()
                self.parts[file] = part
            try:
                yield file
            finally:
                with self.lock:
                    del self.parts[file]

    def write(self, piece: bytes, file: BinaryIO) -> None:
        with self.lock:
            self.go_on()
            file.write(piece)

    def go_on(self) -> None:
        if self.stopped.is_set():
            raise _Failed("stopped", again=False)


@cache  # to read the certificates takes a fifth of a second, and Python 3.11 would do it for every file
def _opener() -> urllib.request.OpenerDirector:
    """What opens addresses: through the system's proxy where it has one, by HTTP and HTTPS and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in ("ProxyHandler", "HTTPHandler", "HTTPDefaultErrorHandler", "HTTPErrorProcessor", "UnknownHandler"):
        opener.add_handler(getattr(urllib.request, handler)())
    opener.add_handler(_Redirections())
    opener.add_handler(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    return opener


class _Redirections(urllib.request.HTTPRedirectHandler):
    """Follows redirections without reading what stands on their pages, which may have no end."""

    def http_error_302(self, request, page, *args):
        page.close()
        return super().http_error_302(request, page, *args)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _pieces(answer: http.client.HTTPResponse, one: Download) -> Iterator[bytes]:
    """Read an answer in pieces of at most PIECE bytes. Raises _Failed when it breaks off or only trickles."""
    end = time.monotonic() + TIMEOUT + one.size / SLOWEST
    while True:
        try:
            piece = answer.read1(PIECE)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _Failed(f"the answer was cut short: {_words(error)}") from error
        if not piece:
            return
        if time.monotonic() > end:
            raise _Failed(f"the answer came at less than {SLOWEST} bytes a second")
        yield piece


def _refused(error: HTTPError) -> _Failed:
    status = f"HTTP {error.code} {http.client.responses.get(error.code, '')}".strip()
    if 300 <= error.code < 400:
        return _Failed(f"{status}, a redirection that leads nowhere", again=False)
    wait = _retry_after(error.headers.get("Retry-After"))
    if wait > LONGEST_WAIT:
        return _Failed(f"{status}, and the server asks for a pause of {wait:.0f} seconds", again=False)
    return _Failed(status, again=error.code in TRY_LATER, wait=wait)


def _retry_after(header: str | None) -> float:
    """Give the seconds that a server asks us to wait: a number, or a date (RFC 9110, section 10.2.3); else 0."""
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _wrong(answer: http.client.HTTPResponse, what: str) -> _Failed:
    is_page = answer.headers.get_content_type() == "text/html"
    return _Failed("a web page came in its place: does the network ask for a log-in?" if is_page else what)


def _words(error: Exception | str) -> str:
    """Say what went wrong with a connection, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"its certificate cannot be verified ({error.verify_message}); with Python from python.org on macOS, run "
            '"Install Certificates.command" once'
        )
    words = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return "".join(letter for letter in words if letter.isprintable())[:100]  # they may be a server's

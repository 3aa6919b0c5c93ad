"""`python -m lib fetch` from a server on loopback."""

import hashlib
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Event, Lock, Thread
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import unquote

import pytest
import toys

from lib import photos
from lib.__main__ import main
from lib.core import downloads, files, paths
from lib.tools.commands import fetch

CHANCE = random.Random(0)
FILES = {
    f"{label}/{name}": CHANCE.randbytes(size)
    for label in ("badminton", "formula1", "volleyball")
    for name, size in (("00.jpg", 300), ("01 with spaces.PNG", 5000), ("02 ü #%&+.jpeg", 200_000))
}
ODD = "formula1/01 with spaces.PNG"  # the one for which the server does something else


class Server(ThreadingHTTPServer):
    """Serves `files` under /photos; `tricks` holds, for a name, the responses instead: each once, the last always."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}/photos"
        self.files, self.tricks, self.asked = dict(FILES), {}, Counter()
        self.lock, self.over = Lock(), Event()

    def handle_error(self, request, client_address):
        """Clients that hang up are expected here."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, name = self.server, unquote(self.path).removeprefix("/photos/")
        with server.lock:
            server.asked[name] += 1
            tricks = server.tricks.get(name, [honest])
            trick = tricks.pop(0) if len(tricks) > 1 else tricks[0]
        trick(self, server.files[name]) if name in server.files else sends(code=404)(self, b"")

    def log_message(self, *args):
        pass


def sends(change=lambda body: body, code=200, **headers):
    def trick(handler, body):
        handler.send_response(code)
        for key, value in {"Content-Length": len(body), **headers}.items():
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(change(body))

    return trick


def stalls_in_the_middle(handler, body):
    cuts_off(handler, body)
    handler.server.over.wait(30)


honest = sends()
hangs_up = Mock()
cuts_off = sends(lambda body: body[: len(body) // 2])
other_bytes = sends(lambda body: body[::-1])
log_in_page = sends(lambda body: b"<html>Please log in.</html>".ljust(len(body)))


@pytest.fixture
def server():
    with Server() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def target(project):
    """The folder of the real photos, with a manifest of FILES."""
    return write_manifest(paths.DATA / "real", FILES)


def write_manifest(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    rows = [{"path": name, "label": name.split("/")[0], "sha256": known} for name, known in hashes.items()]
    toys.write_manifest(folder, rows)
    return folder


def files_in(folder):
    """Give all files in a folder, hidden ones too, without the manifest."""
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.csv"]


def stored(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files_in(folder)}


def without(*names):
    return {name: content for name, content in FILES.items() if name not in names}


def error_of(capsys):
    """The command's only line of error."""
    (line,) = capsys.readouterr().err.strip().splitlines()
    return line


def test_all_photographs_come_from_the_default_address(server, target, monkeypatch, capsys):
    monkeypatch.setattr(fetch, "ADDRESS", server.address + "/")
    assert main(["fetch"]) == 0
    assert stored(target) == FILES and server.asked == Counter(FILES.keys())
    assert f"{target} holds 9 photos." in capsys.readouterr().out
    assert (target / ODD).stat().st_mode == (target / "manifest.csv").stat().st_mode  # other users may read it


def test_a_second_run_continues_and_replaces_broken_files(server, target):
    fetch.download(server.address, target)
    server.asked.clear()
    changed = target.stat().st_mtime_ns
    fetch.download(server.address, target)
    assert not server.asked and target.stat().st_mtime_ns == changed  # no temporary folder either
    (target / "badminton" / "00.jpg").unlink()
    (target / ODD).write_bytes(FILES[ODD][:-1] + b"!")
    (target / "volleyball" / "00.jpg").write_bytes(b"")
    assert fetch.download(server.address, target) == 9
    assert server.asked == Counter(["badminton/00.jpg", ODD, "volleyball/00.jpg"])
    assert stored(target) == FILES


def test_one_progress_bar_counts_all_files_and_classes_take_turns(server, target, monkeypatch):
    monkeypatch.setattr(fetch, "AT_ONCE", 1)
    (target / "badminton").mkdir()
    (target / "badminton" / "00.jpg").write_bytes(FILES["badminton/00.jpg"])
    options, make = [], fetch.progress_bar
    monkeypatch.setattr(fetch, "progress_bar", lambda **given: options.append(given) or make(**given))
    fetch.download(server.address, target)
    assert [(bar["total"], bar["initial"], bar["shown"]) for bar in options] == [(9, 1, True)]
    assert [name[:13] for name in server.asked][:3] == ["formula1/00.j", "volleyball/00", "badminton/01 "]


def test_eight_at_a_time(server, tmp_path):
    server.files = {f"a/{number}.jpg": b"x" * number for number in range(24)}
    barrier, waiting, most = Barrier(8), set(), []

    def waits_for_seven_others(handler, body):
        with server.lock:
            waiting.add(handler)
            most.append(len(waiting))
        barrier.wait(timeout=30)
        with server.lock:  # before the response, after which the client requests another file
            waiting.remove(handler)
        honest(handler, body)

    server.tricks = {name: [waits_for_seven_others] for name in server.files}
    write_manifest(tmp_path, server.files)
    fetch.download(server.address, tmp_path)
    assert max(most) == fetch.AT_ONCE == 8 and stored(tmp_path) == server.files


@pytest.mark.parametrize(
    ("trick", "attempts", "words"),
    [
        (sends(code=404), 1, "(HTTP 404 Not Found)"),
        (sends(code=429), 3, "(HTTP 429 Too Many Requests)"),
        (sends(code=503), 3, "(HTTP 503 Service Unavailable)"),
        (sends(code=302, Location="file:///etc/passwd"), 3, "No connection adapters"),
        (hangs_up, 3, "connection failed: Remote end closed connection"),
        (cuts_off, 3, "connection failed: IncompleteRead"),
        (other_bytes, 3, "other bytes"),
        (log_in_page, 3, "log-in page"),
    ],
)
def test_temporary_failures_are_tried_again_and_lasting_ones_reported(server, target, capsys, trick, attempts, words):
    server.tricks[ODD] = [trick]
    assert main(["fetch", "--from", server.address]) == 1
    assert server.asked[ODD] == attempts and stored(target) == without(ODD)
    error = error_of(capsys)
    assert words in error and f"1 of 9 photos could not be fetched, {ODD} first" in error
    assert "--from FOLDER" in error and "PHOTOS=sample" in error
    server.tricks[ODD] = [trick] * (attempts - 1) + [honest]
    assert main(["fetch", "--from", server.address]) == 0
    assert server.asked[ODD] == 2 * attempts and stored(target) == FILES


def test_a_server_that_stalls_is_given_up(server, target, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", 0.2)
    server.files = {ODD: FILES[ODD]}
    server.tricks[ODD] = [stalls_in_the_middle]
    write_manifest(target, server.files)
    with pytest.raises(photos.PhotoError, match="timed out"):
        fetch.download(server.address, target)
    assert stored(target) == {} and server.asked[ODD] == 1 + downloads.RETRIES


def test_after_many_failures_in_a_row_the_rest_is_not_tried(server, tmp_path):
    write_manifest(tmp_path, {f"a/{number:03}.jpg": b"abc" for number in range(400)})
    with pytest.raises(photos.PhotoError, match=r"400 of 400 .*a/0\d\d.jpg first .*404"):
        fetch.download(server.address, tmp_path)
    assert fetch.IN_A_ROW <= server.asked.total() < 200


def test_a_mirror_without_one_of_the_classes_gives_the_others(server, tmp_path):
    contents = {f"{label}/{number:03}.jpg": b"abc" for label in "abc" for number in range(20)}
    server.files = {name: content for name, content in contents.items() if name[0] != "a"}
    write_manifest(tmp_path, contents)
    with pytest.raises(photos.PhotoError, match="20 of 60"):
        fetch.download(server.address, tmp_path)
    assert stored(tmp_path) == server.files


def test_without_a_server_or_a_network_one_sentence_says_what_to_do(target, monkeypatch, capsys):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert main(["fetch", "--from", f"http://127.0.0.1:{silent.getsockname()[1]}/photos"]) == 1
    error = error_of(capsys)
    assert "(connection failed: Connection refused)" in error and "9 of 9" in error and "--from FOLDER" in error
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(-2, "Name or service not known")))
    assert main(["fetch"]) == 1
    assert "(connection failed: Name or service not known)" in error_of(capsys) and stored(target) == {}


@pytest.mark.parametrize(
    "address", ["ftp://x.example", "file:///home", "http://", "https://me:secret@x.example", "http://x.example?name="]
)
def test_other_addresses_are_refused(address, target, capsys):
    assert main(["fetch", "--from", address]) == 1
    assert f"{address} cannot be fetched from" in error_of(capsys)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_reported(server, target, monkeypatch, capsys):
    monkeypatch.setattr("pooch.core.temporary_file", lambda path: nullcontext("/dev/full"))
    assert main(["fetch", "--from", server.address]) == 1
    assert "cannot be written (No space left on device): make room on the disk" in error_of(capsys)
    assert stored(target) == {}


@pytest.mark.parametrize("name", ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "a/b/x.jpg", "..\\x.jpg", "c:/x.jpg", ""])
def test_names_that_leave_the_folder_are_refused_before_anything_is_fetched(server, project, name):
    folder = write_manifest(project / "in" / "side", {"a/1.jpg": b"abc", "a/whole.jpg": b"abc"})
    manifest = folder / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("a/whole.jpg", name))
    for take in (lambda: fetch.download(server.address, folder), lambda: fetch.fetch(project, folder)):
        with pytest.raises(photos.PhotoError, match="restore it with git"):
            take()
    assert not server.asked and [path for path in project.rglob("*") if path.is_file()] == [manifest]


@pytest.mark.skipif(sys.platform == "win32", reason="few may make links there")
def test_links_do_not_lead_out_of_the_folder(server, target, project):
    (project / "elsewhere").mkdir()
    (target / "formula1").symlink_to(project / "elsewhere", target_is_directory=True)
    for take in (lambda: fetch.download(server.address, target), lambda: fetch.fetch(project, target)):
        with pytest.raises(photos.PhotoError, match="formula1 is a link"):
            take()
    assert not server.asked and not any((project / "elsewhere").iterdir())
    (target / "formula1").unlink()
    (project / "file").write_bytes(b"mine")
    (target / "formula1").mkdir()
    (target / ODD).symlink_to(project / "file")
    fetch.download(server.address, target)
    assert (project / "file").read_bytes() == b"mine" and not (target / ODD).is_symlink()


@pytest.mark.parametrize("known", ["", "../x", "md5:" + "0" * 32])
def test_a_manifest_without_a_sha256_is_refused(server, target, known):
    path = target / "manifest.csv"
    path.write_text(path.read_text("utf-8").replace(hashlib.sha256(FILES[ODD]).hexdigest(), known), "utf-8")
    with pytest.raises(photos.PhotoError, match="has no hash for formula1/01"):
        fetch.download(server.address, target)
    assert not server.asked


@pytest.mark.skipif(sys.platform == "win32", reason="no other process can be sent signals there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_in_the_middle_and_run_again(server, target, number):
    wholes = {name: content for name, content in FILES.items() if name.endswith("00.jpg")}
    server.tricks = {name: [stalls_in_the_middle] for name in without(*wholes)}
    code = (
        "import signal, sys; from pathlib import Path; from lib.core import paths; from lib.__main__ import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "paths.DATA = Path(sys.argv[1]); sys.exit(main(['fetch', '--from', sys.argv[2]]))"
    )
    command = [sys.executable, "-c", code, str(paths.DATA), server.address]
    end, placed = time.monotonic() + 60, {target / name for name in wholes}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=paths.ROOT) as process:
        while not (server.asked.total() == len(there := files_in(target)) == 9 and placed <= {*there}):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        error = process.communicate(timeout=10)[1]  # less than the TIMEOUT that holds there
    there = stored(target)
    parts = {name: there.pop(name) for name in list(there) if files.is_part(name.split("/")[0])}
    assert there == wholes
    if number == signal.SIGKILL:
        assert process.returncode == -number and len(parts) == 6
    else:
        assert process.returncode == 128 + number and error == "python -m lib fetch: stopped.\n"
        assert not list(target.glob(".*"))
    server.tricks.clear()
    server.asked.clear()
    assert main(["fetch", "--from", server.address]) == 0
    assert stored(target) == FILES | parts and set(server.asked) == set(without(*wholes))

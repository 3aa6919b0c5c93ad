"""`python -m lib fetch` against a server on loopback that does all that servers do."""

import csv
import hashlib
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import unquote

import pytest

from lib import downloads, paths, photos
from lib.__main__ import main
from lib.commands import fetch

CHANCE = random.Random(0)
FILES = {
    f"{label}/{name}": CHANCE.randbytes(size)
    for label in ("badminton", "formula1", "volleyball")
    for name, size in (("00.jpg", 300), ("01 with spaces.PNG", 5000), ("02 ü #%&+.jpeg", 200_000))
}
ODD = "formula1/01 with spaces.PNG"  # the one that the tests have a trick played on


class Server(ThreadingHTTPServer):
    """Serves FILES under /photos; `tricks` holds, for a name, what is done instead: once each, the last for ever."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.tricks, self.asked, self.times = dict(FILES), {}, Counter(), []
        self.sent, self.lock = 0, Lock()
        self.over = Event()  # ends every wait

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/photos"

    def handle_error(self, request, client_address):
        """Clients that hang up are what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, name = self.server, unquote(self.path).removeprefix("/photos/")
        with server.lock:
            server.asked[name] += 1
            server.times.append(time.monotonic())
            tricks = server.tricks.get(name, [])
            trick = (tricks.pop(0) if len(tricks) > 1 else tricks[0]) if tricks else honest
        if name in server.files:
            trick(self, server.files[name])
        else:
            status(404)(self, b"")

    def head(self, code=200, **headers):
        self.send_response(code)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def send(self, data):
        self.wfile.write(data)
        self.server.sent += len(data)

    def log_message(self, *args):
        pass


# Tricks


def honest(handler, body):
    handler.head(Content_Length=len(body))
    handler.send(body)


def status(code, **headers):
    def trick(handler, body):
        page = b"<html>an error</html>"
        handler.head(code, Content_Type="text/html", Content_Length=len(page), **headers)
        handler.send(page)

    return trick


def slow_to_answer(handler, body):
    handler.server.over.wait(30)


def stalls_in_the_middle(handler, body):
    handler.head(Content_Length=len(body))
    handler.send(body[: len(body) // 2])
    handler.server.over.wait(30)


def trickles(handler, body):
    handler.head(Content_Length=len(body))
    for start in range(0, len(body), 10):
        handler.send(body[start : start + 10])
        if handler.server.over.wait(0.05):
            return


def cuts_off(handler, body):
    handler.head(Content_Length=len(body))
    handler.send(body[: len(body) // 2])


def cuts_off_in_chunks(handler, body):
    handler.protocol_version = "HTTP/1.1"
    handler.head(Transfer_Encoding="chunked")
    handler.send(b"%x\r\n" % len(body) + body[: len(body) // 2])


def cuts_off_without_a_length(handler, body):
    handler.head()
    handler.send(body[: len(body) // 2])


def hangs_up(handler, body):
    pass


def speaks_no_http(handler, body):
    handler.send(b"220 mail.example ready\r\n")


def states_too_much(handler, body):
    handler.head(Content_Length=len(body) + 100)
    handler.send(body)


def states_too_little(handler, body):
    handler.head(Content_Length=len(body) - 100)
    handler.send(body)


def never_ends(handler, body):
    handler.head()
    while not handler.server.over.is_set():
        handler.send(body)


def other_bytes(handler, body):
    handler.head(Content_Length=len(body))
    handler.send(body[::-1])


def a_page(handler, body):
    handler.head(Content_Type="text/html; charset=utf-8")
    handler.send(b"<html>Please log in.</html>")


def a_page_of_the_same_size(handler, body):
    handler.head(Content_Type="text/html", Content_Length=len(body))
    handler.send(b"<html>Please log in.</html>".ljust(len(body)))


def goes_round(handler, body):
    handler.head(302, Location=handler.path)


def leads_to(address):
    return lambda handler, body: handler.head(302, Location=address, Content_Length=0)


def leads_on_without_end(handler, body):
    handler.head(302, Location=handler.path)
    while not handler.server.over.is_set():
        handler.send(body)


SLOW = (slow_to_answer, stalls_in_the_middle)
PATIENCE = 1.5  # seconds: a busy machine may take one to hear of a request at all


# Fixtures


@pytest.fixture
def server():
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(downloads, "WAIT", 0.01)
    monkeypatch.setattr(downloads, "TIMEOUT", 5.0)  # so much that no honest answer is late on a busy machine
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def target(project):
    """The folder of the real photographs, with a manifest of FILES."""
    return write_manifest(paths.DATA / "real", FILES)


def write_manifest(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(photos.MANIFEST_COLUMNS)
        for name, content in files.items():
            row = [name, name.split("/")[0], hashlib.sha256(content).hexdigest(), len(content), 1, 1, name, "train"]
            writer.writerow(row)
    return folder


def kept(folder):
    """Everything that lies in a folder, hidden files too, but for the manifest."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.csv")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def without(*names):
    return {name: content for name, content in FILES.items() if name not in names}


def error_of(capsys):
    """The command's only line of error."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


# All is well


def test_every_photograph_comes_from_the_address_that_is_the_default(server, target, monkeypatch, capsys):
    monkeypatch.setattr(fetch, "ADDRESS", server.address + "/")
    assert main(["fetch"]) == 0
    assert kept(target) == FILES
    assert server.asked == Counter(FILES.keys())
    assert f"9 photographs are in {target}" in capsys.readouterr().out


def test_the_public_addresses_are_those_of_the_files_in_the_repository(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(downloads, "fetch", lambda wanted, *args, **kwargs: asked.extend(wanted) or {})
    rows = photos.read_manifest(paths.ROOT / "data" / "real")
    (tmp_path / "manifest.csv").write_bytes((paths.ROOT / "data" / "real" / "manifest.csv").read_bytes())
    assert fetch.download(fetch.ADDRESS, tmp_path) == len(rows) == len({str(one.path).lower() for one in asked})
    assert {one.address for one in asked} == {f"{fetch.ADDRESS}/{row['path']}" for row in rows}
    assert sum(one.size for one in asked) == sum(int(row["bytes"]) for row in rows)
    assert {one.path.parent.name for one in asked[:9]} == {"badminton", "formula1", "volleyball"}


def test_it_goes_on_where_it_stopped_and_mends_what_is_spoilt(server, target):
    fetch.download(server.address, target)
    server.asked.clear()
    fetch.download(server.address, target)
    assert not server.asked
    (target / "badminton" / "00.jpg").unlink()
    (target / ODD).write_bytes(FILES[ODD][:-1] + b"!")
    (target / "volleyball" / "00.jpg").write_bytes(b"")
    assert fetch.download(server.address, target) == 9
    assert server.asked == Counter(["badminton/00.jpg", ODD, "volleyball/00.jpg"])
    assert kept(target) == FILES


def test_eight_at_a_time(server, tmp_path):
    server.files = {f"a/{number}.jpg": b"x" * number for number in range(24)}
    waiting, most = set(), [0]

    def waits_for_company(handler, body):
        with server.lock:
            waiting.add(handler)
            most[0] = max(most[0], len(waiting))
        wait_until(lambda: most[0] >= 8)
        time.sleep(0.05)
        with server.lock:  # before the answer: as soon as that has come, the client may ask for the next file
            waiting.remove(handler)
        honest(handler, body)

    server.tricks = {name: [waits_for_company] for name in server.files}
    write_manifest(tmp_path, server.files)
    fetch.download(server.address, tmp_path)
    assert most[0] == downloads.AT_ONCE == 8
    assert kept(tmp_path) == server.files


def test_one_file_with_a_known_hash(server, tmp_path):
    one = downloads.Download(f"{server.address}/a", tmp_path / "new" / "a", hashlib.sha256(b"abc").hexdigest(), 3)
    assert list(downloads.fetch([one])) == [one]
    server.files["a"] = b"abc"
    assert downloads.fetch([one, one]) == {} and one.path.read_bytes() == b"abc"
    assert server.asked == {"a": 2}


def test_the_bar_counts_the_bytes_that_are_there(server, target, monkeypatch):
    fetch.download(server.address, target)
    (target / ODD).unlink()
    server.tricks[ODD] = [cuts_off, honest]
    made, updates = [], []
    make = downloads.progress_bar

    def bar(**options):
        made.append(options)
        bar = make(**options)
        monkeypatch.setattr(bar, "update", updates.append)
        return bar

    monkeypatch.setattr(downloads, "progress_bar", bar)
    fetch.download(server.address, target)
    (options,), size = made, len(FILES[ODD])
    assert options["total"] == sum(map(len, FILES.values())) and options["initial"] == options["total"] - size
    assert options["unit"] == "B" and options["unit_scale"] and options["shown"]
    assert sum(updates) == size and -(size // 2) in updates  # the half that was cut off was taken back


# What passes


@pytest.mark.parametrize(
    "trick",
    [status(500), status(502), status(503), status(429), status(429, Retry_After="0"), slow_to_answer, cuts_off,
     stalls_in_the_middle, cuts_off_in_chunks, cuts_off_without_a_length, hangs_up, speaks_no_http, states_too_much,
     states_too_little, other_bytes, a_page, a_page_of_the_same_size, never_ends],
)  # fmt: skip
def test_what_passes_is_tried_again(server, target, monkeypatch, trick):
    monkeypatch.setattr(downloads, "TIMEOUT", PATIENCE if trick in SLOW else downloads.TIMEOUT)
    server.tricks[ODD] = [trick, trick, honest]
    assert fetch.download(server.address, target) == 9
    assert kept(target) == FILES and server.asked[ODD] == 3


def test_waits_grow(server, target, monkeypatch):
    monkeypatch.setattr(downloads, "WAIT", 0.1)
    server.files, server.tricks = {ODD: FILES[ODD]}, {ODD: [status(500), status(500), status(500), honest]}
    write_manifest(target, server.files)
    fetch.download(server.address, target)
    waits = [later - sooner for sooner, later in zip(server.times, server.times[1:])]
    assert all(wait >= least for wait, least in zip(waits, (0.1, 0.2, 0.4), strict=True))


def test_the_pause_that_a_server_asks_for_is_made(server, target):
    server.files = {ODD: FILES[ODD]}
    server.tricks[ODD] = [status(429, Retry_After="1"), honest]
    write_manifest(target, server.files)
    assert fetch.download(server.address, target) == 1
    assert server.times[1] - server.times[0] >= 1


def test_a_pause_may_be_a_date_or_nonsense():
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 55 < downloads._retry_after(in_a_minute) <= 60
    assert downloads._retry_after("7") == 7
    assert downloads._retry_after(None) == downloads._retry_after("soon") == downloads._retry_after("-5") == 0


# What stays


@pytest.mark.parametrize(
    ("trick", "attempts", "said"),
    [
        (status(404), 1, "404 Not Found"),
        (status(403), 1, "403 Forbidden"),
        (status(429, Retry_After="3600"), 1, "pause of 3600 seconds"),
        (status(429), 4, "429 Too Many Requests"),
        (status(500), 4, "500 Internal Server Error"),
        (slow_to_answer, 4, "timed out"),
        (stalls_in_the_middle, 4, "timed out"),
        (cuts_off, 4, "cut short"),
        (cuts_off_in_chunks, 4, "cut short"),
        (hangs_up, 4, "gave no answer"),
        (speaks_no_http, 4, "gave no answer"),
        (states_too_much, 4, "another size"),
        (states_too_little, 4, "another size"),
        (other_bytes, 4, "other bytes"),
        (a_page, 4, "web page"),
        (a_page_of_the_same_size, 4, "web page"),
        (never_ends, 4, "another size"),
        (goes_round, None, "leads nowhere"),
        (leads_to("file:///etc/passwd"), 1, "leads nowhere"),
        (leads_to("ftp://127.0.0.1/x"), 1, "leads nowhere: unknown url type"),
    ],
)
def test_what_stays_is_named_with_the_way_out_and_the_others_are_kept(
    server, target, monkeypatch, capsys, trick, attempts, said
):
    monkeypatch.setattr(downloads, "TIMEOUT", PATIENCE if trick in SLOW else downloads.TIMEOUT)
    server.tricks[ODD] = [trick]
    assert main(["fetch", "--from", server.address]) == 1
    assert kept(target) == without(ODD)
    error = error_of(capsys)
    assert said in error and f"1 of 9 photographs did not come, {ODD}" in error
    assert "--from FOLDER" in error and "PHOTOS=sample" in error
    assert server.asked[ODD] == (attempts or server.asked[ODD])
    server.tricks.clear()
    server.asked.clear()
    assert main(["fetch", "--from", server.address]) == 0  # and it goes on from there
    assert set(server.asked) == {ODD} and kept(target) == FILES


@pytest.mark.parametrize("trick", [never_ends, leads_on_without_end])
def test_an_answer_without_end_is_cut_off_early(server, target, trick):
    server.tricks[ODD] = [trick]
    with pytest.raises(photos.PhotoError):
        fetch.download(server.address, target)
    assert server.sent < sum(map(len, FILES.values())) + server.asked[ODD] * 20e6  # what the system's buffers swallow


def test_an_answer_that_trickles_is_given_up(server, target, monkeypatch):
    monkeypatch.setattr(downloads, "SLOWEST", 1e6)
    monkeypatch.setattr(downloads, "TIMEOUT", 0.5)
    monkeypatch.setattr(downloads, "ATTEMPTS", 1)
    server.files = {ODD: FILES[ODD]}
    write_manifest(target, server.files)
    server.tricks[ODD] = [trickles]
    with pytest.raises(photos.PhotoError, match="bytes a second"):
        fetch.download(server.address, target)
    assert kept(target) == {}


def test_a_server_that_fails_every_time_is_let_alone(server, tmp_path, capsys):
    files = {f"a/{number:03}.jpg": b"abc" for number in range(200)}
    write_manifest(tmp_path, files)
    with pytest.raises(photos.PhotoError, match=r"200 of 200 .*a/0\d\d.jpg the first .*404"):
        fetch.download(server.address, tmp_path)
    assert downloads.IN_A_ROW <= server.asked.total() <= downloads.IN_A_ROW + 2 * downloads.AT_ONCE


def test_a_mirror_without_one_of_the_classes_gives_the_others(server, tmp_path):
    files = {f"{label}/{number:03}.jpg": b"abc" for label in "abc" for number in range(40)}
    server.files = {name: content for name, content in files.items() if name[0] != "a"}
    write_manifest(tmp_path, files)
    with pytest.raises(photos.PhotoError, match="40 of 120"):
        fetch.download(server.address, tmp_path)
    assert kept(tmp_path) == server.files


# No network


@pytest.fixture
def nobody():
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/photos"


def test_no_network_is_one_sentence_that_says_what_to_do_instead(nobody, target, capsys):
    assert main(["fetch", "--from", nobody]) == 1
    error = error_of(capsys)
    assert "127.0.0.1 cannot be reached: " in error and "9 of 9" in error
    assert "--from FOLDER" in error and "PHOTOS=sample" in error
    assert kept(target) == {}


def test_a_name_that_no_server_bears(target, monkeypatch, capsys):
    def no_such_name(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    assert main(["fetch"]) == 1
    assert "raw.githubusercontent.com cannot be reached: Name or service not known" in error_of(capsys)


def test_a_network_that_goes_away_ends_it_soon_and_what_came_is_kept(server, tmp_path, nobody):
    server.files = {f"a/{number:03}.jpg": b"abc" for number in range(100)}
    server.tricks = {name: [leads_to(f"{nobody}/x")] for name in server.files if name > "a/020.jpg"}
    write_manifest(tmp_path, server.files)
    with pytest.raises(photos.PhotoError, match="cannot be reached") as told:
        fetch.download(server.address, tmp_path)
    whole = kept(tmp_path)
    assert 21 - 7 <= len(whole) <= 21 and f"{100 - len(whole)} of 100" in str(told.value)
    assert server.asked.total() <= 21 + downloads.ATTEMPTS * 2 * downloads.AT_ONCE


def test_a_certificate_that_cannot_be_verified_is_not_asked_again(target, monkeypatch):
    asked = []

    def open_(self, request, timeout):
        asked.append(request.full_url)
        error = ssl.SSLCertVerificationError()
        error.verify_message = "unable to get local issuer certificate"
        raise downloads.URLError(error)

    monkeypatch.setattr(downloads.urllib.request.OpenerDirector, "open", open_)
    with pytest.raises(photos.PhotoError, match="unable to get local issuer .*Install Certificates.command"):
        fetch.download("https://mirror.example", target)
    assert max(Counter(asked).values()) == 1


@pytest.mark.parametrize(
    "address",
    ["ftp://mirror.example/photos", "file:///home", "http://", "https://me:secret@mirror.example/photos",
     "http://mirror.example:port/photos", "http://mirror.example/photos?name=", "http://[mirror/"],
)  # fmt: skip
def test_addresses_that_cannot_be_fetched_from(address, target, capsys):
    assert main(["fetch", "--from", address]) == 1
    error = error_of(capsys)
    assert address in error and "https://" in error


# Nothing outside the folder, nothing half-written


@pytest.mark.parametrize(
    "name",
    ["../x.jpg", "..", "a/../../x.jpg", "/etc/x.jpg", "//host/x.jpg", "a/b/x.jpg", "x.jpg", "a/..", "a\\..\\x.jpg",
     "..\\x.jpg", "c:/x.jpg", "C:x/y.jpg", "a/x.jpg:stream", "a/x\0.jpg", "a/x\n.jpg", ""],
)  # fmt: skip
def test_names_that_would_leave_the_folder_are_refused_before_anything_is_fetched(server, project, name):
    folder = write_manifest(project / "in" / "side", {"a/whole.jpg": b"abc"})
    manifest = folder / "manifest.csv"
    with manifest.open("a", newline="") as file:
        csv.writer(file).writerow([name, "a", hashlib.sha256(b"abc").hexdigest(), 3, 1, 1, 0, "train"])
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


@pytest.mark.parametrize(("column", "value"), [("sha256", ""), ("sha256", "../x"), ("bytes", ""), ("bytes", "-1")])
def test_a_manifest_without_hash_or_size_is_refused(server, target, column, value):
    path = target / "manifest.csv"
    rows = photos.read_manifest(target)
    rows[4][column] = value
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, photos.MANIFEST_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(photos.PhotoError, match="no hash or no size"):
        fetch.download(server.address, target)
    assert not server.asked


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_with_the_files_name(server, target, monkeypatch, capsys):
    replacing = downloads.replacing

    @contextmanager
    def full(path):
        with replacing(path) as part:
            part.unlink()
            part.symlink_to("/dev/full")  # a link, since what is not whole is deleted
            yield part

    monkeypatch.setattr(downloads, "replacing", full)
    assert main(["fetch", "--from", server.address]) == 1
    assert "cannot be written (No space left on device)" in error_of(capsys)


@pytest.mark.skipif(sys.platform == "win32", reason="no other process can be sent Ctrl-C there")
def test_ctrl_c_ends_at_once_and_leaves_whole_files_only(server, target):
    wholes = [name for name in FILES if name.endswith("00.jpg")]
    process, error = stopped_in_the_middle(server, target, wholes, signal.SIGINT)
    assert process.returncode == 130
    assert error.strip().splitlines()[-1] == "python -m lib fetch: stopped." and "Traceback" not in error
    assert kept(target) == {name: FILES[name] for name in wholes}


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be killed so there")
def test_killed_in_the_middle_and_run_again(server, target):
    wholes = [name for name in FILES if name.endswith("00.jpg")]
    process, _ = stopped_in_the_middle(server, target, wholes, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    whole = {name: data for name, data in kept(target).items() if name in FILES}
    assert whole == {name: FILES[name] for name in wholes}  # what is half-written has another name
    server.tricks.clear()
    server.asked.clear()
    assert main(["fetch", "--from", server.address]) == 0
    assert {name: data for name, data in kept(target).items() if name in FILES} == FILES
    assert set(server.asked) == set(without(*wholes))


def stopped_in_the_middle(server, target, wholes, number):
    """Fetch in another process; when `wholes` are there and four more half-written, send it a signal."""
    tricks = [trickles, stalls_in_the_middle, slow_to_answer] * 2
    server.tricks = {name: [trick] for name, trick in zip(without(*wholes), tricks, strict=True)}
    code = (
        "import signal, sys; from pathlib import Path; from lib import paths; from lib.__main__ import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "paths.DATA = Path(sys.argv[1]); sys.exit(main(['fetch', '--from', sys.argv[2]]))"
    )
    command = [sys.executable, "-c", code, str(paths.DATA), server.address]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=paths.ROOT) as process:
        wait_until(lambda: server.asked.total() == len(FILES) and len(kept(target)) == 3 + 4)  # four are half-written
        process.send_signal(number)
        error = process.communicate(timeout=10)[1]  # less than the TIMEOUT that holds there
    return process, error


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)

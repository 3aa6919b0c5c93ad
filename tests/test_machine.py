import socket
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from lib import backbones, photos
from lib.core import paths
from lib.core.known_backbones import APPLICATIONS
from lib.lessons import machine


@contextmanager
def server(status: int):
    """A server on this machine that answers every question with `status`; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as held:
        Thread(target=held.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{held.server_port}"
        held.shutdown()


@contextmanager
def listener():
    """A port that takes connections and never says a word; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_an_answer_is_an_answer_whatever_it_says(monkeypatch):
    with server(200) as good, server(404) as refusing:
        monkeypatch.setattr(machine, "SOURCES", {"a": good, "b": refusing})
        assert machine.network(seconds=5) == {"a": True, "b": True}


def test_who_is_not_there_does_not_answer(monkeypatch):
    with listener() as closed:
        pass
    monkeypatch.setattr(machine, "SOURCES", {"closed": closed, "no address": "http://[", "no host": "http://"})
    assert machine.network(seconds=5) == {"closed": False, "no address": False, "no host": False}


def test_the_silent_are_not_waited_for_and_hold_nobody_else_up(monkeypatch):
    with listener() as silent, server(200) as good:
        monkeypatch.setattr(machine, "SOURCES", {"silent": silent, "good": good})
        start = time.monotonic()
        assert machine.network(seconds=0.5) == {"silent": False, "good": True}
        assert time.monotonic() - start < 2


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(machine, "SOURCES", {"slow": "http://example.invalid"})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(1.5) or [])
    start = time.monotonic()
    assert machine.network(seconds=0.2) == {"slow": False}
    assert time.monotonic() - start < 1


def test_the_survey_says_what_is_at_hand(project, monkeypatch):
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", project / "none.keras")
    monkeypatch.setenv("KERAS_HOME", str(project / "keras"))
    bare = machine.survey()
    assert bare["sample photos"] == "generated on first use" and "fetch" in bare["real photos"]
    assert bare["clips"].startswith("none here") and bare["backbones"].startswith("efficientnet_lite0 here")
    for file in (
        paths.DATA / "real" / "golf" / "1.jpg",
        paths.EXAMPLE_CLIPS / "formula2.mp4",
        project / "none.keras",
        project / "keras" / "models" / APPLICATIONS["vgg16"].file,
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (paths.DATA / "real" / photos.MANIFEST).write_text(
        ",".join(photos.MANIFEST_COLUMNS) + "\n" + "\n".join(f"golf/{n}.jpg,golf,,,,,0," for n in range(3)) + "\n"
    )
    (paths.DATA / "real" / "golf" / ".hidden").touch()
    full = machine.survey()
    assert full["real photos"] == "1 of 3 here"
    assert full["clips"].startswith("formula2 here; generated on first use: badminton, ")
    assert (
        full["backbones"] == "bundled, efficientnet_lite0, vgg16 here; downloaded when chosen: resnet50, mobilenet_v2"
    )


@pytest.mark.parametrize("free, said", [(machine.DISK * 2, "enough"), (machine.DISK / 2, "would be better")])
def test_a_full_disk_is_told_of(monkeypatch, free, said):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    assert said in machine.survey()["disk"]


def test_a_picture_takes_some_time(toy_backbone):
    assert 0 < machine.seconds_per_picture(backbones.load(str(toy_backbone)), pictures=2) < 1


def test_more_photographs_and_a_slower_machine_take_longer():
    low, high = machine.course_minutes(0.01, 600)
    assert 1 <= low < high
    assert machine.course_minutes(0.02, 600)[1] > high and machine.course_minutes(0.01, 6000)[1] > high


def test_the_estimate_of_the_core_includes_what_was_measured():
    low, high = machine.course_minutes(1 / 500, 602)
    assert low <= 2.5 <= high <= 2 * machine.SPREAD**2 * low


def test_the_clip_takes_its_time_whatever_the_number_of_photographs():
    few, many = (machine.course_minutes(1, photographs)[1] for photographs in (0, 600))
    assert few > 60 * machine.SPREAD  # 6,728 seconds
    assert many - few > 200 * machine.SPREAD

"""Where a backbone's weights and card come from; no network and no TensorFlow."""

import hashlib
import http.server
import json
import shutil
import threading
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from lib.__main__ import main
from lib.core import backbone_files, paths
from lib.core.backbone_files import BackboneError
from lib.core.known_backbones import APPLICATIONS, SCALINGS, Application

CONTENT = b"weights, as far as these tests go"


@pytest.fixture(autouse=True)
def nothing_at_hand(project, monkeypatch):
    """An application with a small weights file, which is in no place yet; nothing answers at its address."""
    monkeypatch.setenv("KERAS_HOME", str(project / "keras"))
    monkeypatch.setattr(paths, "BUNDLED_BACKBONE", project / "nothing.keras")
    monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))
    monkeypatch.setenv("no_proxy", "*")
    application = Application("Tiny", 8, "0..1", "last", "http://127.0.0.1:9/tiny_notop.h5", len(CONTENT),
                              hashlib.md5(CONTENT).hexdigest())  # fmt: skip
    monkeypatch.setitem(APPLICATIONS, "tiny", application)


def put(folder, content=CONTENT):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny_notop.h5").write_bytes(content)
    return folder / "tiny_notop.h5"


@pytest.fixture
def server(monkeypatch):
    """Serve `server.content` at the tiny application's address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(self.server.length or len(self.server.content)))
            self.end_headers()
            self.wfile.write(self.server.content)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content, server.length = CONTENT, None
        address = f"http://127.0.0.1:{server.server_port}/tiny_notop.h5"
        monkeypatch.setitem(APPLICATIONS, "tiny", APPLICATIONS["tiny"]._replace(address=address))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


# ImageNet weights


def test_the_folder_comes_before_keras_own_cache(project):
    cached = put(project / "keras" / "models")
    assert backbone_files.weights("tiny") == cached
    ours = put(paths.MODEL / "imagenet")
    assert backbone_files.weights("tiny") == ours


def test_the_cache_in_the_home_folder_is_found(project, monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(project / "home"))
    monkeypatch.setenv("USERPROFILE", str(project / "home"))
    cached = put(project / "home" / ".keras" / "models")
    assert backbone_files.weights("tiny") == cached


def test_a_home_that_cannot_be_used_is_no_crash(project, monkeypatch):
    monkeypatch.delenv("KERAS_HOME")
    (project / "home").write_text("a file, not a folder")
    monkeypatch.setenv("HOME", str(project / "home"))
    monkeypatch.setenv("USERPROFILE", str(project / "home"))
    with pytest.raises(BackboneError, match="put tiny_notop.h5 into"):
        backbone_files.weights("tiny")


def test_without_weights_one_sentence_names_the_three_ways_out():
    with pytest.raises(BackboneError) as refused:
        backbone_files.weights("tiny")
    said = str(refused.value)
    assert "network" in said and f"tiny_notop.h5 into {paths.MODEL / 'imagenet'}" in said and "BACKBONE=bundled" in said
    assert "\n" not in said and said.count(". ") == 0


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"?"])
def test_another_file_in_the_folder_is_refused_and_left_alone(content, server):
    ours = put(paths.MODEL / "imagenet", content)
    with pytest.raises(BackboneError, match="tiny_notop.h5 is not the file that Keras publishes"):
        backbone_files.weights("tiny")
    assert ours.read_bytes() == content


def test_another_file_in_the_cache_is_passed_over_with_a_word(project, server, capsys):
    cached = put(project / "keras" / "models", CONTENT[:-1] + b"?")
    assert backbone_files.weights("tiny").read_bytes() == CONTENT
    assert f"{cached} is not the file that Keras publishes" in capsys.readouterr().out


def test_what_is_downloaded_is_kept_in_the_folder(server):
    got = backbone_files.weights("tiny")
    assert got == paths.MODEL / "imagenet" / "tiny_notop.h5" and got.read_bytes() == CONTENT
    server.content = b"something else"
    assert backbone_files.weights("tiny") == got  # and not asked for again


@pytest.mark.parametrize(
    ("content", "length"),
    [(b"<html>Log in</html>", None), (CONTENT[:10], len(CONTENT)), (CONTENT[:-1] + b"?", None), (b"", None)],
)
def test_a_download_that_is_cut_off_or_another_file_is_not_kept(server, content, length):
    server.content, server.length = content, length
    with pytest.raises(BackboneError, match="BACKBONE=bundled"):
        backbone_files.weights("tiny")
    assert list((paths.MODEL / "imagenet").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_reported(server, monkeypatch):
    monkeypatch.setattr("pooch.core.temporary_file", lambda path: nullcontext("/dev/full"))
    with pytest.raises(OSError, match=r"tiny_notop.h5 cannot be written \(No space left on device\)"):
        backbone_files.weights("tiny")


@pytest.mark.parametrize("content", [CONTENT, CONTENT[:-1], b""])
def test_where_keras_knows_no_hash_the_size_is_checked(server, monkeypatch, content):
    monkeypatch.setitem(APPLICATIONS, "tiny", APPLICATIONS["tiny"]._replace(md5=""))
    server.content = content
    if content == CONTENT:
        assert backbone_files.weights("tiny").read_bytes() == CONTENT
    else:
        with pytest.raises(BackboneError, match="BACKBONE=bundled"):
            backbone_files.weights("tiny")
        assert list((paths.MODEL / "imagenet").iterdir()) == []


@pytest.mark.parametrize("name", ["resnet50", "vgg16", "mobilenet_v2"])
def test_address_and_hash_are_those_that_keras_asks_for(name, monkeypatch):
    from lib.core.framework import keras

    asked = {}

    class Asked(Exception):
        pass

    def get_file(fname, origin, file_hash=None, **_):
        asked.update(file=fname, address=origin, md5=file_hash or "")
        raise Asked

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", get_file)
    application = APPLICATIONS[name]
    with pytest.raises(Asked):
        getattr(keras.applications, application.function)(include_top=False, input_shape=(224, 224, 3))
    assert asked == {"file": application.file, "address": application.address, "md5": application.md5}


# cards


@pytest.fixture
def lonely(toy_backbone, tmp_path):
    """A saved network without a card."""
    return shutil.copy(toy_backbone, tmp_path / "lonely.keras")


def write_card(path, **card):
    path.with_suffix(".json").write_text(json.dumps(card))


def test_without_card_or_word_one_sentence_lists_the_choices(lonely):
    with pytest.raises(BackboneError) as refused:
        backbone_files.read_card(lonely)
    for words in ("lonely.json", "--image-size", "--scaling", *SCALINGS):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    "card",
    [{}, {"image_size": 8}, {"scaling": "0..1"}, {"image_size": 8, "scaling": "0..7"}, {"image_size": "8", "scaling": "0..1"},
     {"image_size": 0, "scaling": "0..1"}, {"image_size": True, "scaling": "0..1"}, {"image_size": 10**9, "scaling": "0..1"},
     {"image_size": 8, "scaling": ["0..1"]}, {"image_size": None, "scaling": "0..1"}],
)  # fmt: skip
def test_half_a_card_is_not_filled_in_by_a_guess(lonely, card):
    write_card(lonely, **card)
    with pytest.raises(BackboneError, match="nothing of this is guessed"):
        backbone_files.read_card(lonely)


@pytest.mark.parametrize("layer", [5, "", ["last"], "\x1b[2J"], ids=ascii)
def test_a_layer_that_is_no_name_is_refused(lonely, layer):
    write_card(lonely, image_size=8, scaling="0..1", unfreeze_from=layer)
    with pytest.raises(
        BackboneError, match=r"lonely\.json must state unfreeze_from \(the name of a layer\)"
    ) as refused:
        backbone_files.read_card(lonely)
    assert str(refused.value).isprintable()


def test_a_classifier_is_not_taken_as_a_backbone(lonely):
    write_card(lonely, image_size=8, classes=["a", "b"], sha256="0" * 64)
    with pytest.raises(BackboneError, match=r"lonely\.keras is a classifier, not a backbone: give it to --model"):
        backbone_files.read_card(lonely)


@pytest.mark.parametrize("text", ["[" * 100_000, "[8]", "{image_size: 8}", ""])
def test_a_card_that_cannot_be_read_is_refused(lonely, text):
    lonely.with_suffix(".json").write_text(text)
    with pytest.raises(BackboneError, match="lonely.json should read like"):
        backbone_files.read_card(lonely)


def test_a_missing_file_is_named_with_the_choices(tmp_path):
    for ask in (backbone_files.prepare, backbone_files.fingerprint, backbone_files.image_size):
        with pytest.raises(BackboneError, match="nothing.keras: give one of bundled, efficientnet_lite0, resnet50"):
            ask(str(tmp_path / "nothing.keras"))


def test_what_was_said_once_is_known_from_then_on(lonely):
    backbone_files.save_overrides(lonely, image_size=8, scaling="-1..1")
    assert backbone_files.read_card(lonely) == {"image_size": 8, "scaling": "-1..1"}
    backbone_files.save_overrides(lonely, image_size=None, scaling="caffe")
    assert backbone_files.read_card(lonely) == {"image_size": 8, "scaling": "caffe"}
    lonely.write_bytes(lonely.read_bytes() + b" ")  # another file of that name: of it nothing was said
    with pytest.raises(BackboneError):
        backbone_files.read_card(lonely)


def test_what_is_said_completes_the_card_and_does_not_contradict_it(lonely):
    write_card(lonely, image_size=8, unfreeze_from="last")
    backbone_files.save_overrides(lonely, image_size=8, scaling="0..1")
    assert backbone_files.read_card(lonely) == {"image_size": 8, "scaling": "0..1", "unfreeze_from": "last"}
    with pytest.raises(BackboneError, match="lonely.json states image_size 8, not 16"):
        backbone_files.save_overrides(lonely, image_size=16)


def test_the_fingerprint_tells_what_a_network_is_used_with(lonely):
    marks = set()
    for card in ({"image_size": 8, "scaling": "0..1"}, {"image_size": 8, "scaling": "caffe"},
                 {"image_size": 16, "scaling": "caffe"}, {"image_size": 16, "scaling": "caffe", "unfreeze_from": "first"}):  # fmt: skip
        write_card(lonely, **card)
        marks.add(backbone_files.fingerprint(str(lonely)))
    assert len(marks) == 4
    assert len({backbone_files.fingerprint(name) for name in APPLICATIONS}) == len(APPLICATIONS)


# the command line


@pytest.mark.parametrize("command", [["course"], ["crossval", "toy"]])
def test_size_and_scaling_are_taken_on_the_command_line(command, lonely, toy_photos, monkeypatch):
    """As far as the card: what comes after it is cut short."""

    class Enough(Exception):
        pass

    def prepare(backbone):
        assert backbone_files.read_card(backbone_files.file(backbone)) == {"image_size": 8, "scaling": "-1..1"}
        raise Enough

    monkeypatch.setattr(backbone_files, "prepare", prepare)
    monkeypatch.chdir(lonely.parent)
    for said in (["--image-size", "8", "--scaling", "-1..1"], ["--image-size=8", "--scaling=-1..1"]):
        with pytest.raises(Enough):
            main([*command, "--backbone", "lonely.keras", *said])


@pytest.mark.parametrize(
    ("said", "words"),
    [([], "nothing of this is guessed"), (["--image-size", "8"], "nothing of this is guessed"),
     (["--backbone", "bundled", "--image-size", "8"], "bundled has its own"), (["--backbone", "tiny.keras"], "no backbone tiny.keras")],
)  # fmt: skip
def test_what_is_not_enough_is_told_before_anything_runs(said, words, lonely, capsys):
    assert main(["course", "--backbone", str(lonely), *said]) == 1
    error = capsys.readouterr().err
    assert words in error and len(error.strip().splitlines()) == 1


@pytest.mark.parametrize("said", [["--scaling", "0..7"], ["--image-size", "0"], ["--image-size", "big"]])
def test_sizes_and_scalings_that_there_are_not(said, capsys):
    with pytest.raises(SystemExit):
        main(["course", "--backbone", "x.keras", *said])
    assert "usage" in capsys.readouterr().err

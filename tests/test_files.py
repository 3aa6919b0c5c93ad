import hashlib
import os
import signal
import subprocess
import sys
import time

import clips
import numpy as np
import pytest

from lib.core import files, paths
from lib.core.errors import InputError
from lib.core.files import atomic_write, read_arrays, read_json, write_json
from lib.core.hashes import sha256


def test_whole_or_not_at_all(tmp_path):
    target = tmp_path / "made" / "file.txt"
    with atomic_write(target) as part:
        part.write_text("first")
        assert not target.exists() and part.suffix == ".txt"
    assert target.read_text() == "first"
    with pytest.raises(KeyboardInterrupt), atomic_write(target) as part:
        part.write_text("half of the sec")
        raise KeyboardInterrupt
    assert target.read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + bytes(40), b"\x93NUMPY", b"text", None])
def test_arrays_come_back_or_are_refused_by_name(tmp_path, content):
    path = tmp_path / "x.npz"
    with pytest.raises(FileNotFoundError):
        read_arrays(path)
    np.savez(path, a=np.arange(3), b=np.array(["x"]))
    assert {name: array.tolist() for name, array in read_arrays(path).items()} == {"a": [0, 1, 2], "b": ["x"]}
    path.write_bytes(path.read_bytes()[:-100] if content is None else content)
    with pytest.raises(InputError, match="x.npz does not hold arrays"):
        read_arrays(path)
    np.savez(path, a=np.array([{}]))  # a pickle
    with pytest.raises(InputError, match="x.npz does not hold arrays"):
        read_arrays(path)


def test_a_day_later_only_parts_are_deleted(tmp_path):
    for name in (".part-0a1b2c3d-x.mp4", ".part-mine", ".part-2 of my film.mp4"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    with atomic_write(tmp_path / "x"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".part-2 of my film.mp4", ".part-mine", "x"]


def test_a_folder_that_takes_no_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="below.txt"), atomic_write(tmp_path / "file" / "below.txt"):
        pass
    with pytest.raises(OSError, match="is a folder"), atomic_write(tmp_path):
        pass


def test_json_there_and_back_and_cut_short(tmp_path):
    path = tmp_path / "card.json"
    write_json(path, {"a": [1, 2]})
    assert read_json(path) == {"a": [1, 2]}
    path.write_text(path.read_text()[:5])
    with pytest.raises(ValueError, match="card.json"):
        read_json(path)


def test_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()


WORK = {  # what goes on writing until it is stopped
    "photographs": "sample.draw_photographs(folder / 'sample', per_class=500, progress=False)",
    "a clip": "sample.draw_clip('sports_day', folder, progress=False)",
    "a labelled clip": "video.annotate_clip(folder / 'clip.mp4', folder / 'out.mp4', [0] * 300, classes=('a',), "
    "progress=False, on_frame=lambda written: time.sleep(0.1))",
    "a file": "with files.atomic_write(folder / 'x'): time.sleep(60)",
}
BEGIN = """
import sys, time
from pathlib import Path
from lib import sample, video
from lib.core import files
folder = Path(sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there no process gets these signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("work", WORK)
def test_stopped_by_a_signal_it_leaves_nothing(tmp_path, work, name):
    number = getattr(signal, name)
    clips.write(tmp_path / "clip.mp4", [clips.plain(at % 60) for at in range(300)])
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-c", BEGIN + WORK[work], str(tmp_path)]
    with subprocess.Popen(command, cwd=paths.ROOT, stderr=subprocess.PIPE) as process:
        while not any(files.is_part(path.name) for path in tmp_path.iterdir()) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(number)
        try:
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == -number
    assert sorted(tmp_path.iterdir()) == before


def test_a_programs_own_handler_of_signals_stays(tmp_path):
    def own(number, frame):
        pass

    before = signal.signal(signal.SIGTERM, own)
    try:
        with atomic_write(tmp_path / "x"):
            assert signal.getsignal(signal.SIGTERM) is own
    finally:
        signal.signal(signal.SIGTERM, before)
    with atomic_write(tmp_path / "x"):
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("name", ["a" * 244 + ".mp4", "ü" * 125 + ".mp4", "a" * 251 + ".mp4", "漢" * 83 + ".json", "x"])
def test_a_name_as_long_as_the_system_takes_can_be_written(tmp_path, name):
    with atomic_write(tmp_path / name) as part:
        assert files.is_part(part.name) and part.suffix == (tmp_path / name).suffix
        part.write_text("whole")
    assert (tmp_path / name).read_text() == "whole"


@pytest.mark.parametrize("name", ["a" * 252 + ".mp4", "ü" * 126 + ".mp4"])
def test_a_longer_name_is_refused_before_the_work(tmp_path, name):
    with (
        pytest.raises(OSError, match=r"mp4 cannot be written .*: choose a shorter name"),
        atomic_write(tmp_path / name),
    ):
        pytest.fail("the work was done")
    assert not list(tmp_path.iterdir())

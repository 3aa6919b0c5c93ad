import hashlib

import pytest

from lib.files import read_json, replacing, sha256, write_json


def test_whole_or_not_at_all(tmp_path):
    target = tmp_path / "made" / "file.txt"
    with replacing(target) as part:
        part.write_text("first")
        assert not target.exists() and part.suffix == ".txt"
    assert target.read_text() == "first"
    with pytest.raises(KeyboardInterrupt), replacing(target) as part:
        part.write_text("half of the sec")
        raise KeyboardInterrupt
    assert target.read_text() == "first"
    assert [path.name for path in target.parent.iterdir()] == ["file.txt"]


def test_a_folder_that_takes_no_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="below.txt"), replacing(tmp_path / "file" / "below.txt"):
        pass
    with pytest.raises(OSError, match="is a folder"), replacing(tmp_path):
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

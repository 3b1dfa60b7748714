import errno
import io
import pickle
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from xaesthetic.core import files
from xaesthetic.core.errors import DataError, ModelError


def test_whole_replaces_only_when_complete(tmp_path):
    target = tmp_path / "new" / "a.txt"
    with files.whole(target) as temporary:
        temporary.write_text("one")
        assert not target.exists()
    with pytest.raises(KeyError), files.whole(target) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert target.read_text() == "one"
    assert list(target.parent.iterdir()) == [target]


def test_whole_replaces_folders(tmp_path):
    for text in ("one", "two"):
        with files.whole(tmp_path / "a.zarr") as temporary:
            temporary.mkdir()
            (temporary / text).write_text(text)
    assert [path.name for path in (tmp_path / "a.zarr").iterdir()] == ["two"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_is_unwilling(tmp_path, monkeypatch, code):
    def refuse(self, text, encoding=None):
        self.open("w").close()
        raise OSError(code, "unwilling")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(DataError, match=r"a\.json: cannot be written \(unwilling\).*--out"):
        files.write_json(tmp_path / "a.json", {})
    assert not list(tmp_path.iterdir())


def test_sha256_by_hand(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    assert files.sha256(tmp_path / "a") == known
    files.verify(tmp_path / "a", known)
    with pytest.raises(ModelError, match="ba7816bf8f01.* but 000000000000.* was wanted"):
        files.verify(tmp_path / "a", "0" * 64)
    with pytest.raises(ModelError, match="no such weight file"):
        files.verify(tmp_path / "b", known)


def test_equal_arrays_give_equal_bytes(tmp_path):
    arrays = {"b": np.arange(6.0).reshape(2, 3), "a": np.array(3), "c": np.array(["x", "yz"])}
    files.write_npz(tmp_path / "one.npz", arrays)
    time.sleep(2.1)  # a zip's clock counts in twos
    files.write_npz(tmp_path / "two.npz", dict(reversed(arrays.items())))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    found = files.read_npz(tmp_path / "one.npz")
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values, strict=True)


class Evil:
    ran = False

    def __reduce__(self):
        return setattr, (Evil, "ran", True)


def test_pickles_are_never_loaded(tmp_path):
    np.savez(tmp_path / "evil.npz", a=np.array([Evil()], dtype=object))
    (tmp_path / "raw.npz").write_bytes(pickle.dumps(Evil()))
    for name in ("evil.npz", "raw.npz"):
        with pytest.raises(DataError):
            files.read_npz(tmp_path / name)
    assert not Evil.ran


def test_damaged_archives_are_data_errors(tmp_path):
    files.write_npz(tmp_path / "a.npz", {"a": np.zeros(1000)})
    whole = (tmp_path / "a.npz").read_bytes()
    for cut in (0, 10, 500, len(whole) - 5):
        (tmp_path / "a.npz").write_bytes(whole[:cut])
        with pytest.raises(DataError, match=r"a\.npz"):
            files.read_npz(tmp_path / "a.npz")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", b"nonsense")
    (tmp_path / "a.npz").write_bytes(buffer.getvalue())
    with pytest.raises(DataError):
        files.read_npz(tmp_path / "a.npz")


def test_read_json_says_what_is_wrong(tmp_path):
    (tmp_path / "a.json").write_text("{")
    for name in ("a.json", "b.json"):
        with pytest.raises(DataError, match=name):
            files.read_json(tmp_path / name)


def test_parts(tmp_path):
    parts = files.Parts(tmp_path / "parts")
    assert parts.missing(3) == [0, 1, 2]
    parts.write(1, {"a": np.array(1)})
    assert parts.missing(3) == [0, 2]
    parts.write(0, {"a": np.array(0)})
    assert [int(part["a"]) for part in parts.read(2)] == [0, 1]
    parts.clear()
    assert parts.missing(2) == [0, 1]
    parts.clear()


def test_whole_never_loses_what_was_there(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "below", tmp_path / "folder", tmp_path / ("long" * 62)):
        with pytest.raises(DataError, match="cannot be written.*--out"):
            files.write_text(path, "new")
    with pytest.raises(DataError, match="cannot be written"), files.whole(tmp_path / "file") as temporary:
        temporary.mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "old"


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    keep = [tmp_path / name for name in ("a.json", ".a.json.tmp", ".a.json.0123456g.tmp", "a.json.01234567.tmp")]
    for path in (*keep, tmp_path / ".a.json.0123abcd.tmp", tmp_path / "deep" / "er" / ".b.zarr.89efabcd.tmp" / "part"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    files.remove_unfinished(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(keep)
    assert not list((tmp_path / "deep" / "er").iterdir())


def test_any_damage_to_an_archive_is_a_data_error(tmp_path):
    arrays = {"a": np.arange(20.0), "bb": np.arange(6).reshape(2, 3)}
    files.write_npz(tmp_path / "a.npz", arrays)
    whole, random = (tmp_path / "a.npz").read_bytes(), np.random.default_rng(0)
    locked = bytearray(whole)
    locked[whole.index(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted member (APPNOTE 4.4.4)
    versions = bytearray(whole)
    versions[whole.index(b"PK\x01\x02") + 6] = 250  # needs a later zip than there is (4.4.3)
    for data in (locked, versions, *(bytearray(whole) for _ in range(150))):
        if data == whole:
            for _ in range(3):
                data[random.integers(len(data))] = random.integers(256)
        (tmp_path / "a.npz").write_bytes(bytes(data))
        try:
            found = files.read_npz(tmp_path / "a.npz")
        except DataError:
            continue
        assert data not in (locked, versions)
        assert all(isinstance(each, np.ndarray) for each in found.values())


def test_json_is_sorted_and_readable(tmp_path):
    files.write_json(tmp_path / "a.json", {"b": "é", "a": [1]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "a": [\n    1\n  ],\n  "b": "é"\n}\n'
    assert files.read_json(tmp_path / "a.json") == {"a": [1], "b": "é"}

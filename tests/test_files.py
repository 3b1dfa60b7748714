import errno
import io
import pickle
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from xaesthetic import files
from xaesthetic.errors import DataError, ModelError


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

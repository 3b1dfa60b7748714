import errno
import hashlib
import os
from pathlib import Path

import pytest

from xaesthetic.core import files
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, ModelError


def test_whole_replaces_only_when_complete(tmp_path):
    target = tmp_path / "new" / "a.txt"
    with files.atomic_write(target) as temporary:
        temporary.write_text("one")
        assert not target.exists()
    with pytest.raises(KeyError), files.atomic_write(target) as temporary:
        temporary.write_text("half")
        raise KeyError
    assert target.read_text() == "one"
    assert list(target.parent.iterdir()) == [target]


def test_whole_replaces_folders(tmp_path):
    for text in ("one", "two"):
        with files.atomic_write(tmp_path / "a.zarr") as temporary:
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


class Evil:
    ran = False

    def __reduce__(self):
        return setattr, (Evil, "ran", True)


def test_read_json_says_what_is_wrong(tmp_path):
    (tmp_path / "a.json").write_text("{")
    for name in ("a.json", "b.json"):
        with pytest.raises(DataError, match=name):
            read_json(tmp_path / name)


def test_whole_never_loses_what_was_there(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "below", tmp_path / "folder", tmp_path / ("long" * 62)):
        with pytest.raises(DataError, match="cannot be written.*--out"):
            files.write_text(path, "new")
    with pytest.raises(DataError, match="cannot be written"), files.atomic_write(tmp_path / "file") as temporary:
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


def test_json_is_sorted_and_readable(tmp_path):
    files.write_json(tmp_path / "a.json", {"b": "é", "a": [1]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n  "a": [\n    1\n  ],\n  "b": "é"\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": [1], "b": "é"}


# -- sums --------------------------------------------------------------------------------------------------------------


def test_a_file_and_its_sum(tmp_path):
    file = tmp_path / "a.txt"
    files.replace_summed(file, lambda path: path.write_text("one"))
    assert files.find_sums(file) == [hashlib.sha256(b"one").hexdigest()]
    assert (tmp_path / "a.txt.sha256").read_text() == f"{hashlib.sha256(b'one').hexdigest()}  a.txt\n"
    assert files.find_sums(tmp_path / "b.txt") is None


@pytest.mark.parametrize("moves", range(4))
def test_a_file_that_is_killed_while_it_is_replaced_has_a_sum_that_passes(tmp_path, monkeypatch, moves):
    file, move, made = tmp_path / "a.txt", Path.replace, []
    files.replace_summed(file, lambda path: path.write_text("old"))

    def replace(self, target):
        if len(made) == moves:
            raise KeyboardInterrupt
        made.append(move(self, target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        try:
            files.replace_summed(file, lambda path: path.write_text("new"))
        except KeyboardInterrupt:
            assert moves < 3  # the sums of both, the file, its own sum
    assert file.read_text() == ("new" if moves > 1 else "old")
    assert files.sha256(file) in files.find_sums(file)


def test_numbers_that_json_lacks_are_null(tmp_path):
    nan, inf = float("nan"), float("inf")
    files.write_json(tmp_path / "a.json", {"rho": nan, "rows": [{"loss": inf}, (1.5, -inf)], "n": 3, "b": True})
    assert read_json(tmp_path / "a.json") == {"rho": None, "rows": [{"loss": None}, [1.5, None]], "n": 3, "b": True}


def test_a_pipe_in_the_place_of_a_sum_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.parquet.sha256")
    with pytest.raises(DataError, match="not a regular file"):
        files.find_sums(tmp_path / "a.parquet")

import os
import socket
from contextlib import chdir
from pathlib import Path

import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver
from xaesthetic.data import records as records_module
from xaesthetic.data.datasets.folder import folder
from xaesthetic.data.records import collect, collect_paths, find_records, fingerprint
from xaesthetic.data.walk import walk


@pytest.fixture
def photos(tmp_path, photo, write_photo):
    """Two photographs, and all that lies beside photographs."""
    for name in ("a.png", "sub/a.png", ".hidden.png", "._a.png", "__MACOSX/a.png", ".git/a.png"):
        write_photo(tmp_path / "photos" / name, photo)
    for name in ("notes.txt", "more.TXT", "Thumbs.db", ".DS_Store", "README", "a.png.part"):
        (tmp_path / "photos" / name).write_bytes(b"")
    (tmp_path / "photos" / "sub" / "loop").symlink_to("..")
    return tmp_path / "photos"


def test_what_is_no_photograph_is_passed_over_with_its_reason(photos):
    collection = collect(str(photos))
    assert [record.id for record in collection.records] == ["a.png", "sub/a.png"]
    assert {item.name: item.reason for item in collection.passed_over} == {
        ".DS_Store": "hidden",
        "._a.png": "hidden",
        ".git": "hidden",
        ".hidden.png": "hidden",
        "README": "without a suffix, not a photograph",
        "Thumbs.db": "the system's, not a photograph",
        "__MACOSX": "the system's, not a photograph",
        "a.png.part": ".part, not a photograph",
        "more.TXT": ".txt, not a photograph",
        "notes.txt": ".txt, not a photograph",
        "sub/loop": "a link to a folder, which is not followed",
    }
    assert [item.name for item in collection.passed_over] == sorted(item.name for item in collection.passed_over)


def test_photographs_in_their_old_order(photos, photo, write_photo):
    for name in ("B.png", "sub-2/a.png", "sub/z/a.png", "é.png"):
        write_photo(photos / name, photo)
    names = [record.id for record in folder(photos) if not isinstance(record, PassedOver)]
    assert names == [str(path.relative_to(photos)) for path in sorted(photos / name for name in names)]
    assert len(names) == 6


def test_what_is_no_regular_file_is_left_out_and_never_opened(photos):
    os.mkfifo(photos / "pipe.jpg")
    (photos / "zero.png").symlink_to("/dev/zero")
    (photos / "self.png").symlink_to("self.png")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(photos / "s.png"))
    server.close()
    problems = {record.id: record.problem for record in find_records(str(photos)) if record.problem}
    assert set(problems) == {"pipe.jpg", "zero.png", "s.png"}
    assert all(f"{photos / name}: is no regular file" in problem for name, problem in problems.items())
    assert "5 photographs" in fingerprint(collect_paths([photos, photos / "pipe.jpg"]).records[:5])


def test_a_folder_that_may_not_be_entered_is_passed_over(photos, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if os.fspath(path).rstrip("/").endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    files = walk(photos)
    assert list(files.photographs) == ["a.png"]
    assert PassedOver("sub", "a folder that cannot be read (Permission denied)") in files.passed_over


def test_deep_folders_and_long_names_end_nothing(tmp_path, photo, write_photo):
    write_photo(tmp_path / "a.png", photo)
    with chdir(tmp_path):
        for _ in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    files = walk(tmp_path)
    assert list(files.photographs) == ["a.png"]
    assert [item.reason for item in files.passed_over] == ["a folder that cannot be read (File name too long)"]


def test_one_id_is_one_photograph(monkeypatch, tmp_path, photo, write_photo):
    paths = [write_photo(tmp_path / name, photo) for name in ("a.png", "b.png")]
    items = [records_module.Record("1", paths[0], "1"), records_module.Record("1", paths[1], "1"), PassedOver("x", "why")]
    items += [records_module.Record("1 (2)", paths[1], "1 (2)")]
    monkeypatch.setattr(records_module, "_load", lambda data, root: iter(items))
    collection = collect("any")
    assert [record.id for record in collection.records] == ["1", "1 (2)", "1 (2) (2)"]
    assert [bool(record.problem) for record in collection.records] == [False, True, True]
    assert collection.records[1].problem == f"{paths[1]}: another photograph, {paths[0]}, is called '1' too."
    monkeypatch.setattr(records_module, "_load", lambda data, root: iter([PassedOver("x", "why")] * 2))
    with pytest.raises(DataError, match="data set 'any': holds no photograph; 2 passed over, the first: x, why"):
        collect("any")


def test_an_empty_folder_among_others_is_passed_over(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    collection = collect_paths([photos, tmp_path / "empty", tmp_path / ("n" * 300)])
    assert [bool(record.problem) for record in collection.records] == [False, False, True]
    assert "no photograph in it" in {item.name: item.reason for item in collection.passed_over}[str(tmp_path / "empty")]
    assert str(photos / "notes.txt") in {item.name for item in collection.passed_over}
    with pytest.raises(DataError, match="no photograph in it"):
        collect_paths([tmp_path / "empty"])

import io
import stat
import sys
import tarfile
import types
import zipfile
from pathlib import Path

import pytest
from bad_server import CONTENT, Answer
from test_fetch import SHA, cache, fetch, left, server, waits  # noqa: F401  # fixtures

from xaesthetic.errors import DataError
from xaesthetic.fetch.archive import unpack
from xaesthetic.fetch.registry import File, Unpack

# -- archives ----------------------------------------------------------------------------------------------------------


def archive(**members):
    """A zip file of these members; double underscores stand for slashes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for name, content in members.items():
            opened.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def test_an_archive_is_unpacked_and_what_is_not_wanted_left(fetch, server, cache):
    body = archive(**{"top__data__stimuli__1.jpg": b"1", "top__data__eye__fix.mat": b"2", "top__readme": b"3"})
    wanted = Unpack("data", keep=("stimuli/", "eye/fix.mat"), strip=2)
    file = File("a.zip", server.say("/a", Answer(body=body)), unpack=wanted)
    assert fetch(file) == [cache / "thing" / "data"]
    assert (cache / "thing" / "data" / "stimuli" / "1.jpg").read_bytes() == b"1"
    assert left(cache / "thing") == ["1.jpg", "fix.mat"]
    fetch(file)
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil", "C:/evil"])
def test_no_archive_reaches_outside_its_folder(tmp_path, name):
    (tmp_path / "a.zip").write_bytes(archive(fine=b"x", **{name.replace("/", "__"): b"evil"}))
    with pytest.raises(DataError, match="a place outside its folder"):
        unpack(tmp_path / "a.zip", tmp_path / "in" / "out", Unpack("out"))
    assert left(tmp_path) == ["a.zip"]


def tarred(members, **options):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as opened:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(content), options.get("type", tarfile.REGTYPE)
            entry.linkname = options.get("linkname", "")
            opened.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def test_tar_files_are_unpacked_with_the_same_care(tmp_path):
    (tmp_path / "a.tgz").write_bytes(tarred({"top/a": b"1", "top/b/c": b"2"}))
    assert unpack(tmp_path / "a.tgz", tmp_path / "out", Unpack("out", strip=1)) == 2
    assert (tmp_path / "out" / "b" / "c").read_bytes() == b"2"
    for name, content, said in (
        ("up.tar", tarred({"fine": b"1", "../evil": b"2"}), "a place outside its folder"),
        ("link.tar", tarred({"link": b""}, type=tarfile.SYMTYPE, linkname="/etc/passwd"), "holds the link"),
        ("torn.tar", tarred({"a": bytes(range(256)) * 999})[:900], "cannot be unpacked"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=said):
            unpack(tmp_path / name, tmp_path / "bad", Unpack("bad"))
        assert not (tmp_path / "bad").exists()
        assert not (tmp_path / "evil").exists()


def test_links_and_damage_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as opened:
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(entry, "/etc/passwd")
    whole = archive(a=b"x" * 5000)
    (tmp_path / "torn.zip").write_bytes(whole[:3000])
    (tmp_path / "crc.zip").write_bytes(whole.replace(b"xxxx", b"yxxx", 1))
    (tmp_path / "other.zip").write_bytes(whole)
    for name, wanted, said in (
        ("link.zip", Unpack("out"), "holds the link"),
        ("torn.zip", Unpack("out"), "cannot be unpacked"),
        ("crc.zip", Unpack("out"), "cannot be unpacked"),
        ("other.zip", Unpack("out", keep=("b",)), "holds nothing of what was expected"),
    ):
        with pytest.raises(DataError, match=said):
            unpack(tmp_path / name, tmp_path / "out", wanted)
        assert not (tmp_path / "out").exists()


# -- Google Drive ------------------------------------------------------------------------------------------------------

DRIVE = "https://drive.google.com/uc?id=1"
FOLDER = "https://drive.google.com/drive/folders/1"


@pytest.fixture
def gdown(monkeypatch):
    """A stand-in: what it is to write by address or id, or raise."""
    module, contents = types.ModuleType("gdown"), {}

    def download(url=None, output=None, quiet=False, resume=False, **more):
        content = contents[url or more["id"]]
        if isinstance(content, Exception):
            raise content
        Path(output).write_bytes(content)

    module.download = download
    module.download_folder = lambda url, output, quiet, skip_download: contents[url]
    monkeypatch.setitem(sys.modules, "gdown", module)
    return contents


def test_drive_files_are_verified_like_others(fetch, gdown, cache):
    gdown[DRIVE] = CONTENT
    fetch(File("a.bin", DRIVE, SHA))
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT
    gdown[DRIVE] = b"other"
    with pytest.raises(DataError, match="was wanted"):
        fetch(File("b.bin", DRIVE, SHA))


@pytest.mark.parametrize("answer", [RuntimeError("Too many users\nhave viewed"), b"<!DOCTYPE html><html>quota"])
def test_drive_over_its_quota(fetch, gdown, cache, answer):
    gdown[DRIVE] = answer
    with pytest.raises(DataError, match=r"Google Drive does not give it \((Too many users|a web page came).*tomorrow"):
        fetch(File("a.bin", DRIVE))
    assert left(cache) == []


def test_of_a_drive_folder_only_what_is_wanted(fetch, gdown, cache):
    entry = types.SimpleNamespace
    gdown[FOLDER] = [entry(id="1", path="in/net.caffemodel"), entry(id="2", path="in/all photographs.zip")]
    gdown["1"] = b"net"
    fetch(File("model", FOLDER, unpack=Unpack("model", keep=(".caffemodel",))))
    assert left(cache) == ["net.caffemodel"]
    with pytest.raises(DataError, match=r"none of its 2 files ends in \.deploy"):
        fetch(File("other", FOLDER, unpack=Unpack("other", keep=(".deploy",))))


def test_without_gdown_the_extra_is_named(fetch, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdown", None)
    with pytest.raises(DataError, match=r"pip install 'xaesthetic\[drive\]'"):
        fetch(File("a.bin", DRIVE))

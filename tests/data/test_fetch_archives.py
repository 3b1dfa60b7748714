import io
import stat
import sys
import tarfile
import types
import zipfile
from pathlib import Path

import pytest
from support.bad_server import CONTENT, Answer
from support.fetching import SHA, cache, fetch, left, server, waits  # noqa: F401  # fixtures

from xaesthetic.core.errors import DataError
from xaesthetic.data.fetch import drive
from xaesthetic.data.fetch.archive import unpack
from xaesthetic.data.fetch.registry import File, Unpack

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
        ("crc.tar", tarred({"a": b"1"})[:-8] + bytes(8), "cannot be unpacked"),
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

PAGE = {"Content-Type": "text/html"}


@pytest.fixture
def disk(server, monkeypatch):
    """The local server in Drive's place."""
    monkeypatch.setattr(drive, "_HOSTS", ("127.0.0.1",))
    monkeypatch.setattr(drive, "VIEW", server.url + "/view")
    monkeypatch.setattr(drive, "FILE", server.url + "/download")
    return server


@pytest.fixture
def gdown(monkeypatch):
    """A stand-in: what it is to write by id, or raise."""
    module, contents = types.ModuleType("gdown"), {}

    def download(output, **more):
        content = contents[more["id"]]
        if isinstance(content, Exception):
            raise content
        if content is not None:
            Path(output).write_bytes(content)

    module.download = download
    monkeypatch.setitem(sys.modules, "gdown", module)
    return contents


def test_drive_files_need_no_gdown_and_are_resumed_like_others(fetch, disk, cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdown", None)
    disk.say("/download?id=1&resourcekey=k", Answer(cut=2_000_000), Answer())
    fetch(File("a.bin", disk.url + "/download?id=1&resourcekey=k", SHA))
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT


def test_where_a_page_comes_gdown_is_asked(fetch, disk, gdown, cache):
    file = File("a.bin", disk.say("/download?id=1", Answer(body=b"<html>", headers=PAGE)), SHA)
    gdown["1"] = CONTENT
    fetch(file)
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("answer", [RuntimeError("Too many users\nhave viewed"), b"<!DOCTYPE html><html>quota", None])
def test_drive_over_its_quota(fetch, disk, gdown, cache, answer):
    gdown["1"] = answer
    page = Answer(body=b"<title>Quota exceeded</title>", headers=PAGE)
    with pytest.raises(DataError, match=r"a web page \(Quota exceeded\) came instead of the file.*tomorrow"):
        fetch(File("a.bin", disk.say("/download?id=1", page)))
    assert left(cache) == []


def test_without_gdown_the_extra_is_named(fetch, disk, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdown", None)
    page = Answer(body=b"<html>", headers=PAGE)
    with pytest.raises(DataError, match=r"pip install 'xaesthetic\[drive\]'"):
        fetch(File("a.bin", disk.say("/download?id=1", page)))


FOLDER_PAGE = b"""<html><body>
<a href="https://drive.google.com/file/d/one-1/view?usp=x&amp;resourcekey=0-k"><div>initModel.caffemodel</div></a>
<a href="https://drive.google.com/file/d/two_2/view"><div>other.zip</div></a>
<a href="https://drive.google.com/file/d/three/view"><div>initModel.zip</div></a>
<a href="https://drive.google.com/drive/folders/four"><div>model.caffemodel</div></a>
</body></html>"""


def test_of_a_drive_folder_only_what_is_wanted(fetch, disk, cache):
    disk.say("/view?id=top&resourcekey=0-q", Answer(body=FOLDER_PAGE, headers=PAGE))
    disk.say("/download?export=download&confirm=t&id=one-1&resourcekey=0-k", Answer(body=b"net"))
    disk.say("/download?export=download&confirm=t&id=three", Answer(body=archive(**{"initModel.prototxt": b"layers"})))
    url = "https://drive.google.com/drive/folders/top?resourcekey=0-q"
    fetch(File("model", url, unpack=Unpack("model", keep=("model.caffemodel", "model.zip"))))
    assert left(cache) == ["initModel.caffemodel", "initModel.prototxt"]
    with pytest.raises(DataError, match=r"shows no file that ends in \.deploy; open it in a browser"):
        fetch(File("other", url, unpack=Unpack("other", keep=(".deploy",))))
    disk.say("/view?id=top&resourcekey=0-q", Answer(404, b""))
    with pytest.raises(DataError, match="status 404; the folder is not there any more"):
        fetch(File("other", url, unpack=Unpack("other", keep=(".deploy",))))

import gzip
import io
import os
import tarfile
import zipfile

import pytest
from support.bad_server import Answer
from support.fetching import cache, fetch, left, server, waits  # noqa: F401  # fixtures

from xaesthetic.core.errors import DataError
from xaesthetic.data.fetch.archive import FREE, unpack
from xaesthetic.data.fetch.registry import File, Unpack

ZEROS = bytes(FREE + 40 * 2**20)


def zipped(*names, content=b"x"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name in names:
            opened.writestr(name, content)
    return file.getvalue()


def lying(data):
    """The same zip file, whose headers say that its member has one byte."""
    size = len(ZEROS).to_bytes(4, "little")
    return data.replace(size, b"\1\0\0\0")


def overlapping():
    """Two entries of the directory that share one member's bytes."""
    data = zipped("a", "b", content=os.urandom(3000))
    second = data.index(b"PK\x03\x04", 4)
    place = data.index(second.to_bytes(4, "little"), data.index(b"PK\x01\x02"))
    return data[:place] + bytes(4) + data[place + 4 :]


def tarred(name="a", size=0, content=b"", kind=tarfile.REGTYPE, headers=None):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT, pax_headers=None) as opened:
        entry = tarfile.TarInfo(name)
        entry.size, entry.type, entry.pax_headers = size, kind, headers or {}
        opened.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def long_name():
    """A tar file whose first name is 200 MB long, in 200 kB."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.size, entry.type = 200_000_000, tarfile.GNUTYPE_LONGNAME
    return gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"a" * entry.size)


HOSTILE = {
    "bomb.zip": (lambda: zipped("a", content=ZEROS), "unpacks to more than"),
    "lying.zip": (lambda: lying(zipped("a", content=ZEROS)), "cannot be unpacked"),
    "overlap.zip": (overlapping, "overlap|cannot be unpacked"),
    "twice.zip": (lambda: zipped("a/b", "a//b"), "twice"),
    "long.zip": (lambda: zipped("a" * 300), "a name of more than"),
    "deep.zip": (lambda: zipped("a/" * 600 + "b"), "a name of more than"),
    "bomb.tgz": (lambda: gzip.compress(tarred(size=len(ZEROS), content=ZEROS)), "unpacks to more than"),
    "name.tgz": (long_name, "names something in more than"),
    "sparse.tar": (
        lambda: tarred(
            content=b"", headers={"GNU.sparse.map": "0,0", "GNU.sparse.size": str(2**40), "GNU.sparse.name": "a"}
        ),
        "unpacks to more than",
    ),
    "device.tar": (lambda: tarred(kind=tarfile.CHRTYPE), "no plain file"),
    "hard.tar": (lambda: tarred(kind=tarfile.LNKTYPE), "no plain file"),
    "pipe.tar": (lambda: tarred(kind=tarfile.FIFOTYPE), "no plain file"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_an_archive_cannot_exhaust_the_disk_or_memory(tmp_path, name):
    make, said = HOSTILE[name]
    (tmp_path / name).write_bytes(make())
    assert (tmp_path / name).stat().st_size < 2_000_000
    with pytest.raises(DataError, match=said) as error:
        unpack(tmp_path / name, tmp_path / "out", Unpack("out"))
    assert "\n" not in str(error.value)
    assert left(tmp_path) == [name]


def test_an_archive_in_an_archive_is_left_as_it_is(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped("inner.zip", content=zipped("b")))
    assert unpack(tmp_path / "a.zip", tmp_path / "out", Unpack("out")) == 1
    assert left(tmp_path / "out") == ["inner.zip"]


# -- downloads ---------------------------------------------------------------------------------------------------------


def test_an_unknown_sum_is_said_once_and_compared_afterwards(fetch, server, cache):
    said, file = [], File("train.csv", server.say("/a", Answer(body=b"abc")))
    fetch(file, say=said.append)
    fetch(file, say=said.append)
    assert len(said) == 1
    assert said[0].startswith("train.csv: its sha256 is not known to us; got ba7816bf8f01cfea")
    (cache / "thing" / "train.csv").write_bytes(b"other")
    with pytest.raises(DataError, match=r"train\.csv: sha256 is not ba7816bf8f01…, that of the first download"):
        fetch(file)


@pytest.mark.parametrize("body", [b"<html>quota</html>", b"\xef\xbb\xbf\n<!DOCTYPE html>virus?", b"nothing of the kind"])
def test_a_page_without_a_content_type_is_not_taken_for_the_file(fetch, server, cache, body):
    page = Answer(body=body, headers={"Content-Type": ""})
    with pytest.raises(DataError, match=r"(a web page|something else) came instead of a\.zip"):
        fetch(File("a.zip", server.say("/a", page)))
    assert left(cache) == []
    assert not (cache / "hashes.json").exists()


def test_an_archive_that_is_damaged_is_fetched_anew(fetch, server, cache):
    whole = zipped("a", content=os.urandom(5000))
    url = server.say("/a", Answer(body=whole[:2000]), Answer(body=whole))
    file = File("a.zip", url, unpack=Unpack("data"))
    with pytest.raises(DataError, match="cannot be unpacked"):
        fetch(file)
    assert left(cache) == []
    assert fetch(file) == [cache / "thing" / "data"]
    assert left(cache) == ["a"]


def test_what_a_killed_download_left_goes_and_what_can_be_resumed_stays(fetch, server, cache):
    folder = cache / "thing"
    (folder / ".data.0123abcd.tmp" / "half").mkdir(parents=True)
    for name in ("tmpabcd_123", ".other.bin.part", ".a.csv.0123abcd.tmp"):
        (folder / name).write_bytes(b"left")
    fetch(File("a.csv", server.say("/a", Answer(body=b"abc"))))
    assert sorted(path.name for path in folder.iterdir()) == [".other.bin.part", "a.csv"]

import gzip
import hashlib

import pytest
from support.bad_server import Answer, serving
from support.fetching import cache, server  # noqa: F401  # fixtures

from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.places import Address, to_place
from xaesthetic.data import remote
from xaesthetic.data.cache import content_file, free
from xaesthetic.data.images import decode, read_photograph
from xaesthetic.data.opening import file_sum, file_sums, is_there
from xaesthetic.data.records import collect, collect_paths

pytest.importorskip("fsspec")
pytest.importorskip("aiohttp")


@pytest.fixture(autouse=True)
def patient(cache, monkeypatch):
    """A cache of its own, no waiting, and nothing known of any address from before."""
    monkeypatch.setattr(remote, "ATTEMPTS", 2)
    monkeypatch.setattr(remote.time, "sleep", lambda _seconds: None)
    remote._outcome.cache_clear()
    yield
    remote._outcome.cache_clear()


@pytest.fixture
def picture(tmp_path, write_photo, photo):
    return write_photo(tmp_path / "a.png", photo).read_bytes()


def later():
    """As if the minutes had gone by in which an address is not asked again."""
    remote._outcome.cache_clear()


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


# -- what is fetched ---------------------------------------------------------------------------------------------------


def test_a_photograph_at_an_address(server, picture, photo):
    place = to_place(server.say("/a.png", Answer(body=picture)))
    assert (decode(place) == photo).all()
    assert file_sum(place) == hashlib.sha256(picture).hexdigest()
    assert len(server.requests) == 1  # once for all readers
    assert is_there(place)


def test_what_has_not_changed_is_not_fetched_again_and_what_has_is(server, picture):
    place = to_place(server.say("/a.png", Answer(body=picture)))
    first = file_sum(place)
    later()
    assert file_sum(place) == first
    assert (len(server.requests), len(server.heads)) == (1, 2)
    server.say("/a.png", Answer(body=picture + b"more", etag='"two"'))
    later()
    assert file_sum(place) != first


def test_without_a_mark_it_is_fetched_again(server, picture):
    place = to_place(server.say("/a.png", Answer(body=picture, etag=None)))
    first = file_sum(place)
    server.say("/a.png", Answer(body=picture[::-1], etag=None))
    later()
    assert file_sum(place) != first


def test_known_content_comes_from_the_cache_without_asking(server, picture, photo):
    place = to_place(server.say("/a.png", Answer(body=picture)))
    digest = file_sum(place)
    later()
    server.say("/a.png", Answer(404, b"gone"))
    assert (read_photograph(place, digest).pixels == photo).all()


def test_a_cached_file_that_is_damaged_is_fetched_again(server, picture):
    place = to_place(server.say("/a.png", Answer(body=picture)))
    digest = file_sum(place)
    content_file(digest).write_bytes(bytes(len(picture)))
    later()
    assert file_sum(place) == digest
    assert len(server.requests) == 2


def test_where_the_server_is_away_what_is_there_counts(picture):
    with serving() as own:
        place = to_place(own.say("/a.png", Answer(body=picture)))
        digest = file_sum(place)
    later()
    assert file_sum(place) == digest


# -- what goes wrong ---------------------------------------------------------------------------------------------------

FAULTS = {
    "404": ((Answer(404, b"no"),), "the server answers 404"),
    "403": ((Answer(403, b"no"),), "the server answers 403"),
    "500": ((Answer(500, b"no"),), "the server answers 500, 2 times"),
    "cut": ((Answer(cut=1000),), "2 times"),
    "reset": ((Answer(cut=1000, reset=True),), "2 times"),
    "page": ((Answer(body=b"<html>log in</html>"),), "not an image"),
    "empty": ((Answer(body=b""),), "the file is empty"),
    "elsewhere": ((Answer(302, b"", {"Location": "http://other.invalid/a.jpg"}),), "sends us to other.invalid"),
    "large": ((Answer(),), "of which at most 1,000,000 are taken"),
    "bomb": (
        (Answer(body=gzip.compress(bytes(3_000_000)), headers={"Content-Encoding": "gzip"}),),
        "is more than 1,000,000 bytes",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_photograph_is_left_out_with_one_line(server, fault, monkeypatch, cache):
    answers, reason = FAULTS[fault]
    if fault in ("large", "bomb"):
        monkeypatch.setattr("xaesthetic.data.opening.PHOTOGRAPH", 1_000_000)
    place = to_place(server.say("/a.jpg", *answers))
    with pytest.raises(DataError, match=reason) as error:
        decode(place)
    assert str(error.value).startswith(f"{place}: ")
    assert "\n" not in str(error.value)
    assert not [path for path in files(cache) if path.suffix == ".tmp"]


def test_a_redirect_on_the_same_host_is_followed(server, picture, photo):
    server.say("/b.png", Answer(body=picture))
    place = to_place(server.say("/a.png", Answer(302, b"", {"Location": "/b.png"})))
    assert (decode(place) == photo).all()


def test_a_fault_that_passes_is_tried_again(server, picture, photo):
    place = to_place(server.say("/a.png", Answer(body=picture, cut=10), Answer(body=picture)))
    assert (decode(place) == photo).all()


def test_a_server_that_is_silent(server, picture, monkeypatch):
    monkeypatch.setattr(remote, "SILENCE", 0.2)
    from fsspec.implementations.http import HTTPFileSystem

    HTTPFileSystem.clear_instance_cache()
    place = to_place(server.say("/a.png", Answer(body=picture, headers={"Content-Length": "999999"})))
    with pytest.raises(DataError, match="does not answer in time, 2 times"):
        decode(place)
    HTTPFileSystem.clear_instance_cache()


def test_nobody_is_there():
    with pytest.raises(DataError, match=r"http://127\.0\.0\.1:9/a\.jpg: cannot be reached, 2 times"):
        decode(to_place("http://127.0.0.1:9/a.jpg"))


def test_a_failure_is_remembered_for_a_while(server):
    place = to_place(server.say("/a.jpg", Answer(404, b"no")))
    for _ in range(5):
        assert file_sum(place) == ""
    assert len(server.heads) == 1


@pytest.mark.parametrize(
    "address", ["ftp://host/a.jpg", "file://host/a.jpg", "http:///a.jpg", "zip://a.jpg", "http://[/a.jpg"]
)
def test_other_kinds_of_addresses_are_refused(address):
    with pytest.raises(DataError, match="is no kind of address|without a host|no address|cannot be|is there no") as error:
        decode(Address(address))
    assert "\n" not in str(error.value)


def test_a_package_that_is_missing_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(DataError, match=r"an address of s3:// needs s3fs, which is not installed; pip install s3fs"):
        decode(to_place("s3://bucket/a.jpg"))
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(DataError, match=r"needs fsspec, which is not installed; pip install 'xaesthetic\[remote\]'"):
        decode(to_place("https://localhost/a.jpg"))
    with pytest.raises(PluginError, match="needs fsspec"):
        collect("https://localhost/photos.txt")


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_secrets_are_used_and_written_nowhere(server, picture, photo, cache):
    server.say("/a.png?sig=hunter2", Answer(body=picture))
    address = f"{server.url}/a.png?sig=hunter2".replace("http://", "http://me:pass3word@")
    place = to_place(address)
    assert (decode(place) == photo).all()
    assert server.requests[0][1]["Authorization"].startswith("Basic ")
    for file in files(cache):
        assert b"hunter2" not in file.read_bytes()
        assert b"pass3word" not in file.read_bytes()
    left_out = to_place(str(place))  # as a run folder has it
    assert left_out.is_redacted
    assert (decode(left_out) == photo).all()
    list(free())
    with pytest.raises(DataError, match="held a secret, which is not kept") as error:
        decode(left_out)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("status", [403, 404, 500])
def test_secrets_are_in_no_error(server, status):
    server.say("/a.png?sig=hunter2", Answer(status, b"no"))
    with pytest.raises(DataError) as error:
        decode(to_place(f"{server.url}/a.png?sig=hunter2".replace("http://", "http://me:pass3word@")))
    assert "hunter2" not in str(error.value)
    assert "pass3word" not in str(error.value)


# -- lists and shards elsewhere ----------------------------------------------------------------------------------------


def test_a_list_elsewhere_is_relative_to_its_address(server, picture, photo):
    lines = "b/a.png?token=hunter2\nhttp://other.invalid/x.jpg\n../up.jpg\n/etc/passwd\nfile:///etc/passwd\nC:\\x.jpg\n~/x.jpg\ns.tar::a.jpg\n"
    server.say("/d/b/a.png?token=hunter2", Answer(body=picture))
    held = collect(server.say("/d/photos.txt?v=2", Answer(body=lines.encode())))
    assert [bool(record.problem) for record in held.records] == [False, False, True, True, True, True, True, False]
    assert (decode(held.records[0].path) == photo).all()
    assert held.records[0].id == "b/a.png?token=***"
    assert all("in a list of another one" in record.problem for record in held.records[2:-1])


def test_a_tar_elsewhere(server, tmp_path, write_photo, photo):
    import tarfile

    with tarfile.open(tmp_path / "s.tar", "w") as tar:
        for name in "ab":
            tar.add(write_photo(tmp_path / f"{name}.png", photo), f"d/{name}.png")
    address = server.say("/s-0.tar", Answer(body=(tmp_path / "s.tar").read_bytes()))
    held = collect(address.replace("0.tar", "{0..1}.tar"))
    assert [record.id for record in held.records] == ["s-0.tar::d/a.png", "s-0.tar::d/b.png", "s-1.tar"]
    assert str(held.records[1].path) == f"{address}::d/b.png"
    assert (decode(held.records[1].path) == photo).all()
    assert "the server answers 404" in held.records[2].problem
    assert len([path for path, _ in server.requests if path == "/s-0.tar"]) == 1


def test_a_folder_elsewhere(server, picture, photo):
    page = b'<a href="../">up</a> <a href="a.png">a</a> <a href="b.txt">b</a> <a href="http://other.invalid/c.png">c</a>'
    server.say("/d/", Answer(body=page, headers={"Content-Type": "text/html"}))
    server.say("/d", Answer(body=page, headers={"Content-Type": "text/html"}))
    server.say("/d/a.png", Answer(body=picture))
    held = collect(f"{server.url}/d/")
    assert [record.id for record in held.records] == ["a.png"]
    assert [item.name for item in held.passed_over] == ["b.txt"]
    assert (decode(held.records[0].path) == photo).all()


def test_nothing_there_is_one_line(server):
    for name in ("/no.txt", "/no.parquet", "/no.tar", "/no/"):
        with pytest.raises(DataError) as error:
            collect(f"{server.url}{name}")
        assert str(error.value).startswith(f"{server.url}{name}")


def test_addresses_among_photographs(server, picture, tmp_path, write_photo, photo):
    here = write_photo(tmp_path / "p" / "b.png", photo)
    address = server.say("/a.png", Answer(body=picture))
    held = collect_paths([here, address, f"{server.url}/no.png"], short=True)
    assert [record.id for record in held.records] == ["b.png", address, f"{server.url}/no.png"]
    assert [bool(item) for item in file_sums(record.path for record in held.records).values()] == [True, True, False]

import hashlib
import json
import re
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.bad_server import CONTENT, Answer, serving
from support.fetching import SHA, cache, fetch, left, server, waits  # noqa: F401  # fixtures
from support.places import SHARED

from xaesthetic.core.errors import DataError
from xaesthetic.data.fetch.download import fetch_files
from xaesthetic.data.fetch.registry import File, cache_folder, cached, download_names, find_download
from xaesthetic.data.fetch.transfer import transfer

# -- the registry ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", download_names())
def test_every_entry_is_complete(name):
    entry = find_download(name)
    assert entry.licence
    assert entry.citation
    files = [*entry.files, *(file for files in entry.sources.values() for file in files)]
    assert bool(files) != bool(entry.by_hand)
    for file in files:
        assert urlsplit(file.url).scheme == "https"
        assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{8}|[0-9a-f]{64}", file.sha256)
        assert file.name == Path(file.name).name
        assert file.unpack is None or Path(file.unpack.folder).name == file.unpack.folder
    places = [file.unpack.folder if file.unpack else file.name for file in files]
    assert len(set(places)) == len(places)


def test_what_is_for_research_only_says_so():
    assert all("research" in find_download(name).licence for name in ("aadb", "kong", "malu", "resnet50"))


PUBLISHED = SHARED


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"an extra for where {PUBLISHED} is; small files are always tested")
def test_the_hashes_are_those_of_the_published_files():
    for name, file in (
        ("aadb", "imgListTrainRegression_.csv"),
        ("aadb", "imgListTestNewRegression_.csv"),
        ("malu", "weights.pkl"),
    ):
        (entry,) = (each for each in find_download(name).files if each.name == file)
        content = (PUBLISHED / name / file).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry.sha256, entry.size)


def test_the_cache_is_where_the_environment_says(cache, monkeypatch):
    assert cached("aadb") == cache / "aadb"
    monkeypatch.delenv("XAESTHETIC_CACHE")
    assert cache_folder().name == "xaesthetic"


def test_unknown_names_and_sources_are_refused(fetch):
    with pytest.raises(DataError, match=r"no download 'aadbb'. Did you mean 'aadb'\?"):
        fetch_files("aadbb")
    with pytest.raises(DataError, match="thing: no source 'moon'; there are more"):
        fetch(source="moon")


# -- what goes well ----------------------------------------------------------------------------------------------------


def test_a_file_is_fetched_once_and_verified(fetch, server, cache):
    file = File("a.bin", server.say("/a", Answer()), SHA)
    assert fetch(file) == [cache / "thing" / "a.bin"]
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT
    assert stat.S_IMODE((cache / "thing" / "a.bin").stat().st_mode) == 0o644
    fetch(file)
    assert len(server.requests) == 1
    assert left(cache) == ["a.bin"]


def test_the_first_digits_of_a_hash_are_enough(fetch, server, cache):
    fetch(File("a.bin", server.say("/a", Answer()), SHA[:8]))
    with pytest.raises(DataError, match=r"sha256 is [0-9a-f]{12}… but 00000000… was wanted"):
        fetch(File("b.bin", server.say("/b", Answer()), "00000000"))
    assert left(cache) == ["a.bin"]


def test_an_unknown_hash_is_recorded_and_later_ones_must_match(fetch, server, cache):
    file = File("a.bin", server.say("/a", Answer(), Answer(body=b"other", etag='"two"')))
    fetch(file)
    assert json.loads((cache / "hashes.json").read_text()) == {file.url: SHA}
    (cache / "thing" / "a.bin").unlink()
    with pytest.raises(DataError, match=r"that of the first download was .* accept it with --again"):
        fetch(file)
    assert left(cache) == []
    fetch(file, again=True)
    assert (cache / "thing" / "a.bin").read_bytes() == b"other"


# -- servers that misbehave --------------------------------------------------------------------------------------------


def test_not_found_is_said_at_once(fetch, server, waits, cache):
    with pytest.raises(DataError, match=r"status 404 .*not there any more"):
        fetch(File("a.bin", server.url + "/nothing"))
    assert not waits
    assert left(cache) == []


def test_busy_servers_are_given_the_time_they_ask_for(fetch, server, waits, cache):
    busy = [Answer(429, b"", {"Retry-After": "7"}), Answer(503, b""), Answer(500, b"", {"Retry-After": "Thu"}), Answer()]
    fetch(File("a.bin", server.say("/a", *busy), SHA))
    assert waits == [7, 2, 4]


def test_a_server_that_stays_busy_is_given_up(fetch, server, waits):
    with pytest.raises(DataError, match=r"the server is busy \(status 429\), 6 times"):
        fetch(File("a.bin", server.say("/a", Answer(429, b"", {"Retry-After": "99999"}))))
    assert waits == [600] * 5


@pytest.mark.parametrize("reset", [False, True])
def test_a_truncated_body_is_completed(fetch, server, waits, cache, reset):
    fetch(File("a.bin", server.say("/a", Answer(cut=2_500_000, reset=reset), Answer()), SHA))
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT
    assert len(waits) == 1
    asked = server.requests[1][1]
    if not reset:  # a reset may lose all that was under way
        assert re.fullmatch(r"bytes=[1-9]\d+-", asked["Range"])  # only what was missing
        assert asked["If-Range"] == '"one"'
    assert left(cache) == ["a.bin"]


def test_a_file_that_changed_meanwhile_is_fetched_whole(fetch, server, cache):
    other = CONTENT[::-1]
    fetch(File("a.bin", server.say("/a", Answer(cut=2_000_000), Answer(body=other, etag='"two"')), None))
    assert (cache / "thing" / "a.bin").read_bytes() == other


@pytest.mark.parametrize("how", [{"ranges": False}, {"etag": None}])
def test_servers_that_cannot_resume_send_it_whole(fetch, server, cache, how):
    fetch(File("a.bin", server.say("/a", Answer(cut=2_000_000, **how), Answer(**how)), SHA))
    assert (cache / "thing" / "a.bin").read_bytes() == CONTENT
    assert ("Range" in server.requests[1][1]) == ("etag" not in how)


def test_a_weak_etag_is_no_reason_to_resume(fetch, server):
    fetch(File("a.bin", server.say("/a", Answer(cut=2_000_000, etag='W/"one"'), Answer()), SHA))
    assert "Range" not in server.requests[1][1]


def test_a_wrong_hash_is_not_moved_into_place(fetch, server, cache):
    with pytest.raises(DataError, match="was wanted; it was deleted"):
        fetch(File("a.bin", server.say("/a", Answer(body=b"evil")), SHA))
    assert left(cache) == []


def test_a_web_page_is_no_archive(fetch, server, cache):
    page = b"<html><head><title>Quota exceeded</title></head></html>"
    with pytest.raises(DataError, match=r"a web page \(Quota exceeded\) came instead of the file"):
        fetch(File("a.zip", server.say("/a", Answer(body=page, headers={"Content-Type": "text/html; charset=utf-8"}))))
    assert left(cache) == []


def test_what_was_there_survives_a_failure(fetch, server, cache):
    first = File("a.bin", server.say("/a", Answer()), SHA)
    fetch(first)
    with pytest.raises(DataError):
        fetch(first, File("b.bin", server.url + "/nothing"))
    assert left(cache) == ["a.bin"]


def test_no_server_at_all(tmp_path, waits):
    with serving() as gone:
        url = gone.url
    with pytest.raises(DataError, match=r"the connection broke \(ConnectionError\), 6 times"):
        transfer(url + "/a", tmp_path / "a", sleep=waits.append)
    assert waits == [1, 2, 4, 8, 16]


def test_a_killed_download_goes_on(server, tmp_path, monkeypatch):
    hold = threading.Event()
    server.say("/a", Answer(cut=2_500_000), Answer())
    part = tmp_path / "a.part"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom xaesthetic.data.fetch.transfer import transfer\n"
        "transfer(sys.argv[1], Path(sys.argv[2]), sleep=lambda seconds: time.sleep(600))"
    )
    process = subprocess.Popen([sys.executable, "-c", code, server.url + "/a", part])
    until = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size >= 2**20) and time.monotonic() < until:
        hold.wait(0.02)
    process.kill()
    process.wait()
    there = part.stat().st_size
    assert there >= 2**20
    transfer(server.url + "/a", part)
    assert part.read_bytes() == CONTENT
    assert server.requests[1][1]["Range"] == f"bytes={there}-"
    assert left(tmp_path) == ["a.part"]

import csv
import io
import time

import numpy as np
import pytest
import requests
from PIL import Image
from support.aadb_lists import HEADER, LISTS
from support.bad_server import Answer, serving
from support.places import SHARED

from xaesthetic.core.errors import DataError
from xaesthetic.data.fetch import flickr, registry
from xaesthetic.data.fetch.flickr import fetch_flickr, flickr_url
from xaesthetic.data.fetch.registry import Download

NAMES = [f"farm1_28{i}_2000{i}_d99ab6b9a{i}_b.jpg" for i in range(6)]
PATHS = [f"/28{i}/2000{i}_d99ab6b9a{i}_b.jpg" for i in range(6)]


def jpeg(seed=0):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (20, 20, 3), dtype=np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def server():
    with serving() as server:
        for index, path in enumerate(PATHS):
            server.say(path, Answer(body=jpeg(index), headers={"Content-Type": "image/jpeg"}))
        yield server


@pytest.fixture
def fetch(server, tmp_path):
    """Fetch all six into a folder; the waits are kept, not slept."""
    waits = []

    def fetch(names=NAMES, **options):
        return fetch_flickr(names, tmp_path / "f", server=server.url, rate=1e6, workers=2, sleep=waits.append, **options)

    fetch.waits, fetch.folder = waits, tmp_path / "f"
    return fetch


def gone(folder):
    with (folder / "gone.csv").open() as file:
        return {row["file"]: row["why"] for row in csv.DictReader(file)}


def test_the_address_is_in_the_name():
    wanted = "https://farm1.staticflickr.com/286/20013434330_d99ab6b9a0_b.jpg"
    assert flickr_url("farm1_286_20013434330_d99ab6b9a0_b.jpg") == wanted
    for name in ("../farm1_2_3_a_b.jpg", "farm1_286_20013434330_d99ab6b9a0_b.jpg/x", "a.jpg", "evil.com_1_2_a_b.jpg"):
        assert flickr_url(name) is None


PUBLISHED = SHARED / "aadb"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"an extra for where {PUBLISHED} is; single names are always tested")
@pytest.mark.slow
def test_every_published_name_holds_an_address():
    from xaesthetic.data.records import find_records

    urls = {flickr_url(record.id) for record in find_records("aadb", PUBLISHED)}
    assert len(urls) == 9831
    assert None not in urls


def test_all_are_fetched_once(fetch, server):
    assert fetch() == {}
    assert sorted(path.name for path in fetch.folder.glob("*.jpg")) == NAMES
    assert (fetch.folder / NAMES[3]).read_bytes() == jpeg(3)
    assert fetch() == {}
    assert len(server.requests) == 6


def test_what_is_gone_is_listed_and_not_asked_again(fetch, server):
    server.say(PATHS[1], Answer(404, b""))
    server.say(PATHS[2], Answer(410, b""))
    server.say(PATHS[3], Answer(302, b"", {"Location": server.url + "/pw/images/photo_unavailable.png"}))
    server.say("/pw/images/photo_unavailable.png", Answer(body=jpeg()))
    missing = fetch([*NAMES, "odd.jpg"])
    assert missing == {
        NAMES[1]: "gone: status 404", NAMES[2]: "gone: status 410", NAMES[3]: "gone: status 200",
        "odd.jpg": "gone: its name holds no address",
    }  # fmt: skip
    assert gone(fetch.folder) == missing
    count = len(server.requests)
    assert fetch([*NAMES, "odd.jpg"]) == missing
    assert len(server.requests) == count
    server.say(PATHS[1], Answer(body=jpeg(1)))
    assert NAMES[1] not in fetch(again=True)
    assert (fetch.folder / NAMES[1]).exists()


def test_busy_servers_are_waited_for(fetch, server):
    server.say(PATHS[0], Answer(429, b"", {"Retry-After": "9"}), Answer(503, b""), Answer(body=jpeg()))
    assert fetch() == {}
    assert [wait for wait in fetch.waits if wait >= 1] == [9, 2]


def test_failures_are_told_and_tried_again_next_time(fetch, server):
    server.say(PATHS[0], Answer(500, b""))
    server.say(PATHS[1], Answer(body=b"<html>"))
    server.say(PATHS[2], Answer(body=jpeg()[:200]))
    server.say(PATHS[4], Answer(body=jpeg(), cut=100))
    missing = fetch()
    assert missing[NAMES[0]] == "failed: status 500"
    assert missing[NAMES[1]].startswith("failed: no photograph came")
    assert missing[NAMES[2]].startswith("failed: no photograph came")
    assert missing[NAMES[4]].startswith("unreached: ")
    assert gone(fetch.folder) == {}
    assert sorted(path.name for path in fetch.folder.iterdir()) == sorted([NAMES[3], NAMES[5], "gone.csv"])
    for path in PATHS:
        server.say(path, Answer(body=jpeg()))
    assert fetch() == {}


def test_no_connection_ends_it_soon(tmp_path, monkeypatch):
    with serving() as stopped:
        url = stopped.url
    names = [f"farm1_1_{i}_a_b.jpg" for i in range(500)]
    asked = []
    real = requests.get
    monkeypatch.setattr(requests, "get", lambda *given, **options: asked.append(1) or real(*given, **options))
    with pytest.raises(DataError, match="Flickr cannot be reached"):
        fetch_flickr(names, tmp_path, server=url, rate=1e6, workers=2, sleep=lambda seconds: None)
    assert len(asked) < 200


def test_a_stopped_command_does_not_wait_for_the_server(server, tmp_path):
    """The first photograph stops it, while the second waits for ten minutes."""
    server.say(PATHS[1], Answer(429, b"", {"Retry-After": "600"}))

    def stopped(items, what, total):
        for item in items:
            yield item
            while not any(path == PATHS[1] for path, _ in server.requests):
                time.sleep(0.01)
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        fetch_flickr(NAMES[:2], tmp_path, server=server.url, rate=1e6, workers=2, track=stopped)
    assert time.monotonic() - started < 300


def test_the_pace_holds_over_all_threads(server, tmp_path):
    waits = []
    fetch_flickr(NAMES, tmp_path, server=server.url, rate=1e-3, workers=3, sleep=waits.append)
    assert sorted(round(wait, -2) for wait in waits) == [1000, 2000, 3000, 4000, 5000]


def test_the_command_lists_what_is_missing(command, server, tmp_path, monkeypatch):
    root = tmp_path / "cache" / "aadb"
    root.mkdir(parents=True)
    for number, name in enumerate(LISTS):
        rows = [f"{each},{','.join(['0.1'] * 12)}" for each in NAMES[2 * number : 2 * number + 2]]
        (root / name).write_text("\n".join([HEADER, *rows]))
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path / "cache"))
    entry = Download((), "research only", "somebody", sources={"drive": (), "flickr": ()})
    monkeypatch.setattr(registry, "_declared", lambda: {"aadb": entry})
    monkeypatch.setattr(flickr, "SERVER", server.url)
    server.say(PATHS[5], Answer(404, b""))
    status, said, errors = command("data", "fetch", "aadb", "--from", "flickr", "--rate", "1000")
    assert status == 1
    assert said.splitlines()[-1] == str(root / "flickr")
    assert "licence: research only" in errors
    assert "missing: 1 photographs; those that are gone stand in gone.csv\n  1 gone: status 404" in errors
    status, said, _ = command("data", "check", "aadb")
    assert status == 1
    assert [line.split() for line in said.splitlines() if line.startswith("test ")] == [["test", "2", "1", "1"]]

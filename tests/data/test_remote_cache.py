import os
import time
from pathlib import Path

import pytest
from support.fetching import cache  # noqa: F401  # a fixture

from xaesthetic.core.errors import DataError
from xaesthetic.data.cache import VARIABLE, content_file, find_entry, free, keep, parse_size


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_oldest_go_first(cache):
    entries = [keep(f"http://h/{n}", [bytes([n]) * 1000], "m") for n in range(5)]
    now = time.time_ns()
    for age, entry in enumerate(entries):
        os.utime(content_file(entry.sha256), ns=(now - age * 10**9, now - age * 10**9))
    gone = [item.path.name for item in free(2500, besides=entries[4].sha256, dry=True)]
    assert gone == [entries[3].sha256, entries[2].sha256, entries[1].sha256]
    assert all(content_file(entry.sha256).is_file() for entry in entries)
    assert [item.path.name for item in free(2500, besides=entries[4].sha256)] == gone
    assert [find_entry(f"http://h/{n}") is None for n in range(5)] == [False, True, True, True, False]


def test_the_bound_is_kept(cache, monkeypatch):
    monkeypatch.setenv(VARIABLE, "10KB")
    for number in range(40):
        keep(f"http://h/{number}", [number.to_bytes(4, "big") * 250], "m")
        held = sum(path.stat().st_size for path in files(cache / "remote" / "files"))
        assert held <= 10_000


def test_content_comes_whole_or_not_at_all(cache):
    def broken():
        yield b"some"
        raise OSError(28, "No space left on device")

    with pytest.raises(DataError, match="cache .* cannot be written"):
        keep("http://h/a", broken(), "m")
    assert files(cache) == []
    assert find_entry("http://h/a") is None


@pytest.mark.parametrize("text", ["", "x", "-1GB", "1PB", "1 GiB"])
def test_what_is_no_size(text):
    with pytest.raises(DataError, match="is no size of a cache"):
        parse_size(text)


def test_a_damaged_entry_is_none(cache):
    keep("http://h/a", [b"x"], "m")
    (entry,) = (cache / "remote" / "addresses").rglob("*.json")
    for content in (b"", b"{}", b'{"sha256": "../../etc/passwd", "size": 1, "mark": "m"}', b"\xff"):
        entry.write_bytes(content)
        assert find_entry("http://h/a") is None
    assert isinstance(entry, Path)

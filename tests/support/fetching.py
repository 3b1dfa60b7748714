"""Downloads from a server of our own."""

import hashlib

import pytest

from support.bad_server import CONTENT, serving
from xaesthetic.data.fetch import registry
from xaesthetic.data.fetch.download import fetch_files
from xaesthetic.data.fetch.registry import Download

SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def waits():
    return []


@pytest.fixture
def fetch(cache, monkeypatch, waits):
    """Fetch one file, or several, registered under the name `thing`."""

    def fetch(*files, **options):
        entry = Download(files, "free", "nobody", sources={"more": ()})
        monkeypatch.setattr(registry, "_declared", lambda: {"thing": entry})
        return fetch_files("thing", sleep=waits.append, **options)

    return fetch


def left(folder):
    """Everything in a folder but what is recorded of hashes."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "hashes.json")

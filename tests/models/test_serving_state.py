"""What is remembered of a server: read with care, whoever has written it."""

import pytest

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.manage import server_status, stop_server
from xaesthetic.models.serving.served import Serving, read_serving, write_serving


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", "nothing", '{"name": 7}', "[" * 100_000, '{"name": "king", "runtime": "venv", "weights": ""}'),
        '{"name": "kong", "runtime": "magic", "weights": ""}',
        '{"name": "kong", "runtime": "venv", "weights": "", "process": "-1"}',
        '{"name": "kong", "runtime": "container", "weights": "", "address": "http://example.org"}',
    ],
)
def test_a_damaged_state_is_one_line(cache, text):
    (cache / "model-servers").mkdir(parents=True)
    state = cache / "model-servers" / "kong.json"
    state.write_text(text)
    for ask in (server_status, stop_server, read_serving):
        with pytest.raises(ServerError, match=r"kong\.json.*delete it and start the server again\.$") as error:
            ask("kong")
        assert "\n" not in str(error.value)


def test_no_folder_but_a_servers_own_is_removed(cache, tmp_path):
    """Whatever the state says."""
    keep = tmp_path / "photographs"
    keep.mkdir()
    write_serving(Serving("kong", "container", "", folder=str(keep)))
    assert stop_server("kong")
    assert keep.is_dir()

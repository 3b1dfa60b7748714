"""An export sends nothing: no process of it asks a proxy for anything, and no other address is connected to."""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from support.hand_run import hand_run

from xaesthetic.core import plugins
from xaesthetic.core.extras import is_installed

_WATCHED = """
import json, sys
asked = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event == "socket.connect" else arguments[0]
        host = address[0] if isinstance(address, tuple) else address
        if host not in ("127.0.0.1", "::1", "localhost", None) and not str(host).startswith("/"):
            asked.append(str(host))

sys.addaudithook(watch)
from xaesthetic.exporting.export import export
export(sys.argv[1], sys.argv[2], sys.argv[3])
print("asked:" + json.dumps(asked))
"""


@pytest.fixture
def proxy():
    """A proxy that answers nothing and keeps what it is asked for; the programs of libraries, too, go through proxies."""
    kept = []

    class Refuse(BaseHTTPRequestHandler):
        def refuse(self):
            kept.append(self.path)
            self.send_error(502)

        do_CONNECT = do_GET = do_POST = do_HEAD = do_PUT = refuse

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuse) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", kept
        server.shutdown()


def watched(code, proxy, *arguments):
    address, kept = proxy
    names = [name for way in ("http", "https", "all") for name in (f"{way}_proxy", f"{way.upper()}_PROXY")]
    plain = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    for name in ("CI", "PYTEST_CURRENT_TEST", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):  # they keep libraries quiet too
        plain.pop(name, None)
    more = dict.fromkeys(names, address) | {"no_proxy": "127.0.0.1,localhost"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env=plain | more, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("asked:")]
    return kept + json.loads(line.removeprefix("asked:"))


@pytest.mark.parametrize("name", plugins.names("exporters"))
def test_nothing_leaves_the_machine(name, proxy, tmp_path):
    if not is_installed(plugins.facts("exporters", name).requires):
        pytest.skip(f"{name} is not installed")
    run = hand_run(tmp_path / "mine", 2, scored=False)
    assert watched(_WATCHED, proxy, run.root, name, tmp_path / "out") == []


def test_the_watch_would_notice(proxy):
    code = (
        "import sys, json, urllib.request\n"
        "try:\n    urllib.request.urlopen('http://somewhere.invalid/x')\nexcept OSError:\n    pass\nprint('asked:[]')"
    )
    assert watched(code, proxy) == ["http://somewhere.invalid/x"]

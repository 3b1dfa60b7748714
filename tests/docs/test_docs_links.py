"""docs/make/links.py asks for every address of the documents; here a server of our own answers."""

import http.server
import sys
import threading

import pytest
from support.places import ROOT

sys.path.insert(0, str(ROOT / "docs" / "make"))
import links


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({"/there": 200, "/refused": 403}.get(self.path, 404))
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_dead_address_is_named(site, tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    page.write_text(f"[a]({site}/there), {site}/refused.\n\n    xaesthetic {site}/code\n\n`{site}/code`\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["links.py", str(page)])
    for wanted in (0, 1):
        with pytest.raises(SystemExit) as ended:
            links.main()
        assert ended.value.code == wanted
        said = capsys.readouterr().out
        assert "/code" not in said
        page.write_text(f"<{site}/gone>", encoding="utf-8")
    assert said.startswith("404 ")
    assert said.strip().endswith("/gone  (page.md)")


def test_an_address_that_nobody_serves_is_dead():
    assert links.answer("http://127.0.0.1:9/")


def test_the_documents_addresses_are_found():
    held = links.addresses([*links.PAGES, ROOT / "CHANGELOG.md", ROOT / "CITATION.cff"])
    assert held
    assert all(address.startswith(("https://", "http://")) and address[-1] not in ".,;)" for address in held)

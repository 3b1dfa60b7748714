"""The site: it builds without a warning, every link in it leads somewhere, and it can be read and searched from the disk."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from support.documents import NOTEBOOKS, PAGES
from support.places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.torch]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for library in ("mkdocs", "material", "mkdocstrings", "jupytext", "nbconvert", "ipykernel"):
        pytest.importorskip(library, reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    paths = ":".join(str(place) for place in (ROOT, ROOT / "baselines", ROOT / "reports"))
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


class Page(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    def __init__(self, file):
        super().__init__()
        self.links, self.loads, self.anchors = [], [], set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.anchors |= {held[key] for key in ("id", "name") if held.get(key)}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        if tag in ("img", "script", "iframe", "source", "video") and held.get("src"):
            self.loads.append(held["src"])
        if tag == "link" and held.get("href") and held.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(held["href"])


def test_every_page_is_there(site):
    pages = [page.stem for page in PAGES if page.parent == ROOT / "docs"]
    assert [name for name in [*pages, "contributing", "changelog"] if not (site / f"{name}.html").exists()] == []
    for notebook in NOTEBOOKS:
        assert (site / "notebooks" / f"{notebook.stem}.html").exists()
        assert "image/png" in (site / "notebooks" / f"{notebook.stem}.ipynb").read_text() or notebook.stem == "study"


def test_links_of_the_site_lead_somewhere(site):
    pages = {file: Page(file) for file in sorted(site.rglob("*.html")) if file.name != "404.html"}
    assert len(pages) >= 25
    for file, page in pages.items():
        for link in page.links:
            if re.match(r"(https?|mailto):", link):
                assert re.match(r"(https?://[\w.-]+\.[a-z]+(/|$)|mailto:\S+@\S+)", link), link
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (file.parent / path).resolve() if path else file
            assert target.exists(), f"{file.relative_to(site)}: {link}"
            if anchor and target in pages and not anchor.startswith("__"):
                assert anchor in pages[target].anchors, f"{file.relative_to(site)}: {link}"


def test_nothing_is_loaded_from_elsewhere(site):
    for file in site.rglob("*.html"):
        assert [source for source in Page(file).loads if re.match(r"(https?:)?//", source)] == [], file.name
    for file in site.rglob("*.css"):
        assert "url(http" not in file.read_text(encoding="utf-8").replace('"', "").replace("'", "")


@pytest.mark.browser
def test_it_is_searched_from_the_disk(site, chromium):
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.locator("input[name=query]").click()
    page.get_by_text("Type to start searching").first.wait_for(timeout=60_000)  # the index has been read
    page.keyboard.type("specificity")
    page.locator("a.md-search-result__link[href*=evidence]").first.wait_for(timeout=30_000)
    page.locator("a.md-search-result__link[href*=evidence]").first.click()
    page.wait_for_url("**/evidence.html*")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []

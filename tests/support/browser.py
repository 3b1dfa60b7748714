"""Debian's Chromium, driven by Playwright, for tests of pages; no page may ask the network for anything."""

import os
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium here; .ci/run installs it")
        pytest.skip("no Chromium here; 'apt-get install chromium' has this run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page from the disk, with everything that it said and asked for."""

    def __init__(self, browser, file, link="", **options):
        self.page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}} | options)
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri() + link)
        self.page.wait_for_selector("html[data-ready=yes]", timeout=60_000)

    def outside(self):
        """What was asked for beyond the file itself and what travels in it."""
        return [url for url in self.asked[1:] if not url.startswith(("data:", "blob:"))]


@pytest.fixture
def open_page(chromium):
    """Open a file in a page of its own; it must say nothing and ask for nothing."""
    opened = []

    def load(file, **options):
        opened.append(Opened(chromium, file, **options))
        return opened[-1].page

    yield load
    for each in opened:
        each.page.close()
        assert each.said == [], each.said
        assert each.outside() == [], each.outside()


@pytest.fixture
def open_silent(chromium):
    """Open a file in a page that runs no scripts."""
    contexts = []

    def load(file, width, height):
        contexts.append(chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.goto(file.as_uri())
        return page

    yield load
    for context in contexts:
        context.close()


@pytest.fixture
def run_module(chromium):
    """Run an expression on the names that a module of a folder exports; the folder is served to the browser alone."""
    page = chromium.new_page()

    def run(file, expression, *values):
        def serve(route):
            name = route.request.url.removeprefix("http://modules.test/")
            if name:
                route.fulfill(path=file.with_name(name), content_type="text/javascript")
            else:
                route.fulfill(body="<!doctype html>", content_type="text/html")

        page.route("http://modules.test/**", serve)
        page.goto("http://modules.test/")
        code = f"async ([name, values]) => {{ const m = await import(`./${{name}}`); return ({expression})(m, ...values); }}"
        return page.evaluate(code, [file.name, values])

    yield run
    page.close()


def serious(chromium, file, prepare=lambda page: None):
    """Axe-core's serious and critical findings; the page's policy is set aside, or axe could not be put into it."""
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        prepare(page)
        found = Axe().run(page).response["violations"]
        return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    finally:
        context.close()

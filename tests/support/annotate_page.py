"""The annotation page in a real browser, on a small study that is really served."""

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import uvicorn
from PIL import Image
from sqlalchemy import select
from support.places import ROOT

from xaesthetic.annotate.making import Choices, make_study
from xaesthetic.annotate.masks import load_masks
from xaesthetic.annotate.opening import opened
from xaesthetic.annotate.server.addresses import addresses
from xaesthetic.annotate.server.app import application
from xaesthetic.annotate.server.serve import listen, serve
from xaesthetic.annotate.study import Consent, StudyAttribute, read_study
from xaesthetic.annotate.tables import ANNOTATORS, SAVES, TASKS
from xaesthetic.core.types import Record

WIDTH, HEIGHT = 400, 300
SQUARE = (slice(80, 200), slice(60, 180))
"""Flat red, with a blue hole, on noise: what a fill of similar colour is to find."""
HOLE = (slice(120, 140), slice(100, 130))
TITLE = "<b onclick=alert(1)>Light</b> & \"more\""
LIGHT = StudyAttribute("light", TITLE, "How good the light is <script>alert(2)</script>.", example="a low sun from the side")


def photograph():
    """400 x 300: noise of green, and the square."""
    pixels = np.random.default_rng(7).integers(0, 60, (HEIGHT, WIDTH, 3), np.uint8)
    pixels[..., 1] += 120
    pixels[SQUARE] = (200, 40, 30)
    pixels[HOLE] = (20, 40, 200)
    return pixels


def page_study(folder, photographs=2, people=40, **options):
    """A study in which everybody marks everything, on photographs that all look the same."""
    records = []
    for number in range(photographs):
        file = folder.parent / f"{folder.name} {number}.png"
        Image.fromarray(photograph()).save(file)
        records.append(Record(file.name, file, original=file.name))
    consent = Consent("1", "You agree.\n\n<i>Really</i>.", contact="someone@example.org")
    chosen = {"attributes": (LIGHT,), "annotators": people, "invited": people, "repeats": 0, "catches": 0, "practice": 0} | options
    return make_study(folder, records, Choices(consent=consent, **chosen)).study


class Served:
    """A study that is served by a thread, until the block ends."""

    def __init__(self, ready):
        self.ready, self.store = ready, ready.service.store
        self.links, self.admin = dict(ready.links), ready.admin
        self.unused = iter(self.links.items())

    def someone(self):
        """A pseudonym and its link, that nobody has used."""
        return next(self.unused)

    def saves(self, name):
        """All saves of an annotator in their order."""
        return saves_of(self.store, name)


class Saved:
    """One row of the saves."""

    def __init__(self, row, masks):
        self.kind, self.task, self.version, self.save = row.kind, row.task, row.version, row.save
        self.operation, self.state = json.loads(row.operation), json.loads(row.state)
        self.seconds, self.viewport, self.zoom = row.seconds, json.loads(row.viewport), row.zoom
        self.hashes = (row.raises_sha256, row.lowers_sha256)
        self.raises, self.lowers = (None if key is None else masks[key].mask for key in self.hashes)


class Process:
    """The same in a process of its own, which can be killed and started again at the same address."""

    def __init__(self, folder):
        self.folder, self.port = folder, 0
        self.start()

    def start(self):
        code = f"from support.annotate_page import run; run({str(self.folder)!r}, {self.port})"
        path = os.pathsep.join([str(ROOT), str(ROOT / "baselines"), str(ROOT / "reports"), str(ROOT / "tests")])
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path}
        )
        self.links = self.process.stdout.readline().split()
        if self.links:
            self.port = urlsplit(self.links[0]).port

    def kill(self):
        self.process.kill()
        self.process.wait(20)
        self.process.stdout.close()


def run(folder, port):
    """Serve a study; in a process of its own."""
    listener = listen("127.0.0.1", port)
    where = addresses("127.0.0.1", listener.getsockname()[1])
    with opened(read_study(Path(folder)), Path(folder), where) as ready:
        print(*ready.links.values(), flush=True)
        serve(application(ready.service), listener)


def saves_of(store, name):
    """All saves of an annotator in their order."""
    query = select(SAVES).join(TASKS, TASKS.c.id == SAVES.c.task).join(ANNOTATORS, ANNOTATORS.c.number == TASKS.c.annotator)
    with store.reading() as connection:
        rows = connection.execute(query.where(ANNOTATORS.c.pseudonym == name).order_by(SAVES.c.id)).all()
        masks = load_masks(connection, {key for row in rows for key in (row.raises_sha256, row.lowers_sha256) if key})
    return [Saved(row, masks) for row in rows]


@contextlib.contextmanager
def serving(folder, port=0):
    """Serve the study of a folder from a thread."""
    listener = listen("127.0.0.1", port)
    where = addresses("127.0.0.1", listener.getsockname()[1])
    with opened(read_study(folder), folder, where) as ready:
        server = uvicorn.Server(uvicorn.Config(application(ready.service), log_config=None, ws="none", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Served(ready)
        finally:
            server.should_exit = True
            thread.join(20)
            listener.close()


class Desk:
    """A page of one annotator, and hands that know where the photograph's pixels are on the screen."""

    def __init__(self, context, link):
        self.said = []
        self.expected = "nothing"  # what a browser may write to its console of a request that fails on purpose
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(link)
        self.page.wait_for_selector("h1")

    def consent(self):
        """Agree, and come to the first task."""
        self.agree()
        self.page.wait_for_selector("#board")
        return self

    def agree(self):
        boxes = self.page.locator("input[type=checkbox]")
        boxes.nth(0).check()
        boxes.nth(1).check()
        self.page.get_by_role("button", name="Take part").click()

    def rate(self):
        """The first step, where ratings come first."""
        self.page.locator("input[name=rating][value='1']").check()
        self.page.locator("input[name=overall][value='4']").check()
        self.page.get_by_role("button", name="Go on to marking").click()
        return self.settle()

    def settle(self):
        """The board's place, once it stands."""
        self.settled()
        self.page.locator("#board").scroll_into_view_if_needed()
        box = self.page.locator("#board").bounding_box()
        self.left, self.top, self.scale = box["x"], box["y"], box["width"] / WIDTH
        return self

    def zoom(self, factor, x=WIDTH / 2, y=HEIGHT / 2):
        """Zoom in about a point of the photograph, with the wheel."""
        if factor == 1:
            return self
        left, top = (round(at) for at in self.place(x, y))
        self.page.mouse.move(left, top)
        shown = self.page.locator("#zoom")
        while (reached := int(shown.inner_text().rstrip(" %") or 100) / 100) < factor - 0.01:
            self.page.mouse.wheel(0, -400 * math.log(factor / reached))  # a browser may scroll less than it is told
            self.settled()
        self.left, self.top = left - (left - self.left) * reached, top - (top - self.top) * reached
        self.scale *= reached
        return self

    def settled(self):
        """Wait until what was done is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def place(self, x, y):
        return self.left + x * self.scale, self.top + y * self.scale

    def click(self, x, y):
        self.page.mouse.click(*self.place(x, y))

    def drag(self, *points):
        self.page.mouse.move(*self.place(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.place(*point))
        self.page.mouse.up()

    def tool(self, name, **ranges):
        self.page.locator(f"input[name=tool][value={name}]").check()
        for label, value in ranges.items():
            self.page.locator(f"label.range:has-text('{label}') input").fill(str(value))

    def key(self, *keys):
        self.page.locator("#board").focus()
        for each in keys:
            self.page.keyboard.press(each)

    def saved(self):
        """Wait until everything is saved."""
        self.page.wait_for_selector("#save-state[data-state=saved]", timeout=15_000)
        return self

    def say(self, sign, extent):
        self.page.locator(f"input[name=extent-{sign}][value={extent}]").check()

    def finish(self):
        """Finish the task, and wait for what comes after it."""
        board = self.page.query_selector("#board")
        self.page.get_by_role("button", name="Finish").click()
        self.page.wait_for_function("(board) => !board.isConnected", arg=board)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study for the tests of one module; everybody's tasks are their own."""
    folder = tmp_path_factory.mktemp("study") / "study"
    page_study(folder)
    with serving(folder) as served:
        yield served


@pytest.fixture
def desk(chromium, study):
    """Sit somebody down at a task; no page may say anything to the console."""
    contexts, desks = [], []

    def sit(link=None, ready=True, context=None, **options):
        name, own = study.someone() if link is None else (None, link)
        if context is None:
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
            contexts.append(context)
        made = Desk(context, own)
        made.name = name
        desks.append(made)
        return made.consent().rate() if ready else made

    yield sit
    said = [line for made in desks for line in made.said if made.expected not in line]
    for context in contexts:
        context.close()
    assert said == [], said


def findings(page):
    """All that axe-core finds in a page as it is; its context has set the policy aside, or axe could not be put into it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def until(condition, seconds=15):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)

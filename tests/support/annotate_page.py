"""A small study for tests of the annotation page, really served: by a thread, or by a process that can be killed."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
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
TITLE = '<b onclick=alert(1)>Light</b> & "more"'
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
    chosen = {
        "attributes": (LIGHT,),
        "annotators": people,
        "invited": people,
        "repeats": 0,
        "catches": 0,
        "practice": 0,
    } | options
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
        server = uvicorn.Server(
            uvicorn.Config(application(ready.service), log_config=None, ws="none", timeout_graceful_shutdown=2)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Served(ready)
        finally:
            server.should_exit = True
            thread.join(20)
            listener.close()

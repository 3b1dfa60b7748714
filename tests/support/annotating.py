"""A small study, and scripted annotators who speak the page's language to it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
from PIL import Image
from starlette.testclient import TestClient

from support.places import ROOT
from xaesthetic.annotate.making import Choices, make_study
from xaesthetic.annotate.opening import opened
from xaesthetic.annotate.runs import encode
from xaesthetic.annotate.server.addresses import addresses
from xaesthetic.annotate.server.app import application
from xaesthetic.annotate.server.serve import listen, serve
from xaesthetic.annotate.study import Consent, StudyAttribute, read_study
from xaesthetic.core.types import Record

HEIGHT, WIDTH = 60, 80
ORIGIN = "http://127.0.0.1:8765"
LIGHT = StudyAttribute("light", "Light", "How good the light is.")
COLOR = StudyAttribute("vivid_color", "Vivid Color", "How vivid the colours are.")


def made_study(folder, photographs=3, size=(HEIGHT, WIDTH), **options):
    """A study of small photographs of noise."""
    records = []
    for number in range(photographs):
        file = folder.parent / f"photo {number}.jpg"
        pixels = np.random.default_rng(number).integers(0, 255, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(file)
        records.append(Record(file.name, file, original=file.name))
    chosen = {
        "attributes": (LIGHT, COLOR),
        "annotators": 2,
        "invited": 3,
        "practice": 1,
        "repeats": 0,
        "catches": 0,
    } | options
    return make_study(folder, records, Choices(consent=Consent("1", "You agree."), **chosen)).study


@contextlib.contextmanager
def served(study, folder, database=""):
    """A client of that study's application, and its links."""
    with (
        opened(study, folder, addresses("127.0.0.1", 8765), database) as ready,
        TestClient(application(ready.service), ORIGIN, client=("127.0.0.1", 1)) as client,
    ):
        client.ready = ready
        yield client


def square(top=10, left=10, size=20, height=HEIGHT, width=WIDTH):
    """The runs of a square."""
    mask = np.zeros((height, width), bool)
    mask[top : top + size, left : left + size] = True
    return encode(mask).tolist()


def state(rating=None, overall=None, raises="", lowers="", masks=(None, None), reason=""):
    """A state, as the page sends it."""
    extent, regions = {"raises": raises, "lowers": lowers}, dict(zip(("raises", "lowers"), masks, strict=True))
    return {"rating": rating, "overall": overall, "extent": extent, "masks": regions, "reason": reason}


RATED = state(1, 4)


def marked(runs=None):
    """A state that may be finished."""
    return state(1, 4, "region", "nowhere", (square() if runs is None else runs, None))


class Annotator:
    """Somebody who was sent a link; `client` is httpx's or starlette's."""

    def __init__(self, client, link, origin=ORIGIN):
        self.client, self.origin = client, origin
        self.headers = {"origin": origin, "content-type": "application/json"}
        answer = self.post("/api/session", {"token": link.partition("#")[2]})
        assert answer.status_code == 200, answer.text
        self.cookie = re.match(r"([^=]+)=([^;]+)", answer.headers["set-cookie"]).groups()
        self.headers["cookie"] = "=".join(self.cookie)
        self.headers["x-csrf-token"] = answer.json()["csrf"]
        self.name = answer.json()["annotator"]
        client.cookies.clear()  # every one carries their own

    def get(self, path):
        return self.client.get(f"{self.origin}{path}", headers={"cookie": self.headers.get("cookie", "")})

    def post(self, path, body, **headers):
        return self.client.post(f"{self.origin}{path}", json=body, headers=self.headers | headers)

    def consent(self, share=True):
        return self.post("/api/consent", {"version": "1", "age": True, "share": share}).json()

    def task(self):
        return self.get("/api/task").json()

    def save(self, task, version, kind, body, save=None):
        sent = {"version": version, "kind": kind, "state": body, "save": save or str(uuid.uuid4())}
        more = {"operation": {"tool": "brush"}, "seconds": 2.5, "viewport": [390, 844], "zoom": 1.5}
        return self.post(f"/api/tasks/{task}/saves", sent | more)

    def finish(self, runs=None):
        """Do the task that is next, in four saves; its answer."""
        task = self.task()
        version = task["version"]
        steps = (("rating", state(1)), ("overall", RATED), ("stroke", marked(runs)), ("finish", marked(runs)))
        for done, (kind, body) in enumerate(steps):
            answer = self.save(task["task"], version + done, kind, body)
            assert answer.status_code == 200, answer.text
        return answer.json()


@contextlib.contextmanager
def server_processes(folder, database=""):
    """A function that starts the study's server in a process of its own: its origin, admin link, links, process id.

    All are forked from one process that has imported everything, so that a test may start many.
    """
    code = f"from support.annotating import start_many; start_many({str(folder)!r}, {database!r})"
    path = os.pathsep.join([str(ROOT), str(ROOT / "baselines"), str(ROOT / "reports"), str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )

    def start():
        process.stdin.write("start\n")
        process.stdin.flush()
        admin, *links, number = process.stdout.readline().split()
        return admin.partition("/admin")[0], admin, links, int(number)

    try:
        yield start
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@contextlib.contextmanager
def server_process(folder, database=""):
    """One server in a process of its own, which ends by itself."""
    with server_processes(folder, database) as start:
        origin, admin, links, number = start()
        try:
            yield origin, admin, links, number
        finally:
            os.kill(number, signal.SIGTERM)


def start_many(folder, database):
    """Fork a server for every line that comes, one after the other."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            run(folder, database)
            os._exit(0)
        os.waitpid(child, 0)


def run(folder, database):
    """Serve a study on a free port."""
    folder, listener = Path(folder), listen("127.0.0.1", 0)
    where = addresses("127.0.0.1", listener.getsockname()[1])
    with opened(read_study(folder), folder, where, database) as ready:
        print(ready.admin, *ready.links.values(), os.getpid(), flush=True)
        serve(application(ready.service), listener)

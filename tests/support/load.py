"""Many scripted annotators who save at once, to one server, for a bounded time; and what became of their saves."""

import asyncio
import random
import time
import uuid
from dataclasses import dataclass, field

import httpx2
import numpy as np
import sqlalchemy as sa

from support.annotating import state
from xaesthetic.annotate.runs import encode
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.tables import SAVES

SIZE = (800, 1200)
TWICE = 0.05
"""Of all saves are sent again, as after an answer that was lost."""


@dataclass
class Tally:
    """What the annotators saw."""

    acknowledged: set = field(default_factory=set)
    latencies: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    seconds: float = 0.0

    @property
    def p95(self):
        return float(np.percentile(self.latencies, 95)) * 1000

    @property
    def median(self):
        return float(np.median(self.latencies)) * 1000

    @property
    def rate(self):
        return len(self.acknowledged) / self.seconds


def blob(chance):
    """The runs of a disc somewhere: some hundred of them, as a stroke leaves."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    y, x, radius = chance.uniform(250, 550), chance.uniform(250, 950), chance.uniform(80, 200)
    return encode((rows - y) ** 2 + (columns - x) ** 2 < radius**2).tolist()


class Speaker:
    """One annotator, asynchronously."""

    def __init__(self, http, origin, link, tally):
        self.http, self.tally, self.link = http, tally, link
        self.headers = {"origin": origin, "content-type": "application/json"}

    async def post(self, path, body):
        return await self.http.post(path, json=body, headers=self.headers)

    async def begin(self):
        answer = await self.post("/api/session", {"token": self.link.partition("#")[2]})
        self.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        self.headers["x-csrf-token"] = answer.json()["csrf"]
        self.http.cookies.clear()
        await self.post("/api/consent", {"version": "1", "age": True, "share": True})
        task = (await self.http.get("/api/task", headers=self.headers)).json()
        self.task, self.version = task["task"], task["version"]
        await self.save("rating", state(1))
        await self.save("overall", state(1, 4))

    async def save(self, kind, body, again=False):
        name = str(uuid.uuid4())
        sent = {"save": name, "version": self.version, "kind": kind, "operation": {"tool": "brush"}, "state": body}
        sent |= {"seconds": 1.0, "viewport": [390, 844], "zoom": 1.0}
        for _ in range(1 + again):
            start = time.perf_counter()
            answer = await self.post(f"/api/tasks/{self.task}/saves", sent)
            self.tally.latencies.append(time.perf_counter() - start)
            if answer.status_code != 200:
                self.tally.refused.append((answer.status_code, answer.text))
                return
        self.version = answer.json()["version"]
        self.tally.acknowledged.add(name)

    async def work(self, until, pause, masks, chance):
        if pause:
            await asyncio.sleep(chance.random() * pause)
        while time.perf_counter() < until:
            start = time.perf_counter()
            body = state(1, 4, "region", "nowhere", (chance.choice(masks), None))
            await self.save("stroke", body, chance.random() < TWICE)
            if pause:
                await asyncio.sleep(max(0.0, pause - (time.perf_counter() - start)))


async def load(origin, links, seconds, pause=0.0):
    """Let everybody save for so long: as fast as they are answered, or with a pause from one to the next."""
    tally, chance = Tally(), random.Random(0)
    masks = [blob(chance) for _ in range(20)]
    limits = httpx2.Limits(max_connections=len(links))
    async with httpx2.AsyncClient(base_url=origin, limits=limits, timeout=60) as http:
        people = [Speaker(http, origin, link, tally) for link in links]
        for person in people:
            await person.begin()
        tally.latencies.clear()
        before, start = len(tally.acknowledged), time.perf_counter()
        await asyncio.gather(
            *(person.work(start + seconds, pause, masks, random.Random(i)) for i, person in enumerate(people))
        )
        tally.seconds = (time.perf_counter() - start) * len(tally.acknowledged) / max(1, len(tally.acknowledged) - before)
    return tally


def audit(url, acknowledged):
    """From the table of saves: how many acknowledged saves are lost, how many are there twice, and what is broken."""
    store = Store(url)
    try:
        with store.reading() as connection:
            kept = connection.execute(sa.select(SAVES.c.save)).scalars().all()
            places = connection.execute(sa.select(SAVES.c.task, SAVES.c.version)).all()
        lost = len(set(acknowledged) - set(kept))
        duplicated = len(kept) - len(set(kept)) + len(places) - len(set(places))
        return lost, duplicated, len(kept), store.verify()
    finally:
        store.close()

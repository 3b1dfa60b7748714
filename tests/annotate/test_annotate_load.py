"""Fifty who save at once lose nothing and double nothing, and neither does a server that is killed."""

import asyncio
import os
import random
import signal
import time
import uuid

import httpx2
import pytest
from support.annotating import HEIGHT, LIGHT, WIDTH, Annotator, made_study, server_process, server_processes, state
from support.coroutines import run_async
from support.load import SIZE, audit, load

pytestmark = pytest.mark.slow
KILLS = 20


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "study"


def test_fifty_at_once_lose_nothing_and_double_nothing(folder, database):
    made_study(folder, photographs=1, size=SIZE, attributes=(LIGHT,), annotators=50, invited=50, practice=0)
    with server_process(folder, database) as (origin, _, links, _):
        tally = run_async(load(origin, links, seconds=3))
    lost, duplicated, kept, broken = audit(database, tally.acknowledged)
    print(f"{kept} saves, {tally.rate:.0f}/s, median {tally.median:.0f} ms, p95 {tally.p95:.0f} ms")
    assert tally.refused == []
    assert (lost, duplicated, broken) == (0, 0, [])
    assert kept == len(tally.acknowledged) > 150


def strokes(person, task, version, acknowledged, chance):
    """Save until the server is gone; what was acknowledged is noted."""
    while True:
        name, length = str(uuid.uuid4()), chance.randrange(1, 4000)
        region = [10, length, HEIGHT * WIDTH - 10 - length]
        try:
            answer = person.save(task, version, "stroke", state(1, 4, "region", "", (region, None)), name)
        except httpx2.TransportError:
            return
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
        acknowledged.append(name)


def test_a_server_that_is_killed_has_kept_every_save_that_it_acknowledged(folder, database):
    made_study(folder, photographs=1, attributes=(LIGHT,), annotators=1, invited=1, practice=0)
    chance, acknowledged = random.Random(0), []
    with server_processes(folder, database) as start:
        for kill in range(KILLS):
            origin, _, links, process = start()
            with httpx2.Client(timeout=10) as http:
                if kill == 0:
                    person = Annotator(http, links[0], origin)
                    person.consent()
                    person.save(person.task()["task"], 0, "rating", state(1))
                    person.save(person.task()["task"], 1, "overall", state(1, 4))
                person.client, person.origin, person.headers["origin"] = http, origin, origin
                task = person.task()
                assert task["version"] >= len(acknowledged) + 2  # one may be kept whose answer was lost
                run_async(killed_meanwhile(process, person, task, acknowledged, chance))
    lost, duplicated, kept, broken = audit(database, acknowledged)
    print(f"{kept} saves, {KILLS} kills")
    assert (lost, duplicated, broken) == (0, 0, [])
    assert 0 <= kept - 2 - len(acknowledged) <= KILLS
    assert acknowledged


async def killed_meanwhile(process, person, task, acknowledged, chance):
    def kill():
        time.sleep(chance.uniform(0.05, 0.5))
        os.kill(process, signal.SIGKILL)

    working = asyncio.to_thread(strokes, person, task["task"], task["version"], acknowledged, chance)
    await asyncio.gather(working, asyncio.to_thread(kill))

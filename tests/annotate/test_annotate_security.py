"""What no page of ours sends is refused, noted, and changes nothing; on both databases."""

import hashlib
import json
import random
import uuid

import httpx2
import pytest
import sqlalchemy as sa
from support.annotating import ORIGIN, RATED, Annotator, made_study, marked, served, square, state
from support.bad_saves import bad_request
from support.coroutines import run_async

from xaesthetic.annotate.server.app import application
from xaesthetic.annotate.server.guard import HEADERS
from xaesthetic.annotate.server.pages import PageFile
from xaesthetic.annotate.tables import METADATA


@pytest.fixture
def client(tmp_path, database):
    study = made_study(tmp_path / "study", photographs=2, title="<b>study</b>")
    with served(study, tmp_path / "study", database) as client:
        client.folder = tmp_path / "study"
        yield client


@pytest.fixture
def person(client):
    """Somebody with a task that is being marked."""
    person = Annotator(client, client.ready.links["a01"])
    person.consent()
    person.current = person.task()["task"]
    person.save(person.current, 0, "rating", state(1))
    person.save(person.current, 1, "overall", RATED)
    return person


def digest(client):
    """The sha256 of all that the database holds."""
    with client.ready.service.store.reading() as connection:
        tables = [sorted(map(repr, connection.execute(sa.select(table)))) for table in METADATA.sorted_tables]
    return hashlib.sha256(repr(tables).encode()).hexdigest()


def log(client):
    return (client.folder / "server.log").read_text().splitlines()


def good():
    body = {"save": str(uuid.uuid4()), "version": 2, "kind": "stroke", "operation": {}, "state": marked()}
    return body | {"seconds": 1.0, "viewport": [100, 100], "zoom": 1.5}


# -- who speaks --------------------------------------------------------------------------------------------------------


def test_nobody_gets_anything_without_a_session(client):
    for address in ("session", "task", "photographs/1", "results", "admin/progress", "admin/disagreement"):
        assert client.get(f"/api/{address}").status_code == 401
    headers = {"origin": ORIGIN, "x-csrf-token": "x"}
    for address in (
        "consent",
        "decline",
        "tasks/1/saves",
        "admin/pause",
        "admin/close",
        "admin/export",
        "admin/invitations",
    ):
        assert client.post(f"/api/{address}", json={}, headers=headers).status_code == 401


def test_anothers_task_and_photograph_are_not_there(client, person):
    other = Annotator(client, client.ready.links["a02"])
    other.consent()
    theirs = other.task()["task"]
    before = digest(client)
    assert person.save(theirs, 0, "rating", state(1)).status_code == 404
    assert person.save(person.current + 1, 0, "rating", state(1)).status_code == 404  # a later one of their own
    assert person.get("/api/photographs/1").status_code == 404  # after practice
    assert digest(client) == before


def test_anothers_token_does_not_go_with_ones_cookie(client, person):
    other = Annotator(client, client.ready.links["a02"])
    before = digest(client)
    person.headers["x-csrf-token"] = other.headers["x-csrf-token"]
    assert person.save(person.current, 2, "stroke", marked()).status_code == 403
    assert digest(client) == before


def test_annotators_are_no_administrators(client, person):
    before = digest(client)
    for address in ("progress", "disagreement", "photographs/1"):
        assert person.get(f"/api/admin/{address}").status_code == 403
    bodies = {
        "pause": {"paused": True},
        "close": {},
        "export": {},
        "invitations": {"label": "me"},
        "invitations/a02/renew": {},
    }
    for address, body in bodies.items():
        assert person.post(f"/api/admin/{address}", body).status_code == 403
    assert digest(client) == before


def test_the_administrator_has_no_tasks(client):
    admin = Annotator(client, client.ready.admin)
    assert admin.get("/api/task").status_code == 403
    assert admin.get("/api/admin/progress").status_code == 200


def test_the_cookie_is_kept_from_scripts_and_other_sites(client):
    answer = client.post("/api/session", json={"token": client.ready.admin.partition("#")[2]}, headers={"origin": ORIGIN})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", [{"origin": "http://evil.example"}, {"host": "evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_other_sites_are_refused(client, person, header):
    before = digest(client)
    answer = person.post(f"/api/tasks/{person.current}/saves", good(), **header)
    assert answer.status_code in (400, 403)
    assert digest(client) == before
    assert len(log(client)) == 1


def test_a_body_that_is_too_large_is_refused_by_its_length(client, person):
    answer = person.post("/api/consent", {"version": "1", "age": True, "share": True, "more": "x" * 20_000})
    assert answer.status_code == 413
    assert "at most 10,000 bytes" in answer.json()["error"]


def test_of_a_body_without_a_length_no_more_is_read_than_is_allowed(client, person):
    taken = 0

    async def endless():
        nonlocal taken
        for _ in range(1000):
            taken += 10_000
            yield b"x" * 10_000

    async def send():
        transport = httpx2.ASGITransport(application(client.ready.service))
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            return await http.post(f"/api/tasks/{person.current}/saves", content=endless(), headers=person.headers)

    assert run_async(send()).status_code == 413
    assert taken <= 2_100_000


def test_html_stays_text(client, person):
    html = "<img src=x onerror=alert(1)>"
    answer = person.post(f"/api/tasks/{person.current}/saves", good() | {"operation": {html: html}})
    assert answer.status_code == 200
    answer = person.get("/api/task")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["operations"][-1]["operation"] == {html: html}
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"


def test_only_the_files_of_the_page_are_served(client, tmp_path):
    app = application(client.ready.service, {"index.html": PageFile(b"<p>", "text/html", '"a"')})

    async def get(address):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ORIGIN) as http:
            return await http.get(address)

    page = run_async(get("/"))
    assert (page.status_code, page.text) == (200, "<p>")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert run_async(get("/static/index.html")).status_code == 200
    for address in ("/static/../app.py", "/static/..%2fapp.py", "/static/%2fetc%2fpasswd", "/etc/passwd", "/admin"):
        assert run_async(get(address)).status_code == 404


# -- a thousand of them ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_bad_requests_are_refused_and_noted_and_change_nothing(client, person, count):
    before, chance, statuses = digest(client), random.Random(0), []

    async def send():
        transport = httpx2.ASGITransport(application(client.ready.service), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            for number in range(count):
                method, address, headers, body = bad_request(chance, person.current, person.headers, good())
                answer = await http.request(method, address, headers=headers, content=body)
                statuses.append(answer.status_code)
                assert 400 <= answer.status_code < 500, (number, method, address, headers, body[:300], answer.text)
                if method != "HEAD":
                    assert next(iter(answer.json())) == "error"

    run_async(send())
    assert digest(client) == before
    assert len(log(client)) == len(statuses) == count
    assert {400, 403, 404, 405, 422} <= set(statuses)
    noted = "\n".join(log(client))
    for secret in (person.headers["cookie"], person.headers["x-csrf-token"], "evil", "<script>", "python-httpx"):
        assert secret not in noted
    assert person.post(f"/api/tasks/{person.current}/saves", good()).status_code == 200  # the good one passes


def test_the_rules_of_the_form_hold(client, person):
    early = state(1, 4, "region", "", (square(), None))
    fresh = Annotator(client, client.ready.links["a03"])
    fresh.consent()
    task = fresh.task()["task"]
    before = digest(client)
    assert fresh.save(task, 0, "stroke", early).status_code == 422  # regions before ratings
    assert fresh.save(task, 0, "finish", RATED).status_code == 422  # nothing said of regions
    assert fresh.save(task, 0, "rating", state(0.5)).status_code == 422  # no step of the scale
    assert digest(client) == before
    person.save(person.current, 2, "stroke", early)
    before = digest(client)
    changed = json.loads(json.dumps(early)) | {"rating": -1}
    assert person.save(person.current, 3, "stroke", changed).status_code == 422
    assert person.save(person.current, 3, "undo", state(-1, 4)).status_code == 422  # though nothing is marked any more
    assert person.save(person.current, 3, "finish", state(1, 4, "region", "", (square(), None))).status_code == 422
    assert person.save(person.current, 3, "finish", state(1, 4, "region", "region", (square(), None))).status_code == 422
    assert digest(client) == before

"""What annotators do, over HTTP, on both databases: consent, practice, tasks, breaks, results."""

import math
import uuid

import numpy as np
import pytest
from PIL import Image
from support.annotating import HEIGHT, ORIGIN, RATED, WIDTH, Annotator, made_study, marked, served, square, state

from xaesthetic.annotate import sittings
from xaesthetic.annotate.server.service import Measures

PRACTICE = 1
OVERLAP = square(top=15)


@pytest.fixture
def study(tmp_path):
    return made_study(tmp_path / "study")


@pytest.fixture
def client(study, tmp_path, database):
    with served(study, tmp_path / "study", database) as client:
        yield client


@pytest.fixture
def people(client):
    people = [Annotator(client, link) for link in client.ready.links.values()]
    for person in people:
        person.consent()
    return people


def test_from_the_invitation_to_the_last_task(client):
    person = Annotator(client, client.ready.links["a01"])
    assert person.name == "a01"
    before = person.get("/api/session").json()
    assert before["state"] == "consent"
    assert before["consent"] == {"version": "1", "text": "You agree.", "age": 18, "contact": "", "withdraw_days": 30}
    assert person.get("/api/task").status_code == 403
    assert person.consent()["state"] == "practice"
    total = person.get("/api/session").json()["progress"]["total"]
    assert total == PRACTICE + 4  # 3 photographs, 2 attributes, 2 people each, by 3 people
    kinds = []
    for _ in range(total):
        task = person.task()
        kinds.append(task["kind"])
        picture = person.get(task["photograph"]["url"])
        assert picture.headers["content-type"] == "image/jpeg"
        assert task["photograph"] | {"url": ""} == {"url": "", "width": WIDTH, "height": HEIGHT}
        answer = person.finish()
        assert ("feedback" in answer) == (task["kind"] == "practice")
    assert kinds == ["practice"] * PRACTICE + ["task"] * 4
    assert person.task() == {"state": "done"}
    assert person.get("/api/session").json()["progress"] == {"done": total, "total": total}


def test_a_task_goes_on_where_it_was(people):
    person = people[0]
    task = person.task()
    person.save(task["task"], 0, "rating", state(1))
    person.save(task["task"], 1, "overall", RATED)
    person.save(task["task"], 2, "stroke", marked())
    again = person.task()
    assert (again["version"], again["seconds"]) == (3, 2.5)
    assert again["state"] == marked()
    assert [item["kind"] for item in again["operations"]] == ["rating", "overall", "stroke"]
    assert again["operations"][2]["operation"] == {"tool": "brush"}


def test_a_save_that_is_sent_twice_is_kept_once(people, client):
    task = people[0].task()["task"]
    name = str(uuid.uuid4())
    answers = [people[0].save(task, 0, "rating", state(1), name) for _ in range(3)]
    assert [answer.json() for answer in answers] == [{"version": 1}] * 3
    assert [mark.saves for mark in client.ready.service.store.marks()] == [1]


def test_of_two_tabs_the_second_is_told_and_given_what_stands(people):
    task = people[0].task()["task"]
    people[0].save(task, 0, "rating", state(1))
    refused = people[0].save(task, 0, "rating", state(-1))
    assert refused.status_code == 409
    assert refused.json()["version"] == 1
    assert refused.json()["state"] == state(1)
    assert people[0].save(task, 1, "rating", state(-1)).status_code == 200


def test_what_is_finished_stays_so(people):
    task = people[0].task()["task"]
    people[0].finish()
    assert people[0].save(task, 4, "stroke", marked(OVERLAP)).status_code == 409


def test_a_skip_has_a_reason_and_ends_a_task(people, client):
    task = people[0].task()["task"]
    assert people[0].save(task, 0, "skip", state()).status_code == 422
    assert people[0].save(task, 0, "skip", state(reason="too dark")).status_code == 200
    assert people[0].task()["task"] != task
    [mark] = client.ready.service.store.marks()
    assert (mark.status, mark.reason, mark.seconds) == ("skipped", "too dark", 2.5)
    assert math.isnan(mark.rating)


def test_practice_says_how_well_the_region_lies(people, client):
    task = people[0].task()
    answer = people[0].finish(square(0, 0, 3))
    feedback = answer["feedback"]
    mask = np.zeros((HEIGHT, WIDTH), bool)
    runs = feedback["expected"]
    mask.ravel()[:] = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    mine = np.zeros((HEIGHT, WIDTH), bool)
    mine[:3, :3] = True
    [mark] = client.ready.service.store.marks()
    expected = 2 * (mask & mine).sum() / (mask.sum() + mine.sum()) if mark.expected_sign == "raises" else 0
    assert feedback["dice"] == pytest.approx(expected, abs=5e-4)
    assert (feedback["passed"], feedback["sign"]) == (False, mark.expected_sign)
    assert task["kind"] == "practice"
    assert np.array_equal(mark.expected.mask, mask)


def test_marks_hold_what_was_saved(people, client):
    for _ in range(PRACTICE):
        people[1].finish()
    task = people[1].task()
    people[1].finish(OVERLAP)
    mark = next(mark for mark in client.ready.service.store.marks() if mark.kind == "task")
    assert (mark.annotator, mark.attribute, mark.position) == ("a02", task["attribute"]["name"], PRACTICE)
    assert (mark.status, mark.rating, mark.overall, mark.saves) == ("finished", 1, 4, 4)
    assert mark.extent == {"raises": "region", "lowers": "nowhere"}
    region = np.zeros((HEIGHT, WIDTH), bool)
    region[15:35, 10:30] = True
    assert np.array_equal(mark.masks["raises"], region)
    assert mark.masks["lowers"] is None
    assert (mark.order, mark.viewport, mark.zoom) == ("rate_first", (390, 844), 1.5)
    assert mark.started <= mark.finished


def test_a_sitting_ends_in_a_break_and_another_day_begins_one(people, client, monkeypatch):
    person = people[0]
    task = person.task()
    assert 1795 < task["seconds_left"] <= 1800
    later = sittings.later(sittings.now(), seconds=1801)
    monkeypatch.setattr(sittings, "now", lambda: later)
    answer = person.task()
    assert answer["state"] == "break"
    assert 590 < answer["seconds"] < 600
    assert person.get("/api/session").json()["state"] == "break"
    assert person.save(task["task"], 0, "rating", state(1)).status_code == 200  # what is in hand may be finished
    monkeypatch.setattr(sittings, "now", lambda: sittings.later(later, days=1))
    assert person.task()["seconds_left"] == 1800


def test_nobody_sees_results_before_the_end_nor_works_after_it(people, client):
    admin = Annotator(client, client.ready.admin)
    for person in people:
        for _ in range(PRACTICE + 4):
            person.finish()
    assert people[0].get("/api/results").status_code == 403
    admin.post("/api/admin/close", {"results": True})
    assert people[0].get("/api/session").json()["state"] == "results"
    rows = people[0].get("/api/results").json()
    assert len(rows) == 4
    assert all(row["mine"] == {"raises": square(), "lowers": None} for row in rows)
    assert all(row["others"] == [row["mine"]] for row in rows)
    assert people[0].get(rows[0]["photograph"]).status_code == 200


class OneMap:
    """A model that has a map of every first attribute."""

    def places(self, number, attribute):
        return [("net", "cam")] if attribute == "light" else []

    def picture(self, number, attribute, place):
        return f"{number} {attribute} {place}".encode()


def test_maps_are_shown_with_the_results_and_not_before(people, client):
    object.__setattr__(client.ready.service, "measures", Measures(maps=OneMap()))
    person = people[0]
    for _ in range(PRACTICE + 4):
        person.finish()
    assert person.get("/api/results/maps/1/0/0").status_code == 403
    Annotator(client, client.ready.admin).post("/api/admin/close", {"results": True})
    rows = {(row["photograph"], row["attribute"]): row["maps"] for row in person.get("/api/results").json()}
    assert {name for _, name in rows} == {"light", "vivid_color"}
    assert all(bool(maps) == (name == "light") for (_, name), maps in rows.items())
    shown = next(maps[0] for maps in rows.values() if maps)
    assert (shown["model"], shown["method"]) == ("net", "cam")
    assert person.get(shown["url"]).content.endswith(b" light 0")
    for wrong in ("1/0/1", "1/1/0", "1/7/0", "99/0/0", "-1/0/0", "1/0/..%2f0"):
        assert person.get(f"/api/results/maps/{wrong}").status_code == 404


def test_who_does_not_share_is_not_shown(client):
    people = [Annotator(client, link) for link in client.ready.links.values()]
    for person in people:
        person.consent(share=person.name == "a01")
        for _ in range(PRACTICE + 4):
            person.finish()
    Annotator(client, client.ready.admin).post("/api/admin/close", {"results": True})
    assert not [row for row in people[0].get("/api/results").json() if row["others"]]
    assert [row for row in people[1].get("/api/results").json() if row["others"]]


def test_declining_ends_the_session_and_keeps_nothing_but_that(client):
    person = Annotator(client, client.ready.links["a01"])
    assert person.post("/api/decline", {}).status_code == 200
    assert person.get("/api/session").status_code == 401


def test_photographs_are_without_metadata(client, people, study):
    for file in client.ready.service.photographs.values():
        with Image.open(file) as picture:
            assert not picture.getexif()
    assert client.ready.service.addresses.origin == ORIGIN

"""What the administrator does, over HTTP: progress, invitations, replacement, pause, end, disagreement."""

import stat

import pytest
from support.annotating import Annotator, made_study, marked, served, square, state

from xaesthetic.annotate.disagreement import disagreement
from xaesthetic.annotate.keys import read_keys


@pytest.fixture
def client(tmp_path, database):
    study = made_study(tmp_path / "study", photographs=2, practice=0)
    with served(study, tmp_path / "study", database) as client:
        client.folder = tmp_path / "study"
        yield client


@pytest.fixture
def admin(client):
    return Annotator(client, client.ready.admin)


@pytest.fixture
def people(client):
    people = [Annotator(client, link) for link in client.ready.links.values()]
    for person in people:
        person.consent()
    return people


def progress(admin):
    return admin.get("/api/admin/progress").json()


def test_progress_by_annotator_and_photograph(admin, people):
    task = people[0].task()
    people[0].finish()
    now = progress(admin)
    first, second, _ = now["annotators"]
    assert first["pseudonym"] == "a01"
    assert (first["done"], first["consented"], first["invited"]) == (1, True, True)
    assert sum(person["total"] for person in now["annotators"]) == 2 * 2 * 2
    assert second["done"] == 0
    assert len(first["last"]) == 10
    number = int(task["photograph"]["url"].rpartition("/")[2])
    done = {(row["number"], row["attribute"]): (row["done"], row["wanted"]) for row in now["photographs"]}
    assert done[number, task["attribute"]["name"]] == (1, 2)
    assert sum(count for count, _ in done.values()) == 1
    assert (now["paused"], now["closed"]) == (False, False)


def test_a_pause_stops_work_until_it_ends(admin, people):
    task = people[0].task()["task"]
    assert admin.post("/api/admin/pause", {"paused": True}).json()["paused"]
    assert people[0].task() == {"state": "paused"}
    assert people[0].save(task, 0, "rating", state(1)).status_code == 403
    admin.post("/api/admin/pause", {"paused": False})
    assert people[0].save(task, 0, "rating", state(1)).status_code == 200


def test_the_end_is_the_end(admin, people):
    task = people[0].task()["task"]
    admin.post("/api/admin/close", {})
    assert people[0].get("/api/session").json()["state"] == "closed"
    assert people[0].get("/api/task").status_code == 403
    assert people[0].save(task, 0, "rating", state(1)).status_code == 403
    assert people[0].get("/api/results").status_code == 403  # results are not shown
    assert progress(admin)["closed"]


def test_a_renewed_link_ends_the_session_and_the_work_goes_on(admin, people, client):
    people[0].finish()
    link = admin.post("/api/admin/invitations/a01/renew", {}).json()["link"]
    assert people[0].get("/api/session").status_code == 401
    again = Annotator(client, link)
    assert (again.name, again.get("/api/session").json()["progress"]["done"]) == ("a01", 1)


def test_somebody_new_takes_over_what_one_who_left_has_not_finished(admin, people, client):
    assert admin.post("/api/admin/invitations", {"label": "too many"}).status_code == 409
    people[1].finish()
    left = people[1].get("/api/session").json()["progress"]
    admin.post("/api/admin/invitations/a02/withdraw", {})
    assert people[1].get("/api/session").status_code == 401
    answer = admin.post("/api/admin/invitations", {"label": "=Ada"}).json()
    assert answer["pseudonym"] == "a04"
    new = Annotator(client, answer["link"])
    new.consent()
    assert new.get("/api/session").json()["progress"] == {"done": 0, "total": left["total"] - left["done"]}
    new.finish()
    assert admin.post("/api/admin/invitations", {}).status_code == 409  # nobody else has left
    assert admin.post("/api/admin/invitations/a02/renew", {}).status_code == 409  # their tasks are somebody else's now
    keys = {key.pseudonym: key for key in read_keys(client.folder / "keys.csv")}
    assert keys["a04"].label == "'=Ada"
    assert keys["a02"].link == ""
    assert stat.S_IMODE((client.folder / "keys.csv").stat().st_mode) == 0o600


def test_nobody_of_that_name(admin):
    assert admin.post("/api/admin/invitations/a99/renew", {}).status_code == 404
    assert admin.post("/api/admin/invitations/admin/withdraw", {}).status_code == 404
    assert admin.get("/api/admin/photographs/99").status_code == 404
    assert admin.get("/api/admin/photographs/1").headers["content-type"] == "image/jpeg"


def test_disagreement_is_the_mean_over_pairs_of_regions(admin, people, client):
    places = {"a01": square(10, 10), "a02": square(10, 20), "a03": square(10, 10)}
    for person in people:
        while "task" in person.task():
            person.finish(places[person.name])
    rows = admin.get("/api/admin/disagreement").json()
    assert {row["sign"] for row in rows} == {"raises"}
    marks = list(client.ready.service.store.marks())
    for row in rows:
        names = [m.annotator for m in marks if (m.photograph, m.attribute) == (row["photograph"], row["attribute"])]
        assert row["annotators"] == len(names) == 2
        assert row["dice"] == (0.5 if "a02" in names else 1.0)  # squares of 20, moved by half
    assert [row["dice"] for row in rows] == sorted(row["dice"] for row in rows)
    assert disagreement(iter(marks)) == rows


def test_one_region_alone_agrees_with_nobody(admin, people):
    people[0].finish()
    assert [row["dice"] for row in admin.get("/api/admin/disagreement").json()] == [None]
    task = people[1].task()
    body = state(1, 4, "everywhere", "nowhere")
    steps = (("rating", state(1)), ("overall", state(1, 4)), ("extent", body), ("finish", body))
    for version, (kind, item) in enumerate(steps):
        assert people[1].save(task["task"], version, kind, item).status_code == 200
    assert len(admin.get("/api/admin/disagreement").json()) == 1  # 'everywhere' is no region


def test_ratings_come_last_where_regions_come_first(tmp_path, database):
    study = made_study(tmp_path / "other", practice=0, order="mark_first", overall=False)
    with served(study, tmp_path / "other", database) as client:
        person = Annotator(client, client.ready.links["a01"])
        person.consent()
        task = person.task()["task"]
        assert person.save(task, 0, "rating", state(1)).status_code == 422
        body = marked() | {"rating": None, "overall": None}
        assert person.save(task, 0, "stroke", body).status_code == 200
        assert person.save(task, 1, "overall", body | {"overall": 3}).status_code == 422  # not wanted in this study
        assert person.save(task, 1, "rating", body | {"rating": -1}).status_code == 200
        assert person.save(task, 2, "finish", body | {"rating": -1}).status_code == 200

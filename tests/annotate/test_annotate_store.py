"""The store, on both databases: append-only, chained, brought to the newest tables."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from support.annotating import LIGHT, made_study, square, state

from xaesthetic.annotate import saves
from xaesthetic.annotate.database import Database
from xaesthetic.annotate.filling import fill, is_filled
from xaesthetic.annotate.people import add_annotator, exchange, find_person, invite
from xaesthetic.annotate.states import Rules, Save
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.tables import APPEND_ONLY, METADATA, SAVES, TASKS
from xaesthetic.annotate.upgrade import upgrade
from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError

RULES = Rules(LIGHT, "rate_first", overall=True)


@pytest.fixture
def store(database):
    store = Store(database)
    yield store
    store.close()


@pytest.fixture
def filled(store, tmp_path):
    """A store with tasks and one finished task of the first annotator."""
    study = made_study(tmp_path / "study", photographs=1, attributes=(LIGHT,), annotators=1, invited=1)
    with store.writing() as connection:
        fill(connection, study, tmp_path / "study")
    steps = [("rating", state(1)), ("overall", state(1, 4)), ("stroke", state(1, 4, "region", "", (square(), None)))]
    for version, (kind, body) in enumerate(steps):
        save(store, version, kind, body)
    return store


def save(store, version, kind, body, name=None):
    sent = {"version": version, "kind": kind, "state": body, "save": name or str(uuid.uuid4()), "operation": {}}
    value = convert(sent | {"seconds": 1, "viewport": [10, 10], "zoom": 1}, "a save", Save)
    with store.writing() as connection:
        task = connection.execute(sa.select(sa.func.min(TASKS.c.id))).scalar()
        return saves.add_save(connection, 1, task, value, lambda _: RULES)


def rows(store):
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(SAVES).order_by(SAVES.c.id)).mappings()]


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_migrations_make_what_the_tables_say(store):
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []


def test_an_older_database_is_brought_up_and_keeps_its_rows(database):
    older = Database(database)
    with older.writing() as connection:
        upgrade(connection, "0001")
        add_annotator(connection, 1, "a01")
        token = invite(connection, 1)
    older.close()
    store = Store(database)
    with store.writing() as connection:
        assert exchange(connection, token).person.pseudonym == "a01"
        connection.execute(sa.text("INSERT INTO events (at, kind, detail) VALUES ('now', 'made', '{}')"))
    with pytest.raises(sa.exc.DBAPIError, match="events is append-only"), store.writing() as connection:
        connection.execute(sa.text("DELETE FROM events"))
    store.close()


def test_a_database_of_a_newer_version_is_refused(store, database):
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DataError, match="of revision 9999; a newer xaesthetic made it"):
        Store(database)


def test_opening_it_twice_changes_nothing(filled, database):
    before = rows(filled)
    Store(database).close()
    assert rows(filled) == before


def test_another_study_is_refused(filled, tmp_path):
    other = made_study(tmp_path / "other", photographs=1)
    with filled.reading() as connection, pytest.raises(DataError, match="holds another study"):
        is_filled(connection, other)


@pytest.mark.parametrize("url", ["nothing", "mysql://a/b", "sqlite://", "sqlite:////no/such/folder/x.sqlite"])
def test_what_is_no_database_is_refused(url):
    with pytest.raises(DataError, match="--database|no such folder"):
        Store(url)


# -- append-only -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_rows_are_neither_changed_nor_deleted(filled, table):
    if table == "consents":
        with filled.writing() as connection:
            values = "(1, '1', 'x', 'now', true, '', 'then', true)"
            columns = "annotator, version, text_sha256, at, age_confirmed, contact, withdraw_until, share"
            connection.execute(sa.text(f"INSERT INTO consents ({columns}) VALUES {values}"))
    column = METADATA.tables[table].columns.keys()[1]
    changes = [f'UPDATE {table} SET "{column}" = "{column}"', f"DELETE FROM {table}"]
    if filled.database.engine.dialect.name == "postgresql":
        changes.append(f"TRUNCATE {table} CASCADE")
    for change in changes:
        with pytest.raises(sa.exc.DBAPIError, match="is append-only"), filled.writing() as connection:
            connection.execute(sa.text(change))
    with filled.reading() as connection:
        assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()


def test_forgetting_opens_the_door_and_closes_it(filled):
    with filled.forgetting(1) as connection:
        connection.execute(sa.delete(SAVES))
    assert rows(filled) == []
    save(filled, 0, "rating", state(1))
    with pytest.raises(sa.exc.DBAPIError), filled.writing() as connection:
        connection.execute(sa.delete(SAVES))
    with suppress(ZeroDivisionError), filled.forgetting(1):
        raise ZeroDivisionError
    with pytest.raises(sa.exc.DBAPIError), filled.writing() as connection:
        connection.execute(sa.delete(SAVES))


# -- saves -------------------------------------------------------------------------------------------------------------


def test_every_save_has_the_sha256_of_all_before_it(filled):
    assert filled.verify() == []
    kept = rows(filled)
    assert [row["version"] for row in kept] == [1, 2, 3]
    assert kept[2]["sha256"] == saves.chained(saves.chained(saves.chained("", kept[0]), kept[1]), kept[2])


@pytest.mark.parametrize("change", ["UPDATE saves SET seconds = 2 WHERE version = 2", "DELETE FROM saves WHERE version = 1"])
def test_what_is_changed_behind_its_back_is_noticed(filled, change):
    with filled.forgetting(1) as connection:
        connection.execute(sa.text(change))
    assert filled.verify()


def test_a_changed_mask_is_noticed(filled):
    with filled.forgetting(1) as connection:
        connection.execute(sa.text("UPDATE masks SET height = height + 1"))
    assert any("mask" in line for line in filled.verify())


def test_a_mask_that_comes_again_is_kept_once(filled):
    with filled.reading() as connection:
        before = connection.execute(sa.text("SELECT count(*) FROM masks")).scalar()
    save(filled, 3, "stroke", state(1, 4, "region", "", (square(5), None)))
    save(filled, 4, "undo", state(1, 4, "region", "", (square(), None)))
    with filled.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM masks")).scalar() == before + 1
    assert len(rows(filled)) == 5


def test_of_many_that_follow_one_version_one_is_kept(filled):
    body = state(1, 4, "region", "", (square(5), None))

    def attempt(_):
        try:
            return save(filled, 3, "stroke", body).version
        except saves.ConflictError as error:
            return error.last.version * -1

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(attempt, range(12))) == [-4] * 11 + [4]
    assert [row["version"] for row in rows(filled)] == [1, 2, 3, 4]


def test_a_save_that_comes_many_times_at_once_is_kept_once(filled):
    name, body = str(uuid.uuid4()), state(1, 4, "region", "", (square(5), None))
    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(lambda _: save(filled, 3, "stroke", body, name).version, range(12))) == {4}
    assert len(rows(filled)) == 4


def test_a_save_whose_transaction_fails_leaves_nothing(filled):
    before = rows(filled)
    with pytest.raises(ZeroDivisionError), filled.writing() as connection:
        connection.execute(SAVES.insert().values({**before[-1], "id": 99, "version": 9, "save": "x"}))
        raise ZeroDivisionError
    assert rows(filled) == before


def test_sqlite_keeps_what_it_acknowledged(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with store.reading() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        assert settings == ["wal", 2]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


# -- people ------------------------------------------------------------------------------------------------------------


def test_of_tokens_only_the_sha256_is_kept(store):
    with store.writing() as connection:
        add_annotator(connection, 1, "a01")
        token = invite(connection, 1)
        session = exchange(connection, token)
    with store.reading() as connection:
        everything = str([list(connection.execute(sa.select(table))) for table in METADATA.sorted_tables])
    assert token not in everything
    assert session.token not in everything


def test_an_invitation_is_exchanged_once_and_a_new_one_ends_the_session(store):
    with store.writing() as connection:
        add_annotator(connection, 1, "a01")
        token = invite(connection, 1)
        session = exchange(connection, token)
        assert find_person(connection, session.token).number == 1
        with pytest.raises(DataError, match="not valid"):
            exchange(connection, token)
        second = invite(connection, 1)
        assert find_person(connection, session.token) is None
        third = invite(connection, 1)
        with pytest.raises(DataError, match="not valid"):
            exchange(connection, second)
        assert exchange(connection, third).person.pseudonym == "a01"

"""Backups, restored on either database; forgetting, which reaches all that was written; regions that are imported."""

import json
import zipfile

import numpy as np
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from support.finished_study import LIGHT, photographs, simulate
from support.masks import png
from support.postgres import database, postgres  # noqa: F401

from xaesthetic.annotate import keys
from xaesthetic.annotate.backup import back_up, restore
from xaesthetic.annotate.events import count_forgotten
from xaesthetic.annotate.export import export_study
from xaesthetic.annotate.forgetting import forget
from xaesthetic.annotate.importing import import_marks
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.tables import CONSENTS, MASKS, METADATA, SAVES, TASKS
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Annotation, Record
from xaesthetic.data.datasets.annotations import annotations


@pytest.fixture
def finished(tmp_path, write_photo, database):
    """A study that four people have finished, on either database: the study, its open store, its folder."""
    folder = tmp_path / "study"
    study, store = simulate(folder, photographs(tmp_path, write_photo), database=database)
    yield study, store, folder
    store.close()


def contents(store):
    """Every row of the tables that a backup holds."""
    with store.reading() as connection:
        return {
            table.name: connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            for table in METADATA.sorted_tables
            if table.name not in ("invitations", "sessions", "forgetting", "copies", "events")
        }


def test_a_backup_is_the_study(finished, tmp_path):
    """Restored into SQLite it holds the same rows, and new ones can be added."""
    study, store, folder = finished
    archive = back_up(store, study, folder, tmp_path / "study.zip")
    assert store.copies() == [("backup", archive)]
    again = restore(archive, tmp_path / "again")
    assert again == study
    other = Store(f"sqlite:///{tmp_path / 'again' / 'study.sqlite'}")
    try:
        assert contents(other) == contents(store)
        assert not other.verify()
        with other.writing() as connection:
            first = connection.execute(select(TASKS)).mappings().first()
            row = {key: value for key, value in first.items() if key != "id"}
            connection.execute(TASKS.insert().values(row | {"position": 1000}))
    finally:
        other.close()
    for item in study.photographs:
        assert (tmp_path / "again" / item.path).read_bytes() == (folder / item.path).read_bytes()


def test_a_backup_of_sqlite_is_restored_into_the_other(finished, tmp_path, database):
    study, store, folder = finished
    archive = back_up(store, study, folder, tmp_path / "study.zip")
    with pytest.raises(DataError, match="holds a study already"):
        restore(archive, tmp_path / "again", database or f"sqlite:///{folder / 'study.sqlite'}")
    assert not (tmp_path / "again").exists()


def test_a_damaged_backup_is_refused(finished, tmp_path):
    study, store, folder = finished
    archive = back_up(store, study, folder, tmp_path / "study.zip")
    with zipfile.ZipFile(archive) as opened:
        held = {name: opened.read(name) for name in opened.namelist()}
    assert "keys.csv" not in held
    assert not any(name.endswith(("invitations.jsonl", "sessions.jsonl")) for name in held)
    changes = {
        "changed": held | {"tables/saves.jsonl": held["tables/saves.jsonl"].replace(b"region", b"rogion", 1)},
        "less": {name: content for name, content in held.items() if name != "tables/masks.jsonl"},
        "outside": held | {"manifest.json": held["manifest.json"].replace(b"study.json", b"../study.json")},
        "newer": held | {"manifest.json": held["manifest.json"].replace(b'"schema": 1', b'"schema": 9')},
    }
    for name, files in changes.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as opened:
            for file, content in files.items():
                opened.writestr(file, content)
        with pytest.raises(DataError):
            restore(tmp_path / f"{name}.zip", tmp_path / name)
    (tmp_path / "no.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="cannot be read as a backup"):
        restore(tmp_path / "no.zip", tmp_path / "new")
    with pytest.raises(DataError, match="is not empty"):
        restore(archive, folder)


def test_who_is_forgotten_is_nowhere(finished, tmp_path):
    study, store, folder = finished
    export, archive = tmp_path / "out", tmp_path / "study.zip"
    keys.write_keys(folder / keys.FILE, [keys.Key(name, "Ada", "") for name in ("a01", "a02")])
    export_study(store, study, folder, export)
    store.add_copy("export", export.absolute())
    store.add_copy("export", tmp_path / "moved")
    back_up(store, study, folder, archive)
    for name, root in (("mine", export), ("theirs", tmp_path / "other")):
        (tmp_path / "runs" / name).mkdir(parents=True)
        question = {"question": {"data": "annotations", "root": str(root)}}
        (tmp_path / "runs" / name / "experiment.json").write_text(json.dumps(question))
    before = contents(store)
    theirs = {row.id for row in before["tasks"] if row.annotator == 1}

    done = forget(store, study, folder, "a01", export_study, runs=[tmp_path / "runs"])

    assert done.saves == sum(row.task in theirs for row in before["saves"]) > 0
    assert set(done.rewritten) == {export, archive}
    assert done.missing == (tmp_path / "moved",)
    assert done.stale == (tmp_path / "runs" / "mine",)
    after = contents(store)
    assert after["saves"] == [row for row in before["saves"] if row.task not in theirs]
    assert [row.pseudonym for row in after["annotators"] if row.role == "annotator"] == ["a02", "a03", "a04"]
    used = {key for row in after["saves"] for key in (row.raises_sha256, row.lowers_sha256) if key}
    assert {row.sha256 for row in after["masks"]} == used | {
        row.expected_sha256 for row in after["tasks"] if row.expected_sha256
    }
    assert not store.verify()
    assert "a01" not in (export / "marks.csv").read_text()
    assert not list((export / "masks").rglob("a01"))
    assert {
        item.annotator for record in annotations(export) if isinstance(record, Record) for item in record.annotations
    } == {
        "a02",
        "a03",
        "a04",
    }
    restored = restore(archive, tmp_path / "again")
    assert restored.id == study.id
    saves = [row.save.encode() for row in before["saves"] if row.task in theirs]
    files = [*(tmp_path / "again").glob("*.sqlite*"), *tmp_path.glob("*.sqlite*"), *folder.glob("*.sqlite*")]
    assert not [file for file in files if any(save in file.read_bytes() for save in saves)]
    assert [key.pseudonym for key in keys.read_keys(folder / keys.FILE)] == ["a02"]
    with store.reading() as connection:
        assert count_forgotten(connection) == 1
    with pytest.raises(DataError, match="no annotator 'a01'"):
        forget(store, study, folder, "a01", export_study)


def test_nothing_is_changed_or_deleted_but_by_forgetting(finished):
    _, store, _ = finished
    for change in (delete(SAVES), update(SAVES).values(zoom=2.0), delete(MASKS), delete(CONSENTS)):
        with pytest.raises(DatabaseError), store.writing() as connection:
            connection.execute(change)
    assert not store.verify()


def test_imported_regions_are_tasks_of_new_annotators(finished, tmp_path):
    study, store, folder = finished
    shown = study.photographs[0]
    mask = np.zeros((shown.height, shown.width), bool)
    mask[5:20, 8:30] = True
    known = [
        Annotation("Ada", "light", region=png(mask)),
        Annotation("Ada", "light", region=png(~mask), sign="lowers"),
        Annotation("Bob", "", region=png(mask)),
        Annotation("Bob", "symmetry", region=png(mask)),
        Annotation("Bob", "light", region=png(mask[:10])),
        Annotation("Bob", "light", region=png(np.ones_like(mask))),
    ]
    record = Record(shown.id, folder / shown.path, original=shown.id, annotations=tuple(known))
    stranger = Record("other.png", folder / "other.png", original="other.png", annotations=tuple(known[:1]))
    done = import_marks(store, study, [record, stranger], "old.json", folder / keys.FILE)
    assert done.annotators == {"Ada": "a05"}
    assert done.tasks == 1
    assert sum(done.left_out.values()) == 5
    (mark,) = [mark for mark in store.marks() if mark.annotator == "a05"]
    np.testing.assert_array_equal(mark.masks["raises"], mask)
    np.testing.assert_array_equal(mark.masks["lowers"], ~mask)
    assert np.isnan(mark.rating)
    assert [key.label for key in keys.read_keys(folder / keys.FILE)] == ["imported: Ada"]
    again = import_marks(store, study, [record], "old.json", folder / keys.FILE, attribute="beauty")
    assert set(again.annotators) == {"Ada", "Bob"}
    export_study(store, study, folder, tmp_path / "out")
    first = next(record for record in annotations(tmp_path / "out") if isinstance(record, Record))
    bob = [item for item in first.annotations if item.annotator == again.annotators["Bob"]]
    assert [(item.attribute, item.sign, item.extent) for item in bob] == [("beauty", "raises", "")]
    with pytest.raises(DataError, match="no region can be used"):
        import_marks(store, study, [stranger], "old.json", folder / keys.FILE)


def test_a_region_of_the_originals_size_is_reduced(tmp_path, write_photo):
    """A photograph larger than 1,600 pixels is shown smaller; half of it stays half."""
    file = tmp_path / "large.png"
    write_photo(file, np.full((1000, 2000, 3), 90, np.uint8))
    study, store = simulate(
        tmp_path / "study", [Record("large.png", file, original="large.png")], (LIGHT,), 2, 2, repeats=0.0
    )
    try:
        mask = np.zeros((1000, 2000), bool)
        mask[:, :1000] = True
        record = Record("large.png", file, original="large.png", annotations=(Annotation("Ada", region=png(mask)),))
        import_marks(store, study, [record], "old", tmp_path / "keys.csv")
        mark = next(mark for mark in store.marks() if mark.annotator == "a03")
        assert mark.masks["raises"].shape == (800, 1600)
        assert mark.masks["raises"][:, :800].all()
        assert not mark.masks["raises"][:, 800:].any()
    finally:
        store.close()

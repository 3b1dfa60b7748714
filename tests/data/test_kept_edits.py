"""Edited photographs are kept for the stages and reports that want them again."""

import numpy as np
import pytest
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256
from xaesthetic.core.types import EditStep, Record
from xaesthetic.data import photograph

SUBJECT = (((2.0, 2.0), (20.0, 2.0), (20.0, 20.0), (2.0, 20.0)),)


@pytest.fixture
def record(tmp_path, photo):
    file = tmp_path / "one.png"
    Image.fromarray(photo).save(file)
    return Record("one~drain~1", file, "one", EditStep("drain", 1.0), SUBJECT, sha256=sha256(file))


@pytest.fixture
def applied(monkeypatch):
    """How often an edit was made."""
    made = []
    edited = photograph._edited
    monkeypatch.setattr(photograph, "_edited", lambda *of: made.append(of) or edited(*of))
    return made


def test_an_edit_is_made_once_and_nobody_shares_its_pixels(record, applied):
    first = photograph.load_photograph(record)
    kept = first.copy()
    first[:] = 0
    second = photograph.load_photograph(record)
    assert np.array_equal(second, kept)
    second[:] = 0
    assert np.array_equal(photograph.load_photograph(record), kept)
    assert len(applied) == 1


def test_another_amount_or_subject_is_another_picture(record, applied):
    whole = photograph.load_photograph(record)
    less = Record(record.id, record.path, "one", EditStep("drain", 0.5), SUBJECT, sha256=record.sha256)
    assert not np.array_equal(photograph.load_photograph(less), whole)
    nowhere = Record(record.id, record.path, "one", record.edit, (), sha256=record.sha256)
    with pytest.raises(DataError, match="no subject"):
        photograph.load_photograph(nowhere)
    assert len(applied) == 3


def test_a_file_that_has_changed_or_is_gone_is_refused(record):
    photograph.load_photograph(record)
    Image.new("RGB", (40, 40)).save(record.path)
    with pytest.raises(DataError, match=r"one\.png"):
        photograph.load_photograph(record)
    record.path.unlink()
    with pytest.raises(DataError, match=r"one\.png"):
        photograph.load_photograph(record)


def test_large_ones_and_those_of_unknown_files_are_made_again(record, applied, monkeypatch):
    unknown = Record(record.id, record.path, "one", record.edit, SUBJECT)
    photograph.load_photograph(unknown)
    photograph.load_photograph(unknown)
    monkeypatch.setattr(photograph, "_SMALL", 10)
    photograph.load_photograph(record)
    photograph.load_photograph(record)
    assert len(applied) == 4

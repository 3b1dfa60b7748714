import os

import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import Experiment
from xaesthetic.data import images
from xaesthetic.data.records import find_records, given_records
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run
from xaesthetic.stages.records import examine_records

BAD = b"fl\xff\xfe.png"


@pytest.fixture
def folder(tmp_path, photo, write_photo):
    """A good photograph and one whose name is not UTF-8."""
    write_photo(tmp_path / "photos" / "a.png", photo)
    try:
        os.link(os.fsencode(tmp_path / "photos" / "a.png"), os.fsencode(tmp_path / "photos") + b"/" + BAD)
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    return tmp_path / "photos"


def test_a_name_that_is_not_utf8_is_left_out_with_its_reason(folder, tmp_path):
    records = find_records(str(folder))
    assert [record.id for record in records] == ["a.png", r"fl\udcff\udcfe.png"]
    run = Run.create(tmp_path / "run", Experiment("here", None, (), (), (), None), {"models": {}})
    examine_records(run, records)
    assert [record.id for record in run.records()] == ["a.png"]
    assert "rename the file" in run.read(RECORDS)["reason"][1]


def test_decode_and_lists_say_it_in_printable_letters(folder):
    odd = given_records([folder])[1]
    odd.id.encode()
    with pytest.raises(DataError, match="not UTF-8") as caught:
        images.decode(odd.path)
    str(caught.value).encode()
    assert printable(odd.path) == odd.id

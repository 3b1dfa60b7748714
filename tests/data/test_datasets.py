import os
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat
from support.places import SHARED

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.data import edits, images
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import find_records, fingerprint, given_records

OSIE = SHARED / "osie"


def test_sample_is_six_photographs_and_their_edits():
    records = find_records("sample")
    assert len({record.original for record in records}) == 6
    assert len({record.id for record in records}) == len(records) == 6 * (1 + len(edits.EDITS))
    for record in records:
        if record.edit is None:
            assert record.id == record.original
        else:
            assert record.id == f"{record.original}~{record.edit.name}~{record.edit.amount:g}"
            assert record.edit.amount == 1


def test_every_sample_photograph_has_a_subject_and_a_licence():
    for record in find_records("sample"):
        height, width = images.decode(record.path).shape[:2]
        points = np.array([point for polygon in record.subject for point in polygon])
        assert points.min() >= 0
        assert points[:, 0].max() <= width
        assert points[:, 1].max() <= height
        assert 0.02 < images.region(record.subject, (height, width)).mean() < 0.8
        assert any(licence in record.credit for licence in ("CC0", "CC BY 2.0", "public domain"))


@pytest.mark.parametrize("installed", [False, True])
def test_a_sample_that_is_not_installed(tmp_path, monkeypatch, installed):
    spec = ModuleSpec("skimage", None, origin=str(tmp_path / "__init__.py")) if installed else None
    monkeypatch.setattr("xaesthetic.data.datasets.sample.find_spec", lambda package: spec)
    with pytest.raises(DataError, match=r"skimage ships no data/astronaut\.png; install scikit-image"):
        find_records("sample")


def test_every_sample_record_can_be_shown():
    for record in find_records("sample"):
        if record.original == "rocket":
            assert load_photograph(record).ndim == 3


def test_folder_in_alphabetical_order_without_what_is_no_photograph(photo, tmp_path, write_photo):
    for name in ("b.png", "a.JPG", "deep/er/c.webp", ".hidden.png", ".git/d.png"):
        write_photo(tmp_path / name, photo)
    (tmp_path / "notes.txt").write_text("no photograph")
    records = find_records(str(tmp_path))
    assert [record.id for record in records] == ["a.JPG", "b.png", "deep/er/c.webp"]
    assert [record.original for record in records] == [record.id for record in records]


def test_folders_that_cannot_be_used(tmp_path, monkeypatch):
    (tmp_path / "file.jpg").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    for path, why in (("none", "no such folder"), ("file.jpg", "a file, not a folder"), ("empty", "no photograph in it")):
        with pytest.raises(DataError, match=why):
            find_records(str(tmp_path / path))
    (tmp_path / "locked").mkdir()

    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as patch, pytest.raises(DataError, match=r"locked: cannot be read \(Permission denied\)"):
        patch.setattr(os, "scandir", refuse)
        find_records(str(tmp_path / "locked"))
    with pytest.raises(DataError, match="give its path"):
        find_records("folder")
    with pytest.raises(DataError, match="Did you mean 'sample'.* Nor is there a folder"):
        find_records("sampl")


def test_photographs_named_one_by_one(photo, tmp_path, write_photo):
    first, second = write_photo(tmp_path / "a.png", photo), write_photo(tmp_path / "more" / "b.png", photo)
    assert [record.path for record in given_records([first, second.parent])] == [first, second]
    once, again, lost = given_records([first, first, tmp_path / "c.png"])
    assert (once.problem, again.id) == ("", f"{first} (2)")
    assert "comes twice" in again.problem
    assert "no such photograph or folder" in lost.problem
    with pytest.raises(DataError, match="no such photograph or folder"):
        given_records([tmp_path / "c.png"])


def test_the_fingerprint_knows_contents_names_and_edits(photo, tmp_path, write_photo):
    write_photo(tmp_path / "a.png", photo)
    first = fingerprint(find_records(str(tmp_path)))
    assert fingerprint(find_records(str(tmp_path))) == first
    write_photo(tmp_path / "a.png", photo[::-1].copy())
    second = fingerprint(find_records(str(tmp_path)))
    (tmp_path / "a.png").rename(tmp_path / "b.png")
    assert len({first, second, fingerprint(find_records(str(tmp_path)))}) == 3
    sample = find_records("sample")
    assert fingerprint(sample[:1]) != fingerprint(sample[1:2])


def write_osie(root, points, count=15):
    """The repository's structure, with subjects who all look at the same points."""
    people = np.empty(count, dtype=object)
    for index in range(count):
        people[index] = {
            "fix_x": np.array([x for x, _ in points], float),
            "fix_y": np.array([y for _, y in points], float),
            "fix_duration": np.full(len(points), 200.0),
        }
    entries = np.empty(2, dtype=object)
    for index in range(2):
        entries[index] = {"img": f"{1001 + index}.jpg", "subjects": people}
    (root / "eye").mkdir(parents=True)
    savemat(root / "eye" / "fixations.mat", {"fixations": entries.reshape(-1, 1)})


def test_osie_takes_what_people_looked_at_for_the_subject(tmp_path):
    write_osie(tmp_path, [(200.0, 150.0), (210.0, 160.0), (600.0, 450.0)])
    records = find_records("osie", tmp_path)
    assert [record.id for record in records] == ["1001", "1002"]
    assert records[0].path == tmp_path / "stimuli" / "1001.jpg"
    inside = images.region(records[0].subject, (600, 800))
    assert inside[155, 205]
    assert inside[450, 600]
    assert not inside[300, 400]
    assert 0.005 < inside.mean() < 0.05


@pytest.mark.parametrize("count", [1, 15])
def test_osie_subject_by_hand(tmp_path, count):
    write_osie(tmp_path, [(300.0, 200.0)], count)
    inside = images.region(find_records("osie", tmp_path)[0].subject, (600, 800))
    rows, columns = np.nonzero(inside)
    assert (columns.mean(), rows.mean()) == pytest.approx((300, 200), abs=3)  # the middle of a cell of 4 x 4
    radius = 24 * np.sqrt(-2 * np.log(0.2))  # of the disc that holds 80 % of a Gaussian with sigma 24
    assert inside.sum() == pytest.approx(np.pi * radius**2, rel=0.02)
    assert columns.max() - columns.min() == pytest.approx(2 * radius, abs=4)


def test_osie_where_nobody_looked_at_the_photograph(tmp_path):
    write_osie(tmp_path, [(-20.0, 300.0), (900.0, 700.0)])
    assert find_records("osie", tmp_path)[0].subject == ()


def test_osie_at_the_edge(tmp_path):
    write_osie(tmp_path, [(2.0, 300.0)])
    (outline,) = find_records("osie", tmp_path)[0].subject
    assert min(x for x, _ in outline) <= 0  # closed along the edge, not cut off before it
    assert images.region((outline,), (600, 800))[300, 0]


@pytest.mark.parametrize("content", [{"other": 1}, {"fixations": np.arange(3.0)}, {"fixations": {"img": "a.jpg"}}])
def test_osie_with_another_structure(tmp_path, content):
    (tmp_path / "eye").mkdir()
    savemat(tmp_path / "eye" / "fixations.mat", content)
    with pytest.raises(DataError, match="cannot be read as OSIE"):
        find_records("osie", tmp_path)


def test_osie_without_its_files(tmp_path):
    with pytest.raises(DataError, match="--root"):
        find_records("osie")
    (tmp_path / "eye").mkdir()
    (tmp_path / "eye" / "fixations.mat").write_bytes(b"no matlab file")
    with pytest.raises(DataError, match="cannot be read as OSIE"):
        find_records("osie", tmp_path)


@pytest.mark.skipif(not OSIE.is_dir(), reason=f"an extra for where {OSIE} is; files written here are always tested")
def test_osie_as_published():
    records = find_records("osie", OSIE)
    assert len(records) == 350
    shares = [images.region(record.subject, (600, 800)).mean() for record in records[::25]]
    assert min(shares) > 0.02
    assert max(shares) < 0.5


def test_every_data_set_is_listed():
    assert set(plugins.names("datasets")) >= {"sample", "folder", "osie"}

"""A study is made whole or not at all, goes on as it was, and is served at addresses that only its annotators read."""

import json
import stat

import numpy as np
import pytest
from PIL import Image
from support.annotating import COLOR, LIGHT, made_study

from xaesthetic.annotate import keys
from xaesthetic.annotate.definitions import WORDS, attributes_of, consent_of
from xaesthetic.annotate.making import Choices, go_on, make_study
from xaesthetic.annotate.opening import opened
from xaesthetic.annotate.photographs import LONGEST
from xaesthetic.annotate.server.addresses import addresses
from xaesthetic.annotate.study import StudyAttribute, read_study, write_study
from xaesthetic.core.attributes import ATTRIBUTES, Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record
from xaesthetic.data.images import read_size

CHOICES = Choices((LIGHT, COLOR), consent_of("Yes?"), annotators=2, invited=2, catches=0, practice=0)
HERE = addresses("127.0.0.1", 8765)


def record(file, pixels, **options):
    Image.fromarray(pixels).save(file, **options)
    return Record(file.name, file, original=file.name, credit="nobody")


@pytest.fixture
def records(tmp_path):
    wide = np.zeros((900, 3200, 3), np.uint8)
    wide[:, :1600] = (200, 30, 30)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a secret"  # to be turned; a description
    (tmp_path / "broken.jpg").write_bytes(b"no photograph")
    return [
        record(tmp_path / "wide.jpg", wide, exif=exif),
        Record("broken.jpg", tmp_path / "broken.jpg", original="broken.jpg"),
        record(tmp_path / "tiny.png", np.zeros((20, 30, 3), np.uint8)),
        record(tmp_path / "small.png", np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)),
        Record("gone.jpg", tmp_path / "gone.jpg", original="gone.jpg"),
    ]


def test_bad_photographs_are_left_out_with_their_reason(tmp_path, records):
    made = make_study(tmp_path / "study", records, CHOICES)
    assert [item.id for item in made.study.photographs] == ["wide.jpg", "small.png"]
    assert set(made.left_out) == {"broken.jpg", "tiny.png", "gone.jpg"}
    assert all(made.left_out.values())
    assert read_study(tmp_path / "study") == made.study
    assert sorted(file.name for file in (tmp_path / "study" / "photographs").iterdir()) == ["1.jpg", "2.png"]


def test_prepared_copies_are_upright_without_metadata_and_not_too_large(tmp_path, records):
    wide, small = make_study(tmp_path / "study", records, CHOICES).study.photographs
    file = tmp_path / "study" / wide.path
    assert (wide.original_width, wide.original_height) == (900, 3200)  # the file's, turned upright
    assert (wide.width, wide.height) == (450, LONGEST) == read_size(file)[::-1]
    assert b"secret" not in file.read_bytes()
    with Image.open(file) as picture:
        assert not picture.getexif()
        assert picture.getpixel((225, 100))[0] > 150  # what was left is above
        assert picture.getpixel((225, 1500))[0] < 50
    with Image.open(tmp_path / "study" / small.path) as picture, Image.open(records[3].path) as before:
        assert np.array_equal(np.array(picture), np.array(before))


def test_a_study_that_was_not_finished_is_made_again(tmp_path, records):
    (tmp_path / "study" / "photographs").mkdir(parents=True)
    (tmp_path / "study" / "photographs" / "1.jpg").write_bytes(b"half")
    made = make_study(tmp_path / "study", records, CHOICES)
    assert read_size(tmp_path / "study" / made.study.photographs[0].path) == (LONGEST, 450)


def test_no_photograph_and_too_few_people_are_refused(tmp_path, records):
    with pytest.raises(DataError, match="no photograph can be used; the first: broken.jpg"):
        make_study(tmp_path / "study", records[1:3], CHOICES)
    with pytest.raises(DataError, match="--people 1: fewer than the 2 annotators"):
        make_study(tmp_path / "study", records, Choices((LIGHT,), consent_of(), annotators=2, invited=1))
    assert not (tmp_path / "study" / "study.json").exists()


def test_the_same_question_goes_on_and_another_is_refused(tmp_path, records):
    study = make_study(tmp_path / "study", records, CHOICES).study
    assert go_on(tmp_path / "study", records, CHOICES) == study
    other = Choices((LIGHT,), consent_of("No?"), annotators=2, invited=2)
    with pytest.raises(DataError, match="differs in attributes, consent, photographs"):
        go_on(tmp_path / "study", records[1:], other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "of schema 2"),
        ({"annotators": 9}, "9 annotators"),
        ({"annotators": "2"}, "annotators"),
        ({"order": "any"}, "order"),
        ({"attributes": []}, "no attributes"),
        ({"catches": 2}, "catches"),
    ],
)
def test_a_damaged_question_is_refused(tmp_path, change, said):
    made_study(tmp_path / "study")
    file = tmp_path / "study" / "study.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(DataError, match=said):
        read_study(tmp_path / "study")


@pytest.mark.parametrize("path", ["/etc/passwd", "../keys.csv"])
def test_no_photograph_lies_outside_of_the_folder(tmp_path, path):
    made_study(tmp_path / "study")
    file = tmp_path / "study" / "study.json"
    value = json.loads(file.read_text())
    value["photographs"][0]["path"] = path
    file.write_text(json.dumps(value))
    with pytest.raises(DataError, match="no path below"):
        read_study(tmp_path / "study")


def test_started_again_it_is_the_same_with_new_addresses(tmp_path):
    study = made_study(tmp_path / "study", catches=0.5)
    file = tmp_path / "study" / "keys.csv"
    with opened(study, tmp_path / "study", HERE) as first:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with pytest.raises(DataError, match="serving this study"), opened(study, tmp_path / "study", HERE):
            pass
    with opened(study, tmp_path / "study", addresses("127.0.0.1", 9000)) as second:
        assert {name: link.replace("9000", "8765") for name, link in second.links.items()} == first.links
        assert second.admin.partition("#")[2] != first.admin.partition("#")[2]
        assert second.service.photographs == first.service.photographs
    assert [key.link for key in keys.read_keys(file)] == list(second.links.values())


def test_two_studies_of_one_question_lay_out_the_same_tasks(tmp_path):
    study = made_study(tmp_path / "study", catches=0.5, seed=3)
    (tmp_path / "again" / "photographs").mkdir(parents=True)
    for file in (tmp_path / "study" / "photographs").iterdir():
        (tmp_path / "again" / "photographs" / file.name).write_bytes(file.read_bytes())
    write_study(tmp_path / "again", study)
    layouts = []
    for folder in (tmp_path / "study", tmp_path / "again"):
        with opened(study, folder, HERE) as ready, ready.service.store.reading() as connection:
            layouts.append(connection.exec_driver_sql("SELECT * FROM tasks ORDER BY id").all())
    assert layouts[0] == layouts[1]
    assert {row.kind for row in layouts[0]} == {"practice", "task", "catch"}


# -- words and addresses -----------------------------------------------------------------------------------------------


def test_every_attribute_of_the_vocabulary_has_its_words():
    assert set(WORDS) == {item.name for item in ATTRIBUTES} - {"overall"}
    assert len(attributes_of(["all"])) == len(WORDS)
    assert attributes_of(["beauty"], [Attribute("beauty", "Beauty", 1, 10)]) == (
        StudyAttribute("beauty", "Beauty", "", 1, 10),
    )
    with pytest.raises(DataError, match="is asked of every photograph anyway"):
        attributes_of(["light", "overall"])


def test_addresses_that_others_could_read_are_refused():
    for host in ("0.0.0.0", "192.168.0.7", "::", "example.org"):
        with pytest.raises(DataError, match="--tls-cert and --tls-key, or --behind-proxy"):
            addresses(host, 8765)
    assert addresses("192.168.0.7", 443, tls=True).origins == ("https://192.168.0.7",)
    assert addresses("::1", 8765).origins[0] == "http://[::1]:8765"
    assert addresses("0.0.0.0", 80, proxy="https://a.example.org/").hosts == {"a.example.org"}
    for proxy in ("http://a.example.org", "https://", "https://a/b", "https://a:x", "https://u@a"):
        with pytest.raises(DataError, match="--behind-proxy"):
            addresses("0.0.0.0", 80, proxy=proxy)

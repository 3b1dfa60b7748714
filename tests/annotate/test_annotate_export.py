"""A study's export: what was saved is what the data set, COCO's readers and Label Studio's give back."""

import csv
import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from pycocotools.coco import COCO
from support.finished_study import photographs, simulate

from xaesthetic.annotate.export import attribute_folders, export_study
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.datasets.annotations import annotations
from xaesthetic.data.datasets.coco import coco
from xaesthetic.data.datasets.fixations import fixations
from xaesthetic.data.datasets.label_studio import label_studio
from xaesthetic.data.masks import read_mask
from xaesthetic.data.study_export import MARKS


@pytest.fixture
def exported(tmp_path, write_photo):
    """The study, its finished marks of photographs by (annotator, number, attribute), the folder."""
    study, store = simulate(tmp_path / "study", photographs(tmp_path, write_photo))
    marks = {(m.annotator, m.photograph, m.attribute): m for m in store.marks() if m.kind == "task"}
    out = export_study(store, study, tmp_path / "study", tmp_path / "out")
    yield study, store, marks, out
    store.close()


def parts(source):
    items = list(source)
    kinds = {Record: [], PassedOver: [], Attribute: []}
    for item in items:
        next(found for kind, found in kinds.items() if isinstance(item, kind)).append(item)
    return kinds[Record], kinds[PassedOver], kinds[Attribute]


def regions(records):
    """Masks by (annotator, photograph's id, attribute, sign)."""
    return {
        (marks.annotator, record.id, marks.attribute, marks.sign): read_mask(marks.region)
        for record, marks in ((record, marks) for record in records for marks in record.annotations)
        if marks.region
    }


def expected_regions(study, marks):
    names = {item.number: item.id for item in study.photographs}
    return {
        (who, names[number], attribute, sign): mark.masks[sign]
        for (who, number, attribute), mark in marks.items()
        for sign in ("raises", "lowers")
        if mark.masks[sign] is not None
    }


def assert_same(read, wanted):
    assert read.keys() == wanted.keys()
    for key, mask in wanted.items():
        np.testing.assert_array_equal(read[key], mask)


def test_the_data_set_gives_back_what_was_saved(exported):
    study, _, marks, out = exported
    records, passed_over, declared = parts(annotations(out))
    assert [record.id for record in records] == ["photo 0.png", "photo 1.png", "photo 2.png"]
    assert not passed_over
    assert not [record.problem for record in records if record.problem]
    assert_same(regions(records), expected_regions(study, marks))
    assert {(item.name, item.low, item.high) for item in declared} == {("beauty", 1, 5), ("overall", 1, 5)}
    nowhere = [item for record in records for item in record.annotations if item.extent]
    assert {(item.sign, item.extent) for item in nowhere} == {("lowers", "nowhere")}
    ratings = [mark.rating for (_, number, name), mark in marks.items() if (number, name) == (1, "light")]
    assert records[0].ratings["light"] == pytest.approx(np.mean(ratings))
    assert records[0].votes["light"].n == len(ratings) == 3
    assert records[0].votes["light"].std == pytest.approx(np.std(ratings))
    assert records[0].ratings["overall"] == 2


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_cocos_own_reader_and_ours(exported):
    study, _, marks, out = exported
    theirs = COCO(str(out / "coco.json"))
    names = {item.number: item.id for item in study.photographs}
    read = {}
    for item in theirs.loadAnns(theirs.getAnnIds()):
        attribute, sign = theirs.cats[item["category_id"]]["name"].split()
        mask = theirs.annToMask(item).astype(bool)
        read[item["annotator"], names[item["image_id"]], attribute, sign] = mask
        rows, columns = np.nonzero(mask)
        assert item["area"] == mask.sum()
        box = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
        assert item["bbox"] == box
    assert_same(read, expected_regions(study, marks))
    (out / "attributes.toml").write_text("[beauty]\n")
    records, _, _ = parts(coco(out / "coco.json"))
    assert_same(by_file(regions(records), study), expected_regions(study, marks))


def by_file(read, study):
    """Other readers call photographs by their files and annotators by words of their own."""
    names = {f"photographs/{item.number}.png": item.id for item in study.photographs}
    return {(who.removeprefix("annotator "), names[image], *rest): mask for (who, image, *rest), mask in read.items()}


def test_label_studios_form(exported):
    study, _, marks, out = exported
    (out / "attributes.toml").write_text("[beauty]\n")
    records, _, _ = parts(label_studio(out / "label_studio.json"))
    assert_same(by_file(regions(records), study), expected_regions(study, marks))


def test_points_lie_in_the_regions(exported):
    _, _, marks, out = exported
    (record, *_), _, _ = parts(fixations(out / "points" / "light.raises.csv"))
    for item in record.annotations:
        mask = marks[item.annotator, int(record.path.stem), "light"].masks["raises"]
        points = np.array(item.fixations)
        assert len(points) == 100
        assert mask[points[:, 1].astype(int), points[:, 0].astype(int)].all()


def test_the_table_has_every_task_and_safe_cells(exported):
    _, store, _, out = exported
    table = pd.read_csv(out / "marks.csv", keep_default_na=False)
    assert tuple(table.columns) == MARKS
    assert len(table) == sum(mark.kind != "practice" for mark in store.marks())
    assert set(table["kind"]) == {"task", "repeat", "catch"} & set(table["kind"])
    assert set(table.loc[table["kind"] == "task", "raises"]) == {"region"}


def test_who_is_excluded_is_there_and_does_not_count(exported, tmp_path):
    study, store, _, _ = exported
    out = export_study(store, study, tmp_path / "study", tmp_path / "other", excluded={"a01": "missed catch trials"})
    records, passed_over, _ = parts(annotations(out))
    assert {item.annotator for record in records for item in record.annotations} == {"a02", "a03", "a04"}
    assert {item.reason for item in passed_over} == {"of an annotator whom the study's rules exclude"}
    with (out / "marks.csv").open() as file:
        assert {row["excluded"] for row in csv.DictReader(file) if row["annotator"] == "a01"} == {"missed catch trials"}
    assert "a01" not in (out / "coco.json").read_text()


def test_an_older_export_is_replaced_and_nothing_else(exported, tmp_path):
    study, store, _, out = exported
    (out / "marks.csv").write_text("broken")
    export_study(store, study, tmp_path / "study", out)
    assert (out / "marks.csv").read_text() != "broken"
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("all I have")
    with pytest.raises(DataError, match="no export of this study"):
        export_study(store, study, tmp_path / "study", other)
    assert (other / "thesis.txt").read_text() == "all I have"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda study: study | {"schema": 2}, "is of version 2"),
        (lambda study: study | {"photographs": study["photographs"] * 2}, "comes twice"),
        (lambda study: study | {"photographs": [study["photographs"][0] | {"file": "../x.png"}]}, "no path below"),
        (lambda study: study | {"photographs": [study["photographs"][0] | {"height": 0}]}, "height"),
    ],
    ids=["version", "twice", "outside", "size"],
)
def test_a_changed_export_is_refused(exported, change, wanted):
    file = exported[3] / "export.json"
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(DataError, match=wanted):
        list(annotations(exported[3]))


def test_what_is_damaged_costs_only_itself(exported):
    out = exported[3]
    masks = sorted((out / "masks").rglob("*.png"))
    masks[0].write_bytes(b"no picture")
    (out / "photographs" / "2.png").write_bytes(b"another")
    lines = (out / "marks.csv").read_text().splitlines()
    (out / "marks.csv").write_text("\n".join([*lines, "x"]))
    records, passed_over, _ = parts(annotations(out))
    assert [bool(record.problem) for record in records] == [False, True, False]
    problems = [item.problem for record in records for item in record.annotations if item.problem]
    assert len(problems) == 1
    assert masks[0].name in problems[0]
    assert len(passed_over) == 1


def test_folders_of_attributes_are_names_of_files():
    assert attribute_folders(["beauty", "a/b", "a.b"]) == {"beauty": "beauty", "a/b": "2_a_b", "a.b": "3_a_b"}


def test_without_a_folder():
    with pytest.raises(DataError, match="--root"):
        list(annotations())


def test_all_pairs_are_marked(exported):
    """The simulated people marked every photograph and attribute, three of them each."""
    _, _, marks, _ = exported
    for number, name in product((1, 2, 3), ("light", "beauty")):
        assert len([key for key in marks if key[1:] == (number, name)]) == 3

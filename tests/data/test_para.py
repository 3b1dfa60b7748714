"""PARA: its two layouts, its own attributes, and what is undone, missing or damaged."""

import math

import numpy as np
import pytest
from PIL import Image
from support.places import SHARED

from xaesthetic.core.errors import DataError
from xaesthetic.core.para import COLUMNS
from xaesthetic.core.votes import reliability
from xaesthetic.data.check import examine_data
from xaesthetic.data.datasets._para_lists import divided
from xaesthetic.data.records import collect
from xaesthetic.paper.tables.raters import read_votes

PARA = SHARED / "para"
HALVES = [f"aestheticScore_{value / 2:.1f}" for value in range(2, 11)]
FIVE = range(1, 6)
HEADER = [
    "imageName", "sessionId", "semantic", *HALVES, "aestheticScore_mean", "aestheticScore_std", "qualityScore_mean",
    "qualityScore_std", *(f"dofScore_{value}" for value in FIVE), "dofScore_mean", "dofScore_std", "isObjectEmphasis_0",
    "isObjectEmphasis_1", "isObjectEmphasis_mean", "isObjectEmphasis_std", "personality-E",
]  # fmt: skip


def row(name, session, overall="0,0,0,0,2,0,2,0,0,3.5,0.5", quality="3,1", dof="0,0,4,0,0,3,0", emphasis="3,1,0.25,0.43"):
    return f"{name},{session},plant,{overall},{quality},{dof},{emphasis},6.5"


def write(folder, tables, photographs=()):
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    for number, name in enumerate(photographs):
        (folder / "imgs" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((40, 50, 3), number * 40, np.uint8)).save(folder / "imgs" / name)
    return folder


@pytest.fixture
def published(tmp_path):
    return write(
        tmp_path,
        {
            "annotation/PARA-GiaaTrain.csv": [",".join(HEADER), row("iaa_pub1_.jpg", "session1")],
            "annotation/PARA-GiaaTest.csv": [",".join(HEADER), row("iaa_pub71_.jpg", "session2", quality=",")],
            "annotation/PARA-UserInfo.csv": ["userId,age,gender", "A1,22-25,female"],
        },
        ["session1/iaa_pub1_.jpg", "session2/iaa_pub71_.jpg"],
    )


def test_the_published_layout(published):
    collection = collect("para", published)
    first, second = collection.records
    assert (first.id, first.group, first.category, dict(first.splits)) == (
        "iaa_pub1_.jpg",
        "session1",
        "plant",
        {"train": 0},
    )
    assert first.path == published / "imgs/session1/iaa_pub1_.jpg"
    assert not first.problem
    assert dict(first.ratings) == {"overall": 3.5, "quality": 3.0, "dof": 3.0, "object_emphasis": 0.75}
    assert dict(second.splits) == {"test": 0}
    assert [item.name for item in collection.described] == ["overall", "quality", "dof", "object_emphasis"]
    assert collection.passed_over == ()
    assert "no commercial use" in first.credit


def test_votes_are_kept(published):
    votes = collect("para", published).records[0].votes
    assert (votes["overall"].n, dict(votes["overall"].counts), votes["overall"].std) == (4, {3.0: 2, 4.0: 2}, 0.5)
    assert (votes["quality"].n, votes["quality"].std) == (4, 1.0)  # the same people, whose votes are not counted
    assert dict(votes["object_emphasis"].counts) == {1.0: 3, 0.0: 1}


def test_attributes_keep_their_questions(published):
    known = {item.name: item for item in collect("para", published).described}
    assert (known["dof"].low, known["dof"].high, known["dof"].related) == (1, 5, ("depth_of_field",))
    assert known["dof"].about == "1 to 5, related to depth_of_field, not the same"
    assert known["dof"].question.startswith("How good is the depth of field")
    assert (known["object_emphasis"].low, known["object_emphasis"].high) == (0, 1)
    assert "inverted" in known["object_emphasis"].question
    sheets = {sheet.title: sheet for sheet in examine_data("para", published).sheets}
    assert ("dof", known["dof"].title, known["dof"].about, known["dof"].question) in sheets["declared attributes"].rows
    assert len({item.name for item in COLUMNS.values()}) == 10


def test_what_is_missing_is_missing(tmp_path):
    rows = [
        row("a.jpg", "s1", quality=",", emphasis=",,,"),
        row("b.jpg", "s1", overall="0,0,0,0,0,0,0,0,0,0,0"),  # nobody gave a vote: no 0
        row("c.jpg", "s1", overall="0,0,0,0,2,0,2,0,0,,"),  # the mean is in the counts
    ]
    collection = collect("para", write(tmp_path, {"PARA-Giaa-3.csv": [",".join(HEADER), *rows]}))
    rated = {record.id: record.ratings for record in collection.records}
    assert math.isnan(rated["a.jpg"]["quality"])
    assert math.isnan(rated["a.jpg"]["object_emphasis"])
    assert math.isnan(rated["b.jpg"]["overall"])
    assert rated["c.jpg"]["overall"] == 3.5
    votes = {record.id: record.votes for record in collection.records}
    assert (votes["a.jpg"]["quality"].n, votes["b.jpg"]["overall"].n) == (0, 0)


def test_damaged_rows_are_passed_over(tmp_path):
    rows = [row("a.jpg", "s1"), row("a.jpg", "s1"), row("b.jpg", "s1", quality="good,1"), row("", "s1"), "c.jpg,s1"]
    rows += [row("d.jpg", "s1", dof="-1,0,4,0,0,3,0")]
    collection = collect("para", write(tmp_path, {"PARA-Giaa-3.csv": [",".join(HEADER), *rows]}))
    assert [record.id for record in collection.records] == ["a.jpg"]
    assert "no file of that name" in collection.records[0].problem
    reasons = {item.reason.partition(" where")[0] for item in collection.passed_over}
    assert reasons == {
        "a photograph that has ratings already; the first row counts", "'good' is no number", "names no image",
        "has 2 cells", "-1 is no number of votes",
    }  # fmt: skip


SINGLE = [
    "sessionId,imageName,userId,aestheticScore,qualityScore,dofScore,isObjectEmphasis,semantic",
    "session1,iaa_pub1_.jpg,A1,3.5,3,4,0,food",
    "session1,iaa_pub1_.jpg,A2,4.5,4,,1,food",
    "session1,iaa_pub1_.jpg,A3,4,5,5,0,food",
    "session1,iaa_pub1_.jpg,A4,good,5,5,0,food",
]


def test_single_votes_alone(tmp_path):
    folder = write(tmp_path, {"annotation/PARA-Images.csv": SINGLE}, ["session1/iaa_pub1_.jpg"])
    collection = collect("para", folder)
    (record,) = collection.records
    assert dict(record.ratings) == {"overall": 4.0, "quality": 4.25, "dof": pytest.approx(14 / 3), "object_emphasis": 0.75}
    assert (record.votes["overall"].n, record.votes["dof"].n, record.category) == (3, 3, "food")
    assert [(item.name, item.reason) for item in collection.passed_over] == [
        ("PARA-Images.csv, line 5, aestheticScore", "'good' is no number")
    ]


def test_table_2_reads_single_votes_as_they_are_published(tmp_path):
    folder = write(tmp_path, {"PARA-Images.csv": SINGLE})
    votes, notes = read_votes(folder / "PARA-Images.csv", {"rater": None, "image": None, "score": None})
    assert votes["score"].tolist() == [3.5, 4.5, 4.0]
    assert len(notes) == 1


def test_lists_are_fixed_and_keep_sessions_together(tmp_path):
    rows = [row(f"{number}.jpg", f"s{number // 4}") for number in range(50)]
    tables = {
        name: [",".join(HEADER), *chosen] for name, chosen in (("PARA-Giaa.csv", rows), ("x/PARA-Giaa.csv", rows[::-1]))
    }
    write(tmp_path, tables)
    lists = [
        {record.id: set(record.splits) for record in collect("para", folder).records}
        for folder in (tmp_path, tmp_path / "x")
    ]
    assert lists[0] == lists[1]
    assert sum("test" in names for names in lists[0].values()) == 10
    sessions = {}
    for record in collect("para", tmp_path).records:
        sessions.setdefault(record.group, set()).update(record.splits)
    assert all(len(names) == 1 for names in sessions.values())
    assert divided([]) == {}


def test_no_table_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no PARA-Giaa….csv or PARA-Images.csv .*'xaesthetic data fetch para' says where"):
        collect("para", tmp_path)


def test_a_table_is_enough(published):
    assert [record.id for record in collect("para", published / "annotation/PARA-GiaaTest.csv").records] == [
        "iaa_pub71_.jpg"
    ]


@pytest.mark.slow
@pytest.mark.skipif(not PARA.is_dir(), reason="PARA is not beside the checkout")
def test_the_photographs_at_hand():
    collection = collect("para", PARA)
    records = collection.records
    assert (len(records), collection.passed_over) == (2500, ())
    assert not any(record.problem for record in records)
    lists = {name: [record for record in records if name in record.splits] for name in ("train", "test")}
    assert {name: len(members) for name, members in lists.items()} == {"train": 2000, "test": 500}
    assert not {record.group for record in lists["train"]} & {record.group for record in lists["test"]}
    ceilings = {
        name: math.sqrt(
            reliability([record.ratings[name] for record in records], [record.votes[name] for record in records])
        )
        for name in ("overall", "light", "object_emphasis")
    }
    assert ceilings == pytest.approx({"overall": 0.98, "light": 0.95, "object_emphasis": 0.87}, abs=0.005)
    emphasis = {}
    for record in records:
        emphasis.setdefault(record.category, []).append(record.ratings["object_emphasis"])
    shown = {category: np.mean(values) for category, values in emphasis.items()}
    assert min(shown["animal"], shown["food"], shown["portrait"]) > max(shown["scene"], shown["nightScene"], shown["indoor"])


def test_where_it_is_to_be_had(command):
    status, said, _ = command("data", "fetch", "para", "--quiet")
    assert status == 0
    assert "para: is not fetched here" in said
    assert "https://cv-datasets.institutecv.com" in said
    assert "no commercial use" in said

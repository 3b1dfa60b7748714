"""Who rated: PARA-UserInfo.csv is read by its header, counted by `data check`, and never guessed."""

import pytest
from test_para import HEADER, row, write

from xaesthetic.core.errors import DataError
from xaesthetic.data.check import examine_data
from xaesthetic.data.raters import PERSONALITY, find_raters, read_raters

COLUMNS = ["userId", "age", "gender", "EducationalLevel", "artExperience", "photographyExperience", *PERSONALITY]
PEOPLE = [
    "A1,22-25,female,university,beginner,expert,4,5,6,7,8",
    "A2,22-25,male,university,competent,Beginner,6,5,6,7,8",
    "A3,30-34,male,junior_college,,beginner,,,,,",
]


def table(folder, *rows, header=COLUMNS):
    return write(folder, {"annotation/PARA-UserInfo.csv": [",".join(header), *rows]}) / "annotation/PARA-UserInfo.csv"


def test_a_row_is_a_person(tmp_path):
    raters = read_raters(table(tmp_path, *PEOPLE))
    first, second, third = raters.people
    assert first.traits["photographic experience"] == "expert"
    assert second.traits["photographic experience"] == "beginner"
    assert (first.personality["Extraversion"], first.personality["Conscientiousness"]) == (4.0, 8.0)
    assert "artistic experience" not in third.traits  # an empty cell is no answer
    assert third.personality == {}
    assert (raters.passed_over, raters.missing) == ((), ())


def test_what_is_damaged_is_passed_over(tmp_path):
    wrong = ["A1,20,male,,,,,,,,", ",20,male,,,,,,,,", "A4,20,male,,wizard,,,,,,", "A5,20,male,,,,much,,,,", "A6,20"]
    raters = read_raters(table(tmp_path, *PEOPLE, *wrong))
    assert [item.id for item in raters.people] == ["A1", "A2", "A3"]
    reasons = [item.reason for item in raters.passed_over]
    assert reasons[:4] == [
        "a person who has a row already; the first counts",
        "names no person",
        "'wizard' is no level of experience; beginner, competent, proficient, expert are",
        "'much' is no number",
    ]
    assert [item.name.rpartition(" ")[2] for item in raters.passed_over] == ["5", "6", "7", "8", "9"]


def test_a_missing_column_is_named(tmp_path):
    raters = read_raters(table(tmp_path, "A1,expert", header=["userId", "photographyExperience"]))
    assert raters.missing[:4] == ("age", "gender", "EducationalLevel", "artExperience")
    assert dict(raters.people[0].traits) == {"photographic experience": "expert"}
    with pytest.raises(DataError, match="has no column userId; it has who, age"):
        read_raters(table(tmp_path / "other", "A1,20", header=["who", "age"]))


def test_data_check_counts_them(tmp_path):
    table(tmp_path, *PEOPLE, "A4,,,,wizard,,,,,,")
    write(tmp_path, {"annotation/PARA-GiaaTrain.csv": [",".join(HEADER), row("iaa_pub1_.jpg", "session1")]})
    check = examine_data("para", tmp_path)
    (sheet,) = [item for item in check.sheets if "people rated" in item.title]
    assert sheet.title == "3 people rated"
    assert [item for item in sheet.rows if item[0] == "photographic experience"] == [
        ("photographic experience", "beginner", "2"),
        ("photographic experience", "expert", "1"),
    ]
    assert ("artistic experience", "not known", "1") in sheet.rows
    assert ("Extraversion", "5.00 ± 1.00", "2") in sheet.rows
    assert any("wizard" in item.reason for item in check.passed_over)
    assert find_raters("para", tmp_path / "nowhere") is None

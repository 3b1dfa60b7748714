"""Tables of ratings as people have them: single votes, wide and long, in every program's hand."""

import math

import pytest
from support.plugin_package import make_photos

from xaesthetic.core.errors import DataError
from xaesthetic.data.records import collect


@pytest.fixture
def folder(tmp_path):
    return make_photos(tmp_path / "photos", 3)


def write(folder, table, declared=""):
    content = table if isinstance(table, bytes) else table.encode()
    (folder / "ratings.csv").write_bytes(content)
    if declared:
        (folder / "attributes.toml").write_text(declared, encoding="utf-8")
    return folder


def rated(collection):
    return {record.id: dict(record.ratings) for record in collection.records if not record.problem and record.ratings}


def reasons(collection):
    return sorted((item.name.rpartition("/")[2], item.reason) for item in collection.passed_over)


LONG = "image,attribute,rating,rater\n00.png,glow,2,a\n00.png,glow,4,b\n00.png,beauty,7,a\n01.png,glow,3,a\n"


@pytest.mark.parametrize(
    "table",
    [
        LONG,
        LONG.replace(",", ";").replace(";2;", ";2,0;"),
        LONG.replace(",", "\t").replace("\n", "\r\n\r\n"),
        LONG.encode("utf-8-sig"),
        LONG.encode("utf-16"),
        LONG.replace("image,attribute,rating,rater", "Photo,Dimension,Score,worker_id"),
        LONG.replace("00.png", "00").replace("01.png", r"C:\photos\01.PNG"),
        "image,rater,glow,beauty\n00.png,a,2,7\n00.png,b,4,\n01.png,a,3,n/a\n",
        "rater;image;beauty;glow\na;00.png;7;2,0\nb;00.png;-;4,0\na;01.png;;3\n",
    ],
    ids=["long", "semicolons", "tabs", "mark", "utf-16", "other names", "other paths", "wide", "wide semicolons"],
)
def test_several_people_in_any_form(folder, table):
    for collection in (collect("ratings", write(folder, table)), collect(folder)):
        values = rated(collection)
        assert values["00.png"] == {"glow": 3, "beauty": 7}
        assert values["01.png"]["glow"] == 3
        assert math.isnan(values["01.png"]["beauty"])  # nobody gave one: not 0
        votes = next(record.votes for record in collection.records if record.id == "00.png")
        assert (votes["glow"].n, votes["glow"].std, dict(votes["glow"].counts)) == (2, 1.0, {2.0: 1, 4.0: 1})
        assert reasons(collection) == []


def test_a_rater_counts_once_and_nobody_named_is_somebody_else(folder):
    write(folder, "image,rater,glow\n00.png,a,1\n00.png,a,3\n00.png,b,4\n01.png,,1\n01.png,,2\n")
    collection = collect("ratings", folder)
    assert rated(collection) == {"00.png": {"glow": 3}, "01.png": {"glow": 1.5}}
    assert [record.votes["glow"].n for record in collection.records] == [2, 2]
    assert reasons(collection) == [("ratings.csv, line 3, glow", "a second vote of one rater; their mean counts")]


def test_the_long_form_without_raters_holds_votes(folder):
    collection = collect("ratings", write(folder, "image,attribute,value\n00.png,glow,1\n00.png,glow,2\n"))
    assert rated(collection) == {"00.png": {"glow": 1.5}}
    assert collection.records[0].votes["glow"].n == 2


def test_what_is_declared_counts_in_the_long_form(folder):
    write(folder, LONG + "00.png,mood,3,a\n00.png,BEAUTY,12,b\n00.png,,3,a\n", "[glow]\n[beauty]\nlow = 1\nhigh = 10\n")
    collection = collect("ratings", folder)
    assert rated(collection)["00.png"] == {"glow": 3, "beauty": 9.5}
    assert reasons(collection) == [
        ("ratings.csv, line 6", "rates mood, no attribute that attributes.toml declares"),
        ("ratings.csv, line 7, beauty 12", "outside of 1 to 10, its range; it counts"),
        ("ratings.csv, line 8", "its attribute has a name that is empty, too long, or begins or ends with a blank"),
    ]


def test_a_bad_cell_costs_itself_only(folder):
    collection = collect("ratings", write(folder, "image,glow,beauty\n00.png,good,7\n01.png,2,inf\n,1,2\n"))
    values = rated(collection)
    assert math.isnan(values["00.png"]["glow"])
    assert values["00.png"]["beauty"] == 7
    assert values["01.png"]["glow"] == 2
    assert reasons(collection) == [
        ("ratings.csv, line 2", "'good' is no number; that rating is unknown"),
        ("ratings.csv, line 3", "'inf' is no rating; that rating is unknown"),
        ("ratings.csv, line 4", "names no image"),
    ]


@pytest.mark.parametrize("empty", ["", "NaN", "n/a", "#N/A", "-", "–", "null", "None", "?"])
def test_missing_cells_are_unknown(folder, empty):
    collection = collect("ratings", write(folder, f"image,glow\n00.png,{empty}\n01.png,2\n"))
    assert math.isnan(rated(collection)["00.png"]["glow"])
    assert reasons(collection) == []


def test_a_column_of_files_is_the_images_whatever_it_is_called(folder):
    collection = collect("ratings", write(folder, "Bild,Licht\n00.png,1\nimgs/01.PNG,2\n"))
    assert rated(collection) == {"00.png": {"Licht": 1}, "01.png": {"Licht": 2}}


def test_the_same_photograph_under_two_names_is_said(folder):
    collection = collect("ratings", write(folder, "image,glow\n00.png,1\n./00.png,2\n00.PNG,3\n"))
    assert rated(collection) == {"00.png": {"glow": 1}}
    problems = [item.problem for item in collection.records if item.problem]
    said = [*(item.reason for item in collection.passed_over), *problems]
    assert len(said) == 2


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("image,attribute,rating\n00.png,glow,good\n", "no row holds a rating of an attribute; the column rating has no"),
        ("image,rater,note\n00.png,a,good\n", "has no column of ratings; it has image, rater, note"),
        ("who,what\na,b\n", "has no column image"),
    ],
)
def test_a_table_without_ratings_is_refused(folder, table, message):
    with pytest.raises(DataError, match=message):
        collect("ratings", write(folder, table))

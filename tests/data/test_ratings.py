"""Ratings under any names: a table, or a folder with one, and what is declared of them."""

import math

import pytest
from support.plugin_package import make_photos

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.data.check import examine_data
from xaesthetic.data.records import collect

DECLARED = '[beauty]\ntitle = "Beauty"\nlow = 1\nhigh = 10\n[noise]\nhigher_is_better = false\n'


@pytest.fixture
def folder(tmp_path):
    return make_photos(tmp_path / "photos", 3)


def write(folder, table, declared=""):
    (folder / "ratings.csv").write_text(table, encoding="utf-8")
    if declared:
        (folder / "attributes.toml").write_text(declared, encoding="utf-8")
    return folder / "ratings.csv"


def rated(collection):
    return {record.id: dict(record.ratings) for record in collection.records}


def reasons(collection):
    return sorted((item.name.rpartition("/")[2], item.reason) for item in collection.passed_over)


def test_every_column_with_a_number_is_an_attribute(folder):
    file = write(folder, "Image,技術,DoF,comment\n00.png,3,0.5,good\n01.png,,,\n02.png,4.5,nan,\n")
    for collection in (collect("ratings", file), collect("ratings", folder), collect(folder)):
        values = rated(collection)
        assert values["00.png"] == {"技術": 3, "depth_of_field": 0.5}
        assert values["02.png"]["技術"] == 4.5
        assert all(math.isnan(values["01.png"][name]) for name in ("技術", "depth_of_field"))
        assert reasons(collection) == [("ratings.csv, column 'comment'", "not a number in it")]
        assert collection.described == ()


def test_what_is_declared_says_which_columns_count(folder):
    write(folder, "file;BEAUTY;width;Light\n00;11;640;0,5\n01.png;2;640;0,25\n01.png;3;640;1\n", DECLARED)
    for collection in (collect("ratings", folder), collect(folder)):
        assert rated(collection)["01.png"] == {"beauty": 2, "light": 0.25}
        assert collection.described == (
            Attribute("beauty", "Beauty", 1, 10),
            Attribute("noise", higher_is_better=False),
        )
        assert reasons(collection) == [
            ("ratings.csv, column 'width'", "no attribute that attributes.toml declares"),
            ("ratings.csv, line 2, beauty 11", "outside of 1 to 10, its range; it counts"),
            ("ratings.csv, line 4", "a photograph that has ratings already; the first row counts"),
        ]


def test_another_programs_table_costs_a_folder_no_photograph(folder):
    write(folder, "a,b\n1,2\n")
    collection = collect(folder)
    assert [record.ratings for record in collection.records] == [{}, {}, {}]
    assert "has no column image" in reasons(collection)[0][1]
    with pytest.raises(DataError, match="has no column image; it has a, b"):
        collect("ratings", folder)


def test_photographs_that_are_not_there_are_left_out(folder):
    file = write(folder, "image,quality\n00.png,1\ngone.png,2\n")
    assert [bool(record.problem) for record in collect("ratings", file).records] == [False, True]
    collection = collect(folder)
    assert rated(collection) == {"00.png": {"quality": 1}, "01.png": {}, "02.png": {}}
    assert reasons(collection)[0][1] == "there is no file of that name"


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("[beauty\n", "attributes.toml: is no TOML"),
        ("[beauty]\nlow = 2\nhigh = 1\n", "attributes.toml: 'beauty': its range is 2 to 1"),
        ("[beauty]\nlo = 2\n", "attributes.toml, .beauty.: object contains unknown field `lo`"),
        ("[beauty]\nlow = '1'\n", "attributes.toml, .beauty., .*low: expected `float`, got `str`"),
        ("['a/b']\n", "attributes.toml: the attribute 'a/b' holds a slash"),
        ("[beauty]\nhigh = inf\n", "'beauty': its highest rating is inf"),
        ("beauty = 1\n", "attributes.toml, .beauty.: expected `object`"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(folder, declared, message):
    with pytest.raises(DataError, match=message):
        collect("ratings", write(folder, "image,beauty\n00.png,1\n", declared))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("image,comment\n00.png,good\n", "has no column of ratings; it has image, comment"),
        ("image,DoF,depth_of_field\n00.png,1,1\n", "has two columns for depth_of_field"),
    ],
)
def test_a_table_without_ratings_is_refused(folder, table, message):
    with pytest.raises(DataError, match=message):
        collect("ratings", write(folder, table))


def test_what_such_data_holds(folder):
    write(folder, "image,beauty\n00.png,2\n01.png,4\n02.png,9\n", DECLARED)
    sheets = {sheet.title: sheet for sheet in examine_data(str(folder)).sheets}
    assert sheets["ratings in all"].rows == (("beauty", "3", "5.000", "2.944", "2.000", "9.000", "0 %"),)
    assert ("noise", "noise", "lower is better", "") in sheets["declared attributes"].rows
    assert "Spearman's ρ with the overall score" not in sheets


def scales(folder, table):
    collection = collect("ratings", write(folder, table))
    return rated(collection), collection.described, [reason for _, reason in reasons(collection)]


@pytest.mark.parametrize(
    "table",
    [
        "\ufeffimage;dof;Light;overall\r\n00.png;3,5;1;4\r\n01.png;2;4,5;2\r\n02.png;;5;0,5\r\n",
        "image,attribute,rating\n00.png,DOF,3.5\n01.png,dof,2\n00.png,Light,1\n01.png,light,4.5\n02.png,light,5\n"
        "00.png,overall,4\n01.png,overall,2\n02.png,overall,0.5\n",
    ],
    ids=["wide", "long"],
)
def test_names_of_aadb_on_another_scale_have_no_range_and_dof_is_paras(folder, table):
    values, described, said = scales(folder, table)
    assert [values[name]["dof"] for name in ("00.png", "01.png")] == [3.5, 2]
    assert math.isnan(values["02.png"]["dof"])
    assert (values["02.png"]["light"], values["02.png"]["overall"]) == (5, 0.5)
    assert set(described) == {
        Attribute("dof", "Depth of Field", related=("depth_of_field",)),
        Attribute("light", "Light"),
        Attribute("overall", "Overall Aesthetic Score"),
    }
    beyond = "which most of its ratings are beyond; attributes.toml can declare theirs"
    assert said.count(f"AADB's range -1 to 1, {beyond}") == 2
    assert not [reason for reason in said if "outside of" in reason]


def test_one_slip_does_not_change_a_scale(folder):
    values, described, said = scales(folder, "image,DoF\n00.png,0.5\n01.png,-1\n02.png,4\n")
    assert (values["02.png"], described) == ({"depth_of_field": 4}, ())
    assert said == ["outside of -1 to 1, its range; it counts"]


def test_a_declared_range_is_the_range(folder):
    write(folder, "image,light\n00.png,3\n01.png,4\n02.png,2\n", "[light]\nlow = 1\nhigh = 5\n")
    collection = collect("ratings", folder)
    assert (collection.described, reasons(collection)) == ((Attribute("light", low=1, high=5),), [])


def test_data_check_names_what_somebody_rated_alone(folder):
    write(folder, "image,overall,light\n00.png,0.2,0.1\n01.png,0.4,0.5\n02.png,0.6,0.9\n")
    (sheet,) = [sheet for sheet in examine_data("ratings", folder).sheets if "overall score" in sheet.title]
    assert [row[0] for row in sheet.rows] == ["light"]

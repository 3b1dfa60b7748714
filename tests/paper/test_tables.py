import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import spearman
from xaesthetic.core.types import Record
from xaesthetic.paper.items import TABLE_1
from xaesthetic.paper.tables.attribute_ranks import attribute_ranks
from xaesthetic.paper.tables.given import read_predictions
from xaesthetic.paper.tables.layout import rank_layouts


@pytest.fixture(scope="module")
def rated():
    """120 photographs, 20 of them not in the clean list, rated in two attributes, one of them but in one."""
    random = np.random.default_rng(0)
    records = []
    for index, (light, overall) in enumerate(random.normal(size=(120, 2))):
        splits = {"test": index} | ({"test_clean": index} if index < 100 else {"validation": index})
        ratings = {"light": float(light), "overall": float(overall) if index else float("nan")}
        name = f"{index}.jpg"
        records.append(Record(name, Path(name), original=name, ratings=ratings, splits=splits))
    return records


def ratings(records, name):
    return np.array([record.ratings[name] for record in records])


def long(records, model, **columns):
    ids = [each.id for each in records]
    tables = [pd.DataFrame({"image": ids, "model": model, "attribute": a, "prediction": v}) for a, v in columns.items()]
    return pd.concat(tables, ignore_index=True)


def cell(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    (row,) = table.to_dict("records")
    return row


# -- table 1 -----------------------------------------------------------------------------------------------------------


def test_known_predictions_have_their_known_rho(rated):
    """Equal order 1, turned round -1, and a shuffled one what the definition gives on each list."""
    light, overall = ratings(rated, "light"), ratings(rated, "overall")
    shuffled = light + np.random.default_rng(1).normal(size=120)
    tables = [
        long(rated, "same", light=np.exp(light), overall=np.nan_to_num(-overall)),
        long(rated, "noisy", light=shuffled),
    ]
    found = attribute_ranks(rated, tables, ["light", "overall"], resamples=300).ranks
    assert cell(found, list="test", attribute="light", model="same")["rho"] == pytest.approx(1)
    turned = cell(found, list="test", attribute="overall", model="same")
    assert (turned["rho"], turned["n"]) == (pytest.approx(-1), 119)
    for name, rows in (("test", 120), ("test_clean", 100)):
        noisy = cell(found, list=name, attribute="light", model="noisy")
        assert noisy["rho"] == pytest.approx(spearman(light[:rows], shuffled[:rows]))
        assert noisy["low"] < noisy["rho"] < noisy["high"]
        assert noisy["n"] == rows
    missing = cell(found, list="test", attribute="overall", model="noisy")
    assert np.isnan(missing["rho"])
    assert missing["n"] == 0
    assert set(found["list"]) == {"test", "test_clean"}


def test_the_best_and_those_like_it_are_marked(rated):
    light, random = ratings(rated, "light"), np.random.default_rng(2)
    noise = random.normal(size=120)
    values = {"best": light + 0.5 * noise, "close": light + 0.52 * noise + 0.1 * random.normal(size=120), "far": noise}
    table = attribute_ranks(rated, [long(rated, m, light=v) for m, v in values.items()], ["light"], resamples=300)
    marks = {
        row["model"]: (row["best"], row["close"]) for row in table.ranks[table.ranks["list"] == "test"].to_dict("records")
    }
    assert marks == {"best": (True, False), "close": (False, True), "far": (False, False)}
    pairs = table.differences[table.differences["list"] == "test"]
    assert list(zip(pairs["model"], pairs["other"], strict=True)) == [("best", "close"), ("best", "far"), ("close", "far")]
    assert (pairs["p_holm"] >= pairs["p"]).all()
    far = cell(pairs, model="best", other="far")
    rho = table.ranks[table.ranks["list"] == "test"].set_index("model")["rho"]
    assert far["difference"] == pytest.approx(rho["best"] - rho["far"])
    assert far["p_holm"] < 1e-4


def test_pairs_are_compared_on_the_photographs_that_both_rated(rated):
    light = ratings(rated, "light")
    first, second = light.copy(), light + np.random.default_rng(3).normal(size=120)
    first[100:], second[:10] = np.nan, np.nan
    tables = [long(rated, name, light=values) for name, values in (("a", first), ("b", second))]
    found = attribute_ranks(rated, tables, ["light"], resamples=200)
    pair = cell(found.differences, list="test")
    assert pair["n"] == 90
    assert pair["difference"] == pytest.approx(1 - spearman(light[10:100], second[10:100]))
    assert [cell(found.ranks, list="test", model=name)["n"] for name in "ab"] == [100, 110]


def test_holm_counts_all_tests_of_a_list(rated):
    light, overall, random = ratings(rated, "light"), np.nan_to_num(ratings(rated, "overall")), np.random.default_rng(4)
    tables = [
        long(rated, name, light=light + random.normal(size=120), overall=overall + random.normal(size=120)) for name in "abc"
    ]
    found = attribute_ranks(rated, tables, ["light", "overall"], resamples=200).differences
    for _, here in found.groupby("list"):
        assert len(here) == 6
        smallest = here.sort_values("p").iloc[0]
        assert smallest["p_holm"] == pytest.approx(min(1, 6 * smallest["p"]))


def test_what_cannot_be_compared_is_said(rated):
    table = long(rated, "a", light=np.zeros(120))
    with pytest.raises(DataError, match="no photograph of the data set is rated in symmetry"):
        attribute_ranks(rated, [table], ["symmetry"])
    with pytest.raises(DataError, match="none of the predictions is for a photograph"):
        attribute_ranks(rated, [table.assign(image="x" + table["image"])], ["light"])
    with pytest.raises(DataError, match="two sets of predictions have one name"):
        attribute_ranks(rated, [table, table], ["light"])


def test_a_data_set_without_lists_is_one(rated):
    records = [Record(each.id, each.path, each.original, ratings=each.ratings) for each in rated]
    found = attribute_ranks(records, [long(rated, "a", light=np.arange(120.0))], ["light"], resamples=100).ranks
    assert list(found["list"]) == ["all"]


# -- predictions made elsewhere ----------------------------------------------------------------------------------------

IDS = ["a.jpg", "b.jpg", "c.jpg"]


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "p.csv").write_text(text)
        return read_predictions("mine", tmp_path / "p.csv", IDS)

    return read


def test_predictions_under_any_name_of_an_attribute(read):
    table, notes = read("ImageFile,DoF,Vivid Color,fc11_score,comment\na.jpg,0.5,1,2,x\nsome/b.jpg,,-1,3,y\nz.jpg,1,1,1,z\n")
    rows = {(row["image"], row["attribute"]): row["prediction"] for row in table.to_dict("records")}
    assert rows == {
        ("a.jpg", "depth_of_field"): 0.5, ("a.jpg", "vivid_color"): 1, ("b.jpg", "vivid_color"): -1, ("a.jpg", "overall"): 2,
        ("b.jpg", "overall"): 3,
    }  # fmt: skip
    assert notes == ["mine: 2 of 3 images of p.csv are in the data set.", "mine: columns passed over: comment."]


def test_predictions_that_predict_has_written(read):
    table, _ = read('image,"light (multigap_lite0, trained on edits, not on ratings)"\na.jpg,0.5\n')
    assert table.to_dict("records") == [{"image": "a.jpg", "model": "mine", "attribute": "light", "prediction": 0.5}]


def test_predictions_in_other_hands(read):
    plain, notes = read("image,light\na.jpg,0.5\nb.jpg,2\n")
    for text in (
        "\ufeffImage ; Light\r\nA.JPG; 0,5\r\nhere\\b.jpg;2\r\n",
        "Light\tfile\tx\n0.5\tc:\\p\\a.jpg\t\n2\thttps://h/b.jpg?x=1\t\n",
        'light (mine, trained),image\n0.5,"a.jpg"\n2,b\n'.replace("light (mine, trained)", '"light (mine, trained)"'),
        "image;light (mine, trained)\na.jpg;0,5\nb.jpg;2\n",
    ):
        table, said = read(text)
        pd.testing.assert_frame_equal(table, plain)
        assert [note for note in said if "passed over" not in note] == notes


def test_what_of_predictions_cannot_be_used_is_unknown_and_said(tmp_path):
    text = (
        "image,light\na/1.jpg,1\n1.jpg,9\nb/1.jpg,bright\n2.jpg,inf\n3.jpg,3,3\n4.jpg,4\n4.jpg,5\n5.jpg,na\n5.jpg,NaN\n,1\n"
    )
    (tmp_path / "p.csv").write_text(text)
    ids = ["a/1.jpg", "b/1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"]
    table, notes = read_predictions("mine", tmp_path / "p.csv", ids)
    assert table.to_dict("records") == [{"image": "a/1.jpg", "model": "mine", "attribute": "light", "prediction": 1.0}]
    assert [note.removeprefix("mine: ") for note in notes] == [
        "5 of 10 images of p.csv are in the data set.",
        "2 damaged rows passed over: line 6 has 3 cells where the header has 2, line 11 names no image.",
        "1 images that are not certain, which are unknown: '1.jpg', it could be a/1.jpg or b/1.jpg.",
        "2 cells without a number, which are unknown: line 4 'bright' in column 'light', line 5 'inf' in column 'light'.",
        "1 images that come twice with other values, which are unknown: 4.jpg.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("photo,light\na.jpg,1\n", "no column image; it has photo, light"),
        ("image,beauty\na.jpg,1\n", "no column is an attribute"),
        ("image,light\nx.jpg,1\n", "none of 1 images is in the data set; the first is 'x.jpg'"),
        ("image,light (one),light (two)\na.jpg,1,2\n", "are both light; give one model a file"),
        ("", "is empty; a table with a header was wanted"),
        ("image,light\n", "none of 0 images is in the data set; no row can be read"),
    ],
)
def test_predictions_that_cannot_be_used(read, text, said):
    with pytest.raises(DataError, match=re.escape(said)):
        read(text)


# -- how it is written --------------------------------------------------------------------------------------------------


def test_the_paper_stands_beside_it(rated):
    table = attribute_ranks(rated, [long(rated, "a", light=np.arange(120.0))], ["light"], resamples=100)
    first, last = rank_layouts(table, True, {"a": "by hand"})
    assert first.columns == ("attribute", "a", "paper: ResNet50-FT", "paper: Kong et al.", "paper: multi-GAP")
    assert [each.text for each in first.rows[0][2:]] == ["0.379", "0.443", "0.399"]
    assert not first.notes
    assert "a: by hand" in last.notes
    assert rank_layouts(table, False, {})[0].columns == ("attribute", "a")
    assert {len(values) for values in TABLE_1.values()} == {9}

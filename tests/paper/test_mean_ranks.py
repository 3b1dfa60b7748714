"""Table 1 beyond single attributes: means, the declared comparison, people behind the ratings, categories, rows by model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xaesthetic.core.seen import pack
from xaesthetic.core.statistics import holm, spearman
from xaesthetic.core.types import Record
from xaesthetic.core.votes import Votes, reliability
from xaesthetic.data.records import file_sum
from xaesthetic.paper.tables.attribute_ranks import attribute_ranks, table_frames
from xaesthetic.paper.tables.layout import rank_layouts
from xaesthetic.paper.tables.render import to_html, to_latex
from xaesthetic.paper.tables.training import learnt_elsewhere

RANDOM = np.random.default_rng(1)
LIGHT, COLOR = RANDOM.normal(3, 0.5, (2, 90))
NOISE = {name: RANDOM.normal(0, 1, (2, 90)) for name in ("joint", "ratings", "pixels", "nima")}
SHARE = {"joint": 0.4, "ratings": 0.42, "pixels": 1.5, "nima": 1.0}


@pytest.fixture(scope="module")
def records():
    return [
        Record(
            f"{n}.jpg", Path(f"{n}.jpg"), f"{n}.jpg",
            ratings={"light": float(LIGHT[n]), "overall": float(COLOR[n])}, splits={"test": n},
            votes={"light": Votes(26, 0.8), "overall": Votes(20 + n % 2, 0.5)}, category=("animal", "food", "room")[n % 3],
        )
        for n in range(90)
    ]  # fmt: skip


def predictions(model, only=("light", "overall")):
    values = {"light": LIGHT + SHARE[model] * NOISE[model][0], "overall": COLOR + SHARE[model] * NOISE[model][1]}
    ids = [f"{n}.jpg" for n in range(90)]
    return pd.concat(
        pd.DataFrame({"image": ids, "model": model, "attribute": name, "prediction": values[name]}) for name in only
    )


@pytest.fixture(scope="module")
def table(records):
    tables = [predictions("joint"), predictions("ratings"), predictions("pixels"), predictions("nima", ("overall",))]
    return attribute_ranks(records, tables, ["light", "overall"], 300, primary=("joint", "ratings"), metrics=("krcc",))


def test_means_are_of_what_a_model_rates(table):
    found = table.means.set_index("model")
    rho = [spearman(LIGHT, LIGHT + 0.4 * NOISE["joint"][0]), spearman(COLOR, COLOR + 0.4 * NOISE["joint"][1])]
    assert found.loc["joint", "rho"] == pytest.approx(np.mean(rho))
    assert found["attributes"].to_dict() == {"joint": 2, "ratings": 2, "pixels": 2, "nima": 1}
    assert found.loc["nima", "rho"] == pytest.approx(spearman(COLOR, COLOR + NOISE["nima"][1]))
    assert (found["low"] < found["rho"]).all()
    assert (found["rho"] < found["high"]).all()


def test_the_declared_comparison_is_not_corrected_and_no_part_of_the_family(table):
    pairs = table.mean_differences
    first, rest = pairs.iloc[0], pairs.iloc[1:]
    assert (first["model"], first["other"], bool(first["primary"])) == ("joint", "ratings", True)
    assert first["p_holm"] == first["p"]
    assert len(rest) == 5
    assert not rest["primary"].any()
    np.testing.assert_allclose(rest["p_holm"].to_numpy(float), holm(rest["p"].to_numpy(float)))
    far = pairs[(pairs["model"] == "joint") & (pairs["other"] == "nima")].iloc[0]
    both = table.ranks.set_index(["model", "attribute"])["rho"]
    assert far["attributes"] == 1
    assert far["difference"] == pytest.approx(both["joint", "overall"] - both["nima", "overall"])


def test_a_pair_turned_round_keeps_its_order(records):
    tables = [predictions("joint"), predictions("ratings")]
    found = attribute_ranks(records, tables, ["light", "overall"], 200, primary=("ratings", "joint")).mean_differences
    assert list(zip(found["model"], found["other"], strict=True)) == [("ratings", "joint")]
    nobody = attribute_ranks(records, tables, ["light", "overall"], 200, primary=("ratings", "gone")).mean_differences
    assert not nobody["primary"].any()


def test_people_stand_behind_it(table, records):
    found = table.people.set_index("attribute")
    assert found["raters"].to_dict() == {"light": 26.0, "overall": 20.5}
    expected = reliability(LIGHT.tolist(), [record.votes["light"] for record in records])
    assert found.loc["light", "reliability"] == pytest.approx(expected)
    assert found.loc["light", "ceiling"] == pytest.approx(np.sqrt(expected))
    share = table.ranks.set_index(["model", "attribute"])
    assert share.loc[("joint", "light"), "of_ceiling"] == pytest.approx(
        share.loc[("joint", "light"), "rho"] / np.sqrt(expected)
    )


def test_errors_by_category(records):
    """A model that rates food .7 too high, else right."""
    food = np.arange(90) % 3 == 1
    values = COLOR + 0.7 * food
    frame = pd.DataFrame({"image": [r.id for r in records], "model": "m", "attribute": "overall", "prediction": values})
    found = attribute_ranks(records, [frame], ["overall"], 100).categories.set_index("category")
    slope, start = np.polyfit(values, COLOR, 1)
    expected = (slope * values + start - COLOR) / COLOR.std(ddof=1)
    assert found["n"].to_dict() == {"animal": 30, "food": 30, "room": 30}
    assert found.loc["food", "bias"] == pytest.approx(expected[food].mean())
    assert found.loc["food", "low"] > 0
    assert found.loc["animal", "bias"] < 0
    assert found["rho"].to_numpy() == pytest.approx(1)
    plain = [replace(record, category="") for record in records]
    assert attribute_ranks(plain, [frame], ["overall"], 100).categories.empty


def test_models_of_other_photographs_stand_below_a_line(table):
    layouts = rank_layouts(table, False, {}, below=("ratings", "nima"))
    first = layouts[0]
    assert [row[0].text for row in first.rows] == [
        *("joint", "pixels", "ratings", "nima"), "ceiling, √reliability", "reliability", "raters a photograph",
    ]  # fmt: skip
    assert first.rules == (2, 4)
    assert first.columns == ("", "Light", "Overall Aesthetic Score", "mean")
    assert first.rows[3][1].text == "–"
    assert "(of 1)" in first.rows[3][3].marks
    assert any("Below the line" in note for note in first.notes)
    assert to_latex([first]).count(r"\midrule") == 3
    assert to_html("t", [first]).count('class="ruled"') == 2
    titles = [layout.title for layout in layouts]
    assert titles[1:4] == [
        "ρ as a share of the ceiling on test", "Kendall's τ-b on test", "Differences of the mean over attributes on test",
    ]  # fmt: skip
    assert layouts[3].rows[0][4].text == "declared beforehand"
    assert titles[-1] == "Errors by what photographs show, Overall Aesthetic Score, on test"


def test_few_models_stand_in_the_papers_form(records):
    found = attribute_ranks(records, [predictions("joint")], ["light", "overall"], 100)
    first = rank_layouts(found, False, {})[0]
    assert first.columns == ("attribute", "joint", "raters", "reliability", "ceiling")
    assert [row[0].text for row in first.rows] == ["Light", "Overall Aesthetic Score", "mean"]
    assert set(table_frames(found)) == {
        *("table_1", "table_1_differences", "table_1_people", "table_1_means", "table_1_categories"),
    }  # fmt: skip


def test_whose_photographs_a_model_learnt_from(tmp_path, write_photo, photo):
    for number in range(2):
        write_photo(tmp_path / "p" / f"{number}.png", np.roll(photo, 9 * number, axis=1))
    packed = {"here": pack([file_sum(tmp_path / "p" / "1.png")]), "there": pack(["ab" * 32]), "silent": ""}
    assert learnt_elsewhere(packed, str(tmp_path / "p"), None) == {"there", "silent"}

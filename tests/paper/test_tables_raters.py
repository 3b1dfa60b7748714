import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import spearman
from xaesthetic.paper.tables.layout import Cell, Layout, rater_layouts
from xaesthetic.paper.tables.raters import rater_agreement, read_votes, split_half
from xaesthetic.paper.tables.render import to_html, to_latex

HOSTILE = "a_b&c<script>%$#{}~^\\"


# -- table 2 -----------------------------------------------------------------------------------------------------------


def votes_of(scores):
    """Scores by rater and image, None where one did not rate."""
    rows = [(rater, image, score) for rater, given in scores.items() for image, score in given.items() if score is not None]
    return pd.DataFrame(rows, columns=["rater", "image", "score"])


def slow_agreement(votes):
    """Each rater against the mean of all and of the others, with plain loops."""
    rows = votes.to_dict("records")
    found = {}
    for rater in {row["rater"] for row in rows}:
        own = [row for row in rows if row["rater"] == rater]
        every, others = [], []
        for row in own:
            scores = [each["score"] for each in rows if each["image"] == row["image"]]
            rest = [each["score"] for each in rows if each["image"] == row["image"] and each["rater"] != rater]
            every.append((row["score"], sum(scores) / len(scores)))
            if rest:
                others.append((row["score"], sum(rest) / len(rest)))
        found[rater] = len(own), spearman(*np.array(every, float).T), spearman(*np.array(others or [(0, 0)], float).T)
    return found


def test_raters_against_all_and_against_the_others():
    random = np.random.default_rng(0)
    truth = random.normal(size=30)
    scores = {
        f"r{number}": {f"i{i}": truth[i] + random.normal() if random.random() < share else None for i in range(30)}
        for number, share in enumerate((1, 1, 0.9, 0.5, 0.3))
    }
    votes = votes_of(scores)
    oracle = slow_agreement(votes)
    found = rater_agreement(votes, {}, thresholds=(0, 12, 500)).raters.set_index("more_than")
    for threshold in (0, 12):
        kept = [each for each in oracle.values() if each[0] > threshold]
        row = found.loc[threshold]
        assert row["raters"] == len(kept)
        assert row["rho"] == pytest.approx(np.mean([each[1] for each in kept]))
        assert row["rho_others"] == pytest.approx(np.nanmean([each[2] for each in kept]))
    assert found.loc[0, "raters"] > found.loc[12, "raters"]
    assert found.loc[0, "rho"] > found.loc[0, "rho_others"]  # one's own vote is in the mean of all
    assert found.loc[500, "raters"] == 0
    assert np.isnan(found.loc[500, "rho"])


def test_the_interval_over_raters_by_hand():
    """Three raters with ρ 1, 1 and .5 with the mean of all: mean .8333, sd .28868, t(2) 4.302653; no ρ is above 1."""
    scores = {
        "a": dict(zip("wxyz", (1, 2, 3, 4), strict=True)), "b": dict(zip("wxyz", (1, 2, 3, 4), strict=True)),
        "c": dict(zip("wxy", (2.2, 2.1, 2.3), strict=True)),
    }  # fmt: skip
    (row,) = rater_agreement(votes_of(scores), {}, thresholds=(0,)).raters.to_dict("records")
    half = 4.302653 * 0.2886751 / 3**0.5
    assert (row["rho"], row["low"], row["high"]) == pytest.approx((2.5 / 3, 2.5 / 3 - half, 1), rel=1e-5)


def test_a_rater_without_a_correlation_is_not_counted():
    scores = {"a": {"w": 1, "x": 2, "y": 3}, "b": {"w": 1, "x": 3, "y": 2}, "c": {"w": 2, "x": 2, "y": 2}}
    table = rater_agreement(votes_of(scores), {}, thresholds=(0,))
    assert table.raters["raters"].tolist() == [2]
    assert "1 of 3 raters are not counted" in table.notes[0]


def test_halves_that_contradict_have_no_reliability():
    """Two raters upside down to each other: ρ between halves is below 0 in most halvings, and never a reliability of -3."""
    votes = votes_of({"a": dict(zip("wxyz", (1, 2, 3, 4), strict=True)), "b": dict(zip("wxyz", (4, 3, 2, 1), strict=True))})
    assert np.isnan(split_half(votes, 5))
    assert np.isnan(rater_agreement(votes, {}).ceiling)


def test_split_half_by_hand():
    """Two votes an image: every halving compares the same pairs, whichever side they fall on."""
    votes = votes_of({"a": dict(zip("wxyz", (1, 2, 3, 4), strict=True)), "b": dict(zip("wxyz", (1, 2, 3, 4), strict=True))})
    assert split_half(votes, 5) == pytest.approx(1)
    assert np.isnan(split_half(votes[votes["rater"] == "a"], 5))


def test_split_half_is_spearman_brown():
    """Votes that are truth and noise of one size each: k votes have reliability k / (k + 1)."""
    random = np.random.default_rng(1)
    truth = random.normal(size=3000)
    votes = pd.DataFrame(list(itertools.product(range(4), range(3000))), columns=["rater", "image"])
    votes["score"] = truth[votes["image"]] + random.normal(size=len(votes))
    votes["image"] = votes["image"].astype(str)
    assert split_half(votes, 10) == pytest.approx(4 / 5, abs=0.03)
    perfect = {str(index): float(value) for index, value in enumerate(truth)}
    table = rater_agreement(votes, {"truth": perfect}, splits=10, resamples=100)
    assert table.ceiling == pytest.approx(0.8**0.5, abs=0.02)
    assert table.models["rho"].item() == pytest.approx(table.ceiling, abs=0.02)  # who knows the truth reaches the ceiling


@pytest.mark.parametrize("sign", [",", "\t", ";"])
def test_votes_are_found_by_their_columns_names(tmp_path, sign):
    lines = ["WorkerId,imgName,Score,x", "a,1.jpg,3,", "a,1.jpg,5,", "b,1.jpg,2,", "b,2.jpg,,"]
    (tmp_path / "v.csv").write_text("\n".join(lines).replace(",", sign))
    votes, notes = read_votes(tmp_path / "v.csv", {"rater": None, "image": None, "score": None})
    assert votes.to_dict("records") == [
        {"rater": "a", "image": "1.jpg", "score": 4.0}, {"rater": "b", "image": "1.jpg", "score": 2.0},
    ]  # fmt: skip
    assert notes == ["v.csv: 1 rows have no score."]
    named, _ = read_votes(tmp_path / "v.csv", {"rater": "workerid", "image": "IMGNAME", "score": None})
    pd.testing.assert_frame_equal(named, votes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who,image,score\na,1,2\n", r"no column 'rater'; it has who, image, score. Name the right one with --rater"),
        ("rater,image,score\na,1,good\n", r"line 2: the score 'good' is no number"),
        ("rater,image,score\na,1,\n", "holds no score"),
        ("", "is empty; a table with a header was wanted"),
    ],
)
def test_votes_that_cannot_be_used(tmp_path, text, said):
    (tmp_path / "v.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        read_votes(tmp_path / "v.csv", {"rater": None, "image": None, "score": None})


# -- how they are written ----------------------------------------------------------------------------------------------


def test_table_2_has_the_papers_numbers():
    votes = votes_of({"a": dict(zip("wxyz", (1, 2, 3, 4), strict=True)), "b": dict(zip("wxyz", (1, 3, 2, 4), strict=True))})
    raters, models = rater_layouts(rater_agreement(votes, {"m": {"w": 0.0, "x": 1.0, "y": 2.0, "z": 3.0}}, resamples=100))
    assert [[cell.text for cell in row[-2:]] for row in raters.rows] == [
        ["195", "0.6738"],
        ["65", "0.7013"],
        ["42", "0.7112"],
    ]
    assert [row[0].text for row in models.rows][2:] == ["m", "paper: multi-GAP"]
    assert models.rows[-1][2].text == "0.689"


LAYOUT = Layout(
    f"ρ of {HOSTILE}",
    ("attribute", HOSTILE),
    ((Cell("Light"), Cell("0.5", "[0.4, 0.6]", "*", strong=True)), (Cell("–"), Cell("0.4", marks="†"))),
    (f"note: {HOSTILE}",),
)


def test_latex_is_escaped_and_balanced():
    text = to_latex([LAYOUT])
    assert r"a\_b\&c\textless{}script\textgreater{}\%\$\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}" in text
    assert r"\textbf{0.5}\textsuperscript{*} {\scriptsize [0.4, 0.6]}" in text
    assert "ρ" not in text
    begun, ended = re.findall(r"\\begin\{(\w+)\}", text), re.findall(r"\\end\{(\w+)\}", text)
    assert begun == ["table", "tabular"] == ended[::-1]
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert [len(re.findall(r"(?<!\\)&", row)) for row in rows] == [1, 1, 1]
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert all(name in text for name in (r"\toprule", r"\midrule", r"\bottomrule", "booktabs"))


def test_html_is_escaped_and_stands_alone():
    class Reader(HTMLParser):
        tags, text = [], ""

        def handle_starttag(self, tag, attrs):
            self.tags.append(tag)
            assert not {name for name, _ in attrs} & {"src", "href", "onclick"}

        def handle_data(self, data):
            self.text += data

    reader = Reader()
    reader.feed(to_html(f"Table {HOSTILE}", [LAYOUT]))
    assert "script" not in reader.tags
    assert reader.text.count(HOSTILE) == 5  # title, heading, caption, column, note
    assert reader.tags.count("td") == 4
    assert "strong" in reader.tags

"""Reports of marks of which some have sides, what raises and what lowers, and others none."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from support.hand_run import SIZE, hand_run
from support.masks import png
from xaesthetic_reports._photographs import photographs

from xaesthetic.cli.judgement import print_judgement
from xaesthetic.evaluation.judge import judge
from xaesthetic.figures import style
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import ANNOTATIONS

LEFT, RIGHT, TOP = np.zeros((3, *SIZE), bool)
LEFT[:, :40], RIGHT[:, 40:], TOP[:20] = True, True, True


def marked(run, *marks):
    """Have people's marks be these in every photograph: annotator, attribute, side and region."""
    blank = {"x": np.zeros(0), "y": np.zeros(0), "outside": 0, "reason": "", "extent": ""}
    rows = [
        blank | {"image": image, "annotator": who, "attribute": attribute, "sign": sign, "region": png(region)}
        for image in run.photographs().ids
        for who, attribute, sign, region in marks
    ]
    run.write(ANNOTATIONS, pd.DataFrame(rows)[list(ANNOTATIONS.names)])


@pytest.fixture
def run(tmp_path):
    return hand_run(tmp_path / "run", 3, scored=False)


@pytest.fixture
def judged(run):
    """Regions of light have sides, those of colours none."""
    both = [(who, "light", *side) for who in "ab" for side in (("raises", LEFT), ("lowers", RIGHT))]
    marked(run, *both, *((who, "vivid_color", "", TOP) for who in "ab"))
    return run, judge(run, ["cc", "signed_cc"])


def test_every_attribute_has_its_own_panels(judged, monkeypatch):
    drawn = {}
    monkeypatch.setattr(style, "save", lambda figure, stem, *_: drawn.setdefault(stem.name, figure) and [])
    draw_reports(judged[0], ["leaderboard"])
    titles = {name: [axes.get_title() for axes in figure.axes] for name, figure in drawn.items()}
    assert titles == {
        "leaderboard_light": ["signed cc →", "cc, raises →", "cc, lowers →"], "leaderboard_vivid_color": ["cc →"],
    }  # fmt: skip
    named = {text.get_text() for text in drawn["leaderboard_vivid_color"].findobj(mpl.text.Text)}
    assert {"one, CAM", "one, activation energy"} <= named


def test_without_scripts_the_page_shows_every_attributes_own_metric(judged):
    (file,) = draw_reports(judged[0], ["html_report"])
    tables = file.read_text().partition("Maps against people: cc, signed_cc</h3>")[2].partition("</table>")[0]
    found = {(cells[1], cells[2]) for row in tables.split("<tr>")[2:] if (cells := re.findall(r"<t[hd][^>]*>([^<]*)<", row))}
    assert {("Light", "signed_cc"), ("Vivid Color", "cc")} <= found
    assert not {("Light", "cc"), ("Vivid Color", "signed_cc")} & found


def test_the_terminal_shows_every_attributes_own_metrics(judged, capsys):
    print_judgement(*judged, [])
    shown = capsys.readouterr().out
    assert "signed_cc, light" in shown
    assert "cc, vivid_color" in shown
    assert "\\n" not in shown
    assert "nan" not in shown


@pytest.mark.parametrize("order", [1, -1])
def test_marks_without_a_side_stand_with_those_that_raise(run, order):
    marked(run, *[("a", "light", "raises", LEFT), ("b", "light", "", TOP), ("c", "light", "lowers", RIGHT)][::order])
    people = photographs(run, run.records())[0]["people"]["light"]
    assert set(people) == {"density", "disagreement", "lowers"}
    assert people["disagreement"] is not None  # of two people
    marked(run, ("a", "light", "raises", LEFT), ("b", "light", "raises", TOP))
    assert photographs(run, run.records())[0]["people"]["light"]["density"] == people["density"]

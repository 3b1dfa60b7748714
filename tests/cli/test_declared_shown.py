"""Titles, ranges and directions that a model declares are shown wherever its ratings are."""

import json

import matplotlib.text
import pandas as pd
import pytest
from support.named_nets import named_nets  # noqa: F401  # a fixture
from support.plugin_package import make_photos
from xaesthetic_reports._stems import _plain
from xaesthetic_reports.overlays import _free

import xaesthetic as xa
from xaesthetic.core.attributes import Attribute
from xaesthetic.figures import style
from xaesthetic.stages.explanation import ByAttribute
from xaesthetic.stages.predict import rate

pytestmark = pytest.mark.torch


@pytest.fixture
def photos(named_nets, tmp_path):
    return make_photos(tmp_path / "photos", 2)


@pytest.fixture
def drawn(monkeypatch):
    """The texts of every figure that is saved, by the file's name."""
    texts, save = {}, style.save_figure

    def save_figure(figure, path, *more):
        texts[path.name] = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
        return save(figure, path, *more)

    for name in ("xaesthetic.figures.style", "xaesthetic_reports.overlays"):
        monkeypatch.setattr(f"{name}.save_figure", save_figure)
    return texts


@pytest.mark.slow
def test_show_prints_and_draws_them(photos, command, drawn):
    chosen = (photos / "00.png", "--model", "beauty_net", "--method", "cam", "--method", "eigen_cam", "--out", "run")
    status, out, err = command("show", *chosen)
    assert status == 0, err
    lines = out.splitlines()
    beauty, technique, noise = lines[1:4]
    assert beauty.startswith("beauty, Beauty of all ")
    assert technique.split()[0] == "技術"
    assert "range: 1 to 10 (beauty); 0 to 1, lower is better (noise)" in lines
    assert "! outside of the range" in lines
    assert [line.rstrip().endswith("!") for line in (beauty, technique, noise)] == [False, False, True]
    rating = beauty.split()[-1]
    assert noise.split()[-1] in drawn["00.png-noise.png"]
    texts = drawn["00.png-beauty.png"]
    assert {"Beauty of all: 00.png", "beauty_net, CAM", rating} <= set(texts)
    assert any(
        "Range of the ratings: 1 to 10; ! marks those outside of it. beauty_net: not trained" in text for text in texts
    )
    assert set(drawn) == {f"00.png-{name}.png" for name in ("beauty", "技術", "noise", "no-attribute")}
    floors = drawn["00.png-no-attribute.png"]
    assert {"No attribute asked: 00.png", "beauty_net, Eigen-CAM"} <= set(floors)
    assert not any("igen" in text for name, texts in drawn.items() for text in texts if "no-attribute" not in name)

    shown = json.loads(command("show", *chosen, "--json")[1])["predictions"]
    assert [(row["title"], row["low"], row["high"]) for row in shown] == [
        ("Beauty of all", 1, 10), ("技術", None, None), ("noise", 0, 1),
    ]  # fmt: skip
    assert [row["higher_is_better"] for row in shown] == [True, True, False]
    assert [row["outside"] for row in shown] == [False, False, True]


def test_predict_has_them_in_every_form(photos, command, tmp_path):
    status, out, _ = command("predict", photos, "--model", "beauty_net", "--model", "memory_net")
    assert status == 0
    assert "titles: beauty, Beauty of all" in out.splitlines()
    rows = json.loads(command("predict", photos, "--model", "beauty_net", "--json")[1])
    assert [row["outside"] for row in rows] == [
        row["low"] is not None and not row["low"] <= row["prediction"] <= row["high"] for row in rows
    ]
    command("predict", photos, "--model", "beauty_net", "--out", tmp_path / "a.csv")
    columns = list(pd.read_csv(tmp_path / "a.csv").columns)
    trained = columns[2].partition("(beauty_net, ")[2].removesuffix(")")
    assert columns == [
        "image",
        f"beauty (beauty_net, {trained}; 1 to 10)",
        f"技術 (beauty_net, {trained})",
        f"noise (beauty_net, {trained}; 0 to 1, lower is better)",
    ]


def test_picks_have_them_and_a_files_name_is_no_mark(photos, command):
    (photos / "00.png").rename(photos / "wow!")
    (photos / "wow!").rename(photos / "wow!.png")
    status, out, _ = command(
        "compare", photos, "--model", "memory_net", "--attr", "beauty", "--pick", "1", "--report", "predictions"
    )
    assert status == 0
    assert "beauty, Beauty" not in out  # this model declares no title
    assert "! outside" not in out


@pytest.mark.filterwarnings("ignore:no font here has Chinese")
def test_an_explanation_shows_them(photos):
    shown = xa.explain(photos / "00.png", "beauty_net")
    assert shown.maps["Beauty of All"] is shown.maps["beauty"]
    noise = shown.ratings["noise"]
    assert repr(shown).endswith(f"noise {noise:.3f}! (0 to 1, lower is better)>")
    assert f"beauty {shown.ratings['beauty']:.3f} (1 to 10), 技術 {shown.ratings['技術']:.3f}, noise" in repr(shown)
    page = shown._repr_html_()
    assert f"<td>Beauty of all</td><td>{shown.ratings['beauty']:.3f}</td><td>1 to 10</td>" in page
    texts = {text.get_text() for text in shown.figure().findobj(matplotlib.text.Text)}
    assert {"Beauty of all, 1 to 10", f"{shown.ratings['beauty']:.2f}", "技術", "noise, 0 to 1, lower is better"} <= texts
    assert f"{noise:.2f}!" in texts
    ratings = rate([photos / "00.png"], xa.Experiment("", None, ("beauty_net",), (), ("all",), None))
    assert "<th>beauty_net Beauty of all (1 to 10)</th>" in ratings._repr_html_()
    assert f"<td>{noise:.2f}!</td>" in ratings._repr_html_()


def test_a_floor_is_drawn_once_in_a_notebook(photos):
    shown = xa.explain(photos / "00.png", "beauty_net", method="eigen_cam")
    figure = shown.figure()
    (sheet,) = figure.axes
    assert len(sheet.images) == 2 + 1  # the photograph, its one map, the color bar
    assert "no attribute asked" in {text.get_text() for text in figure.findobj(matplotlib.text.Text)}
    assert list(shown.ratings) == ["beauty", "技術", "noise"]


def test_files_of_any_names():
    taken = set()
    assert _free("A-light", taken) == "A-light"
    assert _free("a-Light", taken) == "a-Light-2"  # one file on some disks
    assert [_free("\u00e9", taken), _free("e\u0301", taken)] == ["\u00e9", "e\u0301-2"]
    assert _plain("技" * 90) == "技" * 36
    assert len(f"{_plain('é' * 300)}-{_plain('技' * 33)}-12.png".encode()) < 240


def test_a_title_that_is_declared_counts_before_the_vocabularys():
    values = ByAttribute({"light": 1, "x": 2}, (Attribute("x", "Vivid Color"),))
    assert (values["light"], values["Light"], values["vivid color"]) == (1, 1, 2)

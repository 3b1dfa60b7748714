"""Whether maps depend on the attribute; and the reports of this and of the leaderboard."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401

import xaesthetic as xa
from xaesthetic.core.statistics import bootstrap_t
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation import specificity
from xaesthetic.evaluation.judge import summarise
from xaesthetic.run.arrays import create_array
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import SCORES


@pytest.fixture
def stack(tmp_path):
    """Maps on the disk, by hand."""

    def stack(values):
        values = np.asarray(values, np.float32)
        names = {"images": [str(n) for n in range(len(values))], "attributes": [f"a{n}" for n in range(values.shape[1])]}
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        create_array(folder, len(values), (2, *values.shape[1:]), names)[:] = values
        return Maps(folder)

    return stack


def test_it_is_the_mean_correlation_of_every_two_maps(stack):
    values = np.random.default_rng(0).normal(size=(3, 4, 5, 6))
    found = specificity.between_attributes(stack(values))
    for image in range(3):
        pairs = [np.corrcoef(values[image, a].ravel(), values[image, b].ravel())[0, 1] for a in range(4) for b in range(a)]
        assert found[image] == pytest.approx(np.mean(pairs), abs=1e-6)


def test_constant_maps_and_single_attributes_say_nothing(stack):
    values = np.random.default_rng(0).normal(size=(2, 3, 5, 6))
    values[0, 1] = 7
    known = np.corrcoef(values[0, 0].ravel(), values[0, 2].ravel())[0, 1]
    assert specificity.between_attributes(stack(values))[0] == pytest.approx(known, abs=1e-6)
    assert np.isnan(specificity.between_attributes(stack(values[:, :1]))).all()


@pytest.mark.parametrize(
    ("method", "between", "energy", "said"),
    [
        ("cam", 0.98, 0.2, "hardly depends on the attribute (r = 0.98; a null of 0 is assumed)"),
        (
            "cam",
            0.98,
            0.95,
            "hardly depends on the attribute (r = 0.98; a null of 0 is assumed); much like the activation energy (r = 0.95)",
        ),
        ("cam", 0.6, np.nan, "depends on the attribute in part (r = 0.60; a null of 0 is assumed)"),
        ("cam", -0.2, 0.1, "depends on the attribute (r = -0.20; a null of 0 is assumed)"),
        ("activation_energy", 1.0, np.nan, "asks no head: the floor"),
        ("cam", np.nan, np.nan, "one attribute only: nothing to compare"),
    ],
)
def test_the_verdict_is_plain(method, between, energy, said):
    assert specificity.verdict(method, between, energy) == said


@pytest.mark.parametrize(
    ("between", "reach", "null", "said"),
    [
        (0.76, 0.79, 0.81, "depends on the attribute in part (r = 0.76; 0.81 with permuted ratings)"),
        (0.76, 0.83, 0.81, "no more specific than permuted ratings make it (r = 0.76; 0.81 with permuted ratings)"),
        (0.10, 0.15, 0.05, "no more specific than permuted ratings make it (r = 0.10; 0.05 with permuted ratings)"),
        (0.10, np.nan, 0.5, "depends on the attribute (r = 0.10; 0.50 with permuted ratings)"),
    ],
)
def test_the_verdict_is_held_against_permuted_ratings(between, reach, null, said):
    assert specificity.verdict("cam", between, np.nan, null=null, reach=reach) == said


def test_the_null_is_of_the_attributes_that_are_there():
    pairs = {"light, color": 0.8, "dof, light": 0.6, "dof, color": 0.1}
    assert specificity.null_of(pairs, ["light", "dof"]) == pytest.approx(0.6)
    assert specificity.null_of(pairs, ["light", "dof", "color"]) == pytest.approx(0.5)
    assert np.isnan(specificity.null_of(pairs, ["light", "content"]))
    assert specificity.null_of(pairs | {"": 0.7}, ["light", "content"]) == 0.7
    assert np.isnan(specificity.null_of({}, ["light", "dof"]))


def test_of_a_run(run):
    table = specificity.measure_specificity(run).set_index("method")
    assert table.loc["activation_energy", "between"] == pytest.approx(1)
    assert np.isnan(table.loc["activation_energy", "with_energy"])
    maps, energy = run.maps("tiny_net", "cam"), run.maps("tiny_net", "activation_energy")
    pairs = [np.corrcoef(each[0].ravel(), each[1].ravel())[0, 1] for each in map(maps.of, maps.images)]
    assert table.loc["cam", "between"] == pytest.approx(np.mean(pairs), abs=1e-5)
    alike = [
        np.corrcoef(one.ravel(), floor[0].ravel())[0, 1]
        for each, floor in zip(map(maps.of, maps.images), map(energy.of, energy.images), strict=True)
        for one in each
    ]
    assert table.loc["cam", "with_energy"] == pytest.approx(np.mean(alike), abs=1e-5)
    ends = bootstrap_t(np.reshape(alike, (len(maps.images), -1)).mean(1), seed=run.experiment.seed, tested=False)
    assert list(table.loc["cam", ["with_energy_low", "with_energy_high"]]) == pytest.approx([ends.low, ends.high], abs=1e-5)
    assert np.isnan(table.loc["activation_energy", ["with_energy_low", "with_energy_high"]].astype(float)).all()


def test_a_null_of_cam_is_one_of_grad_cam_which_is_the_same_map(run, monkeypatch):
    answered = run.answered_by()
    answers = {key: replace(answer, specificity_null={"": 0.99}) for key, answer in answered.models.items()}
    monkeypatch.setattr(type(run), "answered_by", lambda _: replace(answered, models=answers))
    monkeypatch.setattr(type(run), "methods", lambda *_: ("cam", "grad_cam", "occlusion"))
    cam = {model: run.maps(model, "cam") for model in answers}
    monkeypatch.setattr(type(run), "maps", lambda _, model, __: cam[model])
    table = specificity.measure_specificity(run).set_index("method")
    assert table.loc[["cam", "grad_cam"], "null"].tolist() == [0.99, 0.99]
    assert "0.99 with permuted ratings" in table.loc["grad_cam", "verdict"]
    assert "a null of 0 is assumed" in table.loc["occlusion", "verdict"]


# -- reports -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_reports_are_drawn_of_what_is_there(run, tmp_path):
    written = {file.name for file in xa.draw_reports(run, ["leaderboard", "specificity"])}
    assert written == {
        "leaderboard.csv", "leaderboard_light.png", "leaderboard_light.pdf", "leaderboard_vivid_color.png",
        "leaderboard_vivid_color.pdf", "ranks.csv", "specificity.csv", "specificity.png", "specificity.pdf",
        "leaderboard_light.txt", "leaderboard_vivid_color.txt", "specificity.txt", "leaderboard_light.csv",
        "leaderboard_vivid_color.csv",
    }  # fmt: skip
    run.discard(SCORES)
    assert xa.draw_reports(run, ["leaderboard"]) == []


def test_the_leaderboards_figure_shows_every_map_its_interval_and_the_bands(run, monkeypatch):
    from xaesthetic_reports import leaderboard

    drawn = []
    captions = []
    monkeypatch.setattr(leaderboard, "interval_figure", lambda panels, title, columns: drawn.append((panels, title)))
    monkeypatch.setattr(leaderboard.style, "save", lambda figure, path, caption, *_: captions.append(caption) or [])
    summarise(run)
    leaderboard.leaderboard(run, ReportOptions())
    (panels, title), caption = drawn[0], captions[0]
    assert [panel.title for panel in panels] == ["shuffled auc →", "nss →", "cc →", "information gain →"]
    table = pd.read_csv(run.report / "leaderboard.csv").set_index(["metric", "attribute", "model", "method"])
    line = panels[1].lines[0]
    method = line.label.split(", ")[1].lower().replace(" ", "_")  # of its title
    row = table.loc[("nss", "light", "tiny_net", method)]
    assert (line.value, line.low, line.high) == pytest.approx((row["value"], row["low"], row["high"]))
    assert [band.label for band in panels[1].bands] == ["chance", "centre", "people"]
    assert title == "Light: maps against people"
    assert "Means over 6 photographs" in caption
    assert "tiny_net: not trained" in caption


def test_figures_hold_their_words(run):
    from xaesthetic.figures.intervals import Band, IntervalPanel, Line, interval_figure

    panel = IntervalPanel(
        "nss",
        (Line("a  cam", "a", 1.0, 0.5, 1.5), Line("b  cam", "b", 0.2, 0.1, 0.4)),
        (Band("centre", 0.0, -1.0, 1.0, "0.8"),),
    )
    figure = interval_figure([panel, panel], "Title")
    words = [text.get_text() for text in figure.texts] + [each.get_text() for axes in figure.axes for each in axes.texts]
    assert "Title" in words
    assert "centre" in words
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a  cam", "b  cam"]
    marks = {line.get_marker() for line in figure.axes[0].lines} - {"None"}
    assert len(marks) == 2  # told apart without colour
    width, height = figure.get_size_inches() * figure.dpi
    figure.canvas.draw()
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y0 >= 0
        assert box.y1 <= height

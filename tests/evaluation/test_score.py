"""Maps against people: floors, ceiling, leaderboard, the command."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.masks import png
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401
from typer.testing import CliRunner

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.core import plugins, statistics
from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.execution import Execution
from xaesthetic.data.images import to_pixels
from xaesthetic.evaluation import leaderboard, score
from xaesthetic.evaluation.score import score_run
from xaesthetic.metrics import _floors
from xaesthetic.run.schemas import ANNOTATIONS, SCORES

SIZE = (60, 80)


def mean(table, model, method, metric):
    rows = table[(table["model"] == model) & (table["method"] == method) & (table["metric"] == metric)]
    return rows["value"].mean()


@pytest.mark.slow
def test_compare_measures_where_people_were_watched(run):
    again = xa.compare(replace(run.experiment, inputs={}), run.root.with_name("other"), reports=["leaderboard"])
    table = run.read(SCORES)
    pd.testing.assert_frame_equal(again.run.read(SCORES), table)
    assert set(table["metric"]) == {
        "auc", "auc_judd", "shuffled_auc", "nss", "cc", "sim", "kl", "information_gain", "emd",
    }  # fmt: skip
    assert set(table[table["model"] == "floor"]["method"]) == set(_floors.FLOORS)
    assert len(table[table["model"] == "tiny_net"]) == 6 * 2 * 2 * 9
    assert (table.groupby(["model", "method", "attribute", "metric"]).size() == 6).all()


def test_a_value_is_the_metric_of_the_map_in_the_photographs_pixels(run):
    people = run.read(ANNOTATIONS)
    points = people[people["image"] == "2.png"]
    saliency = to_pixels(run.maps("tiny_net", "cam").map("2.png", "light"), SIZE).astype(np.float64)
    fixated = saliency[np.concatenate([*points["y"]]).astype(int), np.concatenate([*points["x"]]).astype(int)]
    table = run.read(SCORES).set_index(["image", "model", "method", "attribute", "metric"])["value"]
    wanted = (fixated.mean() - saliency.mean()) / saliency.std()
    assert table["2.png", "tiny_net", "cam", "light", "nss"] == pytest.approx(wanted)


def test_floors_are_where_chance_is_and_the_ceiling_above(run):
    table = run.read(SCORES)
    assert mean(table, "floor", "uniform", "auc") == pytest.approx(0.5, abs=0.1)
    assert mean(table, "floor", "uniform", "sim") < mean(table, "ceiling", _floors.EACH_AGAINST_OTHERS, "sim")
    assert mean(table, "ceiling", _floors.EACH_AGAINST_OTHERS, "auc") > 0.9
    assert mean(table, "ceiling", _floors.EACH_AGAINST_OTHERS, "nss") > mean(table, "floor", "people_elsewhere", "nss")


def test_the_ceiling_is_each_against_the_others_by_hand(run):
    people, found = run.read(ANNOTATIONS), []
    told = people[people["image"] == "1.png"]
    for left_out in told["annotator"]:
        others = told[told["annotator"] != left_out]
        points = np.stack([np.concatenate([*others[axis]]) for axis in "xy"], axis=1)
        rows, columns = np.mgrid[:60, :80] + 0.5
        saliency = sum(np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 2.4**2)) for x, y in points)
        one = told[told["annotator"] == left_out].iloc[0]
        at = saliency[one["y"].astype(int), one["x"].astype(int)]
        found.append((at.mean() - saliency.mean()) / saliency.std())
    table = run.read(SCORES)
    value = table[(table["model"] == "ceiling") & (table["image"] == "1.png") & (table["metric"] == "nss")]["value"]
    assert float(value.iloc[0]) == pytest.approx(np.mean(found))


def test_a_stopped_scoring_goes_on(run, monkeypatch):
    whole = run.read(SCORES)
    run.discard(SCORES)
    monkeypatch.setattr(score, "_GROUP", 2)
    real, times = score.human_maps, []

    def tiring(*arguments):
        times.append(arguments[0])
        if len(times) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(score, "human_maps", tiring)
    with pytest.raises(KeyboardInterrupt):
        score_run(run, execution=Execution(1))
    assert not run.has(SCORES)
    times.extend(["again"] * 10)
    pd.testing.assert_frame_equal(score_run(run, execution=Execution(1)).reset_index(drop=True), whole)
    assert len(times) == 4 + 10 + 4  # the first two photographs were done


def test_further_metrics_are_added_and_kept(run, monkeypatch):
    run.discard(SCORES)
    assert set(score_run(run, ["nss"])["metric"]) == {"nss"}
    assert set(score_run(run, ["cc"])["metric"]) == {"cc"}
    assert set(run.read(SCORES)["metric"]) == {"nss", "cc"}
    monkeypatch.setattr(score, "_measure", None)  # nothing is measured again
    assert set(score_run(run, ["nss", "cc"])["metric"]) == {"nss", "cc"}


def test_masks_are_measured_by_what_fits_them(plugged, tmp_path, photo, write_photo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mask = np.zeros(SIZE, bool)
    mask[20:40, 30:50] = True
    for number in range(3):
        write_photo(tmp_path / "d" / "images" / f"{number}.png", photo)
        for name, shift in (("anna", 0), ("ben", 5)):
            file = tmp_path / "d" / "masks" / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(png(np.roll(mask, shift, axis=1)))
    asked = xa.Experiment("masks", str(tmp_path / "d"), ("tiny_net",), ("cam",), ("light",), None)
    table = score_run(xa.compare(asked, tmp_path / "run", draw=False).run)
    assert {"iou", "average_precision", "s_measure", "pointing_game", "cc"} <= set(table["metric"])
    assert "nss" not in set(table["metric"])
    assert mean(table, "ceiling", _floors.EACH_AGAINST_OTHERS, "iou") == pytest.approx(15 / 25)
    assert "people_elsewhere" not in set(table["method"])


def test_without_people_it_says_so(plugged, tmp_path, photo, write_photo, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_photo(tmp_path / "p" / "0.png", photo)
    asked = xa.Experiment(str(tmp_path / "p"), None, ("tiny_net",), ("cam",), ("light",), None)
    done = xa.compare(asked, tmp_path / "run", draw=False).run
    assert not done.has(SCORES)
    with pytest.raises(DataError, match="has no fixations and no masks"):
        score_run(done)
    with pytest.raises(PluginError, match="Did you mean 'nss'"):
        score_run(done, ["ns"])


# -- the leaderboard ---------------------------------------------------------------------------------------------------


def scores(metric="cc", size=12, better=0.3):
    """A model that beats the centre by `better`, one that is like it, and people."""
    random = np.random.default_rng(1)
    base, rows = random.normal(0.3, 0.1, size), []
    levels = {
        ("good", "cam"): base + better + random.normal(0, 0.05, size),
        ("poor", "cam"): base + random.normal(0, 0.05, size),
        ("floor", "centre"): base,
        ("ceiling", _floors.EACH_AGAINST_OTHERS): base + 2 * better,
    }
    for (model, method), values in levels.items():
        attribute = "light" if method == "cam" else ""
        rows += [(f"{n}", model, method, attribute, metric, value) for n, value in enumerate(values)]
    return pd.DataFrame(rows, columns=["image", "model", "method", "attribute", "metric", "value"]).assign(about="")


@pytest.mark.parametrize(("metric", "better"), [("cc", 0.3), ("kl", -0.3)])
def test_the_best_come_first_and_are_held_against_the_centre(metric, better):
    table = leaderboard.leaderboard(scores(metric, better=better))
    assert list(table["model"])[:2] == ["ceiling", "good"]
    told = table.set_index("model")
    assert told.loc["floor", "normalised"] == pytest.approx(0)
    assert told.loc["ceiling", "normalised"] == pytest.approx(1)
    assert told.loc["good", "normalised"] == pytest.approx(0.5, abs=0.1)
    assert told.loc["good", "over_centre"] == pytest.approx(0.3, abs=0.05)
    assert leaderboard.verdict(told.loc["good"]) == "beats the centre blob"
    assert leaderboard.verdict(told.loc["poor"]) == "not told from the centre blob"
    assert leaderboard.verdict(told.loc["floor"]) == ""
    assert told.loc["good", "low"] < told.loc["good", "value"] < told.loc["good", "high"]


def test_p_is_wilcoxons_corrected_by_holm():
    from scipy.stats import wilcoxon

    held = scores(size=20)
    wide = held.pivot_table(index="image", columns="model", values="value")
    raw = [wilcoxon(wide[model] - wide["floor"]).pvalue for model in ("good", "poor")]
    told = leaderboard.leaderboard(held).set_index("model")
    np.testing.assert_allclose(told.loc[["good", "poor"], "p"], statistics.holm(np.array(raw)))
    assert np.isnan(told.loc["ceiling", "p"])


def test_too_few_photographs_are_warned_of():
    assert leaderboard.warnings(leaderboard.leaderboard(scores(size=12))) == []
    (warning,) = leaderboard.warnings(leaderboard.leaderboard(scores(size=6)))
    assert warning.startswith("With 6 photographs and 2 maps compared no difference")
    assert statistics.smallest_p(6, 1) == 2 * 0.5**6


def test_bootstrap_t_covers_what_it_should():
    """Ten values of a normal and of a skewed distribution: 95 %, where percentiles cover 89."""
    for draw, truth in ((lambda r: r.normal(0, 1, 10), 0.0), (lambda r: r.gamma(3, 1, 10), 3.0)):
        random = np.random.default_rng(5)
        held = 0
        for _ in range(300):
            found = statistics.bootstrap_t(draw(random), times=400)
            held += found.low <= truth <= found.high
        assert 0.92 <= held / 300 <= 0.985


def test_bootstrap_t_of_little():
    nothing = statistics.bootstrap_t(np.array([np.nan]))
    assert np.isnan([nothing.value, nothing.low, nothing.high, nothing.p]).all()
    alike = statistics.bootstrap_t(np.zeros(5))
    assert (alike.value, alike.p) == (0, 1)
    assert np.isnan(alike.low)
    ignored = statistics.bootstrap_t(np.array([1.0, 2.0, np.nan, 4.0]))
    assert ignored.value == pytest.approx(7 / 3)


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_prints_and_writes_the_leaderboard(run):
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--metric", "cc"])
    assert done.exit_code == 0, done.stderr
    assert "nss, light" in done.stdout
    assert "people_elsewhere" in done.stdout
    assert "1 people against each other" in done.stdout
    assert "left out: 1 fixations outside their photographs" in done.stderr
    table = pd.read_csv(run.report / "leaderboard.csv")
    assert {"nss", "cc", "auc"} <= set(table["metric"])
    assert set(table["attribute"]) == {"light", "vivid_color"}
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--json"])
    told = json.loads(done.stdout)
    assert {row["method"] for row in told["specificity"]} == {"cam", "activation_energy"}
    assert {row["method"] for row in told["leaderboard"]} == {
        "cam", "activation_energy", *_floors.FLOORS, _floors.EACH_AGAINST_OTHERS,
    }  # fmt: skip


def test_every_metric_fits_fixations_or_masks():
    needs = {name: score.metric_scale(name).needs for name in plugins.names("metrics")}
    assert set(needs.values()) == {"density", "fixations", "others", "mask", "signed"}


@pytest.mark.slow
def test_compare_goes_on_with_a_scoring_that_was_stopped(run, monkeypatch):
    """What is measured of a run whose maps are complete is not thrown away when it is started again."""
    whole = run.read(SCORES)
    run.discard(SCORES)
    before = set(run.root.rglob("*"))
    monkeypatch.setattr(score, "_GROUP", 2)
    real, times = score.human_maps, []

    def tiring(*arguments):
        times.append(arguments[0])
        if len(times) == 4:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(score, "human_maps", tiring)
    asked = replace(run.experiment, inputs={})
    with pytest.raises(KeyboardInterrupt):
        xa.compare(asked, run.root, execution=Execution(1), reports=["leaderboard"])
    pieces = set(run.root.rglob("*")) - before
    assert pieces
    times.clear()
    monkeypatch.setattr(score, "human_maps", lambda *arguments: times.append(arguments[0]) or real(*arguments))
    xa.compare(asked, run.root, execution=Execution(1), reports=["leaderboard"])
    assert len(times) == 4  # the first two photographs were done
    pd.testing.assert_frame_equal(run.read(SCORES), whole)
    assert not any(path.exists() for path in pieces)

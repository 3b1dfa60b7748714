"""Do maps add up to the prediction."""

from dataclasses import asdict

import numpy as np
import pytest
from support.maps import write_maps
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401

import xaesthetic as xa
from xaesthetic.evaluation.completeness import measure_completeness, verdict
from xaesthetic.run.schemas import PREDICTIONS


def test_cam_adds_up_and_energy_does_not_promise_to(run):
    table = measure_completeness(run).set_index(["method", "attribute"])
    for name in ("light", "vivid_color"):
        row = table.loc[("cam", name)]
        assert (row["promised"], row["verdict"]) == ("mean", "adds up to the prediction, as promised")
        assert row["off"] < 1e-4
        assert row["explained"] == pytest.approx(1, abs=1e-6)


def test_a_floor_has_one_row_the_mean_over_outputs(run):
    table = measure_completeness(run)
    (floor,) = table[table["method"] == "activation_energy"].to_dict("records")
    assert (floor["attribute"], floor["promised"], floor["photographs"]) == ("", "", len(run.sizes()))
    assert np.isnan(floor["off"])
    stack = run.maps("tiny_net", "activation_energy")
    raw = run.read(PREDICTIONS).pivot_table(index="image", columns="attribute", values="raw").loc[list(stack.images)]
    totals = [stack.of(image)[0].mean() for image in stack.images]
    explained = np.mean([np.corrcoef(totals, raw[name])[0, 1] ** 2 for name in stack.attributes])
    assert floor["explained"] == pytest.approx(explained, rel=1e-4)
    assert floor["verdict"] == f"asks no output; its total explains {explained:.0%} of a prediction"


def test_a_broken_promise_is_told(run):
    """The same maps with a photograph's twice as large."""
    stack = run.maps("tiny_net", "cam")
    values = np.stack([stack.of(image) for image in stack.images])
    values[2] *= 2
    broken = xa.Run.create(run.root.parent / "broken", run.experiment, asdict(run.answered_by()))
    broken.write(PREDICTIONS, run.read(PREDICTIONS))
    for method in run.experiment.methods:
        write_maps(broken, "tiny_net", method, list(stack.images), list(stack.attributes), values, adds_up="mean")
    row = measure_completeness(broken).iloc[0]
    raw = run.read(PREDICTIONS).query("attribute == 'light'").set_index("image")["raw"].loc[list(stack.images)].to_numpy()
    means = values[:, 0].mean((1, 2))
    assert row["off"] == pytest.approx((raw - means).std() / raw.std(), rel=1e-4)
    assert row["explained"] == pytest.approx(np.corrcoef(raw, means)[0, 1] ** 2, rel=1e-4)
    assert row["verdict"].startswith("does not add up as promised")


def test_verdicts():
    nan = float("nan")
    assert verdict("", 0.634, nan) == "promises nothing; its total explains 63% of the prediction"
    assert verdict("mean", nan, nan) == "too little to say"
    assert verdict("sum", 0.9, 0.051) == "does not add up as promised: 5.1% of the prediction's spread is left over"


def test_a_sum_over_layers_in_series_says_so():
    assert verdict("", 0.42, float("nan"), in_series=True).startswith(
        "a sum over layers in series promises nothing; its total"
    )

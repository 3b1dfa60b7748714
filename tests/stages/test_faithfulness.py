"""Deletion, insertion and sensitivity."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401
from typer.testing import CliRunner

from xaesthetic.cli import app
from xaesthetic.core.baselines import DEFAULTS
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.evaluation import summaries
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import FAITHFULNESS
from xaesthetic.stages import faithfulness

SIZE = (20, 30)


def linear_model(weights):
    """Its output is Σ w x: what deletion does to it can be told by hand."""

    def features(x):
        return (x.mean(1, keepdim=True),)

    def head(activations):
        return (activations[0][:, 0] * weights).sum((1, 2))[:, None]

    inputs = InputSpec(SIZE, mean=(0.0, 0.0, 0.0))
    return AttributeModel(("light",), inputs, features, FunctionHead(head), Source("", "", "", {}))


def picture():
    return torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))


def test_an_order_takes_equal_shares_the_highest_first():
    saliency = torch.arange(600.0).reshape(SIZE)
    steps = faithfulness.order(saliency, SIZE)
    assert steps.unique(return_counts=True)[1].tolist() == [60] * 10
    assert (steps[-2:] == 0).all()
    assert (steps[:2] == 9).all()
    assert faithfulness.order(torch.rand(3, 4), SIZE).shape == SIZE


def test_curves_by_hand():
    weights = torch.rand(SIZE, generator=torch.Generator().manual_seed(1))
    x = picture()
    gray = (x[0].mean(0) * weights).numpy().astype(np.float64)
    steps = faithfulness.order(torch.from_numpy(gray), SIZE)
    taken = np.array([gray[steps.numpy() < step].sum() for step in range(11)])
    deletion, insertion = faithfulness.curves(Session(linear_model(weights)), x, steps, torch.zeros_like(x))[:, 0]
    assert deletion == pytest.approx((gray.sum() - taken).mean(), rel=1e-5)
    assert insertion == pytest.approx(taken.mean(), rel=1e-5)


def test_the_true_order_is_better_than_any_other():
    weights = torch.randn(SIZE, generator=torch.Generator().manual_seed(1))
    x, model = picture(), Session(linear_model(weights))
    true = faithfulness.order(x[0].mean(0) * weights, SIZE)
    best = faithfulness.curves(model, x, true, torch.zeros_like(x))[:, 0]
    for seed in range(5):
        other = faithfulness.order(torch.rand(SIZE, generator=torch.Generator().manual_seed(seed)), SIZE)
        deletion, insertion = faithfulness.curves(model, x, other, torch.zeros_like(x))[:, 0]
        assert best[0] < deletion
        assert best[1] > insertion


def test_sensitivity_is_none_where_a_map_never_changes_and_more_where_it_changes_much():
    x = picture()
    still = faithfulness._sensitivity(lambda x: torch.ones(len(x), 1, 3, 3), x)
    little = faithfulness._sensitivity(lambda x: x[:, :1], x)
    much = faithfulness._sensitivity(lambda x: (50 * x[:, :1]).sin(), x)
    assert still == pytest.approx(0, abs=1e-6)
    assert 0 < little < 0.2
    assert much > little


def test_a_summary_by_hand():
    rows = []
    for image, base in (("a", 1.0), ("b", 2.0), ("c", 4.0)):
        for method, deletion, insertion in (("random_order", 0, 0), ("centre_order", -0.1, 0.1), ("cam", -0.5, 0.3)):
            rows.append((image, "m", method, "light", "blur", base + deletion, base + insertion, 0.2))
    (row,) = summaries.summarise_faithfulness(pd.DataFrame(rows, columns=list(FAITHFULNESS.names))).to_dict("records")
    assert (row["method"], row["photographs"], row["sensitivity"]) == ("cam", 3, pytest.approx(0.2))
    assert (row["deletion"], row["insertion"]) == (pytest.approx(0.5), pytest.approx(0.3))
    assert row["over_centre"] == pytest.approx((0.4 + 0.2) / 2)


@pytest.mark.slow
def test_the_command(run):
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--faithfulness"])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(run.report / "faithfulness.csv")
    assert len(table) == (2 + 1) * 2  # attributes, and a floor's only row; fills
    assert set(table["fill"]) == set(DEFAULTS)
    energy = table[table["method"] == "activation_energy"]
    assert energy["sensitivity"].notna().all()
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--faithfulness", "--json"])
    assert len(json.loads(done.stdout)["faithfulness"]) == 6

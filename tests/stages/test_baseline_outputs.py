"""What models make of baselines."""

import pandas as pd
import pytest
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401
from typer.testing import CliRunner

from xaesthetic.cli import app
from xaesthetic.core.baselines import DEFAULTS
from xaesthetic.evaluation.summaries import summarise_baselines
from xaesthetic.run.schemas import BASELINE_OUTPUTS
from xaesthetic.stages import baselines


def test_a_summary_by_hand():
    rows = [
        ("a", "m", "black", "light", 1.0, -3.0),
        ("b", "m", "black", "light", 2.0, -1.0),
        ("a", "m", "blur", "light", 1.0, 0.5),
        ("b", "m", "blur", "light", 2.0, 0.5),
    ]
    black, blur = summarise_baselines(pd.DataFrame(rows, columns=list(BASELINE_OUTPUTS.names))).to_dict("records")
    assert (black["raw"], black["baseline_raw"], black["photographs"]) == (1.5, -2.0, 2)
    assert (black["baseline_low"], black["baseline_high"]) == (-3.0, -1.0)
    assert black["spread"] == blur["spread"] == 2.5
    assert (black["confounded"], blur["confounded"]) == (True, False)


@pytest.mark.slow
def test_the_command_rates_the_baselines(run):
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--faithfulness"])
    assert done.exit_code == 0, done.output
    assert "between baselines" in done.output
    table = run.read(BASELINE_OUTPUTS)
    assert set(table["baseline"]) == set(DEFAULTS)
    assert len(table) == len(baselines.explained_records(run)) * 2 * 2  # attributes, baselines

"""Figure 4 is of the labels that models are trained on, where they lie beside the photographs of a run."""

import numpy as np
import pandas as pd
import pytest
from support.aadb_lists import LISTS, write_lists
from support.hand_run import hand_run
from support.plugin_package import plugged  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.types import ReportOptions
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run


@pytest.fixture
def run(tmp_path, plugged, write_photo, photo):
    root = write_lists(tmp_path / "aadb")
    for number, name in enumerate(("e0.jpg", "e1.jpg", "b0.jpg", "b1.jpg")):
        write_photo(root / name, np.roll(photo, 9 * number, axis=1))
    experiment = xa.Experiment("aadb:test", str(root), ("tiny_net",), ("cam",), ("light",), 1)
    return xa.compare(experiment, tmp_path / "run", draw=False).run, root


def drawn(run):
    files = {file.suffix: file for file in draw_reports(run, ["label_distributions"], ReportOptions(dpi=50))}
    return pd.read_csv(files[".csv"]).set_index("attribute"), files[".txt"].read_text()


def test_of_the_test_list_the_training_labels_are_shown(run):
    run, root = run
    table, caption = drawn(run)
    assert table.loc["light", "count"] == 5
    assert table.loc["light", "mean"] == pytest.approx(0.2)  # 0, .1, .2, .3, .4
    assert "people's ratings in aadb:train, the training labels, 5 photographs" in caption
    assert "The paper's figure is of the training labels" not in caption
    (root / LISTS[0]).unlink()
    table, caption = drawn(run)
    assert table.loc["light", "count"] == 4
    assert "The paper's figure is of the training labels: --data aadb:train." in caption


def test_photographs_that_nobody_rated_do_not_count(tmp_path):
    run = hand_run(tmp_path / "run", 4, scored=False)
    records = run.read(RECORDS)
    records["ratings"] = ['{"light": 0.0}'] * 2 + ["{}"] * 2
    run.write(RECORDS, records)
    table, caption = drawn(Run.open(run.root))
    assert (table.loc["light", "count"], table.loc["light", "zeros"]) == (2, 1)
    assert "people's ratings in here, 2 photographs that are rated" in caption

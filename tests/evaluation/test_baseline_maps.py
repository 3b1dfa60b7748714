"""The maps of one method by two baselines, correlated."""

import numpy as np
import pytest
from support.maps import write_maps

from xaesthetic.core.types import Experiment
from xaesthetic.evaluation.baseline_maps import measure_baseline_maps
from xaesthetic.run.store import Run

FIRST = [[[[1, 2], [3, 4]]], [[[1, 0], [0, 0]]], [[[1, 1], [1, 1]]]]
SECOND = [[[[2, 4], [6, 8]]], [[[0, 1], [0, 0]]], [[[1, 2], [3, 4]]]]


def test_the_mean_over_photographs_by_hand(tmp_path):
    """r is 1, then -1/3; a constant map counts for nothing, nor does a method without a baseline."""
    maps = {"occlusion@mean": FIRST, "occlusion@blur": SECOND, "cam": FIRST}
    source = {"citation": "nobody", "licence": "none", "trained": "on nothing", "files": {}, "attributes": ["light"]}
    run = Run.create(tmp_path / "run", Experiment("x", None, ("m",), tuple(maps), ("all",), None), {"models": {"m": source}})
    for method, values in maps.items():
        write_maps(run, "m", method, ["a", "b", "c"], ["light"], np.array(values, np.float32))
    wanted = {("m", name, "light"): (1 - 1 / 3) / 2 for name in ("mean", "blur")}
    assert measure_baseline_maps(run) == pytest.approx(wanted)
    assert measure_baseline_maps(run, [("m", "occlusion@mean")]) == {}

"""Maps in float16: part of the question, with the error measured before they were stored, in tables and on the page."""

import json
import random
import re

import numpy as np
import pytest
from support.comparing import compare, experiment, photos, refused  # noqa: F401  # fixtures
from support.damaged import harm
from support.plugin_package import contents, plugged  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment
from xaesthetic.evaluation.stored import STORED
from xaesthetic.merging import merge
from xaesthetic.repairing import verify
from xaesthetic.run import arrays
from xaesthetic.run.rounding import measure_rounding
from xaesthetic.run.store import Run

pytestmark = [pytest.mark.usefixtures("plugged"), pytest.mark.torch]


@pytest.fixture
def both(compare):
    return [compare(store, store=store, pick=None).run for store in ("float32", "float16")]


def test_the_error_is_that_of_the_maps_in_float32_and_is_in_the_summary(both):
    full, half = both
    assert "store" not in json.loads((full.root / "experiment.json").read_text())["question"]
    assert json.loads((half.root / "experiment.json").read_text())["question"]["store"] == "float16"
    assert Run.open(half.root).experiment.store == "float16"
    judged = xa.judge(half)
    table = judged.tables["stored"].set_index(["method", "attribute"])
    for method in ("cam", "grad_cam"):
        maps = np.concatenate([maps for _, maps in full.maps("tiny_net", method).chunks()])
        kept = np.concatenate([maps for _, maps in half.maps("tiny_net", method).chunks()])
        np.testing.assert_array_equal(kept, maps.astype(np.float16).astype(np.float32))
        wanted = measure_rounding([maps], full.maps("tiny_net", method).adds_up)
        row = table.loc[(method, "light")]
        assert (row["dtype"], row["largest"], row["mean"]) == ("float16", wanted.largest[0], wanted.mean[0])
    assert not Run.open(full.root).has(STORED)
    assert "stored" not in xa.judge(full).tables
    assert "stored" not in xa.judge(full).missing


def test_the_page_and_the_screen_say_it(compare, command, photos, tmp_path):
    run = compare(store="float16", draw=True, reports=("html_report",)).run
    page = (run.report / "report.html").read_text(encoding="utf-8")
    assert '<h2 id="stored">What float16 changes</h2>' in page
    section = page.partition('aria-labelledby="stored"')[2].partition("</section>")[0]
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", section)
    assert cells[6:9] == ["tiny_net", "cam", "float16"]
    assert all(re.fullmatch(r"0\.\d{3} %|–", cell) for cell in cells[9:12])
    status, out, _ = command(
        "explain", "--data", photos, "--model", "tiny_net", "--method", "cam", "--store", "float16", "--out", tmp_path / "o"
    )
    assert (status, "maps are kept in" in out, "tiny_net cam" in out) == (0, True, True)
    status, _, err = command("explain", tmp_path / "o", "--store", "float16")
    assert (status, "its question stands" in err) == (2, True)


def test_it_is_part_of_the_experiment_and_refused_where_it_is_none(compare, refused, command):
    compare("other", store="float32")
    with pytest.raises(DataError, match="store is float32 there and float16 here"):
        compare("other", store="float16")
    assert "which of them are one map shows only in float32" in refused(DataError, methods=("all-cam",), store="float16")
    with pytest.raises(DataError, match=r"store is 'half'; float32 or float16 was wanted"):
        Experiment("x", None, ("tiny_net",), ("cam",), ("all",), None, store="half")
    status, _, err = command("compare", "--attr", "light", "--store", "half")
    assert (status, "neither float32 nor float16" in err) == (2, True)


@pytest.mark.slow
def test_shards_of_a_run_keep_float32_and_the_merge_rounds(compare, tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 1 << 11)
    whole = compare("whole", store="float16", pick=None, batch=2).run
    parts = [compare(f"part{n}", store="float16", pick=None, batch=2, shard=f"{n}/3").run for n in (1, 2, 3)]
    assert all(part.maps("tiny_net", "cam").stored is None for part in parts)
    merged = merge([part.root for part in parts], tmp_path / "merged").run
    kept, wanted = ({n: d for n, d in contents(run.root).items() if n.startswith("maps/")} for run in (merged, whole))
    assert kept == wanted
    assert merged.maps("tiny_net", "cam").stored.dtype == "float16"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["c/1/0/0/0", "zarr.json"])
def test_a_damaged_array_of_float16_is_repaired_to_the_same_bytes(compare, name, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 1)
    run = compare(store="float16", pick=None).run
    before = contents(run.root)
    harm(run.maps_folder("tiny_net", "cam") / name, "flip", random.Random(1))
    verdict = verify(run)
    assert (len(verdict.faults), verdict.left) == (1, ())
    after = contents(run.root)
    assert {n for n in {*before, *after} if before.get(n) != after.get(n)} == set()

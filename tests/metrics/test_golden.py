"""Every metric against values that other implementations computed: tests/golden/make.py says which, of what and how."""

import json

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from support.places import GOLDEN, SHARED

from xaesthetic.core import plugins
from xaesthetic.core.types import HumanMap

VALUES = json.loads((GOLDEN / "values.json").read_text())["pairs"]


@pytest.fixture(scope="module", params=list(VALUES))
def pair(request):
    """The values, the map, and the human maps of fixations and of masks."""
    with np.load(GOLDEN / "maps.npz") as archive:
        arrays = {name: archive[f"{request.param}_{name}"] for name in ("map", "fixations", "others", "density", "baseline")}
        soft = archive[f"{request.param}_masks"].mean(0)
    watched = HumanMap(arrays["density"], arrays["fixations"], None, arrays["others"], arrays["baseline"])
    return VALUES[request.param], arrays["map"], watched, HumanMap(soft, mask=soft > 0.5)


def test_every_metric_has_values():
    for values in VALUES.values():
        assert {name.partition(" ")[0] for kind in ("fixations", "masks") for name in values[kind]} == set(
            plugins.names("metrics")
        ) - {"signed_cc"}  # of signed marks: tests/evaluation/test_sides.py


@pytest.mark.parametrize("name", ["auc", "auc_judd", "shuffled_auc", "nss", "cc", "sim", "kl", "information_gain"])
def test_against_fixations(pair, name):
    values, saliency, watched, _ = pair
    assert plugins.load("metrics", name)(saliency, watched) == pytest.approx(values["fixations"][name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", VALUES["smooth"]["masks"])
def test_against_masks(pair, name):
    values, saliency, _, marked = pair
    assert plugins.load("metrics", name)(saliency, marked) == pytest.approx(values["masks"][name], rel=1e-9, abs=1e-12)


def test_without_a_baseline_the_gain_is_over_everywhere_alike(pair):
    values, saliency, watched, _ = pair
    gain = plugins.load("metrics", "information_gain")(saliency, HumanMap(watched.density, watched.fixations))
    assert gain == pytest.approx(values["fixations"]["information_gain over everywhere alike"], rel=1e-9)


@pytest.mark.parametrize(("name", "block"), [("emd", None), ("emd of blocks of 5", 5)])
def test_earth_movers_distance(pair, name, block):
    values, saliency, watched, _ = pair
    assert plugins.load("metrics", "emd")(saliency, watched, block) == pytest.approx(values["fixations"][name], abs=1e-6)


def test_the_golden_values_are_small():
    assert sum(file.stat().st_size for file in GOLDEN.iterdir() if file.is_file()) < 300_000


# -- an extra: a table of larger maps, by pysaliency, the MIT code under Octave, Quantus and others ---------------------

TABLE = SHARED / "golden"
FIXATED = {
    "auc": ("exact_numpy", "AUC_uniform"),
    "auc_judd": ("pysaliency", "AUC_Judd_nojitter"),
    "shuffled_auc": ("exact_numpy", "sAUC_vs_other"),
    "nss": ("pysaliency", "NSS"),
    "cc": ("pysaliency", "CC_fixmap"),
    "sim": ("pysaliency", "SIM_fixmap"),
    "kl": ("octave_cvzoya", "KLdiv_fixmap"),  # the others put ε elsewhere
    "information_gain": ("pysaliency", "IG_vs_centerbias"),
}
"""Our metric: its name there, and to which human map it is compared."""
MARKED = {
    "cc": ("pysaliency", "CC_soft"),
    "sim": ("pysaliency", "SIM_soft"),
    "kl": ("pysaliency", "KL_MITeps_soft"),
    "iou_at_half": ("masks", "IoU_minmax_0.5"),
    "average_precision": ("masks", "sklearn.average_precision"),
    "f_beta": ("masks", "pysod.Fbeta_max_b2=0.3"),
    "mae": ("masks", "pysod.MAE"),
    "s_measure": ("masks", "pysod.Smeasure"),
    "pointing_game": ("masks", "quantus.PointingGame"),
    "energy_pointing_game": ("masks", "quantus.RelevanceMassAccuracy_relu"),
    "relevance_rank_accuracy": ("masks", "RRA_tie_expected"),
    "iou": ("masks", "IoU_area_matched_stable"),
}


def load_table():
    """What another implementation says, and how far that is from ours, by pair and metric."""
    with np.load(TABLE / "saliency.npz") as archive:
        for pair in json.loads((TABLE / "saliency.json").read_text())["pairs"]:
            saliency, baseline, masks = (archive[f"{pair['id']}_{name}"] for name in ("smap", "cb", "masks"))
            points, others = (np.stack([pair[f"{who}_{axis}"] for axis in "xy"], 1) * 1.0 for who in ("fix", "other"))
            counts = np.zeros(saliency.shape)
            np.add.at(counts, (pair["fix_y"], pair["fix_x"]), 1)
            density = gaussian_filter(counts, 2 if saliency.shape[0] == 64 else 23.99)
            watched = HumanMap(density, points, None, others, baseline)
            yield pair, saliency, watched, HumanMap(masks.mean(0), mask=masks.mean(0) > 0.5)


@pytest.mark.skipif(not TABLE.is_dir(), reason="an extra, for where that table is; the values in tests/golden always run")
def test_a_larger_table():
    for pair, saliency, watched, marked in load_table():
        for wanted, human in ((FIXATED, watched), (MARKED, marked)):
            for name, (by, key) in wanted.items():
                if (name, pair["kind"]) == ("iou", "uint8_ties"):
                    continue  # of tied pixels those that come first are taken there
                found = plugins.load("metrics", name)(saliency, human)
                assert found == pytest.approx(pair[by][key], rel=1e-9, abs=1e-9), (pair["id"], name)

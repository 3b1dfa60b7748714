"""Values computed by other implementations; where the table is present. Its `meta` says by which and how."""

import json

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from support.places import SHARED

from xaesthetic.core import plugins
from xaesthetic.core.types import HumanMap
from xaesthetic.metrics.emd import emd

TABLE = SHARED / "golden"
pytestmark = pytest.mark.skipif(not TABLE.is_dir(), reason="no table of golden values")

# our metric: its name there, and to which human map it is compared
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


def pairs():
    table = json.loads((TABLE / "saliency.json").read_text())["pairs"] if TABLE.is_dir() else []
    return {pair["id"]: pair for pair in table}


@pytest.fixture(scope="module", params=list(pairs()))
def pair(request):
    """The table's entry, the map, and the human maps of fixations and of masks."""
    told = pairs()[request.param]
    with np.load(TABLE / "saliency.npz") as archive:
        saliency, baseline, masks = (archive[f"{request.param}_{name}"] for name in ("smap", "cb", "masks"))
    points = np.stack([told["fix_x"], told["fix_y"]], axis=1).astype(np.float64)
    others = np.stack([told["other_x"], told["other_y"]], axis=1).astype(np.float64)
    counts = np.zeros(saliency.shape)
    np.add.at(counts, (told["fix_y"], told["fix_x"]), 1)
    density = gaussian_filter(counts, 2 if saliency.shape[0] == 64 else 23.99)
    watched = HumanMap(density, points, None, others, baseline)
    return told, saliency, watched, HumanMap(masks.mean(0), mask=masks.mean(0) > 0.5)


@pytest.mark.parametrize("name", FIXATED)
def test_against_fixations(pair, name):
    by, key = FIXATED[name]
    assert plugins.load("metrics", name)(pair[1], pair[2]) == pytest.approx(pair[0][by][key], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", MARKED)
def test_against_masks(pair, name):
    by, key = MARKED[name]
    if name == "iou" and pair[0]["kind"] == "uint8_ties":
        pytest.skip("there the tied pixels that come first are taken")
    assert plugins.load("metrics", name)(pair[1], pair[3]) == pytest.approx(pair[0][by][key], rel=1e-9, abs=1e-9)


def test_without_a_baseline_the_gain_is_over_everywhere_alike(pair):
    human = HumanMap(pair[2].density, pair[2].fixations)
    gain = plugins.load("metrics", "information_gain")(pair[1], human)
    assert gain == pytest.approx(pair[0]["pysaliency"]["IG_vs_uniform"], rel=1e-9)


def test_earth_movers_distance(pair):
    block = 4 if pair[1].shape[0] == 64 else 25
    assert emd(pair[1], pair[2], block) == pytest.approx(pair[0]["exact_numpy"]["EMD_block_POT"], abs=1e-6)

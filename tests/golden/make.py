"""Makes the golden values of the tests: python tests/golden/make.py

Run it in an environment of its own, never in that of the tests, and not with this project installed:

    python3.11 -m venv /tmp/golden
    /tmp/golden/bin/pip install numpy scipy scikit-learn pysodmetrics krippendorff statsmodels scikit-posthocs
    /tmp/golden/bin/python tests/golden/make.py

It draws small maps, fixations and masks (`maps.npz`) and writes what other implementations say about them (`values.json`,
whose `meta` names each one and its version). Where there is none that is exact on ties, the value is computed here, slowly,
pixel by pixel, from the definition: loops and fractions, none of the project's own shortcuts. A second run writes the same.
"""

import json
import math
from fractions import Fraction
from importlib.metadata import version
from itertools import combinations, pairwise
from pathlib import Path

import krippendorff
import numpy as np
import py_sod_metrics
import scikit_posthocs
from scipy import stats
from scipy.ndimage import gaussian_filter, zoom
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.spatial.distance import dice
from sklearn.metrics import average_precision_score, jaccard_score, roc_auc_score
from statsmodels.stats.multitest import multipletests

HERE = Path(__file__).parent
PEERS = ("numpy", "scipy", "scikit-learn", "pysodmetrics", "krippendorff", "statsmodels", "scikit-posthocs")
HEIGHT, WIDTH, SIGMA = 30, 40, 2.0
EPSILON, FLOOR = 2.0**-52, 1e-6
ANNOTATORS = 5


# -- what is measured --------------------------------------------------------------------------------------------------


def draw_maps(random):
    """Three maps: smooth; of four levels, so full of ties; signed, and negative where people look."""
    smooth = gaussian_filter(random.random((HEIGHT, WIDTH)), 3)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    blob = np.exp(-((rows - 12) ** 2 + (columns - 25) ** 2) / 90)
    coarse = zoom(gaussian_filter(random.random((6, 8)), 1), 5, order=0)
    levels = np.round(3 * (coarse - coarse.min()) / np.ptp(coarse)) / 3
    yield "smooth", smooth - smooth.min() + 0.4 * blob
    yield "levels", levels
    yield "signed", 20 * (gaussian_filter(random.normal(size=(HEIGHT, WIDTH)), 2)) - 0.5 * blob


def draw_points(random, count, center, spread):
    """Fixations as (x, y), fractions of pixels; the first comes twice, and one lies in the last column."""
    points = random.normal(center, spread, (count, 2)).clip((0, 0), (WIDTH - 0.01, HEIGHT - 0.01))
    points[1] = points[0]
    points[2, 0] = WIDTH - 0.01
    return np.round(points, 2)


def draw_masks(random):
    """Ellipses of five annotators about one subject."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    for _ in range(ANNOTATORS):
        y, x, b, a = random.normal((13, 24, 6, 8), 1.5)
        yield ((rows - y) / b) ** 2 + ((columns - x) / a) ** 2 < 1


def draw_pair(random, saliency):
    fixations = draw_points(random, 25, (25, 12), (6, 5))
    others = draw_points(random, 60, (20, 15), (9, 7))
    counts = np.zeros((HEIGHT, WIDTH))
    for x, y in fixations:
        counts[int(y), int(x)] += 1
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    baseline = 0.05 + np.exp(-(((rows - 14.5) / 10) ** 2) - ((columns - 19.5) / 13) ** 2)
    return {
        "map": saliency,
        "fixations": fixations,
        "others": others,
        "density": gaussian_filter(counts, SIGMA),
        "baseline": baseline,
        "masks": np.stack(list(draw_masks(random))).astype(np.uint8),
    }


# -- against fixations -------------------------------------------------------------------------------------------------


def normalized(values):
    return values / values.sum()


def non_negative(saliency):
    return saliency - min(0.0, saliency.min())


def values_at(values, points):
    return np.array([values[math.floor(y), math.floor(x)] for x, y in points])


def area_by_ranks(positives, negatives):
    """scikit-learn's area under the ROC curve: exact, half a point for a tie."""
    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    return float(roc_auc_score(labels, np.concatenate([positives, negatives])))


def auc_judd(saliency, points):
    """Judd et al. 2009: thresholds at the fixated values, negatives are pixels without a fixation."""
    fixated = {(math.floor(y), math.floor(x)) for x, y in points}
    positives = list(values_at(saliency, points))
    negatives = [saliency[i, j] for i in range(HEIGHT) for j in range(WIDTH) if (i, j) not in fixated]
    curve = [(0.0, 0.0)]
    for threshold in sorted(set(positives), reverse=True):
        hits = sum(value >= threshold for value in positives) / len(positives)
        alarms = sum(value >= threshold for value in negatives) / len(negatives)
        curve.append((alarms, hits))
    curve.append((1.0, 1.0))
    return sum((x1 - x0) * (y0 + y1) / 2 for (x0, y0), (x1, y1) in pairwise(curve))


def nss(saliency, points):
    return float(values_at(stats.zscore(saliency, axis=None), points).mean())


def kl(saliency, density):
    p, q = normalized(non_negative(saliency)).ravel(), normalized(density).ravel()
    return math.fsum(b * math.log(EPSILON + b / (a + EPSILON)) for a, b in zip(p, q, strict=True))


def sim(saliency, density):
    p, q = normalized(non_negative(saliency)).ravel(), normalized(density).ravel()
    return math.fsum(min(a, b) for a, b in zip(p, q, strict=True))


def information_gain(saliency, points, baseline):
    values = non_negative(saliency)
    p, b = normalized(values + FLOOR * values.max()), normalized(baseline)
    gains = [math.log2(p[math.floor(y), math.floor(x)] / b[math.floor(y), math.floor(x)]) for x, y in points]
    return math.fsum(gains) / len(gains)


def emd(saliency, density, block):
    """The transport problem as a linear program, solved by HiGHS; distances in blocks."""

    def blocks(values):
        cut = [values[i : i + block, j : j + block].mean() for i in range(0, HEIGHT, block) for j in range(0, WIDTH, block)]
        return normalized(np.array(cut))

    p, q = blocks(non_negative(saliency)), blocks(density)
    places = [(i, j) for i in range(HEIGHT // block) for j in range(WIDTH // block)]
    cost = [math.dist(a, b) for a in places for b in places]
    count, flow = len(places), np.arange(len(places) ** 2)
    rows = np.concatenate([flow // count, count + flow % count])
    sums = coo_array((np.ones(2 * len(flow)), (rows, np.tile(flow, 2)))).tocsr()
    totals = np.concatenate([p, q])[:-1]  # the last one follows from the others
    exact = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    return float(linprog(cost, A_eq=sums[:-1], b_eq=totals, method="highs-ds", options=exact).fun)


def against_fixations(pair):
    saliency, points, density = pair["map"], pair["fixations"], pair["density"]
    fixated = values_at(saliency, points)
    return {
        "auc": area_by_ranks(fixated, saliency.ravel()),
        "auc_judd": auc_judd(saliency, points),
        "shuffled_auc": area_by_ranks(fixated, values_at(saliency, pair["others"])),
        "nss": nss(saliency, points),
        "cc": float(stats.pearsonr(saliency.ravel(), density.ravel()).statistic),
        "sim": sim(saliency, density),
        "kl": kl(saliency, density),
        "information_gain": information_gain(saliency, points, pair["baseline"]),
        "information_gain over everywhere alike": information_gain(saliency, points, np.ones_like(saliency)),
        "emd": emd(saliency, density, 2),
        "emd of blocks of 5": emd(saliency, density, 5),
    }


# -- against masks -----------------------------------------------------------------------------------------------------


def expected_hits(saliency, mask):
    """Of the highest pixels, as many as the mask has, how many lie in it; a tie at the edge gives its mean, a fraction."""
    left, hits = int(mask.sum()), Fraction(0)
    for level in sorted(set(saliency.ravel()), reverse=True):
        tied = int((saliency == level).sum())
        taken = min(left, tied)
        hits += Fraction(taken * int(mask[saliency == level].sum()), tied)
        left -= taken
    return hits


def by_pysodmetrics(stretched, mask):
    """Its metrics of one photograph, without its own stretching."""
    shape, f, error = py_sod_metrics.Smeasure(), py_sod_metrics.Fmeasure(beta=0.3), py_sod_metrics.MAE()
    for metric in (shape, f, error):
        metric.step(stretched, mask, normalize=False)
    curve = f.get_results()["fm"]["curve"]
    return float(shape.get_results()["sm"]), float(curve.max()), float(error.get_results()["mae"])


def against_masks(pair):
    saliency, soft = pair["map"], pair["masks"].mean(0)
    mask = soft > 0.5
    stretched = (saliency - saliency.min()) / np.ptp(saliency)
    shape, f, error = by_pysodmetrics(stretched, mask)
    hits, size = expected_hits(saliency, mask), int(mask.sum())
    highest = saliency == saliency.max()
    positive = [max(value, 0.0) for value in saliency.ravel()]
    return {
        "cc": float(stats.pearsonr(saliency.ravel(), soft.ravel()).statistic),
        "sim": sim(saliency, soft),
        "kl": kl(saliency, soft),
        "iou_at_half": float(jaccard_score(mask.ravel(), stretched.ravel() >= 0.5)),
        "average_precision": float(average_precision_score(mask.ravel(), saliency.ravel())),
        "f_beta": f,
        "mae": error,
        "s_measure": shape,
        "pointing_game": float(Fraction(int((highest & mask).sum()), int(highest.sum()))),
        "energy_pointing_game": math.fsum(np.array(positive)[mask.ravel()]) / math.fsum(positive),
        "relevance_rank_accuracy": float(hits / size),
        "iou": float(hits / (2 * size - hits)),
    }


# -- annotators, and ranks ---------------------------------------------------------------------------------------------


def agreement(masks):
    flat = masks.reshape(ANNOTATORS, -1).astype(bool)
    pairs = list(combinations(flat, 2))
    others = [np.delete(flat, number, 0) for number in range(ANNOTATORS)]
    return {
        "alpha": float(krippendorff.alpha(flat.astype(int), level_of_measurement="nominal")),
        "dice": float(np.mean([1 - dice(*pair) for pair in pairs])),
        "iou": float(np.mean([jaccard_score(*pair) for pair in pairs])),
        "iou_others": [float(jaccard_score(one, rest.mean(0) >= 0.5)) for one, rest in zip(flat, others, strict=True)],
    }


def ranking(random):
    """Scores of four maps on ten photographs: the second and third are alike, the last is the best."""
    means = np.array([0.2, 0.45, 0.47, 0.9])
    scores = np.round(random.normal(0, 0.1, (10, 4)) + means + random.normal(0, 0.3, (10, 1)), 3)
    ranks = stats.rankdata(-scores, axis=1)
    friedman = stats.friedmanchisquare(*scores.T)
    f = 9 * friedman.statistic / (10 * 3 - friedman.statistic)
    nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(scores).to_numpy()
    pairs = list(combinations(range(4), 2))
    raw = [float(stats.wilcoxon(scores[:, i], scores[:, j]).pvalue) for i, j in pairs]
    return {
        "scores": scores.tolist(),
        "mean_ranks": ranks.mean(0).tolist(),
        "iman_davenport_p": float(stats.f.sf(f, 3, 27)),
        "pairs": pairs,
        "nemenyi_p": [float(nemenyi[pair]) for pair in pairs],
        "wilcoxon_p": raw,
        "holm_p": multipletests(raw, method="holm")[1].tolist(),
    }


def main():
    random = np.random.default_rng(20170101)
    pairs = {name: draw_pair(random, np.round(saliency, 6)) for name, saliency in draw_maps(random)}
    values = {
        "meta": {
            "made by": "tests/golden/make.py",
            "versions": {name: version(name) for name in PEERS},
            "scikit-learn": "auc, shuffled_auc, average_precision, iou_at_half, iou and iou_others of annotators",
            "pysodmetrics": "s_measure, f_beta, mae",
            "scipy": "cc, emd (as a linear program), dice, wilcoxon_p, iman_davenport_p",
            "krippendorff, statsmodels, scikit-posthocs": "alpha; holm_p; nemenyi_p",
            "from the definition": "all others",
        },
        "pairs": {
            name: {
                "fixations": against_fixations(pair),
                "masks": against_masks(pair),
                "agreement": agreement(pair["masks"]),
            }
            for name, pair in pairs.items()
        },
        "ranking": ranking(random),
    }
    np.savez_compressed(
        HERE / "maps.npz", **{f"{name}_{key}": value for name, pair in pairs.items() for key, value in pair.items()}
    )
    (HERE / "values.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()

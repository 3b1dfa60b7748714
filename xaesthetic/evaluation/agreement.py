"""Do annotators mark the same regions: said by overlap first, as agreement on the background flatters every other number."""

from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from PIL import Image

from xaesthetic.data.masks import read_mask
from xaesthetic.run.schemas import ANNOTATIONS, Table, columns
from xaesthetic.run.store import Run

Masks = Bool[np.ndarray, "r h w"]
"""One region an annotator, of one photograph."""
AGREEMENT = Table(
    "summaries/agreement",
    columns(
        "image text | attribute text | annotators int | dice float | iou float | iou_others float | dice_chance float"
        " | dice_p float | alpha float | alpha_chance float | alpha_p float"
    ),
    "xaesthetic score RUN",
    "`dice` and `iou` are means over pairs; `iou_others` of each annotator with what at least half of the others "
    "marked; `alpha` is Krippendorff's, nominal. `_chance` is the mean, `_p` the share at least as large, where "
    "each region lies somewhere else (rolled around the photograph, which keeps its size and shape).",
)
_SIDE = 128  # of the regions that are rolled about
_DRAWS = 200


def dice(first: Bool[np.ndarray, "h w"], second: Bool[np.ndarray, "h w"]) -> float:
    """Twice the common area over the sum of both; nan where both are empty."""
    both = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / both if both else float("nan")


def iou(first: Bool[np.ndarray, "h w"], second: Bool[np.ndarray, "h w"]) -> float:
    """The common area over the area of either; nan where both are empty."""
    either = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / either if either else float("nan")


def iou_others(masks: Masks) -> Float[np.ndarray, " r"]:
    """Each annotator's region with what at least half of the others marked."""
    marked = masks.sum(0, dtype=np.int16)  # a quarter of the memory
    return np.array([iou(mask, (marked - mask) * 2 >= len(masks) - 1) for mask in masks])


def alpha(masks: Masks) -> float:
    """Krippendorff's alpha for marked and not marked, every pixel a unit: 1 - observed over expected disagreement.

    Krippendorff, Content Analysis, 2004, chapter 11: with r values a unit and n = r · pixels of them, of which m marked,
    observed is Σ c (r - c) / (r - 1) over pixels marked by c, expected m (n - m) / (n - 1).

    Returns
    -------
    At most 1, 0 by chance; nan with one annotator, or where nothing or everything is marked by all.
    """
    count = len(masks)
    marked = masks.sum(0, dtype=np.int32)
    return _alpha(marked, count)


def _alpha(marked: np.ndarray, count: int) -> float:
    total, everything = int(marked.sum()), count * marked.size
    if count < 2 or total in (0, everything):
        return float("nan")
    observed = float((marked * (count - marked)).sum()) / (count - 1)
    return 1 - observed / (total * (everything - total) / (everything - 1))


def agreement(masks: Masks, seed: int = 0) -> tuple[float, ...]:
    """The columns of `AGREEMENT` from `dice` on, of one photograph's regions.

    Parameters
    ----------
    masks
        Of two annotators or more.
    seed
        For where regions are rolled to.
    """
    pairs = list(combinations(masks, 2))
    dices, ious = [dice(*pair) for pair in pairs], [iou(*pair) for pair in pairs]
    small = np.stack([reduced(mask) for mask in masks])
    random = np.random.default_rng(seed)
    drawn = np.array([_overlap_and_alpha(rolled(small, random)) for _ in range(_DRAWS)])
    value = np.array(_overlap_and_alpha(small))
    p = (1 + (drawn >= value - 1e-12).sum(0)) / (1 + _DRAWS)
    chance = drawn.mean(0)
    overlap = float(np.mean(dices)), float(np.mean(ious)), float(np.mean(iou_others(masks)))
    return (*overlap, float(chance[0]), float(p[0]), alpha(masks), float(chance[1]), float(p[1]))


def _overlap_and_alpha(masks: Masks) -> tuple[float, float]:
    """Mean pairwise Dice, and alpha; both from counts."""
    flat = masks.reshape(len(masks), -1).astype(np.float32)
    common, areas = flat @ flat.T, flat.sum(1)
    sums = areas[:, None] + areas
    upper = np.triu_indices(len(masks), 1)
    shares = np.divide(2 * common[upper], sums[upper], out=np.zeros(len(upper[0]), np.float32), where=sums[upper] > 0)
    result = _alpha(masks.sum(0, dtype=np.int64).ravel(), len(masks))
    return float(shares.mean()), 0.0 if np.isnan(result) else result


def rolled(masks: Masks, random: np.random.Generator) -> Masks:
    """Return each region somewhere else: its size and shape stay, and what leaves the photograph comes in opposite."""
    height, width = masks.shape[1:]
    return np.stack([np.roll(mask, (random.integers(height), random.integers(width)), (0, 1)) for mask in masks])


def reduced(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "_i _j"]:
    """Return a region at 128 pixels of the longer side, where regions are rolled."""
    scale = min(1.0, _SIDE / max(mask.shape))
    size = max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale))
    return np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BOX)) >= 128


def measure_agreement(run: Run) -> pd.DataFrame:
    """How well annotators agree on every photograph and attribute that two or more marked.

    Parameters
    ----------
    run
        Of a data set with regions; one without gives no rows.

    Returns
    -------
    The columns of `AGREEMENT`.
    """
    people = (
        run.read(ANNOTATIONS) if run.has(ANNOTATIONS) else pd.DataFrame(columns=["reason", "region", "image", "attribute"])
    )
    used = people[(people["reason"] == "") & (people["region"].str.len() > 0)]
    rows = []
    for (image, attribute), known in used.groupby(["image", "attribute"], sort=False):
        if len(known) > 1:
            masks = np.stack([read_mask(region) for region in known["region"]])
            rows.append((image, attribute, len(known), *agreement(masks, run.experiment.seed)))
    return pd.DataFrame(rows, columns=list(AGREEMENT.names))

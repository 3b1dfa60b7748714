"""What overlap with people's regions is worth nothing: the same area elsewhere, the subject, other photographs' regions."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from PIL import Image

from xaesthetic.core.types import Mask
from xaesthetic.evaluation.agreement import reduced, rolled
from xaesthetic.evaluation.study_agreement import overlaps
from xaesthetic.evaluation.study_marks import Cell, Marking, Masks, cells
from xaesthetic.run.schemas import Table, columns

KINDS = ("people", "elsewhere", "subject", "other photographs")
FLOORS = Table(
    "agreement/floors",
    columns("photograph int | attribute text | sign text | kind text | dice float | iou float"),
    "xaesthetic annotations agreement STUDY",
    "The mean Dice and IoU with each annotator's region: of the others' (`people`, what floors are compared with), of the "
    "others' rolled around the photograph (`elsewhere`: the same area and shape), of the `subject` where it is known, and "
    "of what was marked for the same attribute and sign in `other photographs`. At 128 pixels of the longer side.",
    ("photograph", "attribute", "sign", "kind"),
)
_DRAWS = 50


def measure_floors(
    marks: Iterable[Marking], subjects: Mapping[int, Mask] | None = None, seed: int = 0, draws: int = _DRAWS
) -> pd.DataFrame:
    """Measure what regions that know nothing of people's have in common with them.

    Parameters
    ----------
    marks
        Of a study.
    subjects
        The subject's region by the photograph's number, where it is known.
    seed
        For where regions are rolled to.
    draws
        How often.

    Returns
    -------
    The columns of `FLOORS`: one row a kind for every photograph, attribute and sign of which two people marked a region.
    """
    known = [(cell, _small(cell)) for cell in cells(marks)]
    rows = []
    for cell, masks in known:
        if len(masks) < 2:
            continue
        key = cell.photograph, cell.attribute, cell.sign
        others = [region for other, regions in known for region in regions if _is_other(cell, other)]
        subject = (subjects or {}).get(cell.photograph)
        random = np.random.default_rng([seed, cell.photograph])
        rows += [(*key, *row) for row in region_floors(masks, subject, others, random, draws)]
    return pd.DataFrame(rows, columns=list(FLOORS.names))


def region_floors(
    masks: Masks,
    subject: Mask | None,
    others: Iterable[np.ndarray],
    random: np.random.Generator,
    draws: int = _DRAWS,
) -> Iterator[tuple[str, float, float]]:
    """Give (kind, Dice, IoU) of people's regions of one photograph and of every floor that there is.

    Parameters
    ----------
    masks
        Two people's or more.
    subject
        Where the subject is, of any size; None where that is not known.
    others
        Regions of other photographs, of any size.
    random
        For where regions are rolled to.
    draws
        How often.
    """
    size = masks.shape[1], masks.shape[2]
    elsewhere = [_with_others(rolled(masks, random), masks) for _ in range(draws)]
    stretched = [_sized(other, size) for other in others]
    values = {
        "people": _with_others(masks, masks),
        "elsewhere": np.concatenate(elsewhere) if elsewhere else _NOTHING,
        "subject": _NOTHING if subject is None else _with_all(_sized(subject, size)[None], masks),
        "other photographs": _with_all(np.stack(stretched), masks) if stretched else _NOTHING,
    }
    for kind, pairs in values.items():
        known = pairs[~np.isnan(pairs).any(1)]
        if len(known):
            yield kind, float(known[:, 0].mean()), float(known[:, 1].mean())


def _is_other(cell: Cell, other: Cell) -> bool:
    return (other.attribute, other.sign) == (cell.attribute, cell.sign) and other.photograph != cell.photograph


def _small(cell: Cell) -> Masks:
    masks = cell.regions()[1]
    return np.stack([reduced(mask) for mask in masks]) if len(masks) else masks


_Pairs = Float[np.ndarray, "_p 2"]
_NOTHING = np.empty((0, 2))


def _with_others(candidates: Masks, masks: Masks) -> _Pairs:
    """Dice and IoU of everybody's candidate with the regions of everybody else."""
    dices, ious = overlaps(candidates, masks)
    apart = ~np.eye(len(masks), dtype=bool)
    return np.stack([dices[apart], ious[apart]], 1)


def _with_all(candidates: Masks, masks: Masks) -> _Pairs:
    dices, ious = overlaps(candidates, masks)
    return np.stack([dices.ravel(), ious.ravel()], 1)


def _sized(mask: np.ndarray, size: tuple[int, int]) -> Bool[np.ndarray, "_h _w"]:
    """A region of any photograph, stretched over this one."""
    if mask.shape == size:
        return mask
    picture = Image.fromarray(mask.astype(np.uint8) * 255).resize(size[::-1], Image.Resampling.BOX)
    return np.asarray(picture) >= 128

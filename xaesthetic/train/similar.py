"""Near duplicates by a network's features: crops and mirrored copies too, which a perceptual hash does not find."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data.near import Near, as_near, whole_records
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.loading import load_model
from xaesthetic.train.features import deviations, photographs_features

SIMILAR = 0.75
"""The least cosine of standardised features. Of 100 photographs of PARA and `lite0_ft`, copies without their outer 10 % have
.82 or more in the middle and .74 in a corner (99 of 100 are found), mirrored ones .82, as JPEG of quality 50 .84; of 300
different photographs no two have more than .69."""
BLOCK = 1024
"""Photographs that are compared with as many others at a time: the product of two blocks is all that is in memory."""
LEAST = 50
"""Photographs: channels are standardised over them, and among 26 half of the corners were missed."""
MOST = 20_000
"""Photographs: all are compared with all, so that ten times as many would take a hundred times as long."""


def near_by_features(
    data: Mapping[str, Sequence[Record]], choice: ModelChoice, execution: Execution = Execution()
) -> tuple[Near, ...]:
    """Find the photographs that a network takes for one another, in one data set or in two; edited versions do not count.

    All are compared with all, in blocks: time grows with the square of their number, memory does not.

    Parameters
    ----------
    data
        Photographs by their data sets' names. Those that cannot be read are passed over.
    choice
        A model whose head is linear over global averages: its features are used, its head is not.
    execution
        How it is carried out, and on which device.

    Returns
    -------
    Pairs, in the photographs' order: of many copies every one with the first that it is like.

    Raises
    ------
    ModelError
        If the head is another one.
    DataError
        If there are more than `MOST` photographs, or fewer than `LEAST` can be read.
    """
    whole = whole_records(data)
    if len(whole) > MOST:
        raise DataError(
            f"{', '.join(data)}: {len(whole)} photographs are too many to compare all with all by features; at most {MOST} "
            "were wanted. Leave out --model, or check one list at a time."
        )
    model = load_model(choice, on=execution.device, trust=execution.trust)
    if not isinstance(model.head, LinearHead):
        raise ModelError(f"{choice}: its head is not linear over global averages; choose another, as lite0_ft.")
    with tempfile.TemporaryDirectory() as folder:
        features = photographs_features(model, [record for _, record in whole], Path(folder), execution)
    rows = np.flatnonzero(np.isfinite(features).all(1))
    if len(rows) < LEAST:
        raise DataError(
            f"{', '.join(data)}: {len(rows)} photographs that can be read are too few to compare by features; {LEAST} were "
            "wanted. Leave out --model."
        )
    return as_near(whole, [(int(rows[one]), int(rows[other])) for one, other in similar_pairs(features[rows])])


def similar_pairs(features: Float32[np.ndarray, "n k"], block: int = BLOCK) -> list[tuple[int, int]]:
    """Return every photograph that is like an earlier one, with the first that it is like, in order.

    Parameters
    ----------
    features
        A row a photograph.
    block
        How many are compared with as many others at a time.
    """
    units = _units(features)
    firsts: dict[int, int] = {}
    for start in range(0, len(units), block):
        for after in range(start, len(units), block):
            cosines = units[start : start + block] @ units[after : after + block].T
            for one, other in zip(*np.nonzero(cosines >= SIMILAR), strict=True):
                if start + one < after + other:
                    firsts.setdefault(int(after + other), int(start + one))
    return sorted((one, other) for other, one in firsts.items())


def _units(features: Float32[np.ndarray, "n k"]) -> Float[np.ndarray, "n k"]:
    """Rows of length 1 of features with mean 0 and deviation 1."""
    scaled = (features - features.mean(0, dtype=np.float64)) / deviations(features.astype(np.float64))
    length = np.sqrt((scaled**2).sum(1, keepdims=True))
    return np.asarray(np.divide(scaled, length, out=np.zeros_like(scaled), where=length > 0), np.float32)

"""What `xaesthetic.evaluation.beyond` measures on, gathered from data sets and a model; features are kept among the runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from xaesthetic.core.attributes import Attribute, in_order
from xaesthetic.core.beyond import LEAST
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.execution import Execution
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Record
from xaesthetic.data.records import collect, file_sum, find_records, fingerprint
from xaesthetic.evaluation.beyond import Evidence

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel

_LEAST_RATED = 30
_ASIDE = 4
"""One in so many rated photographs is put aside for maps at most, where there are no others."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What is measured on, and how it was come by."""

    evidence: Evidence
    penalty: float
    notes: tuple[str, ...]
    described: tuple[Attribute, ...]
    """What the data declares of its attributes."""


@dataclass(frozen=True, slots=True)
class _Sources:
    """Photographs that people rated, and others for maps."""

    rated: tuple[Record, ...]
    shown: tuple[Record, ...]
    attributes: tuple[str, ...]
    maps: str
    """What the others are called."""
    notes: tuple[str, ...]
    described: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Features:
    """What a network says of both."""

    rated: Float[np.ndarray, "n k"]
    cells: Float[np.ndarray, "p k c"]
    gaze: Float[np.ndarray, "p c"]
    edits: tuple[np.ndarray, np.ndarray] | None


def gather_evidence(
    choice: str,
    data: str,
    root: Path | None,
    of: str = "overall",
    maps: str | None = None,
    maps_root: Path | None = None,
    photographs: int = 60,
    seed: int = 0,
    penalty: float | None = None,
    execution: Execution = Execution(),
) -> Gathered:
    """Compute what `measure_beyond` needs; features are computed once and kept among the runs.

    Parameters
    ----------
    choice
        A model whose head is linear over global averages.
    data, root
        Rated photographs. Those that lack a rating are left out.
    of
        The attribute that the others are taken beyond; empty for the attributes as they are.
    maps, maps_root
        Photographs for maps; where there are none, some of the rated ones are put aside. Those watched come first.
    photographs
        How many of these at most.
    seed
        Of what is drawn.
    penalty
        Of the ridge; None for that of the model's own head, and where that is not known by folds.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If too few photographs are rated, there is no such attribute, or too little is left over beyond it.
    ModelError
        If the head is another one.
    """
    from xaesthetic.models.loading import load_model
    from xaesthetic.train.evidence import penalty_by_folds, validate_linear

    model = load_model(choice, on=execution.device, trust=execution.trust)
    validate_linear(model)
    sources = _sources(data, root, of, maps, maps_root, photographs, seed, model.attributes)
    features = _features(choice, model, sources, execution)
    usable = ~np.isnan(features.rated).any(1)
    rated = [record for record, good in zip(sources.rated, usable, strict=True) if good]
    _validate_count(data, len(rated))
    values, ratings = features.rated[usable].astype(np.float64), _ratings(rated, sources.attributes)
    chosen, how = penalty or model.penalty, "given" if penalty else "that of the model's head"
    if chosen is None:
        groups = [record.group or record.original for record in rated]
        chosen, how = penalty_by_folds(values, ratings, groups, execution), "chosen by folds"
    cells, gaze = _shown(features, sources.maps)
    evidence = Evidence(values, ratings, sources.attributes, cells, gaze, *(features.edits or (None, None)))
    edits = 0 if features.edits is None else len(features.edits[0])
    said = (
        f"{choice}: fitted to {len(rated)} photographs of {data}; maps of {len(cells)} photographs of {sources.maps}, "
        f"{edits} edits; penalty {chosen:g} ({how})."
    )
    return Gathered(evidence, chosen, (said, *sources.notes), sources.described)


def _features(choice: str, model: "AttributeModel", sources: _Sources, execution: Execution) -> _Features:
    from xaesthetic.train.evidence import cell_features, full_edits, looks_on
    from xaesthetic.train.features import photographs_features

    folder = _folder(choice, model, sources)
    with hold(folder / ".lock", "computing features"):
        rated = photographs_features(model, sources.rated, folder / "rated", execution)
        cells = cell_features(model, sources.shown, folder, execution)
        subjects = [record for record in sources.shown if record.subject]
        edits = full_edits(model, subjects, sources.attributes, folder, execution)
    gaze = looks_on(sources.shown, (cells.shape[2], cells.shape[3]))
    return _Features(rated, cells.reshape(*cells.shape[:2], -1), gaze, edits)


def _shown(features: _Features, maps: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Keep the photographs that can be read; those watched, where some are."""
    kept = ~np.isnan(features.cells[:, 0, 0])
    watched = kept & ~np.isnan(features.gaze[:, 0])
    if not kept.any():
        raise DataError(f"{maps}: not one of {len(kept)} photographs for maps can be read; name others with --maps.")
    return (features.cells[watched], features.gaze[watched]) if watched.any() else (features.cells[kept], None)


def _sources(
    data: str,
    root: Path | None,
    of: str,
    maps: str | None,
    maps_root: Path | None,
    count: int,
    seed: int,
    outputs: Sequence[str],
) -> _Sources:
    """Choose photographs and attributes: those that the model rates, where people rated all of these, else theirs."""
    collection = collect(data, root)
    rated = [record for record in collection.records if record.edit is None and record.ratings]
    names = in_order(name for record in rated for name in record.ratings)
    if set(outputs) <= set(names) and (of in outputs or not of):
        names = tuple(name for name in names if name in outputs)
    if of and of not in names:
        raise DataError(unknown("rated attribute", of, names, label="People rated"))
    whole = [record for record in rated if np.isfinite([record.ratings.get(name, np.nan) for name in names]).all()]
    notes = [f"{len(rated) - len(whole)} photographs lack a rating and are left out."] * (len(whole) < len(rated))
    random = np.random.default_rng([seed, 3])
    if maps is None:
        shown = _drawn(whole, min(count, len(whole) // _ASIDE), random)
        notes.append(f"The {len(shown)} photographs for maps are rated ones that were put aside.")
    else:
        others = [record for record in find_records(maps, maps_root) if record.edit is None and not record.problem]
        sums = {file_sum(record.path) for record in whole}
        shown = _drawn([record for record in others if file_sum(record.path) not in sums], count, random)
    if not shown:
        raise DataError(f"{maps or data}: holds no photograph for maps that is not fitted to; name others with --maps.")
    aside = {record.path for record in shown}
    whole = [record for record in whole if record.path not in aside]
    _validate_count(data, len(whole))
    attributes, said = _enough(_ratings(whole, names), names, of)
    return _Sources(tuple(whole), tuple(shown), attributes, maps or data, (*notes, *said), collection.described)


def _drawn(records: Sequence[Record], count: int, random: np.random.Generator) -> list[Record]:
    """Draw some, where people were watched in some of these."""
    watched = [record for record in records if any(marks.fixations for marks in record.annotations)] or records
    return [watched[row] for row in np.sort(random.permutation(len(watched))[:count])]


def _enough(ratings: np.ndarray, names: Sequence[str], of: str) -> tuple[tuple[str, ...], list[str]]:
    """Leave out attributes of which the score leaves too little over: that is error."""
    if not of:
        return tuple(names), []
    score = ratings[:, list(names).index(of)]
    shares = {name: _share(score, column) for name, column in zip(names, ratings.T, strict=True)}
    kept = tuple(name for name in names if name == of or shares[name] >= LEAST)
    if len(kept) < 2:
        raise DataError(f"of none of {', '.join(names)} enough is left over beyond {of}; at least {LEAST:.0%} were wanted.")
    left_out = [name for name in names if name not in kept]
    said = [f"{name} is left out: {of} leaves {shares[name]:.1%} of its variance, which is error." for name in left_out]
    return kept, said


def _share(score: np.ndarray, ratings: np.ndarray) -> float:
    """The share of the variance that is left over; 0 where all were rated alike."""
    return 1 - float(np.corrcoef(score, ratings)[0, 1]) ** 2 if np.ptp(ratings) and np.ptp(score) else 0.0


def _ratings(records: Sequence[Record], attributes: Sequence[str]) -> np.ndarray:
    return np.array([[record.ratings[name] for name in attributes] for record in records], np.float64)


def _validate_count(data: str, count: int) -> None:
    if count < _LEAST_RATED:
        raise DataError(f"{data}: {count} photographs with all ratings to fit to; at least {_LEAST_RATED} are needed.")


def _folder(choice: str, model: "AttributeModel", sources: _Sources) -> Path:
    """Where the features of this question lie: another one has another folder."""
    parts = (choice, dict(model.source.files), fingerprint(sources.rated), fingerprint(sources.shown))
    return Path("runs") / f"beyond-{ModelChoice.parse(choice).key}-{sha256(repr(parts).encode()).hexdigest()[:8]}"

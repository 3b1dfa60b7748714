"""Controlled edits, and copies, as rows of a ridge of ratings, and what a head makes of those of other photographs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import EditStep, Record
from xaesthetic.data.records import find_records, fingerprint
from xaesthetic.models.model import AttributeModel
from xaesthetic.train.copies import KIND, QUALITIES, SURE, copy_changes
from xaesthetic.train.effects import EFFECTS, effects_on
from xaesthetic.train.question import begin
from xaesthetic.train.ridge import enough, step_features

_ENDS = (0.0, 1.0)
_LADDER = (0.0, 0.5, 1.0)
"""Strengths that are fitted to, and strengths that are tested on."""
_MOST = 100, 60
"""Photographs whose edits are fitted to, and those that are tested on: a row for each edit, and the kernel stays small."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Edits and copies of some photographs, to fit to, and of others, to test on."""

    data: str
    rows: Float[np.ndarray, "n k"]
    """How a photograph's averages change from no edit to the full one, and to its copies (those times `SURE`)."""
    targets: Float[np.ndarray, "n a"]
    """How the ratings should change, in their standard deviations; nan where nobody knows."""
    groups: tuple[str, ...]
    """The rows' photographs."""
    kinds: tuple[str, ...]
    """The rows' kinds of edit; those of copies are `xaesthetic.train.copies.KIND`."""
    tests: Float[np.ndarray, "m steps k"]
    copies: Float[np.ndarray, "_m qualities k"]
    """How the averages of other photographs change in their copies, to test on."""
    attributes: tuple[str, ...]
    trained: tuple[Record, ...]


def records_to_edit(data: str, root: Path | None) -> list[Record]:
    """Return the photographs with a subject.

    Raises
    ------
    DataError
        If there is no such data, or fewer than ten have a subject.
    """
    records = [record for record in find_records(data, root) if record.edit is None and record.subject]
    enough(data, len(records))
    return records


def edited_features(
    model: AttributeModel,
    data: str,
    records: Sequence[Record],
    attributes: Sequence[str],
    folder: Path,
    seed: int,
    execution: Execution,
) -> Edited:
    """Edit photographs and average their features; a stopped pass goes on.

    Parameters
    ----------
    model
        Its features are used.
    data, records
        What the data is called, and its photographs with a subject.
    attributes
        What is rated.
    folder
        Keeps the features.
    seed
        Decides which half a photograph falls into.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If fewer than ten photographs with a subject can be read, or edits move none of the attributes.
    """
    effects = effects_on(attributes, data)
    begin(folder, {"edits": data, "photographs": fingerprint(records)})
    order = np.random.default_rng(seed).permutation(len(records))
    halves = zip(np.split(order, [len(order) // 2]), _MOST, strict=True)
    train, test = ([records[row] for row in np.sort(half[:most])] for half, most in halves)
    ends, steps = ([EditStep(kind, amount) for kind in EFFECTS for amount in part] for part in (_ENDS, _LADDER))
    shown, _, names = step_features(model, train, folder / "train", execution, ends)
    tests, _, held_out = step_features(model, test, folder / "test", execution, steps)
    enough(data, min(len(names), len(held_out)) * 2)
    changed = np.diff(shown.reshape(len(shown), len(EFFECTS), 2, -1).astype(np.float64), axis=2)[:, :, 0]
    used, others = ([item for item in part if item.id in set(ids)] for part, ids in ((train, names), (test, held_out)))
    copied = copy_changes(model, used, folder / "train copies", execution)
    return Edited(
        data,
        np.concatenate([part.reshape(-1, part.shape[-1]) for part in (changed, SURE * copied)]),
        np.concatenate([np.tile(effects, (len(names), 1)), np.zeros((copied[..., 0].size, len(attributes)))]),
        tuple(np.concatenate([np.repeat(names, count) for count in (len(EFFECTS), len(QUALITIES))]).tolist()),
        (*EFFECTS,) * len(names) + (KIND,) * copied[..., 0].size,
        tests,
        copy_changes(model, others, folder / "test copies", execution),
        tuple(attributes),
        tuple(used),
    )


def moved(
    edited: Edited, weights: Float[np.ndarray, "a k"], spread: np.ndarray, without: Callable[[str], np.ndarray]
) -> dict[str, Any]:
    """Return what a head makes of edits of photographs that it was not fitted to, by attribute and edit.

    Parameters
    ----------
    edited
        Its `tests` count.
    weights
        The head's.
    spread
        Standard deviations of the ratings.
    without
        Gives the weights of a head that was not fitted to edits of one kind.

    Returns
    -------
    `assumed`, and by how many standard deviations the full edit moves the mean rating (`moved`; `kind_not_shown` by the head
    that never saw that kind); where it should move, the share of neighbouring strengths in order (`accuracy`).
    """
    result: dict[str, Any] = {}
    table = effects_on(edited.attributes, edited.data)
    ladders = edited.tests.reshape(len(edited.tests), len(EFFECTS), len(_LADDER), -1)
    for number, (kind, effects) in enumerate(zip(EFFECTS, table, strict=True)):
        known = np.flatnonzero(~np.isnan(effects))
        steps = ladders[:, number].astype(np.float64)
        shown, unseen = steps @ weights[known].T / spread[known], steps @ without(kind)[known].T / spread[known]
        for column, place in enumerate(known):
            entry = {"assumed": float(effects[place])}
            for name, values in (("", shown[..., column]), ("_kind_not_shown", unseen[..., column])):
                entry[f"moved{name}"] = round(float((values[:, -1] - values[:, 0]).mean()), 4)
                if effects[place]:
                    right = np.diff(values, axis=1) * np.sign(effects[place]) > 0
                    entry[f"accuracy{name}"] = round(float(right.mean()), 4)
            result[f"{edited.attributes[place]}: {kind}"] = entry
    return result

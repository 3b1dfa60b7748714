"""Photographs that look like one of their data set that a model has seen in training: a table leaves them out too."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.seen import seen_among
from xaesthetic.core.types import Record
from xaesthetic.data.near import near_trained
from xaesthetic.data.records import file_sum, find_records, whole_name
from xaesthetic.run.store import Run

_IN = "photographs of {} seen in training"


def near_seen(
    packed: Mapping[str, str], tested: Sequence[Record], data: str, root: Path | None, execution: Execution = Execution()
) -> dict[str, frozenset[str]]:
    """Return by model the photographs to test on that look like one that it saw, of the other lists of their data set.

    What a model lists are sums of files, so a copy is found only where the photograph that it is a copy of is at hand. Only
    those and the ones to test on are opened; looks are compared by hashes, not all with all.

    Parameters
    ----------
    packed
        By model, what it saw (`xaesthetic.core.seen`); empty where it lists nothing.
    tested
        The photographs.
    data, root
        Their data set; a folder has no other lists.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If there is no such data set, or a list is damaged.
    """
    whole, known = whole_name(data), {key: item for key, item in packed.items() if item}
    if whole == data or not known:
        return {}
    here = {record.id for record in tested}
    others = [record for record in find_records(whole, root) if record.edit is None and record.id not in here]
    sums = {record.id: record.sha256 or file_sum(record.path) for record in others}
    seen = {key: seen_among(item, sums, _IN.format(key)) for key, item in known.items()}
    near = {images: _near(images, tested, others, execution) for images in dict.fromkeys(seen.values()) if images}
    return {key: near[images] for key, images in seen.items() if near.get(images)}


def near_seen_in(run: Run) -> tuple[dict[str, frozenset[str]], tuple[str, ...]]:
    """Return the same for a run's photographs; where its data set is not at hand, a note that says so instead."""
    packed = {key: source.seen for key, source in run.answered_by().models.items()}
    root = Path(run.experiment.root) if run.experiment.root else None
    try:
        return near_seen(packed, run.records(), run.experiment.data, root), ()
    except DataError as error:
        return {}, (f"photographs that look like one seen in training could not be looked for: {error}",)


def _near(seen: frozenset[str], tested: Sequence[Record], others: Sequence[Record], execution: Execution) -> frozenset[str]:
    records = [*tested, *(record for record in others if record.id in seen)]
    numbers = range(len(records))
    matches = near_trained(records, numbers[len(tested) :], numbers[: len(tested)], execution)
    return frozenset(records[number].id for number in matches)

"""Photographs of a run that one of its models has seen in training: tables leave them out, figures mark them."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.seen import seen_among
from xaesthetic.run.folder import QUESTION, RunFolder
from xaesthetic.run.question import read_document
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run

SEEN = "seen in training"
_NAMED = 12


def seen_photographs(run: Run) -> Mapping[str, frozenset[str]]:
    """Return the ids of the photographs, edited versions too, that each model was trained or selected on.

    Only models that list what they saw, and saw some of these, are in it.

    Raises
    ------
    DataError
        If a model's list is damaged.
    """
    packed = _packed(run)
    if not any(packed.values()) or not run.has(RECORDS):
        return {}
    table = run.read_columns(RECORDS, "id", "sha256")
    sums = dict(zip(table["id"].astype(str), table["sha256"].astype(str), strict=True))
    seen = {key: seen_among(item, sums, f"{run.root / QUESTION}, {key}") for key, item in packed.items() if item}
    return {key: images for key, images in seen.items() if images}


def unseen(run: Run, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without the photographs that any model of the run saw: all rows compare the same photographs."""
    seen = frozenset().union(*seen_photographs(run).values())
    return table[~table["image"].isin(seen)].reset_index(drop=True) if seen else table


def without_seen(
    tables: Sequence[pd.DataFrame],
    seen: Mapping[str, frozenset[str]],
    data: str,
    near: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[list[pd.DataFrame], tuple[str, ...]]:
    """Return tables of several runs without what any of their models saw, and the note on it.

    Parameters
    ----------
    tables
        With a column image.
    seen
        By model, the photographs that it saw.
    data
        What to call the photographs in an error.
    near
        By model, the photographs that look like one that it saw (`xaesthetic.run.near_seen`).

    Raises
    ------
    DataError
        If nothing is left.
    """
    every = frozenset().union(*seen.values(), *near.values())
    kept = [table[~table["image"].isin(every)] for table in tables] if every else list(tables)
    if every and not any(map(len, kept)):
        saw = f"{' and '.join(dict.fromkeys((*seen, *near)))} saw all of the photographs{', or their like,' * bool(near)}"
        raise DataError(f"{data}: {saw} in training; test on others.")
    return kept, _notes(seen, near)


def seen_notes(run: Run) -> tuple[str, ...]:
    """Return how many photographs tables leave out because a model has seen them; nothing where there are none."""
    return _notes(seen_photographs(run))


def _notes(seen: Mapping[str, frozenset[str]], near: Mapping[str, frozenset[str]] = MappingProxyType({})) -> tuple[str, ...]:
    if not seen and not near:
        return ()
    whose = [f"{len(images)} {SEEN} by {key}" for key, images in seen.items()]
    whose += [f"{len(images)} that look like one {SEEN} by {key}" for key, images in near.items()]
    count = len(frozenset().union(*seen.values(), *near.values()))
    return (f"left out of the tables: {count} photographs ({'; '.join(whose)}).",)


def seen_caption(run: Run, images: frozenset[str] | None = None, models: Collection[str] | None = None) -> list[str]:
    """Return the line that marks the photographs of a figure that a model saw; none where there are none.

    Parameters
    ----------
    run
        Of the figure.
    images
        Those that it shows; all that can be used where None.
    models
        Those that have a part in it; all of the run where None.
    """
    known = {key: seen for key, seen in seen_photographs(run).items() if models is None or key in models}
    images = frozenset(run.photographs().ids) if images is None and known else images or frozenset()
    shown = {key: images & seen for key, seen in known.items()}
    return seen_lines(shown)


def seen_lines(seen: Mapping[str, Collection[str]]) -> list[str]:
    """Return the line that says which photographs each model saw; none where there are none.

    Examples
    --------
    >>> seen_lines({"net": ["b.jpg", "a.jpg"], "other": []})
    ['Seen in training by net: a.jpg, b.jpg.']
    """
    parts = [f"by {key}: {_some(sorted(names))}" for key, names in seen.items() if names]
    return [f"{SEEN.capitalize()} {'; '.join(parts)}."] if parts else []


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" * (len(names) > _NAMED)
    return f"{', '.join(names[:_NAMED])}{more}"


def _packed(run: RunFolder) -> Mapping[str, str]:
    file = run.root / QUESTION
    answered = read_document(file).answered_by if file.is_file() else None
    return {key: answer.seen for key, answer in answered.models.items()} if answered else {}

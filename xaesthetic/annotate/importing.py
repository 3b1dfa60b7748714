"""Brings regions that a lab has already into a study: each of its annotators as one of the study's, with finished tasks.

What was not asked is not known: imported tasks have no rating, and where an export does not say what a region does to the
attribute, it raises it. The other side is then unknown, not "nowhere".
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool
from sqlalchemy import Connection, func, select

from xaesthetic.annotate import keys, runs, saves
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.people import add_annotator, next_number, pseudonym
from xaesthetic.annotate.states import Extent, Extents, Regions, Save, State
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Shown, Study
from xaesthetic.annotate.tables import TASKS
from xaesthetic.annotate.tasks import find_task
from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import RAISES
from xaesthetic.core.types import Annotation, Mask, Record
from xaesthetic.data.masks import read_mask


@dataclass(frozen=True, slots=True)
class Imported:
    """What was brought in."""

    annotators: Mapping[str, str]
    """Pseudonyms, by the names in the export."""
    tasks: int
    left_out: Mapping[str, int]
    """Reasons, each with the number of regions."""


@dataclass(frozen=True, slots=True)
class _Region:
    annotator: str
    number: int
    attribute: str
    sign: str
    mask: Mask


def import_marks(
    store: Store, study: Study, records: Iterable[Record], source: str, key_file: Path, attribute: str = ""
) -> Imported:
    """Bring regions into a study; all of them, or none where it fails.

    Parameters
    ----------
    store, study
        The study.
    records
        What a data set (`masks`, `coco`, `label_studio`) gives.
    source
        What the saves say that they came from.
    key_file
        Gets a line for every annotator of the export: it alone says who is who.
    attribute
        What regions without one are about; they are left out where empty, unless the study has only one.

    Raises
    ------
    DataError
        If no region can be used.
    """
    left_out: Counter[str] = Counter()
    about = attribute or (study.attributes[0].name if len(study.attributes) == 1 else "")
    regions = [item for record in records for item in _regions(record, study, about, left_out)]
    if not regions:
        reasons = "; ".join(f"{reason} ({count})" for reason, count in left_out.items()) or "it holds none"
        raise DataError(f"{source}: no region can be used: {reasons}.")
    with store.writing() as connection:
        names, tasks = _add_all(connection, study, regions, source)
    for name, known in names.items():
        keys.put_key(key_file, keys.Key(known, keys.clean_label(f"imported: {name}"), ""))
    return Imported(names, tasks, dict(left_out))


def _regions(record: Record, study: Study, about: str, left_out: Counter[str]) -> list[_Region]:
    shown = _find_shown(record, study)
    result = []
    for marks in record.annotations:
        region = _region(marks, record, shown, about, {item.name for item in study.attributes})
        if isinstance(region, str):
            left_out[region] += 1
        else:
            result.append(region)
    return result


def _region(marks: Annotation, record: Record, shown: Shown | None, about: str, attributes: set[str]) -> _Region | str:
    """Return a region as the study has it; or why it is left out."""
    name = marks.attribute or about
    if shown is None:
        return "of a photograph that is not in the study"
    if name not in attributes:
        return "of an attribute that the study does not ask for" if name else "it says no attribute; name one with --attr"
    if marks.problem or record.problem or not marks.region:
        return marks.problem or record.problem or "it is no region"
    try:
        mask = _fitted(read_mask(marks.region), shown)
    except DataError as error:
        return str(error)
    if mask.all() or not mask.any():
        return "it marks all of the photograph, or nothing"
    return _Region(marks.annotator, shown.number, name, marks.sign or RAISES, mask)


def _find_shown(record: Record, study: Study) -> Shown | None:
    """Return the study's photograph: of the same id, or else the only one whose file has the same name."""
    same = [item for item in study.photographs if item.id == record.id]
    names = [item for item in study.photographs if Path(item.id).name == record.path.name]
    return same[0] if same else names[0] if len(names) == 1 else None


def _fitted(mask: Bool[np.ndarray, "_h _w"], shown: Shown) -> Bool[np.ndarray, "_i _j"]:
    """Return a mask at the size of the prepared copy: the nearest pixels of one that has the original's size."""
    size = shown.height, shown.width
    if mask.shape == size:
        return mask
    if mask.shape != (shown.original_height, shown.original_width):
        height, width = mask.shape
        raise DataError(f"it is {height} x {width}, but its photograph {shown.original_height} x {shown.original_width}")
    rows, columns = ((np.arange(new) + 0.5) * old / new for new, old in zip(size, mask.shape, strict=True))
    return np.asarray(mask[rows.astype(int)[:, None], columns.astype(int)])


def _add_all(connection: Connection, study: Study, regions: Sequence[_Region], source: str) -> tuple[dict[str, str], int]:
    names: dict[str, str] = {}
    tasks = 0
    for who in dict.fromkeys(region.annotator for region in regions):
        number = next_number(connection)
        names[who] = pseudonym(number, study.invited)
        add_annotator(connection, number, names[who])
        theirs = [region for region in regions if region.annotator == who]
        for place in dict.fromkeys((region.number, region.attribute) for region in theirs):
            _add_task(
                connection, number, [region for region in theirs if (region.number, region.attribute) == place], source
            )
            tasks += 1
        add_event(connection, "imported", number, {"source": source})
    return names, tasks


def _add_task(connection: Connection, number: int, regions: Sequence[_Region], source: str) -> None:
    """Add a task that is finished: its one or two regions."""
    first = regions[0]
    position = connection.execute(select(func.count()).select_from(TASKS).where(TASKS.c.annotator == number)).scalar_one()
    row = {"annotator": number, "position": position, "kind": "task", "photograph": first.number, "block": 0}
    added = connection.execute(TASKS.insert().values(row | {"attribute": first.attribute, "instruction": ""}))
    task = find_task(connection, int((added.inserted_primary_key or (0,))[0]), number)
    if task is None:  # it was just added
        raise DataError(f"{source}: a task could not be added; try again.")
    masks = {region.sign: runs.encode(region.mask).tolist() for region in regions}
    extents: dict[str, Extent] = dict.fromkeys(masks, "region")
    state = State(extent=Extents(**extents), masks=Regions(**masks))
    save = Save(str(uuid.uuid4()), 0, "finish", {"imported": source}, state, 0.0, (0, 0), 1.0)
    saves.append(connection, task, save, before="")

"""Fills an empty database: who is shown what, with catch trials and practice. One transaction, the same if made again."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from xaesthetic.annotate import runs
from xaesthetic.annotate.catches import Prepared, prepare
from xaesthetic.annotate.clock import now
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.masks import add_mask
from xaesthetic.annotate.people import ADMIN, add_annotator, pseudonym
from xaesthetic.annotate.photographs import FOLDER, write_copy
from xaesthetic.annotate.schedule import Catch, Slot, block_size, schedule
from xaesthetic.annotate.study import Study
from xaesthetic.annotate.tables import PHOTOGRAPHS, STUDIES
from xaesthetic.annotate.tasks import add_tasks
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Rgb
from xaesthetic.data.images import decode, to_bytes, to_float

SECONDS = 50
"""What a task is thought to take, when sittings are laid out."""


def is_filled(connection: Connection, study: Study) -> bool:
    """Whether a database holds this study's tasks.

    Raises
    ------
    DataError
        If it holds another study's.
    """
    present = connection.execute(select(STUDIES.c.id)).scalar()
    if present is not None and present != study.id:
        raise DataError(f"the database holds another study ({present}); each one needs a database of its own.")
    return present is not None


def fill(connection: Connection, study: Study, folder: Path) -> None:
    """Put everybody and all tasks into an empty database."""
    connection.execute(STUDIES.insert().values(id=study.id, order=study.order, made_at=now()))
    add_annotator(connection, ADMIN, "admin", "admin")
    for number in range(1, study.invited + 1):
        add_annotator(connection, number, pseudonym(number, study.invited))
    connection.execute(PHOTOGRAPHS.insert(), [_study_row(study, i) for i in range(len(study.photographs))])
    catches, practice = _trials(connection, study, folder)
    numbers, names = [item.number for item in study.photographs], [item.name for item in study.attributes]
    slots = schedule(
        numbers,
        names,
        study.invited,
        study.annotators,
        study.seed,
        study.repeats,
        catches,
        practice,
        max(1, study.apart),
        block_size(study.minutes, SECONDS),
        study.catches,
    )
    for line in slots:
        add_tasks(connection, (_task_row(connection, slot) for slot in line), (slot.of for slot in line))
    add_event(connection, "made", detail={"photographs": len(numbers), "invited": study.invited})


def _study_row(study: Study, index: int) -> dict[str, Any]:
    item = study.photographs[index]
    size = {"width": item.width, "height": item.height}
    return {"number": item.number, "kind": "study", "name": item.id, "file": item.path, "sha256": item.sha256, **size}


def _trials(connection: Connection, study: Study, folder: Path) -> tuple[list[Catch], list[Catch]]:
    """Make catch trials, as many as one annotator gets, and practice."""
    each_one = len(study.photographs) * len(study.attributes) * study.annotators / study.invited
    count = math.ceil(study.catches * math.ceil(each_one))
    first = max(item.number for item in study.photographs) + 1
    catches = _keep(connection, study, folder, "catch", count, first)
    return catches, _keep(connection, study, folder, "practice", study.practice, first + count)


def _keep(connection: Connection, study: Study, folder: Path, kind: str, count: int, first: int) -> list[Catch]:
    files = {item.number: folder / item.path for item in study.photographs}

    def read(number: int) -> Rgb:
        return to_float(decode(files[number]))

    names = [item.name for item in study.attributes]
    prepared: Iterable[Prepared] = prepare(read, list(files), names, count, study.seed + (kind == "practice"), None, first)
    return [_keep_one(connection, folder, kind, item, files[item.source].suffix == ".jpg") for item in prepared]


def _keep_one(connection: Connection, folder: Path, kind: str, item: Prepared, lossy: bool) -> Catch:
    number, pixels = item.catch.photograph, to_bytes(item.rgb)
    file = write_copy(pixels, number, folder, lossy)
    row = {"number": number, "kind": kind, "name": f"{item.made_by} of {item.source}", "file": f"{FOLDER}/{file.name}"}
    size = {"height": pixels.shape[0], "width": pixels.shape[1]}
    connection.execute(PHOTOGRAPHS.insert().values(row | size | {"sha256": sha256(file)}))
    return item.catch


def _task_row(connection: Connection, slot: Slot) -> dict[str, Any]:
    expected, key = slot.expected, None
    if expected is not None:
        key = add_mask(connection, runs.pack(runs.encode(expected.mask), expected.mask.shape))
    return {
        "annotator": slot.annotator + 1,
        "position": slot.position,
        "kind": slot.kind,
        "photograph": slot.photograph,
        "attribute": slot.attribute,
        "block": slot.block,
        "instruction": "" if expected is None else expected.instruction,
        "expected_sha256": key,
        "expected_sign": None if expected is None else expected.sign,
    }

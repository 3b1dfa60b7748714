"""Exports a study: the data set `annotations`, with the same marks in the forms of other tools beside it.

    export.json, marks.csv, photographs/, masks/    the data set (`xaesthetic.data.study_export`)
    coco.json, label_studio.json                    the regions, as those tools have them; a label is `light raises`
    points/ATTRIBUTE.SIGN.csv                       points drawn from every region, as a table of fixations has them

The photographs are the prepared copies that people saw, so that a mask has their size. The folder is written whole or not
at all.
"""

import io
import math
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from xaesthetic.annotate.clock import now
from xaesthetic.annotate.events import count_forgotten
from xaesthetic.annotate.export_tools import coco, label_studio
from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Shown, Study, StudyAttribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable, swap, write_json, write_text, writing
from xaesthetic.core.sides import EXTENTS, SIDES
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import Mask
from xaesthetic.data.study_export import (
    FILE,
    MARKS,
    MASKS,
    PHOTOGRAPHS,
    SCHEMA,
    TABLE,
    ExportedAttribute,
    ExportedPhotograph,
    ExportedStudy,
)  # fmt: skip

_POINTS = 100
"""Points that stand for a region in a table of fixations."""


def export_study(
    store: Store,
    study: Study,
    folder: Path,
    out: Path,
    excluded: Mapping[str, str] | None = None,
    more: Callable[[Path], object] = lambda _: None,
) -> Path:
    """Write a study's marks into a folder of their own.

    Parameters
    ----------
    store, study
        What was marked, and what was asked.
    folder
        The study's, with the prepared copies.
    out
        The new folder; an older export of the same study there is replaced.
    excluded
        By annotator the rule that leaves them out; they are in the export, and marked as excluded.
    more
        Writes further files into the folder before it gets its name.

    Returns
    -------
    The folder.

    Raises
    ------
    DataError
        If something else lies there, or it cannot be written to.
    """
    validate_target(out, study)
    temporary = out.with_name(f".{out.name}.unfinished")
    with writing(out):
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            with store.reading() as connection:
                forgotten = count_forgotten(connection)
            _write(temporary, study, folder, list(store.marks()), excluded or {}, forgotten)
            more(temporary)
            if out.exists():
                swap(temporary, out)
            else:
                temporary.rename(out)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return out


def validate_target(out: Path, study: Study) -> None:
    """Make sure that an export may be written to a folder: nothing lies there but an older export of the study.

    Raises
    ------
    DataError
        If something else does.
    """
    if not out.exists():
        return
    try:
        same = out.is_dir() and f'"{study.id}"' in (out / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        same = False
    if not same and not (out.is_dir() and not any(out.iterdir())):
        raise DataError(f"{printable(out)}: is there already, and no export of this study; name another folder with --out.")


def _write(
    out: Path, study: Study, folder: Path, marks: Sequence[Mark], excluded: Mapping[str, str], forgotten: int
) -> None:
    shown = {item.number: item for item in study.photographs}
    (out / PHOTOGRAPHS).mkdir()
    photographs = [_photograph(item, folder, out) for item in study.photographs]
    counted = [mark for mark in marks if mark.kind != "practice"]
    rows = [_row(mark, shown, excluded, _write_masks(mark, study, out)) for mark in counted]
    write_text(out / TABLE, _csv(MARKS, rows))
    regions = [
        mark for mark in counted if mark.kind == "task" and mark.status == "finished" and mark.annotator not in excluded
    ]
    write_json(out / "coco.json", coco(photographs, study, regions))
    write_json(out / "label_studio.json", label_studio(photographs, study, regions))
    _write_points(out, study, regions)
    about = ExportedStudy(
        schema=SCHEMA,
        study=study.id,
        made=now(),
        attributes=tuple(_attribute(item) for item in study.attributes),
        photographs=tuple(photographs),
        order=study.order,
        overall=study.overall,
        annotators=study.annotators,
        consent=study.consent.version,
        forgotten=forgotten,
        plan=study.plan,
    )
    write_json(out / FILE, asdict(about))


def _attribute(item: StudyAttribute) -> ExportedAttribute:
    return ExportedAttribute(item.name, item.title, item.definition, float(item.low), float(item.high), float(item.step))


def _photograph(item: Shown, folder: Path, out: Path) -> ExportedPhotograph:
    name = f"{PHOTOGRAPHS}/{item.number}{Path(item.path).suffix}"
    shutil.copyfile(folder / item.path, out / name)
    return ExportedPhotograph(item.id, name, item.sha256, item.height, item.width, item.credit)


def attribute_folders(names: Sequence[str]) -> dict[str, str]:
    """Return a folder's name for every attribute, whose own may be anything: `light`, `2_a_b` for the second, `a/b`."""
    plain = {name: re.sub(r"[^A-Za-z0-9_-]+", "_", name) for name in names}
    return {name: text if text == name else f"{number}_{text}" for number, (name, text) in enumerate(plain.items(), start=1)}


def _names(study: Study) -> list[str]:
    return [item.name for item in study.attributes]


def _write_masks(mark: Mark, study: Study, out: Path) -> dict[str, tuple[str, float]]:
    """Write what was marked in a task; by sign the file's name and the share of the photograph."""
    written = {}
    folder = attribute_folders(_names(study))[mark.attribute]
    for sign in SIDES:
        mask = mark.masks[sign]
        if mask is None:
            continue
        kind = "" if mark.kind == "task" else f".{mark.kind}{mark.position}"
        name = f"{MASKS}/{folder}/{mark.annotator}/{mark.photograph}{kind}.{sign}.png"
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(png(mask))
        written[sign] = (name, float(mask.mean()))
    return written


def png(mask: Mask) -> bytes:
    """Return a mask as a PNG of one bit."""
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG", optimize=True)
    return file.getvalue()


def _row(
    mark: Mark, shown: Mapping[int, Shown], excluded: Mapping[str, str], written: Mapping[str, tuple[str, float]]
) -> dict[str, object]:
    said = {sign: mark.extent[sign] for sign in SIDES}
    return {
        "photograph": shown[mark.photograph].id if mark.photograph in shown else f"{mark.kind} {mark.photograph}",
        "attribute": mark.attribute,
        "annotator": mark.annotator,
        "kind": mark.kind,
        "status": mark.status,
        "reason": mark.reason,
        "rating": mark.rating,
        "overall": mark.overall,
        **said,
        **{f"{sign}_mask": written[sign][0] if sign in written else "" for sign in SIDES},
        **{f"{sign}_area": written[sign][1] if sign in written else math.nan for sign in SIDES},
        "position": mark.position,
        "block": mark.block,
        "repeats": "" if mark.of is None else mark.of,
        "order": mark.order,
        "seconds": mark.seconds,
        "started": mark.started,
        "finished": mark.finished,
        "viewport_width": mark.viewport[0],
        "viewport_height": mark.viewport[1],
        "zoom": mark.zoom,
        "saves": mark.saves,
        "excluded": excluded.get(mark.annotator, ""),
    }


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    return frame_csv(pd.DataFrame([dict(row) for row in rows], columns=list(columns)), float_format="%.6g")


def _write_points(out: Path, study: Study, marks: Sequence[Mark]) -> None:
    """For every attribute and sign a table of points, drawn by chance from each person's region; the same every time."""
    files = {item.number: f"../{PHOTOGRAPHS}/{item.number}{Path(item.path).suffix}" for item in study.photographs}
    rows: dict[tuple[str, str], list[dict[str, object]]] = {}
    for mark in marks:
        for sign in SIDES:
            mask = mark.masks[sign]
            if mask is not None and mark.extent[sign] not in EXTENTS:
                place = {"image": files[mark.photograph], "subject": mark.annotator}
                rows.setdefault((mark.attribute, sign), []).extend(place | {"x": x, "y": y} for x, y in _points(mask, mark))
    folders = attribute_folders(_names(study))
    for (attribute, sign), points in rows.items():
        (out / "points").mkdir(exist_ok=True)
        write_text(out / "points" / f"{folders[attribute]}.{sign}.csv", _csv(("image", "subject", "x", "y"), points))


def _points(mask: Mask, mark: Mark) -> list[tuple[float, float]]:
    rows, columns = np.nonzero(mask)
    drawn = np.random.default_rng([mark.photograph, mark.position]).integers(0, len(rows), _POINTS)
    return [(float(columns[place]) + 0.5, float(rows[place]) + 0.5) for place in drawn]

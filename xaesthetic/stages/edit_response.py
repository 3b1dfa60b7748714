"""Controlled edits as ground truth: does the rating move the right way, and does the map change where the picture did.

Every edit but crops, at its strongest, of every photograph whose subject is known. Those that change a whole photograph are
done to the subject alone here, so that there is a place where the map should change, and one where it should not.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float32

from xaesthetic.core.errors import DataError
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import Mask, Pixels, Record
from xaesthetic.data import edits, images
from xaesthetic.metrics._maps import above
from xaesthetic.models.forward import Session
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.store import Run

PHOTOGRAPH = ("image", "edit", "attribute", "model", "method", "area", "moved", "auc", "energy")
"""`moved` is how much the raw output rose, times the edit's sign: positive is the right way. `auc` and `energy` are of the
map's change, its absolute difference: how likely it is greater inside the changed region than outside, and what share of it
lies inside, to be held against `area`, the region's share of the photograph."""


Grid = Float32[np.ndarray, "i j"]


Edited = tuple[str, Pixels, Mask]
"""An edit's name, the edited photograph, and the region that it changed."""


def local_edits(record: Record, attributes: Collection[str]) -> Iterator[Edited]:
    """Every edit of these attributes but crops, at its strongest.

    Parameters
    ----------
    record
        Unedited, with a subject.
    attributes
        What the edits should move.
    """
    pixels = images.decode(record.path)
    subject = images.region(record.subject, pixels.shape[:2])
    rgb = images.to_float(pixels)
    for name, kind in edits.EDITS.items():
        if name.startswith("crop") or kind.attribute not in attributes:
            continue
        edited = kind.apply(rgb, subject, 1.0)
        if kind.place == "everywhere":
            edited = edits.mix(edited, rgb, subject)
        yield name, images.to_bytes(edited), ~subject if kind.place == "background" else subject


def map_change(before: Grid, after: Grid, region: Mask) -> tuple[float, float]:
    """How a map's change lies to a region: AUC and share of the sum; both nan where the map does not change at all.

    Parameters
    ----------
    before, after
        On one grid.
    region
        In image pixels, neither empty nor all.
    """
    change = images.to_pixels(np.abs(after - before), (region.shape[0], region.shape[1])).astype(np.float64)
    if not change.any():
        return float("nan"), float("nan")
    return above(change[region], change[~region]), float(change[region].sum() / change.sum())


def check_edits(run: Run, models: Mapping[str, AttributeModel], track: Track = silent) -> pd.DataFrame:
    """Edit a run's photographs and see what its models and methods make of it; goes on where a stopped one was.

    Parameters
    ----------
    run
        Of photographs with subjects; its experiment's methods are looked at.
    models
        By their keys.
    track
        Tells the progress.

    Returns
    -------
    The columns in `PHOTOGRAPH`, a row for each photograph, edit, model that rates the attribute, and method.

    Raises
    ------
    DataError
        If no photograph has a subject.
    """
    sizes = run.sizes()
    records = [record for record in run.records() if record.edit is None and _has_subject(record, sizes)]
    if not records:
        raise DataError(f"{run.root}: no photograph of {run.experiment.data} has a subject; edits need one.")
    parts = run.parts("edits")
    todo = parts.missing(len(records))
    for index in track(todo, "edits", len(todo)):
        told = list(local_edits(records[index], {name for model in models.values() for name in model.attributes}))
        original = images.decode(records[index].path)
        rows = [row for key, model in models.items() for row in _rows(original, told, key, model, run)]
        rows = [(records[index].id, *row) for row in rows]
        columns = zip(*rows, strict=True) if rows else [()] * len(PHOTOGRAPH)
        parts.write(index, {name: np.array(column) for name, column in zip(PHOTOGRAPH, columns, strict=True)})
    table = pd.concat([pd.DataFrame(part)[list(PHOTOGRAPH)] for part in parts.read(len(records))], ignore_index=True)
    run.write_table("edits", table)
    parts.clear()
    return table


def _has_subject(record: Record, sizes: Mapping[str, tuple[int, int]]) -> bool:
    region = images.region(record.subject, sizes[record.id])
    return bool(region.any()) and not bool(region.all())


def _rows(
    original: Pixels, edited: Sequence[Edited], key: str, model: AttributeModel, run: Run
) -> Iterator[tuple[object, ...]]:
    """One photograph's rows, without its name."""
    told = [each for each in edited if edits.EDITS[each[0]].attribute in model.attributes]
    if not told:
        return
    session = Session(model, device(run.experiment.device))
    seen = session.run([original, *(each[1] for each in told)], run.experiment.methods)
    for number, (name, _, region) in enumerate(told, start=1):
        kind = edits.EDITS[name]
        column = model.attributes.index(kind.attribute)
        moved = kind.sign * float(seen.raw[number, column] - seen.raw[0, column])
        for method, values in seen.maps.items():
            auc, energy = map_change(values[0, column], values[number, column], region)
            yield name, kind.attribute, key, method, float(region.mean()), moved, auc, energy

"""Photographs and regions as Label Studio exports them (JSON; https://labelstud.io/guide/export)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.datasets._exports import read_export
from xaesthetic.data.datasets._ratings import read_declared
from xaesthetic.data.datasets._regions import Export, records
from xaesthetic.data.datasets._tasks import parse_task

_MINIMAL = {"annotation_id", "annotator", "lead_time"}


@dataset()
def label_studio(root: Path | None = None) -> Iterator[Record | PassedOver | Attribute]:
    """Label Studio's JSON export: brushes, polygons, rectangles and ellipses; labels that name attributes (--root FILE).

    A region's label may stand on it or in another result of its id; choices made for a region count where they name
    attributes. Regions with other labels, or without, stand for all attributes, which is said. Photographs are looked for
    beside the file and in images/ there (`data.names` says how). Who completed an annotation is its annotator; cancelled
    ones and predictions do not count. Several tasks of one photograph are one. A region that cannot be used is left out
    with its reason: one of another size than the photograph's, one drawn while it was turned. Labels may also name what a
    file `attributes.toml` beside the export declares (see the data set `ratings`), and end in what a region does to the
    attribute: `light raises`, `light lowers`.

    Parameters
    ----------
    root
        The JSON file; one task a line (JSONL) is read too.

    Raises
    ------
    DataError
        If it is not there, not such a file, or without tasks.
    """
    known = read_export(root, "label_studio")
    where = printable(root) if root else ""
    if known == []:
        raise DataError(f"{where}: holds no tasks; export a project that has some.")
    tasks = known if isinstance(known, list) else [known]
    export = Export(declared=read_declared(root.parent) if root else ())
    read = [parse_task(task, number, export) for number, task in enumerate(tasks, start=1)]
    if not any(read):
        raise DataError(f"{where}: is not Label Studio's JSON export ({_what(tasks[0], export)}).")
    yield from records(export, root.parent if root else Path())


def _what(first: Any, export: Export) -> str:
    """Return what a file that holds no task seems to be."""
    if isinstance(first, dict) and "images" in first and "annotations" in first:
        return "but COCO's: --data coco"
    if isinstance(first, dict) and first.keys() & _MINIMAL:
        return "but its JSON-MIN, which does not hold all; export as JSON"
    if isinstance(first, dict) and "result" in first and "task" in first:
        return "but a single annotation of a storage; export the project as JSON"
    return f"{export.passed_over[0].name}: {export.passed_over[0].reason}"

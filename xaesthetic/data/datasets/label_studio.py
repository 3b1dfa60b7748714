"""Photographs and regions as Label Studio exports them (JSON; https://labelstud.io/guide/export)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Record
from xaesthetic.data.datasets._regions import (
    Drawn,
    about,
    brush_runs,
    outline,
    photograph,
    polygons,
    read_tasks,
    size_of,
    together,
)
from xaesthetic.data.images import SUFFIXES

_KINDS = ("brush", "polygon", "rectangle", "ellipse")
_HASH = 9  # eight hexadecimal digits and a dash, which Label Studio puts before the names of uploads


@dataset()
def label_studio(root: Path | None = None) -> Iterator[Record]:
    """Label Studio's JSON export: brushes, polygons, rectangles and ellipses; labels that name attributes (--root FILE).

    Other labels stand for all attributes. Photographs are looked for beside the file and in images/ there, with and
    without the letters that Label Studio puts before an upload's name. Who completed an annotation is its annotator;
    cancelled ones do not count. A region that cannot be read is left out and told.

    Parameters
    ----------
    root
        The JSON file.

    Raises
    ------
    DataError
        If it is not there or not such a file.
    """
    known = read_tasks(root, "label_studio")
    folder = Path(root).parent if root else Path()
    try:
        tasks = [(_name(task), list(_of_task(task))) for task in known]
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        raise DataError(f"{root}: is not Label Studio's JSON export ({type(error).__name__}: {error}).") from error
    for name, drawn in tasks:
        path = photograph(folder, name, *([name[_HASH:]] if name[_HASH - 1 : _HASH] == "-" else []))
        yield Record(path.name, path, original=path.name, annotations=tuple(together(drawn)))


def _name(task: dict[str, Any]) -> str:
    """The photograph's file name, out of a path, an address or a local-files query."""
    texts = [value for value in task["data"].values() if isinstance(value, str)]
    parts = [urlsplit(text) for text in [task["data"].get("image"), *texts] if isinstance(text, str)]
    paths = [(parse_qs(part.query).get("d") or [part.path])[0] for part in parts]
    return next(Path(unquote(path)).name for path in paths if Path(unquote(path)).suffix.lower() in SUFFIXES)


def _of_task(task: dict[str, Any]) -> Iterator[Drawn]:
    for number, annotation in enumerate(task.get("annotations") or task.get("completions") or (), start=1):
        if annotation.get("was_cancelled"):
            continue
        who = annotation.get("completed_by", number)
        who = who.get("email") or who.get("id") or number if isinstance(who, dict) else who
        for item in annotation["result"]:
            kind = str(item.get("type", "")).removesuffix("labels")
            if kind in _KINDS:
                yield from _drawn(item, kind, f"annotator {who}")


def _drawn(item: dict[str, Any], kind: str, annotator: str) -> Iterator[Drawn]:
    value = item["value"]
    labels = dict.fromkeys(about(label) for label in value.get(f"{kind}labels") or [""])
    try:
        size = size_of(item.get("original_height"), item.get("original_width"))
        mask = brush_runs(value["rle"], size) if kind == "brush" else polygons([outline(kind, value, size)], size)
    except (ValueError, TypeError, KeyError) as error:
        for label in labels:
            yield annotator, label, f"{kind} {item.get('id', '')}: {error}"
        return
    for label in labels:
        yield annotator, label, mask

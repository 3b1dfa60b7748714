"""Label Studio's tasks: which photographs, who annotated them, which results are regions and what their labels are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from msgspec import Struct

from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver
from xaesthetic.data.datasets._exports import identify, listed, plain, short, typed
from xaesthetic.data.datasets._pictures import find_pictures
from xaesthetic.data.datasets._regions import Drawn, Export, Region, Size, beyond, require_size
from xaesthetic.data.datasets._shapes import fill, leaves, outline
from xaesthetic.data.run_lengths import Byte, brush_runs

_KINDS = ("brush", "polygon", "rectangle", "ellipse")
_LABELS = ("labels", *(f"{kind}labels" for kind in _KINDS))
_CHOICES = ("choices", "taxonomy")
_OF_REGIONS = ("labels", *_CHOICES)
"""Results that say what a region is, where they have its id."""


class _Task(Struct):
    data: dict[str, Any]
    id: Any = None
    annotations: Any = None
    completions: Any = None
    predictions: Any = None


class _Annotation(Struct):
    result: list[Any] | None = None
    completed_by: Any = None
    was_cancelled: bool | None = None


class _Result(Struct):
    type: str = ""
    id: Any = None
    value: dict[str, Any] | None = None
    to_name: str | list[str] | None = None
    original_height: float | None = None
    original_width: float | None = None
    image_rotation: float | None = None
    item_index: float | None = None


class _Brush(Struct):
    rle: list[Byte]


_Means = Callable[[str], str]
"""Gives the attribute that a label names; empty where it names none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A region, and what it says of its photograph."""

    region: Region
    tags: tuple[str, ...] = ()
    index: float | None = None


def parse_task(raw: Any, number: int, export: Export) -> bool:
    """Add what a task says to an export; give whether it is a task."""
    task = typed(raw, f"task {number}", _Task)
    if isinstance(task, PassedOver):
        export.passed_over.append(task)
        return False
    where = f"task {short(identify(task.id, number))}"
    placed: list[_Placed] = []
    for place, item in enumerate(
        listed(task.annotations or task.completions, f"{where}, annotations", export.passed_over), start=1
    ):
        placed += _parse_annotation(item, where, place, export)
    for place, _ in enumerate(listed(task.predictions, f"{where}, predictions", export.passed_over), start=1):
        export.passed_over.append(PassedOver(f"{where}, prediction {place}", "a prediction, not an annotation"))
    pictures = find_pictures(task.data, {tag for item in placed for tag in item.tags})
    if not pictures.texts:
        export.passed_over.append(PassedOver(where, "names no photograph"))
    export.photographs += pictures.texts.values()
    for item in placed if pictures.texts else ():
        text = pictures.find(item.tags, item.index)
        if text:
            export.regions.append((text, item.region))
        else:
            export.passed_over.append(PassedOver(item.region.where, "in which of the task's photographs it is, is not said"))
    return True


def _parse_annotation(raw: Any, task: str, place: int, export: Export) -> Iterator[_Placed]:
    """Give the regions of one person's annotation; add what else it holds to what is passed over."""
    annotation = typed(raw, f"{task}, annotation {place}", _Annotation)
    if isinstance(annotation, PassedOver):
        export.passed_over.append(annotation)
        return
    if annotation.was_cancelled:
        export.passed_over.append(PassedOver(f"{task}, annotation {place}", "cancelled by its annotator"))
        return
    results = list(annotation.result or ())
    if not results:
        export.passed_over.append(PassedOver(f"{task}, annotation {place}", "without a result"))
    said = _said_by_id((item for item in results if isinstance(item, dict)), export.means)
    for number, item in enumerate(results, start=1):
        if not isinstance(item, dict):
            export.passed_over.append(PassedOver(f"{task}, result {number}", "not an object"))
            continue
        key = identify(item.get("id"))
        if _kind(item) in _KINDS:
            where = f"{task}, region {number}{f', {_kind(item)} {short(key)}' * bool(key)}"
            words = partial(_words, item, said[key] if key else _Said(), export.means)
            yield _place(item, where, words, annotation.completed_by, (task, place))
        elif not key or key not in said or not said[key].shapes or _kind(item) not in _OF_REGIONS:
            name = short(item.get("type") or "no kind")
            export.passed_over.append(PassedOver(f"{task}, result {number}", f"{name}, not a kind of region that is read"))


@dataclass(slots=True)
class _Said:
    """What the results of one id say of its regions."""

    shapes: int = 0
    labels: list[str] = field(default_factory=list)
    """On results that are no shapes."""
    choices: list[str] = field(default_factory=list)
    on_shapes: list[str] = field(default_factory=list)
    problem: str = ""


def _said_by_id(items: Iterable[dict[str, Any]], means: _Means) -> dict[str, _Said]:
    result: dict[str, _Said] = defaultdict(_Said)
    for item in items:
        said, shape = result[identify(item.get("id"))], _kind(item) in _KINDS
        said.shapes += shape
        try:
            (said.on_shapes if shape else said.labels).extend(_texts(item, _LABELS, means))
            said.choices += _texts(item, _CHOICES, means)
        except DataError as error:
            if not shape:  # a shape says so itself
                said.problem = str(error)
    return result


def _kind(item: Any) -> str:
    kind = item.get("type") if isinstance(item, dict) else None
    return kind.removesuffix("labels") or kind if isinstance(kind, str) else ""


def _place(
    item: dict[str, Any], where: str, read: Callable[[], tuple[str, ...]], completed_by: Any, unknown: object
) -> _Placed:
    """Return a region; one that cannot be used says why when it is drawn."""
    words: tuple[str, ...] = ()
    result = typed(item, where, _Result)
    if isinstance(result, PassedOver):
        return _Placed(Region(where, _annotator(completed_by), words, result.reason, unknown))
    draw: Callable[[Size], Drawn] | str = partial(_draw, result, _kind(item))
    try:
        words = read()
    except DataError as error:
        draw = str(error)
    tags = (result.to_name,) if isinstance(result.to_name, str) else tuple(result.to_name or ())
    return _Placed(Region(where, _annotator(completed_by), words, draw, unknown), tags, result.item_index)


def _annotator(completed_by: Any) -> str:
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("id")
    identity = plain(identify(completed_by))
    return f"annotator {identity}" if identity else ""


def _words(item: dict[str, Any], said: _Said, means: _Means) -> tuple[str, ...]:
    """Return a region's labels: those on it, those of its id, and choices made for it that name attributes.

    A choice that names none is its label only where there is no other.
    """
    if said.problem:
        raise DataError(said.problem)
    labels = [*_texts(item, _LABELS, means), *said.labels] or said.on_shapes
    choices = said.choices or _texts(item, _CHOICES, means)
    named = [choice for choice in choices if means(choice)]
    if named:
        return tuple(dict.fromkeys([*(label for label in labels if means(label)), *named]))
    return tuple(dict.fromkeys(labels or choices))


def _texts(item: dict[str, Any], keys: Sequence[str], means: _Means) -> list[str]:
    value = item.get("value")
    if not isinstance(value, dict):
        return []
    texts = [value.get(key) or [] for key in keys]
    return [_text(text, means) for some in texts for text in (some if isinstance(some, list) else [some])]


def _text(label: Any, means: _Means) -> str:
    """Return a label; of a path through a taxonomy the last step that names an attribute, or the last."""
    if isinstance(label, list) and label and all(isinstance(step, str) for step in label):
        return next((step for step in reversed(label) if means(step)), str(label[-1]))
    if not isinstance(label, str):
        raise DataError("its label is not text")
    return label


def _draw(result: _Result, kind: str, size: Size) -> Drawn:
    require_size(result.original_height, result.original_width, size)
    if (result.image_rotation or 0) % 360 != 0:
        raise DataError(
            f"it was drawn while the photograph was turned by {result.image_rotation:g} degrees, which is not read"
        )
    if result.value is None:
        raise DataError("it has no value")
    if kind == "brush":
        return Drawn(brush_runs(convert(result.value, "its value", _Brush).rle, size))
    points = outline(kind, result.value, size)
    return Drawn(fill([points], size), beyond([leaves(points, size)]))

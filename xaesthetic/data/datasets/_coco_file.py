"""A file of COCO's: images, categories and annotations, joined by their ids."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from msgspec import Struct

from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver, Points
from xaesthetic.data.datasets._exports import identify, listed, plain, short, typed
from xaesthetic.data.datasets._regions import Drawn, Export, Region, Size, beyond, require_size
from xaesthetic.data.datasets._shapes import corners, fill, leaves
from xaesthetic.data.run_lengths import coco_runs

Identity = int | float | str


class _Image(Struct):
    id: Identity
    file_name: str
    height: float | None = None
    width: float | None = None


class _Category(Struct):
    id: Identity
    name: str


class _Annotation(Struct):
    image_id: Identity
    id: Any = None
    category_id: Identity | None = None
    segmentation: Any = None
    bbox: Any = None
    annotator: Any = None
    attributes: Any = None


class _Runs(Struct):
    counts: str | list[int]
    size: tuple[float, float]


def parse_file(known: dict[str, Any]) -> Export:
    """Return what a file of COCO's says; what of it cannot be used is passed over."""
    export = Export()
    images: dict[str, list[_Image]] = defaultdict(list)
    for image in _typed(known["images"], "image", _Image, export):
        images[identify(image.id)].append(image)
        export.photographs.append(image.file_name)
    categories: dict[str, set[str]] = defaultdict(set)
    for category in _typed(known.get("categories"), "category", _Category, export):
        categories[identify(category.id)].add(category.name)
    for number, item in enumerate(listed(known.get("annotations"), "annotations", export.passed_over), start=1):
        where = _where("annotation", item, number)
        annotation = typed(item, where, _Annotation)
        if isinstance(annotation, PassedOver):
            export.passed_over.append(annotation)
            continue
        meant = {image.file_name: image for image in images.get(identify(annotation.image_id), ())}
        if len(meant) != 1:
            what = "two of the file's images have its image_id" if meant else "of an image that the file does not name"
            export.passed_over.append(PassedOver(where, what))
            continue
        (image,) = meant.values()
        export.regions.append((image.file_name, _region(annotation, where, image, categories)))
    return export


def _typed(value: Any, name: str, kind: Any, export: Export) -> Iterator[Any]:
    """Give the items of a list as typed values; add those that are none to what is passed over."""
    for number, item in enumerate(listed(value, f"list of {name}", export.passed_over), start=1):
        where = _where(name, item, number)
        result = typed(item, where, kind)
        if isinstance(result, PassedOver):
            export.passed_over.append(result)
        else:
            yield result


def _where(name: str, item: Any, number: int) -> str:
    return f"{name} {short(identify(item.get('id') if isinstance(item, dict) else None, number))}"


def _region(annotation: _Annotation, where: str, image: _Image, categories: dict[str, set[str]]) -> Region:
    attributes = annotation.attributes if isinstance(annotation.attributes, dict) else {}
    annotator = plain(identify(annotation.annotator) or identify(attributes.get("annotator")))
    category = "" if annotation.category_id is None else identify(annotation.category_id)
    names = categories.get(category, set())
    draw: Callable[[Size], Drawn] | str = partial(_draw, annotation, image)
    if len(names) > 1:
        draw = f"category {short(category)} has two names, {' and '.join(map(repr, map(short, sorted(names))))}"
    elif category and categories and not names:
        draw = f"category {short(category)} is not among the file's categories"
    return Region(where, annotator, tuple(names) if len(names) == 1 else (), draw)


def _draw(annotation: _Annotation, image: _Image, size: Size) -> Drawn:
    marked = annotation.segmentation
    require_size(image.height, image.width, size)
    if not marked:
        return _box(annotation.bbox, size)
    if isinstance(marked, dict):
        runs = convert(marked, "its segmentation", _Runs)
        require_size(runs.size[0], runs.size[1], size)
        return Drawn(coco_runs(runs.counts, size))
    if not isinstance(marked, list):
        raise DataError("its segmentation is neither polygons nor run lengths")
    return _polygons(marked, size)


def _polygons(flat: list[Any], size: Size) -> Drawn:
    outlines: list[Points] = []
    remarks = []
    for number, piece in enumerate(flat, start=1):
        try:
            outlines.append(corners(piece))
        except DataError as error:
            remarks.append((f", piece {number}", str(error)))
    if not outlines:
        raise DataError(remarks[0][1])
    if all((points >= 0).all() and (points <= 1).all() for points in outlines):
        raise DataError("it marks less than a pixel; pixels are wanted, no shares of the sides")
    return Drawn(fill(outlines, size), (*remarks, *beyond(leaves(points, size) for points in outlines)))


def _box(bbox: Any, size: Size) -> Drawn:
    if not bbox:
        raise DataError("has no segmentation")
    x, y, width, height = convert(bbox, "its bbox", tuple[float, float, float, float])
    if not np.isfinite([x, y, width, height]).all() or width <= 0 or height <= 0:
        raise DataError("has no segmentation, and its bbox is none")
    points = corners([x, y, x + width, y, x + width, y + height, x, y + height])
    return Drawn(
        fill([points], size), (("", "has no segmentation; its bbox counts as its region"), *beyond([leaves(points, size)]))
    )

"""Regions in the forms of other tools: COCO's JSON and Label Studio's."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.study import Study
from xaesthetic.core.sides import SIDES
from xaesthetic.core.types import Mask
from xaesthetic.data.run_lengths import to_brush, to_coco
from xaesthetic.data.study_export import ExportedPhotograph


def _regions(marks: Sequence[Mark]) -> Iterator[tuple[Mark, str, Mask]]:
    for mark in marks:
        for sign in SIDES:
            mask = mark.masks[sign]
            if mask is not None:
                yield mark, sign, mask


def coco(photographs: Sequence[ExportedPhotograph], study: Study, marks: Sequence[Mark]) -> dict[str, Any]:
    """Return COCO's JSON: a category for every attribute and sign, `annotator` on every region.

    Parameters
    ----------
    photographs
        As they are exported, in the study's order.
    study
        What was asked.
    marks
        Finished ones.
    """
    labels = [f"{item.name} {sign}" for item in study.attributes for sign in SIDES]
    numbers = {label: number for number, label in enumerate(labels, start=1)}
    images = [
        {"id": shown.number, "file_name": item.file, "width": item.width, "height": item.height}
        for shown, item in zip(study.photographs, photographs, strict=True)
    ]
    annotations = [
        {
            "id": number,
            "image_id": mark.photograph,
            "category_id": numbers[f"{mark.attribute} {sign}"],
            "segmentation": {"counts": to_coco(mask), "size": [*mask.shape]},
            "area": int(mask.sum()),
            "bbox": _box(mask),
            "iscrowd": 1,
            "annotator": mark.annotator,
        }
        for number, (mark, sign, mask) in enumerate(_regions(marks), start=1)
    ]
    categories = [{"id": number, "name": label} for label, number in numbers.items()]
    return {"images": images, "categories": categories, "annotations": annotations}


def _box(mask: Mask) -> list[int]:
    """Left, top, width and height of the smallest rectangle around a region."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def label_studio(photographs: Sequence[ExportedPhotograph], study: Study, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Return Label Studio's JSON: a task a photograph, an annotation a person, a brush a region.

    Parameters
    ----------
    photographs, study, marks
        As for `coco`.
    """
    by_photograph: dict[int, list[Mark]] = {}
    for mark in marks:
        by_photograph.setdefault(mark.photograph, []).append(mark)
    tasks = []
    for shown, item in zip(study.photographs, photographs, strict=True):
        of = by_photograph.get(shown.number, [])
        people = list(dict.fromkeys(mark.annotator for mark in of))
        annotations = [
            {"completed_by": {"email": who}, "result": [_brush(*region) for region in _regions(_by(of, who))]}
            for who in people
        ]
        tasks.append({"id": shown.number, "data": {"image": item.file}, "annotations": annotations})
    return tasks


def _by(marks: Sequence[Mark], who: str) -> list[Mark]:
    return [mark for mark in marks if mark.annotator == who]


def _brush(mark: Mark, sign: str, mask: Mask) -> dict[str, Any]:
    return {
        "id": f"{mark.annotator}-{mark.photograph}-{mark.position}-{sign}",
        "type": "brushlabels",
        "from_name": "attribute",
        "to_name": "image",
        "original_width": mask.shape[1],
        "original_height": mask.shape[0],
        "image_rotation": 0,
        "value": {"format": "rle", "rle": to_brush(mask), "brushlabels": [f"{mark.attribute} {sign}"]},
    }

"""Small exports of annotation tools, and what they mean."""

import json
from itertools import pairwise

import numpy as np

from xaesthetic.core.types import PassedOver
from xaesthetic.data.annotations import read_mask
from xaesthetic.data.records import collect

SIZE = (60, 80)
SQUARE = [8, 12, 24, 12, 24, 30, 8, 30]
"""Of 16 x 18 pixels, as COCO has it."""
RECTANGLE = {"x": 10, "y": 20, "width": 20, "height": 30}
"""The same, in percent, as Label Studio has it."""


def square():
    mask = np.zeros(SIZE, bool)
    mask[12:30, 8:24] = True
    return mask


def brushed(mask, width=7):
    """As Label Studio packs an RGBA picture whose alpha is the mark: runs where they are longer than two, else values."""
    values = np.zeros((*mask.shape, 4), np.uint8)
    values[mask] = 200
    values = values.ravel()
    bits = [f"{values.size:032b}", f"{width:05b}", *(f"{size - 1:04b}" for size in (3, 4, 8, 16))]
    starts = [0, *(np.flatnonzero(np.diff(values.astype(int))) + 1), values.size]
    for start, end in pairwise(starts):
        while start < end:
            length = min(end - start, 65536)
            index, size = next((n, size) for n, size in enumerate((3, 4, 8, 16)) if length <= 1 << size)
            kind = length > 2
            shown = f"{values[start]:08b}" * (1 if kind else length)
            bits.append(f"{int(kind)}{index:02b}{length - 1:0{size}b}{shown}")
            start += length
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return [int(text[at : at + 8], 2) for at in range(0, len(text), 8)]


def marked(kind="rectanglelabels", label="Light", **changes):
    """A result of Label Studio: the square."""
    value = dict(RECTANGLE)
    if kind.endswith("labels") and label:
        value[kind] = [label]
    item = {"id": "r", "type": kind, "to_name": "image", "value": value, "original_width": 80, "original_height": 60}
    return item | changes


def task(image, *results, **changes):
    return {"data": {"image": image}, "annotations": [{"completed_by": 1, "result": list(results)}]} | changes


def coco(*annotations, **changes):
    """A file of COCO's with one photograph, one.png, of id 1, and the categories Light (1) and dog (2)."""
    base = {
        "images": [{"id": 1, "file_name": "one.png", "width": 80, "height": 60}],
        "categories": [{"id": 1, "name": "Light"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": 1, "segmentation": [SQUARE]} | item
            for number, item in enumerate(annotations, start=1)
        ],
    }
    return base | changes


def read(name, root, document=None):
    """Write a document to an export, unless it is None, and collect what a data set makes of it."""
    if document is not None:
        root = root / "export.json" if root.is_dir() else root
        root.write_text(document if isinstance(document, str) else json.dumps(document))
    return collect(name, root)


def regions(held):
    """What was marked: by photograph, annotator and attribute the number of pixels, or the reason why there are none."""
    return {
        (record.id, item.annotator, item.attribute): item.problem or int(read_mask(item.region).sum())
        for record in held.records
        for item in record.annotations
    }


def passed(held, word=""):
    """What was passed over for reasons that hold this word."""
    return [item.name for item in held.passed_over if isinstance(item, PassedOver) and word in item.reason]

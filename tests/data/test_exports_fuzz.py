"""Exports written in other ways mean the same; exports that are damaged keep what the damage does not touch."""

import copy
import json
from contextlib import suppress
from hashlib import sha256
from random import Random
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as theirs
from support.exports import SIZE, brushed, square

from xaesthetic.core.errors import DataError
from xaesthetic.data.annotations import read_mask
from xaesthetic.data.records import collect

PHOTOGRAPHS = ("one.png", "a/two.png", "b/two.png")
LABELS = ("Light", "Color Harmony", "content")
NASTY = (
    None,
    "",
    [],
    {},
    -1,
    0.5,
    True,
    float("nan"),
    float("inf"),
    2**62,
    10**400,
    "\ud800",
    "x\ny",
    [[[]]],
    [None],
    {"a": [1]},
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    for name in PHOTOGRAPHS:
        (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((*SIZE, 3), np.uint8)).save(folder / "images" / name)
    return folder


# -- exports -----------------------------------------------------------------------------------------------------------


def moved(n):
    return np.roll(square(), (n, 2 * n), (0, 1))


def label_studio(names):
    """Three photographs, three annotators each: a brush, a rectangle whose label is another result, a polygon."""
    return [
        {"id": 10 + n, "data": {"image": name}, "annotations": [annotation(n, kind) for kind in range(3)]}
        for n, name in enumerate(names)
    ]


def annotation(n, kind):
    base = {"id": f"r{kind}", "to_name": "image", "original_width": 80, "original_height": 60, "image_rotation": 0}
    if kind == 0:
        results = [base | {"type": "brushlabels", "value": {"rle": brushed(moved(n)), "brushlabels": [LABELS[n]]}}]
    elif kind == 1:
        box = {"x": 10 + n, "y": 20, "width": 20, "height": 30, "rotation": 0}
        label = {"id": "r1", "type": "labels", "value": box | {"labels": [LABELS[n]]}, "to_name": "image"}
        results = [base | {"type": "rectangle", "value": box}, label]
    else:
        points = [[10 + n, 20], [30, 20], [30, 50]]
        results = [base | {"type": "polygonlabels", "value": {"points": points, "polygonlabels": [LABELS[n]]}}]
    return {"id": 100 * n + kind, "completed_by": {"email": f"{kind}@x"}, "was_cancelled": False, "result": results}


def coco(names):
    """The same with polygons, packed and plain run lengths."""
    items = []
    for n in range(3):
        packed = theirs.encode(np.asfortranarray(moved(n).astype(np.uint8)))["counts"].decode()
        marks = (
            [[8 + n, 12, 24, 12, 24, 30]],
            {"counts": packed, "size": [60, 80]},
            {"counts": [600 + n, 60, 4140 - n], "size": [60, 80]},
        )
        items += [
            {
                "id": 10 * n + kind,
                "image_id": n,
                "category_id": n,
                "segmentation": mark,
                "annotator": f"ann{kind}",
                "iscrowd": 0,
            }
            for kind, mark in enumerate(marks)
        ]
    pictures = [{"id": n, "file_name": name, "width": 80, "height": 60} for n, name in enumerate(names)]
    return {
        "images": pictures,
        "annotations": items,
        "categories": [{"id": n, "name": name} for n, name in enumerate(LABELS)],
    }


MAKE = {"label_studio": label_studio, "coco": coco}


def meaning(held):
    """By photograph, annotator and attribute, the digest of what is marked."""
    return {
        (record.id, item.annotator, item.attribute): item.problem or sha256(read_mask(item.region).tobytes()).hexdigest()
        for record in held.records
        if not record.problem
        for item in record.annotations
    }


def collected(kind, root, text):
    path = root / "export.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    held = collect(kind, path)
    for record in held.records:
        assert record.problem or record.path == root / "images" / record.id
    return meaning(held)


@pytest.fixture(scope="module")
def whole(root):
    """What the exports mean as they are."""
    result = {kind: collected(kind, root, json.dumps(make(PHOTOGRAPHS))) for kind, make in MAKE.items()}
    for meant in result.values():
        assert len(meant) == 9
        assert all(len(value) == 64 for value in meant.values())
    return result


# -- the same, written otherwise ---------------------------------------------------------------------------------------

STYLES = {
    "coco": (
        str, str.upper, quote, "images/{}".format, "./{}".format, "/home/her/images/{}".format,
        lambda name: "C:\\photos\\" + name.replace("/", "\\"), lambda name: name.removesuffix(".png"),
    ),
    "label_studio": (
        str, "/data/local-files/?d={}".format, "https://host/images/{}?a=1&b=2.png".format, "s3://bucket/{}".format,
        lambda name: f"/data/local-files/?d={quote(name.replace('/', chr(92)))}",
        lambda name: "/".join([*name.split("/")[:-1], f"0a1b2c3d-{name.split('/')[-1]}"]),
    ),
}  # fmt: skip
SIDES = {"original_width", "original_height", "width", "height", "size"}


def rewritten(value, chance, ordered=False):
    """The same document: keys in another order and more of them, lists of items in another order, whole sizes as floats."""
    if isinstance(value, list):
        items = [rewritten(item, chance, True) for item in value]
        return items if ordered else chance.sample(items, len(items))
    if not isinstance(value, dict):
        return value
    result = {
        key: rewritten(value[key], chance, key not in ("images", "annotations", "categories", "result"))
        for key in chance.sample(sorted(value), len(value))
    }
    if chance.random() < 0.5 and "x" not in value:
        result |= {key: as_floats(item) for key, item in result.items() if key in SIDES}
    return result | ({"extra": {"more": [1, "two", None]}} if chance.random() < 0.5 else {})


def as_floats(value):
    return [float(item) for item in value] if isinstance(value, list) else float(value)


@given(kind=st.sampled_from(sorted(MAKE)), seed=st.integers(0, 2**32), style=st.integers(0, 7), mark=st.booleans())
def test_what_is_written_otherwise_means_the_same(root, whole, kind, seed, style, mark):
    styles = STYLES[kind]
    document = MAKE[kind]([styles[style % len(styles)](name) for name in PHOTOGRAPHS])
    document = rewritten(document, Random(seed))
    text = json.dumps(document, indent=1 if mark else None, ensure_ascii=mark)
    assert collected(kind, root, ("\ufeff" if mark else "") + text) == whole[kind]


# -- damage ------------------------------------------------------------------------------------------------------------


def damaged(document, draw):
    """Change, remove or repeat something somewhere in a document; give the path to it."""
    path, value = [], document
    while isinstance(value, dict | list) and value and (not path or draw(st.integers(0, 5))):
        step = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        path, holder, value = [*path, step], value, value[step]
    action = draw(st.sampled_from(["change", "change", "remove", "repeat"]))
    if action == "change":
        holder[path[-1]] = draw(st.sampled_from(NASTY))
    elif action == "remove":
        del holder[path[-1]]
    elif isinstance(holder, list):
        holder.insert(path[-1], copy.deepcopy(value))
    return path


def untouched(kind, meant, path):
    """What of a meaning the damage at a path leaves as it is."""
    if kind == "label_studio":
        photograph = PHOTOGRAPHS[path[0]]
        who = f"annotator {path[2]}@x" if path[1:2] == ["annotations"] and len(path) > 2 else None
    elif path[0] == "annotations" and len(path) > 1:
        photograph, who = PHOTOGRAPHS[path[1] // 3], f"ann{path[1] % 3}"
    elif path[0] in ("images", "categories") and len(path) > 1:
        photograph, who = PHOTOGRAPHS[path[1]], None
    else:
        return {}
    return {key: value for key, value in meant.items() if key[0] != photograph or (who is not None and key[1] != who)}


@given(data=st.data(), kind=st.sampled_from(sorted(MAKE)))
def test_damage_costs_only_what_it_touches(root, whole, data, kind):
    document = MAKE[kind](PHOTOGRAPHS)
    path = damaged(document, data.draw)
    kept = untouched(kind, whole[kind], path)
    text = json.dumps(document)
    if not kept:
        with suppress(DataError):
            collected(kind, root, text)
        return
    meant = collected(kind, root, text)
    assert {key: meant.get(key) for key in kept} == kept
    for key, value in meant.items():
        assert "\n" not in value, key


@given(kind=st.sampled_from(sorted(MAKE)), end=st.floats(0, 1), where=st.floats(0, 1), byte=st.integers(0, 255))
def test_damaged_bytes_are_an_error_or_read(root, kind, end, where, byte):
    text = bytearray(json.dumps(MAKE[kind](PHOTOGRAPHS)).encode())
    text[int(where * (len(text) - 1))] = byte
    with suppress(DataError):
        collected(kind, root, bytes(text[: int(end * len(text)) if end < 0.5 else None]))

"""COCO's files: what is right in them counts, what is wrong is left out with its reason, by item."""

import json

import numpy as np
import pytest
from pycocotools import mask as theirs
from support.exports import SQUARE, coco, passed, read, regions, square

from xaesthetic.core.errors import DataError

AREA = 16 * 18
LIGHT = {("one.png", "annotator 1", "light"): AREA}
ALL = {("one.png", "annotator 1", ""): AREA}
DOWN = square().T.ravel()
RUNS = np.diff([0, *(np.flatnonzero(np.diff(DOWN.astype(int))) + 1), DOWN.size]).tolist()
PACKED = theirs.encode(np.asfortranarray(square().astype(np.uint8)))["counts"].decode()
SEEN = {"id": 1, "file_name": "one.png", "width": 80, "height": 60}


@pytest.fixture
def root(tmp_path, photo, write_photo):
    write_photo(tmp_path / "images" / "one.png", photo)
    return tmp_path


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (coco({}), LIGHT),
        (coco({"category_id": "1", "image_id": "1"}), LIGHT),
        (coco({"category_id": 1.0, "image_id": 1.0}), LIGHT),
        (coco({"category_id": 2}), ALL),
        (coco({"category_id": None}), ALL),
        (coco({}, categories=None), ALL),
        (coco({"iscrowd": 1, "segmentation": {"counts": RUNS, "size": [60, 80]}}), LIGHT),
        (coco({"segmentation": {"counts": PACKED, "size": [60.0, 80.0]}}), LIGHT),
        (coco({"segmentation": [SQUARE, [1, 2, 3, 4]]}), LIGHT),
        (coco({"segmentation": [[1, 2, 3], "x", [1, 2, float("nan"), 3, 4, 5], None, [[1, 2], [3, 4]], SQUARE]}), LIGHT),
        (coco({"segmentation": [], "bbox": [8, 12, 16, 18]}), LIGHT),
        (coco({}, images=[SEEN | {"width": 80.0, "height": 60.0}]), LIGHT),
        (coco({}, images=[{"id": 1, "file_name": "one.png"}]), LIGHT),
        (coco({}, images=[SEEN | {"file_name": r"images\one.png"}]), LIGHT),
        (coco({}, images=[SEEN | {"file_name": r"..\..\media\one.png"}]), LIGHT),
        (coco({}, images=[SEEN | {"file_name": "/home/her/ONE.png"}]), LIGHT),
        (coco({}, {"image_id": 2}, images=[SEEN, SEEN | {"id": 2}]), LIGHT),
        (coco({"annotator": "anna"}), {("one.png", "anna", "light"): AREA}),
        (coco({"attributes": {"annotator": 3, "occluded": False}}), {("one.png", "3", "light"): AREA}),
        (coco(annotations=None), {}),
    ],
)
def test_what_is_marked_counts(root, document, expected):
    held = read("coco", root, document)
    assert regions(held) == expected
    assert [record.id for record in held.records] == ["one.png"]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"segmentation": [[1, 2, 3, 4]]}, "a polygon is a list x, y, x, y, … of three corners or more"),
        ({"segmentation": [[[1, 2], [3, 4], [5, 6]]]}, "a polygon is a list"),
        ({"segmentation": SQUARE}, "a polygon is a list"),
        ({"segmentation": [{"counts": RUNS, "size": [60, 80]}]}, "a polygon is a list"),
        ({"segmentation": [[0.1, 0.2, 0.3, 0.2, 0.3, 0.5]]}, "less than a pixel"),
        ({"segmentation": [[100, 0, 120, 0, 120, 20]]}, "marks no pixel"),
        ({"segmentation": [[1e300, 0, 120, 0, 120, 20]]}, "absurdly far"),
        ({"segmentation": []}, "has no segmentation"),
        ({"segmentation": None, "bbox": [1, 2, 0, 3]}, "its bbox is none"),
        ({"segmentation": None, "bbox": [1, 2, 3]}, "its bbox: expected `array` of length 4"),
        ({"segmentation": "x"}, "neither polygons nor run lengths"),
        ({"segmentation": {"counts": RUNS}}, "missing required field `size`"),
        ({"segmentation": {"counts": RUNS, "size": [80, 60]}}, "size is said to be 80 x 60, but the photograph is 60 x 80"),
        ({"segmentation": {"counts": RUNS[:-1], "size": [60, 80]}}, "do not make up a mask of 60 x 80"),
        ({"segmentation": {"counts": [2**62, -(2**62)], "size": [60, 80]}}, "do not make up a mask"),
        ({"segmentation": {"counts": [2**70], "size": [60, 80]}}, "do not make up a mask"),
        ({"segmentation": {"counts": "~~~", "size": [60, 80]}}, "packed run lengths are damaged"),
        ({"segmentation": {"counts": PACKED[:-1], "size": [60, 80]}}, "run lengths"),
        ({"category_id": 9}, "category 9 is not among the file's categories"),
    ],
)
def test_an_annotation_that_cannot_be_used_says_why_and_costs_no_other(root, item, problem):
    held = read("coco", root, coco({"annotator": "good"}, item | {"id": 7}))
    (said,) = [marks.problem for marks in held.records[0].annotations if marks.problem]
    assert said.startswith("annotation 7: ")
    assert problem in said
    assert regions(held)["one.png", "good", "light"] == AREA


def test_what_is_left_out_is_counted(root):
    images = [SEEN, {"id": 2}, 3, {"id": 4, "file_name": "a.png"}, {"id": 4, "file_name": "b.png"}]
    categories = [{"id": 1, "name": "Light"}, {"id": 2, "name": None}, {"id": 3, "name": "x"}, {"id": 3, "name": "y"}]
    items = [{}, {"image_id": 9}, {"image_id": 4}, {"image_id": None}, {"category_id": 3}]
    held = read("coco", root, coco(*items, images=images, categories=categories))
    assert [(item.name, item.reason.split(",")[0].split(" - ")[0]) for item in held.passed_over] == [
        ("image 2", "object missing required field `file_name`"),
        ("image 3", "expected `object`"),
        ("category 2", "$.name: expected `str`"),
        ("annotation 2", "of an image that the file does not name"),
        ("annotation 3", "two of the file's images have its image_id"),
        ("annotation 4", "$.image_id: expected `int | float | str`"),
    ]
    assert regions(held)["one.png", "annotator 1", "light"] == AREA
    assert regions(held)["one.png", "annotator 1", ""] == "annotation 5: category 3 has two names, 'x' and 'y'"
    assert [bool(record.problem) for record in held.records] == [False, True, True]


def test_pieces_and_boxes_are_said(root):
    held = read("coco", root, coco({"segmentation": [SQUARE, [1, 2]]}, {"segmentation": None, "bbox": [0, 0, 200, 60]}))
    assert passed(held, "a polygon is a list") == ["annotation 1, piece 2"]
    assert passed(held, "its bbox counts") == passed(held, "reaches beyond") == ["annotation 2"]
    held = read("coco", root, coco({"segmentation": [[0, 0, 80, 0, 80, 57, 0, 57]]}))
    assert passed(held, "more than 90 %") == ["annotation 1 (95 %)"]


def test_another_photograph_of_the_size_that_is_said(root, photo, write_photo):
    write_photo(root / "images" / "one.png", photo[:30])
    ((said, *_),) = [list(regions(read("coco", root, coco({}))).values())]
    assert said == "annotation 1: the size is said to be 60 x 80, but the photograph is 30 x 80 (height x width)"


def test_a_huge_size_makes_no_mask(root, monkeypatch):
    from xaesthetic.data.datasets import _shapes

    monkeypatch.setattr(_shapes, "fill", None)
    said = regions(read("coco", root, coco({}, images=[SEEN | {"width": 10**9, "height": 10**9}])))
    assert "size is said to be 1e+09 x 1e+09" in said["one.png", "annotator 1", "light"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"images": []}, "holds no images"),
        ({"images": None}, "no list of images"),
        ([{"data": {}}], "--data label_studio"),
        ("", "is not JSON"),
    ],
)
def test_what_is_no_file_of_cocos_is_refused_in_one_line(root, document, said):
    with pytest.raises(DataError, match=said) as error:
        read("coco", root, document)
    assert str(error.value).startswith(f"{root / 'export.json'}: ")


def test_a_number_of_many_digits_costs_only_its_item(root):
    text = json.dumps(coco({}, {"id": 7, "bbox": ["DIGITS", 1, 2, 3], "segmentation": None, "annotator": "b"}))
    held = read("coco", root, text.replace('"DIGITS"', "9" * 5000))
    assert regions(held)["one.png", "annotator 1", "light"] == AREA
    assert "annotation 7: " in regions(held)["one.png", "b", "light"]

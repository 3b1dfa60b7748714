"""Regions out of annotation tools' exports, against what those tools' own code writes."""

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as theirs
from support.exports import brushed
from support.plugin_package import plugged  # noqa: F401

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import PassedOver
from xaesthetic.data import annotations, run_lengths
from xaesthetic.data.datasets import _shapes
from xaesthetic.data.records import collect, find_records
from xaesthetic.evaluation.score import score_run
from xaesthetic.run.schemas import ANNOTATIONS

MASKS = arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 50)))


@given(MASKS)
def test_packed_run_lengths_are_pycocotools(mask):
    packed = theirs.encode(np.asfortranarray(mask.astype(np.uint8)))
    np.testing.assert_array_equal(run_lengths.coco_runs(packed["counts"].decode(), mask.shape), mask)


@given(MASKS)
def test_plain_run_lengths(mask):
    down = mask.T.ravel()
    edges = np.flatnonzero(np.diff(down)) + 1
    runs = np.diff([0, *([0] if down[0] else []), *edges, down.size]).tolist()
    np.testing.assert_array_equal(run_lengths.coco_runs(runs, mask.shape), mask)


@given(MASKS)
def test_packed_brushes(mask):
    np.testing.assert_array_equal(run_lengths.brush_runs(brushed(mask), mask.shape), mask)


@given(st.lists(st.integers(0, 255), max_size=60), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_damaged_brushes_are_refused_or_read(packed, size):
    with suppress(DataError):
        assert run_lengths.brush_runs(packed, size).shape == size


@given(st.text(max_size=30), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_damaged_run_lengths_are_refused_or_read(text, size):
    with suppress(DataError):
        assert run_lengths.coco_runs(text, size).shape == size


def test_a_rectangle_turns_clockwise_in_pixels():
    value = {"x": 50, "y": 50, "width": 20, "height": 10, "rotation": 90}
    corners = _shapes.outline("rectangle", value, (100, 200))
    np.testing.assert_allclose(corners, [(100, 50), (100, 90), (90, 90), (90, 50)], atol=1e-9)  # 40 x 10 pixels, turned


def test_an_ellipse_has_its_area():
    points = _shapes.outline("ellipse", {"x": 50, "y": 50, "radiusX": 20, "radiusY": 10}, (400, 400))
    assert _shapes.fill([points], (400, 400)).sum() == pytest.approx(np.pi * 80 * 40, rel=0.01)


@pytest.fixture
def export(tmp_path, photo, write_photo):
    """Photographs one.png and two.png of 60 x 80; gives a function that writes the JSON beside them."""
    write_photo(tmp_path / "images" / "one.png", photo)
    write_photo(tmp_path / "two.png", photo)

    def write(told):
        (tmp_path / "export.json").write_text(json.dumps(told))
        return tmp_path / "export.json"

    return write


SQUARE = [10, 20, 30, 20, 30, 40, 10, 40]


def coco_file():
    mask = np.zeros((60, 80), np.uint8, order="F")
    mask[5:9, 3:6] = 1
    packed = theirs.encode(mask)
    pictures = [{"id": n, "file_name": f"{name}.png", "height": 60, "width": 80} for n, name in ((1, "one"), (2, "two"))]
    told = [
        {"id": 1, "image_id": 1, "category_id": 7, "segmentation": [SQUARE]},
        {"id": 2, "image_id": 1, "category_id": 7, "segmentation": {"counts": packed["counts"].decode(), "size": [60, 80]}},
        {"id": 3, "image_id": 1, "category_id": 8, "segmentation": [SQUARE], "annotator": "anna"},
        {"id": 4, "image_id": 2, "category_id": 8, "segmentation": [[1, 2, 3]]},
        {"id": 5, "image_id": 2, "category_id": 8, "segmentation": []},
        {"id": 6, "image_id": 9, "category_id": 8, "segmentation": [SQUARE]},
    ]
    categories = [{"id": 7, "name": "Light"}, {"id": 8, "name": "dog"}]
    return {"images": pictures, "annotations": told, "categories": categories}


def test_coco(export):
    held = collect("coco", export(coco_file()))
    one, two = held.records
    assert one.path.is_file()
    assert two.path.is_file()
    assert [(each.annotator, each.attribute) for each in one.annotations] == [("annotator 1", "light"), ("anna", "")]
    light = annotations.read_mask(one.annotations[0].region)
    assert light[20:40, 10:30].all()
    assert light[5:9, 3:6].all()
    assert light.sum() == 400 + 12
    assert [each.problem for each in two.annotations] == [
        "annotation 4: a polygon is a list x, y, x, y, … of three corners or more",
        "annotation 5: has no segmentation",
    ]
    assert held.passed_over == (
        PassedOver("annotation 6", "of an image that the file does not name"),
        PassedOver("'dog' (regions: 3)", "label that is no attribute; its regions stand for all attributes"),
    )


def label_studio_file():
    mask = np.zeros((60, 80), bool)
    mask[5:9, 3:6] = True
    size = {"original_height": 60, "original_width": 80}
    brush = {"id": "b", "type": "brushlabels", "value": {"rle": brushed(mask), "brushlabels": ["Light", "dog"]}} | size
    polygon = {
        "id": "p",
        "type": "polygonlabels",
        "value": {"points": [[10, 10], [50, 10], [50, 50]], "polygonlabels": ["dog"]},
    } | size
    bad = {"id": "x", "type": "brushlabels", "value": {"rle": [1, 2, 3], "brushlabels": ["Light"]}} | size
    choice = {"id": "c", "type": "choices", "value": {"choices": ["good"]}}
    return [
        {
            "data": {"image": "/data/upload/3/0a1b2c3d-one.png"},
            "annotations": [
                {"completed_by": 4, "result": [brush, choice]},
                {"completed_by": {"email": "ben@example.org"}, "result": [polygon]},
                {"completed_by": 5, "was_cancelled": True, "result": [polygon]},
            ],
        },
        {"data": {"image": "/data/local-files/?d=some/two.png"}, "annotations": [{"completed_by": 4, "result": [bad]}]},
    ]


def test_label_studio(export):
    one, two = find_records("label_studio", export(label_studio_file()))
    assert (one.id, two.id) == ("one.png", "two.png")
    assert [(each.annotator, each.attribute) for each in one.annotations] == [
        ("annotator 4", "light"), ("annotator 4", ""), ("annotator ben@example.org", ""),
    ]  # fmt: skip
    assert annotations.read_mask(one.annotations[0].region).sum() == 12
    assert annotations.read_mask(one.annotations[2].region).sum() == pytest.approx(32 * 24 / 2, rel=0.1)
    assert [each.problem for each in two.annotations] == ["task 2, region 1, brush x: the brush ends too early"]


@pytest.mark.parametrize(
    ("name", "told"), [("coco", [1]), ("coco", {"a": 1}), ("label_studio", {"a": 1}), ("label_studio", [3])]
)
def test_another_json_is_refused(export, name, told):
    with pytest.raises(DataError, match=r"export\.json: is not"):
        find_records(name, export(told))


@pytest.mark.parametrize("name", ["coco", "label_studio"])
def test_no_file_is_said(tmp_path, name):
    with pytest.raises(DataError, match=r"needs the export, and .*none is none: --root"):
        find_records(name, tmp_path / "none")
    with pytest.raises(DataError, match="needs the export: --root"):
        find_records(name)


def test_masks_for_attributes(tmp_path, photo, write_photo):
    write_photo(tmp_path / "images" / "one.jpg", photo)
    for place in ("anna", "light/anna", "ben/light", "light"):
        write_photo(tmp_path / "masks" / place / "one.png", photo[..., 0])
    (one,) = find_records("masks", tmp_path)
    assert sorted((each.attribute, each.annotator) for each in one.annotations) == [
        ("", "anna"), ("light", "anna"), ("light", "annotator 1"), ("light", "ben"),
    ]  # fmt: skip


def test_what_cannot_be_used_is_counted_and_told(export, tmp_path, plugged, capsys):
    from xaesthetic.cli import judgement

    asked = xa.Experiment("coco", str(export(coco_file())), ("tiny_net",), ("cam",), ("light",), None)
    done = xa.compare(asked, tmp_path / "run", draw=False)
    assert not done.left_out
    assert "annotation 6" in [item.name for item in done.passed_over]
    table = done.run.read(ANNOTATIONS)
    assert table["reason"].str.startswith("annotation").sum() == 2
    judgement._annotations_left_out(done.run)
    said = capsys.readouterr().err
    assert "left out: 2 people's marks" in said
    assert "two.png, annotator 1: annotation 5: has no segmentation" in said
    scores = score_run(done.run, ["iou"])
    assert set(scores["attribute"]) == {"", "light"}

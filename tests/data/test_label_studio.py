"""Label Studio's exports: what is right in them counts, what is wrong is left out with its reason, by item."""

import json

import pytest
from support.exports import RECTANGLE, brushed, marked, passed, read, regions, square, task

from xaesthetic.core.errors import DataError

AREA = 16 * 18
LIGHT = {("one.png", "annotator 1", "light"): AREA}
ALL = {("one.png", "annotator 1", ""): AREA}


@pytest.fixture
def root(tmp_path, photo, write_photo):
    write_photo(tmp_path / "images" / "one.png", photo)
    return tmp_path


def also(kind, **value):
    return {"id": "r", "type": kind, "value": value, "to_name": "image"}


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([marked()], LIGHT),
        ([marked("rectangle"), also("labels", labels=["Light"])], LIGHT),
        ([also("labels", labels=["light"], **RECTANGLE), marked("rectangle")], LIGHT),
        ([marked("rectangle"), also("choices", choices=["LIGHT"])], LIGHT),
        ([marked("rectangle"), also("taxonomy", taxonomy=[["Aesthetics", "Light"]])], LIGHT),
        ([marked("rectangle"), also("taxonomy", taxonomy=[["Light", "too dark"]])], LIGHT),
        ([marked(), also("choices", choices=["good"])], LIGHT),
        ([marked(label="subject"), also("choices", choices=["Light"])], LIGHT),
        ([marked("rectangle"), also("choices", choices=["good"])], ALL),
        ([marked("rectangle"), also("labels", labels=["Light"]) | {"id": "another"}], ALL),
        ([marked("rectangle"), marked()], LIGHT),
        ([marked("brush", value={"rle": brushed(square())}), also("labels", labels=["Light"])], LIGHT),
        ([marked("rectangle", id=None), also("labels", labels=["Light"]) | {"id": None}], ALL),
        ([marked("polygon", value={"points": [[10, 20], [30, 20], [30, 50], [10, 50]]})], ALL),
        ([marked(), marked(id="s", label="Color Harmony")], LIGHT | {("one.png", "annotator 1", "color_harmony"): AREA}),
        ([marked(original_width=80.0, original_height=60.0)], LIGHT),
        ([marked(original_width=None, original_height=None)], LIGHT),
        ([marked(value=RECTANGLE | {"width": -20, "x": 30, "rectanglelabels": "Light"})], LIGHT),
        ([marked(image_rotation=360)], LIGHT),
    ],
)
def test_a_regions_label_counts(root, results, expected):
    assert regions(read("label_studio", root, [task("one.png", *results)])) == expected


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (marked(original_width=40), "size is said to be 60 x 40, but the photograph is 60 x 80"),
        (marked(original_width=-80), "size is said to be 60 x -80"),
        (marked(original_width=1e9, original_height=1e9), "size is said to be 1e+09 x 1e+09"),
        (marked(original_width="80"), "original_width: expected `float | null`, got `str`"),
        (marked(image_rotation=90), "turned by 90 degrees"),
        (marked(value=RECTANGLE | {"x": float("nan")}), "not finite"),
        (marked(value=RECTANGLE | {"width": 1e999}), "not finite"),
        (marked(value=RECTANGLE | {"rotation": float("nan")}), "not finite"),
        (marked(value=RECTANGLE | {"x": 640}), "reaches to 660 %"),
        (marked(value=RECTANGLE | {"x": 120}), "marks no pixel"),
        (marked(value={"x": 1}), "its value: object missing required field"),
        (marked(value=None), "it has no value"),
        (marked(value=[1]), "value: expected `object | null`"),
        (marked(value=RECTANGLE | {"rectanglelabels": [5]}), "its label is not text"),
        (marked("polygon", value={"points": [[1, 2], [3, 4]]}), "three corners or more"),
        (marked("polygon", value={"points": [[1, 2], [3]]}), r"points[1]: expected `array` of length 2"),
        (marked("brush", value={"rle": [1, 2, 3]}), "the brush ends too early"),
        (marked("brush", value={"rle": [256]}), r"rle[0]: expected `int` <= 255"),
        (marked("brush", value={"rle": brushed(square()[:, :40])}), "the brush is not of 60 x 80"),
    ],
)
def test_a_region_that_cannot_be_used_says_why_and_costs_no_other(root, result, problem):
    held = read("label_studio", root, [task("one.png", marked(id="good", label="Content"), result, id=7)])
    (said,) = [item.problem for item in held.records[0].annotations if item.problem]
    assert said.startswith("task 7, region 2, ")
    assert problem in said
    assert regions(held)["one.png", "annotator 1", "content"] == AREA


def test_labels_that_are_no_attributes_are_said(root):
    labels = ("lihgt", "dog", "", "Light")
    results = [marked(id=label or "r", label=label) for label in labels]
    held = read("label_studio", root, [task("one.png", *results)])
    assert passed(held, "no attribute") == ["'lihgt' (regions: 1; did you mean 'light'?)", "'dog' (regions: 1)"]
    assert passed(held, "without a label") == ["regions: 1"]
    assert regions(held) == LIGHT | ALL


@pytest.mark.parametrize(
    "image",
    [
        "one.png", "images/one.png", "ONE.PNG", r"C:\photos\images\one.png", "/data/upload/3/0a1b2c3d-one.png", "one",
        "/data/local-files/?d=images%5Cone.png", "https://host/p/data/local-files/?d=images/one.png", "s3://bucket/one.png",
        "https://host/one.png?X-Amz-Signature=1/2.png", "gs://bucket/images/one.png", "https://host/images/one", "file:///one.png",
    ],
)  # fmt: skip
def test_however_the_photograph_is_written(root, image):
    held = read("label_studio", root, [task(image, marked())])
    assert regions(held) == LIGHT
    assert not held.records[0].problem


def test_one_photograph_that_is_not_there_costs_no_other(root):
    names = ["gone.heic", "https://[", "x" * 5000, "data:image/png;base64,AAAA", "a\0b.png", "one.png"]
    held = read("label_studio", root, [task(name, marked()) for name in names])
    assert regions(held) == LIGHT
    assert [bool(record.problem) for record in held.records] == [True] * 5 + [False]
    assert all("\n" not in record.problem and len(record.problem) < 1000 for record in held.records)


def test_photographs_of_one_name_are_never_taken_for_each_other(tmp_path, photo, write_photo):
    for folder in "ab":
        write_photo(tmp_path / folder / "1.png", photo)
    tasks = [task("/data/local-files/?d=b/1.png", marked()), task("1.png", marked()), task("c/1.png", marked())]
    held = read("label_studio", tmp_path, tasks)
    assert regions(held) == {("b/1.png", "annotator 1", "light"): AREA}
    assert [record.problem.split(": ", 2)[-1] for record in held.records] == [
        "", "it could be a/1.png or b/1.png.", "there is no file of that name.",
    ]  # fmt: skip


def test_two_uploads_of_one_name(root):
    held = read(
        "label_studio", root, [task(f"/data/upload/3/{text}-one.png", marked()) for text in ("aaaaaaaa", "bbbbbbbb")]
    )
    assert ["could be one.png too" in record.problem for record in held.records] == [True, True]


def test_two_tasks_of_one_photograph_are_joined(root):
    second = task("/data/upload/3/one.png", marked(label="Content"))
    held = read("label_studio", root, [task("/data/upload/3/one.png", marked()), second])
    assert regions(held) == LIGHT | {("one.png", "annotator 1", "content"): AREA}


@pytest.mark.parametrize(
    ("who", "name"),
    [
        (4, "4"),
        (4.0, "4"),
        ("ann", "ann"),
        ({"id": 4}, "4"),
        ({"id": 4, "email": "a@b"}, "a@b"),
        (None, "1"),
        ({}, "1"),
        ([], "1"),
    ],
)
def test_annotators(root, who, name):
    document = [{"data": {"image": "one.png"}, "annotations": [{"completed_by": who, "result": [marked()]}]}]
    assert regions(read("label_studio", root, document)) == {("one.png", f"annotator {name}", "light"): AREA}


def test_annotators_whom_nobody_names_are_not_one(root):
    document = [task("one.png", marked()), *({"data": {"image": "one.png"}, "annotations": [{"result": [marked()]}]},) * 2]
    held = read("label_studio", root, document)
    assert [item.annotator for item in held.records[0].annotations] == ["annotator 1", "annotator 2", "annotator 3"]


def test_several_photographs_in_one_task(root, photo, write_photo):
    write_photo(root / "two.png", photo)
    data = {"image1": "one.png", "image2": "two.png", "caption": "a dog"}
    results = [marked(id=str(n), to_name=name) for n, name in enumerate(("image2", "image1", "img"))]
    held = read("label_studio", root, [task("", *results, data=data)])
    assert regions(held) == LIGHT | {("two.png", "annotator 1", "light"): AREA}
    assert passed(held, "which of the task's photographs") == ["task 1, region 3, rectangle 2"]
    listed = [marked(to_name="img", item_index=1)]
    held = read("label_studio", root, [task("", *listed, data={"pages": ["one.png", "two.png"]})])
    assert regions(held) == {("two.png", "annotator 1", "light"): AREA}


def test_a_caption_is_no_second_photograph(root):
    data = {"image": "/data/upload/3/0a1b2c3d-one.png", "filename": "one.png"}
    held = read("label_studio", root, [task("", marked(to_name="img"), data=data)])
    assert regions(held) == LIGHT
    assert len(held.records) == 1


def test_what_is_no_region_is_counted(root):
    others = [{"id": "k", "type": "keypointlabels", "value": {"x": 1, "y": 1}}, {"type": "relation", "from_id": "r"}, 5,
              {"id": "c", "type": "choices", "value": {"choices": ["good"]}}]  # fmt: skip
    extra = {
        "annotations": [
            {"completed_by": 1, "result": [marked(), *others]},
            {"completed_by": 2, "result": [marked()], "was_cancelled": True},
            {"completed_by": 3, "result": None},
            {"completed_by": 4, "result": 7},
            "none",
        ],
        "predictions": [{"result": [marked()]}],
        "drafts": [{"result": [marked()]}],
    }
    held = read(
        "label_studio", root, [task("one.png") | extra, 3, {"data": {}}, {"data": {"image": "one.png"}, "annotations": 8}]
    )
    assert regions(held) == LIGHT
    assert [(item.name, item.reason.split(",")[0]) for item in held.passed_over] == [
        ("task 1, result 2", "keypointlabels"), ("task 1, result 3", "relation"), ("task 1, result 4", "not an object"),
        ("task 1, result 5", "choices"), ("task 1, annotation 2", "cancelled by its annotator"),
        ("task 1, annotation 3", "without a result"), ("task 1, annotation 4", "$.result: expected `array | null`"),
        ("task 1, annotation 5", "expected `object`"), ("task 1, prediction 1", "a prediction"),
        ("task 2", "expected `object`"), ("task 3", "names no photograph"), ("task 4, annotations", "not a list"),
    ]  # fmt: skip


def test_how_the_file_may_be_written(root):
    one = task("one.png", marked())
    texts = [json.dumps(one), "\ufeff" + json.dumps([one]), f"{json.dumps(one)}\nnone\n{json.dumps(one)}\n"]
    for text in texts:
        assert regions(read("label_studio", root, text)) == LIGHT


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "holds no tasks"),
        ([{"image": "one.png", "annotator": 1, "annotation_id": 2, "label": []}], "JSON-MIN"),
        ({"images": [], "annotations": []}, "COCO's: --data coco"),
        ({"result": [], "task": {"data": {}}}, "export the project"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"data": ', "is not JSON"),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(root, document, said):
    with pytest.raises(DataError, match=said) as error:
        read("label_studio", root, document)
    assert str(error.value).startswith(f"{root / 'export.json'}: ")
    assert "\n" not in str(error.value)


def test_a_folder_of_exports_is_refused(root):
    with pytest.raises(DataError, match="is a folder; name the export's file"):
        read("label_studio", root)

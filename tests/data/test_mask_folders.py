"""Folders of masks: which photograph, annotator and attribute each is of, and which of them can be used."""

import numpy as np
import pytest
from PIL import Image
from support.exports import passed, read, regions, square
from support.masks import png

from xaesthetic.data.annotations import read_mask

AREA = 16 * 18
MASK = (square() * 255).astype(np.uint8)


@pytest.fixture
def root(tmp_path, photo, write_photo):
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()

    def write(photographs, masks):
        for name in photographs:
            write_photo(tmp_path / "images" / name, photo)
        for name in masks:
            write_photo(tmp_path / "masks" / name, MASK)
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("photographs", "mask", "expected"),
    [
        (["1.jpg"], "1.png", ("1.jpg", "annotator 1", "")),
        (["1.jpg"], "1.jpg.png", ("1.jpg", "annotator 1", "")),
        (["1.jpg", "1.png"], "1.jpg.png", ("1.jpg", "annotator 1", "")),
        (["1.JPG"], "1.PNG", ("1.JPG", "annotator 1", "")),
        (["1.jpg"], "1.bmp", ("1.jpg", "annotator 1", "")),
        (["1.jpg"], "1.tif", ("1.jpg", "annotator 1", "")),
        (["1.jpg"], "1.gif", ("1.jpg", "annotator 1", "")),
        (["a/1.jpg", "b/1.jpg"], "a/1.png", ("a/1.jpg", "annotator 1", "")),
        (["a/1.jpg", "b/1.jpg"], "anna/b/1.png", ("b/1.jpg", "anna", "")),
        (["a/1.jpg", "b/1.jpg"], "b/anna/light/1.png", ("b/1.jpg", "anna", "light")),
        (["1.jpg"], "Light/1.png", ("1.jpg", "annotator 1", "light")),
        (["1.jpg"], "Color Harmony/ben/1.png", ("1.jpg", "ben", "color_harmony")),
        (["1.jpg"], "lihgt/1.png", ("1.jpg", "lihgt", "")),
        (["light/1.jpg"], "light/1.png", ("light/1.jpg", "annotator 1", "")),
    ],
)
def test_what_a_mask_is_of(root, photographs, mask, expected):
    held = read("masks", root(photographs, [mask]))
    assert regions(held) == {expected: AREA}
    assert [record.id for record in held.records] == photographs
    assert not any(record.problem for record in held.records)


@pytest.mark.parametrize(
    ("photographs", "mask", "why"),
    [
        (["1.jpg", "1.png"], "1.png", "it could be 1.jpg or 1.png"),
        (["1.jpg", "1.jpg.png"], "1.jpg.png", "it could be of 1.jpg or 1.jpg.png"),
        (["a/1.jpg", "b/1.jpg"], "1.png", "it could be a/1.jpg or b/1.jpg"),
        (["a/1.jpg", "b/2.jpg"], "b/1.png", "there is no file of that name"),
        (["1.jpg"], "1.v2.png", "there is no file of that name"),
        (["1.jpg"], "2.png", "there is no file of that name"),
    ],
)
def test_a_mask_of_none_or_of_two_is_passed_over(root, photographs, mask, why):
    held = read("masks", root(photographs, [mask]))
    assert regions(held) == {}
    assert passed(held, f"mask of no photograph, as {why}") == [f"masks/{mask}"]
    assert [record.id for record in held.records] == photographs


def test_masks_of_different_annotators_may_be_called_differently(root):
    held = read("masks", root(["1.jpg"], ["anna/1.png", "ben/1.jpg.png", "light/1.bmp"]))
    assert regions(held) == {
        ("1.jpg", name, what): AREA for name, what in (("anna", ""), ("ben", ""), ("annotator 1", "light"))
    }
    assert passed(held, "taken for an annotator") == ["masks/**/anna", "masks/**/ben"]


def test_folders_are_said(root):
    held = read("masks", root(["1.jpg", "light/2.jpg"], ["lihgt/1.png", "light/2.png"]))
    assert passed(held, "taken for an annotator") == ["masks/**/lihgt (did you mean the attribute 'light'?)"]
    assert passed(held, "not for the attribute") == ["masks/**/light"]


def test_two_masks_by_one_annotator_and_two_attributes(root):
    held = read("masks", root(["1.jpg", "2.jpg"], ["1.png", "1.bmp", "light/content/2.png"]))
    twice = "1.bmp and 1.png are of one photograph by one annotator"
    assert [item.problem for item in held.records[0].annotations] == [f"masks/1.bmp: {twice}", f"masks/1.png: {twice}"]
    (two,) = held.records[1].annotations
    assert two.problem == "masks/light/content/2.png: two of its folders are attributes, light and content"


@pytest.mark.parametrize("name", ["1.jpg", "1.webp"])
def test_lossy_masks_are_refused_and_cost_no_other(root, name):
    held = read("masks", root(["1.jpg"], [name, "1.png"]))
    problems = [item.problem for item in held.records[0].annotations]
    assert [("does not keep what is black" in problem) for problem in problems] == [problem != "" for problem in problems]
    assert sorted(map(bool, problems)) == [False, True]


def test_masks_that_cannot_be_used_say_why(root, monkeypatch):
    folder = root([f"{n}.jpg" for n in range(1, 6)], [])
    (folder / "masks" / "1.png").write_bytes(png(np.ones((30, 80))))
    (folder / "masks" / "2.png").write_bytes(b"no picture")
    Image.fromarray(MASK).save(folder / "masks" / "3.tif", save_all=True, append_images=[Image.fromarray(MASK)])
    Image.fromarray(MASK.astype(np.float32)).save(folder / "masks" / "4.tif")
    Image.fromarray(MASK).save(folder / "masks" / "5.tif", compression="jpeg")
    monkeypatch.setattr(Image.Image, "load", None)  # all of this is known before anything is decoded
    said = [record.annotations[0].problem for record in read("masks", folder).records]
    assert said == [
        "masks/1.png: it is 30 x 80, but the photograph 60 x 80 (height x width)",
        "masks/2.png: it cannot be read; it is no picture, or damaged",
        "masks/3.tif: it has several pages; save the one that is meant",
        "masks/4.tif: its pixels are of the kind F; save it as PNG",
        "masks/5.tif: TIFF does not keep what is black; save it as PNG",
    ]


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *((mode, suffix) for mode in ("1", "L", "P", "RGB") for suffix in (".bmp", ".tif", ".gif")),
        *(("RGBA", ".bmp"), ("LA", ".tif"), ("RGBA", ".tif")),
    ],
)
def test_other_formats_are_what_their_png_is(root, mode, suffix):
    picture = Image.fromarray(MASK).convert("L" if mode.endswith("A") else mode)
    picture = picture.convert(mode)
    folder = root(["1.jpg"], [])
    picture.save(folder / "masks" / f"1{suffix}")
    ((mask,),) = [record.annotations for record in read("masks", folder).records]
    np.testing.assert_array_equal(read_mask(mask.region), square())


def test_what_else_lies_there_is_counted(root):
    folder = root(["1.jpg"], ["1.png"])
    for name in ("images/._1.jpg", "masks/._1.png", "masks/Thumbs.db", "masks/notes.txt", "images/.DS_Store"):
        (folder / name).write_bytes(b"x")
    held = read("masks", folder)
    assert sorted(item.name for item in held.passed_over) == [
        "images/.DS_Store", "images/._1.jpg", "masks/._1.png", "masks/Thumbs.db", "masks/notes.txt",
    ]  # fmt: skip
    assert regions(held) == {("1.jpg", "annotator 1", ""): AREA}


def test_a_mask_of_nearly_all_is_said(root):
    folder = root(["1.jpg"], [])
    (folder / "masks" / "1.png").write_bytes(png(~square()))
    held = read("masks", folder)
    assert passed(held, "more than 90 %") == ["masks/1.png (94 %)"]
    assert regions(held) == {("1.jpg", "annotator 1", ""): 60 * 80 - AREA}

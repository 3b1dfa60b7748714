"""What people did: out of data sets, checked against photographs, as maps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter
from support.masks import png

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Annotation, PassedOver, Record
from xaesthetic.data import annotations
from xaesthetic.data.records import collect, find_records

SIZE = (30, 40)


def looked(annotator, *points):
    return Annotation(annotator, fixations=tuple((float(x), float(y)) for x, y in points))


def square(y, x, side=5):
    mask = np.zeros(SIZE, bool)
    mask[y : y + side, x : x + side] = True
    return mask


def table(*records):
    return pd.DataFrame([row for record in records for row in annotations.annotation_rows(record, SIZE)])


def record(name, *marks):
    return Record(name, Path(f"{name}.png"), original=name, annotations=marks)


def gathered(rows, image):
    sizes = dict.fromkeys(rows["image"], SIZE)
    (found,) = annotations.gather(rows, sizes, [image])
    return annotations.human_maps(
        found.image, found.attribute, rows.iloc[found.rows], SIZE, found.elsewhere
    ), found.elsewhere


# -- checking ----------------------------------------------------------------------------------------------------------


def test_fixations_outside_are_counted_and_left_out():
    marks = looked("a", (0, 0), (39.9, 29.9), (40, 3), (-1, 3), (3, float("nan")), (3, 30))
    (row,) = annotations.annotation_rows(record("p", marks), SIZE)
    assert row["outside"] == 4
    np.testing.assert_array_equal(row["x"], [0, 39.9])
    assert row["reason"] == ""


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (looked("a", (99, 99)), "no fixation lies in the photograph"),
        (Annotation("a"), "no fixation lies in the photograph"),
        (Annotation("a", region=png(np.zeros(SIZE))), "the mask is empty"),
        (Annotation("a", region=png(np.ones((40, 30)))), r"the mask is \(40, 30\), but the photograph \(30, 40\)"),
        (Annotation("a", region=b"no picture"), "the mask cannot be read"),
        (Annotation("a", region=png(square(1, 1))[:50]), "the mask cannot be read"),
    ],
)
def test_marks_that_cannot_be_used_say_why(marks, said):
    import re

    (row,) = annotations.annotation_rows(record("p", marks), SIZE)
    assert re.search(said, row["reason"])


# -- maps --------------------------------------------------------------------------------------------------------------


def test_a_density_is_a_gaussian_on_every_fixation():
    points = np.array([[20.5, 15.5], [20.5, 15.5], [28.5, 10.5]])
    counts = np.zeros(SIZE)
    counts[15, 20], counts[10, 28] = 2, 1
    wanted = gaussian_filter(counts, 0.03 * 40, mode="constant", truncate=8)
    np.testing.assert_allclose(annotations.fixation_density(points, SIZE), wanted, atol=1e-3 * wanted.max())


def test_one_against_the_others():
    rows = table(
        record("p", looked("a", (5, 5)), looked("b", (30, 20), (31, 20)), looked("c", (9, 9))),
        record("q", looked("a", (20, 15))),
    )
    found, _ = gathered(rows, "p")
    assert len(found.everybody.fixations) == 4
    assert [len(each.fixations) for each in found.separate] == [1, 2, 1]
    for left_out, others in zip(found.separate, found.others, strict=True):
        np.testing.assert_allclose(others * 2 + left_out.density, found.everybody.density * 3, atol=1e-12)
    np.testing.assert_array_equal(found.everybody.others, [[20, 15]])
    assert found.everybody.baseline[15, 20] == found.everybody.baseline.max()
    assert found.everybody.baseline.min() > 0
    assert found.everybody.mask is None


def test_masks_become_their_mean_and_their_majority():
    rows = table(record("p", *(Annotation(str(x), region=png(square(4, x))) for x in (4, 6, 8))))
    found, _ = gathered(rows, "p")
    np.testing.assert_allclose(found.everybody.density, np.mean([square(4, x) for x in (4, 6, 8)], axis=0))
    np.testing.assert_array_equal(found.everybody.mask, np.sum([square(4, x) for x in (4, 6, 8)], axis=0) >= 2)
    np.testing.assert_array_equal(found.separate[1].mask, square(4, 6))
    assert found.everybody.baseline is None


def test_other_photographs_of_other_sizes_are_scaled():
    rows = table(record("p", looked("a", (5, 5))))
    wide = pd.DataFrame(annotations.annotation_rows(record("q", looked("a", (100, 10))), (20, 200)))
    sizes = {"p": SIZE, "q": (20, 200)}
    (found,) = annotations.gather(pd.concat([rows, wide]), sizes, ["p"])
    np.testing.assert_allclose(found.elsewhere.points("p", SIZE), [[20, 15]])
    assert found.elsewhere.another("p", 0) == "q"
    density = found.elsewhere.density_of("q", SIZE)
    assert np.unravel_index(density.argmax(), SIZE) in {(14, 19), (14, 20), (15, 19), (15, 20)}


def test_each_attribute_has_people_of_its_own():
    rows = table(
        record(
            "p", Annotation("a", "light", region=png(square(1, 1))), Annotation("a", "content", region=png(square(9, 9)))
        ),
    )
    gathered = annotations.gather(rows, {"p": SIZE}, ["p"])
    found = {
        one.attribute: annotations.human_maps("p", one.attribute, rows.iloc[one.rows], SIZE, one.elsewhere)
        for one in gathered
    }
    np.testing.assert_array_equal(found["light"].everybody.mask, square(1, 1))
    np.testing.assert_array_equal(found["content"].everybody.mask, square(9, 9))


# -- data sets ---------------------------------------------------------------------------------------------------------


def test_a_table_of_fixations(tmp_path, photo, write_photo):
    write_photo(tmp_path / "a" / "1.png", photo)
    (tmp_path / "f.csv").write_text(
        "image,subject,duration,x,y\na/1.png,s1,200,3,4\na/1.png,s2,100,5.5,6\na/1.png,s1,90,7,8\nb.png,s1,9,1,1\n"
    )
    found = find_records("fixations", tmp_path / "f.csv")
    assert [each.id for each in found] == ["a/1.png", "b.png"]
    assert found[0].path == tmp_path / "a" / "1.png"
    assert found[0].annotations == (looked("s1", (3, 4), (7, 8)), looked("s2", (5.5, 6)))
    assert "'b.png': there is no file of that name" in found[1].problem


def test_a_table_of_fixations_names_photographs_in_its_order(tmp_path, photo, write_photo):
    names = [f"{number}.png" for number in (3, 1, 2, 5, 4)]
    for name in names:
        write_photo(tmp_path / name, photo)
    rows = [f"{name},s,{number},1" for number, name in enumerate([*names, "./3.png", str(tmp_path / "1.png")])]
    (tmp_path / "f.csv").write_text("\n".join(["image,subject,x,y", *rows]))
    found = find_records("fixations", tmp_path / "f.csv")
    assert [record.id for record in found] == names
    assert [record.annotations[0].fixations for record in found[:2]] == [((0, 1), (5, 1)), ((1, 1), (6, 1))]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("sub\\c.png", "sub/c.png"),
        ("c.png", "sub/c.png"),
        ("https://host/sub/c.png?x=1", "sub/c.png"),
        ("SUB/C.PNG", "sub/c.png"),
        ("c", "sub/c.png"),
        ("other/c.png", ""),
        ("d.png", ""),
        ("sub", ""),
        ("x" * 300, ""),
        ("x/" * 3000, ""),
    ],
)
def test_a_photograph_of_fixations_is_never_taken_for_another(tmp_path, photo, write_photo, name, file):
    for path in ("sub/c.png", "one/d.png", "two/d.png"):
        write_photo(tmp_path / path, photo)
    (tmp_path / "f.csv").write_text(f"image,subject,x,y\n{name},s,1,1\n")
    (record,) = find_records("fixations", tmp_path / "f.csv")
    assert (record.id, record.path == tmp_path / file, bool(record.problem)) == (file or name, bool(file), not file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image,x,y\n", "has no column subject"),
        ("image,subject,x,y\na,b,1\n", "holds no photograph; 1 passed over, the first: f.csv, line 2, has 3 cells where"),
        ("image,subject,x,y\n", "holds no photograph"),
        ("", "is empty; a table with a header was wanted"),
    ],
)
def test_a_table_that_is_none(tmp_path, text, said):
    (tmp_path / "f.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        find_records("fixations", tmp_path / "f.csv")
    with pytest.raises(DataError, match="cannot be read"):
        find_records("fixations", tmp_path / "none.csv")


@pytest.mark.parametrize("folders", [("masks",), ("masks/anna", "masks/ben")])
def test_a_folder_of_masks(tmp_path, photo, write_photo, folders):
    write_photo(tmp_path / "images" / "one.jpg", photo)
    write_photo(tmp_path / "images" / "two.png", photo)
    for folder in folders:
        write_photo(tmp_path / folder / "one.png", photo[..., 0])
    one, two = find_records("masks", tmp_path)
    assert [each.annotator for each in one.annotations] == (["annotator 1"] if len(folders) == 1 else ["anna", "ben"])
    np.testing.assert_array_equal(annotations.read_mask(one.annotations[0].region), photo[..., 0] > 0)
    assert two.annotations == ()
    write_photo(tmp_path / folders[0] / "three.png", photo)
    lost = PassedOver(f"{folders[0]}/three.png", "mask of no photograph, as there is no file of that name")
    assert lost in collect("masks", tmp_path).passed_over
    with pytest.raises(DataError, match="no folders images and masks"):
        find_records("masks", tmp_path / "images")

import re
import shutil

import numpy as np
import pytest
from support.aadb_lists import HEADER, LISTS, write_lists
from support.places import SHARED

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError
from xaesthetic.data.check import examine_data
from xaesthetic.data.datasets.aadb import aadb
from xaesthetic.data.records import collect, find_records

PUBLISHED = SHARED / "aadb"


@pytest.fixture
def root(tmp_path):
    """Five photographs to train, three to validate, four to test, of which the last two are also to validate."""
    return write_lists(tmp_path / "aadb")


def sheet(check, title):
    (found,) = (each for each in check.sheets if each.title.startswith(title))
    return {row[0]: row[1:] for row in found.rows}


# -- records -----------------------------------------------------------------------------------------------------------


def test_every_photograph_once_with_its_lists_and_rows(root):
    records = {record.id: dict(record.splits) for record in aadb(root)}
    assert len(records) == 10
    assert records["t0.jpg"] == {"train": 0}
    assert records["v0.jpg"] == {"validation": 0, "validation_clean": 0}
    assert records["e1.jpg"] == {"test": 1, "test_clean": 1}
    assert records["b0.jpg"] == {"validation": 1, "test": 2}
    assert records["b1.jpg"] == {"validation": 2, "test": 3}


def test_ratings_have_our_names_and_blanks_are_nan(root):
    record = next(aadb(root))
    assert list(record.ratings) == list(NAMES)
    assert (record.ratings["balancing_elements"], record.ratings["overall"]) == (0.1, 0.5)
    assert np.isnan(record.ratings["depth_of_field"])


def test_a_list_is_a_data_set_in_its_own_order(root):
    assert [record.id for record in find_records("aadb:test", root)] == ["e0.jpg", "e1.jpg", "b0.jpg", "b1.jpg"]
    assert [record.id for record in find_records("aadb:validation_clean", root)] == ["v0.jpg"]
    with pytest.raises(DataError, match=r"no list of aadb 'tests'. Did you mean 'test'\? It has: test, test_clean, train"):
        find_records("aadb:tests", root)


@pytest.mark.parametrize("folder", ["", "datasetImages_originalSize", "some/deeper/warp256"])
def test_photographs_may_lie_anywhere_below(root, photo, write_photo, folder):
    path = write_photo(root / folder / "e0.jpg", photo)
    assert {record.id: record.path for record in aadb(root)}["e0.jpg"] == path


def test_the_largest_of_several_is_taken(root, photo, write_photo):
    write_photo(root / "a" / "e0.jpg", photo[::2, ::2])
    original = write_photo(root / "b" / "e0.jpg", photo)
    write_photo(root / "c" / "e0.jpg", photo[::2, ::2])
    assert {record.id: record.path for record in aadb(root)}["e0.jpg"] == original


@pytest.mark.parametrize("score", ["0.575_", "1_", "0.0_"])
def test_published_originals_have_the_score_before_their_names(root, photo, write_photo, score):
    text = (root / LISTS[0]).read_text()
    (root / LISTS[0]).write_text(text.replace("t0.jpg", "farm1_2_3_a_b.jpg"))
    path = write_photo(root / "originals" / f"{score}farm1_2_3_a_b.jpg", photo)
    assert {record.id: record.path for record in aadb(root)}["farm1_2_3_a_b.jpg"] == path


def test_lists_may_lie_below_too(root):
    (root / "labels").mkdir()
    for name in LISTS:
        shutil.move(root / name, root / "labels" / name)
    assert len(list(aadb(root))) == 10


def test_the_cache_is_the_default(root, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(root.parent))
    assert len(list(aadb())) == 10


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (LISTS[0], "t0.jpg", "..", "imgListTrainRegression_.csv, line 2: '..' is no file name"),
        (LISTS[0], "0.5", "half", "imgListTrainRegression_.csv, line 2: 'half' is no number"),
        (LISTS[0], "0.5", "1e999", "imgListTrainRegression_.csv, line 2: '1e999' is no rating"),
        (LISTS[0], "t1.jpg", "t0.jpg", "t0.jpg: twice in imgListTrainRegression_.csv; the first row counts"),
        (LISTS[0], "0.5\n", "0.5,7\n", "imgListTrainRegression_.csv, line 2: has 14 cells where the header has 13"),
    ],
)
def test_a_damaged_row_does_not_cost_the_others(root, name, old, new, said):
    before = {record.id: record for record in aadb(root)}
    change(root / name, old, new)
    after = collect("aadb", root)
    assert [f"{item.name}: {item.reason}" for item in after.passed_over] == [said]
    kept = {record.id: record for record in after.records}
    assert len(before) - len(kept) == 1
    assert all(repr(kept[item]) == repr(before[item]) for item in kept)  # as text, nan equals nan


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_two_lists_rate_differently_is_left_out(root):
    change(root / LISTS[2], "b0.jpg,0.1", "b0.jpg,0.2")
    records = {record.id: record for record in aadb(root)}
    assert "rated differently in imgListTestNew" in records["b0.jpg"].problem
    assert [record.id for record in records.values() if record.problem] == ["b0.jpg"]
    with pytest.raises(DataError, match="has no column ImageFile"):
        change(root / LISTS[0], "ImageFile", "Image")
        list(aadb(root))


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: re.sub(r"(\d)\.(\d)", r"\1,\2", text.replace(",", ";")).encode(),
        lambda text: text.replace(",", "\t").replace("\n", "\r\n").encode(),
        lambda text: text.upper().replace(".JPG", ".jpg").replace("T0", "t0").encode("utf-16"),
        lambda text: text.replace("t0.jpg", "train\\t0.jpg").encode(),
    ],
)
def test_a_list_in_other_hands(root, written):
    (before, *_) = aadb(root)
    (root / LISTS[0]).write_bytes(written((root / LISTS[0]).read_text()))
    (after, *_) = aadb(root)
    assert repr(after) == repr(before)


@pytest.mark.parametrize("file", ["e0.JPG", "E0.jpg", "e0.png", "warp/e0.WEBP", "0.5_e0.jpg"])
def test_a_photograph_may_have_another_suffix_or_case(root, photo, write_photo, file):
    path = write_photo(root / file, photo)
    present = {record.id: record.path for record in aadb(root)}["e0.jpg"] == path
    assert present != file.startswith("0.5_")  # a score stands before names of farms only
    other = write_photo(root / "e0.tif", photo)
    if file in ("e0.png", "warp/e0.WEBP"):
        assert {record.id: record.path for record in aadb(root)}["e0.jpg"] not in (path, other)


def test_a_missing_list_says_how_to_get_it(tmp_path):
    with pytest.raises(DataError, match="no imgListTrainRegression_.csv in .*xaesthetic data fetch aadb"):
        list(aadb(tmp_path))


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_counts_what_is_found(root, photo, write_photo):
    write_photo(root / "e1.jpg", photo)
    write_photo(root / "b0.jpg", photo)
    check = examine_data("aadb", root)
    counted = {row[0]: row[1:] for row in check.sheets[0].rows}
    assert counted["test"] == ("4", "2", "2")
    assert counted["test_clean"] == ("2", "1", "1")
    assert counted["validation"] == ("3", "1", "2")
    assert counted["all together"] == ("10", "2", "8")
    assert check.missing == ("t0.jpg", "t1.jpg", "t2.jpg", "t3.jpg", "t4.jpg", "v0.jpg", "b1.jpg", "e0.jpg")


def test_check_by_hand(root):
    check = examine_data("aadb", root)
    assert sheet(check, "photographs in two lists") == {"validation, test": ("2", "2 to 3, same order", "1", "1")}
    train = sheet(check, "ratings in train")
    assert train["light"] == ("5", "0.200", "0.141", "0.000", "0.400", "20 %")  # 0, .1 … .4: variance .02
    assert train["depth_of_field"] == ("4", "0.250", "0.112", "0.100", "0.400", "0 %")  # the first is blank
    with_overall = sheet(check, "Spearman")
    assert with_overall["light"] == ("-0.500", "0.500", "0.800", "nan", "nan")


def test_least_squares_is_fitted_on_train_only(tmp_path):
    random = np.random.default_rng(0)
    values = random.uniform(-1, 1, (40, 12))
    values[:, 11] = values[:, [0, 1, 2, 3, 4, 6, 8, 10]] @ np.arange(1, 9) / 100 + 0.5
    values[30:, 11] *= -1  # where it is tested the truth is the other way round
    names = [f"t{i}.jpg" for i in range(20)], [f"v{i}.jpg" for i in range(10)], [f"e{i}.jpg" for i in range(10)]
    for name, ids, rows in zip(LISTS, names, np.split(values, [20, 30]), strict=True):
        lines = [",".join([each, *(f"{value:.9f}" for value in row)]) for each, row in zip(ids, rows, strict=True)]
        (tmp_path / name).write_text("\n".join([HEADER, *lines]))
    found = sheet(examine_data("aadb", tmp_path), "Spearman")
    assert found["least squares on the 8, fitted on train"] == ("1.0000", "1.0000", "1.0000", "-1.0000", "-1.0000")


def test_a_folder_without_ratings_is_only_counted(tmp_path, photo, write_photo):
    write_photo(tmp_path / "a.jpg", photo)
    (only,) = examine_data(str(tmp_path)).sheets
    assert only.rows == (("all together", "1", "1", "0"),)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"an extra for where {PUBLISHED} is; small lists are always tested")
@pytest.mark.slow
def test_the_published_lists_hold_what_is_known_of_them():
    check = examine_data("aadb", PUBLISHED)
    assert [row[:2] for row in check.sheets[0].rows] == [
        ("train", "8458"), ("validation", "500"), ("test", "1000"), ("validation_clean", "373"), ("test_clean", "873"),
        ("all together", "9831"),
    ]  # fmt: skip
    assert sheet(check, "photographs in two lists") == {"validation, test": ("127", "873 to 999, same order", "64", "63")}
    train = sheet(check, "ratings in train")
    assert [train[name][-1] for name in ("motion_blur", "repetition", "symmetry")] == ["87 %", "80 %", "91 %"]
    on_test = {name: values[2] for name, values in sheet(check, "Spearman").items()}
    assert on_test == {
        "content": "0.728", "object_emphasis": "0.641", "color_harmony": "0.623", "light": "0.622", "vivid_color": "0.616",
        "depth_of_field": "0.510", "rule_of_thirds": "0.389", "balancing_elements": "0.383", "motion_blur": "0.220",
        "symmetry": "0.106", "repetition": "0.102", "least squares on the 8, fitted on train": "0.9325",
    }  # fmt: skip

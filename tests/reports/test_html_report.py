"""The HTML report in a real browser: every control of the grid does what it says."""

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image
from support.colors import from_oklab, oklab
from support.hand_run import hand_run
from support.maps import write_maps
from support.report_page import HOW_MANY, SCRIPTS, drawn, file, limits, names, page, pixels, retold, run, told  # noqa: F401
from xaesthetic_reports._pictures import grey_uri

from xaesthetic.data import images
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import PREDICTIONS


@pytest.fixture
def flat_page(open_page, file, tmp_path):
    """The same page with photographs that have no detail."""
    known = told(file)
    pixel = io.BytesIO()
    Image.new("RGB", (80, 60), (200, 210, 220)).save(pixel, "PNG")
    for photograph in known["photographs"]:
        photograph["src"] = f"data:image/png;base64,{base64.b64encode(pixel.getvalue()).decode()}"
    return open_page(retold(file, tmp_path / "flat.html", known))


def test_it_shows_every_photograph_and_map(page):
    assert names(page) == ["p002", "p001", "p000"]  # the highest first
    assert page.locator("button.map").count() == HOW_MANY * 4
    assert page.text_content("#corner-attribute") == "Light"
    assert page.locator("#grid thead .verdict").first.text_content().startswith("The map differs")
    assert page.text_content("#said") == "Light: 3 photographs, 4 maps each, in the order of one"


def test_the_attribute_is_what_is_chosen(page):
    drawn(page)
    before = pixels(page, "#grid tbody tr:last-child canvas")
    page.select_option("#attribute", "vivid_color")
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.locator("button.map").count() == HOW_MANY * 2  # the other model does not rate it
    drawn(page)
    assert not np.array_equal(pixels(page, "#grid tbody tr:last-child canvas"), before)
    assert page.locator("#predictions thead th").all_text_contents() == ["photograph", "people", "one"]


def test_the_last_choice_counts_however_quick(page):
    drawn(page)
    before = pixels(page, "#grid tbody tr:last-child canvas")
    page.evaluate(
        """() => {
          const picker = document.getElementById("attribute");
          for (const name of ["vivid_color", "light"]) {
            picker.value = name;
            picker.dispatchEvent(new Event("change"));
          }
        }"""
    )
    page.wait_for_timeout(500)
    assert page.locator("button.map").count() == HOW_MANY * 4
    drawn(page)
    np.testing.assert_array_equal(pixels(page, "#grid tbody tr:last-child canvas"), before)


def test_what_is_no_number_is_not_shown(open_page, tmp_path):
    broken = hand_run(tmp_path / "run", HOW_MANY, scored=False)
    predictions = broken.read(PREDICTIONS)
    predictions.loc[(predictions["image"] == "p001") & (predictions["model"] == "one"), "prediction"] = np.nan
    broken.write(PREDICTIONS, predictions)
    maps = np.random.default_rng(0).normal(size=(HOW_MANY, 2, 5, 6)).astype(np.float32)
    maps[1, :, 2, 2] = np.nan
    write_maps(broken, "one", "cam", [f"p{index:03}" for index in range(HOW_MANY)], ("light", "vivid_color"), maps)
    page = open_page(draw_reports(broken, ["html_report"])[0])
    drawn(page)
    assert not pixels(page, "[data-index='1'] td:nth-child(2) canvas").any()
    assert pixels(page, "[data-index='0'] td:nth-child(2) canvas").any()
    assert page.locator("[data-index='1'] .score").first.text_content() == "–"
    page.select_option("#scale", "shared")
    drawn(page)
    assert not pixels(page, "[data-index='1'] td:nth-child(2) canvas").any()
    page.locator("[data-index='1'] button.map").first.click()
    page.locator("#panels .window").nth(1).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#panels output").nth(1).text_content() == "–"


def test_colours_are_those_of_the_figures(flat_page, run):
    page = flat_page
    drawn(page)
    shown = pixels(page, "[data-index='1'] td:nth-child(2) canvas")
    grid = run.maps("one", "cam").map("p001", "light")
    whole = images.to_pixels(grid, shown.shape[:2])
    share = np.clip((whole - grid.min()) / (grid.max() - grid.min()), 0, 1)
    wanted = mpl.colormaps["viridis"](share)[..., :3] * 255
    assert np.abs(shown[..., :3] - wanted).max() < 6  # maps travel in 256 steps
    assert (shown[..., 3] == 255).all()


def test_scales(page, run):
    own = limits(page)
    stack = run.maps("one", "cam")
    for index in range(HOW_MANY):
        values = stack.map(f"p{index:03}", "light")
        within = float(np.ptp(values)) / 1900  # ends travel in few digits; a step between colours is 1/255
        assert own[HOW_MANY - 1 - index, 0] == pytest.approx([values.min(), values.max()], abs=within)
    page.select_option("#scale", "shared")
    shared = limits(page)
    np.testing.assert_allclose(shared[:, :, 0], np.broadcast_to(own[:, :, 0].min(0), shared.shape[:2]))
    np.testing.assert_allclose(shared[:, :, 1], np.broadcast_to(own[:, :, 1].max(0), shared.shape[:2]))
    page.select_option("#values", "rectified")
    assert (limits(page)[:, :, 0] == 0).all()
    np.testing.assert_allclose(limits(page)[:, :, 1], shared[:, :, 1])
    page.select_option("#values", "signed")
    signed, floors = limits(page)[:, ::2], limits(page)[:, 1::2]
    np.testing.assert_allclose(signed[:, :, 1], np.abs(shared[:, ::2]).max(2))
    np.testing.assert_allclose(signed[:, :, 0], -np.abs(shared[:, ::2]).max(2))
    np.testing.assert_allclose(floors[:, :, 1], shared[:, 1::2, 1])
    assert (floors[:, :, 0] == 0).all()  # they have no sign


def test_signed_colours_say_what_adds_and_what_takes_away(flat_page, run):
    page = flat_page
    page.select_option("#values", "signed")
    drawn(page)
    shown = pixels(page, "[data-index='1'] td:nth-child(2) canvas")
    whole = images.to_pixels(run.maps("one", "cam").map("p001", "light"), shown.shape[:2])
    share = whole / np.abs(run.maps("one", "cam").map("p001", "light")).max()
    below, middle, above = (oklab(np.array(color) / 255) for color in ((0, 60, 140), (128, 128, 128), (255, 176, 60)))
    end = np.where(share[..., None] < 0, below, above)
    wanted = from_oklab(middle + (end - middle) * np.abs(share)[..., None]) * 255
    assert np.abs(shown[..., :3] - wanted).max() < 6
    assert (shown[..., 3] == 255).all()
    assert page.locator("#unsigned").is_visible()  # the floor's colours


def test_a_map_without_a_sign_neither_adds_nor_takes_away(open_page, file, tmp_path):
    known = told(file)
    for column in known["columns"]:
        column["promises_sign"] = column["method"] != "activation_energy"
    page = open_page(retold(file, tmp_path / "unsigned.html", known))
    assert page.locator("#grid .unsigned").count() == 0
    page.select_option("#values", "signed")
    page.wait_for_selector("#grid .unsigned")
    assert page.locator("#columns th:has(.unsigned) .method").all_text_contents() == ["activation_energy"] * 2
    assert page.locator("#unsigned-ends span").all_text_contents() == ["0 or less", "most"]
    found = limits(page)
    assert (found[:, 0::2, 0] == -found[:, 0::2, 1]).all()
    assert (found[:, 1::2, 0] == 0).all()
    page.click("#choices summary")
    page.uncheck("#methods input[value=cam]")
    page.wait_for_function("() => document.querySelectorAll('button.map').length === 6")
    assert page.locator("#legend-ends span").all_text_contents() == ["0 or less", "most"]  # nothing has a sign


def test_contour_lines(flat_page):
    page = flat_page
    drawn(page)
    page.select_option("#drawn", "lines")
    page.wait_for_selector("#lines:not([hidden])")
    drawn(page)
    shown = pixels(page, "[data-index='1'] td:nth-child(2) canvas")
    assert 0.03 < (shown[..., 3] > 0).mean() < 0.9  # the photograph is there between them
    for step in (64, 128, 191):
        color = np.round(np.array(mpl.colormaps["viridis"](step)[:3]) * 255)
        assert (np.abs(shown[..., :3] - color).max(-1) <= 1).sum() > 20
    assert page.eval_on_selector("#grid button.map img", "i => getComputedStyle(i).filter") == "none"


def test_the_photograph_shows_through_its_map(page):
    drawn(page)
    shown = pixels(page, "[data-index='1'] td:nth-child(2) canvas")[..., :3].astype(float)
    flat = np.abs(np.diff(shown.mean(-1), axis=1))
    assert (flat > 10).mean() > 0.005  # edges of the photograph, which no map of 5 x 6 cells has


@pytest.mark.parametrize(
    ("values", "ends", "first"),
    [
        ("range", ["least", "most"], [68, 1, 84, 255]),
        ("rectified", ["0 or less", "most"], [68, 1, 84, 255]),
        ("signed", ["takes away", "0", "adds"], [0, 60, 140, 255]),
    ],
)
def test_the_legend(page, values, ends, first):
    page.select_option("#values", values)
    page.wait_for_function("wanted => document.querySelector('#legend-ends').textContent === wanted", arg="".join(ends))
    assert page.locator("#legend-ends span").all_text_contents() == ends
    shown = page.eval_on_selector(
        "#legend-colors",
        """bar => {
          const context = Object.assign(document.createElement("canvas"), { width: 256, height: 1 }).getContext("2d");
          context.drawImage(bar, 0, 0);
          return [...context.getImageData(0, 0, 1, 1).data];
        }""",
    )
    assert shown == first


def test_models_and_methods_are_chosen(page):
    page.click("#choices summary")
    page.uncheck("#methods input[value=activation_energy]")
    page.wait_for_function("() => document.querySelectorAll('button.map').length === 6")
    page.uncheck("#models input[value=one]")
    page.wait_for_function("() => document.querySelectorAll('button.map').length === 3")
    assert page.locator("#grid thead .model").all_text_contents() == ["two"]
    page.locator("#models input[value=two]").click()  # something is always shown
    assert page.locator("button.map").count() == 3
    assert page.is_checked("#models input[value=two]")
    page.check("#models input[value=one]")
    page.wait_for_function("() => document.querySelectorAll('button.map').length === 6")


def test_names_of_columns_stay_in_sight(page):
    page.locator("#grid tbody tr").last.scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => scrollY > 200")
    bar, head = (page.locator(selector).bounding_box() for selector in (".controls", "#grid thead .model >> nth=0"))
    assert bar["y"] == pytest.approx(0, abs=1)
    assert head["y"] >= bar["y"] + bar["height"] - 1
    assert head["y"] < bar["height"] + 60


def test_opacity(page):
    page.locator("#opacity").fill("25")
    assert page.eval_on_selector("#grid canvas", "c => getComputedStyle(c).opacity") == "0.25"


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ("given", ["p000", "p001", "p002"]),
        ("low", ["p000", "p001", "p002"]),
        ("disagreement", ["p000", "p001", "p002"]),  # 1, 1/3, 1/3 apart
        ("error", ["p000", "p002", "p001"]),  # 1, 1, 0 from people
    ],
)
def test_orders(page, order, wanted):
    page.select_option("#sort", order)
    page.wait_for_function("wanted => document.querySelector('#grid tbody .name').textContent === wanted", arg=wanted[0])
    assert names(page) == wanted


def test_the_order_is_of_a_model_that_is_shown(page):
    page.click("#choices summary")
    page.uncheck("#models input[value=one]")
    page.wait_for_function("() => document.querySelector('#said').textContent.endsWith('in the order of two')")
    assert names(page) == ["p000", "p001", "p002"]


def test_where_people_looked(page):
    drawn(page)
    before = pixels(page, "#grid canvas")
    for choice, color in (("contour", (255, 255, 255)), ("disagreement", (255, 140, 0))):
        page.select_option("#people", choice)
        page.wait_for_selector(f"#grid canvas[data-people={choice}]")
        drawn(page)
        line = pixels(page, "#grid canvas.people")
        assert 0.005 < (line[..., 3] > 0).mean() < 0.3
        assert (line == (*color, 255)).all(2).sum() > 20
        np.testing.assert_array_equal(pixels(page, "#grid canvas"), before)
        assert page.locator("#grid canvas.people").count() == HOW_MANY * 4
    page.locator("#opacity").fill("0")
    assert page.eval_on_selector("#grid canvas.people", "c => getComputedStyle(c).opacity") == "1"
    page.locator("button.map").first.click()
    assert page.locator("#panels canvas.people").count() == 1
    page.click("#swiping summary")
    page.wait_for_selector("#swipe canvas.people.second")
    assert page.locator("#swipe canvas.people.first").count() == page.locator("#swipe canvas.people.second").count() == 1
    page.keyboard.press("Escape")
    page.select_option("#people", "none")
    page.wait_for_function("() => !document.querySelector('#grid canvas.people')")


def test_what_was_not_measured_has_no_place_among_the_intervals(file, open_page, tmp_path):
    known = told(file)
    rows = [row for row in known["leaderboard"] if row["metric"] == "nss" and row["attribute"] in ("light", "")]
    unknown = [row for row in rows if row["kind"] == "ceiling"]
    assert len(rows) > len(unknown) > 0
    for row in unknown:
        row.update(value=None, low=None, high=None, normalised=None)
    page = open_page(retold(file, tmp_path / "unknown.html", known))
    assert page.locator("#leaderboard .interval em").count() == len(rows) - len(unknown)
    assert page.locator("#leaderboard .interval i.ceiling").count() == 0
    assert page.locator("#leaderboard tr.ceiling td").first.text_content() == "–"


def test_maps_of_any_number_of_photographs_are_read(run_module):
    """A canvas is not as high as a picture of two thousand maps."""
    greys = (np.arange(2 * 131_072) % 251).astype(np.uint8).reshape(-1, 2)
    read = run_module(
        SCRIPTS / "pictures.js",
        "async (m, uri) => [...(await m.greysOf(uri)).filter((_, at) => at % 97 === 0)]",
        grey_uri(greys),
    )
    assert read == greys.ravel()[::97].tolist()

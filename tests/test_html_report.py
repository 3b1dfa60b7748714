"""The HTML report in a real browser: every control does what it says."""

import json
import re

import matplotlib as mpl
import numpy as np
import pytest
from browser import chromium, open_page, serious  # noqa: F401
from hand_run import hand_run

from xaesthetic import images
from xaesthetic.pipeline import draw_reports

HOW_MANY = 3


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return hand_run(tmp_path_factory.mktemp("page") / "run", HOW_MANY)


@pytest.fixture(scope="module")
def file(run):
    draw_reports(run, ["leaderboard"])
    (written,) = draw_reports(run, ["html_report"])
    return written


@pytest.fixture
def page(open_page, file):
    return open_page(file)


def told(file):
    return json.loads(re.search(r'id="told">(.*?)</script>', file.read_text(), re.DOTALL)[1])


def names(page):
    return page.locator("#grid tbody .name").all_text_contents()


def drawn(page):
    """Scroll through the grid until every map has its colours."""
    for button in page.locator("button.map").all():
        button.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelectorAll('button.map:not(.drawn)').length === 0")


def pixels(page, selector):
    """What a canvas holds, (h, w, 4)."""
    flat, width, height = page.eval_on_selector(
        selector,
        "c => [Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data), c.width, c.height]",
    )
    return np.array(flat, np.uint8).reshape(height, width, 4)


def limits(page):
    """The lowest and highest colour's value of every map, row by row."""
    drawn(page)
    found = page.eval_on_selector_all("#grid canvas", "all => all.map(c => [Number(c.dataset.low), Number(c.dataset.high)])")
    return np.array(found).reshape(HOW_MANY, -1, 2)


def test_it_shows_every_photograph_and_map(page):
    assert names(page) == ["p002", "p001", "p000"]  # the highest first
    assert page.locator("button.map").count() == HOW_MANY * 4
    assert page.locator("#grid thead .verdict").first.text_content().startswith("depends on the attribute")
    assert page.text_content("#said") == "Light: 3 photographs, 4 maps each"


def test_the_attribute_is_what_is_chosen(page):
    drawn(page)
    before = pixels(page, "#grid tbody tr:last-child canvas")
    page.select_option("#attribute", "vivid_color")
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.locator("button.map").count() == HOW_MANY * 2  # the other model does not rate it
    drawn(page)
    assert not np.array_equal(pixels(page, "#grid tbody tr:last-child canvas"), before)
    assert page.locator("#predictions thead th").all_text_contents() == ["photograph", "people", "one"]


def test_colours_are_those_of_the_figures(page, run):
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
        assert own[HOW_MANY - 1 - index, 0] == pytest.approx([values.min(), values.max()], rel=1e-4)
    page.select_option("#scale", "shared")
    shared = limits(page)
    np.testing.assert_allclose(shared[:, :, 0], np.broadcast_to(own[:, :, 0].min(0), shared.shape[:2]))
    np.testing.assert_allclose(shared[:, :, 1], np.broadcast_to(own[:, :, 1].max(0), shared.shape[:2]))
    page.select_option("#values", "rectified")
    assert (limits(page)[:, :, 0] == 0).all()
    np.testing.assert_allclose(limits(page)[:, :, 1], shared[:, :, 1])
    page.select_option("#values", "signed")
    np.testing.assert_allclose(limits(page)[:, :, 1], np.abs(shared).max(2))
    np.testing.assert_allclose(limits(page)[:, :, 0], -np.abs(shared).max(2))


def test_signed_colours_say_what_adds_and_what_takes_away(page, run):
    page.select_option("#values", "signed")
    drawn(page)
    shown = pixels(page, "[data-index='1'] td:nth-child(2) canvas").astype(float)
    whole = images.to_pixels(run.maps("one", "cam").map("p001", "light"), shown.shape[:2])
    share = whole / np.abs(run.maps("one", "cam").map("p001", "light")).max()
    assert np.abs(shown[..., 3] / 255 - np.abs(share)).max() < 0.02
    assert np.abs(shown[share > 0.3][:, :3] - (213, 94, 0)).max() < 4  # a canvas keeps colours times opacity
    assert np.abs(shown[share < -0.3][:, :3] - (0, 114, 178)).max() < 4


@pytest.mark.parametrize(
    ("values", "ends", "first"),
    [
        ("range", ["least", "most"], [68, 1, 84, 255]),
        ("rectified", ["0 or less", "most"], [68, 1, 84, 255]),
        ("signed", ["takes away", "0", "adds"], [0, 114, 178, 255]),
    ],
)
def test_the_legend(page, values, ends, first):
    page.select_option("#values", values)
    page.wait_for_function("wanted => document.querySelector('#legend-ends').textContent === wanted", arg="".join(ends))
    assert page.locator("#legend-ends span").all_text_contents() == ends
    assert list(pixels(page, "#legend-colors")[0, 0]) == first


def test_models_and_methods_are_chosen(page):
    page.click("#choices summary")
    page.uncheck("#methods input[value=activation_energy]")
    page.wait_for_function("document.querySelectorAll('button.map').length === 6")
    page.uncheck("#models input[value=one]")
    page.wait_for_function("document.querySelectorAll('button.map').length === 3")
    assert page.locator("#grid thead .model").all_text_contents() == ["two"]
    page.locator("#models input[value=two]").click()  # something is always shown
    assert page.locator("button.map").count() == 3
    assert page.is_checked("#models input[value=two]")
    page.check("#models input[value=one]")
    page.wait_for_function("document.querySelectorAll('button.map').length === 6")


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


def test_where_people_looked(page):
    drawn(page)
    before = pixels(page, "#grid canvas")
    for choice, color in (("contour", (255, 255, 255)), ("disagreement", (255, 140, 0))):
        page.select_option("#people", choice)
        page.wait_for_selector(f"#grid canvas[data-people={choice}]")
        after = pixels(page, "#grid canvas")
        changed = (after != before).any(2)
        assert 0.005 < changed.mean() < 0.3
        assert (after[..., :3] == color).all(2).sum() > 20


def test_one_photograph_large(page, run):
    page.locator("[data-index='1'] button.map").first.click()
    assert page.eval_on_selector("#large", "d => d.open")
    assert page.text_content("#large-title") == "p001"
    assert page.text_content("#credit") == "CC0 <i>"
    windows = page.locator("#panels .window")
    assert windows.count() == 5
    box = windows.nth(1).bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    read = [float(text) for text in page.locator("#panels output").all_text_contents()[1:]]
    places = [("one", "cam"), ("one", "activation_energy"), ("two", "cam"), ("two", "activation_energy")]
    for value, place in zip(read, places, strict=True):
        grid = run.maps(*place).map("p001", "light")
        wanted = images.to_pixels(grid, (500, 500))[349:351, 149:151].mean()
        assert value == pytest.approx(wanted, abs=float(grid.max() - grid.min()) / 60)
    assert page.text_content("#where") == "at 30 % from the left, 70 % from the top"


def transforms(page):
    return page.eval_on_selector_all(".window img, .window canvas", "all => all.map(e => getComputedStyle(e).transform)")


def test_all_zoom_together(page):
    page.locator("button.map").first.click()
    assert set(transforms(page)) == {"matrix(1, 0, 0, 1, 0, 0)"}
    box = page.locator("#panels .window").nth(2).bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.getElementById('zoom-level').textContent === '125 %'")
    for _ in range(3):
        page.click("#closer")
    zoomed = set(transforms(page))
    assert len(zoomed) == 1
    assert "matrix(2.44141" in zoomed.pop()
    page.click("#close")
    assert not page.eval_on_selector("#large", "d => d.open")


def test_swiping(page):
    page.locator("button.map").first.click()
    page.select_option("#second", label="two cam")
    page.locator("#swiped").fill("30")
    shown = "c => getComputedStyle(c).clipPath"
    assert page.eval_on_selector("#swipe .first", shown) == "inset(0px 70% 0px 0px)"
    assert page.eval_on_selector("#swipe .second", shown) == "inset(0px 0px 0px 30%)"
    np.testing.assert_array_equal(pixels(page, "#swipe .second"), pixels(page, "#panels figure:nth-child(4) canvas"))


def test_without_a_mouse(page):
    page.locator("button.map").nth(1).focus()
    page.keyboard.press("Enter")
    page.locator("#panels .window").nth(1).focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert page.text_content("#where") == "at 52 % from the left, 54 % from the top"
    assert page.locator("#panels output").nth(1).text_content()
    page.keyboard.press("+")
    assert page.text_content("#zoom-level") == "125 %"
    page.keyboard.press("Escape")
    assert not page.eval_on_selector("#large", "d => d.open")


def test_turning_to_the_next_photograph(page):
    page.locator("[data-index='1'] button.map").first.click()  # the order is p002, p001, p000
    page.click("#after")
    assert page.text_content("#large-title") == "p000"
    page.keyboard.press("PageDown")
    assert page.text_content("#large-title") == "p002"
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    assert page.text_content("#large-title") == "p001"


def test_the_leaderboard(page, file):
    rows = [row for row in told(file)["leaderboard"] if row["metric"] == "cc" and row["attribute"] == "light"]
    page.select_option("#metric", "cc")
    shown = page.locator("#leaderboard tbody tr")
    assert shown.count() == len(rows) == 9
    assert shown.nth(0).locator("td").first.text_content() == f"{rows[0]['value']:.3f}"
    assert page.locator("#leaderboard .interval i.ceiling").count() == 9
    assert page.locator("#leaderboard tr.floor").count() == 4


def test_downloads(page, run):
    with page.expect_download() as waiting:
        page.click("#downloads button:text-is('leaderboard.csv')")
    assert waiting.value.path().read_text() == (run.report / "leaderboard.csv").read_text()
    with page.expect_download() as waiting:
        page.click("#downloads button:text-is('leaderboard_light.pdf')")
    assert waiting.value.path().read_bytes() == (run.report / "leaderboard_light.pdf").read_bytes()


def test_dark_and_light(page):
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == "rgb(22, 22, 22)"
    page.select_option("#theme", "light")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("size", [(360, 740), (3840, 2160)])
def test_from_phone_to_4k(open_page, file, size):
    page = open_page(file, viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("button.map").first.click()
    inside = page.eval_on_selector_all(
        "#panels figure", "all => all.every(f => f.getBoundingClientRect().right <= innerWidth)"
    )
    assert inside
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def loaded(page):
    page.wait_for_selector("html[data-ready=yes]")


def enlarged(page):
    loaded(page)
    page.locator("button.map").first.click()


@pytest.mark.parametrize("prepare", [loaded, enlarged])
def test_nothing_stands_in_anybodys_way(chromium, file, prepare):
    assert serious(chromium, file, prepare) == []


def test_nothing_of_a_run_becomes_markup_or_script(file):
    text = file.read_text()
    assert "by hand <b>" not in text
    assert "by hand &lt;b&gt;" in text
    assert text.count("<script") == 2
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=[\"']?https?:", text)


def test_two_hundred_photographs(open_page, tmp_path):
    (file,) = draw_reports(hand_run(tmp_path / "many", 200, scored=False), ["html_report"])
    page = open_page(file)
    assert page.locator("button.map").count() == 800
    assert page.locator("button.map.drawn").count() < 800  # those in sight
    page.locator("#grid tbody tr").last.scroll_into_view_if_needed()
    page.wait_for_selector("#grid tbody tr:last-child button.map.drawn")
    page.select_option("#attribute", "vivid_color")
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.locator("button.map").count() == 400

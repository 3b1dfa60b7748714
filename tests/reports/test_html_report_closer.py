"""The HTML report in a real browser: one photograph large, tables, files, sizes of screens, and those who do not see it."""

import re

import numpy as np
import pytest
from support.browser import serious
from support.hand_run import hand_run
from support.report_page import file, page, pixels, run, told  # noqa: F401

from xaesthetic.data import images
from xaesthetic.reporting import draw_reports


def enlarge(page, place="button.map >> nth=0"):
    """Click on a map, and show all of them side by side."""
    page.locator(place).click()
    page.click("#picked")
    page.click("#pick-all")
    page.click("#picked")


def test_one_photograph_large(page, run):
    enlarge(page, "[data-index='1'] button.map >> nth=0")
    assert page.eval_on_selector("#large", "d => d.open")
    assert page.text_content("#large-title") == "p001"
    assert page.text_content("#credit") == "CC0 <i>"
    windows = page.locator("#panels .window")
    assert windows.count() == 5
    box = windows.nth(1).bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.7 * box["height"])
    read = [float(text.replace("−", "-")) for text in page.locator("#panels output").all_text_contents()[1:]]
    places = [("one", "cam"), ("one", "activation_energy"), ("two", "cam"), ("two", "activation_energy")]
    for value, place in zip(read, places, strict=True):
        grid = run.maps(*place).map("p001", "light")
        wanted = images.to_pixels(grid, (500, 500))[349:351, 149:151].mean()
        assert value == pytest.approx(wanted, abs=float(grid.max() - grid.min()) / 60)
    assert page.text_content("#where") == "at 30 % from the left, 70 % from the top"


def transforms(page):
    return page.eval_on_selector_all(".window img, .window canvas", "all => all.map(e => getComputedStyle(e).transform)")


def test_all_zoom_together(page):
    enlarge(page)
    assert set(transforms(page)) == {"matrix(1, 0, 0, 1, 0, 0)"}
    box = page.locator("#panels .window").nth(2).bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.wheel(0, -100)
    page.wait_for_function("() => document.getElementById('zoom-level').textContent === '125 %'")
    for _ in range(3):
        page.click("#closer")
    zoomed = set(transforms(page))
    assert len(zoomed) == 1
    assert "matrix(2.44141" in zoomed.pop()
    page.click("#close")
    assert not page.eval_on_selector("#large", "d => d.open")


def test_swiping(page):
    enlarge(page)
    page.click("#swiping summary")
    page.select_option("#second", label="two cam")
    page.locator("#swiped").fill("30")
    shown = "c => getComputedStyle(c).clipPath"
    assert page.eval_on_selector("#swipe .first", shown) == "inset(0px 70% 0px 0px)"
    assert page.eval_on_selector("#swipe .second", shown) == "inset(0px 0px 0px 30%)"
    second, panel = (pixels(page, place) for place in ("#swipe .second", "#panels figure:nth-child(4) canvas"))
    np.testing.assert_allclose(second.mean((0, 1)), panel.mean((0, 1)), atol=2)  # not as large, else the same
    assert np.abs(second.mean((0, 1)) - pixels(page, "#swipe .first").mean((0, 1))).max() > 4


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


def test_what_is_compared_stays_when_turning(page):
    enlarge(page, "[data-index='1'] button.map >> nth=0")
    page.click("#swiping summary")
    page.select_option("#first", label="two cam")
    page.select_option("#second", label="one cam")
    page.locator("#panels .window").nth(1).focus()
    for _ in range(2):
        page.keyboard.press("PageDown")
    assert page.text_content("#large-title") == "p002"
    assert page.eval_on_selector_all("#first, #second", "all => all.map(e => e.selectedOptions[0].textContent)") == [
        "two cam", "one cam",
    ]  # fmt: skip
    assert page.text_content("#large-attribute") == "Light"
    assert page.locator("#panels figcaption span").nth(1).text_content() == "one cam, rated 0.67"


def test_the_view_follows_the_pointer(page):
    page.locator("button.map").first.click()
    for _ in range(8):
        page.click("#closer")
    page.locator("#panels .window").nth(1).focus()
    for _ in range(200):
        page.keyboard.press("ArrowRight")
    assert page.text_content("#where").startswith("at 100 % from the left")
    cross, box = (page.locator(f"#panels .window {part}").nth(1).bounding_box() for part in (".cross", ">> xpath=."))
    assert box["x"] <= cross["x"] + 7 <= box["x"] + box["width"] + 1


def test_values_leave_with_the_pointer(page):
    page.locator("button.map").first.click()
    box = page.locator("#panels .window").nth(1).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    assert page.locator("#panels output").nth(1).text_content()
    page.mouse.move(box["x"] + 20, box["y"] - 30)
    assert not page.locator("#panels output").nth(1).text_content()


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


def test_names_fold_behind_their_underscores(page):
    heads = page.eval_on_selector_all("#grid .method", "all => all.map(e => [e.textContent, e.innerHTML])")
    assert ["activation_energy", "activation_<wbr>energy"] in heads
    assert ["cam", "cam"] in heads


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

"""The report page by keyboard, searched and filtered, at all sizes, side by side, and in print."""

import re

import pytest
from support.browser import serious
from support.hand_run import hand_run
from support.report_page import drawn, file, limits, names, page, retold, run, told  # noqa: F401

from xaesthetic.reporting import draw_reports

FOCUS = """() => {
  const button = document.activeElement.closest("button.map");
  return button && [button.closest("tr").rowIndex - 2, button.closest("td").cellIndex - 1];
}"""


def test_the_grid_is_one_stop_and_arrows_move_in_it(page):
    page.locator("#grid button.map").first.focus()
    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown", "End", "ArrowRight", "ArrowUp", "Home", "Control+Home"):
        page.keyboard.press(key)
        walked.append(page.evaluate(FOCUS))
    assert walked == [[0, 1], [1, 1], [2, 1], [2, 1], [2, 3], [2, 3], [1, 3], [1, 0], [0, 0]]
    page.keyboard.press("ArrowDown")
    assert page.locator("#grid [tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) is None
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(FOCUS) == [1, 0]  # where it was
    page.select_option("#attribute", "vivid_color")
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.locator("#grid [tabindex='0']").count() == 1


def test_the_focus_comes_back(page):
    page.locator("#grid button.map").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "window"
    page.keyboard.press("+")
    assert page.text_content("#zoom-level") == "125 %"
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => ({FOCUS})()?.join() === '0,1'")
    page.keyboard.press("Enter")
    page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    page.wait_for_function(f"() => ({FOCUS})()?.join() === '1,1'")  # at the photograph that was seen last


def test_photographs_are_searched_and_filtered(open_page, file, tmp_path):
    known = told(file)
    known["photographs"][0]["seen"] = ["one"]
    page = open_page(retold(file, tmp_path / "seen.html", known))
    page.fill("#search", "P002")
    page.wait_for_function("() => document.querySelectorAll('#grid tbody tr').length === 1")
    assert page.text_content("#said").startswith("Light: 1 of 3 photographs, 4 maps each")
    page.fill("#search", "nobody")
    page.wait_for_function("() => document.querySelectorAll('#grid tbody tr').length === 0")
    assert "clear the search" in page.text_content("#said")
    page.fill("#search", "")
    page.select_option("#filter", "unseen")
    page.wait_for_function("() => document.querySelectorAll('#grid tbody tr').length === 2")
    assert names(page) == ["p002", "p001"]
    page.fill("#to", "0.5")
    page.wait_for_function("() => document.querySelectorAll('#grid tbody tr').length === 1")
    assert names(page) == ["p001"]
    assert page.text_content("#said").endswith(", rated to 0.5 by one")
    offered = page.eval_on_selector_all("#filter option:not([disabled])", "all => all.map((option) => option.value)")
    assert offered == ["all", "unseen", "seen"]  # all have marks and ratings, none is edited


def test_it_opens_on_the_attribute_that_holds_up_and_says_what_was_found(open_page, file, tmp_path):
    known = told(file)
    known["opening"] = {"attribute": "vivid_color", "why": ""}
    of = {"model": "one", "attributes": ["vivid_color"]}
    known["findings"] = [of | {"method": "cam", "holds": True}, of | {"method": "activation_energy", "holds": False}]
    changed = retold(file, tmp_path / "found.html", known)
    sentences = iter(["Follows the edit in 5 of 5.<br>Besides: it adds up.", "Refits disagree.", "Not shown."])
    text = re.sub(r'(?<=<td class="sentence">).*?(?=</td>)', lambda _: next(sentences), changed.read_text())
    changed.write_text(text)
    page = open_page(changed)
    assert page.text_content("#corner-attribute") == "Vivid Color"
    assert page.locator("#grid .verdict").all_text_contents() == ["Follows the edit in 5 of 5.", "Refits disagree."]
    assert page.eval_on_selector_all("#grid .verdict", "all => all.map((v) => v.dataset.warns)") == ["false", "true"]
    page.select_option("#attribute", "light")
    page.wait_for_selector("#grid[data-attribute=light]")
    assert page.locator("#grid .verdict").first.text_content().startswith("depends on the attribute")


@pytest.mark.parametrize("size", [(390, 844), (1440, 900), (3840, 2160)])
def test_pictures_fill_the_screen(open_page, file, size):
    page = open_page(file, viewport={"width": size[0], "height": size[1]})
    box = page.locator("#grid").bounding_box()
    assert box["width"] > 0.85 * size[0]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("button.map").first.click()
    first, second = (page.locator("#panels .window").nth(at).bounding_box() for at in (0, 1))
    if size[0] > size[1]:
        assert first["y"] == second["y"]  # side by side
        assert second["x"] + second["width"] - first["x"] > 0.8 * size[0]
    else:
        assert first["x"] == second["x"]
        assert first["width"] > 0.85 * size[0]
    assert max(box["y"] + box["height"] for box in (first, second)) <= size[1]


def test_names_stay_in_sight_when_the_table_scrolls_sideways(open_page, file):
    page = open_page(file, viewport={"width": 420, "height": 700})
    page.locator(".pictures").scroll_into_view_if_needed()
    page.eval_on_selector(".pictures", "p => p.scrollTo(150, 200)")
    page.wait_for_function("() => document.querySelector('.pictures').scrollLeft === 150")
    window = page.locator(".pictures").bounding_box()
    corner, name = (page.locator(place).bounding_box() for place in ("#corner-attribute", "#columns .model >> nth=1"))
    assert 0 <= corner["x"] - window["x"] < 20
    assert 0 <= corner["y"] - window["y"] < 20
    assert 0 <= name["y"] - window["y"] < 20
    photograph = page.locator("#grid tbody th").first.bounding_box()
    assert abs(photograph["x"] - window["x"]) < 2


def test_controls_fold_away_on_a_telephone(open_page, file):
    page = open_page(file, viewport={"width": 390, "height": 844})
    assert page.locator("#attribute").is_visible()
    assert page.locator("#sort").is_hidden()
    page.click("#fold > summary")
    page.select_option("#sort", "low")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function("() => document.getElementById('fold').open")
    assert page.locator("#fold > summary").is_hidden()
    assert page.locator("#sort").is_visible()


def test_sizes(page):
    widths = {}
    for size in ("small", "medium", "large"):
        page.select_option("#size", size)
        page.wait_for_selector(f"#grid[data-size={size}]")
        widths[size] = page.locator("button.map").first.bounding_box()["width"]
    assert widths["small"] < 0.7 * widths["medium"] < 0.5 * widths["large"]
    drawn(page)
    page.wait_for_function("() => document.querySelector('#grid canvas').width > 400")  # as fine as it is large
    page.locator("button.map").last.focus()
    assert page.locator("button.map").last.bounding_box()["x"] < 1280  # the window of the table follows


def test_any_maps_side_by_side(page):
    page.locator("button.map").first.click()
    assert page.text_content("#picked") == "shown: 2 of 5"
    page.click("#picked")
    page.uncheck("#picks input[value=photograph]")
    page.check("#picks input[value='two cam']")
    captions = page.locator("#panels figcaption span")
    assert [text.split(",")[0] for text in captions.all_text_contents()] == ["one cam", "two cam"]
    page.keyboard.press("PageDown")
    assert [text.split(",")[0] for text in captions.all_text_contents()] == ["one cam", "two cam"]  # it stays
    page.uncheck("#picks input[value='one cam']")
    page.uncheck("#picks input[value='two cam']")
    assert captions.all_text_contents() == ["photograph"]  # something is always shown
    page.click("#close")
    page.locator("button.map").nth(3).click()
    assert captions.count() == 2  # with what has just been clicked


def test_what_is_close_is_dragged(page):
    page.locator("button.map").first.click()
    for _ in range(4):
        page.click("#closer")
    before = page.eval_on_selector("#panels", "p => p.style.getPropertyValue('--x')")
    box = page.locator("#panels .window").first.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 100)
    page.mouse.up()
    moved = page.eval_on_selector("#panels", "p => p.style.getPropertyValue('--x')")
    assert float(moved[:-1]) - float(before[:-1]) == pytest.approx(100 * 60 / box["width"], abs=1)


def test_print_has_all_maps_and_the_bar(open_page, file, tmp_path):
    page = open_page(file)
    page.wait_for_function("() => performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    page.wait_for_timeout(600)  # photographs have been loaded
    page.select_option("#theme", "dark")
    page.pdf(path=tmp_path / "page.pdf")
    assert page.locator("button.map:not(.drawn)").count() == 0
    page.emulate_media(media="print")
    assert page.locator(".controls").is_hidden()
    for shown in ("#legend-colors", "#legend-ends", "#corner-attribute", "h1", "#said"):
        assert page.locator(shown).is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.eval_on_selector("#grid thead", "h => getComputedStyle(h).display") == "table-header-group"
    assert page.eval_on_selector("#legend-colors", "i => getComputedStyle(i).printColorAdjust") == "exact"
    assert page.get_by_role("heading", name="Files").count() == 0  # paper carries none
    cells = "[...document.querySelectorAll('.numbers td')].map((cell) => getComputedStyle(cell).whiteSpace)"
    assert set(page.evaluate(cells)) == {"normal"}  # nothing is cut off at the paper's edge
    assert re.match(rb"%PDF", (tmp_path / "page.pdf").read_bytes())


def picked(page):
    page.wait_for_selector("html[data-ready=yes]")
    page.select_option("#values", "signed")
    page.locator("button.map").first.click()
    page.click("#picked")
    page.click("#swiping summary")


def folded(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_selector("html[data-ready=yes]")
    page.click("#fold > summary")


@pytest.mark.parametrize("prepare", [picked, folded])
def test_nothing_stands_in_the_way_of_the_new_parts(chromium, file, prepare):
    assert serious(chromium, file, prepare) == []


def test_nothing_moves_by_itself(open_page, file):
    page = open_page(file, reduced_motion="reduce")
    page.locator("button.map").first.click()
    assert page.evaluate("document.getAnimations().length") == 0


def test_one_photograph_is_one(open_page, tmp_path):
    (written,) = draw_reports(hand_run(tmp_path / "one", 1), ["html_report"])
    page = open_page(written)
    assert ": 1 photograph, 2 models, " in page.text_content(".kicker")
    assert page.text_content("#said") == "Light: 1 photograph, 4 maps each"

"""A link to every view of the report page: what is shown stands in the address, and comes back from there."""

import pytest
from support.report_page import SCRIPTS, file, names, page, run  # noqa: F401

HASH = "() => location.hash"


@pytest.fixture
def links(run_module):
    def call(name, *values):
        code = "(m, name, values) => { const r = m[name](...values); return r instanceof Map ? [...r] : r; }"
        return run_module(SCRIPTS / "links.js", code, name, values)

    return call


@pytest.fixture
def follow(open_page, file):
    """Open the page by a link."""
    return lambda link: open_page(file, link=link)


def test_links_as_text(links):
    view = [["attribute", "a & b=c"], ["models", ["one, two", "drei+", "技術", "50 %"]], ["search", ""]]
    text = links("hashOf", view)
    assert text == "#attribute=a+%26+b%3Dc&models=one%2C+two,drei%2B,%E6%8A%80%E8%A1%93,50+%25&search="
    assert links("viewIn", text) == [["attribute", ["a & b=c"]], ["models", view[1][1]], ["search", [""]]]
    assert links("viewIn", "") is None
    assert links("viewIn", "#leaders") is None  # a part of the page
    assert links("viewIn", "#a=%E0%A4%A&&__proto__=1&a=2") == [["a", ["2"]], ["__proto__", ["1"]]]
    assert links("viewIn", "#a=%E0%A4%A") == [["a", ["%E0%A4%A"]]]  # nobody can read that
    assert links("read", "term-methods-occlusion%40blur") == "term-methods-occlusion@blur"


def test_the_address_says_what_is_shown(page):
    assert page.evaluate(HASH) == ""  # nothing has been chosen
    page.select_option("#sort", "low")
    assert page.evaluate(HASH) == "#attribute=light&sort=low"
    page.fill("#search", "p00")
    page.select_option("#size", "large")
    page.click("#choices summary")
    page.uncheck("#models input[value=one]")
    assert page.evaluate(HASH) == "#attribute=light&sort=low&size=large&search=p00&models=two"
    page.locator("[data-index='1'] button.map").nth(1).click()
    wanted = "&photo=p001&large=photograph,two+activation_energy"
    assert page.evaluate(HASH).endswith(wanted)
    page.keyboard.press("PageDown")
    assert "&photo=p000&" in page.evaluate(HASH)
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.hash.includes('photo')")


def test_a_link_brings_back_what_was_shown(follow):
    page = follow(
        "#attribute=light&sort=low&models=two&methods=cam&size=small&values=signed&search=1&photo=p001&large=two+cam"
    )
    assert page.input_value("#sort") == "low"
    assert page.get_attribute("#grid", "data-size") == "small"
    assert page.locator("#grid thead .model").all_text_contents() == ["two"]
    assert not page.locator("#models input[value=one]").is_checked()
    assert page.input_value("#values") == "signed"
    assert names(page) == ["p001"]
    assert page.text_content("#large-title") == "p001"
    assert page.locator("#panels figcaption span").all_text_contents() == ["two cam, rated 0.67"]
    page.evaluate("location.hash = '#attribute=vivid_color'")  # as the next link that is followed
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.input_value("#sort") == "high"  # what a link does not say is as at first
    assert not page.eval_on_selector("#large", "d => d.open")
    assert len(names(page)) == 3


def test_a_bad_link_breaks_nothing_and_is_said(follow):
    page = follow("#attribute=beauty&sort=worst&models=three,one&methods=none&photo=p9&large=x&from=two&constructor=1&=&%")
    assert names(page) == ["p002", "p001", "p000"]
    assert page.locator("#grid thead .model").all_text_contents() == ["one", "one"]
    said = page.text_content("#said")
    for unknown in (
        "attribute beauty",
        "sort worst",
        "model three",
        "method none",
        "photo p9",
        "map x",
        "from two",
        "constructor",
    ):
        assert unknown in said
    page.select_option("#sort", "low")
    page.wait_for_function("() => !document.getElementById('said').textContent.includes('beauty')")


def test_what_a_link_hides_altogether_is_shown(follow):
    page = follow("#attribute=vivid_color&models=two")  # which does not rate it
    assert page.locator("#grid thead .model").all_text_contents() == ["one", "one"]


@pytest.mark.parametrize(("search", "turned"), [("nothing", "p000"), ("p001", "p001")])
def test_what_is_filtered_out_can_be_shown_and_turned_from(follow, search, turned):
    page = follow(f"#search={search}&photo=p000")
    assert page.text_content("#large-title") == "p000"
    page.keyboard.press("PageDown")
    assert page.text_content("#large-title") == turned
    page.keyboard.press("PageUp")
    assert page.text_content("#large-title") == turned


def test_the_link_names_the_map_that_is_shown(page):
    page.locator("[data-index='0'] button[aria-label*='two']").first.click()
    assert "large=photograph,two+cam" in page.evaluate(HASH)
    page.keyboard.press("Escape")
    page.select_option("#attribute", "vivid_color")  # which `two` does not rate
    page.evaluate("location.hash = '#attribute=vivid_color&photo=p000'")
    page.wait_for_function("() => document.getElementById('large').open && location.hash.includes('large=')")
    assert "large=photograph,one+cam" in page.evaluate(HASH)


def test_parts_of_the_page_have_their_links(follow):
    page = follow("#leaders")
    top = page.eval_on_selector("#leaders", "h => h.getBoundingClientRect().top")
    assert 0 <= top < 450
    page.click("nav a[href='#specific']")
    page.wait_for_function("() => location.hash === '#specific'")
    assert names(page) == ["p002", "p001", "p000"]


def test_theme_and_opacity_stand_in_the_link(page, follow):
    page.select_option("#theme", "dark")
    page.eval_on_selector(
        "#opacity", "o => { o.value = 40; for (const e of ['input', 'change']) o.dispatchEvent(new Event(e)); }"
    )
    page.select_option("#size", "small")
    assert page.evaluate(HASH) == "#attribute=light&size=small&theme=dark&opacity=40"
    other = follow(page.evaluate(HASH))
    style = "getComputedStyle(document.documentElement)"
    look = f"() => [{style}.colorScheme, {style}.getPropertyValue('--opacity')]"
    assert other.evaluate(look) == ["dark", "0.4"]
    assert (other.input_value("#theme"), other.input_value("#opacity")) == ("dark", "40")
    assert other.get_attribute("#grid", "data-size") == "small"
    bad = follow("#theme=pink&opacity=101")
    assert bad.evaluate(look) == ["light dark", "1"]
    assert "theme pink, opacity 101" in bad.text_content("#said")


def test_back_closes_what_is_large_and_forward_opens_it(page):
    page.select_option("#sort", "low")  # no step of its own
    page.locator("[data-index='1'] button.map").nth(1).click()
    page.keyboard.press("PageDown")
    page.go_back()
    page.wait_for_function("() => !document.getElementById('large').open")
    assert page.evaluate(HASH) == "#attribute=light&sort=low"
    page.go_forward()
    page.wait_for_function("() => document.getElementById('large').open")
    assert page.text_content("#large-title") == "p002"
    assert names(page) == ["p000", "p001", "p002"]


def test_closing_leaves_no_step_behind_and_the_focus_where_it_was(page):
    steps = page.evaluate("history.length")
    button = page.locator("[data-index='1'] button.map").nth(1)
    button.click()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.hash.includes('photo')")
    page.wait_for_function("() => !history.state")  # where it was before
    assert page.evaluate("history.length") == steps + 1  # that which forward leads to
    assert button.evaluate("b => b === document.activeElement")


def test_back_brings_the_attribute_before(page):
    page.select_option("#attribute", "vivid_color")
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    page.select_option("#size", "large")
    page.go_back()
    page.wait_for_selector("#grid[data-attribute=light]")
    assert (page.evaluate(HASH), page.input_value("#attribute"), page.input_value("#size")) == ("", "light", "fit")
    page.go_forward()
    page.wait_for_selector("#grid[data-attribute=vivid_color]")
    assert page.input_value("#size") == "large"

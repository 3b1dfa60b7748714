"""The edit slider of the page: how it plays and opens, and what stands there without scripts."""

import shutil

import pytest
from support.browser import Opened
from support.report_page import retold, told
from support.slid_page import arrived, beside, inside, opened, run, said, until  # noqa: F401
from support.slid_run import rating
from xaesthetic_reports._film import _names, film


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
def unscripted(open_silent, beside):
    return open_silent(beside, 390, 844)


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


def test_the_film_opens_on_the_pages_first_attribute_that_is_rated(beside):
    known = told(beside)
    known["opening"], known["slider"]["edits"][0]["attribute"] = None, ""
    for attributes in (known["attributes"], known["attributes"][::-1]):
        names = [item["name"] for item in attributes if item["name"] in ("light", "vivid_color")]
        assert _names(known | {"attributes": attributes})[0] == names[0]


def test_a_picture_that_is_missing_leaves_no_other_in_its_place(chromium, run, beside, tmp_path):
    folder = shutil.copytree(run.report / "slider", tmp_path / "slider")
    (folder / "01-001.js").unlink()
    page = Opened(chromium, shutil.copy(beside, tmp_path / "sent.html")).page
    arrived(page, 0)
    page.locator("#slider-amount").fill("1")
    until(page, "!document.getElementById('slider-lost').hidden")
    until(page, "document.querySelector('#slider-panels img').dataset.place === ''")
    assert page.locator("#slider-panels img[src^='blob:']").count() == 0
    page.select_option("#slider-photograph", index=1)
    until(page, "document.querySelector('#slider-panels img').dataset.place === '1'")
    assert page.locator("#slider-lost").is_hidden()  # nothing of this one is
    page.close()


def test_it_follows_the_pages_attribute_by_a_link_too(opened):
    page = opened.page
    assert page.input_value("#slider-attribute") == "light"
    page.evaluate("location.hash = '#attribute=vivid_color'")
    until(page, "document.getElementById('slider-attribute').value === 'vivid_color'")
    page.select_option("#slider-attribute", "light")
    page.evaluate("location.hash = '#attribute=vivid_color&drawn=lines'")  # the same attribute: it stays as chosen here
    until(page, "document.getElementById('drawn').value === 'lines'")
    assert page.input_value("#slider-attribute") == "light"

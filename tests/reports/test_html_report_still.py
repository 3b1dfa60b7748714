"""The page where no script may run: pictures of the pick and tables as text, and no promise that it does not keep."""

import shutil
from urllib.parse import unquote

import pytest
import xaesthetic_reports._still as still_module
import xaesthetic_reports.html_report as page_module
from support.hand_run import hand_run
from support.report_page import told
from xaesthetic_reports._payload import payload
from xaesthetic_reports._still import _pictures, grids_of, still

from xaesthetic.reporting import draw_reports

HOW_MANY = 4


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return hand_run(tmp_path_factory.mktemp("still") / "run", HOW_MANY)


@pytest.fixture(scope="module")
def file(run):
    draw_reports(run, ["attribute_grid", "leaderboard"])
    (written,) = draw_reports(run, ["html_report"])
    return written


@pytest.fixture
def silent(open_silent, file):
    """The page with scripts off."""
    return open_silent(file, 1280, 900)


def test_pictures_of_the_pick_can_be_seen(silent, file):
    pictures = silent.locator("#still img.figure")
    titles = silent.locator("#still figcaption").all_text_contents()
    assert sorted(titles) == ["Light", "Vivid Color"]
    assert {"light": "Light", "vivid_color": "Vivid Color"}[told(file)["opening"]["attribute"]] == titles[0]
    assert pictures.first.get_attribute("alt") == f"{titles[0]}: photographs, ratings and maps"
    assert "left out" not in silent.text_content("#still p")
    assert pictures.first.bounding_box()["width"] >= 800
    assert pictures.first.evaluate("picture => picture.complete && picture.naturalWidth > 800")


@pytest.mark.usefixtures("file")  # its figures are drawn
def test_what_is_left_out_is_said(run, monkeypatch, open_silent):
    monkeypatch.setattr(still_module, "_LEAST", 0)
    (written,) = draw_reports(run, ["html_report"])
    page = open_silent(written, 1280, 900)
    (title,) = page.locator("#still figcaption").all_text_contents()
    (other,) = {"Light", "Vivid Color"} - {title}
    said = " ".join(page.text_content("#still p").split())
    assert f"1 picture is left out ({other}); it stays in the folder of the run" in said
    assert "ratings are written out" not in said


def test_no_photograph_is_read_for_the_names_of_pictures(tmp_path, monkeypatch):
    """A run may have a million."""
    shown = hand_run(tmp_path / "run", 2, scored=False)
    draw_reports(shown, ["overlays"])
    monkeypatch.setattr(type(shown.photographs()), "__getitem__", lambda *_: pytest.fail("a photograph is read"))
    monkeypatch.setattr(type(shown.photographs()), "__iter__", lambda _: pytest.fail("all photographs are read"))
    assert "overlays/p001-light.png" in grids_of(shown)


def test_of_shown_photographs_their_own_pictures_are_there(tmp_path):
    shown = hand_run(tmp_path / "run", 2, scored=False)
    draw_reports(shown, ["overlays"])
    assert "overlays/p001-light.png" in grids_of(shown)
    pictures = still(shown, payload(shown), 1000)["pictures"]
    titles = [item["title"] for item in pictures]
    assert sorted(titles) == ["Light: p000", "Light: p001", "Vivid Color: p000", "Vivid Color: p001"]
    assert titles[0].partition(":")[0] == titles[1].partition(":")[0]
    (run_report := shown.report / "overlays" / "p001-light.png").unlink()
    assert run_report.name not in "".join(grids_of(shown))
    draw_reports(shown, ["attribute_grid"])
    assert all(name.startswith("attribute_grid_") for name in grids_of(shown))


def test_ratings_and_people_stand_there_as_text(silent, run):
    values = payload(run)
    rows = silent.locator("#still details").first.locator("tbody tr")
    assert rows.count() == HOW_MANY
    first = values["opening"]["attribute"]
    photograph = values["photographs"][0]
    cells = rows.first.locator("td").all_text_contents()
    rated = photograph["ratings"].get(first)
    assert cells[0] == ("–" if rated is None else f"{rated:.2f}")
    assert cells[1] == f"{photograph['predictions']['one'][first]:.2f}"
    text = silent.text_content("#still")
    assert "Maps against people: nss" in text
    assert "nan" not in text
    for visible in ("What was measured of every map", "What the words mean", "Does a map depend on the attribute?"):
        assert silent.get_by_role("heading", name=visible).is_visible()


def test_what_needs_a_script_is_not_offered(silent):
    for selector in (".controls", "#grid", "#downloads", "#large", "header nav a[href='#downloads']"):
        assert not silent.locator(selector).first.is_visible()


def test_every_link_that_is_offered_leads_to_what_can_be_seen(silent):
    links = [link for link in silent.locator("a[href^='#']").all() if link.is_visible()]
    places = {link.get_attribute("href") for link in links}
    assert {"#pictures", "#found", "#origin"} <= places
    assert [place for place in places if not silent.locator(f"[id='{unquote(place[1:])}']").is_visible()] == []


def test_with_scripts_none_of_it_is_there(open_page, file):
    page = open_page(file)
    assert page.locator("#still").count() == 0  # not parsed, so nothing is decoded
    assert page.locator("#grid img").first.is_visible()


def test_pictures_take_what_room_there_is(run, file):
    titles = {"light": "Light", "vivid_color": "Vivid Color"}
    both, left_out = _pictures(run, ["vivid_color", "light"], titles, 10_000_000)
    assert [item["title"] for item in both] == ["Vivid Color", "Light"]
    assert left_out == []
    one, left_out = _pictures(run, ["vivid_color", "light"], titles, len(both[0]["src"]) + 10)
    assert ([item["title"] for item in one], left_out) == (["Vivid Color"], ["Light"])
    one, left_out = _pictures(run, ["vivid_color", "light"], titles, 0)  # one in any case
    assert ([item["title"] for item in one], left_out) == (["Vivid Color"], ["Light"])


def test_a_run_without_figures_says_so(tmp_path):
    bare = hand_run(tmp_path / "run", 3, scored=False)
    (written,) = draw_reports(bare, ["html_report"])
    assert grids_of(bare) == []
    assert "None was drawn with this page." in written.read_text(encoding="utf-8")


def test_of_many_photographs_the_first_attributes_ratings_are_written_out(run):
    values = payload(run)
    values["photographs"] = values["photographs"] * 200
    known = still(run, values, 1000)["ratings"]
    assert len(known) == 1
    assert len(still(run, values, 1000)["unrated"]) == 1
    assert (len(known[0]["rows"]), known[0]["all"]) == (600, False)


def test_only_files_that_travel_in_the_page_are_named(file, run, monkeypatch):
    names = [item["name"] for item in told(file)["downloads"]]
    assert "attribute_grid_light.pdf" in names
    monkeypatch.setattr(page_module, "_BUDGET", 0)
    (written,) = draw_reports(run, ["html_report"])
    values = told(written)
    assert [item for item in values["downloads"] if item["name"].endswith(".pdf")] == []
    assert all(item.get("text") or item.get("base64") for item in values["downloads"])
    assert "beside this page" not in written.read_text(encoding="utf-8")


def test_tables_travel_in_the_page_as_far_as_there_is_room(file, run, monkeypatch):
    large, others = run.report / "overlays.csv", sum(item.stat().st_size for item in run.report.glob("*.csv"))
    large.write_text("attribute\n" + "light\n" * others)
    monkeypatch.setattr(page_module, "_BUDGET", others)
    try:
        (written,) = draw_reports(run, ["html_report"])
    finally:
        large.unlink()
    first, *others = told(written)["downloads"]
    assert "leaderboard.csv" in [item["name"] for item in others]
    assert "overlays.csv" not in [item["name"] for item in others]
    assert first["note"] == "(left out of this page for their size: overlays.csv; in the run folder's report/)"


def test_ratings_of_the_shown_photographs_alone_are_called_so(run, monkeypatch, open_page):
    assert "note" not in told(draw_reports(run, ["html_report"])[0])["downloads"][0]
    monkeypatch.setattr(page_module, "_ROWS", 5)
    (written,) = draw_reports(run, ["html_report"])
    assert [item["name"] for item in told(written)["downloads"]].count("predictions.csv") == 0
    page = open_page(written)
    offered = page.locator("#downloads li").first
    assert offered.text_content() == (
        "predictions_shown.csv holds the 4 photographs of this page; all ratings are in the run folder's predictions.parquet"
    )
    with page.expect_download() as waiting:
        offered.locator("button").click()
    assert waiting.value.suggested_filename == "predictions_shown.csv"
    assert (run.root / "predictions.parquet").exists()


def test_pictures_whose_names_are_one_on_some_disk_are_not_told_apart(tmp_path, monkeypatch):
    shown = hand_run(tmp_path / "run", 2, scored=False)
    draw_reports(shown, ["overlays"])
    ids = ["\u00e9", "e\u0301"]
    for name in ids:
        shutil.copy(shown.report / "overlays" / "p000-light.png", shown.report / "overlays" / f"{name}-light.png")
    monkeypatch.setattr(type(shown.photographs()), "ids", ids)
    assert grids_of(shown) == []

"""The administrator's page, and what annotators see when the study has ended."""

import re

import pytest
from support.annotate_desk import Desk, findings
from support.annotate_page import TITLE, page_study, serving

VIEW = {"viewport": {"width": 1280, "height": 900}, "bypass_csp": True}


@pytest.fixture
def served(tmp_path):
    page_study(tmp_path / "study", photographs=1, people=3)
    with serving(tmp_path / "study") as made:
        yield made


@pytest.fixture
def sit(chromium):
    """Open a link in a browser of its own; the console stays empty."""
    desks = []

    def sit(link, **options):
        desks.append(Desk(chromium.new_context(**VIEW | options), link))
        return desks[-1]

    yield sit
    said = [line for made in desks for line in made.said if made.expected not in line]
    for made in desks:
        made.page.context.close()
    assert said == []


def finished(desk, *points):
    desk.consent().rate().drag(*points)
    desk.say("lowers", "nowhere")
    desk.finish()
    desk.page.get_by_role("heading", name="All done").wait_for()


def test_invitations_are_made_renewed_and_withdrawn(served, sit):
    boss = sit(served.admin)
    page = boss.page
    page.get_by_role("heading", name="Annotators").wait_for()
    assert "#" not in page.url
    assert page.locator("tbody").first.locator("tr").count() == 3
    assert findings(page) == []
    name, old = served.someone()
    page.get_by_role("button", name=f"New link for {name}").click()
    assert findings(page) == []
    page.get_by_role("button", name="Make it").click()
    field = page.get_by_label(f"Link of {name}")
    link = field.input_value()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#[\w-]{40,}", link)
    assert link != old
    assert findings(page) == []
    page.get_by_role("button", name="Hide").click()
    assert field.count() == 0
    stranger = sit(old)
    stranger.expected = "401"
    stranger.page.get_by_role("heading", name="You need an invitation").wait_for()
    annotator = sit(link)
    annotator.consent()
    page.get_by_role("button", name=f"Withdraw the invitation of {name}").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name=f"Withdraw the invitation of {name}").click()
    page.get_by_role("button", name="Withdraw it").click()
    page.get_by_role("row", name=name).get_by_text("no invitation").wait_for()
    annotator.expected = "401"
    annotator.page.reload()
    annotator.page.get_by_role("heading", name="You need an invitation").wait_for()


def test_a_study_pauses_goes_on_and_is_closed_with_its_results(served, sit):
    (first, link), (_, other) = served.someone(), served.someone()
    one, two = sit(link), sit(other)
    one.page.locator("input[type=checkbox]").nth(2).check()  # may be shown to the others
    finished(one, (60, 60), (120, 100))
    two.consent().rate()
    boss = sit(served.admin, color_scheme="dark")
    page = boss.page
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("The study is paused.").wait_for()
    two.expected = "403"
    two.drag((60, 60), (130, 100))
    two.page.wait_for_selector("#save-state[data-state=away]")
    assert "paused" in two.page.locator("#save-state").inner_text()
    three = sit(served.someone()[1])
    three.agree()
    three.page.get_by_role("heading", name="The study is paused").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("The study is open.").wait_for()
    two.saved()
    two.say("lowers", "nowhere")
    two.finish()
    page.get_by_role("button", name="Refresh").click()
    card = page.locator(".cards li").first
    card.get_by_text(re.compile(r"^Dice 0\.[5-9]\d$")).wait_for()
    assert card.locator("img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 400
    assert page.get_by_role("row", name=first).get_by_text("1 of 1").count() == 1
    assert findings(page) == []
    page.get_by_role("button", name="Close the study").click()
    assert findings(page) == []
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("The study is closed.").wait_for()
    two.page.reload()
    two.page.get_by_role("button", name="Show me").click()
    figures = two.page.locator("figure")
    figures.nth(1).locator("canvas").wait_for()
    assert figures.count() == 2
    assert findings(two.page) == []
    one.page.reload()  # the other one did not agree to be shown
    one.page.get_by_role("button", name="Show me").click()
    one.page.locator("figure canvas").wait_for()
    assert one.page.locator("figure").count() == 1


def test_the_page_is_for_the_administrator_alone(served, sit):
    annotator = sit(served.someone()[1])
    annotator.consent()
    annotator.page.goto(served.admin.partition("#")[0])
    annotator.page.get_by_role("heading", name="For the administrator").wait_for()
    assert TITLE not in annotator.page.content()
    assert findings(annotator.page) == []

"""Every view of an annotator, read by axe-core in both themes and at both ends of what screens are; text stays text."""

import re

import pytest
from support.annotate_desk import Desk, desk, findings, study  # noqa: F401
from support.annotate_page import TITLE, page_study, serving

SCREENS = {
    "telephone, dark": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "color_scheme": "dark"},
    "desk, light": {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "light"},
}


def fitting(page):
    """Nothing sticks out to the right, and axe-core finds nothing."""
    page.wait_for_timeout(150)  # colours change softly
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_everybody_can_read_every_view(desk, study, screen):
    sitting = desk(ready=False, bypass_csp=True, **SCREENS[screen])
    page = sitting.page
    page.get_by_role("button", name="Take part").click()
    page.get_by_role("alert").get_by_text("Please tick").wait_for()
    fitting(page)
    sitting.consent()
    page.get_by_role("button", name="Go on to marking").click()  # told what is missing
    assert "rate it first" in page.get_by_role("alert").inner_text()
    fitting(page)
    sitting.rate()
    page.locator("summary").click()
    page.get_by_role("button", name="Finish").click()
    assert "nowhere or everywhere" in page.get_by_role("alert").inner_text()
    fitting(page)
    for tool in ("polygon", "fill", "brush"):
        sitting.tool(tool)
        fitting(page)
    sitting.say("raises", "everywhere")
    sitting.say("lowers", "nowhere")
    page.get_by_role("button", name="Skip this one").click()
    fitting(page)
    page.keyboard.press("Escape")
    sitting.saved().finish()
    page.wait_for_selector("#board")
    sitting.rate()
    sitting.say("raises", "nowhere")
    sitting.say("lowers", "nowhere")
    sitting.finish()
    page.get_by_role("heading", name="All done").wait_for()
    fitting(page)
    finished = [save.state["extent"] for save in study.saves(sitting.name) if save.kind == "finish"]
    assert finished == [{"raises": "everywhere", "lowers": "nowhere"}, {"raises": "nowhere", "lowers": "nowhere"}]
    page.context.clear_cookies()
    page.reload()
    page.get_by_role("heading", name="You need an invitation").wait_for()
    fitting(page)
    sitting.expected = "401"


IDLE = {
    "Time for a break": ({"state": "break"}, {"state": "break", "seconds": 400}),
    "The study is paused": ({"state": "paused"}, {}),
    "The study has ended": ({"state": "closed"}, {}),
}


def test_everybody_can_read_why_there_is_nothing_to_do(desk):
    page = desk(ready=False, bypass_csp=True).page
    answers = {}
    page.route("**/api/session", lambda route: route.fulfill(json=answers["session"]))
    page.route("**/api/task", lambda route: route.fulfill(json=answers["task"]))
    for heading, (session, task) in IDLE.items():
        answers.update(session={"csrf": "", "annotator": "a01", "role": "annotator"} | session, task=task)
        page.reload()
        page.get_by_role("heading", name=heading).wait_for()
        fitting(page)


def test_text_stays_text(desk):
    sitting = desk(ready=False)
    assert "<i>Really</i>." in sitting.page.locator("main").inner_text()
    sitting.consent()
    page = sitting.page
    assert page.get_by_role("heading", level=1).inner_text() == TITLE
    assert "<script>alert(2)</script>" in page.locator("main").inner_text()
    assert page.locator("main b, main i, main script").count() == 0


def test_the_policy_is_kept_and_nothing_comes_from_elsewhere(desk):
    asked = []
    sitting = desk(ready=False)
    page = sitting.page
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    sitting.consent().rate().drag((50, 50), (90, 90))
    sitting.saved()
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert {url.split("/")[2] for url in asked} == {page.url.split("/")[2]}
    assert sitting.said == []
    page.evaluate("document.body.setAttribute('style', 'color: red')")  # a violation would be seen
    assert "Content Security Policy" in sitting.said.pop()


def test_declining_keeps_nothing(desk, study):
    sitting = desk(ready=False)
    sitting.page.get_by_role("button", name="Decline").click()
    sitting.page.get_by_role("heading", name="Thank you").wait_for()
    assert sitting.page.context.cookies() == []


def test_marks_first_then_ratings_where_the_study_says_so_and_practice(chromium, tmp_path):
    page_study(tmp_path / "study", people=2, order="mark_first", practice=1, overall=False)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    with serving(tmp_path / "study") as served:
        name, link = served.someone()
        sitting = Desk(context, link).consent().settle()
        page = sitting.page
        assert page.locator(".kicker").inner_text().strip().startswith("Practice: 1 of 3")
        assert page.locator(".instruction").count() == 1
        sitting.drag((60, 60), (120, 100))
        other = "lowers" if served.saves(sitting.saved() and name)[-1].state["extent"]["raises"] else "raises"
        sitting.say(other, "nowhere")
        page.get_by_role("button", name="Go on to rating").click()
        page.get_by_role("button", name="Back to the marks").click()
        page.get_by_role("button", name="Go on to rating").click()
        page.locator("input[name=rating][value='-1']").check()
        assert page.locator("input[name=overall]").count() == 0
        sitting.finish()
        page.locator("figure canvas").nth(1).wait_for()
        assert re.fullmatch(r"What was expected \((raises|lowers) it\)", page.locator("figcaption").nth(1).inner_text())
        fitting(page)
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector(".kicker:has-text('2 of 3')")
        assert [save.kind for save in served.saves(name)] == ["stroke", "extent", "rating", "finish"]
        assert sitting.said == []
    context.close()

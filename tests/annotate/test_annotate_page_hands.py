"""A whole task by keyboard alone, by touch on a telephone, and with a pen; zoom and pan by every hand."""

import math

import numpy as np
import pytest
from support.annotate_desk import desk, study  # noqa: F401
from support.annotate_page import HEIGHT, WIDTH

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def tab_to(page, wanted, most=60):
    """Press Tab until something has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def test_a_whole_task_by_keyboard(desk, study):
    sitting = desk(ready=False)
    page, press = sitting.page, sitting.page.keyboard.press
    page.get_by_role("button", name="Take part").wait_for()
    for _ in range(2):
        tab_to(page, "input[type=checkbox]")
        press("Space")
    tab_to(page, "button.primary")
    press("Enter")
    page.wait_for_selector("input[name=rating]")
    tab_to(page, "input[name=rating]")
    press("Space")
    press("ArrowRight")  # from −1 to 0
    tab_to(page, "input[name=overall]")
    press("Space")
    tab_to(page, "button.primary")
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "board"
    for key in ("[", "[", "Enter", *["ArrowRight"] * 5, "Enter"):  # a stroke with a smaller brush
        press(key)
    for key in ("l", "p", "Enter", *["ArrowDown"] * 6, "Enter", *["ArrowLeft"] * 6, "Enter"):  # a triangle
        press(key)
    for key in ("ArrowUp", "Enter", "Backspace", "c"):  # and a corner too many
        press(key)
    press("+")
    press("z")
    press("y")
    press("0")
    sitting.saved()
    stroke, polygon = [save for save in study.saves(sitting.name) if save.kind == "stroke"]
    size, points = stroke.operation["size"], stroke.operation["points"]
    assert points[0] == [WIDTH / 2 + 0.5, HEIGHT / 2 + 0.5]
    length = math.dist(points[0], points[-1])
    assert stroke.raises.sum() == pytest.approx(size * length + math.pi * size**2 / 4, rel=0.02)
    assert len(polygon.operation["points"]) == 3
    assert polygon.lowers.sum() > 100
    assert not (polygon.raises & polygon.lowers).any()
    tab_to(page, "#panel button.primary")
    press("Enter")
    page.wait_for_selector(".kicker:has-text('2 of 2')")
    *_, last = study.saves(sitting.name)
    assert last.kind == "finish"
    assert (last.state["rating"], last.state["overall"]) == (0, 1)
    tab_to(page, "button.plain")  # and the next one is skipped
    press("Enter")
    tab_to(page, "dialog input[type=radio]")
    press("Space")
    tab_to(page, "dialog button.primary")
    press("Enter")
    page.get_by_role("heading", name="All done").wait_for()
    *_, last = study.saves(sitting.name)
    assert (last.kind, last.state["reason"]) == ("skip", "I cannot see the photograph well enough")


def test_letters_do_nothing_where_they_are_typed(desk, study):
    sitting = desk()
    sitting.page.get_by_role("button", name="Skip this one").click()
    sitting.page.get_by_label("More about it").fill("")
    sitting.page.get_by_label("More about it").press_sequentially("plz b")
    assert sitting.page.locator("input[name=tool]:checked").get_attribute("value") == "brush"
    sitting.page.keyboard.press("Escape")
    sitting.page.locator("dialog").wait_for(state="detached")
    assert study.saves(sitting.saved().name)[-1].kind == "overall"


class Fingers:
    """Real touches, sent to the browser as its driver does."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)

    def send(self, kind, *points):
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, *steps):
        self.send("touchStart", *steps[0])
        for points in steps[1:]:
            self.send("touchMove", *points)
        self.send("touchEnd")


def test_touch_on_a_telephone(desk, study):
    sitting = desk(**PHONE)
    page, fingers = sitting.page, Fingers(sitting.page)
    place = sitting.place
    fingers.drag([place(100, 100)], [place(150, 100)], [place(200, 100)])
    sitting.saved()
    stroke = study.saves(sitting.name)[-1]
    length = math.dist(stroke.operation["points"][0], stroke.operation["points"][-1])
    size = stroke.operation["size"]
    assert length == pytest.approx(100, abs=3)
    assert stroke.raises.sum() == pytest.approx(size * length + math.pi * size**2 / 4, rel=0.02)
    before, scrolled = len(study.saves(sitting.name)), page.evaluate("scrollY")
    x, y = place(200, 150)
    fingers.drag([(x - 20, y), (x + 20, y)], [(x - 30, y), (x + 30, y)], [(x - 40, y), (x + 40, y)])  # two fingers: closer
    assert page.locator("#zoom").inner_text() == "200 %"
    assert page.evaluate("scrollY") == scrolled
    assert len(study.saves(sitting.name)) == before  # the first finger did not draw
    sitting.left, sitting.top, sitting.scale = x - 2 * (x - sitting.left), y - 2 * (y - sitting.top), 2 * sitting.scale
    page.locator("input[name=sign][value=lowers]").check()
    page.locator("input[name=tool][value=polygon]").check()
    for point in ((180, 140), (220, 140), (220, 170)):
        fingers.drag([place(*point)])
    page.get_by_role("button", name="close polygon").click()
    sitting.saved()
    kept = study.saves(sitting.name)[-1]
    assert kept.lowers.sum() == pytest.approx(40 * 30 / 2, rel=0.15)
    assert not (kept.raises & ~stroke.raises).any()  # nor left it a dot behind
    assert page.evaluate("document.documentElement.scrollWidth") == 390  # nothing sticks out
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .choices label, .range, summary")].filter((one) => one.offsetParent)
        .map((one) => [one.textContent, one.getBoundingClientRect()])
        .filter(([, { height, width }]) => height < 44 || width < 44)
        .map(([text]) => text)"""
    )
    assert small == []


def test_zoom_and_pan(desk, study):
    sitting = desk().zoom(4, 200, 150)
    page = sitting.page
    sitting.page.mouse.move(*sitting.place(200, 150))
    page.mouse.down(button="middle")
    page.mouse.move(*sitting.place(190, 145))
    page.mouse.up(button="middle")
    sitting.left, sitting.top = sitting.left - 10 * sitting.scale, sitting.top - 5 * sitting.scale
    sitting.key("r")
    page.keyboard.down("Space")
    sitting.drag((200, 150), (210, 160))
    page.keyboard.up("Space")
    sitting.left, sitting.top = sitting.left + 10 * sitting.scale, sitting.top + 10 * sitting.scale
    assert study.saves(sitting.name)[-1].kind == "overall"  # nothing was drawn
    sitting.tool("polygon")
    for point in ((190, 140), (210, 140), (210, 160), (190, 160)):
        sitting.click(*point)
    sitting.key("Escape")
    for point in ((190, 140), (210, 140), (210, 160), (190, 160)):
        sitting.click(*point)
    sitting.key("c")
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[140:160, 190:210] = True
    assert (study.saves(sitting.saved().name)[-1].raises == expected).all()


def test_a_pen_draws(desk, study):
    sitting = desk()
    session = sitting.page.context.new_cdp_session(sitting.page)
    for kind, point in (("mousePressed", (100, 100)), ("mouseMoved", (160, 140)), ("mouseReleased", (160, 140))):
        x, y = sitting.place(*point)
        more = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen", "force": 0.5}
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y} | more)
    kept = study.saves(sitting.saved().name)[-1]
    assert kept.kind == "stroke"
    assert kept.raises[120, 130]


def test_a_wide_screen_shows_a_task_whole(desk):
    sitting = desk(ready=False, viewport={"width": 1920, "height": 1080})
    sitting.consent()
    for step in ("rate", "mark"):
        if step == "mark":
            sitting.rate().page.evaluate("scrollTo(0, 0)")
        board, go = (sitting.page.locator(name).bounding_box() for name in ("#board", "#panel button.primary"))
        assert go["y"] + go["height"] < 1080
        assert board["height"] > 0.55 * 1080
        assert board["width"] / board["height"] == pytest.approx(WIDTH / HEIGHT, rel=0.01)

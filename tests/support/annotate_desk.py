"""Somebody at the annotation page, in a real browser: a page, and hands that know where the photograph's pixels are."""

import math

import pytest

from support.annotate_page import HEIGHT, WIDTH, page_study, serving


class Desk:
    """A page of one annotator, and hands that know where the photograph's pixels are on the screen."""

    def __init__(self, context, link):
        self.said = []
        self.expected = "nothing"  # what a browser may write to its console of a request that fails on purpose
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(link)
        self.page.wait_for_selector("h1")

    def consent(self):
        """Agree, and come to the first task."""
        self.agree()
        self.page.wait_for_selector("#board")
        return self

    def agree(self):
        boxes = self.page.locator("input[type=checkbox]")
        boxes.nth(0).check()
        boxes.nth(1).check()
        self.page.get_by_role("button", name="Take part").click()

    def rate(self):
        """The first step, where ratings come first."""
        self.page.locator("input[name=rating][value='1']").check()
        self.page.locator("input[name=overall][value='4']").check()
        self.page.get_by_role("button", name="Go on to marking").click()
        return self.settle()

    def settle(self):
        """The board's place, once it stands."""
        self.settled()
        self.page.locator("#board").scroll_into_view_if_needed()
        box = self.page.locator("#board").bounding_box()
        self.left, self.top, self.scale = box["x"], box["y"], box["width"] / WIDTH
        return self

    def zoom(self, factor, x=WIDTH / 2, y=HEIGHT / 2):
        """Zoom in about a point of the photograph, with the wheel."""
        if factor == 1:
            return self
        left, top = (round(at) for at in self.place(x, y))
        self.page.mouse.move(left, top)
        shown = self.page.locator("#zoom")
        while (reached := int(shown.inner_text().rstrip(" %") or 100) / 100) < factor - 0.01:
            self.page.mouse.wheel(0, -400 * math.log(factor / reached))  # a browser may scroll less than it is told
            self.settled()
        self.left, self.top = left - (left - self.left) * reached, top - (top - self.top) * reached
        self.scale *= reached
        return self

    def settled(self):
        """Wait until what was done is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def place(self, x, y):
        return self.left + x * self.scale, self.top + y * self.scale

    def click(self, x, y):
        self.page.mouse.click(*self.place(x, y))

    def drag(self, *points):
        self.page.mouse.move(*self.place(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.place(*point))
        self.page.mouse.up()

    def tool(self, name, **ranges):
        self.page.locator(f"input[name=tool][value={name}]").check()
        for label, value in ranges.items():
            self.page.locator(f"label.range:has-text('{label}') input").fill(str(value))

    def key(self, *keys):
        self.page.locator("#board").focus()
        for each in keys:
            self.page.keyboard.press(each)

    def saved(self):
        """Wait until everything is saved."""
        self.page.wait_for_selector("#save-state[data-state=saved]", timeout=15_000)
        return self

    def say(self, sign, extent):
        self.page.locator(f"input[name=extent-{sign}][value={extent}]").check()

    def finish(self):
        """Finish the task, and wait for what comes after it."""
        board = self.page.query_selector("#board")
        self.page.get_by_role("button", name="Finish").click()
        self.page.wait_for_function("(board) => !board.isConnected", arg=board)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study for the tests of one module; everybody's tasks are their own."""
    folder = tmp_path_factory.mktemp("study") / "study"
    page_study(folder)
    with serving(folder) as served:
        yield served


@pytest.fixture
def desk(chromium, study):
    """Sit somebody down at a task; no page may say anything to the console."""
    contexts, desks = [], []

    def sit(link=None, ready=True, context=None, **options):
        name, own = study.someone() if link is None else (None, link)
        if context is None:
            context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
            contexts.append(context)
        made = Desk(context, own)
        made.name = name
        desks.append(made)
        return made.consent().rate() if ready else made

    yield sit
    said = [line for made in desks for line in made.said if made.expected not in line]
    for context in contexts:
        context.close()
    assert said == [], said


def findings(page):
    """All that axe-core finds in a page as it is; its context has set the policy aside, or axe could not be put into it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]

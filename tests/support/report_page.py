"""The report page of a run written by hand, opened in a browser, and what tests ask of it."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
import xaesthetic_reports

from support.hand_run import hand_run
from xaesthetic.reporting import draw_reports

HOW_MANY = 3
SCRIPTS = Path(xaesthetic_reports.__file__).parent / "_html"


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


def retold(file, target, known):
    """The page with other values in it."""
    text = json.dumps(known).replace("<", "\\u003c")
    page = re.sub(r'(id="told">).*?(</script>)', lambda found: found[1] + text + found[2], file.read_text(), flags=re.DOTALL)
    target.write_text(page)
    return target


def names(page):
    return page.locator("#grid tbody .name").all_text_contents()


def drawn(page):
    """Scroll through the grid until every map has its colours."""
    for button in page.locator("button.map").all():
        button.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelectorAll('button.map:not(.drawn)').length === 0")


PIXELS = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let letters = "";
  for (let at = 0; at < data.length; at += 8192) letters += String.fromCharCode(...data.subarray(at, at + 8192));
  return [btoa(letters), canvas.height, canvas.width, 4];
}"""
"""As text: Playwright takes ten seconds for a million numbers."""


def pixels(page, selector):
    """What a canvas holds, (h, w, 4)."""
    letters, *shape = page.eval_on_selector(selector, PIXELS)
    return np.frombuffer(base64.b64decode(letters), np.uint8).reshape(shape)


def limits(page):
    """The lowest and highest colour's value of every map, row by row."""
    drawn(page)
    found = page.eval_on_selector_all("#grid canvas", "all => all.map(c => [Number(c.dataset.low), Number(c.dataset.high)])")
    return np.array(found).reshape(HOW_MANY, -1, 2)

"""The page of a run with an edit slider, opened in a browser, and what tests ask of it."""

import base64
import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from support.browser import Opened
from support.report_page import told
from support.slid_run import slid_run
from xaesthetic.core.types import ReportOptions
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import SLIDER_PICTURES


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return slid_run(tmp_path_factory.mktemp("slid") / "run")


@pytest.fixture(scope="module")
def beside(run):
    (file,) = draw_reports(run, ["html_report"])
    return file


@pytest.fixture(scope="module")
def inside(run, beside, tmp_path_factory):
    kept = tmp_path_factory.mktemp("inside")
    (file,) = draw_reports(run, ["html_report"], ReportOptions(slider="inside"))
    alone = shutil.copy(file, kept / "alone.html")
    draw_reports(run, ["html_report"])  # as `beside` was
    return alone


@pytest.fixture
def opened(chromium, beside):
    """The page whose pictures lie beside it; it asks for these and for nothing else."""
    known = Opened(chromium, beside)
    known.page.wait_for_selector("#slider-panels figure")
    yield known
    assert known.said == []
    assert known.outside() != []
    assert all(url.startswith((beside.parent / "slider").as_uri()) for url in known.outside())
    known.page.close()


def told_pictures(file):
    return told(file)["slider"]["photographs"][0]["pictures"]


def held(file):
    """What a file beside the page hands over."""
    head, _, value = file.read_text().partition("=")
    assert head == "document.currentScript.holds"
    return json.loads(value)


def decoded(address):
    kind, _, data = address.partition(";base64,")
    assert kind in ("data:image/webp", "data:image/jpeg")
    return pixels_in(base64.b64decode(data))


def pixels_in(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def jpeg_of(run, image, step):
    table = run.read(SLIDER_PICTURES)
    table = table[table["image"] == image].set_index(["edit", "amount"])
    return table.loc[step, "jpeg"]


def widths(page):
    """What the pictures really hold, once they are decoded."""
    decode = "all => Promise.all(all.map((img) => img.decode().then(() => img.naturalWidth)))"
    return set(page.eval_on_selector_all("#slider-panels .frame img", decode))


def until(page, expression):
    """Wait for what a page comes to; its policy lets Playwright's own waiting evaluate nothing."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {expression}")


def arrived(page, place):
    """Wait for a picture and its maps: they come together."""
    until(page, f"document.querySelector('#slider-panels img').dataset.place === '{place}'")


def said(page):
    return page.inner_text("#slider-said")

"""The maps of the edit slider: in the colours of the figures, as the page's controls say, from files beside the page."""

import numpy as np
import pytest
from support.report_page import SCRIPTS, pixels
from support.slid_page import arrived, beside, decoded, held, opened, run, told_pictures  # noqa: F401
from support.slid_run import EDITS

from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.run.schemas import SLIDER_MAPS


def test_the_colours_are_those_of_the_figures(opened, run):
    """The figures' own formula, on the decoded picture of the page and the map of the run."""
    page = opened.page
    page.select_option("#slider-edit", "1")
    page.focus("#slider-amount")
    page.keyboard.press("End")
    arrived(page, 4)
    photo = decoded(held(run.report / told_pictures(run.report / "report.html")[4])).astype(np.uint8)
    rows = run.read(SLIDER_MAPS)
    rows = rows[(rows["image"] == "p000") & (rows["model"] == "two") & (rows["method"] == "cam")]
    rows = rows[(rows["attribute"] == "light") & rows["edit"].isin(["", EDITS[1]])]
    grids = np.stack([np.frombuffer(item, "<f4").reshape(5, 6) for item in rows["map"]])
    assert grids[0].min() > grids.min() or grids[0].max() < grids.max()  # not the first step's
    limits = float(grids.min()), float(grids.max())
    values = images.to_pixels(style.normalise(grids[-1], limits), photo.shape[:2])
    expected = style.overlay(photo, values).astype(int)
    shown = pixels(page, "#slider-panels figure:nth-child(3) canvas")
    assert shown.shape == (60, 80, 4)
    assert (shown[..., 3] == 255).all()
    assert np.abs(shown[..., :3] - expected).mean() < 2
    assert np.percentile(np.abs(shown[..., :3] - expected), 99) < 12
    ends = page.locator("#slider-panels figure:nth-child(3) .ends span").all_text_contents()
    assert [float(end.replace("−", "-")) for end in ends] == pytest.approx(limits, rel=0.02)


def test_the_controls_of_the_page_hold_for_it_too(opened):
    page = opened.page
    canvas = "#slider-panels figure:nth-child(2) canvas"
    arrived(page, 0)
    before = pixels(page, canvas)
    page.evaluate(
        "() => { const o = document.getElementById('opacity'); o.value = 30; o.dispatchEvent(new Event('input')); }"
    )
    assert page.eval_on_selector(canvas, "c => getComputedStyle(c).opacity") == "0.3"
    page.select_option("#values", "signed")
    ends = [
        float(end.replace("−", "-"))
        for end in page.locator("#slider-panels figure:nth-child(2) .ends span").all_text_contents()
    ]
    assert ends[0] == -ends[1]
    signed = pixels(page, canvas)
    assert not np.array_equal(signed, before)
    page.select_option("#drawn", "lines")
    assert (pixels(page, canvas)[..., 3] == 0).any()


def test_files_are_loaded_as_they_are_needed(opened):
    page = opened.page
    page.wait_for_timeout(500)
    asked = [url.rpartition("/slider/")[2] for url in opened.outside()]
    assert asked == ["01-maps.js", "01-000.js", "01-001.js", "01-002.js"]  # the step, then its neighbours; one edit
    page.select_option("#slider-edit", "1")
    page.wait_for_timeout(500)
    asked = [url.rpartition("/slider/")[2] for url in opened.outside()]
    assert asked[4:] == ["01-003.js", "01-004.js"]  # none twice
    assert page.evaluate("Object.keys(window).filter((name) => name.includes('lider')).length") == 0


def test_neighbours_are_loaded_first(run_module):
    assert run_module(SCRIPTS / "beside.js", "m => m.fromNear(5, 3)") == [3, 2, 4, 1, 0]

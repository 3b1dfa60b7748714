"""The page's script and style in fewer bytes: they do the same, and nothing that is shown to a reader changes."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity
from support.report_page import SCRIPTS, file, run  # noqa: F401
from xaesthetic_reports import _pages
from xaesthetic_reports._bundle import bundle
from xaesthetic_reports._pages import page_script, page_style
from xaesthetic_reports._payload import payload
from xaesthetic_reports._pictures import grey_uri, photograph_uri
from xaesthetic_reports._strips import _strip
from xaesthetic_reports._travels import travelling

from xaesthetic.data.datasets.sample import sample
from xaesthetic.data.images import fitted
from xaesthetic.data.photograph import load_photograph

STYLE = """/* a comment { } */
.a > .b, :root[data-x="y"] :is(p, q) { color: red; width: calc(1px + 2 * var(--c, 3px)); }
@media (max-width: 700px) {
  .c::before { content: "⚠ "; }
}
"""


def test_a_style_sheet_says_the_same(chromium, tmp_path, monkeypatch):
    def rules(text):
        page = chromium.new_page()
        page.set_content(f"<style>{text}</style>")
        known = page.evaluate("Array.from(document.styleSheets[0].cssRules, (rule) => rule.cssText.replaceAll(', ', ','))")
        page.close()
        return known

    (tmp_path / "style.css").write_text(STYLE, encoding="utf-8")
    for folder, names in ((SCRIPTS, ("page.css", "words.css", "slider.css")), (tmp_path, ("style.css",))):
        monkeypatch.setattr(_pages, "_SOURCES", folder)
        text = "".join((folder / name).read_text(encoding="utf-8") for name in names)
        assert rules(page_style(*names)) == rules(text)
        assert len(rules(text)) > 1
        assert "/*" not in page_style(*names)


@pytest.mark.parametrize("module", sorted(path.name for path in SCRIPTS.glob("*.js")))
def test_a_script_keeps_what_its_library_takes_for_granted(module):
    """No template within a template: rjsmin ends the outer one at the first backtick."""
    text = (SCRIPTS / module).read_text(encoding="utf-8")
    assert not re.findall(r"`[^`\n]*\$\{[^}\n]*`", text)


def test_the_page_holds_them(file):
    text = file.read_text(encoding="utf-8")
    assert page_script("page.js") in text
    assert page_style("page.css", "words.css") in text
    assert "slider-" not in text  # this run has none
    assert len(page_script("page.js")) < 0.9 * len(bundle(SCRIPTS / "page.js"))


def _opened(address):
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))


@pytest.mark.parametrize("shape", [(40, 10), (7, 1), (64, 64), (20_000, 2)])
def test_grey_values_travel_unchanged(shape):
    greys = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    address = grey_uri(greys)
    assert (np.asarray(_opened(address).convert("L")) == greys).all()
    if shape == (20_000, 2):  # more than a WebP can hold
        assert address.startswith("data:image/png;")


def test_a_photograph_that_was_made_smaller_is_as_like_itself_as_a_jpeg_in_fewer_bytes():
    for record in list(sample())[:3]:
        pixels = fitted(load_photograph(record), 400)
        webp, jpeg = photograph_uri(pixels, smaller=True), photograph_uri(pixels, smaller=False)
        assert webp.startswith("data:image/webp;")
        assert jpeg.startswith("data:image/jpeg;")
        likeness = [structural_similarity(pixels, np.asarray(_opened(item)), channel_axis=2) for item in (webp, jpeg)]
        assert likeness[0] > likeness[1] - 0.005
        assert len(webp) < 0.9 * len(jpeg)


def test_what_travels_is_written_once(run):
    shown = payload(run) | {"downloads": []}
    travels = json.loads(travelling(shown))
    assert [item["name"] for item in travels["attributes"]] == ["light", "vivid_color"]
    (first, *_), (before, *_) = travels["photographs"], shown["photographs"]
    assert first["predictions"]["one"] == list(before["predictions"]["one"].values())
    assert first["predictions"]["two"] == [before["predictions"]["two"]["light"], None]
    assert ("ratings" in first, "people" in first, "edit" in first) == (True, True, False)
    assert [set(row) for row in travels["findings"]] == [{"model", "method", "attributes", "holds"}] * len(shown["findings"])
    read = {"attributes", "columns", "downloads", "findings", "leaderboard", "models", "opening", "photographs"}
    assert set(travels) == read | {"specificity", "stability"}
    assert [set(row) for row in travels["models"]] == [{"key"}] * 2
    assert [set(item) for item in travels["attributes"]] == [{"name", "title", "ranges"}] * 2
    ranges = {name: {"low": -1.0, "high": float(name == "c"), "about": "x"} for name in "abc"}
    shown["attributes"][0]["ranges"] = ranges
    assert [item["of"] for item in json.loads(travelling(shown))["attributes"][0]["ranges"]] == [["a", "b"], ["c"]]


def test_ends_of_maps_in_the_digits_that_matter():
    random = np.random.default_rng(1)
    for low, spread in ((0.0, 1.0), (1000.0, 1e-3), (-3e-7, 2.5e-8), (5.0, 99.0)):
        values = low + spread * random.random((1, 4, 4))
        strip = _strip(values)
        for name, end in (("low", values.min()), ("high", values.max())):
            assert strip[name][0] == pytest.approx(end, abs=np.ptp(values) / 1900)
            assert len(str(strip[name][0]).lstrip("-0.").partition("e")[0]) <= 12
    assert _strip(np.full((1, 2, 2), 7.123456))["low"] == [7.123]
    assert _strip(np.full((1, 2, 2), np.nan))["low"] == [None]
    assert _strip(np.zeros((1, 2, 2)))["high"] == [0.0]

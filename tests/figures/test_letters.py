import copy
import warnings
from pathlib import Path

import pytest
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from xaesthetic_reports._labels import key_to_labels, labels

from xaesthetic.core.errors import XaestheticWarning
from xaesthetic.figures import letters, style


@pytest.fixture
def only_the_own_font(monkeypatch):
    """No font helps out, and nothing has been warned of."""
    monkeypatch.setattr(letters, "_helping", dict)
    caches = letters._family_of, letters._warn_of
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def test_plain_names_stay(only_the_own_font):
    for name in ("photo 1.jpg", "café", "Δ_x$y$", "two\nlines"):
        assert letters.drawable(name) == (name, (letters.FAMILY,))


def test_what_no_font_has_becomes_an_escape_and_each_writing_is_named_once(only_the_own_font):
    names = ("写真 1.jpg", "映画.jpg", "한 ไทย 🦊", "a\x1b[31mb\u202e")
    with pytest.warns(XaestheticWarning) as caught:
        drawn = [letters.drawable(name) for name in names]
    shown = (r"\u5199\u771f 1.jpg", r"\u6620\u753b.jpg", r"\ud55c \u0e44\u0e17\u0e22 \U0001f98a", r"a\x1b[31mb\u202e")
    assert drawn == [(text, (letters.FAMILY,)) for text in shown]
    said = [str(warning.message) for warning in caught]
    assert [text.split(" letters")[0].removeprefix("no font here has ") for text in said] == [
        "Chinese and Japanese", "Korean", "Thai", "some",
    ]  # fmt: skip
    assert all("install" in text and "--label" in text for text in said)


def test_a_font_that_has_the_letters_helps_out(only_the_own_font, monkeypatch):
    helping = font_manager.findfont("DejaVu Sans Mono", fallback_to_default=False)
    monkeypatch.setattr(letters, "_helping", lambda: {"DejaVu Sans Mono": helping})
    monkeypatch.setattr(letters, "FAMILY", "cmr10")  # which has no Greek
    assert letters.drawable("aΔ") == ("aΔ", ("cmr10", "DejaVu Sans Mono"))


def test_a_font_that_was_installed_since_helps_out(monkeypatch, tmp_path):
    installed = font_manager.findfont("DejaVu Sans Mono", fallback_to_default=False)
    (tmp_path / "new.ttf").write_bytes(Path(installed).read_bytes())
    manager = copy.copy(font_manager.fontManager)
    manager.ttflist = [entry for entry in manager.ttflist if entry.name != "DejaVu Sans Mono"]
    monkeypatch.setattr(font_manager, "fontManager", manager)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(tmp_path / "new.ttf")])
    assert letters._helping.__wrapped__()["DejaVu Sans Mono"] == str(tmp_path / "new.ttf")
    assert "Last Resort High-Efficiency" not in letters._helping.__wrapped__()


def test_a_figure_with_such_names_is_saved_with_no_other_warning(tmp_path, only_the_own_font):
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.text(0.5, 0.5, "写真")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", XaestheticWarning)
        written = style.save(figure, tmp_path / "a", "写真")
    assert [file.suffix for file in written] == [".png", ".pdf", ".txt"]
    assert "写真" in written[2].read_text(encoding="utf-8")


def test_no_two_labels_are_alike():
    names = ["s1/same.png", "s1/same.jpg", "s2/same.png", "other.png", "other.png", "x/a.png"]
    assert labels(names) == {
        "s1/same.png": "s1/same.png",
        "s1/same.jpg": "same.jpg",
        "s2/same.png": "s2/same.png",
        "other.png": "other",
        "x/a.png": "a",
    }


@pytest.mark.filterwarnings("ignore::xaesthetic.core.errors.XaestheticWarning")
def test_labels_that_cannot_be_drawn_are_told_apart_and_explained(only_the_own_font):
    labelled = labels(["写真.jpg", "映画.jpg", "a.jpg"])
    assert labelled == {"写真.jpg": r"\u5199\u771f", "映画.jpg": r"\u6620\u753b", "a.jpg": "a"}
    assert key_to_labels(labelled) == [r"\u5199\u771f: '写真.jpg'; \u6620\u753b: '映画.jpg'."]
    assert key_to_labels({"a.jpg": "a"}) == []

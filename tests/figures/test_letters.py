import warnings

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from xaesthetic_reports._labels import key_to_labels, labels

from xaesthetic.figures import letters, style


@pytest.fixture
def only_the_own_font(monkeypatch):
    monkeypatch.setattr(letters, "_MORE", ())
    letters._fonts.cache_clear()
    yield
    letters._fonts.cache_clear()


def test_plain_names_stay(only_the_own_font):
    for name in ("photo 1.jpg", "café", "Δ_x$y$", "two\nlines"):
        assert letters.drawable(name) == (name, (letters.FAMILY,))


def test_what_no_font_has_becomes_a_box(only_the_own_font):
    assert letters.drawable("写真 1.jpg") == ("□□ 1.jpg", (letters.FAMILY,))
    assert letters.drawable("a\x1b[31mb\u202e")[0] == "a□[31mb□"


def test_a_figure_with_such_names_is_saved_without_a_warning(tmp_path, only_the_own_font):
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.text(0.5, 0.5, "写真")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
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


def test_labels_that_cannot_be_drawn_are_numbered_and_explained(only_the_own_font):
    labelled = labels(["写真.jpg", "映画.jpg", "a.jpg"])
    assert labelled == {"写真.jpg": "□□.jpg (1)", "映画.jpg": "□□.jpg (2)", "a.jpg": "a"}
    assert key_to_labels(labelled) == ["□□.jpg (1): '写真.jpg'; □□.jpg (2): '映画.jpg'."]
    assert key_to_labels({"a.jpg": "a"}) == []

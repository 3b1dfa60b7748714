"""Options of the commands that draw."""

import pytest
import typer

from xaesthetic.cli.drawing import parse_labels, report_options

LABELS = ["multigap_lite0=Ours", "cam = Class maps"]


def test_what_is_usual():
    options = report_options("per_map", 2)
    assert (options.formats, options.dpi, options.cmap, options.style) == (("png", "pdf"), 300, "viridis", "paper")


def test_choices_come_through():
    options = report_options(
        "shared", 1, False, ["multigap_lite0=Ours", "cam = Class maps"], ["SVG", "pdf", "svg"], 90, "magma", "dark"
    )
    assert options.labels == (("multigap_lite0", "Ours"), ("cam", "Class maps"))
    assert (options.formats, options.dpi, options.cmap, options.style) == (("svg", "pdf"), 90, "magma", "dark")
    assert (options.scale, options.columns, options.fade) == ("shared", 1, False)


def test_slides_are_narrow_and_fine():
    options = report_options("per_map", 2, style="slides")
    assert (options.columns, options.dpi) == (1, 600)
    assert report_options("per_map", 2, style="slides", dpi=100).dpi == 100


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cmap": "jet"}, "'jet' is not known here; perceptually uniform colours are viridis, cividis, magma"),
        ({"formats": ["bmp"]}, "'bmp' is not known here; it is one of png, pdf, svg"),
        ({"style": "poster"}, "it is one of paper, slides, dark"),
        ({"scale": "both"}, "it is one of per_map, shared"),
        ({"labels": ["cam"]}, "'cam' is not NAME=TITLE"),
    ],
)
def test_what_is_not_known_is_refused_by_name(changes, said):
    with pytest.raises(typer.BadParameter, match=said):
        report_options(**({"scale": "per_map", "columns": 2} | changes))


def test_a_title_may_hold_an_equals_sign():
    assert parse_labels(["a=b = c"]) == (("a", "b = c"),)

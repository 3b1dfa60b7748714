"""How figures look: justified rows, minus signs, colours, grounds, files, and numbers beside them."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import CMAPS, ReportOptions
from xaesthetic.figures import grid, letters, names, style
from xaesthetic.figures.intervals import IntervalPanel, Line, interval_figure
from xaesthetic.figures.overlays import Overlay, overlay_figure

LANDSCAPE, PORTRAIT = np.zeros((40, 60, 3), np.uint8), np.zeros((60, 40, 3), np.uint8)


def drawn(rows, groups, columns=2):
    figure = grid.photo_grid([grid.Row(str(number), tuple(map(grid.Panel, row))) for number, row in enumerate(rows)],
                             grid.Page("", groups), columns)  # fmt: skip
    width, height = figure.get_size_inches()
    return [(axes.get_position().width * width, axes.get_position().height * height) for axes in figure.axes]


def test_landscape_photographs_fill_the_width_of_their_cells():
    sizes = drawn([[LANDSCAPE] * 4], (("all", 4),))
    for width, height in sizes:
        assert width / height == pytest.approx(1.5)
        assert width == pytest.approx(0.95 * 1.2, abs=1e-6)


def test_pictures_of_a_row_are_equally_high_and_keep_their_shape_and_their_groups():
    sizes = drawn([[LANDSCAPE, PORTRAIT, LANDSCAPE, PORTRAIT, PORTRAIT, LANDSCAPE]] * 2, (("high", 3), ("low", 3)))
    assert len({round(height, 6) for _, height in sizes[:6]}) == 1
    for (width, height), photo in zip(sizes, [LANDSCAPE, PORTRAIT] * 2, strict=False):
        assert width / height == pytest.approx(photo.shape[1] / photo.shape[0])
    np.testing.assert_allclose(sizes[:6], sizes[6:])
    assert sum(width for width, _ in sizes[:3]) < 3 * 1.2


def test_long_names_keep_their_end():
    name = "farm1_262_20009074919_cdd9c88d5f_b_and_a_tail_that_differs_0001"
    lines = names.folded(name, 0.5).split("\n")
    assert len(lines) <= names.NAME_LINES
    assert "".join(lines).endswith("0001")
    assert "".join(lines).startswith("farm1")
    assert "…" in "".join(lines)
    assert names.folded("short", 0.5) == "short"


def test_numbers_have_a_minus_sign_and_names_their_hyphen():
    figure = mpl.figure.Figure()
    for text in ("-0.50", "mean -1.3, bias -.2", "rows-3", "2016-11", "x -y", "[-1, 1]"):
        figure.text(0, 0, text)
    letters.make_drawable(figure)
    said = [text.get_text() for text in figure.texts]
    assert said == ["−0.50", "mean −1.3, bias −.2", "rows-3", "2016-11", "x -y", "[−1, 1]"]


def test_every_panel_of_intervals_says_what_its_values_are():
    panel = IntervalPanel("deletion", (Line("a", "a", 0.1, -0.2, 0.3),), (), axis="output, mean, 95 % interval")
    figure = interval_figure([panel, panel], "title")
    assert [axes.get_xlabel() for axes in figure.axes] == ["output, mean, 95 % interval"] * 2


def test_colors_and_ground_are_as_the_options_say_and_go_with_the_block():
    values = np.tile(np.linspace(0, 1, 8, dtype=np.float32), (8, 1))
    photo = np.full((8, 8, 3), 128, np.uint8)
    usual = style.overlay(photo, values)
    for cmap in CMAPS:
        with style.looking(ReportOptions(cmap=cmap)):
            assert style.colormap() == cmap
            assert (style.overlay(photo, values) == usual).all() == (cmap == "viridis")
    with style.looking(ReportOptions(style="dark")):
        figure = grid.photo_grid([grid.Row("a", (grid.Panel(photo),))], grid.Page("Light", (("all", 1),)))
        assert mpl.colors.to_rgb(figure.get_facecolor()) < (0.2, 0.2, 0.2)
        assert mpl.colors.to_rgb(figure.texts[0].get_color()) > (0.8, 0.8, 0.8)
    assert style.colormap() == "viridis"
    assert style.ink() == "black"


def test_somebodys_matplotlibrc_changes_no_map():
    with mpl.rc_context({"image.cmap": "jet"}):
        assert style.colormap() == "viridis"


def test_files_dots_and_numbers_are_as_wanted(tmp_path):
    figure = mpl.figure.Figure(figsize=(1, 1))
    table = pd.DataFrame({"image": ["a.jpg"], "rating": [0.5]})
    options = ReportOptions(formats=("svg", "png"), dpi=123)
    written = style.save(figure, tmp_path / "a.b", "said", options, table)
    assert [file.name for file in written] == ["a.b.svg", "a.b.png", "a.b.csv", "a.b.txt"]
    with Image.open(written[1]) as image:
        assert image.size == (123, 123)
    assert written[2].read_text() == "image,rating\na.jpg,0.5\n"
    assert written[0].read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("name", "value"),
    [("scale", "own"), ("cmap", "jet"), ("style", "poster"), ("formats", ("png", "bmp")), ("slider", "none")],
)
def test_what_is_not_known_is_refused(name, value):
    with pytest.raises(DataError, match=f"the report's {name.removesuffix('s')} is .*; there are "):
        ReportOptions(**{name: value})


def test_titles_of_axes_side_by_side_do_not_overlap():
    lines = (Line("cam", "one", 0.5, 0.0, 1.0),)
    panel = IntervalPanel("deletion", lines, (), axis="output beyond a random order, mean, 95 % interval")
    figure = interval_figure([panel] * 4, "one")
    figure.canvas.draw()
    boxes = [axes.xaxis.label.get_window_extent(figure.canvas.get_renderer()) for axes in figure.axes]
    assert len(boxes) == 4
    assert all(one.x1 <= other.x0 for one, other in pairwise(boxes))
    assert all(box.y0 >= 0 for box in boxes)


def extents(figure):
    """The boxes of a figure's own texts, and its size, in pixels."""
    figure.canvas.draw()
    return [text.get_window_extent() for text in figure.texts], figure.get_size_inches() * figure.dpi


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("title", ["Depth of Field (PARA)", "balancing_elements_of_the_whole_composition"])
def test_the_title_and_what_the_bar_shows_do_not_overlap_and_are_not_cut_off(title, columns):
    photos = [np.zeros((8, 12, 3), np.uint8)] * 4
    rows = [grid.Row(name, tuple(map(grid.Panel, photos))) for name in ("photograph", "one\nCAM")]
    said = "map value, rating points (range 1 to 5)\n(each map has its own scale; grey: sign not stable)"
    figure = grid.photo_grid(rows, grid.Page(title, (("4 highest", 4),), said, ("least", "most")), columns)
    boxes, (width, height) = extents(figure)
    assert any("colors: map value" in text.get_text() for text in figure.texts)
    assert all(min(box.x0, box.y0) >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
    top = [box for box, text in zip(boxes, figure.texts, strict=True) if text.get_text().startswith((title, "colors", "4"))]
    assert len(top) == 3
    assert not any(one.overlaps(other) for number, one in enumerate(top) for other in top[:number])


@pytest.mark.parametrize(("columns", "count"), [(1, 2), (2, 1), (2, 5)])
def test_titles_of_plots_are_not_cut_off_and_rows_of_panels_are_even(columns, count):
    panel = IntervalPanel("x", (Line("a", "a", 0.1, -0.2, 0.3),), (), axis="mean, 95 % interval")
    figure = interval_figure(
        [panel] * count, "a_network_with_a_name_of_forty_letters_or: what follows controlled edits", columns
    )
    (box,), (width, height) = extents(figure)
    assert (box.x0 >= 0, box.x1 <= width, box.y1 <= height) == (True, True, True)
    assert all(box.y0 >= axes.title.get_window_extent().y1 for axes in figure.axes)
    lefts = [round(axes.get_position().x0, 3) for axes in figure.axes]
    assert count != 5 or (len(set(lefts)), lefts[:2]) == (3, lefts[3:])


def test_long_names_of_rows_are_folded_before_they_are_too_small_and_do_not_overlap():
    names = [f"multigap_resnet50_with_a_long_name_of_mine_{number}, activation energy" for number in range(3)]
    lines = tuple(Line(name, name, 0.1, -0.2, 0.3) for name in names)
    figure = interval_figure([IntervalPanel("x", lines, (), axis="mean, 95 % interval")], "title")
    figure.canvas.draw()
    shown = figure.axes[0].get_yticklabels()
    assert [text.get_text().replace("\n", "").replace(" ", "") for text in shown] == [
        name.replace(" ", "") for name in names
    ]
    assert min(text.get_fontsize() for text in shown) >= 4.8
    boxes = [text.get_window_extent() for text in shown]
    assert all(box.x0 >= 0 for box in boxes)
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))


def test_titles_over_pictures_and_lines_of_the_note_are_equally_large():
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    titles = ("a", "a_longer_network, Grad-CAM", "b, CAM")
    note = " ".join(f"{title} was trained on ratings, and on edits as well as I can say" for title in titles * 2)
    figure = overlay_figure(LANDSCAPE, [Overlay(title, "1.0", values, "points") for title in titles], "title", note)
    sizes = {text.get_text(): round(text.get_fontsize(), 2) for text in figure.texts}
    assert len({sizes[title] for title in ("photograph", *titles)}) == 1
    assert len({size for text, size in sizes.items() if " trained on " in text}) == 1

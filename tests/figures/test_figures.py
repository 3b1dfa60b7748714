from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from xaesthetic.data import images
from xaesthetic.figures import grid, oklab, style


def page(columns=2, **changes):
    fields = {
        "title": "Light",
        "groups": (("high", 1), ("low", columns - 1)),
        "bar": "map value",
        "ends": ("least", "most"),
    }
    return grid.Page(**(fields | changes))


def rows(photo, shown):
    first = grid.Row("photograph", tuple(grid.Panel(photo, below=name) for name in ("one", "two")))
    maps = tuple(grid.Panel(style.overlay(photo, shown), corner="0.50", top=shown) for _ in range(2))
    return [first, grid.Row("net\ncam", maps)]


@pytest.fixture
def shown(photo):
    height, width = photo.shape[:2]
    return np.linspace(0, 1, height * width, dtype=np.float32).reshape(height, width)


def texts(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text)]


def test_normalise_by_hand():
    grid = np.array([[-1, 0], [1, 3]], np.float32)
    np.testing.assert_allclose(style.normalise(grid), [[0, 0.25], [0.5, 1]])
    np.testing.assert_allclose(style.normalise(grid, (0.0, 2.0)), [[0, 0], [0.5, 1]])


def test_normalise_of_a_constant_map_is_unknown():
    assert np.isnan(style.normalise(np.ones((2, 3), np.float32))).all()


def test_fine_maps_are_shown_as_means_and_coarse_ones_as_they_are():
    grid = np.random.default_rng(0).normal(size=(120, 80)).astype(np.float32)
    np.testing.assert_allclose(style.coarse(grid), grid.reshape(20, 6, 20, 4).mean((1, 3)), atol=1e-5)
    np.testing.assert_allclose(style.coarse(grid[:10, :7]), grid[:10, :7], atol=1e-6)
    assert style.coarse(grid[:, :7]).shape == (20, 7)


def test_overlay_leaves_the_photographs_detail_readable(photo, shown):
    mixed = style.overlay(photo, np.full_like(shown, 0.5)).astype(np.float64) / 255
    lightness = [oklab.to_oklab(one)[..., 0] for one in (mixed, images.to_float(photo).astype(np.float64))]
    assert np.corrcoef(lightness[0].ravel(), oklab.detail(lightness[1]).ravel())[0, 1] > 0.98


def test_overlay_of_an_unknown_map_is_the_grey_photograph(photo, shown):
    mixed = style.overlay(photo, np.full_like(shown, np.nan))
    assert (mixed[..., 0] == mixed[..., 1]).all()
    np.testing.assert_allclose(mixed[..., 0], photo.mean(-1), atol=1)


def test_the_color_map_can_be_read_in_grey():
    colors = mpl.colormaps[style.COLORS](np.linspace(0, 1, 64))[:, :3]
    luma = colors @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(luma) > 0).all()


def test_thumbnail_keeps_the_aspect():
    assert style.thumbnail(np.zeros((1000, 500, 3), np.uint8)).shape == (240, 120, 3)
    assert style.thumbnail(np.zeros((40, 60, 3), np.uint8)).shape == (40, 60, 3)


def test_the_grid_shows_everything(photo, shown):
    figure = grid.photo_grid(rows(photo, shown), page())
    said = texts(figure)
    for wanted in ("Light", "high", "low", "photograph", "net\ncam", "one", "0.50", "least", "most", "map value"):
        assert wanted in said
    pictures = [axes.images[0].get_array() for axes in figure.axes if axes.images and axes.images[0].get_array().ndim == 3]
    assert len(pictures) == 4
    np.testing.assert_array_equal(pictures[0], photo)


def test_a_line_holds_the_top_fifth(photo, shown):
    figure = grid.photo_grid(rows(photo, shown), page())
    lines = [c for axes in figure.axes for c in axes.collections if isinstance(c, mpl.contour.QuadContourSet)]
    assert len(lines) == 2
    assert lines[0].levels[0] == pytest.approx(0.8, abs=1e-3)


@pytest.mark.filterwarnings("error")
def test_a_constant_map_is_drawn_without_a_line(photo, shown):
    unknown = np.full_like(shown, np.nan)
    figure = grid.photo_grid(rows(photo, unknown), page())
    assert not [c for axes in figure.axes for c in axes.collections if isinstance(c, mpl.contour.QuadContourSet)]


def boxes(figure):
    """Every text that is seen, and where, in pixels."""
    figure.canvas.draw()  # places the tick labels
    renderer = figure.canvas.get_renderer()
    found = [(text, text.get_window_extent(renderer)) for text in figure.findobj(mpl.text.Text)]
    return [(text, box) for text, box in found if text.get_text() and text.get_visible() and box.width > 1]


@pytest.mark.slow
@pytest.mark.parametrize("paper", [1, 2])
@pytest.mark.parametrize("columns", [1, 2, 6, 10])
@pytest.mark.parametrize("label", ["net\ncam", "a_very_long_model_name_of_somebody-weights\nintegrated_gradients"])
def test_nothing_is_clipped_and_no_text_lies_on_another(photo, shown, columns, label, paper):
    panel = grid.Panel(photo, corner="-0.50", below="farm1_512_…mmm53wm_b\nblur background 1", top=shown)
    rows = [
        grid.Row("photograph", (panel,) * columns),
        grid.Row(label, (panel,) * columns),
        grid.Row("more\ncam", (panel,) * columns),
    ]
    groups = (("all of them", columns),) if columns < 3 else (("high", columns // 2), ("low", columns - columns // 2))
    figure = grid.photo_grid(rows, page(groups=groups), paper)
    assert figure.get_figwidth() <= style.WIDTHS[paper] + 1e-9
    there = boxes(figure)
    for text, box in there:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert box.y1 <= figure.bbox.y1 + 1, text
    for one in range(len(there)):
        for other in range(one):
            assert not overlap(there[one][1], there[other][1]), (there[one][0], there[other][0])


def overlap(one, other):
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 1 and down > 1


def test_in_one_column_what_would_be_too_small_stands_below(photo):
    def tops(count):
        row = grid.Row("photograph", (grid.Panel(photo),) * count)
        figure = grid.photo_grid([row], page(groups=(("high", count // 2), ("low", count // 2)), bar=""), 1)
        return [axes.get_position().y1 for axes in figure.axes]

    assert len(set(tops(6))) == 1
    assert len(set(tops(10))) == 2


def test_a_long_name_is_divided_behind_an_underscore(photo):
    panel = grid.Panel(photo)
    figure = grid.photo_grid([grid.Row("multigap_lite0_edits\ncam", (panel, panel))], page())
    assert "multigap_lite0_\nedits\ncam" in {text.get_text() for text in figure.texts}


def test_what_the_bar_shows_can_be_read_beside_one_row_too(photo, shown):
    panel, told = grid.Panel(photo, top=shown), "map value, rating points (range 1 to 5)\n(each map has its own scale)"
    for count in (1, 6):
        named = [grid.Row("photograph", (grid.Panel(photo),) * 2), *[grid.Row("a", (panel,) * 2)] * count]
        figure = grid.photo_grid(named, replace(page(), bar=told))
        texts = [text for text in figure.findobj(mpl.text.Text) if "rating points" in text.get_text()]
        assert len(texts) == 1
        assert texts[0].get_fontsize() >= 4


def test_rows_do_not_overlap(photo, shown):
    tall = photo.transpose(1, 0, 2)
    panel = grid.Panel(tall, top=shown.T)
    figure = grid.photo_grid([grid.Row("a", (panel, panel)), grid.Row("b", (panel, panel))], page())
    first, second = figure.axes[0].get_position(), figure.axes[2].get_position()
    assert second.y1 <= first.y0 + 1e-9


def test_save_is_repeatable_and_the_pdf_has_selectable_text(photo, shown, tmp_path):
    written = [
        style.save(grid.photo_grid(rows(photo, shown), page()), tmp_path / name, "What a reader must know.")
        for name in ("a", "b")
    ]
    for first, second in zip(*written, strict=True):
        assert first.read_bytes() == second.read_bytes()
    png, pdf, text = written[0]
    assert text.read_text() == "What a reader must know.\n"
    with Image.open(png) as image:
        assert image.info["dpi"][0] == pytest.approx(300, abs=0.1)
    assert b"/Subtype /Type0" in pdf.read_bytes() or b"/Type42" in pdf.read_bytes() or b"/TrueType" in pdf.read_bytes()
    assert [path.name for path in sorted(Path(tmp_path).iterdir())] == ["a.pdf", "a.png", "a.txt", "b.pdf", "b.png", "b.txt"]


@pytest.mark.parametrize("shape", [(240, 1), (1, 240)])
def test_a_photograph_that_is_a_strip_is_drawn_without_a_line(shape):
    photo, shown = np.zeros((*shape, 3), np.uint8), np.linspace(0, 1, 240, dtype=np.float32).reshape(shape)
    axes = mpl.figure.Figure().add_axes((0, 0, 1, 1))
    grid.draw_panel(axes, grid.Panel(photo, top=shown))
    assert (len(axes.images), len(axes.collections)) == (1, 0)

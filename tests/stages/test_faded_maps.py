"""Maps fade to grey where their sign is not stable: in figures, on the page and in an explanation; captions say so."""

import numpy as np
import pytest
from support import nets
from support.hand_run import hand_run
from support.maps import write_maps
from support.refitted import refitted, run  # noqa: F401
from xaesthetic_reports._panels import panels_of
from xaesthetic_reports._payload import payload

import xaesthetic as xa
from xaesthetic.cli.ratings import print_shown
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.judge import summarise
from xaesthetic.evaluation.stability import StableCells, stable_mask
from xaesthetic.figures import style
from xaesthetic.reporting import draw_reports
from xaesthetic.run.stability import FADED


def grey(pixels):
    return (np.ptp(pixels.astype(int), axis=-1) <= 1).mean()


def test_a_panel_is_grey_where_the_sign_is_not_stable(run, photo):
    stack = run.maps("halved", "cam")
    image, name = stack.images[0], stack.attributes[2]
    cells = StableCells(run).of("halved", "cam", image, name)
    np.testing.assert_array_equal(cells, stable_mask(run, "halved", image, name))
    assert 0 < cells.mean() < 1
    (plain,) = panels_of(stack, name, {image: photo}, {}, ReportOptions())
    (faded,) = panels_of(stack, name, {image: photo}, {}, ReportOptions(), {image: cells})
    kept = style.kept_colors(cells, photo.shape[:2])
    np.testing.assert_array_equal(faded.pixels[kept == 1], plain.pixels[kept == 1])
    np.testing.assert_allclose(faded.pixels[kept == 0], np.repeat(photo.mean(-1)[kept == 0][:, None], 3, 1), atol=1)
    assert grey(faded.pixels) > grey(plain.pixels)
    assert StableCells(run).of("halved", "cam", image, "none of it") is None


@pytest.mark.parametrize("report", ["attribute_grid", "overlays"])
def test_figures_fade_unless_they_are_not_to(run, report):
    summarise(run)
    pictures, names = {}, run.maps("halved", "cam").attributes[1:2]
    for fade in (True, False):
        written = draw_reports(run, [report], ReportOptions(fade=fade, attributes=names))
        pictures[fade] = [file.read_bytes() for file in written if file.suffix == ".png" and "no-attr" not in file.name]
        captions = [file.read_text() for file in written if file.suffix == ".txt"]
        assert all((FADED in caption) == fade for caption in captions)
    assert all(one != other for one, other in zip(*pictures.values(), strict=True))


def test_an_explanation_fades(photo):
    shown = xa.explain(photo, refitted())
    name = shown.split_half and list(shown.maps)[2]
    pixels = np.asarray(shown.overlay(name, fade=True))
    stable = shown.stable[name]
    np.testing.assert_array_equal(pixels[stable], np.asarray(shown.overlay(name))[stable])
    assert grey(pixels[~stable]) == 1
    said = [" ".join(text.get_text() for text in shown.figure(fade).texts) for fade in (True, False)]
    assert [" grey " in text for text in said] == [True, False]
    plain = xa.explain(photo, nets.linear_net())
    assert " grey " not in " ".join(text.get_text() for text in plain.figure().texts)


def test_a_long_note_stands_in_lines_that_can_be_read(photo):
    figure = xa.explain(photo, refitted(), list(refitted().attributes)[:1]).figure()
    width = figure.get_size_inches()[0] * figure.dpi
    boxes = [text.get_window_extent() for text in figure.texts]
    assert all(box.x1 <= width for box in boxes)
    assert "…" not in " ".join(text.get_text() for text in figure.texts)


def test_the_page_has_where_maps_keep_their_colours(run):
    (column,) = [item for item in payload(run)["columns"] if item["method"] == "cam"]
    assert list(column["kept"]) == list(run.maps("halved", "cam").attributes)
    assert [column["kept"][name]["rows"] for name in column["kept"]] == [item["rows"] for item in column["strips"].values()]


def test_the_page_fades_until_it_is_told_not_to(run, open_page):
    (file,) = draw_reports(run, ["html_report"])
    page = open_page(file)
    opacity = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((_, at) => at % 4 === 3)"
    first = "#grid tbody tr:first-child button.drawn canvas"
    page.select_option("#attribute", run.maps("halved", "cam").attributes[1])
    page.wait_for_selector(first)
    assert 0 in page.eval_on_selector(first, f"c => [...new Set(({opacity})(c))]")
    page.select_option("#fade", "no")
    page.wait_for_selector(first)
    assert set(page.eval_on_selector(first, f"c => [...new Set(({opacity})(c))]")) == {255}


def test_the_screen_names_maps_that_refits_disagree_about(run, capsys):
    summarise(run)
    print_shown(run)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "refits disagree" in line]
    first, second, _ = run.maps("halved", "cam").attributes
    assert "do not show what the attribute depends on" in line
    assert f"{second} " in line
    assert f"{first} " not in line


def test_one_unknown_map_does_not_take_the_colours_of_the_others(tmp_path, photo):
    values = np.random.default_rng(0).normal(size=(3, 1, 4, 5)).astype(np.float32)
    values[1, 0, 0, 0] = np.nan
    made = hand_run(tmp_path / "run", 3, scored=False)
    first, unknown, last = made.photographs().ids
    write_maps(made, "one", "theirs", [first, unknown, last], ["light"], values)
    stack, shared = made.maps("one", "theirs"), ReportOptions(scale="shared")
    shown = panels_of(stack, "light", dict.fromkeys((first, unknown, last), photo), {}, shared)
    known = panels_of(stack, "light", dict.fromkeys((first, last), photo), {}, shared)
    np.testing.assert_array_equal([shown[0].pixels, shown[2].pixels], [panel.pixels for panel in known])
    assert grey(known[0].pixels) < 0.5
    assert grey(panels_of(stack, "light", {unknown: photo}, {}, shared)[0].pixels) == 1

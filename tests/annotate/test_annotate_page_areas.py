"""What is drawn on the page is what is kept: areas to the pixel, at every zoom and on every screen."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage
from support.annotate_desk import desk, study  # noqa: F401
from support.annotate_page import HEIGHT, HOLE, SQUARE, WIDTH, photograph

SHAPES = {
    "rectangle": ([(115, 95), (215, 95), (215, 165), (115, 165)], 100 * 70),
    "concave": ([(120, 95), (200, 95), (200, 120), (150, 120), (150, 165), (120, 165)], 80 * 25 + 30 * 45),
    "triangle": ([(120, 95), (200, 95), (120, 155)], 80 * 60 // 2),
    "star": ([(160, 92), (180, 168), (113, 120), (207, 120), (140, 168)], None),
}


def last(study, sitting):
    sitting.saved()
    return study.saves(sitting.name)[-1]


@pytest.mark.parametrize(("zoom", "device"), [(1, 1), (3, 1), (3, 2)])
def test_a_polygon_has_its_area_to_the_pixel(desk, study, zoom, device):
    sitting = desk(device_scale_factor=device).zoom(zoom, 160, 130)
    sitting.tool("polygon")
    for points, area in SHAPES.values():
        for point in points:
            sitting.click(*point)
        sitting.key("c")
        kept = last(study, sitting)
        assert [tuple(point) for point in kept.operation["points"]] == points
        assert (kept.raises == even_odd(points)).all()
        assert area is None or kept.raises.sum() == area
        sitting.page.get_by_role("button", name="clear").click()
    assert kept.zoom == pytest.approx(zoom, rel=0.01)
    assert not kept.raises[125, 160]  # the middle of a star that crosses itself is outside


@pytest.mark.parametrize(("zoom", "device"), [(1, 1), (2, 2), (5, 1)])
def test_a_stroke_has_the_area_of_a_disc_that_moved(desk, study, zoom, device):
    sitting = desk(device_scale_factor=device).zoom(zoom, 160, 130)
    sitting.tool("brush", **{"brush size": 60})
    for start, end in (((150, 130), (190, 130)), ((150, 125), (180, 140))):
        sitting.drag(start, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), end)
        kept = last(study, sitting)
        size, points = kept.operation["size"], kept.operation["points"]
        length = math.dist(points[0], points[-1])
        assert math.dist(points[0], start) < 1  # the pointer has whole pixels of the screen
        assert kept.raises.sum() == pytest.approx(size * length + math.pi * size**2 / 4, rel=0.01)
        assert (kept.raises == capsules(points, size / 2)).all()
        sitting.page.get_by_role("button", name="clear").click()
    assert 25 < size < 40


def test_a_fill_takes_the_region_of_similar_colour_and_no_more(desk, study):
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[SQUARE] = True
    expected[HOLE] = False
    sitting = desk()
    sitting.tool("fill", **{"likeness of colours": 10})
    sitting.click(70, 90)
    assert (last(study, sitting).raises == expected).all()
    sitting.page.get_by_role("button", name="clear").click()
    sitting.tool("fill", **{"likeness of colours": 30})
    sitting.click(20, 20)  # noise: one channel beyond the tolerance is enough to be another colour
    pixels = photograph().astype(int)
    alike = (abs(pixels - pixels[20, 20]).max(axis=2) <= 30).astype(int)
    labels, _ = ndimage.label(alike)  # by edges, not corners
    kept = last(study, sitting)
    x, y = kept.operation["points"][0]
    alike = (abs(pixels - pixels[y, x]).max(axis=2) <= 30).astype(int)
    labels, _ = ndimage.label(alike)
    assert (kept.raises == (labels == labels[y, x])).all()


def test_subtract_and_the_other_sign_take_marks_away(desk, study):
    sitting = desk()
    sitting.tool("polygon")
    boxes = {"first": (100, 100, 200, 200), "less": (150, 100, 300, 150), "other": (100, 180, 140, 220)}
    for name, key in (("first", "r"), ("less", "s"), ("other", "s")):
        sitting.key(key)
        if name == "other":
            sitting.key("l")
        left, top, right, bottom = boxes[name]
        for point in ((left, top), (right, top), (right, bottom), (left, bottom)):
            sitting.click(*point)
        sitting.click(left, top)  # the first corner again closes it
    kept = last(study, sitting)
    raises, lowers = np.zeros((2, HEIGHT, WIDTH), bool)
    raises[100:200, 100:200] = True
    raises[100:150, 150:300] = False
    raises[180:220, 100:140] = False
    lowers[180:220, 100:140] = True
    assert (kept.raises == raises).all()
    assert (kept.lowers == lowers).all()
    assert kept.state["extent"] == {"raises": "region", "lowers": "region"}


def test_the_whole_photograph_is_no_region(desk, study):
    sitting = desk()
    sitting.tool("polygon")
    for point in ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)):
        x, y = sitting.place(*point)
        inside = (sitting.left + WIDTH * sitting.scale - 1, sitting.top + HEIGHT * sitting.scale - 1)
        sitting.page.mouse.click(max(sitting.left + 1, min(x, inside[0])), max(sitting.top + 1, min(y, inside[1])))
    sitting.key("c")
    assert "everywhere" in sitting.page.locator("[role=alert]").inner_text()
    assert last(study, sitting).kind == "overall"


def even_odd(points):
    """By the definition: a pixel is in if a ray from its centre to the right crosses the outline an odd number of times."""
    inside = np.zeros((HEIGHT, WIDTH), bool)
    for row in range(HEIGHT):
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            if min(y0, y1) <= row + 0.5 < max(y0, y1):
                inside[row] ^= np.arange(WIDTH) + 0.5 < x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    return inside


def capsules(points, radius):
    """The pixels whose centres are no farther than the radius from the path."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside = np.zeros((HEIGHT, WIDTH), bool)
    for (x0, y0), (x1, y1) in pairwise(points):
        squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared, 0, 1) if squared else 0
        inside |= np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) <= radius
    return inside


def shown(sitting, x, y, side=36):
    """The pixels that the canvas shows about a point of the photograph."""
    sitting.settled()
    left, top = sitting.place(x, y)
    code = """([left, top, side]) => {
      const board = document.querySelector("#board");
      return [...board.getContext("2d").getImageData(left, top, side, side).data];
    }"""
    corner = [round(left - sitting.left), round(top - sitting.top), side]
    return np.array(sitting.page.evaluate(code, corner)).reshape(side, side, 4)[..., :3]


def test_marks_are_seen_by_colour_and_by_hatching(desk, study):
    sitting = desk()
    sitting.expected = "readback"  # the browser's advice to this test, not to the page
    before = shown(sitting, 70, 150)
    for sign, color in (("r", (213, 94, 0)), ("l", (0, 114, 178))):
        sitting.key(sign, "p")
        for point in ((65, 145), (175, 145), (175, 195), (65, 195)):
            sitting.click(*point)
        sitting.key("c")
        marked = shown(sitting, 70, 150)
        colors, counts = np.unique(marked.reshape(-1, 3), axis=0, return_counts=True)
        assert colors[counts.argmax()] == pytest.approx(0.6 * np.array(color) + 0.4 * before[0, 0], abs=2)
        rising = abs(marked[:-1, 1:] - marked[1:, :-1]).mean()  # along lines that rise to the right
        falling = abs(marked[:-1, :-1] - marked[1:, 1:]).mean()
        assert (rising < 1 < falling) if sign == "r" else (falling < 1 < rising)
    sitting.key("o")
    assert (shown(sitting, 70, 150) == before).all()
    sitting.key("o")
    assert (shown(sitting, 70, 150) == marked).all()

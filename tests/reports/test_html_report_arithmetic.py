"""The arithmetic of the report page, in a real browser, against values worked out by hand."""

import pytest
from support.report_page import SCRIPTS

CELLS = {"rows": 2, "cells": 2, "values": [0, 10, 20, 40], "low": 0, "high": 40}
UNKNOWN = {"rows": 2, "cells": 2, "values": [0, 0, 0, 0], "low": None, "high": None}


@pytest.fixture
def arithmetic(run_module):
    """Call a function of the module by its name; typed arrays come back as lists."""
    expression = """(module, name, values) => {
      const result = module[name](...values);
      return ArrayBuffer.isView(result) ? [...result] : result;
    }"""

    def call(name, *values):
        return run_module(SCRIPTS / "arithmetic.js", expression, name, values)

    return call


@pytest.mark.parametrize(
    ("x", "y", "value"),
    [
        (0.25, 0.25, 0),  # middles of cells
        (0.75, 0.25, 10),
        (0.25, 0.75, 20),
        (0.75, 0.75, 40),
        (0.5, 0.25, 5),  # between two
        (0.25, 0.375, 5),  # a quarter of the way down
        (0.5, 0.5, 17.5),  # the mean of all
        (0, 0, 0),  # outside the outermost middles, as there
        (1, 0.5, 25),
        (1, 1, 40),
        (-3, 7, 20),  # beyond the edge
    ],
)
def test_the_value_at_a_place(arithmetic, x, y, value):
    assert arithmetic("valueAt", CELLS, x, y) == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "limits", "text"),
    [
        (10, {"low": 1, "high": 10}, "10.00"),
        (10.00001, {"low": 1, "high": 10}, "10.00"),  # as far as five digits can be away
        (10.01, {"low": 1, "high": 10}, "10.01 !"),
        (0.99, {"low": 1, "high": 10}, "0.99 !"),
        (-5, {"low": None, "high": 10}, "−5.00"),
        (11, {"low": None, "high": 10}, "11.00 !"),
        (0, {"low": None, "high": None}, "0.00"),
        (99, None, "99.00"),
        (None, {"low": 1, "high": 10}, "–"),
    ],
)
def test_a_rating_outside_of_its_range_is_marked(arithmetic, value, limits, text):
    assert arithmetic("rating", value, limits, 2) == text


def test_any_name_is_a_name(arithmetic):
    assert arithmetic("under", {"技術": 1}, "技術") == 1
    for name in ("constructor", "toString", "__proto__"):
        assert arithmetic("under", {"技術": 1}, name) is None


def test_one_cell_has_one_value(arithmetic):
    assert arithmetic("valueAt", {"rows": 1, "cells": 1, "values": [7]}, 0.9, 0.1) == 7


def test_what_is_read_under_the_pointer(arithmetic):
    assert arithmetic("reading", CELLS, {"x": 1, "y": 1}) == "40"
    assert arithmetic("reading", CELLS | {"values": [1 / 3] * 4}, {"x": 0.5, "y": 0.5}) == "0.3333"
    assert arithmetic("reading", CELLS, None) == ""
    assert arithmetic("reading", UNKNOWN, {"x": 0.5, "y": 0.5}) == "–"
    assert arithmetic("reading", UNKNOWN, None) == ""


def test_a_grid_at_every_pixel(arithmetic):
    row = {"rows": 1, "cells": 2, "values": [0, 8]}
    assert arithmetic("enlarge", row, 4, 2) == [0, 2, 6, 8] * 2  # at 1/8, 3/8, 5/8, 7/8; middles at 1/4 and 3/4


def test_maps_out_of_a_strip(arithmetic):
    strip = {"rows": 1, "cells": 3, "low": [-1, 5, None], "high": [0.275, 5, None]}
    first, flat, unknown = arithmetic("gridsOf", strip, [0, 100, 255, 0, 0, 0, 0, 0, 0])
    assert first["values"] == pytest.approx([-1, -0.5, 0.275])  # a step is 0.005
    assert flat["values"] == [5, 5, 5]
    assert (unknown["low"], unknown["high"]) == (None, None)


@pytest.mark.parametrize(
    ("scale", "values", "first", "second"),
    [
        ("per_map", "range", [-3, 2], [1, 9]),
        ("per_map", "rectified", [0, 2], [0, 9]),
        ("per_map", "signed", [-3, 3], [-9, 9]),  # the farther end decides, below or above
        ("shared", "range", [-3, 9], [-3, 9]),
        ("shared", "rectified", [0, 9], [0, 9]),
        ("shared", "signed", [-9, 9], [-9, 9]),
    ],
)
def test_limits_of_a_scale(arithmetic, scale, values, first, second):
    maps = [{"low": -3, "high": 2}, {"low": None, "high": None}, {"low": 1, "high": 9}]
    assert [arithmetic("limitsIn", maps, index, scale, values) for index in range(3)] == [first, [0, 0], second]


def test_of_values_below_zero_alone_nothing_is_left_when_rectified(arithmetic):
    assert arithmetic("limitsOf", [{"low": -3, "high": -1}], "rectified") == [0, 0]


@pytest.mark.parametrize("values", ["range", "rectified", "signed"])
def test_maps_without_numbers_have_no_limits(arithmetic, values):
    assert arithmetic("limitsOf", [UNKNOWN, UNKNOWN], values) == [0, 0]


def ramp(values):
    return {"rows": 1, "cells": len(values), "values": values}


@pytest.mark.parametrize(
    ("values", "share", "column"),
    [
        (list(range(10)), 0.2, 8),  # the top fifth of 10 columns are the last two
        (list(range(10)), 0.5, 5),
        ([0] * 7 + [3, 3, 3], 0.2, 7),  # what ties with the level is marked, too
        ([0] * 8 + [1, 0], 0.2, 8),  # less than a fifth stands out: it alone
    ],
)
def test_the_contour_of_a_ramp(arithmetic, values, share, column):
    edge = arithmetic("contour", ramp(values), share, 10, 5)
    assert edge == [[column, row] for row in (1, 2, 3)]  # the outermost pixels have no neighbours


def test_the_contour_goes_around(arithmetic):
    grid = {"rows": 5, "cells": 5, "values": [float(i in (1, 2, 3) and j in (1, 2, 3)) for i in range(5) for j in range(5)]}
    edge = arithmetic("contour", grid, 0.3, 5, 5)
    assert edge == [[x, y] for y in (1, 2, 3) for x in (1, 2, 3) if (x, y) != (2, 2)]


def test_a_flat_map_has_no_contour(arithmetic):
    assert arithmetic("contour", ramp([4] * 10), 0.2, 10, 5) == []


def test_colours_by_value(arithmetic):
    palette = [step for step in range(256) for _ in range(4)]
    colors = arithmetic("coloured", ramp([-1, 0, 1, 2, 9]), [0, 2], palette, 5, 1)
    assert colors[::4] == [0, 0, 128, 255, 255]  # beyond the limits, as at them
    assert colors[1::4] == colors[3::4] == colors[::4]
    faded = arithmetic("coloured", ramp([0, 1, 2]), [0, 2], palette[:-3] + [255] * 3, 3, 1, ramp([1, 0.5, 0]))
    assert faded[3::4] == [0, 64, 0]  # the palette's own opacity times what is kept
    assert arithmetic("coloured", ramp([1, 1]), [1, 1], palette, 2, 1) == [0] * 8  # equal limits


def test_colours_at_levels_of_detail(arithmetic):
    palette = [level for level in range(3) for _ in range(1024)]
    colors = arithmetic("coloured", ramp([0, 1, 2]), [0, 2], palette, 3, 1, None, [2, 0, 1])
    assert colors == [2] * 4 + [0] * 4 + [1] * 4


RATED = [  # by two models, and by people
    {"ratings": [0.5, 0.5], "people": 0.5},
    {"ratings": [0.9, 0.1], "people": None},
    {"ratings": [None, 0.3], "people": 0.2},
    {"ratings": [0.5, 0.9], "people": 0.1},
    {"ratings": [0.1, None], "people": 0.6},
]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("given", [0, 1, 2, 3, 4]),
        ("high", [1, 0, 3, 4, 2]),  # 0 and 3 tie and stay as they were; who is not rated comes last
        ("low", [4, 0, 3, 1, 2]),
        ("disagreement", [1, 3, 0, 2, 4]),  # 0.4 and 0.2 apart from the mean; one rating has no spread
        ("error", [4, 3, 0, 1, 2]),  # 0.5, 0.4 and 0 away; who cannot be compared comes last
    ],
)
def test_the_order_of_photographs(arithmetic, sort, order):
    assert arithmetic("orderOf", RATED, sort) == order


PHOTOGRAPH = {
    "name": "Red barn",
    "edit": "blur background 1",
    "id": "x7",
    "seen": ["one"],
    "people": {},
    "ratings": {"light": 1},
}
EVERYTHING = {"search": "", "filter": "all", "from": "", "to": ""}


@pytest.mark.parametrize(
    ("wanted", "rated", "whether"),
    [
        ({}, None, True),
        ({"search": "BARN"}, 1, True),
        ({"search": "barn  red"}, 1, True),  # all words, in any order
        ({"search": "barn sea"}, 1, False),
        ({"search": "blur"}, 1, True),
        ({"search": "X7"}, 1, True),
        ({"from": "0.5"}, 0.5, True),
        ({"from": "0.6"}, 0.5, False),
        ({"to": "0.5"}, 0.5, True),
        ({"to": "0.4"}, 0.5, False),
        ({"from": "-1"}, None, False),  # who is not rated is in no range
        ({"filter": "seen"}, 1, True),
        ({"filter": "unseen"}, 1, False),
        ({"filter": "marked"}, 1, False),
        ({"filter": "rated"}, 1, True),
        ({"filter": "edited"}, 1, True),
        ({"filter": "unedited"}, 1, False),
    ],
)
def test_photographs_that_are_looked_for(arithmetic, wanted, rated, whether):
    assert arithmetic("matches", PHOTOGRAPH, EVERYTHING | wanted, rated) is whether


@pytest.mark.parametrize(
    ("count", "aspect", "place", "best"),
    [
        (1, 2, (1000, 530), {"across": 1, "width": 1000}),
        (2, 1, (1010, 530), {"across": 2, "width": 500}),  # side by side
        (2, 1, (400, 1000), {"across": 1, "width": 400}),  # one below the other; each has a line of 30 below it
        (4, 1, (810, 870), {"across": 2, "width": 400}),
        (5, 1, (1530, 1080), {"across": 3, "width": 503}),
    ],
)
def test_how_pictures_fill_a_place(arithmetic, count, aspect, place, best):
    assert arithmetic("arrangement", count, aspect, *place, 30, 10) == best


VIEW = {"zoom": 2, "x": 0.5, "y": 0.25, "pointer": None}


def test_a_zoom_leaves_the_pointer_where_it_is(arithmetic):
    closer = arithmetic("zoomed", VIEW, 2, {"x": 0.75, "y": 0.25})
    assert closer == VIEW | {"zoom": 4, "x": 0.625}
    at = {"x": 0.75, "y": 0.25}
    assert arithmetic("placeOf", VIEW, at) == arithmetic("placeOf", closer, at) == {"x": 1, "y": 0.5}
    assert arithmetic("zoomed", VIEW, 2, None) == VIEW | {"zoom": 4}
    assert arithmetic("zoomed", VIEW, 100, None)["zoom"] == 12
    assert arithmetic("zoomed", VIEW, 0.1, None)["zoom"] == 1


def test_a_view_stays_within_the_photograph(arithmetic):
    assert arithmetic("within", VIEW | {"x": 0.1, "y": 0.9}) == VIEW | {"x": 0.25, "y": 0.75}
    assert arithmetic("within", VIEW | {"zoom": 1}) == VIEW | {"zoom": 1, "y": 0.5}


def test_a_place_of_the_window_and_of_the_photograph(arithmetic):
    assert arithmetic("pointIn", VIEW, 0.75, 0.5) == {"x": 0.625, "y": 0.25}
    assert arithmetic("placeOf", VIEW, {"x": 0.625, "y": 0.25}) == {"x": 0.75, "y": 0.5}
    assert arithmetic("pointIn", VIEW, 2, -1) == {"x": 1, "y": 0}


def test_a_view_is_dragged(arithmetic):
    assert arithmetic("dragged", VIEW | {"y": 0.5}, 0.1, -0.2) == VIEW | {"x": 0.45, "y": 0.6}
    assert arithmetic("dragged", VIEW, 5, 5) == VIEW | {"x": 0.25}  # no further than its edges


def test_a_step_of_the_pointer(arithmetic):
    first = arithmetic("stepped", VIEW | {"zoom": 1}, [1, 0])
    assert first["pointer"] == {"x": 0.52, "y": 0.5}
    edge = arithmetic("stepped", VIEW | {"pointer": {"x": 0.995, "y": 0.25}}, [1, 0])
    assert edge["pointer"] == {"x": 1, "y": 0.25}
    assert edge["x"] == pytest.approx(1 - 0.225)  # the view follows to nine tenths of its half
    assert edge["y"] == 0.25


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(0.12345, 3, "0.123"), (-0.0001, 2, "0.00"), (-0.51, 1, "−0.5"), (None, 2, "–")]
)
def test_numbers_as_text(arithmetic, value, digits, text):
    assert arithmetic("number", value, digits) == text


def test_how_far_along_a_range(arithmetic):
    assert arithmetic("percent", 3, 1, 5) == 50
    assert arithmetic("percent", 1, 1, 1) == 0

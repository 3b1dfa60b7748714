"""Edits beside their controls: shares, intervals and verdicts, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from xaesthetic.evaluation.edit_controls import summarise_moves, summarise_verdicts
from xaesthetic.run.schemas import EDIT_CONTROLS

COUNT = 12
RANDOM = np.random.default_rng(0).normal(0, 0.05, (20, COUNT))


def table(moves):
    """Rows of one model; a move is a mean, with a little spread over photographs."""
    rows = [
        (f"p{n}", change, kind, "m", attribute, mean + RANDOM[number % 20, n])
        for number, ((kind, change, attribute), mean) in enumerate(moves.items())
        for n in range(COUNT)
    ]
    return pd.DataFrame(rows, columns=list(EDIT_CONTROLS.names))


def verdict(moves, edit="blur_background"):
    rows = summarise_verdicts(table(moves)).set_index("edit")
    return rows.loc[edit]


GOOD = {
    ("edit", "blur_background", "depth_of_field"): 1.0,
    ("edit", "blur_background", "light"): 0.0,
    ("control", "blur_all", "depth_of_field"): 0.2,
    ("control", "blur_all", "light"): 0.5,
    ("control", "noise", "depth_of_field"): -1.5,
    ("control", "noise", "light"): 0.1,
}


def test_a_model_that_follows_the_edit_alone():
    row = verdict(GOOD)
    assert (row["verdict"], row["as_much"], row["warns"]) == ("moves its attribute; no control moves it as much", "", False)
    assert (row["right"], row["photographs"]) == (1.0, COUNT)
    assert row["right_low"] == pytest.approx(0.7575, abs=1e-3)  # Wilson's, of 12 in 12
    assert row["moved"] == pytest.approx(1.0, abs=0.05)
    assert row["others"] < 0.2


def test_a_control_that_moves_it_as_much_is_named():
    row = verdict(GOOD | {("control", "blur_all", "depth_of_field"): 1.0})
    assert row["as_much"] == "blur_all"
    assert row["verdict"].endswith("a change that is not about it: blur_all")
    assert row["warns"]


def test_the_direction_is_the_edits():
    moves = {
        ("edit", "underexpose", "light"): -1.0,
        ("control", "noise", "light"): -1.2,
        ("control", "sharpen", "light"): 1.2,
    }
    assert verdict(moves, "underexpose")["as_much"] == "noise"


def test_what_a_control_may_rightly_move_is_no_fault():
    moves = {("edit", "drain", "vivid_color"): -1.0, ("control", "grey", "vivid_color"): -2.0}
    assert verdict(moves, "drain")["as_much"] == ""


def test_the_wrong_way_and_no_way():
    assert verdict(GOOD | {("edit", "blur_background", "depth_of_field"): -1.0})["verdict"].endswith("the wrong way")
    assert "does not clearly" in verdict(GOOD | {("edit", "blur_background", "depth_of_field"): 0.0})["verdict"]


def test_another_attribute_that_moves_as_much():
    row = verdict(GOOD | {("edit", "blur_background", "light"): 1.0})
    assert row["others"] > 1
    assert "another one as much" in row["verdict"]


def test_moves_by_hand():
    rows = [(f"p{n}", "noise", "control", "m", "light", moved) for n, moved in enumerate((1.0, 2.0, -1.0, 0.0))]
    (row,) = summarise_moves(pd.DataFrame(rows, columns=list(EDIT_CONTROLS.names))).to_dict("records")
    assert (row["rose"], row["moved"], row["photographs"], row["concerns"]) == (0.5, 0.5, 4, False)
    assert (row["rose_low"], row["rose_high"]) == pytest.approx((0.150, 0.850), abs=1e-3)  # Wilson's, of 2 in 4
    assert row["moved_low"] < 0.5 < row["moved_high"]

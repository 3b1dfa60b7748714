"""What a spreadsheet makes of our tables."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.core.spreadsheet import frame_csv, raw_cell, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "＝1", "'=1"])
def test_formulas_become_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b.png", "1.png", "-0.5", "+3", "-1e-3", "-inf", "'quoted'", "''", " =1"])
def test_numbers_and_other_texts_are_left_as_they_are(text):
    assert safe_cell(text) == text


@given(st.text(alphabet="'=+-@\t\r\n＝a1.e ", max_size=8))
def test_every_text_comes_back(text):
    assert raw_cell(safe_cell(text)) == text


def test_texts_names_and_the_index_of_a_table_are_safe_and_numbers_equal():
    table = pd.DataFrame(
        {"=model": ["@x", "y"], "value": np.float32([-0.1, np.nan]), "n": [-1, 2], "kind": pd.Categorical(["-a", "b"])},
        index=pd.Index(["=p.png", "q.png"], name="image"),
    )
    rows = list(csv.reader(io.StringIO(frame_csv(table, index=True))))
    assert rows == [
        ["image", "'=model", "value", "n", "kind"], ["'=p.png", "'@x", "-0.1", "-1", "'-a"], ["q.png", "y", "", "2", "b"],
    ]  # fmt: skip
    plain = table.drop(columns=["=model", "kind"])
    assert frame_csv(plain, float_format="%.3g") == plain.to_csv(index=False, float_format="%.3g")

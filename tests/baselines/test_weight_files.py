"""Generated weight files of every kind: what is read means what was written, the rest is refused in one line."""

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import weight_files

from xaesthetic.core.errors import XaestheticError


def outcome(make, seed, folder):
    """What becomes of a generated file, and the file."""
    case, wanted = make(random.Random(seed), folder)
    try:
        arrays = case.read()
    except XaestheticError as error:
        return "refused" if "\n" not in str(error) else "refused in several lines", case
    assert arrays.keys() == wanted.keys(), case
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, wanted[name], err_msg=str(case))
    return "used", case


@pytest.mark.parametrize("make", dict.fromkeys(weight_files.KINDS), ids=lambda make: make.__name__)
@settings(max_examples=min(50, settings.default.max_examples))
@given(seed=st.integers(0, 10**9))
def test_a_generated_file_is_read_or_refused(make, seed):
    with tempfile.TemporaryDirectory() as folder:
        result, case = outcome(make, seed, Path(folder))
        assert result == ("used" if case.valid else "refused"), case

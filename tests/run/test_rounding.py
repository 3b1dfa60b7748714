"""What float16 changes in maps, against loops written from the definitions; and maps that it would ruin stay float32."""

import numpy as np
import pytest
import zarr
from support.maps import write_maps

from xaesthetic.core.types import Experiment
from xaesthetic.run.maps import Maps
from xaesthetic.run.rounding import MOST, measure_rounding
from xaesthetic.run.store import Run


def some(seed=0, count=7, attributes=3):
    return np.random.default_rng(seed).normal(2, 3, size=(count, attributes, 4, 5)).astype(np.float32)


def blocks(values, size=3):
    return (values[first : first + size] for first in range(0, len(values), size))


def slow(values):
    """Largest and mean error of maps, and of their totals, attribute by attribute."""
    shares = []
    for column in range(values.shape[1]):
        largest, means, moved, totals = [], [], [], []
        for one in values[:, column]:
            if np.isnan(one).all():
                continue
            cells = [float(value) for value in one.ravel()]
            errors = [float(np.float16(value)) - value for value in cells]
            spread = max(cells) - min(cells)
            largest.append(max(abs(error) for error in errors) / spread)
            means.append(sum(abs(error) for error in errors) / len(errors) / spread)
            moved.append(abs(sum(errors)))
            totals.append(sum(cells))
        shares.append((max(largest), sum(means) / len(means), max(moved) / np.std(totals)))
    return list(zip(*shares, strict=True))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [1, 3, 8])
def test_errors_are_those_of_the_definitions(seed, size):
    values = some(seed)
    values[4] = np.nan  # left out
    stored = measure_rounding(blocks(values, size), "mean")
    assert (stored.dtype, stored.why) == ("float16", "")
    for known, wanted in zip((stored.largest, stored.mean, stored.total), slow(values), strict=True):
        assert known == pytest.approx(wanted, rel=1e-3)
    assert 0 < max(stored.largest) < 1e-3
    assert measure_rounding(blocks(values, size), "").total == (None, None, None)


RUINED = {
    "a map holds 7e+04": lambda values: np.put(values, 7, 70_000),
    "of its spread": lambda values: np.multiply(values, 1e-7, out=values),  # they underflow
    "of its spread ": lambda values: np.add(values, 10_000, out=values),
}


@pytest.mark.parametrize("why", RUINED)
def test_maps_that_float16_would_ruin_stay_float32(why):
    values = some()
    RUINED[why](values)
    stored = measure_rounding(blocks(values), "sum")
    assert stored.dtype == "float32"
    assert why.strip() in stored.why


def test_a_sum_that_would_be_lost_keeps_maps_in_float32():
    """Every value is fine, but all are rounded up, and the totals hardly differ."""
    values = np.tile(np.linspace(-1, 1, 20, dtype=np.float32).reshape(4, 5), (5, 1, 1, 1)) + np.float32(0.0002)
    values += np.arange(5, dtype=np.float32).reshape(5, 1, 1, 1) * np.float32(1e-6)
    assert "the sum of a map" in measure_rounding(blocks(values), "sum").why
    assert measure_rounding(blocks(values), "").dtype == "float16"


def test_infinite_values_and_constant_maps_stay_as_they_are():
    values = some(count=2)
    values[0, 0, 0, 0], values[0, 1], values[1, 1] = np.inf, 0, 0.5
    stored = measure_rounding(blocks(values), "")
    assert (stored.dtype, stored.largest[1]) == ("float16", 0.0)
    assert all(share is not None and share < MOST for share in stored.largest)


# -- in a run ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    return Run.create(
        tmp_path / "run", Experiment("photos", None, ("net",), ("cam",), ("all",), None, store="float16"), {"models": {}}
    )


def test_an_array_is_rounded_once_and_read_as_float32(run):
    values, images = some(), list("abcdefg")
    write_maps(run, "net", "cam", images, ["x", "y", "z"], values, adds_up="mean", store="float16")
    stack = run.maps("net", "cam")
    assert zarr.open_array(stack.folder, mode="r").dtype == np.float16
    assert stack.of("c").dtype == np.float32
    np.testing.assert_array_equal(stack.of("c"), values[2].astype(np.float16).astype(np.float32))
    assert all(maps.dtype == np.float32 for _, maps in stack.chunks())
    assert stack.stored == measure_rounding([values], "mean")


def test_an_array_out_of_range_is_float32_as_a_whole_and_that_is_in_its_attributes(run):
    values, images = some(), list("abcdefg")
    values[5, 1, 2, 2] = 1e6
    write_maps(run, "net", "cam", images, ["x", "y", "z"], values, store="float16")
    stack = run.maps("net", "cam")
    assert zarr.open_array(stack.folder, mode="r").dtype == np.float32
    np.testing.assert_array_equal(np.concatenate([maps for _, maps in stack.chunks()]), values)
    assert "a map holds 1e+06, float16 ends at 65504" in stack.stored.why
    assert stack.stored.largest[1] is None


def test_without_the_option_nothing_is_said_of_it(run):
    write_maps(run, "net", "cam", ["a"], ["x", "y", "z"], some(count=1))
    assert Maps(run.maps_folder("net", "cam")).stored is None

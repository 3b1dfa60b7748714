"""Too little memory for a batch: half of it for the whole run, to the bytes of a run that was asked with so few."""

import numpy as np
import pytest
import torch
from support.comparing import compare, experiment, photos  # noqa: F401  # fixtures
from support.plugin_package import contents, plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core.errors import DataError, ModelError, XaestheticWarning
from xaesthetic.core.memory import is_out_of_memory
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages import explain
from xaesthetic.stages._passes import Passes
from xaesthetic.stages.predict import rate

WORDS = "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes"
pytestmark = pytest.mark.usefixtures("plugged")


@pytest.fixture
def narrow(monkeypatch):
    """Let a pass have memory for so many photographs; by its gradients, as they need more."""
    sizes = []
    plain = AttributeModel.passes

    def limit(most, with_gradients=None, error=None):
        def passes(self, x, gradients="none"):
            sizes.append(len(x))
            if len(x) > (most if gradients == "none" or with_gradients is None else with_gradients):
                raise error or RuntimeError(WORDS)
            return plain(self, x, gradients)

        monkeypatch.setattr(AttributeModel, "passes", passes)
        return sizes

    return limit


def same_but_for_the_question(one, other):
    one, other = contents(one), contents(other)
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name] and not name.startswith("experiment.json")] == []


ERRORS = [RuntimeError(WORDS), MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")]


@pytest.mark.parametrize("error", ERRORS, ids=["words", "python", "torch"])
def test_half_the_batch_gives_the_bytes_of_a_run_that_was_asked_with_it(compare, narrow, tmp_path, error):
    compare("few", batch=3, pick=None)
    narrow(3, error=error)
    with pytest.warns(XaestheticWarning, match="out of memory with 6 photographs at once .*--batch 3"):
        run = compare("out", batch=6, pick=None).run
    same_but_for_the_question(tmp_path / "few", tmp_path / "out")
    assert run.experiment.batch == 3
    assert run.answered_by().batch == 6


def test_what_was_rated_with_the_larger_batch_is_rated_again(compare, narrow, tmp_path):
    compare("few", batch=2)
    narrow(4, with_gradients=2)
    with pytest.warns(XaestheticWarning, match="--batch 2"):
        compare("out", batch=4)
    same_but_for_the_question(tmp_path / "few", tmp_path / "out")


def test_the_same_command_finds_the_run_and_another_batch_does_not(compare, narrow, tmp_path):
    sizes = narrow(3)
    with pytest.warns(XaestheticWarning, match="--batch 3"):
        compare(batch=6)
    before, count = contents(tmp_path / "out"), len(sizes)
    compare(batch=6)
    compare(batch=3)
    assert contents(tmp_path / "out") == before
    assert len(sizes) == count
    with pytest.raises(DataError, match="holds another experiment: batch is 3 there and 4 here"):
        compare(batch=4)


def test_a_run_that_was_stopped_goes_on_with_the_smaller_batch(compare, narrow, tmp_path, monkeypatch):
    compare("few", batch=3)
    narrow(3)
    plain = explain.pass_records
    monkeypatch.setattr(explain, "pass_records", lambda *_: 1 / 0)
    with pytest.warns(XaestheticWarning, match="--batch 3"), pytest.raises(ZeroDivisionError):
        compare("out", batch=6)
    monkeypatch.setattr(explain, "pass_records", plain)
    assert Run.open(tmp_path / "out").experiment.batch == 3
    sizes = narrow(3)
    sizes.clear()
    compare("out", batch=6)
    assert max(sizes) == 3
    same_but_for_the_question(tmp_path / "few", tmp_path / "out")


def test_too_little_for_one_is_said_in_one_line(compare, monkeypatch):
    def run(self, photographs):
        raise MemoryError

    monkeypatch.setattr(Passes, "run", run)
    with pytest.warns(XaestheticWarning, match="--batch 1"), pytest.raises(ModelError) as raised:
        compare(batch=2)
    assert "out of memory with one photograph at once" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_shard_says_which_batch_all_of_them_need(compare, narrow):
    narrow(2)
    with pytest.raises(DataError, match="shards are of whole batches; begin all of them again with --batch 1"):
        compare(batch=3, shard="1/2")


def test_rating_without_a_run_takes_half_too(experiment, narrow, compare):
    wanted = compare(batch=3).run.read(PREDICTIONS)["prediction"]
    narrow(3)
    with pytest.warns(XaestheticWarning, match="rating: out of memory with 7 photographs at once"):
        ratings = rate([], pipeline.replace(experiment, batch=7))
    np.testing.assert_array_equal(ratings.table["prediction"], wanted)


def test_what_was_raised_from_it_counts_and_other_errors_do_not():
    error = ModelError("tiny_net: fails on a batch")
    assert not is_out_of_memory(error)
    error.__cause__ = MemoryError()
    assert is_out_of_memory(error)
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))

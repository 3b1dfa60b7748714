"""What the command asks of the threads that torch begins."""

import os
import sys
import warnings

import pytest

from xaesthetic import cli


@pytest.mark.parametrize(("before", "after"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_that_wait_sleep_where_nobody_says_otherwise(monkeypatch, capsys, before, after):
    monkeypatch.setenv("OMP_WAIT_POLICY", before or "")
    if before is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(sys, "argv", ["xaesthetic", "--version"])
    with warnings.catch_warnings():
        cli._command()
    assert capsys.readouterr().out
    assert os.environ["OMP_WAIT_POLICY"] == after

"""Who computes: what the options of commands refuse, before anything is read."""

import sys

import pytest
from support.command import command  # noqa: F401

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("line", ["compare --attr light", "predict a.jpg", "explain", "score run"])
def test_without_ray_the_command_names_the_extra(command, monkeypatch, tmp_path, line):
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "a.jpg").write_bytes(b"")
    if line.startswith("score"):
        monkeypatch.setattr("xaesthetic.cli.options.open_run", Run)
    status, out, err = command(*line.split(), "--engine", "ray")
    assert (status, out) == (2, "")
    assert err == "xaesthetic: --engine ray needs ray, which is not installed; pip install 'xaesthetic[ray]'.\n"


class Run:
    """As much of a run as is read before an engine begins."""

    def __init__(self, root):
        self.root = root

    def has(self, table):
        return True


@pytest.mark.parametrize(
    ("options", "why"),
    [("--engine spark", "'spark' is neither local nor ray."), ("--address auto", "is a Ray cluster's; add --engine ray.")],
)
def test_what_is_no_engine_is_refused(command, options, why):
    status, _, err = command("compare", "--attr", "light", *options.split())
    assert status == 2
    assert why in err

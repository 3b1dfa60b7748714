"""docs/exporters.md: its commands work as they stand, and it names what is installed."""

import re

import pytest
from support.hand_run import hand_run
from support.places import ROOT

from xaesthetic.core import plugins
from xaesthetic.core.extras import is_installed

pytestmark = pytest.mark.filterwarnings("default")
TEXT = (ROOT / "docs" / "exporters.md").read_text()
COMMANDS = re.findall(r"^    xaesthetic (export .*)$", TEXT, re.MULTILINE)


def test_every_exporter_has_a_command_and_a_line():
    names = plugins.names("exporters")
    assert [re.search(r"--to (\w+)", line)[1] for line in COMMANDS] == re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == set(names)
    for name in names:
        extra = plugins.facts("exporters", name).extra
        assert bool(extra) == (f"pip install 'xaesthetic[{name}]'" in TEXT)


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: re.search(r"--to (\w+)", line)[1])
def test_its_commands_work(line, command, tmp_path, monkeypatch):
    name = re.search(r"--to (\w+)", line)[1]
    if not is_installed(plugins.facts("exporters", name).requires):
        pytest.skip(f"{name} is not installed")
    hand_run(tmp_path / "runs" / "mine", 3, scored=False)
    status, said, errors = command(*line.replace("multigap_lite0,lite0_ft", "one,two").split())
    assert status == 0, errors
    assert said.strip() == str(tmp_path / "exports" / name)
    assert "exporting: 3 of 3" in errors


def test_the_command_refuses_in_one_line_and_says_what_is_left_out(command, tmp_path):
    run = hand_run(tmp_path / "mine", 3, scored=False)
    status, _, errors = command("export", "mine", "--to", "label_studio", "--out", "out", "--model", "one, tow")
    assert (status, errors.count("\n")) == (2, 1)
    assert "no model 'tow'. Did you mean 'two'" in errors
    assert not (tmp_path / "out").exists()
    (run.root / "p001.png").unlink()
    status, said, errors = command("export", "mine", "--to", "label_studio", "--out", "out", "--quiet")
    assert status == 1
    assert said.strip() == str(tmp_path / "out")
    assert "left out: 1 photograph" in errors
    assert "p001" in errors


def test_exporters_are_listed(command):
    status, said, _ = command("list", "exporters")
    assert status == 0
    for name in plugins.names("exporters"):
        assert name in said

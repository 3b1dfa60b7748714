"""The commands of docs/cluster.md are commands: every option in them exists."""

import re
import shlex

import pytest
import typer
from support.places import ROOT

from xaesthetic.cli.commands import app

TEXT = (ROOT / "docs" / "cluster.md").read_text()
LINES = [line.strip() for line in re.findall(r"^    (.*xaesthetic .*)$", TEXT, re.MULTILINE) if "pip install" not in line]


def test_there_are_commands():
    assert len(LINES) >= 3


@pytest.mark.parametrize("line", LINES)
def test_a_command_can_be_read(line):
    words = shlex.split(line)
    words = words[words.index("xaesthetic") + 1 :]
    command = typer.main.get_command(app).commands[words[0]]
    parsed = command.make_context(words[0], words[1:]).params
    assert parsed["quiet"] is False


def test_whoever_takes_an_engine_is_named():
    commands = typer.main.get_command(app).commands
    having = {name for name, command in commands.items() if any(item.name == "engine" for item in command.params)}
    (sentence,) = re.findall(r"\. (`[^.]*) take `--engine ray`", TEXT)
    assert set(re.findall(r"`(\w+)`", sentence)) == having

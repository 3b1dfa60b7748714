"""The command, run in this process."""

import sys

import pytest

from xaesthetic import cli


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Run the command here: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["xaesthetic", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return command

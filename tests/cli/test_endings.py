"""How a command ends: its exit status and its last line, in this process."""

import errno
import io
import json
import os
import sys

import pytest
import typer
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic.cli import ending
from xaesthetic.core.errors import DataError

STOPPED = "xaesthetic: stopped; the same command goes on where it was.\n"


@pytest.fixture
def ended(capsys, monkeypatch, tmp_path):
    """Exit status and what was said of a command that raises this."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def ended(error):
        def command():
            raise error

        return ending.run(command), capsys.readouterr().err

    return ended


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (DataError("a.png: bad."), 2, "xaesthetic: a.png: bad.\n"),
        (DataError("a\n\x1b[2Jb\u202e.png: bad."), 2, "xaesthetic: a\\n\\x1b[2Jb\\u202e.png: bad.\n"),
        (typer.Abort(), 2, "xaesthetic: nothing was done, as nobody said yes"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (MemoryError(), 2, "not enough memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), 2, "not enough memory"),
        (OSError(errno.ENOSPC, "No space left on device", "x/y"), 2, "xaesthetic: x/y: No space left on device; make room"),
        (RecursionError("maximum recursion depth exceeded"), 70, "RecursionError: maximum recursion depth exceeded"),
        (KeyError("06.png"), 70, "this is a fault of xaesthetic or of a plug-in, not of your input (KeyError: '06.png')"),
        (FileNotFoundError(2, "No such file or directory", "gone"), 70, "FileNotFoundError"),
    ],
)
def test_every_end_has_a_status_and_one_line(ended, error, status, said):
    result, err = ended(error)
    assert result == status
    assert said in err
    assert err.count("\n") == bool(said)
    assert "Traceback" not in err


def test_without_a_run_the_traceback_is_in_the_users_state_folder(ended, tmp_path):
    _, err = ended(ZeroDivisionError("a\nb"))
    file = tmp_path / "state" / "xaesthetic" / "crash.log"
    assert f"the traceback is in {file}. " in err
    assert "ZeroDivisionError: a\nb" in file.read_text()
    assert "in command" in file.read_text()


def test_a_plugin_that_raises_inside_is_a_crash_whose_traceback_is_in_the_run(command, plugged, tmp_path):
    package = plugged / "tiny_reports"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "breaks.py").write_text("def breaks(run, options):\n    raise ZeroDivisionError('[red]\\x1b[31m')\n")
    (plugged / "tiny_reports-1.dist-info").mkdir()
    (plugged / "tiny_reports-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-reports\nVersion: 1\n")
    (plugged / "tiny_reports-1.dist-info" / "entry_points.txt").write_text("[xaesthetic]\nreports = tiny_reports\n")
    make_photos(tmp_path / "p", 2)
    arguments = ("--attr", "light", "--data", "p", "--model", "tiny_net", "--out", "run", "--quiet")
    status, out, err = command("compare", *arguments, "--report", "breaks", "--report", "predictions")
    assert (status, out, err.count("\n")) == (70, "run/report/predictions.csv\n", 1)
    assert r"(ZeroDivisionError: [red]\x1b[31m); the traceback is in run/crash.log." in err
    assert "breaks.py" in (tmp_path / "run" / "crash.log").read_text()


def test_an_argument_with_control_characters_is_shown_as_escapes(command):
    status, _, err = command("report", "run", "more\x1b[2J\u202e")
    assert status == 2
    assert r"more\x1b[2J\u202e" in err
    assert "\x1b" not in err


def test_names_that_would_act_on_a_terminal_are_shown_as_escapes(command, plugged, tmp_path):
    odd = "a\x1b[31m[red]\n\u202eb\x9b.png"
    make_photos(tmp_path / "p", 2)
    (tmp_path / "p" / "00.png").rename(tmp_path / "p" / odd)
    (tmp_path / "p" / "bad\r.png").write_bytes(b"no photograph")
    options = ("compare", "--attr", "light", "--data", "p", "--model", "tiny_net", "--method", "cam", "--out", "run")
    status, out, err = command(*options, "--report", "predictions")
    assert status == 1
    assert r"a\x1b[31m[red]\n\u202eb\x9b.png" in out
    assert r"bad\r.png: not an image" in err
    status, text, _ = command(*options, "--report", "predictions", "--json")
    assert {row["image"] for row in json.loads(text)["predictions"]} == {odd, "01.png"}
    assert not set(out + err + text) & set("\x1b\r\u202e\x9b")


def test_formulas_in_names_are_text_in_csv_and_come_back(command, plugged, tmp_path):
    make_photos(tmp_path / "p", 2)
    (tmp_path / "p" / "00.png").rename(tmp_path / "p" / "=1+1.png")
    options = ("compare", "--attr", "light", "--data", "p", "--model", "tiny_net", "--method", "cam", "--out", "run")
    assert command(*options, "--report", "predictions")[0] == 0
    lines = (tmp_path / "run" / "report" / "predictions.csv").read_text().splitlines()
    assert sorted(line.split(",")[0] for line in lines) == ["'=1+1.png", "01.png", "image"]
    from xaesthetic.paper.tables.given import read_predictions

    table, _ = read_predictions("mine", tmp_path / "run" / "report" / "predictions.csv", ["=1+1.png", "01.png"])
    assert set(table["image"]) == {"=1+1.png", "01.png"}


def test_an_encoding_without_the_characters_gets_escapes_and_json_stays_json(monkeypatch, tmp_path):
    name = "日本é👩.png"
    for encoding in ("cp1252", "ascii"):
        stream = io.TextIOWrapper(io.BytesIO(), encoding)
        monkeypatch.setattr(sys, "stdout", stream)
        assert ending.run(lambda: print(json.dumps(name, ensure_ascii=False))) == 0
        assert json.loads(stream.buffer.getvalue().decode(encoding)) == name


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")  # noqa: PTH110
def test_output_that_nothing_takes_is_one_line(monkeypatch, capsys):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stdout", full)
        assert ending.run(lambda: print("x")) == 2
    assert capsys.readouterr().err == (
        "xaesthetic: No space left on device; make room, then the same command goes on where it was.\n"
    )

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from xaesthetic.core import progress

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.mark.parametrize("track", [progress.silent, progress.lines, progress.bar])
@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_item_comes_through_in_order(track, count, capsys):
    assert list(track(iter(range(count)), "rating", count)) == list(range(count))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("track", [progress.silent, progress.lines, progress.bar])
def test_items_are_taken_one_at_a_time(track):
    taken = []
    for item in track((taken.append(number) or number for number in range(3)), "rating", 3):
        assert taken == list(range(item + 1))


def test_silent_says_nothing(capsys):
    list(progress.silent(range(3), "rating", 3))
    assert capsys.readouterr().err == ""


def test_lines_are_few_and_plain(capsys, monkeypatch):
    clock = iter(range(0, 400, 4))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    list(progress.lines(range(7), "rating", 7))
    assert capsys.readouterr().err == "rating: 3 of 7, 12 s\nrating: 6 of 7, 24 s\nrating: 7 of 7, 28 s\n"


def test_the_bar_shows_where_it_is_when_the_work_stops_early(capsys):
    for item in progress.bar(range(10), "rating", 10):
        if item == 3:
            break
    assert "3/10" in capsys.readouterr().err


def test_chunks_are_counted_by_what_they_hold(capsys, monkeypatch):
    clock = iter(range(0, 4000, 11))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    seen = []
    for item in progress.by_size(progress.lines, "abc", "rating photographs", {"a": 4, "b": 1, "c": 2}.get, 7):
        seen.append((item, len(capsys.readouterr().err.splitlines())))
    assert seen == [("a", 0), ("b", 4), ("c", 1)]
    assert capsys.readouterr().err.splitlines()[-1].startswith("rating photographs: 7 of 7")


def test_an_error_goes_through_the_bar():
    with pytest.raises(ZeroDivisionError):
        list(progress.bar((1 // number for number in (1, 0)), "rating", 2))


def test_choose(monkeypatch):
    for terminal, track in ((True, progress.bar), (False, progress.lines)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
        assert progress.choose(quiet=False) is track
        assert progress.choose(quiet=True) is progress.silent


@pytest.mark.parametrize(("speed", "said"), [(None, ""), (0.0, ""), (12.34, "12.3/s"), (1.0, "1.0/s"), (0.4, "2.5 s each")])
def test_rate(speed, said):
    assert progress._rate(speed) == said


def on_a_terminal(code):
    """What a program shows on a terminal of 80 columns, and its exit status."""
    main, side = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80", "PYTHONWARNINGS": "error"}
    with subprocess.Popen([sys.executable, "-c", code], stdin=side, stdout=side, stderr=side, env=environment) as process:
        os.close(side)
        shown = b""
        while block := _read(main):
            shown += block
        os.close(main)
    return CONTROLS.sub("", shown.decode()), process.returncode


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is closed
        return b""


def test_a_terminal_shows_count_rate_and_remaining_time():
    shown, status = on_a_terminal(
        "import time\n"
        "from xaesthetic.core.progress import choose\n"
        "for _ in choose(False)(range(4), 'maps of a_net-my_heads [b]', 50):\n"
        "    time.sleep(0.15)\n"
    )
    assert status == 0, shown
    assert "Traceback" not in shown
    line = r"maps of a_net-my_heads \[b\]   [━╸╺]+ +{}/50 +[\d.]+(/s| s each) \d:\d\d:\d\d"
    assert re.search(line.format(3), shown), shown
    assert re.search(line.format(4), shown), shown


def test_a_terminal_shows_work_that_is_done_already():
    shown, status = on_a_terminal("from xaesthetic.core.progress import choose; list(choose(False)([], 'rating', 0))")
    assert status == 0, shown
    assert "0/0" in shown

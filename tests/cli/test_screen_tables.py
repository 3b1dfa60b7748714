"""Tables on terminals of any width and in pipes, and where the page is."""

import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from xaesthetic.cli import screen
from xaesthetic.cli.tables import fold, table_lines

HEAD = ["", "Depth of Field", "multigap_lite0", "lite0_ft", "multigap_lite0_edits"]
ROWS = [
    ["highest", "a_rather_long_name_of_a_photograph.jpg", "0.412", "0.367", "0.381"],
    ["lowest", "写真.jpg", "-0.331", "-0.210", ""],
]


def test_a_table_that_fits_is_aligned():
    assert table_lines(["a", "b"], [["one", "2"], ["three", ""]], [1], 60) == ["a      b", "one    2", "-" * 8, "three"]


def test_in_a_pipe_a_row_is_one_line():
    long = ["x" * 300, "word " * 40]
    assert len(table_lines(["a", "b"], [long])) == 2


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(width):
    lines = table_lines(HEAD, ROWS, width=width)
    assert max(map(cell_len, lines)) <= width
    together = "".join("".join(lines).split())
    for cell in ("写真.jpg", "0.412", "0.367", "0.381", "-0.331", "-0.210"):
        assert cell in together


def test_prose_is_folded_at_words_beside_other_columns():
    lines = table_lines(["method", "", "passes"], [["cam", "weights of the last layer over its activations", "1"]], width=40)
    assert lines == [
        "method                            passes",
        "cam     weights of the last       1",
        "        layer over its",
        "        activations",
    ]


def test_a_row_that_does_not_fit_is_a_block_with_the_columns_names():
    assert table_lines(HEAD, ROWS, width=44) == [
        "Depth of Field",
        "highest",
        "a_rather_long_name_of_a_photograph.jpg",
        "  multigap_lite0: 0.412",
        "  lite0_ft: 0.367",
        "  multigap_lite0_edits: 0.381",
        "lowest  写真.jpg",
        "  multigap_lite0: -0.331",
        "  lite0_ft: -0.210",
    ]


def test_wide_letters_count_twice():
    assert fold("写真写真", 4) == ["写真", "写真"]


def test_pipes_get_no_colour_and_no_boxes_and_terminals_their_width(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen.print_table(HEAD, ROWS, [1])
    piped = capsys.readouterr().out
    assert len(piped.splitlines()) == 4
    assert not set("\x1b━─│┃╭╰–") & set(piped)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    screen.print_table(HEAD, ROWS)
    shown = capsys.readouterr().out
    assert shown.startswith("\x1b[1m")
    assert max(map(cell_len, shown.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines())) <= 60
    monkeypatch.setenv("NO_COLOR", "1")
    screen.print_table(HEAD, ROWS)
    assert "\x1b" not in capsys.readouterr().out


def test_the_last_line_is_the_address_of_the_page(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    files = [Path("run/report", name) for name in ("a b.png", "a.csv", "report.html")]
    page = screen.find_page(files)
    assert page == files[2]
    address = f"page: {tmp_path.as_uri()}/run/report/report.html"
    screen.print_written(files, page)
    assert capsys.readouterr().out.splitlines() == [*map(str, files), address]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    screen.print_written(files, page)
    assert capsys.readouterr().out.splitlines() == ["3 files in run/report", address]
    assert screen.find_page(files[:2]) is None

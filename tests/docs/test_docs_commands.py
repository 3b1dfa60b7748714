"""Every command in README and docs is a command, and docs/make/commands.py runs it or says why not."""

import sys
from pathlib import Path

import pytest
import typer
from support.documents import PAGES, blocks, commands, name
from support.places import ROOT

from xaesthetic.cli.commands import app

sys.path.insert(0, str(ROOT / "docs" / "make"))
import commands as runner
import desk
import pages
import stand_ins

LINES = [pytest.param(words, id=f"{name(page)}: {' '.join(words)}") for page in PAGES for words in commands(page)]
WITHIN = sorted({(name(page), line) for page in PAGES for line in pages.within_sentences(page)})
PIECES = [piece for page in PAGES for piece in pages.pieces(page)]
PROGRAMS = ("xaesthetic ", "make ", "pip install ", "python ", ".venv/bin/pytest ", "torchrun ", "ray up ", "find . ")
OTHERS = ("OMP_NUM_THREADS=4 xaesthetic ", "export LABEL_STUDIO", "label-studio ", "tensorboard ", "mlflow ")


def parsed(words):
    """The command that the words name, and its parameters; a first word that is none is a photograph to be shown."""
    command = typer.main.get_command(app)
    words = command.spelled(words)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command, command.make_context(command.name, list(words), resilient_parsing=not words).params


def test_there_are_commands():
    assert len(LINES) >= 60
    assert {name(page) for page in PAGES if commands(page)} >= {"README.md", "docs/evidence.md", "docs/models.md"}


@pytest.mark.parametrize("words", LINES)
def test_a_command_can_be_read(words):
    command, parameters = parsed(words)
    assert command.name
    assert parameters is not None


@pytest.mark.parametrize(("page", "line"), WITHIN)
def test_a_command_within_a_sentence_can_be_read(page, line):
    words = line.split()[1:]
    needed = ["--attr", "light"] if words[0] == "compare" and len(words) > 1 else []  # an option is what it is about
    command, parameters = parsed([*words, *needed])
    assert command.name, page
    assert parameters is not None


def test_what_does_not_exist_is_seen():
    with pytest.raises(Exception, match="no-such|No such option"):
        parsed(["compare", "--attr", "light", "--no-such"])


def test_what_is_indented_is_a_command():
    """Anything else stands between fences, with its language, so that no command is passed over."""
    lines = [piece for piece in PIECES if piece.language == "line"]
    assert [f"{piece.page}: {piece.text}" for piece in lines if not piece.text.startswith(PROGRAMS + OTHERS)] == []
    assert {piece.language for piece in PIECES} == {"line", "python", "bash"}


def test_a_piece_is_read_with_its_kind():
    text = "Words:\n\n    xaesthetic a.jpg   # one\n    xaesthetic b.jpg\n\n```python\nx = 1\n```\n\n"
    text += "- a list\n    goes on\n\n    make\n"
    assert list(pages.blocks(text)) == [
        ("line", "xaesthetic a.jpg   # one\nxaesthetic b.jpg\n"),
        ("python", "x = 1\n"),
        ("line", "make\n"),
    ]
    assert pages.Piece("p", "xaesthetic a.jpg   # one").title == "xaesthetic a.jpg"


def test_what_is_not_run_has_one_of_a_few_reasons_and_is_there():
    for row in stand_ins.NOT_RUN:
        assert row.reason in stand_ins.REASONS
        assert [piece for piece in PIECES if piece.page == row.page and piece.text.startswith(row.begins)], row
    assert set(stand_ins.REASONS) == {row.reason for row in stand_ins.NOT_RUN}
    ran = [piece for piece in PIECES if not runner.reason(piece)]
    assert len(ran) >= 55
    assert {piece.page for piece in ran} >= {"README.md", "docs/annotate.md", "docs/cluster.md", "docs/exporters.md"}


def test_stand_ins_stand_for_something():
    for page, words in stand_ins.REPLACED:
        assert [piece for piece in PIECES if piece.page == page and words in piece.text], (page, words)
    for page, begins in (*stand_ins.BEFORE, *stand_ins.DEAR):
        assert [piece for piece in PIECES if piece.page == page and piece.text.startswith(begins)], (page, begins)
    assert set(stand_ins.FIRST) <= {piece.page for piece in PIECES if piece.language == "python"}
    assert {*stand_ins.CHEAP, *stand_ins.WITH_DATA} <= {name(page) for page in PAGES}


def test_a_command_that_fails_is_said(tmp_path):
    held = runner.environment(tmp_path)
    assert runner.run("echo a; false; echo b", tmp_path, held) == (1, "a\n")
    assert runner.run("python -c 'print(3)' | cat", tmp_path, held) == (0, "3\n")
    lasting = "xaesthetic annotate --port 0 nowhere --attr light"
    status, said = runner.run(lasting, tmp_path, held)
    assert status == 2
    assert "nowhere" in said


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("page", [page for page in PAGES if name(page) in stand_ins.CHEAP], ids=name)
def test_the_commands_of_a_page_run(page, tmp_path):
    desk.prepare(tmp_path / "desk")
    made = list(runner.run_page(page, tmp_path / "desk", None, cheaply=True))
    assert [f"{piece.title}\n{said}" for what, piece, _, said in made if what == "failed"] == []
    assert [piece for what, piece, *_ in made if what == "ran"]


def test_examples_that_pages_show_are_there():
    shown = [block.split()[1] for page in PAGES for block in blocks(page, "python") if "--8<--" in block]
    assert sorted(shown) == ["examples/own_method.py", "examples/own_metric.py"]
    assert all(Path(ROOT / file).exists() for file in shown)

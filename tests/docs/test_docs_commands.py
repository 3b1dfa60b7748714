"""Every command in README and docs is a command: every option in it exists. Those that need nothing are run."""

from pathlib import Path

import pytest
import typer
from skimage import data
from support.documents import PAGES, blocks, commands, name

from xaesthetic.cli.commands import app

LINES = [pytest.param(words, id=f"{name(page)}: {' '.join(words)}") for page in PAGES for words in commands(page)]
RUN = [
    "photo.jpg",
    "compare --attr depth_of_field",
    "compare --attr depth_of_field --data my/photos",
    "new model mine",
]
"""Of README and the first pages, what needs neither data nor an extra; the guide's are run by test_docs_evidence.py."""


def parsed(words):
    """The command that the words name, and its parameters; a first word that is none is a photograph to be shown."""
    command = typer.main.get_command(app)
    if words[0] not in command.commands and words[0][0] != "-":
        words = ["show", *words]
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command, command.make_context(command.name, list(words)).params


def test_there_are_commands():
    assert len(LINES) >= 60
    assert {name(page) for page in PAGES if commands(page)} >= {"README.md", "docs/evidence.md", "docs/models.md"}


@pytest.mark.parametrize("words", LINES)
def test_a_command_can_be_read(words):
    command, parameters = parsed(words)
    assert command.name
    assert parameters is not None


def test_what_does_not_exist_is_seen():
    with pytest.raises(Exception, match="no-such|No such option"):
        parsed(["compare", "--attr", "light", "--no-such"])


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder as README assumes it: a photograph, a folder of some."""
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    Path("my/photos").mkdir(parents=True)
    Image.fromarray(data.coffee()).save("photo.jpg")
    for photo in ("astronaut", "coffee", "chelsea", "rocket"):
        Image.fromarray(getattr(data, photo)()).save(f"my/photos/{photo}.jpg")
    return tmp_path


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("line", RUN)
def test_the_first_commands_run(line, desk, command):
    assert any(" ".join(words) == line for page in PAGES for words in commands(page)), "it is on no page any more"
    status, _, said = command(*line.split())
    assert status == 0, said


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("page", [page for page in PAGES if page.name in ("README.md", "start.md", "own-data.md")], ids=name)
def test_python_on_a_page_runs(page, desk):
    import torchvision

    held = {"net": torchvision.models.resnet18(num_classes=1).eval()}
    for block in blocks(page, "python"):
        if "--8<--" not in block:
            exec(compile(block, str(page), "exec"), held)
    assert len(held) > 2


def test_examples_that_pages_show_are_there():
    shown = [block.split()[1] for page in PAGES for block in blocks(page, "python") if "--8<--" in block]
    assert sorted(shown) == ["examples/own_method.py", "examples/own_metric.py"]

"""No claim that nothing here measures: in the page, captions, documents, the command's help, and any text of the program."""

import ast
import re
from pathlib import Path

import pytest
import typer
from support.hand_run import hand_run
from support.phrases import said_wrongly

from xaesthetic.cli import app
from xaesthetic.core import plugins
from xaesthetic.reporting import draw_reports

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = ("xaesthetic/cli", "xaesthetic/evaluation", "xaesthetic/figures", "xaesthetic/paper", "xaesthetic/run", "reports")
SOURCES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TEMPLATES = sorted((ROOT / "reports/xaesthetic_reports/_html").glob("*.j2"))


@pytest.mark.parametrize(
    "sentence",
    [
        "The model looks at the face.",
        "Here the network really sees the sky.",
        "multigap_lite0 gazes at the subject.",
        "The map shows where the model looks.",
        "It is rated high because of the blurred background.",
        "This map can be trusted.",
        "Which proves that it depends on light.",
        "It is the correct map.",
        "The map explains why people like it.",
        "Edits are our ground truth.",
        "Agreement is at human-level.",
        "The map is independent of the attribute.",
        "cam is better than grad_cam.",
        "It is a better map of light.",
        "Five good photographs and five bad ones.",
        "A bad photograph.",
        "This rater is careless.",
    ],
)
def test_what_would_be_noticed(sentence):
    assert said_wrongly(f"Before it. {sentence} After it.")


@pytest.mark.parametrize(
    "sentence",
    [
        "The map looks like the other attributes' maps.",
        "People look at the middle of a photograph.",
        "Nobody sees a map before their work is finished.",
        "It is better than the blob by 0.30, 95 %: 0.10 to 0.50.",
        "A map must do better than the blob.",
        "It is no better than chance.",
        "1 to 5, lower is better.",
        "Rated higher by PARA's raters.",
        "The photographs rated highest.",
    ],
)
def test_what_may_be_said(sentence):
    assert said_wrongly(f"Before it. {sentence} After it.") == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_documents(file):
    assert said_wrongly(file.read_text(encoding="utf-8")) == []


def strings(file):
    """The texts of a module that may reach a reader: not its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs and " " in node.value:
            yield node.value


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_texts_of_the_program(file):
    assert [found for text in strings(file) for found in said_wrongly(text)] == []


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_templates_of_pages(file):
    assert said_wrongly(re.sub(r"<[^>]+>|{[{%].*?[%}]}", " ", file.read_text(encoding="utf-8"))) == []


def helps(command):
    """Every help text of a command and those below it."""
    yield command.help or ""
    yield getattr(command, "epilog", None) or ""
    yield from (getattr(item, "help", None) or "" for item in command.params)
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def test_the_commands_help():
    texts = list(helps(typer.main.get_command(app)))
    assert len(texts) > 100
    assert [found for text in texts for found in said_wrongly(text)] == []


@pytest.mark.parametrize("kind", ["methods", "metrics", "models", "datasets", "reports"])
def test_what_plugins_say_of_themselves(kind):
    said = [plugins.summary(kind, name) for name in plugins.names(kind)]
    assert [found for text in said for found in said_wrongly(text)] == []


@pytest.mark.torch
def test_what_methods_promise_and_what_is_against_them():
    facts = [plugins.facts("methods", name) for name in plugins.names("methods")]
    assert [found for item in facts for found in said_wrongly(f"{item.promises} {item.against}")] == []


def test_the_page_and_captions_of_a_run(tmp_path):
    run = hand_run(tmp_path / "run", 4)
    draw_reports(run)
    captions = sorted(run.report.glob("*.txt"))
    assert len(captions) > 2
    page = (run.report / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    for text in (*(file.read_text(encoding="utf-8") for file in captions), re.sub(r"<[^>]+>", " ", page)):
        assert said_wrongly(text) == []

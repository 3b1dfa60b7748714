"""The page's files: small modules that import in no circle, nothing inline, nothing from elsewhere, no HTML out of text."""

import re
from graphlib import TopologicalSorter

import pytest

from xaesthetic.annotate.server.pages import FOLDER

MODULES = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.js"))}
IMPORT = re.compile(r'^import [^;]*?"\./([\w.]+)";', re.MULTILINE)
FORBIDDEN = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|https?://"


def code(text):
    return re.sub(r"(?<!:)//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_small_and_makes_no_html_of_text(name):
    assert len(MODULES[name].splitlines()) <= 300
    assert MODULES[name].startswith("// ")  # what it is for
    assert re.findall(FORBIDDEN, code(MODULES[name])) == []


def test_modules_import_what_there_is_and_in_no_circle():
    imports = {name: IMPORT.findall(text) for name, text in MODULES.items()}
    order = list(TopologicalSorter(imports).static_order())
    assert set(order) == set(MODULES)
    assert order.index("masks.js") < order.index("marking.js") < order.index("task.js") < order.index("main.js")
    assert {name for names in imports.values() for name in names} | {"main.js", "admin.js"} == set(MODULES)  # none is idle


@pytest.mark.parametrize("name", ["masks.js", "shapes.js", "history.js", "marking.js", "saves.js"])
def test_what_counts_touches_no_document(name):
    assert not re.search(r"\b(document|window|canvas|Image|ImageData)\b", code(MODULES[name]))


@pytest.mark.parametrize("name", ["index.html", "admin.html"])
def test_nothing_is_inline_and_nothing_is_fetched_from_elsewhere(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|https?://|<script(?![^>]* src=)", text) == []
    files = re.findall(r'(?:src|href)="/static/([\w.]+)"', text)
    assert len(files) == 3
    assert all((FOLDER / file).is_file() for file in files)


def test_styles_ask_for_nothing():
    assert re.findall(r"url\(|@import|https?://", (FOLDER / "page.css").read_text(encoding="utf-8")) == []

"""What may touch what."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import xaesthetic as xa
from xaesthetic.core import plugins

ROOT = Path(__file__).parents[1]
LIBRARY, BASELINES, REPORTS = (
    ROOT / folder for folder in ("xaesthetic", "baselines/xaesthetic_baselines", "reports/xaesthetic_reports")
)
ORDER = (
    *("core", "data", "metrics", "run", "annotate", "figures", "models", "methods", "execution"),
    *(
        "stages",
        "train",
        "evaluation",
        "reporting",
        "exporting",
        "exporters",
        "measuring",
        "studies",
        "pipeline",
        "repairing",
        "merging",
        "paper",
        "cli",
    ),
)
"""The rooms; each imports only from those before it."""
PLUGINS = ("methods", "metrics", "data.datasets", "exporters")
TORCH = ("models", "methods", "execution", "stages", "train")
"""Only these import torch."""

FILES = sorted(file for folder in (LIBRARY, BASELINES, REPORTS) for file in folder.rglob("*.py"))
named = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))


def layer(file):
    return file.relative_to(LIBRARY).parts[0].removesuffix(".py")


class Imports(ast.NodeVisitor):
    """The full names of everything imported anywhere in a file, but for type checkers only."""

    def __init__(self, file):
        self.names = []
        self.visit(ast.parse(file.read_text()))

    def visit_If(self, node):
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Import(self, node):
        self.names += [alias.name for alias in node.names]

    def visit_ImportFrom(self, node):
        self.names += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]


def ours(file, package="xaesthetic"):
    """The names imported from a package of ours, without the package."""
    return [name.partition(".")[2] for name in Imports(file).names if name.split(".")[0] == package]


def tree(file):
    return list(ast.walk(ast.parse(file.read_text())))


# -- layers ------------------------------------------------------------------------------------------------------------


def test_every_module_has_its_place():
    assert {layer(file) for file in LIBRARY.rglob("*.py")} <= {*ORDER, "__init__"}


@pytest.mark.parametrize("file", sorted(LIBRARY.rglob("*.py")), ids=lambda file: str(file.relative_to(LIBRARY)))
def test_rooms_import_only_from_above(file):
    here = layer(file)
    allowed = ORDER if here == "__init__" else ORDER[: ORDER.index(here) + 1]
    for name in ours(file):
        first = name.partition(".")[0]
        if here == "cli" and not name:
            continue  # `import xaesthetic as xa`: public names
        assert first in allowed, f"{here} must not import {name}"


@pytest.mark.parametrize("room", PLUGINS)
def test_plugins_share_private_modules_only(room):
    for file in LIBRARY.joinpath(*room.split(".")).glob("*.py"):
        for name in ours(file):
            if name.startswith(f"{room}."):
                assert name.removeprefix(f"{room}.").startswith("_"), f"{file.name} must not import {name}"


@named
def test_imports_are_absolute(file):
    assert not [name for name in Imports(file).names if name.startswith(".")]


@pytest.mark.parametrize("file", sorted([*BASELINES.rglob("*.py"), *REPORTS.rglob("*.py")]), ids=lambda file: file.name)
def test_baselines_and_reports_use_public_names_only(file):
    package = "xaesthetic_baselines" if BASELINES in file.parents else "xaesthetic_reports"
    other = {"xaesthetic_baselines", "xaesthetic_reports"} - {package}
    names = Imports(file).names
    assert not [name for name in names if name.split(".")[0] in other]
    assert not [name for name in ours(file) if any(part.startswith("_") for part in name.split("."))]
    for name in ours(file, package):
        assert name.startswith("_"), f"{file.name} must not import the plug-in {name}"


def test_the_library_knows_neither_baselines_nor_reports():
    for file in LIBRARY.rglob("*.py"):
        assert not ours(file, "xaesthetic_baselines") + ours(file, "xaesthetic_reports"), file


# -- what an import costs ----------------------------------------------------------------------------------------------


def imported(modules):
    """The names of all modules that are loaded once these are."""
    code = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_the_package_imports_neither_torch_nor_numpy():
    loaded = imported(["xaesthetic"])
    assert not loaded & {"torch", "numpy", "pandas", "typer", "xaesthetic.core.types"}


def test_the_half_without_torch_imports_none():
    files = [file for file in LIBRARY.rglob("*.py") if layer(file) not in (*TORCH, "__init__")]
    modules = [".".join(("xaesthetic", *file.relative_to(LIBRARY).with_suffix("").parts)) for file in files]
    modules = [name.removesuffix(".__init__") for name in modules]
    modules += [f"xaesthetic_reports.{name}" for name in plugins.names("reports")]
    loaded = imported(modules)
    assert loaded >= set(modules)
    assert not loaded & {"torch", "captum", "timm", "sklearn", "scipy.stats"}


@pytest.mark.torch
def test_the_embedded_models_import_nothing_that_takes_as_long_as_torch():
    baselines = [f"xaesthetic_baselines.{name}" for name in ("multigap_lite0", "lite0_ft")]
    loaded = imported(["torch", "xaesthetic.pipeline", *baselines])
    assert not loaded & {"timm", "torchvision", "torch._dynamo", "sympy"}


# -- public names ------------------------------------------------------------------------------------------------------


def test_public_names_are_about_twenty_five_and_written_once():
    assert 20 <= len(xa.__all__) <= 28
    stub = ast.parse((LIBRARY / "__init__.pyi").read_text())
    names = [alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(names) == sorted(xa.__all__)


@pytest.mark.parametrize("name", xa.__all__)
def test_every_public_name_resolves_and_is_documented(name):
    value = getattr(xa, name)
    assert value.__module__.startswith("xaesthetic.")
    assert value.__doc__


def test_other_names_do_not_resolve():
    with pytest.raises(AttributeError, match="explane_photo"):
        _ = xa.explane_photo


# -- house style -------------------------------------------------------------------------------------------------------


def public(body):
    """Functions and classes whose names are public, and the public methods of such classes."""
    for node in body:
        if [each for each in getattr(node, "decorator_list", ()) if ast.unparse(each) == "overload"]:
            continue  # a signature of what stands below it
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


@named
def test_everything_public_has_a_docstring(file):
    module = ast.parse(file.read_text())
    assert ast.get_docstring(module)
    assert not [node.name for node in public(module.body) if not ast.get_docstring(node)]


@pytest.mark.parametrize("file", sorted([*FILES, *ROOT.glob("tests/**/*.py")]), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_file_is_long(file):
    assert len(file.read_text().splitlines()) <= 300


@named
def test_no_assert_and_no_double_star(file):
    nodes = tree(file)
    assert not [node.lineno for node in nodes if isinstance(node, ast.Assert)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    assert not [node.lineno for node in functions if node.args.kwarg]


@named
def test_nothing_is_global(file):
    assert not [node.lineno for node in tree(file) if isinstance(node, ast.Global | ast.Nonlocal)]


@pytest.mark.parametrize("kind", plugins.KINDS)
def test_every_plugin_holds_one_public_function_of_its_name(kind):
    for name in plugins.names(kind):
        module, file = plugins._files(kind)[name]
        body = ast.parse(file.read_text()).body
        functions = [node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
        assert functions == [name], module
        assert plugins.summary(kind, name)


# -- words -------------------------------------------------------------------------------------------------------------

WORDS = {"told", "each", "there", "found", "own", "asked", "given", "pieces", "truth", "people_of"}
"""Words that no name may be: each once meant many things. CONTRIBUTING.md says what to write instead."""
BEGINNINGS = ("look_at_", "check_")


def defined_names(file):
    """Whatever a file gives a name to."""
    for node in tree(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


@named
def test_names_are_words_with_one_meaning(file):
    names = {name.strip("_").lower() for name in defined_names(file)}
    assert not names & WORDS
    assert not [name for name in names if name.startswith(BEGINNINGS)]

"""Plug-ins: a file in a folder that an entry point names. File name = plug-in name = function name.

A kind of plug-in is an entry point of the group ``xaesthetic`` whose value is a *package*; each of its modules whose
name does not begin with ``_`` is a plug-in. A third party adds models with

    [project.entry-points.xaesthetic]
    models = "their_package"

Entry points and folders are read once per process, and again only where ``sys.path`` has changed. Names and summaries are
read without importing a plug-in; its facts (`xaesthetic.core.facts`) need the import.

A package may be anybody's: one that is broken is left out with a warning and ends nothing. Of two plug-ins of one name this
project's own stays; of two that others bring neither can be chosen.
"""

import ast
import dataclasses
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module, metadata
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from typing import Any, Literal, overload

from xaesthetic.core import baselines, sides
from xaesthetic.core.errors import PluginError, XaestheticWarning, unknown
from xaesthetic.core.facts import CLASSES, DEFAULTS, ExporterFacts, Facts, MethodFacts, MetricFacts, ReportFacts

KINDS: tuple[str, ...] = ("models", "methods", "metrics", "datasets", "reports", "converters", "servers", "exporters")
"""What can be plugged in."""

_UNSUPPORTED = {
    ("methods", "gradcam"): "it is called 'grad_cam' here",
    ("methods", "all-cam"): "it stands for several, which a run compares; name one of them here, 'cam' or 'grad_cam'",
    ("methods", "guided_grad_cam"): (
        "it multiplies grad_cam by guided backpropagation, which looks the same whatever the weights are (Adebayo et "
        "al., NeurIPS 2018) and which captum offers for ReLU only, not for the ReLU6 and functions that models have "
        "here; use 'grad_cam', or 'integrated_gradients' for a map in image pixels"
    ),
    ("methods", "deeplift"): "it is called 'deep_lift' here",
}

NO_BASELINE = "{name} compares with no baseline; choose it as --method {name}."

_HERE = ("xaesthetic", "xaesthetic_baselines", "xaesthetic_reports")
"""The packages of this project: their plug-ins keep their names."""


def warn(text: str) -> None:
    """Say in one line what was left out or set right."""
    warnings.warn(text, XaestheticWarning, stacklevel=3)


def one_line(error: BaseException) -> str:
    """Return what an exception of anybody's code says, in one line, with its kind where that is needed to understand it."""
    text = " ".join(str(error).split())
    short = text if len(text) <= 300 else f"{text[:297]}..."
    return short if isinstance(error, (OSError, ImportError)) and short else f"{type(error).__name__}: {short}".rstrip(": ")


def _modules(package: str) -> list[Path]:
    """The files of a package that may be plug-ins.

    Raises
    ------
    PluginError
        If there is no such package, it cannot be imported, or its folder cannot be read.
    """
    try:
        spec = find_spec(package)  # imports the packages above it
    except (Exception, SystemExit) as error:
        raise PluginError(f"cannot be imported ({one_line(error)})") from error
    if spec is None or spec.submodule_search_locations is None:
        raise PluginError("is not installed or is no package")
    try:
        files = [file for folder in spec.submodule_search_locations for file in Path(folder).iterdir()]
    except OSError as error:
        raise PluginError(f"cannot be read ({one_line(error)})") from error
    return sorted(file for file in files if file.suffix == ".py" and file.name[0] not in "_.")


@lru_cache(maxsize=4)
def _entries(path: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Every kind's packages, sorted: the one scan of all that is installed, kept for this `sys.path`."""
    del path  # what the scan depends on
    entries = {(entry.name, entry.value) for entry in metadata.entry_points(group="xaesthetic")}
    return {kind: tuple(sorted(package for name, package in entries if name == kind)) for kind in KINDS}


def _ours(module: str) -> bool:
    return module.partition(".")[0] in _HERE


Modules = tuple[tuple[str, Path], ...]
"""All plug-ins of one name, this project's own first: the module that holds it and that module's file."""


@lru_cache(maxsize=4 * len(KINDS))
def _index(kind: str, path: tuple[str, ...]) -> Mapping[str, Modules]:
    plugins: dict[str, dict[str, Path]] = {}
    for package in sorted(_entries(path)[kind], key=lambda package: not _ours(package)):
        try:
            files = _modules(package)
        except PluginError as error:
            warn(f"the package {package!r}, which an entry point names for {kind}, {error}; left out: mend or uninstall it.")
            continue
        for file in files:
            plugins.setdefault(file.stem, {}).setdefault(f"{package}.{file.stem}", file)
    for name, modules in plugins.items():
        if len(modules) > 1:
            warn(_twice(kind, name, tuple(modules)))
    return {name: tuple(modules.items()) for name, modules in plugins.items()}


def _twice(kind: str, name: str, modules: Sequence[str]) -> str:
    first = f"{modules[0]} is used" if _ours(modules[0]) else "none can be chosen"
    return f"two {kind} are called {name!r}: {' and '.join(modules)}; {first}: rename or uninstall one."


def _candidates(kind: str) -> Mapping[str, Modules]:
    if kind not in KINDS:
        raise PluginError(unknown("kind of plug-in", kind, KINDS, label="There are"))
    return _index(kind, tuple(sys.path))


def _files(kind: str) -> Mapping[str, tuple[str, Path]]:
    """Return every plug-in of a kind that can be chosen: by name, the module that holds it and that module's file."""
    modules = _candidates(kind)
    return {name: several[0] for name, several in modules.items() if len(several) == 1 or _ours(several[0][0])}


def packages() -> tuple[str, ...]:
    """Return the names of all packages that hold plug-ins of any kind, sorted; none of them is imported."""
    return tuple(sorted({package for names in _entries(tuple(sys.path)).values() for package in names}))


def installed_version() -> str:
    """The version of this project that is installed."""
    return metadata.version("xaesthetic")


def names(kind: str) -> tuple[str, ...]:
    """The names of all plug-ins of a kind, sorted; none of them is imported.

    Raises
    ------
    PluginError
        If there is no such kind.
    """
    return tuple(sorted(_files(kind)))


def summary(kind: str, name: str) -> str:
    """The first line of a plug-in's docstring, read without importing it.

    Raises
    ------
    PluginError
        If there is no such plug-in, or its file is not Python.
    """
    tree, function = read_function(kind, name)
    return (ast.get_docstring(function or tree) or "").partition("\n")[0]


def read_function(kind: str, name: str) -> tuple[ast.Module, ast.FunctionDef | None]:
    """Read a plug-in's file and find its function, without importing it."""
    tree, name = parsed(kind, name), _base(kind, name)[0]
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return tree, next(functions, None)


def _base(kind: str, name: str) -> tuple[str, str]:
    """Split a method's key into its name and its baseline, a metric's into its name and its side; others have neither."""
    split = {"methods": baselines.split, "metrics": sides.split}.get(kind)
    return split(name) if split else (name, "")


def parsed(kind: str, name: str) -> ast.Module:
    """The source of a plug-in, parsed and not run.

    Raises
    ------
    PluginError
        If there is no such plug-in, or its file is not Python.
    """
    check(kind, name)
    module, file = _files(kind)[_base(kind, name)[0]]
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise PluginError(f"{module} cannot be read ({one_line(error)}); mend or remove {file}.") from error


def check(kind: str, name: str) -> None:
    """Make sure that a plug-in is installed, without importing it.

    Raises
    ------
    PluginError
        If it is not, or two others bring one; suggests the nearest name, or says what to use instead.
    """
    name = _base(kind, name)[0]
    known = _files(kind)
    if name not in known:
        if several := _candidates(kind).get(name):
            raise PluginError(_twice(kind, name, [module for module, _ in several]))
        if (kind, name) in _UNSUPPORTED:
            raise PluginError(f"no {kind[:-1]} {name!r}: {_UNSUPPORTED[kind, name]}.")
        raise PluginError(unknown({"datasets": "data set"}.get(kind, kind[:-1]), name, known))


def load(kind: str, name: str) -> Callable[..., Any]:
    """Import a plug-in and give its function; a method whose key names a baseline gives it with that baseline.

    A metric's key may name a side (`xaesthetic.core.sides`), which changes nothing about the function.

    Raises
    ------
    PluginError
        If there is no such plug-in, its file cannot be imported, or it holds no function of its name.
    """
    check(kind, name)
    name, baseline = _base(kind, name)
    function = _import(kind, name)
    if not baseline or kind == "metrics":  # whoever measures takes the side's part of the map
        return function
    if "baseline" not in signature(function).parameters:
        raise PluginError(NO_BASELINE.format(name=name))
    return partial(function, baseline=baseline)


def _import(kind: str, name: str) -> Callable[..., Any]:
    module = _files(kind)[name][0]
    try:
        holder = import_module(module)
    except (Exception, SystemExit) as error:  # it may be anybody's
        raise PluginError(f"{module} cannot be imported ({one_line(error)}); install what it needs, or mend it.") from error
    if not hasattr(holder, name):
        raise PluginError(f"{module} holds no function {name!r}; a plug-in's function is called like its file.")
    function = getattr(holder, name)
    if not callable(function):
        raise PluginError(f"{module}.{name} is no function.")
    return function  # type: ignore[no-any-return]


@overload
def facts(kind: Literal["metrics"], name: str) -> MetricFacts: ...
@overload
def facts(kind: Literal["methods"], name: str) -> MethodFacts: ...
@overload
def facts(kind: Literal["reports"], name: str) -> ReportFacts: ...
@overload
def facts(kind: Literal["exporters"], name: str) -> ExporterFacts: ...
@overload
def facts(kind: str, name: str) -> Facts: ...
def facts(kind: str, name: str) -> Facts:
    """Import a plug-in and return what it declares about itself; the kind's defaults where it declares nothing.

    Raises
    ------
    PluginError
        If it cannot be loaded, declares the facts of another kind, or is a metric that declares none.
    """
    load(kind, name)  # with its baseline, which may not fit
    name, baseline = _base(kind, name)
    function = _import(kind, name)
    wanted, one = CLASSES[kind], kind[:-1]
    declared = getattr(function, "facts", DEFAULTS.get(kind))
    if isinstance(declared, MethodFacts) and kind == "methods" and not baselines.is_constant(baseline):
        return dataclasses.replace(declared, adds_up="")  # what is left over differs from photograph to photograph
    if isinstance(declared, wanted):
        return declared
    where = f"{_files(kind)[name][0]}.{name}"
    what = "no facts" if declared is None else f"{type(declared).__name__} as its facts"
    fields = ", ".join(f"{field.name}=…" for field in dataclasses.fields(wanted) if field.default is dataclasses.MISSING)
    raise PluginError(
        f"{where} declares {what}, but {wanted.__name__} were wanted; write @{one}({fields}) of xaesthetic.core.facts above "
        "it."
    )

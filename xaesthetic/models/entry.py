"""Networks that somebody's code or file builds: a Python function, a TorchScript file, a `torch.export` file.

An installed module is imported like any plug-in. A file of a folder is somebody's program: Python and `torch.export` (which
unpickles) run only where the folder is trusted; TorchScript runs in torch's own interpreter, and that is said.
"""

import sys
import warnings
from importlib import import_module, util
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import printable, sha256
from xaesthetic.core.plugins import one_line
from xaesthetic.models.folder import ModelFolder


def build_by_function(folder: ModelFolder, trust: bool) -> tuple[torch.nn.Module, str]:
    """Call the function that a model folder names: `package.module:function`, or `file:function` of a file in the folder.

    Parameters
    ----------
    folder
        Its architecture names a function that takes nothing and returns a torch module.
    trust
        Whether Python files of the folder may be run.

    Returns
    -------
    The network, with the same random weights every time, and a sentence on what was run.

    Raises
    ------
    ModelError
        If the function cannot be had, is a file's of a folder that is not trusted, fails, or returns something else.
    """
    module, _, name = folder.spec.architecture.partition(":")
    where = f"{folder.where}, $.architecture"
    if not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
        raise ModelError(f"{where}: is {module}:{name}, but 'package.module:function' was wanted.")
    if folder.code:
        _validate_trusted(folder, folder.code, trust)
        net = _with_file(folder, name, where)
        return net, f"{folder.code} of the folder was run (it is trusted)"
    net = _called(getattr(_installed(folder, module, where), name, None), f"{module}:{name}", where)
    return net, f"built by {module}:{name}, an installed module"


def load_network(folder: ModelFolder, trust: bool) -> tuple[torch.nn.Module, str]:
    """Load the TorchScript or `torch.export` file that a model folder names.

    Parameters
    ----------
    folder
        Its architecture is such a file.
    trust
        Whether a `torch.export` file, which may hold pickled Python, may be loaded.

    Raises
    ------
    ModelError
        If it cannot be loaded, or is a `torch.export` file of a folder that is not trusted.
    """
    name = folder.spec.architecture
    file = folder.file(name)
    exported = file.suffix == ".pt2"
    if exported:
        _validate_trusted(folder, name, trust)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # TorchScript is called old there
            load: Any = torch.export.load if exported else torch.jit.load
            net = load(file).module() if exported else load(str(file), map_location="cpu")
    except Exception as error:  # a damaged file makes torch raise nearly anything
        kind = "torch.export" if exported else "TorchScript"
        raise ModelError(f"{printable(file)}: is no {kind} file that can be loaded ({one_line(error)[:160]}).") from error
    kind = (
        "a torch.export file, which was unpickled (it is trusted)"
        if exported
        else "TorchScript, which torch's interpreter runs"
    )
    return net, f"{name} is {kind}; sha256 {sha256(file)[:12]}…; nothing in it can be hooked"


def _validate_trusted(folder: ModelFolder, name: str, trust: bool) -> None:
    if not trust:
        raise ModelError(
            f"{printable(folder.root / name)}: would run code of this folder; read it, then add --trust (trust=True in "
            "Python), or install it as a module."
        )


def _with_file(folder: ModelFolder, name: str, where: str) -> torch.nn.Module:
    """Run a Python file and its function under a name of their own, which nothing else can import."""
    file = folder.file(folder.code)
    alias = f"_xaesthetic_model_{sha256(file)[:16]}"
    spec = util.spec_from_file_location(alias, file)
    if spec is None or spec.loader is None:
        raise ModelError(f"{where}: {printable(file)} cannot be imported.")
    module = util.module_from_spec(spec)
    sys.modules[alias] = module  # dataclasses look there
    try:
        spec.loader.exec_module(module)
        return _called(getattr(module, name, None), f"{folder.code}:{name}", where)
    except ModelError:
        raise
    except (Exception, SystemExit) as error:  # it may be anybody's
        raise ModelError(f"{where}: {printable(file)} cannot be imported ({one_line(error)}).") from error
    finally:
        sys.modules.pop(alias, None)


def _installed(folder: ModelFolder, module: str, where: str) -> ModuleType:
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        raise ModelError(f"{where}: {top} is Python's own and builds no network; name a module of an installed package.")
    parts = module.split(".")
    try:
        for count in range(1, len(parts) + 1):  # to find a module imports the packages above it, which were examined before
            _validate_elsewhere(util.find_spec(".".join(parts[:count])), folder, where)
        return import_module(module)
    except ModelError:
        raise
    except (Exception, SystemExit) as error:  # it may be anybody's
        more = f", nor is there {module}.py in the folder" if isinstance(error, ModuleNotFoundError) else ""
        raise ModelError(f"{where}: {module} cannot be imported ({one_line(error)}){more}.") from error


def _validate_elsewhere(spec: ModuleSpec | None, folder: ModelFolder, where: str) -> None:
    places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
    if any(place and folder.root.resolve() in _parents(place) for place in places):
        raise ModelError(
            f"{where}: names a module that lies in the folder itself; put the function into one file there: 'file:function'."
        )


def _parents(place: str) -> list[Path]:
    path = Path(place).resolve()
    return [path, *path.parents]


def _called(function: object, name: str, where: str) -> torch.nn.Module:
    if not callable(function):
        raise ModelError(f"{where}: there is no function {name}.")
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            net = function()
    except (Exception, SystemExit) as error:  # it may be anybody's
        raise ModelError(
            f"{where}: {name}() fails ({one_line(error)}); it must take nothing and return a network."
        ) from error
    if not isinstance(net, torch.nn.Module):
        raise ModelError(f"{where}: {name}() returns {type(net).__name__}, but a torch.nn.Module was wanted.")
    return net

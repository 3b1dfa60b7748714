"""What works on this machine."""

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from xaesthetic.core import plugins
from xaesthetic.core.errors import MissingWeightsError, ServerError, XaestheticError
from xaesthetic.core.extras import EXTRAS, is_installed
from xaesthetic.models.serving.engine import find_engine, has_image, image_name
from xaesthetic.models.serving.manage import server_status


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
    for package in ("xaesthetic", "torch", "torchvision", "timm", "matplotlib", "zarr"):
        try:
            yield Finding(package, True, version(package))
        except PackageNotFoundError:
            yield Finding(package, False, "not installed")
    for extra, module in EXTRAS.items():
        present = is_installed(module)
        yield Finding(
            f"extra {extra}", True if present else None, "installed" if present else f"pip install 'xaesthetic[{extra}]'"
        )
    from xaesthetic.models.loading import load_model
    from xaesthetic.models.model import device

    yield Finding("device", True, device("auto"))
    for name in plugins.names("models"):
        try:
            model = load_model(name, on="cpu")
            yield Finding(f"model {name}", True, f"{len(model.attributes)} attributes; {model.source.trained}")
        except (MissingWeightsError, ServerError) as error:
            yield Finding(f"model {name}", None, str(error))
        except XaestheticError as error:
            yield Finding(f"model {name}", False, str(error))
    yield from _containers()
    for name in plugins.names("servers"):
        yield _server(name)


def _containers() -> Iterator[Finding]:
    try:
        engine = find_engine()
    except ServerError as error:
        yield Finding("container engine", None, str(error))
        return
    yield Finding("container engine", True, engine.path)
    present = has_image(engine)
    yield Finding(
        "image for Caffe", present or None, image_name() if present else "made by 'xaesthetic model-server start NAME'"
    )


def _server(name: str) -> Finding:
    what = f"model server {name}"
    try:
        status = server_status(name)
        if status is not None:
            serving = status.serving
            return Finding(what, status.ready, f"{serving.runtime}, {serving.address}, weights in {serving.weights}")
        served = plugins.load("servers", name)()
    except MissingWeightsError as error:
        return Finding(what, None, str(error))
    except XaestheticError as error:
        return Finding(what, False, str(error))
    return Finding(what, None, f"not started; weights in {served.folder}")

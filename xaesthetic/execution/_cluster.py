"""Ray, of which nothing is heard: a cluster that is there already, or one on this machine for as long as it is needed."""

import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from xaesthetic.core.errors import EngineError
from xaesthetic.core.extras import need
from xaesthetic.core.plugins import one_line
from xaesthetic.core.unfinished import unfinished

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would tell its makers
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # it warns otherwise
}
_SHORT, _LONGEST = Path("/tmp"), 20  # noqa: S108  # below it Ray makes sockets, whose paths are no longer than 107 bytes
_PRINTS = "print_to_stdstream"
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def need_ray() -> ModuleType:
    """Import Ray, with what keeps it quiet set, where the user has not set it.

    Raises
    ------
    PluginError
        If it is not installed; says how to install it.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    return need("ray", extra="ray", purpose="--engine ray")


@contextmanager
def cluster(address: str, cpus: int) -> Iterator[ModuleType]:
    """Be part of a cluster; one that is begun here ends, with its processes and files, when this does.

    Parameters
    ----------
    address
        Of a running one; where it is empty that of RAY_ADDRESS, and without that one is begun on this machine.
    cpus
        How many CPUs the one that is begun here says it has.

    Raises
    ------
    EngineError
        If it cannot be reached, or not be begun.
    """
    ray: Any = need_ray()
    if ray.is_initialized():  # the caller's
        yield ray
        return
    address = address or os.environ.get("RAY_ADDRESS", "")
    with _joined(ray, address) if address else _begun(ray, cpus), _silent():
        yield ray


@contextmanager
def _joined(ray: Any, address: str) -> Iterator[None]:
    _validate_listening(address)
    try:
        _connect(ray, {"address": address})
        yield
    finally:
        with _postponed():
            ray.shutdown()


def _validate_listening(address: str) -> None:
    """Make sure that somebody listens at HOST:PORT: Ray itself tries for a minute."""
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise EngineError(_no_cluster(address, error)) from error


def _no_cluster(address: str, error: Exception) -> str:
    return f"ray: no cluster at {address} ({one_line(error)}); see --address, and 'ray status'."


@contextmanager
def _begun(ray: Any, cpus: int) -> Iterator[None]:
    usual = tempfile.gettempdir()
    folder = Path(
        tempfile.mkdtemp(prefix="xaesthetic-ray-", dir=_SHORT if len(usual) > _LONGEST and _SHORT.is_dir() else usual)
    )
    with unfinished(lambda: _remove(folder)):
        try:
            _connect(ray, {"address": "local", "num_cpus": cpus, "include_dashboard": False, "_temp_dir": str(folder)})
            yield
        finally:
            with _postponed():
                ray.shutdown()
                _remove(folder)


@contextmanager
def _silent() -> Iterator[None]:
    """Keep Ray from writing of dead workers on standard output, where a command's result goes; no option of its own does."""
    module: Any = import_module("ray._private.worker")
    before = getattr(module, _PRINTS, None)
    if before is None:
        yield
        return
    setattr(module, _PRINTS, _say_nothing)
    try:
        yield
    finally:
        setattr(module, _PRINTS, before)


def _say_nothing(data: object, ignore_prefix: bool = False) -> None:
    """Stand in for Ray's own function."""
    del data, ignore_prefix


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _connect(ray: Any, options: dict[str, Any]) -> None:
    try:
        with _postponed():
            ray.init(log_to_driver=False, logging_level="ERROR", **options)
    except (OSError, RuntimeError, ValueError, TimeoutError) as error:  # what Ray raises where it finds nobody
        where = options["address"]
        raise EngineError(
            _no_cluster(where, error)
            if where != "local"
            else f"ray: cannot begin on this machine ({one_line(error)}); see TMPDIR, or use --engine local."
        ) from error


@contextmanager
def _postponed() -> Iterator[None]:
    """Have signals to end wait for the end of a block, and handlers be what they were: Ray sets its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    came: list[int] = []
    for number in (number for number, handler in before.items() if handler is not signal.SIG_IGN):
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    except SystemExit:  # the end of Ray's handler, which had the signal
        came.append(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
